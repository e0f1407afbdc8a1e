"""A node dies; both are restarted, one after the other, as for an update."""

from __future__ import annotations

import time

from tests.cluster.run import Run

QUIET, AFTER = 4, 6


def run(run: Run) -> None:
    killed(run)
    crashed(run)
    rolling(run)


def killed(run: Run) -> None:
    verdict = run.verdict("nodes", "one is killed and comes back, twice")
    with run.scene() as scene:
        time.sleep(QUIET)
        begin = scene.mark("begin")
        for node in run.site.nodes:
            node.kill()
            time.sleep(3)
            node.start()
            time.sleep(2)
        end = scene.mark("end")
        time.sleep(AFTER)
    run.judge_no_errors(verdict, scene)
    run.judge_phases(verdict, scene, begin, end)


def crashed(run: Run) -> None:
    verdict = run.verdict("nodes", "a worker of each crashes")
    with run.scene() as scene:
        time.sleep(QUIET)
        begin = scene.mark("begin")
        for node in run.site.nodes:
            node.kill_worker()
            time.sleep(6)  # three and a half until there is a new one, and the hub to load
        end = scene.mark("end")
        time.sleep(AFTER)
    run.judge_no_errors(verdict, scene)
    run.judge_phases(verdict, scene, begin, end)


def rolling(run: Run) -> None:
    verdict = run.verdict("nodes", "both are restarted, one after the other")
    took = []
    with run.scene() as scene:
        time.sleep(QUIET)
        begin = scene.mark("begin")
        for node in run.site.nodes:
            took.append(node.stop())
            node.start()
            time.sleep(1)
        end = scene.mark("end")
        time.sleep(AFTER)
    run.judge_no_errors(verdict, scene)
    run.judge_phases(verdict, scene, begin, end)
    verdict.numbers["stopped in"] = ", ".join(f"{seconds:.1f} s" for seconds in took)
