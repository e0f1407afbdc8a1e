"""A day, a time and the zone in which it is meant: the form field of every moment that matters to readers.

Editors type in their own zone or in the site’s, whichever the list beside the
time says. A time that the clocks skip is refused with the nearest ones that
they show; one that they show twice, until the editor says which of the two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from models_catalog import zones

from .site_zone import site_zone

DAY, TIME, ZONE, WHICH = "0", "1", "zone", "which"
FIRST, SECOND = "first", "second"
NO_DAY = "Enter a day that exists, as year-month-day, for example 2026-12-01."
NO_TIME = "Enter a time of day as hours and minutes, for example 09:30."


def _read(day: str, hour: str, zone_name: str, which: str) -> datetime | None:
    """What was typed, as a moment. Raises a ValidationError that names the remedy."""
    on = forms.DateField(required=False, error_messages={"invalid": NO_DAY}).clean(day)
    at = forms.TimeField(required=False, error_messages={"invalid": NO_TIME}).clean(hour)
    if on is None and at is None:
        return None
    if on is None:
        raise ValidationError("Give the day as well as the time, or neither.", code="no_day")
    if at is None:
        raise ValidationError("Give the time as well as the day, or neither.", code="no_time")
    where = _zone(zone_name)
    wall = datetime.combine(on, at)
    try:
        second = {FIRST: False, SECOND: True}.get(which)
        return zones.place(wall, where, second=second).astimezone(UTC)
    except zones.NoSuchTime as gap:
        raise ValidationError(
            f"{wall:%H:%M} does not exist in {zones.name_of(where)} on {_day(wall)}: the clocks go forward. "
            f"The nearest times are {_clock(gap.before, wall)} and {_clock(gap.after, wall)}.",
            code="no_such_time",
        ) from None
    except zones.TwiceThatDay as fold:
        raise ValidationError(
            f"{wall:%H:%M} comes twice in {zones.name_of(where)} on {_day(wall)}: the clocks go back. Choose below: "
            f"the first ({zones.offset(fold.first)}) or the second ({zones.offset(fold.second)}).",
            code="twice_that_day",
        ) from None
    except OverflowError:
        raise ValidationError("No calendar reaches this year. Enter a day closer to today.", code="no_year") from None


def _zone(name: str) -> tzinfo:
    """The zone that the form named: what was typed is meant in the zone that stood beside it."""
    if not name:
        return timezone.get_current_timezone()
    zones.validate(name)
    return zones.zone(name)


def _day(wall: date) -> str:
    return date_format(wall, "F j, Y")


def _clock(at: datetime, wall: datetime) -> str:
    day = "" if at.date() == wall.date() else f" on {_day(at)}"
    return f"{at:%H:%M}{day} ({zones.offset(at)})"


class MomentWidget(forms.MultiWidget):
    """Day, time and zone; under them, the same moment in the site’s zone and in the editor’s."""

    class Media:
        css = {"all": ("admin_site/moment.css",)}
        js = (Script("admin_site/moment.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            DAY: AdminDateWidget(attrs={"aria-label": "Day", "placeholder": "2026-12-01"}),
            TIME: forms.TextInput(
                attrs={"aria-label": "Time", "placeholder": "09:30", "size": 8, "class": "moment__time"}
            ),
            ZONE: forms.Select(attrs={"aria-label": "Time zone"}),
            WHICH: forms.Select(
                attrs={"aria-label": "Which of the two"},
                choices=[("", "Choose …"), (FIRST, "the first"), (SECOND, "the second")],
            ),
        }
        super().__init__(widgets, attrs)
        self.label = ""

    empty_values: tuple[Any, ...] = (None, "")

    def decompress(self, value: Any) -> list[Any]:
        if value in self.empty_values:
            return ["", "", zones.name_of(timezone.get_current_timezone()), ""]
        here = timezone.localtime(value)
        form = "%H:%M:%S" if here.second else "%H:%M"
        which = ""
        if here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset():
            which = SECOND if here.fold else FIRST
        return [here.strftime("%Y-%m-%d"), here.strftime(form), zones.name_of(here.tzinfo or UTC), which]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Without a zone, as from a form of one’s own making, the editor’s is meant."""
        typed = [str(value or "").strip() for value in super().value_from_datadict(data, files, name)]
        typed[2] = typed[2] or zones.name_of(timezone.get_current_timezone())
        return typed

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_{DAY}" not in data and f"{name}_{TIME}" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typed = value if isinstance(value, list) else self.decompress(value)
        mine, sites = zones.name_of(timezone.get_current_timezone()), zones.name_of(site_zone())
        chosen = typed[2] if typed[2] in zones.names() else mine
        self.widgets[2].choices = _zone_choices(mine, sites, chosen)  # type: ignore[attr-defined]
        context = super().get_context(name, typed, attrs)
        context["widget"] |= {
            "label": self.label,
            "has_two": _has_two(typed),
            "mine": mine,
            "sites": sites,
            "lines": _lines(typed),
        }
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        context["parts"] = [
            self._render(part["template_name"], {"widget": part}, renderer)  # type: ignore[attr-defined]
            for part in context["widget"]["subwidgets"]
        ]
        return render_to_string("admin/moment.html", context)


