"""What the index missed because the database went away is made up for when it is back."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError

from editorial.models import GlossaryTerm, SearchEntry
from editorial.search import catching_up, index
from editorial.search.catching_up import Change, Missed
from tests.factories import make_term

CHANGE = Change(GlossaryTerm, 1, False)


class Index:
    """Fails so many times, and then works."""

    def __init__(self, failures: int) -> None:
        self.failures, self.made = failures, list[Change]()
        self.is_done = threading.Event()

    def __call__(self, change: Change) -> None:
        if self.failures:
            self.failures -= 1
            raise OperationalError("the server is away")
        self.made.append(change)
        self.is_done.set()


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(catching_up, "PAUSE", 0.01)


def test_a_missed_change_is_tried_until_the_database_is_back():
    entries = Index(failures=3)
    assert Missed(entries).note(CHANGE)
    assert entries.is_done.wait(10)
    assert entries.made == [CHANGE]


def test_a_change_that_is_missed_twice_is_made_up_for_once():
    entries = Index(failures=1)
    missed = Missed(entries)
    missed.note(CHANGE)
    missed.note(CHANGE)
    assert entries.is_done.wait(10)
    missed._thread and missed._thread.join(10)
    assert entries.made == [CHANGE]


def test_it_begins_anew_after_it_has_caught_up():
    entries = Index(failures=0)
    missed = Missed(entries)
    for _ in range(2):
        entries.is_done.clear()
        missed.note(CHANGE)
        assert entries.is_done.wait(10)
        missed._thread and missed._thread.join(10)


def test_no_more_is_remembered_than_an_hour_of_saves(monkeypatch):
    monkeypatch.setattr(catching_up, "MOST", 1)
    monkeypatch.setattr(catching_up, "PAUSE", 5)
    missed = Missed(Index(failures=0))
    assert missed.note(CHANGE)
    assert not missed.note(Change(GlossaryTerm, 2, False))


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_ends_after_the_commit_costs_no_entry(monkeypatch):
    refresh, done = index.refresh, threading.Event()

    def fail_once(affected) -> None:
        if threading.current_thread() is threading.main_thread():
            raise OperationalError("terminating connection due to administrator command")
        refresh(affected)
        done.set()

    monkeypatch.setattr(index, "refresh", fail_once)
    term = make_term(term="axolotl")
    assert done.wait(10)
    index.missed._thread and index.missed._thread.join(10)
    assert SearchEntry.objects.filter(kind=SearchEntry.Kind.TERM, object_id=term.pk).exists()
