"""Content changes in every way while readers read at both nodes and at nginx: nobody reads what is older than a second."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from contextlib import closing

from tests.cluster.changing import ARTICLE, RELEASE, Changes
from tests.cluster.run import Run, text_of

LONGEST = 1.0
NUMBER = re.compile(r"Fresh(\d+)x")
PAUSES = (0.02, 0.3, 0.02, 0.8, 0.1, 0.4)


class Record:
    """From when on each number is the one to show."""

    def __init__(self) -> None:
        self.since = {0: float("-inf")}

    def age(self, number: int, asked_at: float) -> float:
        """For how long the number had been out of date when somebody asked."""
        later = [at for n, at in list(self.since.items()) if n > number]
        return max(0.0, asked_at - min(later)) if later else 0.0

    def is_early(self, number: int, answered_at: float) -> bool:
        return number in self.since and answered_at < self.since[number] - 0.05


def run(run: Run) -> None:
    changes_wanted, reads_wanted = round(10 * run.seconds), round(500 * run.seconds)
    verdict = run.verdict("fresh", f"{changes_wanted} changes, {reads_wanted:,} reads at three places")
    releases, editions = Record(), Record()
    ages: list[float] = []
    torn = early = failed = 0
    is_over = threading.Event()
    ways = Counter[str]()

    def read(port: int) -> None:
        nonlocal torn, early, failed
        turn = 0
        while not is_over.is_set() or len(ages) < reads_wanted:
            turn += 1
            path, record = (f"/models/{RELEASE}/", releases) if turn % 2 else (f"/articles/{ARTICLE}/", editions)
            asked_at = time.monotonic()
            shown = {int(number) for number in NUMBER.findall(text_of(port, path))}
            answered_at = time.monotonic()
            if not shown:
                failed += 1
                continue
            torn += len(shown) > 1
            early += path.startswith("/articles/") and record.is_early(max(shown), answered_at)
            ages.append(record.age(min(shown), asked_at))

    with closing(Changes(run.site)) as changes:
        releases.since[1] = changes.by_sql(1)
        ports = [*(node.port for node in run.site.nodes), run.site.nginx.port]
        readers = [threading.Thread(target=read, args=(port,), daemon=True) for port in ports * 2]
        time.sleep(1)
        for reader in readers:
            reader.start()
        began = time.monotonic()
        try:
            for number in range(2, changes_wanted + 2):
                way = ("by_sql", "by_orm", "by_clock", "by_sql", "by_admin", "by_orm")[number % 6]
                record = editions if way == "by_clock" else releases
                record.since[number] = getattr(changes, way)(number)
                ways[way] += 1
                time.sleep(PAUSES[number % len(PAUSES)])
            time.sleep(2)
        finally:
            is_over.set()
            for reader in readers:
                reader.join(120)
    stale = sum(age > LONGEST for age in ages)
    verdict.demand(f"{stale} of {len(ages):,} reads older than {LONGEST:g} s", stale == 0)
    verdict.demand(f"{early} showed an edition before its time", early == 0)
    verdict.demand(f"{torn} showed half of one version and half of another", torn == 0)
    verdict.demand(f"{failed} reads failed", failed == 0)
    ages.sort()
    verdict.numbers |= {
        "changes": dict(ways),
        "seconds": round(time.monotonic() - began),
        "out of date by": {
            "p99": f"{ages[int(len(ages) * 0.99)] * 1000:.0f} ms",
            "at most": f"{ages[-1] * 1000:.0f} ms",
        },
    }
