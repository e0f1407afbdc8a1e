"""Pages whose questions the database answers as it did before are not laid out again.

What a view for everybody shows depends on its address, the day and what the database answers, and on nothing else: it
reads no session, holds no state, and its template asks nothing. So with its page the questions that it asked are kept,
word for word, and digests of their answers. When the page is to be made again, because somebody has changed something
somewhere or there is no store in front, the database is asked the same; only if it says anything else is the view
called. A reader gets what the view would have made of these answers, and the database is asked each time.

Where that cannot be said, the view is called each time: when a question holds a time, may change something, or is
answered in parts. What readers make up is not kept: hardly anybody asks it again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from psycopg import ServerCursor
from psycopg.types.json import Jsonb

from models_catalog.together.statement import NUMBERED, is_planned_once, let_it_be_planned_once

from .asking import Key, Reader, is_question
from .memory import Memory
from .pages import OVERHEAD
from .parameters import ReadParameters
from .refusals import refusal_of
from .versions import seconds_to_midnight

# What a question may hold besides days, lists and JSON.
PLAIN = (int, str, float, Decimal, bytes, type(None))
READS = ("SELECT", "WITH")
# A read that says how the rest of its transaction is to be answered.
SETS = "set_config("
# A view that asks several times of one state of the database; asked again, each answer is held against its own.
MARKS = ("SAVEPOINT", "RELEASE SAVEPOINT")


class Question(NamedTuple):
    sql: str
    params: Any
    is_planned_once: bool
    answer: bytes


def are_answered_the_same(questions: Iterable[Question]) -> bool:
    """Asks up to the first that is not."""
    with connection.cursor() as plain, connection.cursor() as planned:
        let_it_be_planned_once(planned, connection)
        for question in questions:
            cursor = planned if question.is_planned_once else plain
            cursor.execute(question.sql, question.params)
            if digest(cursor.pgresult) != question.answer:
                return False
    return True


def digest(result: Any) -> bytes:
    """Of an answer: its rows as PostgreSQL wrote them."""
    found, value = hashlib.sha256(), result.get_value
    for row in range(result.ntuples):
        for column in range(result.nfields):
            text = value(row, column)
            # With its length, so that two answers that read the same in one go differ; none is not the same as empty.
            found.update(b"-" if text is None else b"%d:" % len(text))
            found.update(text or b"")
    return found.digest()


class Recording:
    """Listens to what is asked of the database (Django’s ``execute_wrapper``)."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.can_be_repeated = True

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        try:
            result = execute(sql, params, many, context)
        except Exception:
            # The view may do without the answer, and get one the next time.
            self.can_be_repeated = False
            raise
        if self.can_be_repeated and not str(sql).startswith(MARKS):
            cursor = context["cursor"]
            self.can_be_repeated = (
                not many
                and isinstance(sql, str)
                and sql.lstrip().startswith(READS)
                and SETS not in sql
                and is_timeless(params)
                and not isinstance(cursor.cursor, ServerCursor)  # its rows come later, in parts
            )
            if self.can_be_repeated:
                answer = digest(cursor.pgresult)
                self.questions.append(Question(_one_of(sql), params, is_planned_once(cursor), answer))
        return result


@lru_cache(maxsize=NUMBERED)
def _one_of(sql: str) -> str:
    """The same object for the same words: all pages of a kind ask in these, and they are long."""
    return sql


def is_timeless(value: Any) -> bool:
    """Whether the view would ask with the same value later that day: not if it may be the time of asking."""
    match value:
        case Mapping():
            return all(map(is_timeless, value.values()))
        case list() | tuple():
            return all(map(is_timeless, value))
        case Jsonb():
            return is_timeless(value.obj)
        case datetime():
            return False
    return isinstance(value, (*PLAIN, date))


@dataclass(frozen=True, slots=True)
class AnsweredPage:
    """A page with what it was made of. ``until`` is the end of the site’s day, by `time.monotonic`."""

    content: bytes
    headers: dict[str, str]
    questions: Sequence[Question]
    until: float
    size: int

    def is_still_true(self) -> bool:
        return time.monotonic() < self.until and are_answered_the_same(self.questions)


class Repeating:
    """Around the view: answers in its place where it would do the same again."""

    def __init__(self, make: Callable[[HttpRequest], HttpResponse], most_bytes: int, reader: Reader) -> None:
        self.make, self.reader = make, reader
        self.memory: Memory[AnsweredPage] = Memory(most_bytes)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self._key(request)
        if key is None:
            return self.make(request)
        page = self.memory.get(key)
        if page is None or not page.is_still_true():
            return self._made(request, key)
        return HttpResponse(page.content, headers=page.headers)

    def _key(self, request: HttpRequest) -> Key | None:
        """None for what is not the same for everybody, and for what is asked in other words than a kept page is."""
        key = self.reader.key(request.META)
        if key is None or key.query != request.META.get("QUERY_STRING", ""):
            return None
        page = self.reader.page(key.path)
        return None if page is None or is_question(key, page) else key

    def _made(self, request: HttpRequest, key: Key) -> HttpResponse:
        if not isinstance(request.GET, ReadParameters):
            request.GET = ReadParameters(key.query, set())  # type: ignore[assignment]
        recording = Recording()
        # Before the view: one that is called yesterday shows yesterday.
        began, now = time.monotonic(), timezone.now()
        until = None
        with connection.execute_wrapper(recording):
            response = self.make(request)
            if self._may_be_kept(request, response):
                # In the zone of the site: whichever it is, is one of the answers.
                until = began + seconds_to_midnight(timezone.localtime(now))
        if until is None or not recording.can_be_repeated:
            self.memory.discard(key)
            return response
        asked = sum(len(question.sql) + len(repr(question.params)) for question in recording.questions)
        size = OVERHEAD + len(response.content) + asked
        page = AnsweredPage(response.content, dict(response.items()), recording.questions, until, size)
        self.memory.put(key, page)
        return response

    def _may_be_kept(self, request: Any, response: HttpResponse) -> bool:
        """What the store may keep, of what is no more than its bytes and headers. Layers outside have not seen it yet."""
        return (
            type(response) is HttpResponse
            and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META  # the token of a form, whose cookie is set later
            and refusal_of(response, self.reader.page(request.path_info), request.GET.read) is None
        )
