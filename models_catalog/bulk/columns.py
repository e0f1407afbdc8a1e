"""Cells that hold several values, or name other entries; and which column suits which field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from models_catalog.models import Content

from .cells import KEY_BETWEEN, CellError, Choice, Column, Day, Exact, Keys, Whole, YesNo, choose, lines, quoted

BETWEEN = "; "


def join(parts: Iterable[str]) -> str:
    return BETWEEN.join(part.replace("\\", "\\\\").replace(";", "\\;") for part in parts)


def split(text: str) -> list[str]:
    """The parts of a list; ``\\;`` is a semicolon within one."""
    parts = re.findall(r"((?:\\.|[^;\\]|\\\Z)*)(?:;|\Z)", text, re.DOTALL)
    return [part for part in (re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL).strip() for part in parts) if part]


class Several(Column):
    """A list of texts, or of choices."""

    def __init__(self, field: Any) -> None:
        super().__init__(field)
        self.choices = field.base_field.flatchoices

    @property
    def shape(self) -> str:  # type: ignore[override]
        if self.choices:
            return "any of: " + BETWEEN.join(str(value) for value, _ in self.choices)
        return "texts with “; ” between"

    @property
    def help(self) -> str:
        """Of what separates them, forms have another idea."""
        return super().help.replace(", separated by commas", "")

    def text(self, value: Any, keys: Keys) -> str:
        return lines(join(value or ()))

    def empty(self) -> list[str]:
        if not self.field.blank:
            raise CellError("Is empty, and needs at least one value.")
        return []

    def parse(self, text: str, keys: Keys) -> list[str]:
        parts = split(text)
        if not self.choices:
            return parts
        chosen = {choose(part, self.choices) for part in parts}
        return [str(value) for value, _ in self.choices if value in chosen]


def find(text: str, model: type[Content], keys: Keys) -> str:
    """The text itself, if an entry is called so. Raises CellError."""
    known = keys.by_text(model)
    if text not in known:
        raise CellError(f"There is no {model._meta.verbose_name} {quoted(text)}.{keys.nearest(text, model)}")
    return text


def short_name_of(model: type[Content]) -> str:
    names = [lookup.removesuffix("__slug").replace("_", " ") for lookup in model.natural_key_fields]
    return "short name" if names == ["slug"] else KEY_BETWEEN.join(names)


class One(Column):
    """Another entry, by its natural key."""

    @property
    def target(self) -> type[Content]:
        return self.field.related_model  # type: ignore[return-value]

    @property
    def shape(self) -> str:  # type: ignore[override]
        return f"the {short_name_of(self.target)} of a {self.target._meta.verbose_name}"

    def text(self, value: Any, keys: Keys) -> str:
        return "" if value is None else keys.text(self.target, value)

    def parse(self, text: str, keys: Keys) -> int:
        return keys.by_text(self.target)[find(text, self.target, keys)]


class Many(Column):
    """Other entries. The value is the set of their natural keys, since some may only be in the file as yet."""

    def __init__(self, field: models.ManyToManyField[Any, Any]) -> None:
        super().__init__(field)
        self.relation = field

    @property
    def target(self) -> type[Content]:
        return self.relation.related_model  # type: ignore[return-value]

    @property
    def shape(self) -> str:  # type: ignore[override]
        return f"{short_name_of(self.target)}s of {self.target._meta.verbose_name_plural} with “; ” between"

    def value_of(self, entry: Any) -> frozenset[str]:
        """What `Table.fetch_related` put there: never a query a row."""
        return entry.__dict__.setdefault("related_keys", {}).get(self.name, frozenset())

    def put(self, entry: Any, value: Any) -> None:
        entry.__dict__.setdefault("related_keys", {})[self.name] = value

    def text(self, value: Any, keys: Keys) -> str:
        return BETWEEN.join(sorted(value))

    def empty(self) -> frozenset[str]:
        if not self.field.blank:
            raise CellError("Is empty, and needs at least one entry.")
        return frozenset()

    def parse(self, text: str, keys: Keys) -> frozenset[str]:
        return frozenset(find(part, self.target, keys) for part in split(text))


def column_for(field: Any) -> Column:
    """The column that suits a field of a model."""
    if isinstance(field, models.ManyToManyField):
        return Many(field)
    kinds: tuple[tuple[bool, type[Column]], ...] = (
        (isinstance(field, models.ForeignKey), One),
        (isinstance(field, ArrayField), Several),
        (bool(field.choices), Choice),
        (isinstance(field, models.BooleanField), YesNo),
        (isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField), Day),
        (isinstance(field, models.IntegerField), Whole),
        (isinstance(field, models.DecimalField), Exact),
        (isinstance(field, models.CharField | models.TextField), Column),
    )
    for suits, kind in kinds:
        if suits:
            return kind(field)
    raise TypeError(f"{field} has no form in a spreadsheet yet: add one to models_catalog/bulk/cells.py.")
