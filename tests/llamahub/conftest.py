"""What the tests of the site as a whole may use."""

from collections.abc import Iterator

import pytest

from llamahub import caching

from .fake_cdn import FakeCDN, running
from .redis_server import RedisServer


@pytest.fixture
def guards() -> Iterator[None]:
    """Of the servers of a test, none is tried after it."""
    yield
    for guard in caching.guards.values():
        guard.server.stop()
    caching.guards.clear()


@pytest.fixture
def redis_server(tmp_path, monkeypatch, guards) -> Iterator[RedisServer]:
    """A Redis that is given time: a busy machine is not what is tested with it."""
    monkeypatch.setattr(caching, "TIMEOUT", 5)
    monkeypatch.setattr(caching, "SLOW", 60)
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fake_cdn() -> Iterator[FakeCDN]:
    with running() as cdn:
        yield cdn
