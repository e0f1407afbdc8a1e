"""A Redis of its own for a test: one that it may stop, fill up and spoil."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from functools import cached_property
from pathlib import Path

import pytest

PROGRAMS = ("redis-server", "valkey-server")


def program() -> str:
    """Skips the test where there is none; in CI, where there has to be one, that is a failure."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    reason = "no redis-server: on Debian and Ubuntu, install the package redis-server"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class RedisServer:
    def __init__(self, directory: Path) -> None:
        self.program, self.directory = program(), directory
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @cached_property
    def client(self):
        import redis

        return redis.Redis(port=self.port, socket_timeout=5)

    def start(self, *options: str) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                     "--dir", str(self.directory), "--daemonize", "no", *options]  # fmt: skip
        self.process = subprocess.Popen([self.program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "the Redis ended"
            assert time.monotonic() < end, "the Redis did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def pause(self) -> None:
        """It goes on taking connections, and answers nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
