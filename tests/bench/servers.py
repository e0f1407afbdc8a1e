"""What is measured, each behind the server of production or what it is compared with."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("The server did not start.")


@contextmanager
def granian(
    application: str,
    *,
    workers: int,
    python: str = sys.executable,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[int]:
    """A WSGI application as README.md serves ours; its port."""
    port = free_port()
    server = subprocess.Popen(
        [python, "-m", "granian", "--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "4", "--runtime-mode", "st",
         "--http", "1", "--no-ws", "--port", str(port), "--log-level", "error", application],
        stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, cwd=folder,
    )  # fmt: skip
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def nginx(program: str, body: bytes, *, workers: int) -> Iterator[int]:
    """These bytes as a file, packed beforehand; its port, at ``/page.html``."""
    port = free_port()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # its workers run under another account
        (folder / "root").mkdir()
        (folder / "root" / "page.html").write_bytes(body)
        (folder / "root" / "page.html.gz").write_bytes(gzip.compress(body, 6))
        (folder / "conf").write_text(NGINX.format(folder=folder, port=port, workers=workers))
        server = subprocess.Popen([program, "-c", str(folder / "conf"), "-p", scratch])
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait()
