"""A site beside the running one: a database, a media folder and no cache, all gone afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError
from django.test.utils import override_settings
from psycopg import sql

from .errors import BackupError

# What a database’s name may have at most.
NAME_BYTES = 63
SUFFIX = "_restore_drill"
# Whoever looks at two sites in turn must not be shown the one’s pages in the other.
NO_CACHE = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@dataclass(frozen=True)
class Place:
    """Where a site keeps what it holds. Without ``media``, its pictures are where those of the running site are."""

    database: str
    media: Path | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Whatever asks for database, media or cache in here gets those of this place. In one thread only: the settings
        are those of the process."""
        before = _connect_to(self.database)
        try:
            with override_settings(CACHES=NO_CACHE, **self._pictures()):
                yield
        finally:
            _connect_to(before)

    def _pictures(self) -> dict[str, Any]:
        if self.media is None:
            return {}
        on_disk = {"BACKEND": "editorial.pictures.stores.DiskStore"}
        return {"MEDIA_ROOT": self.media, "STORAGES": {**settings.STORAGES, "default": on_disk}}


@contextmanager
def empty_site(media: Path) -> Iterator[Place]:
    """A database with all tables and no content. One that an interrupted run left is replaced."""
    running = str(connection.settings_dict["NAME"])
    place = Place(running.encode()[: NAME_BYTES - len(SUFFIX)].decode(errors="ignore") + SUFFIX, media)
    _make_database(place.database)
    try:
        media.mkdir(parents=True)
        with place.entered():
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
            call_command("migrate", verbosity=0, interactive=False)
        yield place
    finally:
        _drop_database(place.database)
        shutil.rmtree(media, ignore_errors=True)


def _connect_to(database: str) -> str:
    """The name that the connection had before."""
    connection.close()
    settings: dict[str, Any] = connection.settings_dict
    before, settings["NAME"] = str(settings["NAME"]), database
    return before


def _make_database(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        user, is_allowed = cursor.fetchone()
    if not is_allowed:
        raise BackupError(
            f"The drill needs a database of its own, and the database’s user {user} may not create one: "
            f'allow it with ALTER ROLE "{user}" CREATEDB, or run the drill on a copy of the server.'
        )
    _drop_database(name)
    _execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _drop_database(name: str) -> None:
    _execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(statement: sql.Composed) -> None:
    """On a connection to no database of ours: one in use can be neither made nor dropped."""
    try:
        with connection._nodb_cursor() as cursor:  # Django’s own way to do this
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(statement)
    except ProgrammingError as error:
        raise BackupError(f"The drill’s database could not be made or removed: {str(error).strip()}") from None
