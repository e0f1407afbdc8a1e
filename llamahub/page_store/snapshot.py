"""Has a page that is to be kept made from one state of the database, and learns which one.

Without it, a change that is committed while a page is being made could appear in its second half alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from .versions import Seen, look, seconds_to_midnight

# In the environ of a request that the store makes.
MAKING = "llamahub.making"


@dataclass(slots=True)
class Making:
    """What is learned while a page is made. Times are those of `time.monotonic`."""

    # The database is known to be away, and somebody else is finding out whether it is back.
    is_away: bool = False
    seen: Seen | None = None
    began: float = 0
    # The next midnight of the site, when facts become due for a check, by the clock of this machine: views go by it.
    midnight: float = 0
    day: str = ""
    read: set[str] = field(default_factory=set)

    @property
    def publishes_at(self) -> float:
        return self._after(self.seen.publishes_in if self.seen else None)

    @property
    def withdraws_at(self) -> float:
        return self._after(self.seen.withdraws_in if self.seen else None)

    def _after(self, seconds: float | None) -> float:
        return float("inf") if seconds is None else self.began + seconds


class ReadParameters(QueryDict):
    """Notes which parameters are asked for by name."""

    def __init__(self, query: str, read: set[str]) -> None:
        self.read: set[str] = set()  # while it is filled, nobody reads
        super().__init__(query)
        self.read = read

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().getlist(key, default)

    def copy(self) -> Any:
        return QueryDict(self.urlencode(), mutable=True)


class SnapshotMiddleware:
    """Innermost: around the view and its template, and nothing else. Requests of visitors pass it as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        making: Making | None = request.META.get(MAKING)
        if making is None:
            return self.get_response(request)
        if making.is_away:
            raise OperationalError("The database is away.")
        request.GET = ReadParameters(request.META["QUERY_STRING"], making.read)  # type: ignore[assignment]
        local = timezone.localtime()
        making.day = local.date().isoformat()
        making.midnight = time.monotonic() + seconds_to_midnight(local)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # Before the question: the page is never thought to hold for longer than it does.
            making.began = time.monotonic()
            making.seen = look()
            return self.get_response(request)
