"""``python -m tests.cluster [scenario …]``: all scenarios, or those that are named."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from llamahub.environment import ROOT, data_dir

from . import report
from .packages import missing
from .run import Run
from .site import OPTIONAL, running


def main() -> int:
    from .scenarios import SCENARIOS

    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"of {', '.join(SCENARIOS)}; all without one")
    parser.add_argument("--seconds", type=float, default=20, help="how long a scenario lasts (20)")
    parser.add_argument("--rate", type=float, default=40, help="requests of readers a second (40)")
    parser.add_argument(
        "--granian", default="", help="further options of the nodes’ server, for example '--backlog 2048'"
    )
    parser.add_argument(
        "--without", action="append", choices=list(OPTIONAL), default=[], help="have the nodes do without a part"
    )
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs")
    chosen = parser.parse_args()
    if unknown := set(chosen.scenarios) - SCENARIOS.keys():
        parser.error(f"there is no scenario {unknown.pop()!r}: choose of {', '.join(SCENARIOS)}")
    if absent := missing():
        print("Skipped.", *absent, sep="\n")
        return 0
    signal.signal(signal.SIGTERM, _as_interrupt)
    folder = Path(tempfile.mkdtemp(prefix="llamahub-cluster-"))
    folder.chmod(0o755)  # PostgreSQL and nginx’s workers run under other accounts
    try:
        return _run(chosen, folder, list(SCENARIOS.items()))
    except KeyboardInterrupt:
        print("Interrupted; everything that was started is ended.")
        return 130
    finally:
        if chosen.keep:
            print(f"The logs are in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _run(chosen: argparse.Namespace, folder: Path, scenarios: list) -> int:
    began = time.monotonic()
    first_port = int(os.environ.get("CLUSTER_PORT", "8300"))
    with running(folder, first_port, chosen.granian.split(), frozenset(chosen.without)) as site:
        run = Run(site, chosen.seconds, chosen.rate)
        run.prepare()
        print(f"Ready after {time.monotonic() - began:.0f} s; {len(run.kept)} kept pages on each node.", flush=True)
        for name, scenario in scenarios:
            if chosen.scenarios and name not in chosen.scenarios:
                continue
            done = len(run.verdicts)
            scenario(run)
            for verdict in run.verdicts[done:]:
                print(f"\n{verdict}", flush=True)
        # What was taken away is named in a line; all else is a mistake of ours, and reads like one.
        tracebacks = site.tracebacks()
        logs = run.verdict("logs", "of both nodes")
        logs.demand(f"{tracebacks.total()} tracebacks", not tracebacks)
        logs.numbers |= tracebacks
        print(f"\n{logs}", flush=True)
    file = data_dir(os.environ.get("DATA_DIR", str(ROOT / "var"))) / "cluster" / "record.json"
    report.write(
        run.verdicts,
        file,
        seconds=round(time.monotonic() - began),
        tracebacks=tracebacks.total(),
        rate=run.rate,
        without=chosen.without,
    )
    print(f"\n{report.table(run.verdicts)}\n\nThe record is {file}.")
    return 0 if all(verdict.is_met for verdict in run.verdicts) else 1


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
