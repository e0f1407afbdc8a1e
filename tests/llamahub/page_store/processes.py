"""Production servers and a database of their own, as real processes: what is tested is what happens between them."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from llamahub.embedded_postgres import identity
from llamahub.embedded_postgres.server import programs
from tests.conftest import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Database:
    """A PostgreSQL that a test may stop and kill, with the programs of the embedded one."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        found = programs()
        assert found is not None
        self.directory, self.programs, self.port = directory, found, free_port()
        self.data = directory / "data"
        self.data.mkdir()
        self.process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self.data), "-U", "hub", "--auth=trust", "--encoding=UTF8", "--locale=C").wait(60)

    @property
    def url(self) -> str:
        return f"postgres://hub@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self.process = self._run(
            "postgres", "-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1", "-k", "",
            "-c", "fsync=off", "-c", "dynamic_shared_memory_type=mmap", "-c", "max_connections=40",
        )  # fmt: skip

    def stop(self) -> None:
        """At once, without waiting for anybody."""
        if self.process is not None:
            self.process.send_signal(3)  # SIGQUIT
            self.process.wait(20)
            self.process = None

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        # PostgreSQL refuses to run as root; the embedded server knows what to do about it.
        become = partial(identity.assume, self.directory, self.programs)
        with (self.directory / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.programs / program), *arguments],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=become,
            )


class Server:
    """One process of the site, behind the server of production."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port, self.environment = free_port(), environment
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "4",
                 "--port", str(self.port), "--log-level", "error", "llamahub.wsgi:application"],
                cwd=ROOT, env=environment | {"PORT": str(self.port)}, stdout=output, stderr=output,
            )  # fmt: skip

    def wait(self) -> None:
        end = time.monotonic() + 60
        while not answers(self.port):
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def is_hit(self) -> bool:
        return self.headers.get("cache-status") == "LlamaHub; hit"


class Reader:
    """One connection that stays open."""

    def __init__(self, server: Server) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)

    def get(self, path: str, **headers: str) -> Reply:
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        return Reply(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            body.decode("utf-8", "replace"),
        )


def environment(**extra: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATA_DIR", "DATABASE_URL") if name in os.environ}
    return {**kept, "LLAMAHUB_LOCAL": "1", **extra}


def together(*work: object) -> list[BaseException]:
    """Runs functions at once, each in a thread; what went wrong in them."""
    errors: list[BaseException] = []

    def run(function) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(function,)) for function in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
