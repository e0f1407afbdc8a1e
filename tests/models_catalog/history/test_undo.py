"""A change is taken back by a new change."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from models_catalog.history import attributed
from models_catalog.history.undo import CannotUndo, undo
from models_catalog.models import Correction, RecordedChange, Release
from tests.factories import make_event, make_release, make_source, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def release():
    return make_release(context_tokens=8192)


def change(entry, **values) -> RecordedChange:
    type(entry).objects.filter(pk=entry.pk).update(**values)
    return RecordedChange.objects.of(entry).first()


def test_the_old_values_return_and_history_grows(release):
    undo(change(release, context_tokens=1, summary="Wrong."))
    release.refresh_from_db()
    assert release.context_tokens == 8192
    assert release.summary != "Wrong."
    assert RecordedChange.objects.of(release).count() == 3


def test_other_fields_keep_what_they_got_since(release):
    wrong = change(release, context_tokens=1)
    change(release, summary="Better.")
    undo(wrong)
    release.refresh_from_db()
    assert (release.context_tokens, release.summary) == (8192, "Better.")


def test_a_field_that_changed_again_is_not_overwritten(release):
    first = change(release, context_tokens=1)
    change(release, context_tokens=2)
    with pytest.raises(CannotUndo, match="“context window” has changed again since"):
        undo(first)


def test_old_values_that_are_no_longer_allowed_are_refused(release):
    taken = change(release, name="Another")
    make_release(name=taken.before["name"])
    with pytest.raises(ValidationError):
        undo(taken)


def test_what_came_or_went_is_not_undone(release):
    with pytest.raises(CannotUndo):
        undo(RecordedChange.objects.of(release).get())


def test_what_is_gone_is_not_undone():
    event = make_event()
    wrong = change(event, title="Wrong")
    event.delete()
    with pytest.raises(CannotUndo, match="gone"):
        undo(wrong)


class TestInTheAdmin:
    def post(self, client, change):
        return client.post(reverse("admin:models_catalog_recordedchange_undo", args=[change.pk]), follow=True)

    def test_an_editor_undoes_a_change(self, client, release):
        wrong = change(release, context_tokens=1)
        client.force_login(make_user("Editor", username="ann"))
        page = client.get(reverse("admin:models_catalog_recordedchange_change", args=[wrong.pk])).content.decode()
        assert "Undo this change" in page
        assert "has the values again" in self.post(client, wrong).content.decode()
        newest = RecordedChange.objects.of(release).first()
        assert (newest.actor, newest.row["context_tokens"]) == ("ann", 8192)
        assert newest.reason.startswith("Undoes the change of")

    def test_a_conflict_is_told_and_changes_nothing(self, client, release):
        first = change(release, context_tokens=1)
        change(release, context_tokens=2)
        client.force_login(make_user("Editor"))
        assert "Nothing was changed. The field" in self.post(client, first).content.decode()
        assert Release.objects.get().context_tokens == 2

    def test_whoever_may_not_change_the_entry_may_not_undo(self, client, release):
        wrong = change(release, context_tokens=1)
        url = reverse("admin:models_catalog_recordedchange_undo", args=[wrong.pk])
        assert client.post(url).status_code == 302
        client.force_login(make_user())
        assert client.post(url).status_code == 403
        assert client.get(url).status_code in {403, 405}
        assert Release.objects.get().context_tokens == 1

    def test_undoing_publishes_no_correction(self, client, release):
        client.force_login(make_user("Editor"))
        self.post(client, change(release, context_tokens=1))
        assert not Correction.objects.exists()

    def test_an_unknown_change_leads_to_the_list(self, client):
        make_source()
        client.force_login(make_user("Editor"))
        response = client.post(reverse("admin:models_catalog_recordedchange_undo", args=[10**9]))
        assert response.status_code == 302

    def test_a_change_that_published_a_correction_is_not_undone_behind_it(self, client, release):
        with attributed(who="ann", why="A mix-up.", correction=True):
            wrong = change(release, context_tokens=1)
        client.force_login(make_user("Editor"))
        assert "published a correction" in self.post(client, wrong).content.decode()
        assert Release.objects.get().context_tokens == 1
