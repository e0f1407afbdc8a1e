"""Has a page for everybody made from one state of the database, and learns which one.

Without it, a change that is committed while a page is being made could appear in its second half alone. Where there is
a replica, this is also the place that decides which pages are read from it: see `_from_replica`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from editorial.site_zone import forget_hub
from llamahub.replica import reading as replica
from models_catalog import zones

from .asking import Reader
from .knowledge import Knowledge, knowledge
from .parameters import ReadParameters
from .repeating import Repeating
from .versions import Seen, Token, look, seconds_to_midnight

# In the environ of a request that the store makes.
MAKING = "llamahub.making"
# The same, while the page is read from the replica.
READING = "llamahub.reading"


@dataclass(slots=True)
class Making:
    """What is learned while a page is made. Times are those of `time.monotonic`."""

    # The version of the content that the process knew last, and whether nobody can say if it still is the present one.
    known: Token | None = None
    is_blind: bool = False
    # The database is known to be away, and somebody else is finding out whether it is back.
    is_away: bool = False
    # What the replica raised while a view was reading from it.
    failure: Exception | None = None
    seen: Seen | None = None
    began: float = 0
    # The next midnight of the site, when facts become due for a check, by the clock of this machine: views go by it.
    midnight: float = 0
    day: str = ""
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, knowledge: Knowledge, *, is_away: bool = False) -> Making:
        version = knowledge.version
        return cls(version.seen.token if version else None, knowledge.blind_since is not None, is_away)

    @property
    def publishes_at(self) -> float:
        return self._after(self.seen.publishes_in if self.seen else None)

    @property
    def withdraws_at(self) -> float:
        return self._after(self.seen.withdraws_in if self.seen else None)

    def _after(self, seconds: float | None) -> float:
        return float("inf") if seconds is None else self.began + seconds


class SnapshotMiddleware:
    """Innermost: around the view and its template, and nothing else.

    What a visitor asks past the store passes as it is, unless it is a page for everybody and there is a replica.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse], knowledge: Knowledge = knowledge) -> None:
        self.knowledge = knowledge
        self.reader = Reader()
        self.get_response = get_response
        if settings.ANSWERS_BYTES:
            self.get_response = Repeating(get_response, settings.ANSWERS_BYTES, self.reader)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        making: Making | None = request.META.get(MAKING)
        is_kept = making is not None
        if making is not None:
            request.GET = ReadParameters(request.META["QUERY_STRING"], making.read)  # type: ignore[assignment]
        elif replica.is_set_up() and self.reader.is_for_everybody(request.META):
            making = Making.of(self.knowledge)
        else:
            return self.get_response(request)
        if replica.is_set_up() and not replica.health.is_away:
            response = self._from_replica(request, making)
            if response is not None:
                return response
        if making.is_away:
            raise OperationalError("The database is away.")
        return self._from_primary(request, making) if is_kept else self.get_response(request)

    def _from_primary(self, request: HttpRequest, making: Making) -> HttpResponse:
        with transaction.atomic():
            _look(making)
            return self.get_response(request)

    def _from_replica(self, request: HttpRequest, making: Making) -> HttpResponse | None:
        """The page, unless the replica fails or shows another content than the primary is known to have.

        What a reader gets is thus never older than from the primary, however far the replica is behind. With the
        primary away, it must not be behind what was known last.
        """
        request.META[READING] = making
        try:
            with replica.standing_in(), transaction.atomic():
                _look(making)
                if not _is_current(making):
                    return None
                response = self.get_response(request)
                if making.failure is not None:
                    raise making.failure
        except replica.FAILURES as error:
            replica.failed(error)
            return None
        finally:
            del request.META[READING]
            making.failure = None
            forget_hub(request)
        # Whether an old address leads elsewhere is for the primary to say.
        return None if making.is_blind and response.status_code == HTTPStatus.NOT_FOUND else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django makes an error page of what a view raises; while the primary can still be asked, it is none yet."""
        making: Making | None = request.META.get(READING)
        if making is None or not isinstance(exception, replica.FAILURES):
            return None
        making.failure = exception
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


def _look(making: Making) -> None:
    """At the beginning of a transaction: from here on, it shows one state of the content, and which is noted."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    # Before the question: the page is never thought to hold for longer than it does.
    making.began = time.monotonic()
    making.seen = look()
    # Its zone is in the answer. To ask for the hub’s settings here would be to ask for a part of the page before its time.
    local = timezone.localtime(timezone=zones.zone(making.seen.zone))
    making.day = local.date().isoformat()
    making.midnight = time.monotonic() + seconds_to_midnight(local)


def _is_current(making: Making) -> bool:
    assert making.seen is not None
    if making.is_blind:
        return making.known is None or making.seen.token.steps >= making.known.steps
    return making.seen.token == making.known
