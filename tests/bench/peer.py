"""The Wagtail demo’s article beside ours, each made by its own Django with the same database server and the same web server.

None of it is part of this repository. To have it measured, get a checkout of github.com/wagtail/bakerydemo, with a
virtual environment ``.venv`` inside it that has what it requires, ``psycopg[binary]``, ``whitenoise`` and ``granian``:
``BAKERYDEMO=/path/to/bakerydemo make bench``. It runs under its production settings, without a cache, as our pages are
measured without their store; with its own content, in a database of its own, ``bench_bakerydemo``, beside ours.
``BAKERYDEMO_PYTHON`` names another Python.
"""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from .servers import granian

HOW = "get a checkout of github.com/wagtail/bakerydemo with its own .venv, and set BAKERYDEMO to its folder."
DATABASE = "bench_bakerydemo"
# An article with a head picture, an author and tags: the kind of page that ours is.
ARTICLE = "/blog/wild-yeast/"
SETTINGS = """
from bakerydemo.settings.production import *
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}}}
SECURE_SSL_REDIRECT = False
WAGTAILADMIN_BASE_URL = "http://127.0.0.1"
MEDIA_ROOT, STATIC_ROOT = {media!r}, {static!r}
"""


@contextmanager
def article(*, workers: int) -> Iterator[str | None]:
    """The address of the demo’s article while it is served; None, and a sentence, where the demo is not here."""
    named = os.environ.get("BAKERYDEMO", "")
    folder = Path(named).absolute()
    if not named or not (folder / "bakerydemo").is_dir():
        found = f"BAKERYDEMO is {named}, where it is not" if named else "which is not here"
        print(f"Without the Wagtail demo, {found}: {HOW}")
        yield None
        return
    python = os.environ.get("BAKERYDEMO_PYTHON", str(folder / ".venv" / "bin" / "python"))
    environment = _prepared(folder, python)
    with granian(
        "bakerydemo.wsgi:application", workers=workers, python=python, environment=environment, folder=folder
    ) as port:
        url = f"http://127.0.0.1:{port}{ARTICLE}"
        with urllib.request.urlopen(url) as response:  # sizes of pictures are made when they are first asked for
            assert response.status == 200
        yield url


def _prepared(folder: Path, python: str) -> dict[str, str]:
    """The demo’s environment; the first time, its tables and its content too."""
    from django.conf import settings

    scratch: Path = settings.DATA_DIR / "bench" / "bakerydemo"
    scratch.mkdir(parents=True, exist_ok=True)
    media, static = str(scratch / "media"), str(scratch / "static")
    (scratch / "bench_settings.py").write_text(SETTINGS.format(media=media, static=static))
    environment = {
        "DATABASE_URL": _database(),
        "DJANGO_SECRET_KEY": "only measured, never reached",
        "DJANGO_SETTINGS_MODULE": "bench_settings",
        "PYTHONPATH": os.pathsep.join((str(scratch), str(folder))),
    }
    if not (scratch / "filled").exists():
        print("Filling the Wagtail demo with its content, this once …", flush=True)
        for command in (["migrate"], ["load_initial_data"], ["collectstatic", "--noinput"]):
            subprocess.run(
                [python, "-m", "django", *command, "-v0"],
                check=True,
                cwd=folder,
                env={**os.environ, **environment},
                stdout=subprocess.DEVNULL,
            )
        (scratch / "filled").touch()
    return environment


def _database() -> str:
    """The address of its database on our server, which stays up while this process is connected."""
    from django.db import connection

    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    server = connection.connection.info
    user = quote(server.user, safe="") + (f":{quote(server.password, safe='')}" if server.password else "")
    return f"postgres://{user}@{quote(server.host, safe='')}:{server.port}/{DATABASE}"
