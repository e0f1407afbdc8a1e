"""nginx reads its configuration anew while readers are there."""

from __future__ import annotations

import time

from tests.cluster.run import Run

QUIET, AFTER, TIMES = 4, 4, 5


def run(run: Run) -> None:
    verdict = run.verdict("nginx", f"it is reloaded {TIMES} times")
    with run.scene() as scene:
        time.sleep(QUIET)
        begin = scene.mark("begin")
        for _ in range(TIMES):
            run.site.nginx.reload()
            time.sleep(run.seconds / 2 / TIMES)
        end = scene.mark("end")
        time.sleep(AFTER)
    run.judge_no_errors(verdict, scene)
    run.judge_phases(verdict, scene, begin, end)
