"""The content that ships with the code: from the fixtures into an empty database, and back into the fixtures.

One file per model, ``<app>/fixtures/<model>.json``, with natural keys instead of numbers and in a fixed order, so that
a change of content is a change of a few lines. What belongs to one site alone stays out: accounts, and the times at
which rows were made. Media files are not part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from editorial.live_facts import uses
from editorial.search import index
from models_catalog.history import attributed
from models_catalog.models.base import Content

APPS = ("models_catalog", "editorial")
OF_ONE_SITE = {"created_at", "updated_at"}
EMPTY: tuple[Any, ...] = (None, "", [])


class ContentExists(Exception):
    """The database holds content already; loading would change what editors wrote."""


def content_models() -> list[type[Content]]:
    """Every model of content, each after those that it refers to."""
    everything = [(apps.get_app_config(label), None) for label in APPS]
    return [
        model for model in serializers.sort_dependencies(everything, allow_cycles=True) if issubclass(model, Content)
    ]


def fixture(model: type[Content]) -> Path:
    config = apps.get_app_config(model._meta.app_label)
    return Path(config.path) / "fixtures" / f"{model._meta.model_name}.json"


def first_with_rows() -> type[Content] | None:
    return next((model for model in content_models() if model._default_manager.exists()), None)


def load() -> int:
    """Load every fixture into an empty database, all or nothing; the number of entries."""
    with index.paused(), transaction.atomic():
        occupied = first_with_rows()
        if occupied:
            raise ContentExists(occupied._meta.verbose_name_plural)
        files = [fixture(model) for model in content_models() if fixture(model).exists()]
        if files:
            with attributed(who="load_content", why="The content that ships with the code."):
                call_command("loaddata", *map(str, files), verbosity=0)
            # Fixtures come past `save()`: what the texts refer to is put on record once all entries are there.
            uses.rebuild()
    index.rebuild()
    with connection.cursor() as cursor:
        # So that the first readers do not wait for the planner to learn what there is. A table that is being analyzed
        # already is passed over instead of waited for.
        cursor.execute("ANALYZE (SKIP_LOCKED)")
    return sum(model._default_manager.count() for model in content_models())


def dump() -> Iterator[tuple[Path, int]]:
    """Write the content of the database into the fixtures; each file with its number of entries."""
    for model in content_models():
        entries = [_entry(instance) for instance in sorted(model._default_manager.all(), key=_place)]
        path = fixture(model)
        if entries:
            path.parent.mkdir(exist_ok=True)
            text = json.dumps(entries, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
        yield path, len(entries)


def _place(instance: Content) -> tuple[tuple[int, str], ...]:
    """Sorts by natural key, numbers by their size, and the same under every database's collation."""
    return tuple((len(part) if part.isdigit() else 0, part) for part in instance.natural_key())


def _entry(instance: Content) -> dict[str, Any]:
    [entry] = serializers.serialize(
        "python",
        [instance],
        fields=[field.name for field in _fields(type(instance))],
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    for field in instance._meta.many_to_many:
        entry["fields"][field.name].sort()
    # Most arcs and notes are empty; leaving them out keeps a reviewer's eye on what is said.
    entry["fields"] = {name: value for name, value in entry["fields"].items() if value not in EMPTY}
    return dict(entry)


def _fields(model: type[Content]) -> Iterator[models.Field[Any, Any]]:
    for field in (*model._meta.fields, *model._meta.many_to_many):
        if field.name not in OF_ONE_SITE and field.related_model is not get_user_model():
            yield field
