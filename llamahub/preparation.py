"""The steps from a fresh checkout to a site that can be served. Each is quick when there is nothing left to do."""

import hashlib
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from editorial.search import index
from llamahub import content
from llamahub.embedded_postgres.errors import EmbeddedPostgresError
from llamahub.logs import in_a_line

HOST = "127.0.0.1"


def check_port() -> None:
    """First of all: nothing is set up for a server that cannot listen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"PORT is {settings.PORT}, where the hub cannot listen ({error.strerror}): choose another one, "
                f"for example PORT={settings.PORT + 1 if settings.PORT < 65535 else 8000}."
            ) from None


def check_data_dir() -> None:
    try:
        for directory in (settings.DATA_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
            directory.mkdir(parents=True, exist_ok=True)
            probe = directory / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
    except OSError as error:
        raise CommandError(
            f"DATA_DIR is {settings.DATA_DIR}, where nothing can be written ({error.strerror}): "
            "set it to a folder that can be."
        ) from None


def connect() -> str:
    """Starts the embedded server if that is what is configured; what answered."""
    try:
        connection.ensure_connection()
    except EmbeddedPostgresError as error:
        raise CommandError(str(error)) from None
    except OperationalError as error:
        database = connection.settings_dict
        reason = in_a_line(error).removesuffix(".")
        raise CommandError(
            f"DATABASE_URL leads to {database['NAME']!r} on {database['HOST'] or 'this machine'}, "
            f"and it does not answer: {reason}. Correct it, or unset it to use the embedded database."
        ) from None
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    return f"PostgreSQL {version // 10_000}.{version % 10_000}"


def migrate() -> int:
    """The number of migrations that were applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        # The limits are for requests; building an index over a large table may take longer.
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        call_command("migrate", verbosity=0, interactive=False)
    return len(plan)


def load_content() -> int | None:
    """The number of entries loaded into an empty database; None where there is content already."""
    try:
        return content.load()
    except content.ContentExists:
        # Content from before there was a search.
        if index.is_empty():
            index.rebuild()
        return None


def collect_static() -> bool:
    """Whether there was anything new: compressing takes seconds, so it is done when a file has changed."""
    stamp = settings.STATIC_ROOT / ".collected"
    state = _static_state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)
    return True


def _static_state() -> str:
    digest = hashlib.sha256(f"{django.__version__} {settings.STATIC_URL}".encode())
    for path in _static_files():
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            yield Path(storage.path(name))


def make_account() -> tuple[str, str | None] | None:
    """The name of a new administrator, and the password if it was made up; None where there is one already."""
    accounts = get_user_model()._default_manager
    name = os.environ.get("DJANGO_SUPERUSER_USERNAME", "")
    if accounts.filter(username=name).exists() if name else accounts.filter(is_superuser=True).exists():
        return None
    given = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
    password = given or secrets.token_urlsafe(12)
    accounts.create_superuser(name or "admin", os.environ.get("DJANGO_SUPERUSER_EMAIL", ""), password)
    return name or "admin", None if given else password
