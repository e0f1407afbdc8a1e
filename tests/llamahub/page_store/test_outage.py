"""The database goes away and comes back: readers of kept pages do not notice.

``OUTAGE=10`` is the number of seconds that we promise to bear in a test; three belong to every run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT

from .conftest import eventually
from .processes import Database, Reader, Server, answers

SECONDS = float(os.environ.get("OUTAGE", "3"))
CONTENT = """
from tests.factories import make_hub, make_release
make_hub(); make_release(name="Llama 9", slug="llama-9")
"""
KEPT = ["/", "/models/", "/models/llama-9/"]
MISSING = "/timeline/"


@pytest.fixture
def database() -> Iterator[Database]:
    # Where the account that PostgreSQL runs as may go; folders of pytest are for their owner alone.
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        database = Database(Path(scratch) / "postgres")
        database.start()
        try:
            assert eventually(lambda: answers(database.port))
            yield database
        finally:
            database.stop()


@pytest.fixture
def server(database, tmp_path) -> Iterator[Server]:
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "LLAMAHUB_LOCAL": "1", "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": database.url, "DJANGO_SETTINGS_MODULE": "tests.settings", "ANSWERS_MB": "32",
    }  # fmt: skip
    for arguments in (["migrate", "--verbosity=0"], ["shell", "--verbosity=0", "--command", CONTENT]):
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True, timeout=300)
    server = Server(env, tmp_path / "server.log")
    try:
        server.wait()
        reader = Reader(server)
        for path in KEPT:
            assert eventually(lambda path=path: reader.get(path).is_hit), path
        yield server
    finally:
        server.stop()


def connect(database: Database) -> psycopg.Connection:
    return psycopg.connect(database.url, autocommit=True)


@pytest.mark.slow
def test_an_outage_is_borne_and_over_when_it_is_over(database, server, tmp_path):
    reader = Reader(server)
    database.stop()
    end, asked, slowest = time.monotonic() + SECONDS, 0, 0.0
    while time.monotonic() < end:
        for path in KEPT:
            began = time.monotonic()
            reply = reader.get(path)
            slowest = max(slowest, time.monotonic() - began)
            assert reply.status == 200, path
            asked += 1
        reply = reader.get(MISSING)
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")
        assert "Error 503" in reply.text
    assert asked > 30
    database.start()
    assert eventually(lambda: answers(database.port))
    back = time.monotonic()
    assert eventually(lambda: reader.get(MISSING).status == 200)
    assert time.monotonic() - back <= 2
    assert all(reader.get(path).status == 200 for path in KEPT)
    with connect(database) as other:
        other.execute("UPDATE models_catalog_release SET name = 'Llama 10' WHERE slug = 'llama-9'")
    changed = time.monotonic()
    assert eventually(lambda: "Llama 10" in reader.get("/models/llama-9/").text)
    assert time.monotonic() - changed < 1
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@pytest.mark.slow
def test_what_changed_while_nobody_listened_is_seen_afterwards(database, server):
    """A change between the loss of the connection and the next one, of which no notification tells."""
    reader = Reader(server)
    for n in range(5):
        with connect(database) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
            )
            other.execute("UPDATE models_catalog_release SET name = %s WHERE slug = 'llama-9'", [f"Llama {n}.5"])
        changed = time.monotonic()
        reply = reader.get("/")
        assert reply.status == 200
        assert eventually(lambda n=n: f"Llama {n}.5" in reader.get("/models/llama-9/").text)
        assert time.monotonic() - changed < 1.5


@pytest.mark.slow
def test_a_process_that_starts_without_its_database_says_so_and_serves_when_it_is_there(database, server, tmp_path):
    database.stop()
    log = tmp_path / "second.log"
    second = Server(server.environment, log)
    try:
        second.wait()
        reader = Reader(second)
        began = time.monotonic()
        reply = reader.get("/")
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")
        assert time.monotonic() - began < 5
        database.start()
        assert eventually(lambda: reader.get("/").is_hit)
    finally:
        second.stop()
    text = log.read_text()
    assert "does not tell of changes" in text
    assert "The database does not answer" in text
    assert "Traceback" not in text