def _zone_choices(mine: str, sites: str, chosen: str) -> list[tuple[str, str]]:
    if mine == sites:
        known = {mine: f"{mine} (the site’s time and yours)"}
    else:
        known = {mine: f"{mine} (your time)", sites: f"{sites} (the site’s time)"}
    return list({**known, **({} if chosen in known else {chosen: chosen})}.items())


def _has_two(typed: list[Any]) -> bool:
    try:
        _read(typed[0], typed[1], typed[2], "")
    except ValidationError as error:
        return error.code == "twice_that_day"
    return False


def _lines(typed: list[Any]) -> list[tuple[str, str]]:
    """Whose time, and the moment in it; nothing for what is no moment."""
    try:
        at = _read(*typed)
    except ValidationError:
        return []
    return in_both_zones(at) if at else []


def in_both_zones(at: datetime) -> list[tuple[str, str]]:
    """The moment in the site’s zone and in that of whoever looks; once where they are the same."""
    sites, mine = site_zone(), timezone.get_current_timezone()
    whose = {"Site": sites} if zones.name_of(mine) == zones.name_of(sites) else {"Site": sites, "You": mine}
    return [(who, in_zone(at, where)) for who, where in whose.items()]


def in_zone(at: datetime, where: tzinfo) -> str:
    """“Tue, Dec 1, 2026, 09:00 in Europe/Berlin (UTC+01:00)”."""
    here = at.astimezone(where)
    named = zones.name_of(where)
    beside = "" if named == zones.DEFAULT else f" ({zones.offset(here)})"
    return f"{date_format(here, 'D, N j, Y, H:i')} in {named}{beside}"


class MomentField(forms.MultiValueField):
    """A moment; empty is None."""

    widget = MomentWidget

    def __init__(self, **kwargs: Any) -> None:
        parts = (forms.CharField(), forms.CharField(), forms.CharField(), forms.CharField())
        super().__init__(fields=parts, require_all_fields=False, **kwargs)
        self.widget.label = str(self.label or "")

    def clean(self, value: Any) -> datetime | None:
        day, hour, zone_name, which = value if isinstance(value, list) and len(value) == 4 else ("", "", "", "")
        at = _read(day, hour, zone_name, which)
        if at is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return at

    def compress(self, data_list: Any) -> Any:
        raise NotImplementedError("`clean` reads the parts together.")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """The moment, not how it is written. What cannot be read has changed."""
        if self.disabled:
            return False
        try:
            now = self.clean(data)
        except ValidationError:
            return True
        return now != (initial.replace(microsecond=0) if isinstance(initial, datetime) else None)


def moment_field(model: type[models.Model], name: str, *, help_text: str) -> MomentField:
    """For a date-time of a model."""
    field = model._meta.get_field(name)
    label = str(getattr(field, "verbose_name", name))
    return MomentField(required=False, label=label[:1].upper() + label[1:], help_text=help_text)
