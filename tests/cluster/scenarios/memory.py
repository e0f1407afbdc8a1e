"""Many readers at once on all kinds of pages, before and after the pages are kept, and what that does to memory (row 34)."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

from tests.cluster.load import load
from tests.cluster.mix import Kind
from tests.cluster.nodes import HOST
from tests.cluster.packages import OPTIONAL, missing
from tests.cluster.report import Verdict, failures, percentile, told
from tests.cluster.run import Run

CONNECTIONS, REQUESTS = 32, 10_000
COLD, WARM = 250, 100
MANY, GROWTH = 100_000, 20
SCRIPT = """
local paths = {{{paths}}}
local n = 0
request = function()
  n = n + 1
  local path = paths[n % #paths + 1]
  if n % 20 == 0 then path = "/run/?memory=" .. (n % 900) + 1 end
  return wrk.format("GET", path)
end
"""


def run(run: Run) -> None:
    requests = round(REQUESTS * run.seconds / 20)
    for node in run.site.nodes:
        node.stop()
    run.site.redis.ask("FLUSHALL")
    for node in run.site.nodes:
        node.start()
    asked(run, f"{requests:,} requests, {CONNECTIONS} at once, nothing kept", requests, COLD)
    run.warm()
    asked(run, f"{requests:,} requests, {CONNECTIONS} at once, all kept", requests, WARM)
    memory(run, round(MANY * run.seconds / 20))


def asked(run: Run, name: str, requests: int, longest: float) -> None:
    verdict = run.verdict("load", name)
    order = run.order(rate=None, connections=CONNECTIONS, count=requests)
    began = time.monotonic()
    with load(order, run.site.folder / f"load-{time.monotonic_ns()}") as readers:
        pass
    samples = readers.samples
    failed = failures(samples)
    verdict.demand(f"{sum(failed.values())} errors in {len(samples):,}", not failed)
    p99 = percentile(samples, 0.99)
    verdict.demand(f"p99 {p99:.0f} ms (at most {longest:g} ms)", p99 <= longest)
    seconds = max(sample.ended for sample in samples) - min(sample.at for sample in samples)
    verdict.numbers["a second"] = f"{len(samples) / seconds:,.0f} in {time.monotonic() - began:.0f} s"
    for kind in Kind:
        verdict.numbers[kind] = told([sample for sample in samples if sample.kind == kind])


def memory(run: Run, requests: int) -> None:
    verdict = run.verdict("load", f"memory over {requests:,} requests")
    if absent := missing(OPTIONAL):
        verdict.numbers["skipped"] = " ".join(absent)
        return
    script = run.site.folder / "mix.lua"
    paths = [*run.popular, *run.tail]
    script.write_text(SCRIPT.format(paths=", ".join(json.dumps(path) for path in paths)))
    _wrk(run, script, 2)  # what the first thousand bring is no growth
    before = {node.name: node.megabytes() for node in run.site.nodes}
    done = wrong = 0
    rates = []
    while done < requests:
        asked, failed, rate = _wrk(run, script, 5)
        done, wrong = done + asked, wrong + failed
        rates.append(rate)
        if len(rates) > 120:
            break
    verdict.demand(f"{wrong} errors in {done:,} requests", wrong == 0)
    _growth(verdict, before, {node.name: node.megabytes() for node in run.site.nodes})
    verdict.numbers["a second"] = f"{sum(rates) / len(rates):,.0f}"


def _growth(verdict: Verdict, before: dict[str, float], after: dict[str, float]) -> None:
    for name, megabytes in after.items():
        grown = megabytes - before[name]
        verdict.demand(f"{name} grew by {grown:.1f} MB to {megabytes:.0f} MB (at most {GROWTH})", grown <= GROWTH)


def _wrk(run: Run, script: Path, seconds: int) -> tuple[int, int, float]:
    """Requests, errors, and requests a second."""
    output = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "10", "-s", str(script), "-H", f"Host: {HOST}",
         "-H", "Accept: text/html", "-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{run.site.nginx.port}/"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    requests, rate = re.search(r"(\d+) requests in", output), re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert requests is not None
    assert rate is not None
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    errors = (int(wrong[1]) if wrong else 0) + (sum(map(int, sockets.groups())) if sockets else 0)
    return int(requests[1]), errors, float(rate[1])
