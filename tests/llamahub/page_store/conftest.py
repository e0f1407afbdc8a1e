"""A store around the real application, in this process."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import brotli
import pytest

from llamahub.edge import EdgeHandler
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.layer import PageStore
from models_catalog.models import Release
from tests.factories import make_hub, make_release


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers.get("content-encoding", ""), bytes)
        return unpack(self.body).decode()

    @property
    def is_hit(self) -> bool:
        return self.headers.get("cache-status") == "LlamaHub; hit"

    @property
    def is_stored(self) -> bool:
        return self.headers.get("cache-status") == "LlamaHub; fwd=miss; stored"


def environ(target: str, method: str = "GET", **extra: Any) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost:8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **extra,
    }


class Visitor:
    def __init__(self, store: PageStore) -> None:
        self.store = store

    def get(self, target: str, method: str = "GET", **extra: Any) -> Reply:
        started: list[Any] = []
        answer = self.store(environ(target, method, **extra), lambda *arguments: started.extend(arguments))
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        assert len({name.lower() for name, _ in started[1]}) == len(started[1]), "a header came twice"
        return Reply(int(started[0][:3]), {name.lower(): value for name, value in started[1]}, body)


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


@pytest.fixture
def store(transactional_db) -> Iterator[PageStore]:
    store = PageStore(EdgeHandler(), most_bytes=8 * 1024 * 1024)
    store.listener.start()
    assert eventually(lambda: knowledge.version is not None)
    yield store
    store.close()


@pytest.fixture
def visitor(store) -> Visitor:
    return Visitor(store)


@pytest.fixture
def release(transactional_db) -> Release:
    make_hub()
    return make_release(name="Llama 9", slug="llama-9")


@pytest.fixture
def kept(release, visitor) -> Visitor:
    """The release’s page is in the store."""
    assert eventually(lambda: visitor.get("/models/llama-9/").is_hit)
    return visitor
