"""A cache that machines share, in Redis or Valkey, and that may fail in every way without anybody noticing.

What it does not answer is as if it were not there. After a failure no reader asks it until a thread, which tries it
every second, has had an answer. What lies in it is signed, so that whoever can write to it can neither have us run code
nor show readers what we did not write.
"""

from __future__ import annotations

import hmac
import logging
import pickle
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from django.utils.crypto import salted_hmac

from .logs import in_a_line
from .presence import Presence

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds to connect and to get an answer. A server in the same data center needs 1 or 2 ms, and a page is made in 10 to
# 30: who waits longer is worse off than without it. The rest is for busy machines, ours or its: taking it for away costs
# a second of pages made here. When it begins to hang, those who are just asking wait so long, once.
TIMEOUT = 0.1
# An answer that took longer, with all its steps, is one that we had better not waited for. Not less than a step may take:
# on a machine that has too much to do all answers are late, and making pages instead gives it more.
SLOW = 0.1
# Seconds between two writes to a server that takes nothing.
PAUSE = 1.0
BATCH = 500


class Breaker:
    """Whether it is worth writing to a server that takes nothing, but says so at once: after each pause one tries."""

    def __init__(self) -> None:
        self.down_since: float | None = None
        self._again_at = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        if self.down_since is None:
            return True
        with self._lock:
            if time.monotonic() < self._again_at:
                return False
            self._again_at = time.monotonic() + PAUSE
            return True

    def failed(self, why: str) -> None:
        with self._lock:
            is_news = self.down_since is None
            if is_news:
                self.down_since = time.monotonic()
            self._again_at = time.monotonic() + PAUSE
        if is_news:
            _complain("takes nothing", why)

    def worked(self) -> None:
        if self.down_since is None:
            return
        with self._lock:
            since, self.down_since = self.down_since, None
        if since is not None:
            _works_again(time.monotonic() - since)


def _complain(what: str, why: str) -> None:
    logger.warning("The cache %s: %s. Doing without it, and trying again every second.", what, why)


def _works_again(seconds: float) -> None:
    logger.info("The cache works again after %.0f s", seconds)


class Guard:
    """Of one server, for all threads of the process. One that takes nothing more, being full, may still be read."""

    def __init__(self, read: Callable[[], object]) -> None:
        """``read`` asks the server what readers ask it: one that would answer them with an error is not back."""
        self._read = read
        self.server = Presence("cache", self._answers, _works_again)
        self.takes = Breaker()

    def ask(self, call: Callable[[], T], otherwise: T, *, writes: bool = False, is_long: bool = False) -> T:
        if self.server.is_away or (writes and not self.takes.allows()):
            return otherwise
        from redis.exceptions import ResponseError

        began = time.monotonic()
        try:
            answer = call()
        except ResponseError as refusal:
            self._refused(refusal, writes)
            return otherwise
        except Exception as error:  # what a server that speaks nonsense leads to has no end
            self._lost(in_a_line(error) or type(error).__name__)
            return otherwise
        if (took := time.monotonic() - began) > SLOW and not is_long:
            self._lost(f"an answer took {took:.2f} s")
        elif writes:
            self.takes.worked()
        return answer

    def _lost(self, why: str) -> None:
        if self.server.lost():
            _complain("does not answer", why)

    def _answers(self) -> bool:
        began = time.monotonic()
        self._read()
        return time.monotonic() - began <= SLOW

    def _refused(self, refusal: Exception, writes: bool) -> None:
        """The server is there and says no: it is full, a replica, or has something else under the key."""
        why = in_a_line(refusal)
        if why.startswith("WRONGTYPE"):
            return
        if writes:
            self.takes.failed(why)
        else:
            self._lost(why)


guards: dict[str, Guard] = {}


def guard_of(server: str, read: Callable[[], object]) -> Guard:
    """One for all threads, of which each has a cache, with connections, of its own."""
    return guards.get(server) or guards.setdefault(server, Guard(read))


def sealed(key: str, value: Any) -> bytes:
    content = b"b" + value if isinstance(value, bytes) else b"p" + pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _signature(key, content) + content


def opened(key: str, found: bytes, otherwise: Any) -> Any:
    """What was put under this key by a site with our secret; of anything else, nothing is looked at."""
    signature, content = found[:32], found[32:]
    if not hmac.compare_digest(signature, _signature(key, content)):
        return otherwise
    return content[1:] if content[:1] == b"b" else pickle.loads(content[1:])  # noqa: S301 - signed


def _signature(key: str, content: bytes) -> bytes:
    return salted_hmac("llamahub.caching", key.encode() + b"\0" + content, algorithm="sha256").digest()


class SealingClient(RedisCacheClient):
    """Django's, with short patience and seals."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        ours = {
            "socket_connect_timeout": TIMEOUT,
            "socket_timeout": TIMEOUT,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,  # the older one needs no greeting
        }
        super().__init__(servers, **{**ours, **options})

    def get(self, key: Any, default: Any) -> Any:
        found: Any = self.get_client(key).get(key)
        return default if found is None else opened(key, found, default)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        missing = object()
        found = {key: self.get(key, missing) for key in keys}
        return {key: value for key, value in found.items() if value is not missing}

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        client = self.get_client(key, write=True)
        if timeout == 0:
            client.delete(key)
        else:
            client.set(key, sealed(key, value), ex=timeout)

    def set_many(self, data: Any, timeout: Any) -> None:
        for key, value in data.items():
            self.set(key, value, timeout)

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        client = self.get_client(key, write=True)
        return timeout != 0 and bool(client.set(key, sealed(key, value), ex=timeout, nx=True))

    def clear_prefix(self, prefix: str) -> None:
        """What is ours. The server may be somebody else's as well."""
        client = self.get_client(None, write=True)
        pattern = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in prefix) + "*"
        batch: list[bytes] = []
        for key in client.scan_iter(match=pattern, count=BATCH):
            batch.append(key)
            if len(batch) == BATCH:
                client.unlink(*batch)
                batch.clear()
        if batch:
            client.unlink(*batch)


class RedisCache(DjangosRedisCache):
    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SealingClient
        self.guard = guard_of(str(server), partial(super().get, "presence"))

    def _ask(self, name: str, otherwise: T, *arguments: Any, writes: bool = False) -> T:
        return self.guard.ask(partial(getattr(super(), name), *arguments), otherwise, writes=writes)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", default, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return self._ask("get_many", {}, list(keys), version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._ask("has_key", False, key, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", None, key, value, timeout, version, writes=True)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        return self._ask("set_many", list(data), data, timeout, version, writes=True)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask("add", False, key, value, timeout, version, writes=True)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask("touch", False, key, timeout, version, writes=True)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._ask("delete", False, key, version, writes=True)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._ask("delete_many", None, list(keys), version, writes=True)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        # Redis counts what it can read; ours is sealed.
        return BaseCache.incr(self, key, delta, version)

    def clear(self) -> None:
        prefix = self.make_key("")
        client: Any = self._cache
        self.guard.ask(lambda: client.clear_prefix(prefix), None, writes=True, is_long=True)
