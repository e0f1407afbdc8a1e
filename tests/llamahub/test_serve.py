"""`make run`: from nothing to a page, and one sentence when it cannot be."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.db import connection

from tests.conftest import ROOT


@pytest.fixture
def local(tmp_path, free_port) -> dict[str, str]:
    """The environment that `make run` gives: on the database server of the tests, but in a database of its own."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LLAMAHUB_LOCAL": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "PORT": str(free_port),
    }


def says_one_sentence(result: subprocess.CompletedProcess[str], variable: str) -> None:
    assert result.returncode == 1
    assert variable in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.strip().count("\n") == 0, result.stderr


def test_a_taken_port_is_said_before_anything_is_set_up(manage, local, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(local["PORT"])))
        taken.listen()
        result = manage("serve", env=local)
    says_one_sentence(result, "PORT")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_a_data_dir_that_cannot_be_written_is_named(manage, local, tmp_path):
    (tmp_path / "file").touch()
    says_one_sentence(manage("serve", env=local | {"DATA_DIR": str(tmp_path / "file")}), "DATA_DIR")
    # Neither can the administrator write here.
    says_one_sentence(manage("serve", env=local | {"DATA_DIR": "/proc/llamahub"}), "DATA_DIR")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:1", "no-such-host.invalid:5432", "127.0.0.1:{silent}"],
    ids=["refused", "unknown host", "silent"],
)
def test_a_database_that_does_not_answer_is_named_within_seconds(manage, local, address):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgres://hub:f4Kw0aTz@{address.format(silent=silent.getsockname()[1])}/llamahub"
        started = time.monotonic()
        result = manage("serve", env=local | {"DATABASE_URL": url})
    says_one_sentence(result, "DATABASE_URL")
    assert time.monotonic() - started < 15
    assert "f4Kw0aTz" not in result.stderr


def test_serve_is_not_for_production(manage, production):
    says_one_sentence(manage("serve", env=production), "LLAMAHUB_LOCAL")


@pytest.fixture
def own_database(transactional_db, local):
    """An empty database beside that of the tests."""
    if connection.settings_dict["ENGINE"] == "llamahub.embedded_postgres":
        yield local  # the embedded server of the data folder, which is new
        return
    database = connection.settings_dict
    name = f"{database['NAME']}_serve"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}/{name}"
    yield local | {"DATABASE_URL": url}
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def serve(env: dict[str, str]) -> tuple[subprocess.Popen, str]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = ""
    while "Ctrl-C" not in output:
        line = process.stdout.readline()
        assert line, f"It ended:\n{output}"
        output += line
    return process, output


def fetch(env: dict[str, str], path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{env['PORT']}{path}"
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return response.status, response.read().decode()
        except (ConnectionError, urllib.error.URLError) as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            time.sleep(0.1)
    raise AssertionError("no answer")


def stop(process: subprocess.Popen) -> str:
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=20)[0]


# What no client library would send → the statuses that are an answer to it.
RAW = {
    b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n": {400},
    b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n": {400},
    b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n": {400},
    b"GET /?q=\xc3\x28 HTTP/1.1\r\nHost: localhost\r\n\r\n": {400},
    b"GET /models/?q=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n": {400},
    b"GET /models/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n": {400, 404},
    b"GET /static/..%2f..%2fmanage.py HTTP/1.1\r\nHost: localhost\r\n\r\n": {400, 404},
    b"GET //evil.example/models HTTP/1.1\r\nHost: localhost\r\n\r\n": {404},
    b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n": {400},
    b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n": {400},
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n": {200, 400},
    b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n": {400},
    b"GET / HTTP/1.1\r\n\r\n": {400},
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Type: x; charset=rot13\r\n\r\n": {400},
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Type: x; a*=none''b\r\n\r\n": {400},
    b'GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid="\\000"\r\n\r\n': {400},
    b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: \xff=\xfe; ;=;\r\n\r\n": {200, 400},
    b"GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=a-b\r\nIf-None-Match: \xff\r\nAccept-Language: \xff;q=z\r\n\r\n": {
        200
    },
    b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n": {400},
    b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": {
        400,
        403,
    },
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n": {405},
    b"FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n": {405},
    b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n": {400, 505},
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n": {400},
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n": {400, 404, 414, 431},
}


def raw_status(env: dict[str, str], request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", int(env["PORT"])), timeout=10) as client:
        client.sendall(request)
        answer = client.recv(65536)
    assert b"evil.example" not in answer.replace(request, b"")
    match = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(match[1]) if match else 0


@pytest.mark.slow
def test_from_nothing_to_the_hub_and_again(own_database):
    env = own_database
    process, output = serve(env)
    try:
        status, page = fetch(env, "/")
        assert status == 200
        assert "Llama" in page
        stylesheet = re.search(r'href="(/static/css/[^"]+\.[0-9a-f]{12}\.css)"', page)[1]
        assert fetch(env, stylesheet)[0] == 200
        assert fetch(env, "/admin/login/")[0] == 200
        wrong = {
            request[:120]: status for request, good in RAW.items() if (status := raw_status(env, request)) not in good
        }
        assert not wrong
        with socket.socket() as other:  # loopback only
            assert other.connect_ex(
                (socket.gethostbyname(socket.gethostname()), int(env["PORT"]))
            ) or socket.gethostbyname(socket.gethostname()).startswith("127.")
    finally:
        rest = stop(process)
    assert "Traceback" not in output + rest
    assert process.returncode == 0
    assert re.search(r"with the password \S{16} ", output)
    assert "entries loaded" in output

    process, output = serve(env)
    try:
        assert fetch(env, "/")[0] == 200
    finally:
        stop(process)
    assert "password" not in output
    for step in (
        "Tables …        up to date",
        "Content …       kept as it is",
        "Static files …  unchanged",
        "there is one",
    ):
        assert step in output
