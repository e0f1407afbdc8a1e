"""A day, a time and a zone in a form: what is refused, with what remedy, and what is stated."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from editorial.models import Article, Edition, HubSettings
from editorial.moments import MomentField
from models_catalog import zones
from models_catalog.models.base import Content
from tests.factories import make_edition, make_hub, make_user
from tests.llamahub.admin.entries import address, errors_of, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def field():
    return MomentField(required=False, label="Publish at")


@pytest.fixture(autouse=True)
def in_berlin():
    with timezone.override(zones.zone("Europe/Berlin")):
        yield


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


GAPS = {
    "Europe/Berlin": ("2027-03-28", "02:30", "01:59 (UTC+01:00)", "03:00 (UTC+02:00)"),
    "America/New_York": ("2027-03-14", "02:30", "01:59 (UTC−05:00)", "03:00 (UTC−04:00)"),
    "America/Santiago": ("2027-09-05", "00:30", "23:59 on September 4, 2027 (UTC−04:00)", "01:00 (UTC−03:00)"),
    "Australia/Lord_Howe": ("2027-10-03", "02:15", "01:59 (UTC+10:30)", "02:30 (UTC+11:00)"),
}
FOLDS = {
    "Europe/Berlin": ("2027-10-31", "02:30", "UTC+02:00", "UTC+01:00", "2027-10-31T00:30", "2027-10-31T01:30"),
    "America/New_York": ("2027-11-07", "01:30", "UTC−04:00", "UTC−05:00", "2027-11-07T05:30", "2027-11-07T06:30"),
    "America/Santiago": ("2027-04-03", "23:30", "UTC−03:00", "UTC−04:00", "2027-04-04T02:30", "2027-04-04T03:30"),
    "Australia/Lord_Howe": ("2027-04-04", "01:45", "UTC+11:00", "UTC+10:30", "2027-04-03T14:45", "2027-04-03T15:15"),
}


@pytest.mark.parametrize("name", GAPS)
def test_a_time_that_the_clocks_skip_is_refused_with_the_nearest(field, name):
    day, hour, before, after = GAPS[name]
    with pytest.raises(ValidationError) as refused:
        field.clean([day, hour, name, ""])
    (message,) = refused.value.messages
    assert f"{hour} does not exist in {name}" in message
    assert before in message
    assert after in message


@pytest.mark.parametrize("name", FOLDS)
def test_a_time_that_comes_twice_is_refused_until_one_is_chosen(field, name):
    day, hour, first, second, first_at, second_at = FOLDS[name]
    with pytest.raises(ValidationError) as refused:
        field.clean([day, hour, name, ""])
    (message,) = refused.value.messages
    assert f"the first ({first}) or the second ({second})" in message
    assert field.clean([day, hour, name, "first"]) == utc(first_at)
    assert field.clean([day, hour, name, "second"]) == utc(second_at)


@pytest.mark.parametrize("name", FOLDS)
def test_which_of_the_two_was_chosen_is_shown_again(field, name):
    _, _, _, _, first_at, second_at = FOLDS[name]
    with timezone.override(zones.zone(name)):
        for which, at in (("first", first_at), ("second", second_at)):
            typed = field.widget.decompress(utc(at))
            assert typed[2:] == [name, which]
            assert field.clean(typed) == utc(at)


def test_the_same_clock_means_another_moment_in_another_zone(field):
    assert field.clean(["2026-12-01", "09:00", "Europe/Berlin", ""]) == utc("2026-12-01T08:00")
    assert field.clean(["2026-12-01", "09:00", "UTC", ""]) == utc("2026-12-01T09:00")


def test_without_a_zone_the_editors_is_meant(field):
    data = {"at_0": "2026-12-01", "at_1": "09:00"}
    assert field.clean(field.widget.value_from_datadict(data, {}, "at")) == utc("2026-12-01T08:00")


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        (["2026-12-01", "", "UTC", ""], "Give the time as well"),
        (["", "09:00", "UTC", ""], "Give the day as well"),
        (["2026-02-30", "09:00", "UTC", ""], "a day that exists"),
        (["2026-12-01", "25:00", "UTC", ""], "hours and minutes"),
        (["2026-12-01", "09:00", "Mars/Olympus", ""], "no time zone that this machine knows"),
        (["0001-01-01", "00:00", "Asia/Tokyo", ""], "closer to today"),
        (["9999-12-31", "23:59", "America/New_York", ""], "closer to today"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(field, typed, remedy):
    with pytest.raises(ValidationError, match=remedy):
        field.clean(typed)


def test_nothing_is_nothing(field):
    assert field.clean(["", "", "UTC", ""]) is None
    assert field.clean(None) is None
    with pytest.raises(ValidationError, match="required"):
        MomentField(required=True).clean(["", "", "UTC", ""])


def test_the_same_moment_in_another_zone_is_no_change(field):
    at = utc("2026-12-01T08:00")
    assert not field.has_changed(at, ["2026-12-01", "09:00", "Europe/Berlin", ""])
    assert not field.has_changed(at, ["2026-12-01", "08:00", "UTC", ""])
    assert field.has_changed(at, ["2026-12-01", "08:00", "Europe/Berlin", ""])
    assert field.has_changed(at, ["", "", "Europe/Berlin", ""])
    assert field.has_changed(at, ["nonsense", "08:00", "Europe/Berlin", ""])
    assert not field.has_changed(None, ["", "", "Europe/Berlin", ""])


def test_the_form_states_the_moment_in_both_zones(field):
    make_hub(time_zone="America/New_York")
    shown = field.widget.render("at", utc("2026-12-01T08:00"))
    assert "Tue, Dec. 1, 2026, 03:00 in America/New_York (UTC−05:00)" in shown
    assert "Tue, Dec. 1, 2026, 09:00 in Europe/Berlin (UTC+01:00)" in shown
    assert 'value="09:00"' in shown
    assert "Europe/Berlin (your time)" in shown
    assert "America/New_York (the site’s time)" in shown


def test_one_zone_is_stated_once(field):
    make_hub(time_zone="Europe/Berlin")
    shown = field.widget.render("at", utc("2026-12-01T08:00"))
    assert shown.count("in Europe/Berlin") == 1
    assert "the site’s time and yours" in shown


def test_the_choice_between_two_is_shown_where_there_are_two(field):
    def choice(typed):
        return '<div class="moment__which">' in field.widget.render("at", typed)

    assert choice(["2027-10-31", "02:30", "Europe/Berlin", ""])
    assert not choice(["2027-10-31", "02:30", "UTC", ""])
    assert not choice(["nonsense", "02:30", "Europe/Berlin", ""])


# --- In the admin -----------------------------------------------------------------------------------------------------


@pytest.fixture
def editor(client):
    """Works in Berlin, on a site that lives in New York."""
    from llamahub.accounts import preferences

    make_hub(time_zone="America/New_York")
    user = make_user("Editor")
    preferences.choose_time_zone(user=user, name="Europe/Berlin")
    client.force_login(user)
    return user


def save(client, edition, **typed):
    url = address(Edition, "change", edition.pk)
    return client.post(url, {**filled_in(client.get(url), Edition), **typed})


def test_an_editor_types_in_their_own_zone(client, editor):
    draft = make_edition()
    assert save(client, draft, publish_at_0="2026-12-01", publish_at_1="09:00").status_code == 302
    draft.refresh_from_db()
    assert draft.publish_at == utc("2026-12-01T08:00")


def test_a_scheduled_edition_says_when_in_both_zones(client, editor):
    edition = make_edition(status=Edition.Status.APPROVED, publish_at=utc("2126-12-01T08:00"))
    page = client.get(address(Edition, "change", edition.pk)).content.decode()
    assert "03:00 in America/New_York (UTC−05:00), the site’s time" in page
    assert "09:00 in Europe/Berlin (UTC+01:00), your time" in page


def test_or_in_the_sites(client, editor):
    draft = make_edition()
    save(client, draft, publish_at_0="2026-12-01", publish_at_1="09:00", publish_at_zone="America/New_York")
    draft.refresh_from_db()
    assert draft.publish_at == utc("2026-12-01T14:00")


def test_a_skipped_time_comes_back_with_what_was_typed(client, editor):
    draft = make_edition()
    response = save(client, draft, title="Typed with care", publish_at_0="2027-03-28", publish_at_1="02:30")
    assert "does not exist in Europe/Berlin" in errors_of(response)["publish_at"][0]
    assert "Typed with care" in response.content.decode()
    draft.refresh_from_db()
    assert draft.publish_at is None


def test_the_articles_form_asks_the_same(client, editor):
    draft = make_edition()
    url = address(Article, "change", draft.article_id)
    form = filled_in(client.get(url), Article)
    twice = {"editions-0-publish_at_0": "2027-10-31", "editions-0-publish_at_1": "02:30"}
    response = client.post(url, {**form, **twice})
    assert "comes twice" in errors_of(response)["editions-0-publish_at"][0]
    assert client.post(url, {**form, **twice, "editions-0-publish_at_which": "second"}).status_code == 302
    draft.refresh_from_db()
    assert draft.publish_at == utc("2027-10-31T01:30")


def test_a_form_saved_unchanged_keeps_its_moment(client, editor):
    for at in ("2027-10-31T00:30", "2027-10-31T01:30", "2026-12-31T23:59:59", "2028-02-29T12:00"):
        draft = make_edition(publish_at=utc(at))
        assert save(client, draft).status_code == 302
        draft.refresh_from_db()
        assert draft.publish_at == utc(at)


def test_the_site_zone_must_be_one():
    settings = make_hub()
    settings.time_zone = "Mars/Olympus"
    with pytest.raises(ValidationError, match="no time zone"):
        settings.full_clean()
    assert HubSettings.objects.get().time_zone == "UTC"


def test_every_moment_of_content_in_the_admin_is_asked_for_in_this_way(rf):
    """A new field must not come back to Django’s, which knows no remedy."""
    request = rf.get("/")
    request.user = User(is_superuser=True, is_active=True)
    seen = 0
    for model, model_admin in admin.site._registry.items():
        if not issubclass(model, Content):
            continue
        form_classes = [
            model_admin.get_form(request),
            *(f.form for f, _ in model_admin.get_formsets_with_inlines(request)),
        ]
        for form in form_classes:
            for name, field in form.base_fields.items():
                assert not isinstance(field, forms.DateTimeField | forms.SplitDateTimeField), (model, name)
                seen += isinstance(field, MomentField)
    assert seen >= 2
