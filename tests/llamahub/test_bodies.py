"""A form reaches the hub whole or not at all, and slow ones leave threads to others."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from llamahub import bodies
from llamahub.bodies import REFUSED, Bodies

from .page_store.processes import Server, environment

FORM = b"username=a&password=b"


class Slow(io.RawIOBase):
    """Hands out nothing until it is told to."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.may_go_on.wait(20)
        return b""


def environ(body: object, length: int | str) -> dict:
    return {"CONTENT_LENGTH": str(length), "wsgi.input": body}


@pytest.fixture
def taken() -> list[dict]:
    """What the application behind was given."""
    return []


@pytest.fixture
def application(taken) -> Bodies:
    return Bodies(lambda environ, start_response: taken.append(environ) or [])


def test_a_whole_form_is_handed_on(application, taken):
    application(environ(io.BytesIO(FORM), len(FORM)), print)
    assert taken[0]["wsgi.input"].read() == FORM
    assert REFUSED not in taken[0]


def test_more_than_was_announced_is_left_where_it_is(application, taken):
    application(environ(io.BytesIO(FORM + b"&next=/"), len(FORM)), print)
    assert taken[0]["wsgi.input"].read() == FORM


def test_a_form_that_broke_off_is_refused(application, taken):
    application(environ(io.BytesIO(FORM[:-4]), len(FORM)), print)
    assert taken[0][REFUSED] == 400


def test_a_form_whose_sender_vanished_is_refused(application, taken):
    class Gone(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError

    application(environ(Gone(), len(FORM)), print)
    assert taken[0][REFUSED] == 400


def test_a_form_that_no_page_takes_is_refused_unread(application, taken):
    unread = Slow()
    application(environ(unread, application.most + 1), print)
    assert taken[0][REFUSED] == 413


@pytest.mark.parametrize("length", ["", "0", "-1", "ten", "１"])
def test_what_has_no_length_is_not_read(application, taken, length):
    unread = Slow()
    application(environ(unread, length), print)
    assert taken[0]["wsgi.input"] is unread
    assert REFUSED not in taken[0]


def test_slow_forms_leave_threads_to_others(application, taken, monkeypatch):
    monkeypatch.setattr(bodies, "MOMENT", 0.05)
    slow = [Slow() for _ in range(bodies.AT_ONCE)]
    threads = [threading.Thread(target=application, args=(environ(one, 9), print)) for one in slow]
    for thread in threads:
        thread.start()
    try:
        while application._places.acquire(blocking=False):  # until both are being read
            application._places.release()
            time.sleep(0.01)
        application(environ(io.BytesIO(FORM), len(FORM)), print)
        assert taken[0][REFUSED] == 503
    finally:
        for one in slow:
            one.may_go_on.set()
        for thread in threads:
            thread.join()
    application(environ(io.BytesIO(FORM), len(FORM)), print)
    assert REFUSED not in taken[-1]


@pytest.mark.parametrize("status", [400, 413, 503])
@pytest.mark.django_db
def test_a_refusal_has_a_page_of_ours(client, status):
    response = client.post("/admin/login/", {}, **{REFUSED: status})
    assert response.status_code == status
    assert "LlamaHub" in response.content.decode()
    assert response.headers["Content-Security-Policy"]
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    server = Server(environment(DJANGO_SETTINGS_MODULE="tests.settings"), tmp_path / "log")
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.mark.slow
def test_the_server_of_production_does_not_make_half_a_form_a_whole_one(server):
    """Granian ends the body where its sender stopped. If it ever says that it did, this is of no use any more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(FORM)}\r\n"
        connection.sendall(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + FORM[:-4])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
