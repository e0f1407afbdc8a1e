"""Keeps the index in step with the content.

After each change that `content_changed` announces, the entries that the row appears in are made anew. Changes that
nobody announces (SQL, ``QuerySet.update``) are seen by ``manage.py rebuild_search``, which makes everything anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from editorial.models import SearchEntry, SearchWord
from models_catalog.signals import content_changed

from . import words
from .catching_up import Change, Missed
from .entries import SEARCHABLE, everything
from .follow import Affected, affected_by
from .writing import write

logger = logging.getLogger(__name__)

BATCH = 500
# Whoever writes to the index holds this lock until the commit, and reads the content after having got it: so of two
# changes at once, the one written last has seen both.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('editorial.search'))"
# Every word with the number of entries that have it; “@2024” and the like are not words.
COUNT_WORDS = r"""
    INSERT INTO editorial_searchword (word, entries, near)
    SELECT word, ndoc, '{}' FROM ts_stat('SELECT document FROM editorial_searchentry')
    WHERE word NOT LIKE '@%%'
"""
ADD_WORDS = r"""
    INSERT INTO editorial_searchword (word, entries, near)
    SELECT DISTINCT lexeme, 1, '{}'::text[]
    FROM editorial_searchentry, unnest(tsvector_to_array(document)) AS lexeme
    WHERE id = ANY(%s) AND lexeme NOT LIKE '@%%'
    ON CONFLICT (word) DO NOTHING
"""
MISSES = "The search index misses a change of %s %s: run rebuild_search"
# Not “<> ALL”, which would compare each of a hundred thousand rows with a hundred thousand numbers.
DELETE_OTHERS = """
    DELETE FROM editorial_searchentry
    WHERE NOT EXISTS (SELECT FROM unnest(%s::bigint[]) AS written (id) WHERE written.id = editorial_searchentry.id)
"""
_is_paused: ContextVar[bool] = ContextVar("search_is_paused", default=False)


def rebuild() -> int:
    """Make the whole index anew, all or nothing; the number of entries. Searches see the old one until the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The limit is for requests; counting the words of a large index takes longer.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(LOCK)
        written = write(cursor, everything())
        cursor.execute(DELETE_OTHERS, [written])
        SearchWord.objects.all().delete()
        cursor.execute(COUNT_WORDS)
        _remember_names(SearchEntry.objects.filter(kind__in=[k for k, s in SEARCHABLE.items() if s.correctable]))
    with connection.cursor() as cursor:
        # Fresh figures for the planner, which else would wait for the nightly cleaning.
        cursor.execute("ANALYZE editorial_searchentry, editorial_searchword")
    return len(written)


def refresh(affected: Iterable[Affected]) -> None:
    """Make the entries of some rows anew: of a kind, those that the filter lets through, or those that are gone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        for kind, rows, known in affected:
            written = write(cursor, ((kind, draft) for draft in SEARCHABLE[kind].drafts(rows)))
            SearchEntry.objects.filter(known, kind=kind).exclude(pk__in=written).delete()
            cursor.execute(ADD_WORDS, [written])
            if SEARCHABLE[kind].correctable:
                _remember_names(SearchEntry.objects.filter(pk__in=written))


def _remember_names(entries: Any) -> None:
    """Let questions be corrected to the words of these entries’ names."""
    named = {word for names in entries.values_list("names", flat=True) for name in names for word in name.split()}
    rows = [
        SearchWord(word=word, near=words.near(word))
        for word in sorted(named)
        if len(word) > 3 and words.can_be_misspelled(word)
    ]
    SearchWord.objects.bulk_create(rows, BATCH, update_conflicts=True, unique_fields=["word"], update_fields=["near"])


@contextmanager
def paused() -> Iterator[None]:
    """While content is loaded in bulk: nothing is made anew row by row. Call `rebuild` afterwards."""
    token = _is_paused.set(True)
    try:
        yield
    finally:
        _is_paused.reset(token)


def is_empty() -> bool:
    return not SearchEntry.objects.exists()


def _follow(sender: type, pk: int, deleted: bool, **kwargs: Any) -> None:
    """A row has changed and the change is committed: what an editor saved stands, whatever becomes of the index."""
    if _is_paused.get():
        return
    change = Change(sender, pk, deleted)
    try:
        _make_anew(change)
    except (OperationalError, InterfaceError) as error:
        if missed.note(change):
            logger.warning("The search index catches up with %s %s later: %s", sender.__name__, pk, error)
        else:
            logger.exception(MISSES, sender.__name__, pk)
    except DatabaseError:
        logger.exception(MISSES, sender.__name__, pk)


def _make_anew(change: Change) -> None:
    refresh(affected_by(change.model, change.pk, deleted=change.deleted))


# Where the database went away after the change was committed.
missed = Missed(_make_anew)


def connect() -> None:
    """Called once, when the app is ready."""
    content_changed.connect(_follow, dispatch_uid="search_follows_content")
