"""Shows recorded changes in the admin."""

from __future__ import annotations

from typing import Any

from django import template

from models_catalog.conflicts import versions_of, written
from models_catalog.models import RecordedChange

register = template.Library()


@register.simple_tag
def shown_versions(formset: Any) -> str:
    """What an editable list shows, for a hidden field: nobody overwrites what they have not seen."""
    return written(versions_of(form.instance for form in formset.initial_forms))


@register.simple_tag
def versions_shown(entries: Any) -> str:
    """The same for a page that lists entries."""
    return written(versions_of(entries))


@register.inclusion_tag("admin/date_hierarchy.html")
def days_of_list(changes: Any) -> dict[str, Any]:
    """Ways into a list by year, month and day."""
    from models_catalog.admin.listing import days  # the admin is loaded last

    return days(changes)


@register.simple_tag
def differences(change: RecordedChange) -> Any:
    """Field by field: before and after."""
    from models_catalog.admin.history import differences_table  # the admin is loaded last

    return differences_table(change)
