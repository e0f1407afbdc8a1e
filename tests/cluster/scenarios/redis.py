"""Redis goes away, hangs, is full, or holds what is not ours (row 32): it is a help, and nothing depends on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.cluster.parts import wait_until
from tests.cluster.run import Run

QUIET, AFTER = 5, 6


def run(run: Run) -> None:
    for name, fault in {
        "it is killed and comes back": killed,
        "it hangs": paused,
        "it is full": full,
        "its keys are of another type": of_another_type,
    }.items():
        verdict = run.verdict("redis", name)
        with run.scene() as scene:
            time.sleep(QUIET)
            is_used = bool(run.site.redis.all_keys())
            begin = scene.mark("begin")
            fault(run)
            end = scene.mark("end")
            if is_used:
                run.site.redis.ask("FLUSHALL")  # what is in it afterwards is new
                back = wait_until(run.site.redis.all_keys, "the nodes use Redis again", 20, 0.1)
                verdict.demand(f"in use again after {back:.1f} s", back <= 5)
            else:
                verdict.numbers["note"] = "nothing was in it: the nodes do not use it"
            time.sleep(AFTER)
        run.judge_no_errors(verdict, scene)
        run.judge_speed(verdict, scene, begin, end, 3)
        run.judge_phases(verdict, scene, begin, end)


def killed(run: Run) -> None:
    run.site.redis.kill()
    time.sleep(run.seconds / 2)
    run.site.redis.start()


def paused(run: Run) -> None:
    run.site.redis.pause()
    try:
        time.sleep(run.seconds / 2)
    finally:
        run.site.redis.resume()


def full(run: Run) -> None:
    """Every write is refused."""
    redis = run.site.redis
    redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis.ask("CONFIG", "SET", "maxmemory", "1")
    try:
        assert redis.ask("SET", "ours", "x").startswith("-OOM")
        time.sleep(run.seconds / 2)
    finally:
        redis.ask("CONFIG", "SET", "maxmemory", "64mb")
        redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")


def of_another_type(run: Run) -> None:
    """Every key that the nodes write becomes a list at once."""
    over = threading.Event()

    def replace() -> None:
        while not over.is_set():
            for key in run.site.redis.all_keys():
                run.site.redis.ask("DEL", key)
                run.site.redis.ask("RPUSH", key, "not", "ours")
            over.wait(0.1)

    _during(replace, over, run.seconds / 2)


def _during(work: Callable[[], None], over: threading.Event, seconds: float) -> None:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(seconds)
    over.set()
    thread.join(10)
