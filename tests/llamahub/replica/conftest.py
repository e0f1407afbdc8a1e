"""The test database under a second name, and who asks it under which. Tests here are marked with `BOTH`."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from llamahub.page_store import snapshot, versions
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.layer import PageStore
from llamahub.page_store.versions import Seen, Token
from llamahub.replica.reading import ALIAS, health
from tests.llamahub.page_store.conftest import eventually, release, store, visitor

BOTH = pytest.mark.django_db(transaction=True, databases=["default", ALIAS])

__all__ = ["BOTH", "release", "store", "visitor"]  # fixtures


@pytest.fixture(scope="package", autouse=True)
def second_name() -> Iterator[None]:
    """Known before Django looks which databases a test may use."""
    default = connections["default"].settings_dict
    options = {**default["OPTIONS"], "connect_timeout": 2}
    connections.settings[ALIAS] = {**default, "OPTIONS": options, "TEST": {**default["TEST"], "MIRROR": "default"}}
    yield
    with suppress(AttributeError):  # nobody has used it
        del connections[ALIAS]
    del connections.settings[ALIAS]


@pytest.fixture
def replica(store: PageStore) -> Iterator[Any]:
    """The connection of that name. Whoever asks for it also has a store, which knows the present version."""
    replica = connections[ALIAS]
    replica.settings_dict["NAME"] = connections["default"].settings_dict["NAME"]
    assert eventually(lambda: knowledge.version is not None)
    yield replica
    health.stop()
    replica.close()


@contextmanager
def asked() -> Iterator[Counter[str]]:
    """How many statements each connection is given, by its own name."""
    count: Counter[str] = Counter()

    def counting(alias: str) -> Callable[..., Any]:
        def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            count[alias] += 1
            return execute(sql, params, many, context)

        return wrapper

    with ExitStack() as stack:
        for alias in ("default", ALIAS):
            stack.enter_context(connections[alias].execute_wrapper(counting(alias)))
        yield count


@contextmanager
def failing(connection: Any, error: Exception, *, after: int = 0) -> Iterator[None]:
    """Every statement of the connection fails, beginning with the one after so many."""
    count = 0

    def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal count
        count += 1
        if count > after:
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


@pytest.fixture
def behind(monkeypatch) -> Callable[[int], None]:
    """Has the replica say that it has seen so many changes fewer than the primary; or more, if negative."""

    def set_back(steps: int) -> None:
        def look() -> Seen:
            seen = versions.look()
            if snapshot.connection.alias != ALIAS:
                return seen
            return seen._replace(token=Token(seen.token.steps - steps, seen.token.mark))

        monkeypatch.setattr(snapshot, "look", look)

    return set_back


@pytest.fixture
def nowhere() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        yield silent.getsockname()[1]


@contextmanager
def refusing(alias: str) -> Iterator[None]:
    """Nobody answers any more at the address of the connection."""
    connect = BaseDatabaseWrapper.connect

    def refuse(self: Any) -> None:
        if self.alias == alias:
            raise OperationalError("connection refused")
        connect(self)

    connections[alias].close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "connect", refuse)
        # Django leaves one of its own on the connection where a test before this one was to use no database.
        own = connections[alias]
        patch.setattr(own, "connect", lambda: refuse(own))
        yield


@contextmanager
def primary_away(store: PageStore, *, known: bool = True) -> Iterator[None]:
    """The process knows it. Unless ``known``, it has not heard of any version of the content either."""
    with refusing("default"):
        last = knowledge.last if known else None
        store.listener.stop()
        knowledge.last = knowledge.version = last
        store.listener.start()
        assert eventually(lambda: knowledge.blind_since is not None)
        yield
    assert eventually(lambda: knowledge.blind_since is None)


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})
