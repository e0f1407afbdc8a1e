"""Columns of lists: facts as readers see them, from the one place that writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from models_catalog import formatting
from models_catalog.facts import FACTS
from models_catalog.models import Content


def fact_column(model: type[Content], field: str, *, label: str = "") -> Callable[[Any], Any]:
    """A column that writes one fact as the public pages do, sorted by what is stored."""
    spec = FACTS[model][field]

    @admin.display(description=label or capfirst(spec.label), ordering=field)
    def column(entry: Content) -> str | None:
        value = spec.write(entry)
        return value.text if value else None

    return column


def count_of(model: type[Model], field: str) -> Coalesce:
    """How many rows lead to each row of a list by a field: counted for the rows that are shown, not for all."""
    mine = model._default_manager.order_by().filter(**{field: OuterRef("pk")}).values(field)
    return Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), 0)


def day_column(field: str, *, label: str) -> Callable[[Any], Any]:
    """A column for a plain date."""

    @admin.display(description=label, ordering=field)
    def column(entry: Content) -> str | None:
        value = getattr(entry, field)
        return formatting.day(value).text if value else None

    return column


def age_of_check(checked_on: date | None, *, due_on: date | None = None) -> SafeString | str:
    """When something was last checked; marked when another check is due, or when there never was one."""
    if checked_on is None:
        return format_html('<span class="mark mark--warn">{}</span>', "never read")
    text = formatting.day(checked_on).text
    if due_on and due_on <= timezone.localdate():
        return format_html('{} <span class="mark mark--warn">due</span>', text)
    return text
