"""What the tests of the site as a whole may use."""

from collections.abc import Iterator

import pytest

from .redis_server import RedisServer


@pytest.fixture
def redis_server(tmp_path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()
