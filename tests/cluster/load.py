"""Readers who keep asking, in a process of their own so that they are not slowed by who judges them.

Either so many a second, whatever becomes of the answers, each timed from the moment at which it was due; or so many
connections that ask again as soon as they are answered.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from llamahub.environment import ROOT

from .client import Connection, Reply
from .mix import Asked, Kind, Mix

# Seconds after which a reader has gone.
PATIENCE = 10
TIMEOUT, RESET, REFUSED = "timeout", "reset", "refused"


@dataclass
class Order:
    """What the process is told."""

    ports: list[int]
    popular: list[str]
    tail: list[str]
    rate: float | None = 60
    connections: int = 64
    count: int | None = None
    seed: int = 1
    kinds: list[str] = field(default_factory=lambda: [kind.value for kind in Kind])


@dataclass(slots=True)
class Sample:
    """One answer. ``at`` is when it was due, by `time.monotonic`, which all processes share."""

    at: float
    ms: float
    outcome: str
    kind: str
    path: str
    is_hit: bool = False
    # An error that says when to come back, on a page of ours.
    is_polite: bool = False

    @property
    def is_failed(self) -> bool:
        return not self.outcome.isdigit() or int(self.outcome) >= 500

    @property
    def ended(self) -> float:
        return self.at + self.ms / 1000


class Load:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.samples: list[Sample] = []

    def read(self) -> None:
        with self.file.open() as lines:
            self.samples = [Sample(*json.loads(line)) for line in lines]


@contextmanager
def load(order: Order, file: Path) -> Iterator[Load]:
    """Asks until the block ends, or until ``count`` answers have come; the samples are there afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.load", str(file)], cwd=ROOT, stdin=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    result = Load(file)
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(order)) + "\n")
        process.stdin.flush()
        yield result
        if order.count is not None:
            process.wait(600)
        process.stdin.close()  # it ends with its orders
        process.wait(PATIENCE + 20)
        result.read()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class Readers:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.mix = Mix(order.popular, order.tail, order.seed)
        self.samples: list[Sample] = []
        self.asked = 0
        self.is_over = False
        self.began = time.monotonic()

    def next(self) -> tuple[float, Asked] | None:
        if self.is_over or (self.order.count is not None and self.asked >= self.order.count):
            return None
        due = self.began + self.asked / self.order.rate if self.order.rate else time.monotonic()
        self.asked += 1
        asked = next(self.mix)
        while asked.kind not in self.order.kinds:
            asked = next(self.mix)
        return due, asked

    async def keep_asking(self, port: int) -> None:
        connection = Connection(port)
        while (order := self.next()) is not None:
            due, asked = order
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            if self.is_over:
                break
            self.samples.append(await ask(connection, due, asked))
        connection.close()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(sys.stdin, self._end)
        ports = self.order.ports
        await asyncio.gather(*(self.keep_asking(ports[n % len(ports)]) for n in range(self.order.connections)))

    def _end(self) -> None:
        if not sys.stdin.read():
            self.is_over = True
            asyncio.get_running_loop().remove_reader(sys.stdin)


async def ask(connection: Connection, due: float, asked: Asked) -> Sample:
    reply: Reply | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            reply = await connection.get(asked.path)
        outcome = str(reply.status)
    except TimeoutError:
        outcome = TIMEOUT
    except ConnectionRefusedError:
        outcome = REFUSED
    except (OSError, EOFError):
        outcome = RESET
    sample = Sample(due, (time.monotonic() - due) * 1000, outcome, asked.kind, asked.path)
    if reply is not None:
        sample.is_hit = reply.headers.get("cache-status", "") == "LlamaHub; hit"
        sample.is_polite = reply.status == 503 and "retry-after" in reply.headers and "LlamaHub" in reply.text
    if sample.is_failed and not sample.is_polite:
        await asyncio.sleep(0.02)  # who was refused does not ask a thousand times a second
    return sample


def main() -> None:
    readers = Readers(Order(**json.loads(sys.stdin.readline())))
    asyncio.run(readers.run())
    with Path(sys.argv[1]).open("w") as file:
        file.writelines(
            json.dumps([s.at, s.ms, s.outcome, s.kind, s.path, s.is_hit, s.is_polite]) + "\n" for s in readers.samples
        )


if __name__ == "__main__":
    main()
