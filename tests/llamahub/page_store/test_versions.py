"""The database counts changes of content, whoever makes them and however they overlap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from editorial.models import Edition
from llamahub.page_store import versions
from llamahub.page_store.knowledge import Knowledge
from llamahub.page_store.versions import Token
from models_catalog.history.record import recorded_models
from tests.factories import make_edition, make_event, make_live_article, make_release

pytestmark = pytest.mark.django_db(transaction=True)


def token() -> Token:
    with connection.cursor() as cursor:
        return versions.token(cursor)


def rows() -> int:
    return apps.get_model("page_store", "ContentChange").objects.count()


@pytest.fixture
def another(transactional_db) -> Iterator[Callable[[str], object]]:
    """A second session of the database: runs what it is given, in a transaction that is open until it says COMMIT."""
    other = connections.create_connection("default")
    other.connect()
    other.connection.autocommit = True
    yield lambda statement: other.connection.execute(statement)
    other.close()


def test_every_table_of_content_counts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'content_changed'")
        counted = {name for (name,) in cursor.fetchall()}
    assert counted == {model._meta.db_table for model in recorded_models()}


def test_a_transaction_counts_once():
    before = token()
    with transaction.atomic():
        make_event()
        make_event()
        make_release()
    assert token().steps == before.steps + 1


def test_each_transaction_is_another_version():
    seen = {token()}
    for _ in range(5):
        make_event()
        seen.add(token())
    assert len(seen) == 6


def test_drafts_do_not_count_until_they_are_approved():
    make_live_article()
    before = token()
    draft = make_edition(article=Edition.objects.get().article)
    draft.title = "Still being written"
    draft.save()
    assert token() == before
    # Scheduled, and then taken back.
    draft.status, draft.publish_at = Edition.Status.APPROVED, timezone.now() + timedelta(days=1)
    draft.save()
    approved = token()
    assert approved != before
    Edition.objects.filter(pk=draft.pk).update(status=Edition.Status.DRAFT)
    assert token() != approved


def test_an_emptied_table_counts():
    before = token()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE models_catalog_timelineevent CASCADE")
    assert token() != before


def test_what_a_savepoint_took_back_does_not_keep_the_rest_from_counting():
    before = token()
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
            make_event()
            raise ZeroDivisionError
        make_event()
    assert token().steps == before.steps + 1


def test_two_who_save_at_once_do_not_wait_for_each_other_and_both_count(another):
    event = make_event()
    before = token()
    another("BEGIN")
    another("UPDATE models_catalog_timelineevent SET title = title WHERE false")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    event.title = "Saved meanwhile"
    event.save()
    between = token()
    another("COMMIT")
    after = token()
    assert before.steps + 1 == between.steps
    assert between.steps + 1 == after.steps


def test_one_that_began_first_and_ended_last_is_another_version_too(another):
    another("BEGIN")
    another("UPDATE models_catalog_timelineevent SET title = 'x'")
    make_event()
    middle = token()
    another("COMMIT")
    assert token() != middle


def test_a_stricter_isolation_counts_as_well(another):
    make_event()
    before = token()
    another("BEGIN ISOLATION LEVEL SERIALIZABLE")
    another("SELECT count(*) FROM models_catalog_timelineevent")
    make_release()
    between = token()
    another("UPDATE models_catalog_timelineevent SET title = 'x'")
    another("COMMIT")
    assert before.steps < between.steps
    assert token().steps == between.steps + 1


def test_the_count_stays_small():
    for _ in range(20):
        make_event()
    assert rows() <= 2


def test_many_at_once_all_count():
    before = token()

    def write():
        for _ in range(10):
            make_event()
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert token().steps == before.steps + 40
    make_event()
    make_event()
    assert rows() <= 2


def test_a_change_that_nobody_counted_can_be_announced():
    before = token()
    versions.change()
    assert token() != before


def test_a_database_that_went_back_shows_another_version():
    make_event()
    seen = token()
    model = apps.get_model("page_store", "ContentChange")
    model.objects.all().delete()
    model.objects.create(steps=seen.steps, mark=5)
    assert token().steps == seen.steps
    assert token() != seen


@pytest.mark.django_db(databases=[])
class TestKnowledge:
    def test_the_same_token_is_the_same_version(self):
        known = Knowledge()
        known.answer(Token(1, 1), known.question())
        first = known.version
        known.forget()
        assert known.version is None
        known.answer(Token(1, 1), known.question())
        assert known.version is first

    def test_another_token_is_another_version(self):
        known = Knowledge()
        known.answer(Token(1, 1), known.question())
        first = known.version
        known.answer(Token(1, 2), known.question())
        assert known.version is not first

    def test_an_answer_that_was_on_its_way_when_the_content_changed_does_not_count(self):
        known = Knowledge()
        question = known.question()
        known.forget()
        assert not known.answer(Token(1, 1), question)
        assert known.version is None

    def test_what_is_known_outlasts_the_database_for_a_while(self):
        known = Knowledge()
        known.answer(Token(1, 1), known.question())
        known.no_answer(bearable=60)
        known.no_answer(bearable=60)
        assert known.version is not None
        known.no_answer(bearable=-1)
        assert known.version is None
