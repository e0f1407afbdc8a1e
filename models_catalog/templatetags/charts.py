"""Shows the catalogue's charts in templates, the hub's included."""

from __future__ import annotations

from django import template

from models_catalog import sizes as catalog_sizes
from models_catalog.charts import context_chart, events_chart, family_chart
from models_catalog.models import Release, Variant

register = template.Library()

register.simple_tag(family_chart, name="family_chart")
register.simple_tag(context_chart, name="context_chart")
register.simple_tag(events_chart, name="events_chart")


@register.filter
def sizes(release: Release) -> list[Variant]:
    """One checkpoint for each size of a release read with its facts."""
    return catalog_sizes.sizes(release)


@register.filter
def add_to(place: float, distance: int) -> float:
    """A place on a chart, moved. Django's own ``add`` rounds to whole numbers."""
    return round(place + distance, 1)
