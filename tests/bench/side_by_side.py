"""One page in every way that it is answered: as a file by nginx, from the store, as “not modified”, made by Django.

All on this machine, with the same bytes, in turns, so that what else runs here slows all of them; the median of the
turns counts; what Django makes is asked for by fewer at once. ``python -m tests.bench.side_by_side`` runs it alone. Needs wrk, and nginx for the comparison with it.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TURNS = int(os.environ.get("TURNS", "3"))
SECONDS = max(1, round(float(os.environ.get("SECONDS", "2"))))
CONNECTIONS = 32
WORKERS = 2
PAGE = "/models/llama-4-scout/"
GOAL_OF_NGINX, GOAL_P99 = 0.6, 100
NGINX = """
daemon off; worker_processes {workers}; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off; gzip_static on; default_type text/html; sendfile on; keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/root; }}
}}
"""


@dataclass
class Way:
    name: str
    url: str
    headers: dict[str, str]
    # More would only wait for each other where every answer takes a worker’s whole time.
    connections: int = CONNECTIONS
    rates: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def p99(self) -> float:
        return statistics.median(self.p99s)


def main() -> None:
    from tests.bench.pages import served, wait_for

    print(f"\nOne page ({PAGE}), {CONNECTIONS} connections, {WORKERS} workers, gzip; median of {TURNS} turns:")
    if shutil.which("wrk") is None:
        print("Skipped: wrk is not here, and nothing written in Python asks fast enough. Debian’s package is “wrk”.")
        return
    with ExitStack() as stack:
        port = stack.enter_context(served(WORKERS))
        site = f"http://127.0.0.1:{port}{PAGE}"
        body, etag = _warm(site)
        packed = {"Accept-Encoding": "gzip"}
        ways = [
            Way("from the store", site, packed),
            Way("not modified", site, {**packed, "If-None-Match": etag}),
            Way("made by Django", site, {**packed, "Cookie": "sessionid=none"}, 2 * WORKERS),
        ]
        if program := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"):
            nginx = stack.enter_context(_nginx(program, body))
            wait_for(nginx)
            ways.insert(0, Way("a file of nginx", f"http://127.0.0.1:{nginx}/page.html", packed))
        else:
            print("Without nginx, which is not here: Debian’s package is “nginx-light”.")
        for _ in range(TURNS):
            for way in ways:
                _measure(way)
    print(f"{'':<17}{'a second':>10}{'p99 ms':>9}{'of the first':>14}{'of Django':>12}")
    for way in ways:
        print(
            f"{way.name:<17}{way.rate:>10,.0f}{way.p99:>9.1f}{way.rate / ways[0].rate:>14.2f}{way.rate / ways[-1].rate:>11,.0f}×"
        )
    stored = next(way for way in ways if way.name == "from the store")
    if ways[0] is not stored:
        share = stored.rate / ways[0].rate
        print(f"Goal: {GOAL_OF_NGINX} of nginx: {'reached' if share >= GOAL_OF_NGINX else 'missed'} ({share:.2f}).")
    print(f"Goal: p99 of {GOAL_P99} ms: {'reached' if stored.p99 <= GOAL_P99 else 'missed'} ({stored.p99:.1f} ms).")


def _warm(url: str) -> tuple[bytes, str]:
    """Has every worker keep the page; its plain body and tag."""
    answer = b"", ""
    for _ in range(100):
        with urllib.request.urlopen(url) as response:
            answer = response.read(), response.headers["ETag"]
        time.sleep(0.01)
    return answer


@contextmanager
def _nginx(program: str, body: bytes) -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # its workers run under another account
        (folder / "root").mkdir()
        (folder / "root" / "page.html").write_bytes(body)
        (folder / "root" / "page.html.gz").write_bytes(gzip.compress(body, 6))
        (folder / "conf").write_text(NGINX.format(folder=folder, port=port, workers=WORKERS))
        server = subprocess.Popen([program, "-c", str(folder / "conf"), "-p", scratch])
        try:
            yield port
        finally:
            server.terminate()
            server.wait()


def _measure(way: Way) -> None:
    headers = [part for name, value in way.headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{way.connections}", f"-d{SECONDS}", "--timeout", "30", "--latency", *headers, way.url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, p99 = re.search(r"Requests/sec:\s+([\d.]+)", output), re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    assert rate is not None
    assert p99 is not None
    wrong = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output)
    assert wrong is None, f"{way.name}: {wrong and wrong[0]}"
    assert float(rate[1]), f"{way.name}: no answer within {SECONDS} s; ask for more with SECONDS=10"
    way.rates.append(float(rate[1]))
    way.p99s.append(float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]])


if __name__ == "__main__":
    main()
