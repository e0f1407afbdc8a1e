"""Two hundred clients take their time, before nginx and before a node (row 35)."""

from __future__ import annotations

import time

from llamahub.bodies import AT_ONCE
from tests.cluster.report import between, told
from tests.cluster.run import Run
from tests.cluster.slow_clients import Habit, habits, shared_out, slow_clients

QUIET, CLIENTS, LONGEST, WATCHED = 8, 200, 30, 36


def node(run: Run) -> None:
    """Without a proxy: no reading of a form can be given up, but only so many are begun."""
    scenario(run, "200 slow clients before a node", run.site.nodes[0].port, shared_out(CLIENTS), left=AT_ONCE)


def run(run: Run) -> None:
    scenario(run, "200 slow clients before nginx", run.site.nginx.port, shared_out(CLIENTS))
    scenario(run, "200 that trickle a form before nginx", run.site.nginx.port, [Habit.TRICKLE] * CLIENTS, are_cut=False)
    node(run)


def scenario(run: Run, name: str, port: int, who: list[Habit], *, are_cut: bool = True, left: int = 0) -> None:
    verdict = run.verdict("slow", name)
    run.warm()
    with run.scene(editing=False, ports=[port]) as scene:
        time.sleep(QUIET)
        begin = scene.mark("begin")
        with slow_clients(port, who) as clients:
            time.sleep(WATCHED if are_cut else run.seconds / 2)
        end = scene.mark("end")
        time.sleep(1)
    samples = scene.load.samples
    failed = sum(sample.is_failed for sample in samples)
    verdict.demand(f"{failed} errors in {len(samples):,} requests of others", failed == 0)
    run.judge_speed(verdict, scene, begin, end, 2)
    if are_cut:
        uncut, slowest = clients.uncut(), clients.slowest()
        verdict.demand(f"{uncut} slow ones are left (at most {left})", uncut <= left)
        verdict.demand(f"the last of the others is cut after {slowest:.0f} s", slowest <= LONGEST)
    verdict.numbers |= {
        "before": told(between(samples, scene.began, begin)),
        "during": told(between(samples, begin, end)),
        **{str(habit): clients.result(habit) for habit in habits(clients)},
    }
