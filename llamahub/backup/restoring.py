"""Puts an archive in the place of what the site holds."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from . import media, places
from .emptying import SiteTables
from .errors import BackupError, Damaged, NoSpace, of_system
from .exporting import export, numbered
from .loading import Loader
from .manifest import Manifest
from .reading import Archive, opened
from .rows import files_named, sequence
from .schema import Schema, check_migrated
from .tables import tables
from .telling import Progress, silent
from .verifying import rows, verified

logger = logging.getLogger(__name__)

# Reading goes on meanwhile. Editors who save wait, and are told after four seconds; a restore waits for them no longer
# than this.
LIMITS = f"""
{media.ALONE}
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL timezone = 'UTC';
"""


def restore(
    source: Path, *, replace: bool = False, safety_export: Path | None = None, progress: Progress | None = None
) -> Manifest:
    """Verify the archive, then restore all of it in one transaction, media included: all or nothing.

    Afterwards the site holds what the archive holds and nothing else; sessions are ended. Accounts come back without
    passwords where the archive has none: those whose name exists now keep theirs. Raises `NotEmpty` for a site with
    content, unless ``replace`` is set; then, with ``safety_export``, what was there is first exported to that path,
    accounts included. Raises a BackupError with nothing changed. What a killed run leaves in the media folder is removed
    by the next one, by the next export, or by ``manage.py tidy_media``.
    """
    told = progress or silent
    try:
        with opened(source) as archive:
            manifest, schema = verified(archive, told)
            check_migrated()
            place = places.of_pictures()
            with place.journal(connection) as journal:
                place.check_room(manifest)
                _Restore(archive, manifest, schema, told, journal).run(replace, safety_export)
    except OSError as error:
        raise of_system(error, "restoring") from error
    except DatabaseError as error:
        raise _of_database(error) from error
    _announce()
    logger.info("Restored %s: %s rows", source.name, manifest.rows)
    return manifest


class _Restore:
    def __init__(
        self, archive: Archive, manifest: Manifest, schema: Schema, progress: Progress, journal: places.Journal
    ) -> None:
        self.archive, self.manifest, self.schema = archive, manifest, schema
        self.progress, self.journal = progress, journal

    def run(self, replace: bool, safety_export: Path | None) -> None:
        from editorial.search import index
        from llamahub.page_store import versions

        with index.paused(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LIMITS)
            site = SiteTables(cursor, with_accounts=self.manifest.with_accounts)
            site.lock()
            if not replace:
                site.check_empty()
            elif safety_export:
                export(safety_export, with_accounts=True, progress=self.progress)
            before = files_named(connection, tables(apps, with_accounts=True))
            site.empty()
            if self.schema.is_current:
                self._load(cursor)
                site.unlock()
            else:
                site.unlock()
                self._load_older(cursor)
            site.bring_back_passwords()
            index.rebuild()
            # The triggers that tell of changes were off.
            versions.change()
            cursor.execute("ANALYZE (SKIP_LOCKED)")
            incoming = media.names_in(self.manifest)
            # What is there already and stays there is on neither list.
            self.journal.write(before.symmetric_difference(incoming))
            places.of_pictures().put(self.archive, self.manifest, self.progress)

    def _load(self, cursor: Any) -> None:
        found = tables(self.schema.apps, with_accounts=self.manifest.with_accounts)
        members = {member.name: member for member in self.manifest.members}
        for table in found:
            member = members[table.member]
            self.progress(member.name, 0, member.rows)
            try:
                Loader(cursor, table).load(rows(self.archive, member))
            except DatabaseError as error:
                raise _of_database(error, member.name) from error
            self.progress(member.name, member.rows, member.rows)
        # Now, since a table whose checks are pending cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for model in numbered(found):
            self._continue_numbers(cursor, model)

    def _continue_numbers(self, cursor: Any, model: Any) -> None:
        """The next row gets the number that it would have got. As a change of the table: it is undone with the rest."""
        table, column = model._meta.db_table, model._meta.pk.column
        if name := sequence(connection, model):
            query = sql.SQL("SELECT coalesce(max({}), 0) + 1 FROM {}")
            cursor.execute(query.format(sql.Identifier(column), sql.Identifier(table)).as_string())
            [after_last] = cursor.fetchone()
            number = max(self.manifest.sequences.get(table, 1), after_last)
            restart = sql.SQL("ALTER SEQUENCE {} RESTART WITH {}").format(sql.Identifier(*name), sql.Literal(number))
            cursor.execute(restart.as_string())

    def _load_older(self, cursor: Any) -> None:
        """Take the empty tables back to the archive's state, load it, and bring both to today's as an upgrade would.

        PostgreSQL does this, too, in the one transaction.
        """
        from editorial.live_facts import uses
        from models_catalog.history import attributed

        executor = MigrationExecutor(connection)
        executor.migrate(self.schema.targets)
        state = SiteTables(cursor, with_accounts=True, apps=self.schema.apps)
        state.lock()
        # What migrations put into new tables: the archive has its own.
        state.empty()
        self._load(cursor)
        state.unlock()
        call_command("migrate", verbosity=0, interactive=False)
        with attributed(who="import_fixtures", why="What older texts refer to."):
            uses.rebuild()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _announce() -> None:
    """Everything has changed: who keeps anything derived from content is told once, with the base of all content."""
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sites.models import Site

    from models_catalog.models import Content
    from models_catalog.signals import content_changed

    cache.clear()
    ContentType.objects.clear_cache()
    Site.objects.clear_cache()
    content_changed.send(sender=Content, pk=None, deleted=False)


def _of_database(error: DatabaseError, member: str = "") -> BackupError:
    cause = error.__cause__
    state = str(getattr(cause, "sqlstate", "") or "")
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    if state == "53100":
        return NoSpace("The database's disk is full. Nothing was changed; free some space and try again.")
    if state == "55P03":
        return BackupError("Somebody is writing to the site and does not end. Nothing was changed; try again.")
    if state.startswith(("22", "23", "54")):
        return Damaged(member, f"has rows that the database refuses: {reason}")
    if isinstance(error, OperationalError) and (not state or state.startswith(("08", "57P"))):
        # It may have gone while it was committing.
        return BackupError(
            f"The database was lost: {reason}. The site is as it was or wholly restored: look, and repeat."
        )
    return BackupError(f"The database stopped the restore: {reason}. Nothing was changed.")
