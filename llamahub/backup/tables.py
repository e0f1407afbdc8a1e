"""Which tables an export holds, and how a row of each is written.

Everything is in it but what is named here. The same description is made of today's models, to export and restore, and
of the models as they were at an archive's state of migration, to read an older one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.apps.registry import Apps
from django.contrib.postgres.fields import ArrayField
from django.core import serializers
from django.db import models

from .manifest import FIXTURES, RECORDS

# Made by migrations on every site; their numbers differ between sites, so rows refer to them by natural key alone.
LOCAL: Final = {"contenttypes.contenttype", "auth.permission"}
# Derived from the rest, or of one machine and one moment: who is signed in where, what was tried. Links to drafts, too:
# one that was revoked since must not work again.
LEFT_OUT: Final = {
    *LOCAL,
    "accounts.session",
    "accounts.signinattempt",
    "editorial.previewlink",
    "editorial.searchentry",
    "editorial.searchword",
    "sessions.session",
}
# What exports were made is no part of an export; nor are forms that somebody has open, and the count of changes.
APPS_LEFT_OUT: Final = {"backup", "desk", "page_store"}
# Only in an export with accounts: what somebody could sign in with.
SECRETS: Final = {"accounts.secondfactor", "accounts.recoverycode"}
SECRET_FIELDS: Final = {"auth.user": {"password"}}
# Written by triggers: `loaddata` cannot bring them back, since the same triggers watch it.
WRITTEN_BY_TRIGGERS: Final = {"models_catalog.recordedchange", "accounts.auditentry"}
# The natural keys of Django's own models, as lookups; content names its own.
NATURAL: Final = {
    "auth.group": ("name",),
    "auth.permission": ("codename", "content_type__app_label", "content_type__model"),
    "auth.user": ("username",),
    "contenttypes.contenttype": ("app_label", "model"),
    "sites.site": ("domain",),
}

Model: TypeAlias = type[models.Model]
Field: TypeAlias = "models.Field[Any, Any]"


@dataclass(frozen=True)
class Table:
    """One kind of row. ``fields`` are its columns but for the key, ``lists`` its relations to many."""

    model: Model
    fields: tuple[Field, ...]
    lists: tuple[models.ManyToManyField[Any, Any], ...]

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def kind(self) -> str:
        return RECORDS if self.label in WRITTEN_BY_TRIGGERS else FIXTURES

    @property
    def member(self) -> str:
        return f"{self.kind}/{self.label}.json"

    @property
    def db_table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def pk(self) -> Field:
        return self.model._meta.pk

    @property
    def names(self) -> frozenset[str]:
        """What every row of the fixture has under ``fields``."""
        return frozenset(field.name for field in (*self.fields, *self.lists))

    @property
    def files(self) -> tuple[str, ...]:
        """The fields that name a file."""
        return tuple(field.name for field in self.fields if is_file(field))


def tables(apps: Apps, *, with_accounts: bool) -> list[Table]:
    """Every kind of row that an export holds, by name."""
    found = (model for model in apps.get_models() if is_exported(model, with_accounts=with_accounts))
    return sorted((_table(model, with_accounts) for model in found), key=lambda table: table.label)


def in_order(found: list[Table]) -> list[Table]:
    """Each after those that it refers to, as far as that is possible: the order in which `loaddata` takes the files."""
    by_model = {table.model: table for table in found}
    configs = {table.model._meta.app_config: None for table in found}
    ordered = serializers.sort_dependencies(list(configs.items()), allow_cycles=True)
    return [by_model[model] for model in ordered if model in by_model]


def is_exported(model: Model, *, with_accounts: bool) -> bool:
    options = model._meta
    if options.proxy or not options.managed or options.app_label in APPS_LEFT_OUT or options.label_lower in LEFT_OUT:
        return False
    return with_accounts or options.label_lower not in SECRETS


def left_out(apps: Apps, *, with_accounts: bool) -> Iterator[Model]:
    """The rest of the tables, which a restore empties where their rows refer to exported ones."""
    for model in apps.get_models():
        is_a_table = model._meta.managed and not model._meta.proxy
        if is_a_table and not is_exported(model, with_accounts=with_accounts):
            yield model


def _table(model: Model, with_accounts: bool) -> Table:
    options = model._meta
    secret = set() if with_accounts else SECRET_FIELDS.get(options.label_lower, set())
    fields = (f for f in options.concrete_fields if not f.primary_key and not f.generated and f.name not in secret)
    # A relation through a model of its own is exported as that model.
    lists = (field for field in options.many_to_many if through(field)._meta.auto_created)
    return Table(model, tuple(fields), tuple(lists))


def through(field: models.ManyToManyField[Any, Any]) -> Model:
    return field.remote_field.through  # type: ignore[return-value]


def target(field: Field) -> Model | None:
    """What a foreign key or relation leads to."""
    return field.related_model


def is_local(field: Field) -> bool:
    """Leads to rows whose numbers are of one site."""
    model = target(field)
    return model is not None and model._meta.label_lower in LOCAL


def is_array(field: Field) -> bool:
    return isinstance(field, ArrayField)


def is_file(field: Field) -> bool:
    return isinstance(field, models.FileField)


def natural_key(model: Model) -> tuple[str, ...]:
    """The lookups of a model's natural key; empty where rows are named by their number. Today's models only."""
    if model._meta.label_lower in NATURAL:
        return NATURAL[model._meta.label_lower]
    lookups: tuple[str, ...] = getattr(model, "natural_key_fields", ())
    if not hasattr(model._default_manager, "get_by_natural_key"):
        return ()
    known = {field.name for field in model._meta.get_fields()} | {"pk"}
    return lookups if all(lookup.partition("__")[0] in known for lookup in lookups) else ()
