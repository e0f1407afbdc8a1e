"""What is typed is kept until it is saved, for its writer alone."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editorial import publishing
from editorial.models import Edition
from llamahub.desk import unsaved
from llamahub.desk.models import KEPT_FOR, OpenForm, SavedForm, UnsavedForm
from models_catalog.models import RecordedChange, Release
from tests.factories import make_edition, make_user
from tests.llamahub.admin.entries import address, filled_in

from .conftest import OTHER_TAB, TAB, is_offered, keep, open_form, page_of, save, tell

pytestmark = pytest.mark.django_db
OFFER = "Unsaved changes of yours from"


def restore(client, entry):
    kept = UnsavedForm.objects.get(user=client.user)
    return client.post(address(type(entry), "change", entry.pk), {"_restore": kept.pk})


def test_what_was_typed_is_offered_when_the_form_is_opened_again(ann, release):
    answer = keep(ann, release, summary="Half a sent").json()
    assert answer["kept"] == timezone.localtime().strftime("%H:%M")
    assert f'{OFFER} <span class="desk__when">{answer["kept"]}</span>' in page_of(ann, release)


def test_neither_the_entry_nor_its_history_nor_anybody_else_sees_it(ann, ben, client, release):
    before = RecordedChange.objects.count()
    keep(ann, release, summary="Half a sent")
    release.refresh_from_db()
    assert release.summary == "As it was."
    assert RecordedChange.objects.count() == before
    assert not is_offered(page_of(ben, release))
    assert "Half a sent" not in page_of(ben, release)
    assert "Half a sent" not in client.get(release.get_absolute_url()).content.decode()


def test_put_back_it_stands_in_the_form_and_nothing_is_saved(ann, release):
    keep(ann, release, summary="Half a sent")
    response = restore(ann, release)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Half a sent" in page
    assert "back in the form. Nothing is saved yet" in page
    assert "errornote" not in page
    release.refresh_from_db()
    assert release.summary == "As it was."


def test_put_back_and_saved_it_is_no_longer_offered(ann, release):
    keep(ann, release, summary="A whole sentence.")
    form = filled_in(restore(ann, release), Release)
    assert save(ann, release, form).status_code == 302
    release.refresh_from_db()
    assert release.summary == "A whole sentence."
    assert not UnsavedForm.objects.exists()


def test_saving_clears_what_the_tab_kept(ann, release):
    form = open_form(ann, release)
    keep(ann, release, summary="Half a sent")
    save(ann, release, form, summary="A whole sentence.", _tab=TAB)
    assert not UnsavedForm.objects.exists()


def test_ones_own_second_tab_overwrites_nothing_and_saving_in_it_clears_nothing(ann, release):
    keep(ann, release, summary="From the first tab", tab=TAB)
    keep(ann, release, summary="From the second tab", tab=OTHER_TAB)
    assert UnsavedForm.objects.count() == 2
    save(ann, release, open_form(ann, release), _tab=OTHER_TAB)
    [left] = UnsavedForm.objects.all()
    assert ["summary", "From the first tab"] in left.fields


def test_a_form_that_was_refused_keeps_what_was_typed(ann, release):
    form = open_form(ann, release)
    keep(ann, release, name="")
    assert save(ann, release, form, name="", _tab=TAB).status_code == 200
    assert UnsavedForm.objects.exists()


def test_discarded_it_is_gone(ann, release):
    number = keep(ann, release, summary="Half a sent").json()["number"]
    response = tell(ann, release, "discard", number=number)
    assert response["Location"] == address(Release, "change", release.pk)
    assert not UnsavedForm.objects.exists()


def test_nobody_restores_or_discards_what_another_wrote(ann, ben, release):
    number = keep(ann, release, summary="Half a sent").json()["number"]
    tell(ben, release, "discard", number=number)
    response = ben.post(address(Release, "change", release.pk), {"_restore": number}, follow=True)
    assert "Half a sent" not in response.content.decode()
    assert "no longer kept" in response.content.decode()
    assert UnsavedForm.objects.count() == 1


def test_what_is_stale_is_put_back_by_the_rules_of_conflicts(ann, ben, release):
    keep(ann, release, summary="As Ann has it.")
    save(ben, release, open_form(ben, release), summary="As Ben has it.", name="Renamed by Ben")
    response = restore(ann, release)
    page = response.content.decode()
    assert "Theirs, by ben" in page
    assert "As Ann has it." in page
    form = filled_in(response, Release)
    assert save(ann, release, form).status_code == 200
    release.refresh_from_db()
    assert (release.summary, release.name) == ("As Ben has it.", "Renamed by Ben")


def test_what_was_typed_into_a_draft_that_is_approved_now_is_shown_to_be_copied(ann):
    edition = make_edition()
    keep(ann, edition, body="My better text.")
    publishing.approve(edition=edition, at=timezone.now() + timedelta(days=1), by=make_user("Publisher"))
    response = restore(ann, edition)
    assert response.status_code == 409
    assert "My better text." in response.content.decode()


def test_putting_back_never_takes_a_step(ann):
    edition = make_edition(title="As it was")
    keep(ann, edition, title="Half", _approve="1", _submit="1", _save="1")
    assert restore(ann, edition).status_code == 200
    edition.refresh_from_db()
    assert (edition.status, edition.title) == (Edition.Status.DRAFT, "As it was")


def test_a_form_for_a_new_entry_is_kept_too(ann):
    response = ann.post(
        "/admin/desk/models_catalog/release/add/", {"_desk": "keep", "_tab": TAB, "_turn": 1, "name": "Llama 9"}
    )
    page = ann.post(address(Release, "add"), {"_restore": response.json()["number"]}).content.decode()
    assert 'value="Llama 9"' in page
    assert not Release.objects.exists()


def test_passwords_and_tokens_are_never_kept(ann, release):
    keep(ann, release, password="secret", new_password1="secret", csrfmiddlewaretoken="t0ken", _owner="t0ken")
    names = {name for name, _ in UnsavedForm.objects.get().fields}
    assert {"summary", "_versions"} <= names
    assert not [
        name for name in names if "password" in name or name in {"csrfmiddlewaretoken", "_owner", "_tab", "_once"}
    ]


def test_what_arrives_late_does_not_replace_what_is_newer(ann, release):
    keep(ann, release, turn=2, summary="Newer")
    keep(ann, release, turn=1, summary="Older")
    assert ["summary", "Newer"] in UnsavedForm.objects.get().fields


def test_what_arrives_after_the_save_is_dropped(ann, release):
    form = open_form(ann, release)
    save(ann, release, form, summary="Saved.", _tab=TAB)
    late = tell(ann, release, "keep", **{**form, "_tab": TAB, "summary": "Saved."})
    assert late.json() == {"saved": True}
    assert not UnsavedForm.objects.exists()


def test_no_more_than_two_million_characters_are_kept(ann, release):
    assert keep(ann, release, summary="x" * unsaved.LONGEST).status_code == 413
    assert not UnsavedForm.objects.exists()


def test_of_one_person_the_oldest_make_room(ann, release, monkeypatch):
    monkeypatch.setattr(unsaved, "MOST", 3)
    for number in range(5):
        keep(ann, release, tab=f"tab-{number:08}")
    assert set(UnsavedForm.objects.values_list("tab", flat=True)) == {f"tab-{n:08}" for n in (2, 3, 4)}


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "ü" * 5000, "'; --"])
def test_no_text_fails(ann, release, text):
    posted = QueryDict(mutable=True)
    posted["summary"] = text
    fields = unsaved.typed(posted)
    UnsavedForm.objects.create(
        user=ann.user, kind="x", row_id=1, tab=TAB, turn=1, kept_at=timezone.now(), fields=fields
    )
    assert UnsavedForm.objects.get().fields[0][0] == "summary"


@pytest.mark.parametrize("nonsense", ["", "-1", "x", "9" * 30, "1e9", "²"])
def test_no_number_fails(ann, release, nonsense):
    keep(ann, release, turn=nonsense, _replaces=nonsense)
    tell(ann, release, "discard", number=nonsense)
    assert UnsavedForm.objects.count() == 1
    assert ann.post(address(Release, "change", release.pk), {"_restore": nonsense}).status_code == 302


def test_the_daily_command_clears_away_what_is_old(ann, ben, release):
    keep(ann, release)
    keep(ben, release)
    tell(ann, release, "here")
    save(ann, release, open_form(ann, release))
    UnsavedForm.objects.filter(user=ann.user).update(kept_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    OpenForm.objects.update(seen_at=timezone.now() - timedelta(days=1))
    SavedForm.objects.update(at=timezone.now() - timedelta(days=15))
    call_command("tidy_desk", verbosity=0)
    assert [kept.user for kept in UnsavedForm.objects.all()] == [ben.user]
    assert not OpenForm.objects.exists()
    assert not SavedForm.objects.exists()


def test_opening_a_form_asks_as_much_for_much_as_for_little(ann, release, django_assert_max_num_queries):
    url = address(Release, "change", release.pk)
    ann.get(url)
    with CaptureQueriesContext(connection) as captured:
        ann.get(url)
        few = len(captured)
    for number in range(10):
        keep(ann, release, tab=f"tab-{number:08}")
        tell(ann, release, "here", tab=f"tab-{number:08}")
    with django_assert_max_num_queries(few):
        ann.get(url)
