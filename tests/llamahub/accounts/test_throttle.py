"""Guessing passwords: five wrong tries an account and twenty an address in a quarter of an hour, whatever one tries."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from llamahub.accounts import throttle
from llamahub.accounts.models import SignInAttempt
from tests.factories import make_user

from .conftest import PASSWORD, browser, later, may_enter, sign_in

pytestmark = pytest.mark.django_db


def guess(times, name="ada", *, address="203.0.113.1", **extra):
    """Wrong passwords, each from a browser that was never here; the statuses."""
    return [sign_in(browser(address), name, f"wrong {n}", **extra).status_code for n in range(times)]


@pytest.fixture
def ada():
    return make_user("Publisher", username="ada")


def test_the_sixth_try_is_refused_even_with_the_right_password(ada):
    assert guess(5) == [200] * 5
    stranger = browser("198.51.100.7")
    response = sign_in(stranger, "ada")
    assert response.status_code == 429
    assert int(response["Retry-After"]) <= 15 * 60
    assert not may_enter(stranger)


def test_the_fifth_try_still_counts(ada):
    guess(4)
    assert sign_in(browser(), "ada").status_code == 302


def test_a_pause_reads_like_a_wrong_password(ada):
    wrong = sign_in(browser(), "ada", "wrong")
    guess(4)
    paused = sign_in(browser(), "ada", PASSWORD)
    assert (wrong.status_code, paused.status_code) == (200, 429)
    [text] = wrong.context["form"].non_field_errors()
    assert paused.context["form"].non_field_errors() == [text]


def test_names_that_nobody_has_pause_as_well(ada):
    assert guess(6, "nobody") == [200] * 5 + [429]


@pytest.mark.parametrize(
    "spelling",
    ["ADA", "Ada", "aDa", " ada", "ada ", "\tada", "ada\u00a0", "\u3000ada", "ａｄａ", "ⓐⓓⓐ", "a\u200bda", "ada\u2060", "a d a",
     "ada\ufeff", "\u00adada"],
)  # fmt: skip
def test_no_spelling_of_a_name_has_a_count_of_its_own(ada, spelling):
    guess(5)
    assert sign_in(browser("198.51.100.7"), spelling).status_code == 429


@pytest.mark.parametrize("spelling", ["ADA", " ada", "ａｄａ", "a\u200bda"])
def test_tries_with_other_spellings_count_for_the_account(ada, spelling):
    guess(5, spelling)
    assert sign_in(browser("198.51.100.7"), "ada").status_code == 429


def test_composed_and_decomposed_letters_are_one_name():
    make_user(username="andré")
    guess(5, "andre\u0301")
    assert sign_in(browser("198.51.100.7"), "andr\u00e9").status_code == 429


@pytest.mark.parametrize(
    "header",
    ["x-forwarded-for", "x-real-ip", "forwarded", "x-client-ip", "cf-connecting-ip", "true-client-ip", "x-remote-addr"],
)
def test_no_header_gives_a_new_address(header):
    for n in range(20):
        assert sign_in(browser(**{header: f"192.0.2.{n}"}), f"name-{n}", "wrong").status_code == 200
    assert sign_in(browser(**{header: "192.0.2.99"}), "another", "wrong").status_code == 429


@pytest.mark.parametrize("path", ["/admin/login", "/admin/login/?next=/admin/", "/admin/login/?x=1", "//admin/login/"])
def test_no_other_address_of_the_form_gets_past(ada, path):
    guess(5)
    client = browser("198.51.100.7")
    assert client.post(path, {"username": "ada", "password": PASSWORD}).status_code in {301, 302, 404, 429}
    assert not may_enter(client)


def test_twenty_from_one_address_stop_it_for_every_name(ada):
    for n in range(20):
        assert guess(1, f"name-{n}") == [200]
    assert sign_in(browser(), "ada").status_code == 429
    assert sign_in(browser("198.51.100.7"), "ada").status_code == 302


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("", "", True),
    ],
)
def test_a_household_is_one_address(first, second, is_one):
    for n in range(20):
        sign_in(browser(first), f"name-{n}", "wrong")
    assert (sign_in(browser(second), "another", "wrong").status_code == 429) is is_one


def test_behind_a_named_proxy_visitors_are_told_apart(settings):
    from ipaddress import ip_network

    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    for n in range(20):
        # What the visitor wrote there himself comes first, and changes nothing.
        seen = {"x-forwarded-for": f"192.0.2.{n}, 203.0.113.1, 10.0.0.7"}
        sign_in(browser("10.0.0.1", **seen), f"name-{n}", "wrong")
    same = browser("10.0.0.1", **{"x-forwarded-for": "192.0.2.99, 203.0.113.1"})
    other = browser("10.0.0.1", **{"x-forwarded-for": "203.0.113.1, 203.0.113.2"})
    assert sign_in(same, "another", "wrong").status_code == 429
    assert sign_in(other, "another", "wrong").status_code == 200


def test_after_a_quarter_of_an_hour_it_is_over(ada):
    guess(5)
    later(minutes=14, seconds=58)
    assert sign_in(browser(), "ada").status_code == 429
    later(seconds=3)
    assert sign_in(browser(), "ada").status_code == 302


def test_refused_tries_do_not_make_it_longer(ada):
    guess(5)
    for minutes in range(14):
        later(minutes=1)
        assert guess(3, address=f"198.51.100.{minutes}") == [429] * 3
    later(minutes=1, seconds=1)
    assert sign_in(browser(), "ada").status_code == 302


def test_a_success_does_not_hand_out_five_more(ada):
    """Otherwise someone with an account of their own could clear the address, and an owner’s visits the account."""
    guess(4)
    assert sign_in(browser(), "ada").status_code == 302
    assert guess(2) == [200, 429]


def test_a_browser_that_signed_in_before_is_not_kept_out_by_strangers(ada):
    own = browser()
    sign_in(own, "ada")
    own.post(reverse("admin:logout"))
    guess(5, address="198.51.100.7")
    assert sign_in(browser("192.0.2.1"), "ada").status_code == 429
    assert sign_in(own, "ada").status_code == 302


def test_nor_by_strangers_at_its_own_address(ada):
    own = browser()
    sign_in(own, "ada")
    own.post(reverse("admin:logout"))
    for n in range(20):
        guess(1, f"name-{n}")
    assert sign_in(own, "ada").status_code == 302


def test_a_known_browser_has_five_tries_too_and_they_count_for_all(ada):
    own = browser()
    sign_in(own, "ada")
    own.post(reverse("admin:logout"))
    assert [sign_in(own, "ada", "wrong").status_code for _ in range(6)] == [200] * 5 + [429]
    assert sign_in(own, "ada").status_code == 429
    assert sign_in(browser("198.51.100.7"), "ada").status_code == 429


def test_a_browser_known_to_one_account_is_a_stranger_to_another(ada):
    make_user(username="grace")
    own = browser()
    sign_in(own, "ada")
    own.post(reverse("admin:logout"))
    guess(5, "grace", address="198.51.100.7")
    assert sign_in(own, "grace").status_code == 429


@pytest.mark.parametrize("change", ["password", "forged", "nonsense"])
def test_a_browser_is_known_by_a_mark_that_cannot_be_made(ada, change):
    own = browser()
    sign_in(own, "ada")
    own.post(reverse("admin:logout"))
    if change == "password":
        ada.set_password("another")
        ada.save()
    elif change == "forged":
        own.cookies["device"] = own.cookies["device"].value[:-1] + "x"
    else:
        own.cookies["device"] = "." * 500
    guess(5, address="198.51.100.7")
    assert sign_in(own, "ada", "another" if change == "password" else PASSWORD).status_code == 429


def test_names_are_not_kept_as_they_were_typed(ada):
    guess(1, "my-password-in-the-wrong-field")
    kept = " ".join(map(str, SignInAttempt.objects.values_list()))
    assert "my-password" not in kept
    assert "203.0.113" not in kept


def test_what_no_longer_counts_is_forgotten(ada):
    guess(3)
    later(minutes=16)
    guess(1, "another")
    assert SignInAttempt.objects.count() == 1


def test_a_try_that_was_never_finished_counts_as_wrong(ada):
    """Its process was killed while it checked."""
    guess(4)
    attempt = SignInAttempt.objects.last()
    SignInAttempt.objects.filter(pk=attempt.pk).update(is_settled=False)
    later(seconds=11)
    guess(1)
    assert sign_in(browser(), "ada").status_code == 429


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("right", [None, 20])
def test_fifty_at_the_same_moment_get_no_more_than_five(right):
    """Threads with connections of their own are to the database what worker processes are."""
    make_user(username="ada")

    def try_one(n):
        try:
            client = browser(f"198.51.100.{n}")
            return sign_in(client, "ada", PASSWORD if n == right else f"wrong {n}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(try_one, range(50)))
    assert statuses.count(200) == 5 or (right is not None and statuses.count(200) in range(6))
    assert statuses.count(302) <= (right is not None)
    assert statuses.count(200) + statuses.count(302) + statuses.count(429) == 50
    assert statuses.count(200) <= 5


@pytest.mark.django_db(transaction=True)
def test_many_right_ones_at_the_same_moment_all_get_in():
    make_user(username="ada")

    def try_one(n):
        try:
            return sign_in(browser("198.51.100.1"), "ada").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(try_one, range(16))) == [302] * 16


def test_the_limits_are_those_of_the_house():
    assert (throttle.PER_ACCOUNT, throttle.PER_ADDRESS, throttle.WINDOW.total_seconds()) == (5, 20, 900)
