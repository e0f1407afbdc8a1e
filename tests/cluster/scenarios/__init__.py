"""What may happen to the site, by the name under which it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from tests.cluster.run import Run

from . import database, fresh, memory, proxy, redis, replica, restarts, slow

SCENARIOS: dict[str, Callable[[Run], None]] = {
    "postgres": database.run,
    "replica": replica.run,
    "redis": redis.run,
    "nodes": restarts.run,
    "nginx": proxy.run,
    "slow": slow.run,
    "fresh": fresh.run,
    "load": memory.run,
}
