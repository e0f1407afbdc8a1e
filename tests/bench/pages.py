"""How fast each kind of page is, through the production server on this machine.

``make bench`` prints for each page its queries, its size plain and compressed, the requests answered per second and
the time that 99 of 100 stayed under, with a few connections at once, each time made by Django. Then what a first visit
fetches (`visits`), and pages in every way that they are answered, side by side (`side_by_side`). The database is that
of ``make run``.
"""

from __future__ import annotations

import http.client
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import side_by_side, visits
from tests.bench.servers import granian
from tests.pages import NOT_FOUND, PAGES

SECONDS = float(os.environ.get("SECONDS", "2"))
CONNECTIONS = 4
OTHERS = {"sitemap": "/sitemap.xml", "not found": NOT_FOUND, "static file": "/static/css/base.css"}


@contextmanager
def served(workers: int = 1, **environment: str) -> Iterator[int]:
    """The local site, prepared and behind the production server; its port."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")
    django.setup()
    logging.disable(logging.CRITICAL)
    from llamahub import preparation

    preparation.check_data_dir()
    preparation.connect()
    preparation.migrate()
    preparation.load_content()
    preparation.collect_static()
    with granian("llamahub.wsgi:application", workers=workers, environment=environment) as port:
        yield port


def main() -> None:
    # Without the store: what it holds is measured below.
    with served(PAGE_STORE_MB="0", ANSWERS_MB="0") as port:
        print(f"{'page':<17}{'status':>7}{'queries':>9}{'bytes':>10}{'brotli':>9}{'a second':>10}{'p99 ms':>9}")
        for name, path in {**PAGES, **OTHERS}.items():
            status, times = load(port, path)
            queries, plain, packed = measure(path)
            p99 = sorted(times)[int(len(times) * 0.99)] * 1000
            rate = len(times) / SECONDS
            print(f"{name:<17}{status:>7}{queries:>9}{plain:>10,}{packed:>9,}{rate:>10,.0f}{p99:>9.1f}", flush=True)
    with served() as port:
        visits.report(port)
    side_by_side.main()


def load(port: int, path: str) -> tuple[int, list[float]]:
    """The status, and how long each answer took while all connections asked at once."""
    times: list[float] = []
    statuses: set[int] = set()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        end = time.perf_counter() + SECONDS
        while (start := time.perf_counter()) < end:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            statuses.add(response.status)
            times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(statuses), times


def measure(path: str) -> tuple[int, int, int]:
    """Queries, bytes, and bytes when compressed as a proxy would."""
    import brotli
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return len(queries), len(body), len(brotli.compress(body, quality=5))


if __name__ == "__main__":
    main()
