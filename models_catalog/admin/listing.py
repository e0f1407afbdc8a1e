"""Lists of the admin that cost the same however long they are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Max, Min, Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from models_catalog import formatting
from models_catalog.finding import find

if TYPE_CHECKING:
    from django.http import HttpRequest

    ModelAdmin = admin.ModelAdmin[Any]
    ListPaginator = Paginator[Any]
else:
    ModelAdmin, ListPaginator = admin.ModelAdmin, Paginator

# Rows are counted, and paged through, so far. Whoever looks for one among more searches or filters.
COUNTED = 10_000
# Of so many rows, an order that no index has is worked out at once.
SORTED = 2_000
HOW_IT_FINDS = "Finds words by how they begin."


class Counted(int):
    """A number of rows, written as people write it: Django’s templates leave the thousands ungrouped."""

    def __str__(self) -> str:
        return formatting.grouped(int(self))


class MoreThan(Counted):
    """A number of rows that nobody counted to the end, and that says so wherever it is written."""

    def __str__(self) -> str:
        return f"more than {super().__str__()}"


class CountedSoFar(ListPaginator):
    """Pages of the first rows: to count all of a million, all must be read."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return Counted(len(rows))
        found = rows.order_by()[: COUNTED + 1].count()
        return Counted(found) if found <= COUNTED else MoreThan(COUNTED)


def is_long(model: type[Model]) -> bool:
    """Whether a table has more rows than are sorted at once, as Postgres estimates it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        (rows,) = cursor.fetchone()
    return bool(rows > SORTED)


def begins_an_index(model: type[Model], field: str) -> bool:
    """Whether rows can be read in the order of a field."""
    columns: Any = model._meta.concrete_fields
    names = {c.name for c in columns if c.unique or (c.db_index and not c.is_relation)}
    names |= {index.fields_orders[0][0] for index in model._meta.indexes if index.fields_orders and not index.condition}
    return field.lstrip("-") in names


class Changes(ChangeList):
    """Finds the rows of a page first, then fetches these few with all that is shown of them."""

    def get_ordering_field(self, field_name: Any) -> Any:
        """None also for a column that this list is not sorted by, whatever its address says."""
        is_sortable = self.sortable_by is None or field_name in self.sortable_by
        return super().get_ordering_field(field_name) if is_sortable else None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=found)
        if not rows.query.select_related:
            rows = self.apply_select_related(rows)
        self.result_list = rows.order_by(*self.get_ordering(request, self.queryset))


class LongList(ModelAdmin):
    """Counts so far, searches and sorts by an index, and offers days without looking which of them have rows."""

    paginator = CountedSoFar
    # “50 of 1,234”: the count of all rows costs a scan that nobody needs.
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return find(queryset, self.get_search_fields(request), search_term), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Changes]:
        return Changes

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Every column of a short list; of a long one those that an index sorts by, since others sort all of it."""
        columns = super().get_sortable_by(request)
        if not is_long(self.model):
            return columns
        return [name for name in columns if begins_an_index(self.model, self._sorts_by(name))]

    def _sorts_by(self, column: Any) -> str:
        shown = column if callable(column) else getattr(self, column, None) or getattr(self.model, column, None)
        return str(getattr(shown, "admin_order_field", None) or column)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        if changes.search_fields:
            changes.search_help_text = " ".join(filter(None, (changes.search_help_text, HOW_IT_FINDS)))
        if isinstance(changes.result_count, MoreThan):
            # Counts beside each filter would count all of the rows, several times.
            changes.is_facets_optional = changes.add_facets = False
        return changes


def days(changes: Any) -> dict[str, Any]:
    """Years, months of one, or days of one, from the first to the last that the whole list has: what Django’s template
    for a date hierarchy asks for. Which of them have rows among those filtered is not looked up."""
    field = changes.date_hierarchy
    year, month, day = (changes.params.get(f"{field}__{part}") for part in ("year", "month", "day"))

    def link(title: str, **parts: int) -> dict[str, Any]:
        asked = {f"{field}__{name}": value for name, value in parts.items()}
        return {"title": title, "link": changes.get_query_string(asked, [f"{field}__"])}

    try:
        chosen = date(int(year), int(month or 1), int(day or 1)) if year else None
    except ValueError:
        chosen = None
    if chosen is None:
        ends = changes.model._default_manager.order_by().aggregate(first=Min(field), last=Max(field))
        first, last = _day(ends["first"]), _day(ends["last"])
        if first is None or last is None:
            return {"show": False}
        return {"show": True, "choices": [link(str(each), year=each) for each in range(first.year, last.year + 1)]}
    if not month:
        months = (chosen.replace(month=each) for each in range(1, 13))
        return {
            "show": True,
            "back": link("All dates"),
            "choices": [link(date_format(each, "F"), year=each.year, month=each.month) for each in months],
        }
    if not day:
        until = (chosen + timedelta(days=32)).replace(day=1)
        each_day = (chosen + timedelta(days=each) for each in range((until - chosen).days))
        return {
            "show": True,
            "back": link(str(chosen.year), year=chosen.year),
            "choices": [link(str(each.day), year=each.year, month=each.month, day=each.day) for each in each_day],
        }
    return {
        "show": True,
        "back": link(date_format(chosen, "YEAR_MONTH_FORMAT"), year=chosen.year, month=chosen.month),
        "choices": [{"title": date_format(chosen, "MONTH_DAY_FORMAT")}],
    }


def _day(at: Any) -> date | None:
    """Of a date or a moment, in the zone of whoever reads."""
    return timezone.localtime(at).date() if hasattr(at, "tzinfo") else at
