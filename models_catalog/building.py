"""Building indexes of tables that are in use, for migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.operations import AddIndex, RemoveIndex


class _BesideWriters:
    """Concurrently, so that nobody waits; but within a transaction, which that cannot be done in, in the plain way.

    A restored archive of an older version is migrated within the transaction that restores it.
    Migrations with these operations set ``atomic = False``.
    """

    atomic = False

    @contextmanager
    def unlimited(self, editor: Any) -> Iterator[bool]:
        """Whether it can be done concurrently. The limits on time are for requests, and for locks that others wait for."""
        if editor.connection.in_atomic_block:
            yield False
            return
        limits = ("statement_timeout", "lock_timeout")
        with editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in limits)}")
            before = cursor.fetchone()
            for name in limits:
                cursor.execute("SELECT set_config(%s, '0', false)", [name])
            try:
                yield True
            finally:
                for name, value in zip(limits, before, strict=True):
                    cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


class BuildIndex(_BesideWriters, AddIndex):
    """Adds an index."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        with self.unlimited(schema_editor) as concurrently:
            if concurrently:
                # One that was interrupted leaves an index behind that is of no use, and whose name is taken.
                name = schema_editor.quote_name(self.index.name)
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
            schema_editor.add_index(model, self.index, concurrently=concurrently)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            with self.unlimited(schema_editor) as concurrently:
                schema_editor.remove_index(model, self.index, concurrently=concurrently)


class DropIndex(_BesideWriters, RemoveIndex):
    """Removes an index, for example one that another has taken the place of."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            with self.unlimited(schema_editor) as concurrently:
                schema_editor.remove_index(model, index, concurrently=concurrently)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            with self.unlimited(schema_editor) as concurrently:
                schema_editor.add_index(model, index, concurrently=concurrently)
