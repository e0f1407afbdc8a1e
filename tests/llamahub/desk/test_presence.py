"""Whoever opens an entry is told who else has it open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from llamahub.desk.models import PRESENT_FOR, OpenForm
from models_catalog.models import RecordedChange
from tests.factories import make_edition

from .conftest import OTHER_TAB, TAB, open_form, page_of, save, tell

pytestmark = pytest.mark.django_db
HAS_IT_OPEN = "has had this open since"


def test_the_second_is_told_at_once_who_is_there_and_since_when(ann, ben, release):
    tell(ann, release, "here")
    since = timezone.localtime(OpenForm.objects.get().since)
    assert f"ann has had this open since {since:%H:%M}." in page_of(ben, release)


def test_the_first_is_told_with_the_next_heartbeat(ann, ben, release):
    assert tell(ann, release, "here").json()["others"] == []
    tell(ben, release, "here")
    [line] = tell(ann, release, "here").json()["others"]
    assert line.startswith("ben has had this open since")


def test_drafts_are_minded_like_facts(ann, ben):
    edition = make_edition()
    tell(ann, edition, "here")
    assert HAS_IT_OPEN in page_of(ben, edition)


def test_ones_own_second_tab_is_nobody_else(ann, release):
    tell(ann, release, "here", TAB)
    answer = tell(ann, release, "here", OTHER_TAB).json()
    assert (answer["others"], answer["own_tabs"]) == ([], 1)
    assert HAS_IT_OPEN not in page_of(ann, release)


def test_two_tabs_of_another_are_one_person_since_the_first(ann, ben, release):
    tell(ann, release, "here", TAB)
    first = OpenForm.objects.get()
    OpenForm.objects.update(since=first.since - timedelta(minutes=20))
    tell(ann, release, "here", OTHER_TAB)
    since = timezone.localtime(first.since - timedelta(minutes=20))
    assert tell(ben, release, "here").json()["others"] == [f"ann has had this open since {since:%H:%M}."]


def test_who_leaves_is_gone_at_once(ann, ben, release):
    tell(ann, release, "here")
    tell(ann, release, "left")
    assert HAS_IT_OPEN not in page_of(ben, release)


def test_who_falls_silent_is_gone_after_a_while_and_cleared_away(ann, ben, release):
    tell(ann, release, "here")
    OpenForm.objects.update(seen_at=timezone.now() - PRESENT_FOR)
    assert HAS_IT_OPEN not in page_of(ben, release)
    tell(ben, release, "here")
    assert [form.user for form in OpenForm.objects.all()] == [ben.user]


def test_a_browser_that_keeps_background_tabs_quiet_for_a_minute_is_still_there(ann, ben, release):
    tell(ann, release, "here")
    OpenForm.objects.update(seen_at=timezone.now() - timedelta(seconds=65))
    assert HAS_IT_OPEN in page_of(ben, release)


def test_nothing_is_locked(ann, ben, release):
    tell(ann, release, "here")
    form = open_form(ben, release)
    tell(ann, release, "here")
    assert save(ben, release, form, summary="Ben’s.").status_code == 302


def test_a_heartbeat_says_what_others_saved_meanwhile(ann, ben, release):
    form = open_form(ann, release)
    save(ben, release, open_form(ben, release), summary="Ben’s.")
    changed = tell(ann, release, "here", _versions=form["_versions"][0]).json()["changed"]
    assert changed.startswith("ben changed summary on ")


def test_and_nothing_about_other_entries_however_the_versions_are_forged(ann, release):
    other = make_edition()
    other.title = "Changed"
    other.save()
    assert tell(ann, release, "here", _versions=f"editorial_edition:{other.pk}=1").json()["changed"] == ""


def test_presence_leaves_no_trace_in_the_history(ann, release):
    before = RecordedChange.objects.count()
    tell(ann, release, "here")
    tell(ann, release, "left")
    assert RecordedChange.objects.count() == before
