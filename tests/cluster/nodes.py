"""A node: the hub behind its production server, as README.md starts it, on half of this machine."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from llamahub.environment import ROOT

from .parts import Part

HOST = "llamahub.example"
# As in README.md, “In production”, with one worker where two nodes share a machine of two cores.
COMMAND = [
    "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--runtime-mode", "st",
    "--http", "1", "--no-ws",
    "--respawn-failed-workers",
    "--workers-kill-timeout", "30", "--http1-header-read-timeout", "20000",
]  # fmt: skip


class Node(Part):
    def __init__(self, number: int, folder: Path, port: int, environment: dict[str, str], options: list[str]) -> None:
        command = [sys.executable, "-m", "granian", *COMMAND, *options, "--port", str(port), "--log-level", "warning"]
        super().__init__(
            f"node{number}", [*command, "llamahub.wsgi:application"], port=port, folder=folder,
            **environment, PORT=str(port),
        )  # fmt: skip
        self.working_directory = ROOT

    def is_ready(self) -> bool:
        """The port listens before the hub behind it is loaded."""
        return super().is_ready() and self.ask("/robots.txt") == 200

    def ask(self, path: str, timeout: float = 5) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
            response = connection.getresponse()
            response.read()
            return response.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def kill_worker(self) -> None:
        """One of the processes that answer; the one that watches over them stays."""
        assert self.process is not None
        os.kill([pid for pid in self.family() if pid != self.process.pid][-1], signal.SIGKILL)

    def tracebacks(self) -> Counter[str]:
        """Errors that the hub did not expect, by their last words."""
        return unexpected(self.log.read_text(errors="replace"))


def unexpected(log: str) -> Counter[str]:
    """By line of the log; what Python itself writes of an error is many lines, and counts once."""
    found: Counter[str] = Counter()
    for line in log.splitlines():
        if "Traceback (most recent call last)" not in line:
            continue
        try:
            entry = json.loads(line)
            # An error may go on over several lines, further in.
            last = [line for line in entry["exception"].splitlines() if line[:1].strip()][-1]
            found[f"{entry['message']}: {last}"] += 1
        except (ValueError, LookupError):
            found["outside the log"] += 1
    return found
