"""A project in a directory of its own whose programs connect through the embedded backend.

Each program is a real process: what is tested is what happens between processes. They are told what to do over standard
input, so that a test can hold one open while it kills another.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
SETUP = """
import sys
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "llamahub.embedded_postgres", "NAME": "llamahub", "EMBEDDED_DIR": sys.argv[1]}},
)
import django
django.setup()
from django.db import connection
"""
LISTEN = """
import json
print(json.dumps("here"), flush=True)
for line in sys.stdin:
    try:
        with connection.cursor() as cursor:
            cursor.execute(json.loads(line))
            rows = cursor.fetchall() if cursor.description else []
            answer = {"rows": rows}
    except Exception as error:
        connection.close()
        answer = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer, default=str), flush=True)
"""


class Program:
    """One running process of the project."""

    def __init__(self, arguments: list[str], **options: Any) -> None:
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )
        self._answer()

    def ask(self, statement: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(statement) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        answer = self._answer()
        assert isinstance(answer, dict)
        return answer

    def run(self, statement: str) -> Any:
        """The rows of a statement that works."""
        self.ask(statement)
        answer = self.answer()
        assert "rows" in answer, answer
        return answer["rows"]

    def value(self, statement: str) -> Any:
        return self.run(statement)[0][0]

    def refusal(self, statement: str = "SELECT 1") -> str:
        """The message of a connection that does not come about."""
        self.ask(statement)
        answer = self.answer()
        assert answer.get("error") == "EmbeddedPostgresError", answer
        return str(answer["message"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.communicate(timeout=30)

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        return json.loads(line)


class Project:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.programs: list[Program] = []

    def program(
        self, *, first: str = "", within: Sequence[str] = (), python: str = sys.executable, **options: Any
    ) -> Program:
        """Start a program; ``first`` is code that it runs before all else, ``within`` a command that runs it."""
        command = [*within, python, *self.arguments(first + LISTEN)]
        program = Program(command, **{"env": self.environment(), "cwd": "/", **options})
        self.programs.append(program)
        return program

    def script(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            [sys.executable, *self.arguments(code)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def arguments(self, code: str) -> list[str]:
        return ["-c", SETUP + code, str(self.directory)]

    def environment(self, **extra: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **extra}

    def processes(self) -> dict[int, str]:
        """Supervisor, PostgreSQL and its children: whatever names the directory or works in it."""
        found = {}
        ours = {program.process.pid for program in self.programs}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) in ours:
                continue
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_text().replace("\0", " ")
                if str(self.directory) in command or (entry / "cwd").readlink().is_relative_to(self.directory):
                    found[int(entry.name)] = command
        return found

    def postmaster(self) -> int:
        return int((self.directory / "data" / "postmaster.pid").read_text().split()[0])

    def supervisor(self) -> int:
        return next(pid for pid, command in self.processes().items() if "supervisor" in command)

    def is_stopped(self) -> bool:
        return not self.processes()

    def end(self) -> None:
        for program in self.programs:
            program.close()
        self.programs.clear()

    def end_now(self) -> None:
        """End the programs and do not wait for the grace period: it is there for commands that follow each other."""
        self.end()
        for pid, command in self.processes().items():
            if "embedded_postgres.supervisor" in command:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
        assert eventually(self.is_stopped), self.processes()


def eventually(condition: Callable[[], object], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


MakeProject = Callable[..., Project]
Rounds = Callable[[int], int]
