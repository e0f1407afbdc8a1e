"""The calendar: what goes out and what leaves, what falls due, and what changed for readers, by month and by day.

Days are those of whoever looks at them. A month is five queries, a day a few more, however much there is.
"""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, get_format

from editorial.models import Article, Edition
from editorial.publication import went_out
from models_catalog.facts import label_of, subject_of
from models_catalog.history.between import changes_between
from models_catalog.models import FACT_MODELS, Citation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

FIRST_YEAR, LAST_YEAR = 2000, 2199
# On the page of a day; the lists behind it have the rest.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happens at a time of a day; ``tone`` is its color, ``what`` says the same in words."""

    at: datetime
    what: str
    tone: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    is_in_month: bool
    is_today: bool
    entries: list[Entry]
    due: int

    @property
    def url(self) -> str:
        return reverse("admin:calendar_day", args=[self.on.isoformat()])

    @property
    def is_empty(self) -> bool:
        return not self.entries and not self.due


def may_plan(user: User | AnonymousUser) -> bool:
    """May see what goes out: it names texts that readers do not see yet."""
    return user.has_perm("editorial.view_edition")


def calendar_view(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """A month; ``?month=2026-12`` names it, without it the present one."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    _allow(request)
    asked = request.GET.get("month", "").strip()
    today = timezone.localdate()
    first = _month(asked) or today.replace(day=1)
    weeks = _weeks(first, today, request.user)
    context = {
        **site.each_context(request),
        "title": f"Calendar: {date_format(first, 'F Y')}",
        "month": first,
        "weeks": weeks,
        "weekdays": [day.on for day in weeks[0]],
        "is_empty": all(day.is_empty for week in weeks for day in week if day.is_in_month),
        "unknown": asked if asked and _month(asked) is None else "",
        "before": _step(first, -1),
        "after": _step(first, 31),
        "this_month": today.replace(day=1),
    }
    return TemplateResponse(request, "admin/calendar.html", context)


def day_view(request: HttpRequest, site: AdminSite, day: str) -> HttpResponse:
    """One day: what goes out, what falls due, and what changed for readers."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    _allow(request)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404("There is no such day.") from None
    if on.isoformat() != day or not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Http404("The calendar does not reach this day.")
    since, until = _begin(on), _begin(on + timedelta(days=1))
    sees_facts = request.user.has_perm("models_catalog.view_citation")
    due = (
        list(Citation.objects.falling_due(on, on + timedelta(days=1)).with_targets().order_by("pk")[:SHOWN])
        if sees_facts
        else []
    )
    context = {
        **site.each_context(request),
        "title": date_format(on, "l, F j, Y"),
        "on": on,
        "entries": entries(since, until),
        "due": [(_fact_of(citation), _form("models_catalog_citation", citation.pk)) for citation in due],
        "is_due_cut": len(due) == SHOWN,
        "sees_facts": sees_facts,
        "editions": went_out(since, until),
        "changes": changes_between(since, until) if sees_facts else None,
        "before": on - timedelta(days=1) if on > date(FIRST_YEAR, 1, 1) else None,
        "after": on + timedelta(days=1) if on < date(LAST_YEAR, 12, 31) else None,
    }
    return TemplateResponse(request, "admin/calendar_day.html", context)


def _allow(request: HttpRequest) -> None:
    if not may_plan(request.user):
        raise PermissionDenied


def _month(text: str) -> date | None:
    try:
        first = date.fromisoformat(f"{text}-01") if len(text) == len("2026-12") else date.min
    except ValueError:
        return None
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None


def _step(first: date, days: int) -> date | None:
    """The first of the month before or after; None where the calendar ends."""
    other = (first + timedelta(days=days)).replace(day=1)
    return other if FIRST_YEAR <= other.year <= LAST_YEAR else None


def _begin(day: date) -> datetime:
    """Midnight or, where the clocks skip it, the first moment after."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _form(label: str, pk: int) -> str:
    return reverse(f"admin:{label}_change", args=[pk])


def _weeks(first: date, today: date, user: User | AnonymousUser) -> list[list[Day]]:
    # Django counts from Sunday, Python from Monday.
    weeks = Calendar((int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7).monthdatescalendar(first.year, first.month)
    begin, end = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries(_begin(begin), _begin(end)):
        by_day[timezone.localdate(entry.at)].append(entry)
    due: dict[Any, int] = {}
    if user.has_perm("models_catalog.view_citation"):
        falling: QuerySet[Any] = Citation.objects.falling_due(begin, end)
        due = dict(falling.values_list("due_on").annotate(count=Count("pk")).order_by())
    return [
        [Day(on, on.month == first.month, on == today, by_day[on], due.get(on, 0)) for on in week] for week in weeks
    ]


def entries(since: datetime, until: datetime) -> list[Entry]:
    """Editions and withdrawals from ``since`` to before ``until``, by time. Two queries."""
    return sorted((*_editions(since, until), *_withdrawals(since, until)), key=lambda entry: (entry.at, entry.title))


def _editions(since: datetime, until: datetime) -> Iterator[Entry]:
    """What went out or will; and drafts with a wish for a time, which nobody has approved yet."""
    for edition in Edition.objects.filter(publish_at__gte=since, publish_at__lt=until):
        assert edition.publish_at is not None
        if edition.status != Edition.Status.APPROVED:
            what, tone = f"{edition.get_status_display()}, for", "warn"
        elif edition.is_public:
            what, tone = "Went out", "good"
        else:
            what, tone = "Goes out", "plain"
        yield Entry(edition.publish_at, what, tone, edition.title, _form("editorial_edition", edition.pk))


def _withdrawals(since: datetime, until: datetime) -> Iterator[Entry]:
    newest = Edition.objects.filter(article=OuterRef("pk")).order_by("-number").values("title")[:1]
    leaving: QuerySet[Any] = Article.objects.filter(withdrawn_at__gte=since, withdrawn_at__lt=until)
    for article in leaving.annotate(title=Subquery(newest)):
        what = "Left" if article.withdrawn_at <= timezone.now() else "Leaves"
        title = article.title or article.slug
        yield Entry(article.withdrawn_at, what, "bad", title, _form("editorial_article", article.pk))


def _fact_of(citation: Citation) -> str:
    assert citation.target is not None
    assert citation.target_kind is not None
    return f"{subject_of(citation.target)}: {label_of(FACT_MODELS[citation.target_kind], citation.field)}"
