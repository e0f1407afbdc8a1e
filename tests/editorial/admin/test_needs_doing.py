"""The start page: what the newsroom finds there, and what it costs to look."""

from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from editorial.admin import content_check, needs_doing
from models_catalog import history
from models_catalog.models import RecordedChange, Source
from tests.factories import make_edition, make_notice, make_release, make_source, make_user
from tests.llamahub.admin.entries import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make_user("Editor")
    client.force_login(user)
    return user


def panel(user, title):
    return next((panel for panel in needs_doing.panels(user) if panel.title == title), None)


class TestWrongContent:
    def test_the_worst_comes_first_and_leads_to_its_form(self, editor):
        notice = make_notice(title="Mind this", body="{{ gone.x }}")
        found = panel(editor, "Wrong in the content")
        assert found.tasks[0].url == address(type(notice), "change", notice.pk)
        assert "1 error" in found.all_words

    def test_nothing_wrong_is_said(self, editor):
        make_notice()
        assert panel(editor, "Wrong in the content").tasks == []

    def test_the_check_runs_once_until_something_changes(self, client, editor):
        with mock.patch.object(content_check, "check_site", wraps=content_check.check_site) as check:
            for _ in range(3):
                client.get(reverse("admin:index"))
            assert check.call_count == 1
            make_notice(body="{{ gone.x }}")
            assert "{{ gone.x }}" in client.get(reverse("admin:index")).content.decode()
            assert check.call_count == 2

    def test_it_is_for_those_who_may_see_both_texts_and_facts(self):
        assert panel(make_user(), "Wrong in the content") is None


class TestChangedLast:
    def test_who_did_what_and_why_leading_to_the_entrys_history(self, editor):
        release = make_release(name="Llama 9")
        release.name = "Llama 10"
        with history.attributed(who="ada", why="It was renamed."):
            release.save()
        task = panel(editor, "Changed last").tasks[0]
        assert task.text == "Release “Llama 10”"
        assert task.url == address(type(release), "history", release.pk)
        assert task.detail.startswith("changed by ada, ")
        assert task.detail.endswith("It was renamed.")

    def test_an_entry_changed_often_stands_there_once(self, editor):
        release = make_release(name="Llama 9")
        for name in ("A", "B", "C"):
            release.name = name
            release.save()
        assert [task.text for task in panel(editor, "Changed last").tasks].count("Release “C”") == 1

    def test_what_is_gone_leads_to_the_record_of_its_end(self, editor):
        source = make_source(title="Gone")
        source.delete()
        task = panel(editor, "Changed last").tasks[0]
        last = RecordedChange.objects.newest_first().first()
        assert (task.text, task.url) == ("Source “Gone”", address(RecordedChange, "change", last.pk))

    def test_kinds_that_the_user_may_not_see_are_left_out(self):
        make_source(title="Seen")
        make_edition(title="Not for them")
        user = make_user()
        rights = ("view_recordedchange", "view_source")
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        names = [task.text for task in panel(user, "Changed last").tasks]
        assert names == ["Source “Seen”"]
        assert Source.objects.count() == 1
