"""The database counts changes of content, whoever makes them and however they overlap."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from editorial.models import Edition
from llamahub.page_store import versions
from llamahub.page_store.knowledge import Knowledge, knowledge
from llamahub.page_store.versions import Seen, Token
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


def seen(steps: int = 1, mark: int = 1, now: int = 1_000_000_000_000_000, **planned) -> Seen:
    """At 01:46:40 on September 9, 2001, in UTC."""
    return Seen(Token(steps, mark), now, planned.get("publishes_at"), planned.get("withdraws_at"), "UTC")


def answer(known: Knowledge, what: Seen) -> bool:
    return known.answer(what, known.question(), time.monotonic())


@pytest.mark.django_db(databases=[])
class TestKnowledge:
    def test_the_same_state_is_the_same_version(self):
        known = Knowledge()
        answer(known, seen())
        first = known.version
        known.forget()
        assert known.version is None
        answer(known, seen(now=1_000_000_000_500_000))
        assert known.version is first

    @pytest.mark.parametrize(
        "another",
        [
            seen(mark=2),
            seen(steps=2),
            seen(publishes_at=1_000_000_060_000_000),
            seen(withdraws_at=1_000_000_060_000_000),
            seen(now=1_000_086_400_000_000),
        ],
        ids=["content", "count", "publication", "withdrawal", "day"],
    )
    def test_another_state_is_another_version(self, another):
        known = Knowledge()
        answer(known, seen())
        first = known.version
        answer(known, another)
        assert known.version is not first

    def test_a_version_ends_when_what_is_planned_comes(self):
        known = Knowledge()
        answer(known, seen(publishes_at=1_000_000_060_000_000, withdraws_at=1_000_000_090_000_000))
        assert known.version.until == pytest.approx(time.monotonic() + 60, abs=5)
        assert known.version.withdraws_at == pytest.approx(time.monotonic() + 90, abs=5)

    def test_a_version_ends_with_the_day(self):
        known = Knowledge()
        answer(known, seen())
        assert known.version.until == pytest.approx(time.monotonic() + 22 * 3600 + 13 * 60 + 20, abs=5)

    def test_an_answer_that_was_on_its_way_when_the_content_changed_does_not_count(self):
        known = Knowledge()
        question = known.question()
        known.forget()
        assert not known.answer(seen(), question, time.monotonic())
        assert known.version is None

    def test_what_is_known_outlasts_the_database_for_a_while(self):
        known = Knowledge()
        answer(known, seen())
        known.no_answer(bearable=60)
        known.no_answer(bearable=60)
        assert known.version is not None
        known.no_answer(bearable=-1)
        assert known.version is None

    def test_nobody_vouches_for_an_old_answer(self):
        known = Knowledge()
        assert not known.is_sure()
        known.answer(seen(), known.question(), time.monotonic() - 2)
        assert not known.is_sure()
        answer(known, seen())
        assert known.is_sure()
        known.no_answer(bearable=60)
        assert not known.is_sure()


def test_what_is_planned_is_told_by_the_clock_of_the_database():
    article = make_live_article()
    due = timezone.now() + timedelta(hours=1)
    make_edition(article=article, status=Edition.Status.APPROVED, publish_at=due)
    article.withdrawn_at = due + timedelta(hours=1)
    article.save()
    looked = versions.look()
    assert looked.token == token()
    assert looked.publishes_at == round(due.timestamp() * 1_000_000)
    assert looked.withdraws_in - looked.publishes_in == pytest.approx(3600)
    assert looked.publishes_in == pytest.approx(3600, abs=30)
    with connection.cursor() as cursor:
        assert versions.still(cursor, looked)
        assert not versions.still(cursor, looked._replace(publishes_at=looked.now - 1))
        assert not versions.still(cursor, looked._replace(withdraws_at=looked.now - 1))
        assert not versions.still(cursor, looked._replace(now=looked.now - 86_400_000_000))
        make_event()
        assert not versions.still(cursor, looked)

    @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
    def test_a_process_that_is_forked_off_knows_nothing(self):
        """It has no thread that asks: what it was born with would be shown for ever."""
        answer(knowledge, seen())
        child = os.fork()
        if not child:
            os._exit(0 if knowledge.version is None and knowledge.last is None else 1)
        try:
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert knowledge.version is not None
        finally:
            knowledge.begin()
