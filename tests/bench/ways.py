"""An address that is asked as fast as it answers, and how fast that was: requests a second, by wrk."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from dataclasses import dataclass, field

TURNS = int(os.environ.get("TURNS", "3"))
SECONDS = max(1, round(float(os.environ.get("SECONDS", "2"))))
CONNECTIONS, WORKERS = 32, 2
# More would only wait for each other where every answer takes a worker’s whole time.
FEW = 2 * WORKERS
PACKED = {"Accept-Encoding": "gzip"}


@dataclass
class Way:
    name: str
    url: str
    headers: dict[str, str] = field(default_factory=lambda: dict(PACKED))
    connections: int = CONNECTIONS
    rates: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def p99(self) -> float:
        return statistics.median(self.p99s)

    def measure(self) -> None:
        headers = [part for name, value in self.headers.items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{SECONDS}", "--timeout", "30", "--latency"]
        output = subprocess.run([*command, *headers, self.url], capture_output=True, text=True, check=True).stdout
        rate, p99 = re.search(r"Requests/sec:\s+([\d.]+)", output), re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
        assert rate is not None
        assert p99 is not None
        wrong = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output)
        assert wrong is None, f"{self.name}: {wrong and wrong[0]}"
        assert float(rate[1]), f"{self.name}: no answer within {SECONDS} s; ask for more with SECONDS=10"
        self.rates.append(float(rate[1]))
        self.p99s.append(float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]])
