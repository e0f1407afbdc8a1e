"""Which columns the spreadsheet of a kind of entry has."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from models_catalog.models import FACT_MODELS, Citation, Content

from .cells import KEY_BETWEEN, Column, Keys, lines
from .columns import Many, One, column_for

# What every row has and nobody types.
KEPT_BY_ITSELF = {"id", "created_at", "updated_at"}
VERSION = "_version"
VERSION_HELP = (
    "How the entry was when it was exported. Leave it as it is: an entry that somebody changed since is then not "
    "overwritten. New rows leave it empty."
)


class Table:
    """The columns of one kind of entry, and which of them name a row."""

    def __init__(self, model: type[Content]) -> None:
        self.model = model
        self.name = str(model._meta.verbose_name)
        self.names = str(model._meta.verbose_name_plural)
        fields = [
            field
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
            if field.name not in KEPT_BY_ITSELF and field.related_model is not get_user_model()
        ]
        self.columns: tuple[Column, ...] = tuple(
            sorted(map(column_for, fields), key=lambda column: column.name not in key_names(model))
        )
        self.by_name = {column.name: column for column in self.columns}
        self.key = tuple(column for column in self.columns if column.name in key_names(model))
        self.related = tuple(column for column in self.columns if isinstance(column, Many))

    def __repr__(self) -> str:
        return f"<Table {self.names}>"

    @property
    def header(self) -> list[str]:
        return [*self.by_name, VERSION]

    def entries(self) -> models.QuerySet[Any]:
        """Bare rows: what they refer to is looked up for all of them at once."""
        return self.model._default_manager.order_by()

    def fetch_related(self, entries: Sequence[Any], keys: Keys) -> None:
        """One query for each list of other entries, however many rows there are."""
        for column in self.related:
            through: Any = column.relation.remote_field.through
            ours, theirs = column.relation.m2m_field_name(), column.relation.m2m_reverse_field_name()
            pairs = through._default_manager.filter(**{f"{ours}__in": [entry.pk for entry in entries]})
            found: dict[int, set[str]] = defaultdict(set)
            for pk, other in pairs.values_list(f"{ours}_id", f"{theirs}_id"):
                found[pk].add(keys.text(column.target, other))
            for entry in entries:
                column.put(entry, frozenset(found[entry.pk]))

    def texts(self, entry: Any, keys: Keys) -> dict[str, str]:
        """Every cell of an entry."""
        return {column.name: column.text(column.value_of(entry), keys) for column in self.columns}

    def key_of(self, texts: dict[str, str]) -> tuple[str, ...]:
        """What names a row, from its cells."""
        return tuple(lines(texts[column.name]).strip() for column in self.key)

    def named(self, wanted: Iterable[tuple[str, ...]], keys: Keys) -> models.QuerySet[Any]:
        """The entries with these keys, and perhaps some more: each part of a key narrows them on its own."""
        entries = self.entries()
        for column, values in zip(self.key, map(set, zip(*wanted, strict=True)), strict=False):
            if "" in values and column.field.null:
                continue
            if isinstance(column, One):
                known = keys.by_text(column.target)
                entries = entries.filter(**{f"{column.field.name}__in": {known[v] for v in values if v in known}})
            else:
                entries = entries.filter(**{f"{column.field.name}__in": values})
        return entries

    def version(self, texts: dict[str, str]) -> str:
        """A short name for exactly these values. Begins with letters, or a spreadsheet would read a number."""
        values = json.dumps([(name, texts[name]) for name in self.by_name]).encode()
        return f"as-{hashlib.sha256(values).hexdigest()[:12]}"

    def words_for(self, key: Iterable[str]) -> str:
        """What people call the row of a key: its parts that are not empty."""
        return KEY_BETWEEN.join(part for part in key if part)


def key_names(model: type[Content]) -> tuple[str, ...]:
    """The fields whose columns name a row."""
    if model is Citation:
        return (*FACT_MODELS, "field", "source", "locator")
    return tuple(lookup.partition("__")[0] for lookup in model.natural_key_fields)


@cache
def table_of(model: type[Content]) -> Table:
    return Table(model)
