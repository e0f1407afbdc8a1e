"""The primary goes away, loses its backends, or has no connection left (row 31)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

import psycopg

from tests.cluster.postgres import CONNECTIONS, OWNER
from tests.cluster.report import Verdict, between, percentile, recovered_after, rude
from tests.cluster.run import Run, Scene

OUTAGE, QUIET, AFTER = 10, 4, 6


def run(run: Run) -> None:
    for name, fault in {
        f"the primary is stopped for {OUTAGE} s": stopped,
        "its backends are killed three times": killed,
        "all its connections are ended three times": ended,
        "it has no connection left": full,
    }.items():
        scenario(run, run.verdict("postgres", name), fault)


def scenario(run: Run, verdict: Verdict, fault: Callable[[Run, Scene], None]) -> None:
    with run.scene() as scene:
        time.sleep(QUIET)
        # What was changed a moment ago is not kept yet: the pages that must go on are those that are.
        scene.writer.rest()
        time.sleep(1)
        run.warm()
        begin = scene.mark("begin")
        fault(run, scene)
        serves = run.serves_after(scene.moments["up"])
        time.sleep(AFTER)
    end = scene.moments["up"]
    # What an editor managed to change meanwhile has taken the place of what was kept.
    saved = min((s.at for s in scene.writer.samples if s.outcome == "302" and s.ended >= begin), default=end)
    kept = [s for s in between(scene.load.samples, begin, min(saved, end)) if s.path in run.kept]
    failed = sum(sample.is_failed for sample in kept)
    verdict.demand(f"{failed} errors in {len(kept):,} requests for kept pages meanwhile", failed == 0)
    impolite = rude(scene.load.samples) + rude(scene.writer.samples)
    verdict.demand(f"{impolite} answers worse than a 503 with Retry-After and our page", impolite == 0)
    recovery = max(serves, recovered_after([*scene.load.samples, *scene.writer.samples], end))
    verdict.demand(f"recovered {recovery:.2f} s after it was back", recovery <= 2)
    run.judge_phases(verdict, scene, begin, end)
    verdict.numbers["kept pages"] = {"p99": round(percentile(kept, 0.99), 1), "pages": len(run.kept)}


def stopped(run: Run, scene: Scene) -> None:
    run.site.primary.stop_now()
    scene.writer.go_on()
    time.sleep(OUTAGE)
    run.site.primary.start()
    scene.mark("up")


def killed(run: Run, scene: Scene) -> None:
    for _ in range(3):
        for pid in run.site.primary.backends():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        run.site.primary.wait()
        scene.mark("up")
        time.sleep(2.5)
        scene.writer.go_on()


def ended(run: Run, scene: Scene) -> None:
    for _ in range(3):
        run.site.primary.end_backends()
        scene.mark("up")
        time.sleep(2.5)
        scene.writer.go_on()


def full(run: Run, scene: Scene) -> None:
    """Somebody else takes each connection that the hub loses."""
    held: list[psycopg.Connection] = []
    try:
        for _ in range(4):
            with contextlib.suppress(psycopg.OperationalError):
                while len(held) < CONNECTIONS:
                    held.append(run.site.primary.connect(OWNER))
            with run.site.primary.connect() as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND NOT pid = ANY(%s)",
                    [OWNER, [one.info.backend_pid for one in held]],
                )
        scene.writer.go_on()
        time.sleep(run.seconds / 2)
    finally:
        for connection in held:
            connection.close()
    scene.mark("up")
