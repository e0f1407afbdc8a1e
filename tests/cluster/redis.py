"""Redis, spoken to in its own protocol, so that the run needs no client of it."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from .packages import program
from .parts import Part


class Redis(Part):
    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(
            "redis",
            [program("redis-server") or "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
             "--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"],
            port=port, folder=folder,
        )  # fmt: skip

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def is_ready(self) -> bool:
        if not super().is_ready():
            return False
        with contextlib.suppress(OSError):
            return self.ask("PING") == "+PONG"
        return False

    def ask(self, *words: str) -> str:
        """The first line of the answer, or the text that it announces."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=3) as connection:
            sent = [word.encode() for word in words]
            connection.sendall(b"*%d\r\n" % len(sent) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in sent))
            answer = connection.makefile("rb")
            line = answer.readline().decode().rstrip()
            if line.startswith("*"):
                return "\n".join(self._bulk(answer) for _ in range(max(0, int(line[1:]))))
            return (
                answer.read(int(line[1:])).decode(errors="replace") if line.startswith("$") and line != "$-1" else line
            )

    @staticmethod
    def _bulk(answer) -> str:
        size = int(answer.readline()[1:])
        text = answer.read(size + 2)
        return text[:-2].decode(errors="replace")

    def all_keys(self) -> list[str]:
        found = self.ask("KEYS", "*")
        return [key for key in found.split("\n") if key]
