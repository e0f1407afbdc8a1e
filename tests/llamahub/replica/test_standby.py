"""A real streaming replica, behind real servers: one that falls behind, one that is killed, and one that is all there is."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.llamahub.page_store.conftest import eventually
from tests.llamahub.page_store.processes import Database, Reader, Server, answers
from tests.pages import PAGES

PAGE = "/models/llama-4-scout/"


class Standby(Database):
    """A copy that follows a primary."""

    def __init__(self, directory: Path, primary: Database) -> None:
        super().__init__(directory)
        self.data = directory / "copy"
        copied = self._run(
            "pg_basebackup", "-D", str(self.data), "-h", "127.0.0.1", "-p", str(primary.port), "-U", "hub",
            "-R", "-X", "stream", "-c", "fast", "--no-sync",
        )  # fmt: skip
        assert copied.wait(60) == 0, (directory / "log").read_text()
        self.data.chmod(0o700)


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Database, Standby, dict[str, str], Path]]:
    # Where the account that PostgreSQL runs as may go; folders of pytest are for their owner alone.
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        primary = Database(folder / "primary")
        if not (primary.programs / "pg_basebackup").exists():
            pytest.skip("the PostgreSQL here has no pg_basebackup")
        standby = None
        primary.start()
        try:
            assert eventually(lambda: answers(primary.port))
            env = {
                "PATH": "/usr/bin:/bin", "HOME": scratch, "LLAMAHUB_LOCAL": "1", "DATA_DIR": f"{scratch}/data",
                "DATABASE_URL": primary.url, "DJANGO_SETTINGS_MODULE": "tests.settings", "ANSWERS_MB": "32",
            }  # fmt: skip
            for command in ("migrate", "load_content"):
                subprocess.run(
                    [sys.executable, "manage.py", command, "--verbosity=0"], cwd=ROOT, env=env, check=True, timeout=300
                )
            standby = Standby(folder / "standby", primary)
            standby.start()
            assert eventually(lambda: answers(standby.port))
            yield primary, standby, env | {"DATABASE_REPLICA_URL": standby.url}, folder
        finally:
            primary.stop()
            if standby is not None:
                standby.stop()


def run(database: Database, *statements: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def pages_read(database: Database) -> int:
    """Transactions that pages have ended there."""
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def name_it(primary: Database, name: str) -> None:
    run(primary, f"UPDATE models_catalog_release SET name = '{name}' WHERE slug = 'llama-4-scout'")


@pytest.mark.slow
def test_readers_notice_neither_lag_nor_loss_of_either_server(cluster):
    primary, standby, env, folder = cluster
    server = Server(env, folder / "server.log")
    try:
        server.wait()
        reader = Reader(server)
        # Whoever has a cookie of ours reads the primary: both show the same.
        before = pages_read(standby)
        for url in PAGES.values():
            ours = reader.get(url)
            assert (ours.status, ours.text) == (200, reader.get(url, Cookie="sessionid=x").text), url
        assert eventually(lambda: pages_read(standby) - before > 10)

        # The replica stands still: readers get the change all the same, from the primary.
        run(standby, "SELECT pg_wal_replay_pause()")
        name_it(primary, "Llama 4 Behind")
        assert eventually(lambda: "Llama 4 Behind" in reader.get(PAGE).text)
        run(standby, "SELECT pg_wal_replay_resume()")

        # One that is killed is not missed.
        standby.stop()
        name_it(primary, "Llama 4 Alone")
        assert eventually(lambda: "Llama 4 Alone" in reader.get(PAGE).text)
        for url in PAGES.values():
            assert reader.get(url).status == 200, url
        standby.start()
        assert eventually(lambda: answers(standby.port))
        assert eventually(lambda: reader.get("/search/?q=scout").status == 200)
        log = (folder / "server.log").read_text()
        assert log.count("The replica fails") == 1
        assert eventually(lambda: "The replica answers again" in (folder / "server.log").read_text())

        # What was not kept is read from the replica while the primary is away.
        time.sleep(1)
        primary.stop()
        assert eventually(lambda: reader.get(PAGE, Cookie="sessionid=x").status == 503)
        for url in ["/search/?q=maverick", "/run/?memory=48", *PAGES.values()]:
            assert reader.get(url).status == 200, url
        primary.start()
        assert eventually(lambda: answers(primary.port))
        assert eventually(lambda: reader.get(PAGE, Cookie="sessionid=x").status == 200)
        name_it(primary, "Llama 4 Again")
        assert eventually(lambda: "Llama 4 Again" in reader.get(PAGE).text)
    finally:
        server.stop()
