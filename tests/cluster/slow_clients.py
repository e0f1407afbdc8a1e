"""Clients that take their time, and how long the server bears each of them."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .nodes import HOST

# In /proc/net/tcp: a connection that the server holds open.
ESTABLISHED, CLOSE_WAIT = "01", "08"


class Habit(StrEnum):
    HEADERS = "slow headers"
    BODIES = "slow forms"
    READS = "slow reading"
    # A byte a second keeps every limit for a pause from being reached.
    TRICKLE = "trickled forms"


# Of ten clients.
SHARES = {Habit.HEADERS: 4, Habit.BODIES: 3, Habit.READS: 3}
PAUSES = {Habit.HEADERS: 5.0, Habit.BODIES: 10.0, Habit.READS: 5.0, Habit.TRICKLE: 1.0}
HEAD = f"Host: {HOST}\r\nX-Forwarded-Proto: https\r\n"
FORM = f"POST /admin/login/ HTTP/1.1\r\n{HEAD}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\na"
OPENINGS = {
    Habit.HEADERS: f"GET / HTTP/1.1\r\n{HEAD}",
    Habit.BODIES: FORM,
    Habit.TRICKLE: FORM,
    Habit.READS: "".join(f"GET /sources/ HTTP/1.1\r\n{HEAD}\r\n" for _ in range(20)),
}


@dataclass
class Client:
    habit: Habit
    socket: socket.socket
    port: int
    began: float
    next_at: float
    cut_after: float | None = None


class SlowClients:
    def __init__(self, port: int, habits: list[Habit]) -> None:
        self.port = port
        self.clients = [self._connect(habit) for habit in habits]
        self.refused = 0

    def _connect(self, habit: Habit) -> Client:
        one = socket.socket()
        if habit is Habit.READS:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        one.settimeout(5)
        one.connect(("127.0.0.1", self.port))
        one.setblocking(False)
        now = time.monotonic()
        try:
            one.send(OPENINGS[habit].encode())
        except OSError:
            pass
        return Client(habit, one, one.getsockname()[1], now, now + PAUSES[habit])

    def go_on(self) -> None:
        held = held_by(self.port)
        now = time.monotonic()
        for client in self.clients:
            if client.cut_after is None and client.port not in held:
                client.cut_after = now - client.began
            if client.cut_after is None and now >= client.next_at:
                client.next_at = now + PAUSES[client.habit]
                try:
                    if client.habit is Habit.READS:
                        client.socket.recv(10)
                    else:
                        client.socket.send(b"X-Slow: 1\r\n" if client.habit is Habit.HEADERS else b"a")
                except OSError:
                    pass

    def result(self, habit: Habit) -> dict[str, object]:
        ours = [client for client in self.clients if client.habit is habit]
        cut = [client.cut_after for client in ours if client.cut_after is not None]
        return {"clients": len(ours), "cut": len(cut), "after at most": f"{max(cut, default=0):.0f} s"}

    def uncut(self) -> int:
        return sum(client.cut_after is None for client in self.clients)

    def slowest(self) -> float:
        """Seconds until the last of those that were cut was."""
        return max((client.cut_after for client in self.clients if client.cut_after is not None), default=0.0)

    def close(self) -> None:
        for client in self.clients:
            client.socket.close()


def held_by(port: int) -> set[int]:
    """The clients’ ports of all connections that the server at a port has not closed."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if int(local.partition(":")[2], 16) == port and state in {ESTABLISHED, CLOSE_WAIT}:
            found.add(int(remote.partition(":")[2], 16))
    return found


def shared_out(count: int) -> list[Habit]:
    """So many clients by `SHARES`, mixed."""
    ten = [habit for habit, share in SHARES.items() for _ in range(share)]
    ten = [ten[n * 3 % 10] for n in range(10)]
    return [ten[n % 10] for n in range(count)]


@contextmanager
def slow_clients(port: int, habits: list[Habit]) -> Iterator[SlowClients]:
    clients = SlowClients(port, habits)
    over = threading.Event()

    def run() -> None:
        while not over.wait(0.25):
            clients.go_on()

    thread = threading.Thread(target=run, name="slow clients", daemon=True)
    thread.start()
    try:
        yield clients
    finally:
        over.set()
        thread.join(10)
        clients.close()


def habits(clients: SlowClients) -> Counter[Habit]:
    return Counter(client.habit for client in clients.clients)
