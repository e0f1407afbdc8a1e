"""What each list costs with 1,000 and with 100,000 entries, side by side.

``python -m tests.bench.growth`` makes a throwaway database of each size and asks both for the same lists in turn: every
list, filter, feed and file of the sitemap for readers, and every list of the admin. It prints the median time of each,
the ratio, the queries and how much the process has grown; it exits with 1 when a ratio is above 3.
ARTICLES, EVENTS and RELEASES ask for other sizes, ONLY=articles for some lists, EXPLAIN=1 prints in place of the times
the plan of each query that lists.
"""

from __future__ import annotations

import logging
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

SMALL = {"articles": 1_000, "events": 1_000, "releases": 100}
LARGE = {
    "articles": int(os.environ.get("ARTICLES", "100000")),
    "events": int(os.environ.get("EVENTS", "100000")),
    "releases": int(os.environ.get("RELEASES", "10000")),
}
ROUNDS = int(os.environ.get("ROUNDS", "9"))
LIMIT = 3.0

# ``next:`` follows the link to the next page of a list, ``last:`` the one to the page where it ends.
ASKED = {
    "hub": "/",
    "models": "/models/",
    "models, next page": "next:/models/",
    "models, filtered": "/models/?branch=core&generation=3",
    "models, by context": "/models/?sort=context",
    "models, by parameters": "/models/?sort=parameters",
    "models, by name": "/models/?sort=name",
    "a release": "/models/grown-50/",
    "comparison": "/models/compare/?r=grown-1&r=grown-50",
    "timeline": "/timeline/",
    "timeline, next page": "next:/timeline/",
    "timeline, one kind": "/timeline/?kind=incident",
    "timeline, a year": "/timeline/?year=2024",
    "an event": "/timeline/grown-50/",
    "licensing": "/licensing/",
    "a license": "/licensing/llama-4/",
    "license checker": "/licensing/check/",
    "running": "/run/",
    "articles": "/articles/",
    "articles, next page": "next:/articles/",
    "articles, old address": "/articles/?page=20",
    "articles, far back": "/articles/?after=2025-01-02T00:00:00.000000Z.1.999999999",
    "an article": "/articles/grown-50/",
    "topic": "/topics/running/",
    "author": "/authors/llamahub-editors/",
    "figures": "/figures/",
    "sources": "/sources/",
    "sources, next page": "next:/sources/",
    "a source": "/sources/grown-10/",
    "corrections": "/corrections/",
    "corrections, next": "next:/corrections/",
    "feed of articles": "/feeds/articles.xml",
    "feed of events": "/feeds/events.xml",
    "sitemap": "/sitemap.xml",
    "sitemap, articles": "/sitemap-articles.xml?p=1",
    "sitemap, events": "/sitemap-events.xml?p=1",
}
# Of the admin: every list, and the lists in other orders that one may click.
ADMIN_ORDERS = 2


def fill(size: dict[str, int]) -> None:
    from llamahub import content

    from .grown import grow

    content.load()
    grow(**size)


def addresses(client: Any) -> Iterator[tuple[str, str]]:
    """What is asked, with the links of the database that is current."""
    only = os.environ.get("ONLY", "")
    for name, address in ASKED.items():
        if only not in name:
            continue
        if address.startswith("next:"):
            page = client.get(address.removeprefix("next:"), follow=True).content.decode()
            link = re.search(r'rel="next" href="([^"]+)"', page)
            if link is None:
                continue
            address = address.removeprefix("next:") + link[1].replace("&amp;", "&")
        yield name, address
    from django.contrib import admin
    from django.urls import reverse

    for model, model_admin in admin.site._registry.items():
        name = f"admin: {model._meta.verbose_name_plural}"
        if only in name:
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            yield name, url
            if model_admin.search_fields:
                yield f"{name}, search", f"{url}?q=500"


def main() -> None:
    logging.disable(logging.CRITICAL)
    from .throwaway import databases

    sizes = {"small": SMALL, "large": LARGE}
    with databases("growth", sizes, fill) as use:
        from django.contrib.auth.models import User
        from django.test import Client

        clients = {}
        asked: dict[str, dict[str, str]] = {}
        for size in sizes:
            use(size)
            clients[size] = Client(headers={"host": "127.0.0.1"})
            clients[size].force_login(User.objects.create_superuser("bench"))
            asked[size] = dict(addresses(clients[size]))
        if os.environ.get("EXPLAIN"):
            explain(clients["large"], asked["large"])
            return
        compare(use, clients, asked)


def compare(use: Any, clients: dict[str, Any], asked: dict[str, dict[str, str]]) -> None:
    times: dict[tuple[str, str], list[float]] = {}
    queries: dict[str, int] = {}
    bytes_: dict[str, int] = {}
    memory = []
    for round_ in range(ROUNDS + 1):
        for size in asked:
            use(size)
            for name, url in asked[size].items():
                spent, queries[name], bytes_[name] = timed(clients[size], url)
                if round_:  # the first warms up
                    times.setdefault((name, size), []).append(spent)
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    count = {size: f"{given['articles']:,}" for size, given in (("small", SMALL), ("large", LARGE))}
    print(f"{'milliseconds':<40}{count['small']:>9}{count['large']:>9}{'ratio':>7}{'queries':>9}{'bytes':>11}")
    worst = 0.0
    for name in asked["large"]:
        small, large = (statistics.median(times.get((name, size), [0])) for size in ("small", "large"))
        ratio = large / small if small else 0.0
        worst = max(worst, ratio)
        flag = "  ←" if ratio > LIMIT else ""
        print(
            f"{name:<40}{small:>9.1f}{large:>9.1f}{ratio:>7.2f}{queries[name]:>9}{bytes_[name]:>11,}{flag}", flush=True
        )
    print(f"\nworst ratio {worst:.2f}; at most {LIMIT} is allowed")
    print(f"memory of the process after the first round {memory[0]} MB, after the last {memory[-1]} MB")
    if worst > LIMIT:
        sys.exit(1)


def timed(client: Any, url: str) -> tuple[float, int, int]:
    """Milliseconds, queries and bytes."""
    from django.db import connection

    asked = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        started = time.perf_counter()
        response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        spent = time.perf_counter() - started
    if response.status_code not in {200, 302}:
        print(f"{url} answers {response.status_code}", file=sys.stderr)
    return spent * 1000, asked, len(body)


def explain(client: Any, asked: dict[str, str]) -> None:
    """How Postgres answers each statement of each list."""
    from django.db import connection

    def show(execute: Any, sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) {sql}", parameters)
                plan = "\n".join(f"    {line}" for (line,) in cursor.cursor.fetchall())
            print(f"\n  {sql if len(sql) < 400 else sql[:200] + ' … ' + sql[-200:]}\n{plan}")
        return execute(sql, parameters, many, context)

    for name, url in asked.items():
        print(f"\n{name}: {url}")
        with connection.execute_wrapper(show):
            response = client.get(url)
            if response.streaming:
                b"".join(response.streaming_content)


if __name__ == "__main__":
    main()
