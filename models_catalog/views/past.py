"""Pages as they were: ``?as_of=2025-04-06``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from models_catalog import formatting
from models_catalog.history import TooEarly, reading_as_of

from .base import Page

P = ParamSpec("P")

PARAMETER = "as_of"
JSON = "application/json"
REMEDY = "Give it a day, for example as_of=2026-11-25, or a moment, for example as_of=2026-11-25T09:30Z."


class NotAMoment(ValueError):
    """What is wrong with ``as_of``, and what to do about it."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment that a reader asked for. A day means its end, or now while it lasts."""

    at: datetime
    is_day: bool

    @classmethod
    def read(cls, text: str) -> AsOf:
        """Raises NotAMoment for what is no date, or one to come."""
        now = timezone.now()
        try:
            day = parse_date(text)
            at = parse_datetime(text) if day is None else None
        except ValueError:  # well formed, but no day of the calendar
            raise NotAMoment(f"as_of is “{text[:40]}”, a day that does not exist. {REMEDY}") from None
        if day is None and at is None:
            raise NotAMoment(f"as_of is “{text[:40]}”, which is no date. {REMEDY}")
        try:
            moment = _end_of(day) if day else _aware(at)
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise NotAMoment(f"as_of is “{text[:40]}”, which no calendar reaches. {REMEDY}") from None
        if day == timezone.localdate():
            moment = now
        if moment > now:
            raise NotAMoment(f"as_of is “{text[:40]}”, which is still to come. {REMEDY}")
        return cls(moment, day is not None)

    @property
    def text(self) -> str:
        here = timezone.localtime(self.at)
        written = formatting.day(here.date()).text
        return written if self.is_day else f"{written}, {here:%H:%M} {here.tzname()}"


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(microseconds=1)


def _aware(at: datetime | None) -> datetime:
    assert at is not None
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def _problem(request: HttpRequest, message: str, page: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """A page that says what is wrong; JSON for programs, in the form that the license checker documents."""
    if request.path.endswith(".json") or request.get_preferred_type(["text/html", JSON]) == JSON:
        return JsonResponse({"errors": [{"parameter": PARAMETER, "message": message}]}, status=status)
    return render(request, f"models_catalog/past/{page}.html", context, status=status)


def readable_as_of(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page of content that may also be read as it was at a moment.

    The view needs to know nothing of it: it asks its querysets as always. Its
    template extends base.html, which shows a banner and leads to today’s page.
    """

    @wraps(view)
    def page(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.offers_the_past = True
        # For the form that asks for another day of the same page.
        request.asked_besides = [(n, value) for n, values in request.GET.lists() if n != PARAMETER for value in values]
        asked = request.GET.get(PARAMETER, "").strip()
        if not asked:
            return view(request, *args, **kwargs)
        try:
            as_of = AsOf.read(asked)
        except NotAMoment as problem:
            return _problem(request, str(problem), "unreadable", {"problem": str(problem)}, status=400)
        try:
            with reading_as_of(as_of.at):
                request.as_of = as_of
                return view(request, *args, **kwargs)
        except TooEarly as early:
            request.as_of = None
            context = {"begins": early.begins, "asked": as_of}
            return _problem(request, f"as_of is before the record begins. {REMEDY}", "too_early", context, status=404)
        except Http404:
            request.as_of = None
            todays = view(request, *args, **kwargs)  # raises again for an address that is unknown today as well
            if todays.status_code != 200:  # withdrawn: gone, from the past as well
                return todays
            return _problem(request, "There was nothing at this address then.", "not_yet", {"asked": as_of}, status=404)

    # The past is asked for once; and “today” is another moment with each request.
    page.page = Page(never_kept_with=frozenset({PARAMETER}))  # type: ignore[attr-defined]
    return page
