"""The catalogue's filters and orders: what a query string may ask, and nothing else.

No word of a query string reaches the database: it is looked up among the values
that we know, and only the value found there is used. What is not known is left
out, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, PositiveBigIntegerField, Subquery, TextChoices
from django.db.models.functions import Coalesce

from . import paging
from .models import License, Modality, Release, Variant
from .together import ask

if TYPE_CHECKING:
    from django.http import QueryDict

    from .models.releases import ReleaseQuerySet


PARAMETERS = ("branch", "generation", "status", "architecture", "input", "license", "sort")


class Order(TextChoices):
    NEWEST = "newest", "Newest"
    OLDEST = "oldest", "Oldest"
    CONTEXT = "context", "Context"
    PARAMETERS = "parameters", "Parameters"
    NAME = "name", "Name"


_SIZES = Variant.objects.filter(release=OuterRef("pk")).order_by("-parameters_total").values("parameters_total")
_LARGEST = Coalesce(Subquery(_SIZES[:1]), 0, output_field=PositiveBigIntegerField())
PLACES = {
    Order.NEWEST: Release.NEWEST_FIRST,
    Order.OLDEST: Release.OLDEST_FIRST,
    Order.CONTEXT: Release.BY_CONTEXT,
    Order.PARAMETERS: paging.Order(("-largest", "name"), {"largest": _LARGEST}),
    Order.NAME: paging.Order(("name",)),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, as a link."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter of the query string with the values that it may have."""

    name: str
    label: str
    lookup: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a reader asked of the catalogue, after all that is unknown was left out."""

    filters: tuple[Filter, ...]
    chosen: dict[str, str] = field(default_factory=dict)
    order: Order = Order.NEWEST
    ignored: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Nothing was chosen: the catalogue as everyone first sees it."""
        return not self.chosen and self.order == Order.NEWEST

    @property
    def places(self) -> paging.Order:
        return PLACES[self.order]

    def among(self, releases: ReleaseQuerySet) -> ReleaseQuerySet:
        for filter_ in self.filters:
            if filter_.name in self.chosen:
                value = self.chosen[filter_.name]
                releases = releases.filter(
                    **{filter_.lookup: [value] if filter_.lookup.endswith("__contains") else value}
                )
        return releases

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """This selection with a change, always in the same order: one address for one selection."""
        asked = {**self.chosen, "sort": "" if self.order == Order.NEWEST else self.order.value, **changes}
        names = (*(filter_.name for filter_ in self.filters), "sort")
        return {name: value for name in names if (value := asked.get(name))}

    def _url(self, **changes: str | None) -> str:
        kept = self.parameters(**changes)
        return f"?{urlencode(kept)}" if kept else "."

    def menus(self) -> list[tuple[str, list[Choice]]]:
        """Each filter's label with its choices, “Any” first."""
        menus = []
        for filter_ in self.filters:
            current = self.chosen.get(filter_.name)
            choices = [Choice("Any", self._url(**{filter_.name: None}), current is None)]
            choices += [
                Choice(label, self._url(**{filter_.name: value}), value == current)
                for value, label in filter_.values.items()
            ]
            menus.append((filter_.label, choices))
        return menus

    def orders(self) -> list[Choice]:
        return [
            Choice(str(order.label), self._url(sort="" if order == Order.NEWEST else order.value), order == self.order)
            for order in Order
        ]

    def in_words(self) -> str:
        """“Branch: Core models; License: 3.1”, for the page's heading."""
        return "; ".join(
            f"{filter_.label}: {filter_.values[self.chosen[filter_.name]]}"
            for filter_ in self.filters
            if filter_.name in self.chosen
        )


def _filters() -> tuple[Filter, ...]:
    """The filters with the values that listed releases have (one query)."""
    generations = Release.objects.listed().order_by("-generation").values_list("generation", flat=True).distinct()
    # Not joined: of many releases under a license, one is enough.
    in_use = Exists(Release.objects.listed().filter(license=OuterRef("pk")))
    licenses = License.objects.filter(in_use).order_by("-effective_on", "slug").only("slug", "version")
    ask(generations, licenses)
    return (
        Filter("branch", "Branch", "branch", dict(Release.Branch.choices)),
        Filter("generation", "Generation", "generation", {value: value for value in generations}),
        Filter("status", "Status", "status", dict(Release.Status.choices)),
        Filter("architecture", "Architecture", "architecture", dict(Release.Architecture.choices)),
        Filter("input", "Input", "modalities_in__contains", dict(Modality.choices)),
        Filter("license", "License", "license__slug", {license.slug: license.version for license in licenses}),
    )


def selection(query: QueryDict) -> Selection:
    """Reads a query string. The last of a repeated parameter counts; unknown values and names change nothing."""
    filters = _filters()
    chosen: dict[str, str] = {}
    ignored: list[str] = []
    for filter_ in filters:
        asked = query.get(filter_.name, "")
        if asked in filter_.values:
            chosen[filter_.name] = asked
        elif asked:
            ignored.append(filter_.label.lower())
    asked_order = query.get("sort", "") or Order.NEWEST.value
    if asked_order not in Order.values:
        ignored.append("order")
        asked_order = Order.NEWEST.value
    return Selection(filters, chosen, Order(asked_order), tuple(ignored))
