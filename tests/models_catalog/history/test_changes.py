"""Readers see what changed of a release, a license or an event on its page."""

import pytest
from django.utils import timezone

from models_catalog.history import attributed, put_right
from models_catalog.history.changes import SHOWN, history_of
from models_catalog.models import LicenseRule, Release, Variant
from tests.factories import make_event, make_license, make_release, make_rule, make_source, make_use_case, make_variant

# Each change is a transaction of its own, as in life.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def release():
    return make_release(name="Llama Test", slug="llama-test", context_tokens=8192)


def told(entry) -> list[tuple[str, ...]]:
    """What changed, newest first: subject, label, was, now."""
    return [
        (change.subject, change.label, change.was, change.now)
        for step in history_of(entry).steps
        for change in step.changes
    ]


def test_a_changed_fact_is_told_as_readers_saw_it(client, release):
    with attributed(who="ann", why="The card was revised."):
        Release.objects.update(context_tokens=131072)
    assert told(release) == [("", "context window", "8K", "128K")]
    page = client.get("/models/llama-test/").content.decode()
    assert "<del>8K</del>" in page
    assert "<ins>128K</ins>" in page
    assert "The card was revised." in page
    assert "ann" not in page.partition('id="history"')[2].partition("</section>")[0]


def test_the_link_beside_a_change_leads_to_the_page_before_it(client, release):
    Release.objects.update(context_tokens=131072)
    page = client.get("/models/llama-test/").content.decode()
    address = page.partition('history__before"><a href="')[2].partition('"')[0]
    before = client.get(f"/models/llama-test/{address}").content.decode()
    assert ">8K</data>" in before
    assert ">128K</data>" not in before


def test_the_checkpoints_changes_belong_to_the_release(release):
    variant = make_variant(release=release, name="Llama Test 8B", layers=32)
    Variant.objects.filter(pk=variant.pk).update(layers=40)
    variant.delete()
    assert told(release) == [
        ("Llama Test 8B", "checkpoint", "deleted", ""),
        ("Llama Test 8B", "layers", "32", "40"),
        ("Llama Test 8B", "checkpoint", "", "added"),
    ]


def test_a_change_of_license_names_both(release):
    license = make_license(name="The newer license", version="N")
    Release.objects.update(license=license)
    [(_, label, _, now)] = told(release)
    assert (label, now) == ("license", "The newer license")


def test_a_verdicts_change_belongs_to_its_license():
    license = make_license(version="7")
    rule = make_rule(license=license, use_case=make_use_case(label="Sell it"), verdict="allowed")
    LicenseRule.objects.filter(pk=rule.pk).update(verdict="ask_meta", conditions="Ask.")
    assert ("“Sell it” under version 7", "verdict", "Allowed", "Ask Meta") in told(license)


def test_an_event_has_its_history_too(client):
    event = make_event(slug="it-happened", summary="It happened.")
    event.summary = "It happened at last."
    event.save()
    assert "It happened at last." in client.get("/timeline/it-happened/").content.decode().partition('id="history"')[2]


def test_a_correction_is_marked(client, release):
    old = Release.objects.get()
    with attributed(who="ann", why="A mix-up.", correction=True):
        release.context_tokens = 4096
        release.save()
        put_right(old=old, new=release, fields=["context_tokens"], why="A mix-up.", source=make_source())
    assert history_of(release).steps[0].is_correction
    assert ">correction</a>" in client.get("/models/llama-test/").content.decode()


def test_what_readers_do_not_see_is_no_change_to_them(release):
    Release.objects.update(is_listed=True)
    release.size = "unrelated"
    release.save()
    assert told(release) == []


def test_changes_made_while_it_was_hidden_stay_hidden():
    release = make_release(is_listed=False, context_tokens=1)
    Release.objects.update(context_tokens=2)
    Release.objects.update(is_listed=True, context_tokens=3)
    listed_at = timezone.now()
    Release.objects.update(context_tokens=4)
    assert told(release) == [("", "context window", "3", "4")]
    assert history_of(release).begins < listed_at


def test_an_entry_without_changes_says_since_when_it_is_in_the_record(client, release):
    page = client.get("/models/llama-test/").content.decode()
    assert "Nothing that readers see has changed. In the record since" in page


def test_a_long_history_is_cut_and_says_so(client, release):
    for n in range(SHOWN + 5):
        Release.objects.update(context_tokens=1000 + n)
    history = history_of(release)
    assert history.is_cut
    assert len(history.steps) <= SHOWN
    assert "Older changes are not listed here" in client.get("/models/llama-test/").content.decode()


def test_telling_a_history_takes_the_same_queries_however_long_it_is(django_assert_max_num_queries, release):
    license = make_license(version="N")
    for n in range(30):
        variant = make_variant(release=release, layers=n + 1)
        Variant.objects.filter(pk=variant.pk).update(layers=n + 2)
        Release.objects.update(context_tokens=1000 + n, license=license if n % 2 else release.license)
    with django_assert_max_num_queries(3):
        history_of(release)


def test_as_of_a_day_the_history_ends_there(client, release):
    Release.objects.update(context_tokens=131072)
    then = timezone.now().isoformat().replace("+00:00", "Z")
    Release.objects.update(context_tokens=10_000_000)
    page = client.get("/models/llama-test/", {"as_of": then}).content.decode()
    assert "<ins>128K</ins>" in page
    assert "10M" not in page


def test_hostile_reasons_and_values_are_text(client, release):
    with attributed(who="ann", why="<script>alert(1)</script>"):
        Release.objects.update(summary="<img src=x onerror=alert(1)>")
    page = client.get("/models/llama-test/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
