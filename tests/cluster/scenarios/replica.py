"""The replica goes away, hangs, or falls behind, while editors publish: readers see what is new all the same."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.cluster.run import Run, Scene

QUIET, AFTER = 4, 5


def run(run: Run) -> None:
    for name, fault in {"it is killed and comes back": killed, "it hangs": paused, "it falls behind": behind}.items():
        verdict = run.verdict("replica", name)
        with run.scene() as scene:
            time.sleep(QUIET)
            begin = scene.mark("begin")
            seen = fault(run, scene)
            end = scene.mark("end")
            time.sleep(AFTER)
            seen.append(run.publish(f"Llama Replica {time.monotonic_ns()}"))
            verdict.numbers["caught up after"] = f"{run.site.replica.catch_up():.2f} s"
        verdict.demand(f"nobody who asked {max(seen):.2f} s after a change was shown what was before", max(seen) <= 1)
        verdict.numbers["changes"] = len(seen)
        run.judge_no_errors(verdict, scene)
        run.judge_phases(verdict, scene, begin, end)


def killed(run: Run, scene: Scene) -> list[float]:
    run.site.replica.kill()
    seen = changes(run)
    run.site.replica.start()
    return seen


def paused(run: Run, scene: Scene) -> list[float]:
    return between(run, run.site.replica.pause, run.site.replica.resume)


def behind(run: Run, scene: Scene) -> list[float]:
    return between(run, run.site.replica.pause_replay, run.site.replica.resume_replay)


def between(run: Run, begin: Callable[[], None], end: Callable[[], None]) -> list[float]:
    begin()
    try:
        return changes(run)
    finally:
        end()


def changes(run: Run) -> list[float]:
    seen = []
    over = time.monotonic() + run.seconds / 2
    while time.monotonic() < over:
        seen.append(run.publish(f"Llama Replica {time.monotonic_ns()}"))
        time.sleep(0.8)
    return seen
