"""Writers and readers on several processes: nobody reads what is older than a second.

``READS=10000`` is what we promise; a part of it belongs to every run of the tests.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, connections

from tests.factories import make_hub, make_release

from .conftest import eventually
from .processes import Reader, Server, environment, together

READS = int(os.environ.get("READS", "1000"))
READERS, PROCESSES = 4, 2
VERSIONS = 12
NUMBER = re.compile(r"Llama (\d+)000")
PAGES = ["/models/llama-9/", "/models/", "/models/compare/", "/sitemap.xml"]


@pytest.fixture
def release(transactional_db):
    make_hub()
    return make_release(name="Llama 0000", slug="llama-9")


@pytest.fixture
def settings_of_all() -> dict[str, str]:
    return {}


@pytest.fixture
def servers(release, tmp_path, settings_of_all) -> Iterator[list[Server]]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.served",
        "ANSWERS_MB": "32",
        "TEST_DATABASE": connection.settings_dict["NAME"],
        **settings_of_all,
    }
    started = [Server(environment(**settings), tmp_path / f"{n}.log") for n in range(PROCESSES)]
    try:
        for server in started:
            server.wait()
        yield started
        logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert "Traceback" not in logs
    finally:
        for server in started:
            server.stop()


class Record:
    """When each number was committed."""

    def __init__(self) -> None:
        self.committed: list[float] = [time.monotonic()]

    def oldest_allowed(self, asked_at: float) -> int:
        """The newest number that was there a second before somebody asked."""
        return max(n for n, at in enumerate(self.committed) if n == 0 or at <= asked_at - 1)

    def age(self, number: int, asked_at: float) -> float:
        """For how long the number had been out of date when somebody asked."""
        after = number + 1
        return max(0.0, asked_at - self.committed[after]) if after < len(self.committed) else 0.0


@pytest.mark.slow
def test_nobody_reads_what_is_older_than_a_second(servers, release, capsys):
    record = Record()
    hits, ages = [], []
    is_over = False

    def write() -> None:
        other = connections.create_connection("default")
        other.connect()
        try:
            for n in range(1, 100_000):
                if is_over:
                    return
                other.connection.execute(
                    "UPDATE models_catalog_release SET name = %s WHERE slug = 'llama-9'", [f"Llama {n}000"]
                )
                record.committed.append(time.monotonic())
                # Now and then one that began before others and ends after them; and pauses in which pages are kept.
                time.sleep((0.01, 1.2, 0.05, 0.6)[n % 4])
        finally:
            other.close()

    def read(number: int) -> None:
        reader = Reader(servers[number % len(servers)])
        while len(ages) < READS or len(record.committed) < VERSIONS:
            asked_at = time.monotonic()
            reply = reader.get("/models/llama-9/")
            assert reply.status == 200
            shown = {int(match) for match in NUMBER.findall(reply.text)}
            assert len(shown) == 1, f"half of one version and half of another: {shown}"
            [shown_number] = shown
            assert shown_number >= record.oldest_allowed(asked_at), "older than a second"
            ages.append(record.age(shown_number, asked_at))
            hits.append(reply.is_hit)

    def read_all() -> None:
        nonlocal is_over
        try:
            errors = together(*(lambda number=number: read(number) for number in range(READERS)))
            assert not errors, errors
        finally:
            is_over = True

    errors = together(write, read_all)
    assert not errors, errors
    assert sum(hits) > len(hits) / 4, "hardly anything came from the store"
    with capsys.disabled():
        print(
            f"\n{len(hits):,} reads of {len(record.committed):,} versions: {sum(hits) / len(hits):.0%} from the store, "
            f"the oldest {max(ages) * 1000:.0f} ms out of date"
        )


@pytest.mark.slow
def test_a_process_hears_of_changes_and_has_the_start_page_before_anybody_asks(servers):
    def listening() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE application_name = 'llamahub content changes' AND datname = current_database()"
            )
            return cursor.fetchone()[0]

    assert eventually(lambda: listening() == PROCESSES)
    assert all(Reader(server).get("/").is_hit for server in servers)


class TestSharedPages:
    """With a second level that comes and goes meanwhile."""

    @pytest.fixture
    def settings_of_all(self, redis_server) -> dict[str, str]:
        # One site: its address would have the port of each process in it otherwise.
        return {"CACHE_URL": redis_server.url, "SITE_URL": "http://127.0.0.1"}

    @pytest.fixture
    def trouble(self, redis_server) -> Iterator[None]:
        is_over = threading.Event()

        def come_and_go() -> None:
            while not is_over.wait(2):
                redis_server.stop()
                is_over.wait(0.7)
                redis_server.start()

        thread = threading.Thread(target=come_and_go)
        thread.start()
        yield
        is_over.set()
        thread.join()

    @pytest.mark.slow
    def test_nobody_reads_what_is_older_than_a_second(self, servers, trouble, release, capsys):
        test_nobody_reads_what_is_older_than_a_second(servers, release, capsys)

    @pytest.mark.slow
    def test_what_one_process_has_made_another_one_shows_as_it_is(self, servers, release):
        one, other = (Reader(server) for server in servers)
        assert eventually(lambda: one.get("/models/llama-9/").is_hit)
        # It has nothing of its own yet.
        assert eventually(lambda: other.get("/robots.txt").is_hit)
        first, second = one.get("/models/llama-9/"), other.get("/models/llama-9/")
        assert second.is_hit
        assert (second.headers["etag"], second.text) == (first.headers["etag"], first.text)


@pytest.mark.slow
def test_a_process_learns_of_changes_without_being_told(servers, release):
    """Behind some poolers no notification arrives: asking twice a second is enough."""
    readers = [Reader(server) for server in servers]
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'page_store_content_changed'")
        [source] = cursor.fetchone()
        cursor.execute(_function(source.replace("PERFORM pg_notify('llamahub_content', '');", "")))
        try:
            for reader in readers:
                assert eventually(lambda reader=reader: reader.get("/models/llama-9/").is_hit)
            cursor.execute("UPDATE models_catalog_release SET name = 'Llama 7000'")
            changed = time.monotonic()
            for reader in readers:
                assert eventually(lambda reader=reader: "Llama 7000" in reader.get("/models/llama-9/").text)
            assert time.monotonic() - changed < 1
        finally:
            cursor.execute(_function(source))


def _function(source: str) -> str:
    return f"CREATE OR REPLACE FUNCTION page_store_content_changed() RETURNS trigger LANGUAGE plpgsql AS $f${source}$f$"
