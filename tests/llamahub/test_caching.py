"""The shared cache fails in every way, and nobody notices but the log."""

from __future__ import annotations

import logging
import os
import pickle
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured

from llamahub import caching, environment, presence
from llamahub.environment import cache as cache_settings

pytestmark = pytest.mark.usefixtures("guards")


@pytest.fixture
def shared(redis_server, settings):
    settings.CACHES = {"default": cache_settings(redis_server.url)}
    return caches["default"]


@contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """A server that says this to whatever it is asked; None: nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                held.append(client)
                if answer is not None:
                    threading.Thread(target=reply, args=(client,), daemon=True).start()

        def reply(client: socket.socket) -> None:
            try:
                while client.recv(65536):
                    client.sendall(answer)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        finally:
            for client in held:
                client.close()
            server.shutdown(socket.SHUT_RDWR)


def eventually(condition, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def works(shared) -> bool:
    shared.set("probe", "there")
    return shared.get("probe") == "there"


def test_it_is_a_cache_like_any_other(shared):
    shared.set("a", {"any": ["thing"]})
    shared.set("b", b"bytes")
    assert shared.get_many(["a", "b", "c"]) == {"a": {"any": ["thing"]}, "b": b"bytes"}
    assert not shared.add("a", 1)
    assert shared.add("n", 1)
    assert shared.incr("n") == 2
    assert "n" in shared
    assert shared.touch("n", 5)
    assert shared.delete("n")
    assert shared.get("n", "nothing") == "nothing"
    shared.set_many({"x": 1, "y": 2})
    shared.delete_many(["x"])
    assert (shared.get("x"), shared.get("y")) == (None, 2)
    shared.set("gone", 1, timeout=0)
    assert shared.get("gone") is None


def test_emptying_it_leaves_what_belongs_to_others(shared, redis_server):
    redis_server.client.set("theirs", "1")
    for n in range(1200):
        redis_server.client.set(f"llamahub:1:{n}", "x")
    shared.clear()
    assert redis_server.client.keys() == [b"theirs"]


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("what lay in the cache was run",))


def forged(value: bytes, key: str = "a") -> dict[str, bytes]:
    return {
        "a pickle": value,
        "one of ours, unsigned": b"p" + value,
        "a signature of nothing": bytes(32) + b"p" + value,
        "signed for another key": caching.sealed("llamahub:1:b", "another"),
        "nothing": b"",
        "noise": b"\xff" * 100,
        "a number": b"7",
    }


@pytest.mark.parametrize("kind", forged(b""))
def test_what_we_did_not_write_is_not_there_and_is_not_run(shared, redis_server, kind):
    redis_server.client.set("llamahub:1:a", forged(pickle.dumps(Bomb()))[kind])
    assert shared.get("a", "nothing") == "nothing"
    shared.set("a", "ours")
    assert shared.get("a") == "ours"


def test_what_was_altered_is_not_there(shared, redis_server):
    shared.set("a", "The license allows it.")
    value = redis_server.client.get("llamahub:1:a")
    redis_server.client.set("llamahub:1:a", value.replace(b"allows", b"denies"))
    assert shared.get("a") is None


def test_another_type_of_value_under_a_key_is_written_over(shared, redis_server):
    redis_server.client.rpush("llamahub:1:a", "x")
    assert shared.get("a", "nothing") == "nothing"
    shared.set("a", "ours")
    assert shared.get("a") == "ours"
    assert not shared.guard.server.is_away


def test_a_server_that_stops_is_missed_by_nobody_and_back_by_itself(shared, redis_server, caplog):
    assert works(shared)
    redis_server.stop()
    with caplog.at_level(logging.INFO, "llamahub.caching"):
        began = time.monotonic()
        for n in range(200):
            shared.set(f"k{n}", n)
            assert shared.get(f"k{n}", "nothing") == "nothing"
            assert shared.get_many(["a"]) == {}
            shared.clear()
        assert time.monotonic() - began < 5
        redis_server.start()  # empty
        assert eventually(lambda: works(shared))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_server_that_is_empty_after_a_restart_is_used_at_once(shared, redis_server):
    assert works(shared)
    redis_server.stop()
    redis_server.start()
    assert shared.get("probe") is None
    assert eventually(lambda: works(shared))


def test_a_silent_server_costs_a_tenth_of_a_second_and_then_nothing(settings):
    with answering(None) as url:
        settings.CACHES = {"default": cache_settings(url)}
        began = time.monotonic()
        assert caches["default"].get("a", "nothing") == "nothing"
        assert time.monotonic() - began < 0.5
        began = time.monotonic()
        for _ in range(1000):
            assert caches["default"].get("a", "nothing") == "nothing"
        assert time.monotonic() - began < 0.5


@pytest.fixture
def askers(monkeypatch) -> list[str]:
    """The names of the threads that asked a server, in the order in which they did."""
    names: list[str] = []
    get = caching.SealingClient.get

    def noting(self, key, default):
        names.append(threading.current_thread().name)
        return get(self, key, default)

    monkeypatch.setattr(caching.SealingClient, "get", noting)
    return names


def test_while_a_server_is_silent_nobody_asks_it_but_one_thread(settings, askers, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE", 0.1)
    is_over = threading.Event()

    def read() -> None:
        while not is_over.wait(0.001):
            assert caches["default"].get("a", "nothing") == "nothing"
            caches["default"].set("a", 1)

    with answering(None) as url:
        settings.CACHES = {"default": cache_settings(url)}
        caches["default"].get("a")
        began = time.monotonic()
        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        assert eventually(lambda: len(askers) > 4)
        is_over.set()
        for reader in readers:
            reader.join()
        assert set(askers[1:]) == {"cache"}
        # A pause and a tenth of a second without an answer for each.
        assert len(askers) - 1 <= (time.monotonic() - began) / 0.2 + 1


def test_a_server_that_hangs_is_back_without_anybody_asking(shared, redis_server, askers, monkeypatch, caplog):
    monkeypatch.setattr(caching, "TIMEOUT", 0.1)
    assert works(shared)
    redis_server.pause()
    with caplog.at_level(logging.INFO, "llamahub.caching"):
        assert shared.get("probe") is None
        assert eventually(lambda: askers.count("cache") > 1)
        assert shared.guard.server.is_away
        redis_server.resume()
        assert eventually(lambda: not shared.guard.server.is_away)
        assert set(askers[2:]) == {"cache"}  # after the one who was there to see it work, and the one who missed it
    assert shared.get("probe") == "there"
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_that_is_forked_off_while_a_server_is_away_tries_it_by_itself(shared, redis_server, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE", 0.1)
    assert works(shared)
    redis_server.stop()
    assert shared.get("probe") is None
    child = os.fork()
    if not child:
        misses_it = shared.get("probe", "nothing") == "nothing" and shared.guard.server.is_away
        os._exit(0 if misses_it and eventually(lambda: works(shared)) else 1)
    time.sleep(0.5)
    redis_server.start()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00\xff" * 50 + b"\r\n",
        b"$-5\r\nx\r\n",
        b"*99999999\r\n",
        b"-ERR no\r\n",
    ],
    ids=["HTTP", "noise", "a length below nothing", "an endless list", "errors"],
)
def test_a_server_that_speaks_nonsense_is_left_alone(settings, answer, askers, caplog, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE", 0.05)
    with answering(answer) as url:
        settings.CACHES = {"default": cache_settings(url)}
        shared = caches["default"]
        for _ in range(20):
            assert shared.get("a", "nothing") == "nothing"
            shared.set("a", 1)
            shared.clear()
        assert eventually(lambda: askers.count("cache") > 2)
        assert shared.guard.server.is_away
        assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_server_that_refuses_what_readers_ask_is_not_back(shared, redis_server, askers, monkeypatch, caplog):
    """It is there, and would answer to its name."""
    monkeypatch.setattr(presence, "PAUSE", 0.05)
    assert works(shared)
    redis_server.client.execute_command("ACL", "SETUSER", "default", "-get")
    with caplog.at_level(logging.INFO, "llamahub.caching"):
        assert shared.get("probe", "nothing") == "nothing"
        assert eventually(lambda: askers.count("cache") > 2)
        assert shared.guard.server.is_away
        redis_server.client.execute_command("ACL", "SETUSER", "default", "+get")
        assert eventually(lambda: not shared.guard.server.is_away)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_server_that_is_full_is_still_read(shared, redis_server, caplog):
    shared.set("a", "kept")
    redis_server.client.config_set("maxmemory", "1")
    with caplog.at_level(logging.INFO, "llamahub.caching"):
        for _ in range(20):
            shared.set("b", "no room")
            assert shared.get("a") == "kept"
        assert shared.get("b") is None
        redis_server.client.config_set("maxmemory", "0")
        assert eventually(lambda: works(shared))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "takes nothing" in caplog.records[0].getMessage()


def test_a_server_that_wants_another_password_is_left_alone(shared, redis_server, caplog):
    assert works(shared)
    redis_server.client.config_set("requirepass", "Zq81")
    redis_server.client.client_kill_filter(skipme=True)
    for _ in range(5):
        assert shared.get("probe", "nothing") == "nothing"
        shared.set("probe", "x")
    assert shared.guard.server.is_away


def test_a_password_in_the_address_is_used_and_not_logged(redis_server, settings, caplog):
    redis_server.client.config_set("requirepass", "Zq81hunter")
    settings.CACHES = {"default": cache_settings(f"redis://:Zq81hunter@127.0.0.1:{redis_server.port}/0")}
    assert works(caches["default"])
    redis_server.stop()
    assert not works(caches["default"])
    assert "does not answer" in caplog.text
    assert "hunter" not in caplog.text


def test_a_late_answer_counts_once(shared, monkeypatch):
    shared.set("a", "there")
    monkeypatch.setattr(caching, "SLOW", -1)
    assert shared.get("a", "nothing") == "there"
    assert shared.get("a", "nothing") == "nothing"


def test_a_server_that_goes_on_answering_late_is_not_back(shared, askers, monkeypatch):
    monkeypatch.setattr(presence, "PAUSE", 0.05)
    monkeypatch.setattr(caching, "SLOW", -1)
    shared.get("a")
    assert eventually(lambda: askers.count("cache") > 3)
    assert shared.guard.server.is_away
    monkeypatch.setattr(caching, "SLOW", 60)
    assert eventually(lambda: not shared.guard.server.is_away)


@pytest.mark.parametrize(
    "url",
    ["redis://", "redis:///0", "redis://cache:port/0", "redis://cache:0/0", "redis://cache/db", "redis://cache/0/1",
     "redis://cache/0?db=2", "rediss://cache/-1", "valkey://[::1/0"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL"):
        cache_settings(url)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("redis://cache", "redis://cache"),
        ("rediss://u:p@cache:6380/2", "rediss://u:p@cache:6380/2"),
        ("valkey://cache/0", "redis://cache/0"),
        ("valkeys://cache/0", "rediss://cache/0"),
    ],
)
def test_valkey_is_spoken_to_as_redis_is(url, location):
    assert cache_settings(url)["LOCATION"] == location


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="requirements-scale.lock"):
        cache_settings("redis://cache:6379/0")


def test_a_text_is_laid_out_once_for_all_machines_and_without_the_cache_as_well(shared, redis_server, monkeypatch):
    from editorial.prose import kept

    first = kept.render("Some *words*.")
    with monkeypatch.context() as patch:
        patch.setattr(kept, "lay_out", lambda *arguments, **options: pytest.fail("laid out again"))
        assert kept.render("Some *words*.").html == first.html
    redis_server.stop()
    assert kept.render("Some *words*.").html == first.html
