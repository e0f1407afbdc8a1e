"""What each list costs with 1,000 and with 100,000 entries, side by side.

``python -m tests.bench.growth`` makes a throwaway database of each size and asks both for the same lists in turn: every
list, filter, search, feed and file of the sitemap for readers; of the admin every list and search, and of the kinds that
grow every filter, order and day. It prints the shortest time of each (the longer ones are what else the machine did),
the ratio, the queries, how much the process has grown, and which rows Postgres read in the larger database; it exits
with 1 when a ratio is above 3, or a table is read from end to end for a list.
ARTICLES, EVENTS and RELEASES ask for other sizes, ONLY=articles for some lists; ``--plans`` prints every plan whole.
"""

from __future__ import annotations

import logging
import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from . import record
from .plans import Plans

SMALL = {"articles": 1_000, "events": 1_000, "releases": 100}
LARGE = {
    "articles": int(os.environ.get("ARTICLES", "100000")),
    "events": int(os.environ.get("EVENTS", "100000")),
    "releases": int(os.environ.get("RELEASES", "10000")),
}
ROUNDS = int(os.environ.get("ROUNDS", "5"))
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
    "models, by context, next page": "next:/models/?sort=context",
    "models, by parameters, next page": "next:/models/?sort=parameters",
    "models, old address": "/models/?page=2",
    "models, far back": "/models/?after=2023-04-10~Grown+1",
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
    "search": "/search/?q=llama+license",
    "search, one kind": "/search/?q=llama&kind=event",
    "search, suggestions": "/search/suggest/?q=llama+3",
    "sitemap": "/sitemap.xml",
    "sitemap, articles": "/sitemap-articles.xml?p=1",
    "sitemap, events": "/sitemap-events.xml?p=1",
}
# What the admin’s lists of kinds that grow are asked for besides: words that all of them have, and that as many have at
# each size, so that lists are of the same length.
COMMON, RARE = "grown", {"small": "5", "large": "500"}
# A word that all citations have themselves, not by what they are about.
CITED = "page"


def fill(size: dict[str, int]) -> None:
    from llamahub import content

    from . import search
    from .grown import grow

    content.load()
    grow(**size)
    if not os.environ.get("ONLY") or "search" in os.environ["ONLY"]:
        search.fill(sum(size.values()))


def addresses(client: Any, rare: str) -> Iterator[tuple[str, str]]:
    """What is asked, with the links of the database that is current."""
    only = os.environ.get("ONLY", "")
    for name, address in ASKED.items():
        if only not in name:
            continue
        if address.startswith("next:"):
            address = address.removeprefix("next:")
            page = client.get(address, follow=True).content.decode()
            link = re.search(r'rel="next" href="([^"]+)"', page)
            if link is None:
                continue
            address = urljoin(address, link[1].replace("&amp;", "&"))
        yield name, address
    from django.contrib import admin
    from django.urls import reverse

    for model, model_admin in admin.site._registry.items():
        name = f"admin: {model._meta.verbose_name_plural}"
        if only in name:
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            for more, query in of_the_admin(client, url, model_admin, rare):
                yield f"{name}{more}", f"{url}{query}"


def of_the_admin(client: Any, url: str, model_admin: Any, rare: str) -> Iterator[tuple[str, str]]:
    from editorial.models import Article, Edition
    from llamahub.accounts.models import AuditEntry
    from models_catalog.models import Citation, Correction, RecordedChange, Release, Source, TimelineEvent, Variant

    yield "", ""
    if model_admin.search_fields:
        yield ", search", f"?q={rare}"
    grown = {
        Article, Edition, AuditEntry, Citation, Correction, RecordedChange, Release, Source, TimelineEvent, Variant,
    }  # fmt: skip
    if model_admin.model not in grown:
        return
    yield ", common word", f"?q={COMMON}"
    yield ", two words", f"?q={COMMON}+{rare}"
    if model_admin.model is Citation:
        yield ", word of its own", f"?q={CITED}"
    changes = client.get(url).context["cl"]
    yield ", last page", f"?p={changes.paginator.num_pages}"
    for spec in changes.filter_specs:
        found = [each for each in spec.choices(changes) if not each["selected"]]
        for which, choice in (("first", found[:1]), ("last", found[1:][-1:])):
            for each in choice:
                yield f", {spec.title} {which}", str(each["query_string"])
    for place, column in enumerate(model_admin.list_display, 1):
        if place in changes.get_ordering_field_columns() or changes.get_ordering_field(column) is None:
            continue
        if column in (changes.sortable_by or ()):
            yield f", order {place}", f"?o={place}"
    if day := model_admin.date_hierarchy:
        yield ", a year", f"?{day}__year=2024"
        yield ", a month", f"?{day}__year=2024&{day}__month=5"


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
            asked[size] = dict(addresses(clients[size], RARE[size]))
        is_well = compare(use, clients, asked)
        use("large")
        if not (planned(clients["large"], asked["large"]) and is_well):
            sys.exit(1)


def compare(use: Any, clients: dict[str, Any], asked: dict[str, dict[str, str]]) -> bool:
    times: dict[tuple[str, str], list[float]] = {}
    queries: dict[str, int] = {}
    bytes_: dict[str, int] = {}
    memory = []
    for round_ in range(ROUNDS + 1):
        # One after the other, so that whatever else the machine does meets both alike.
        for name in asked["large"]:
            for size in (size for size in asked if name in asked[size]):
                use(size)
                spent, queries[name], bytes_[name] = timed(clients[size], asked[size][name])
                if round_:  # the first warms up
                    times.setdefault((name, size), []).append(spent)
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    count = {size: f"{given['articles']:,}" for size, given in (("small", SMALL), ("large", LARGE))}
    print(f"{'milliseconds':<52}{count['small']:>9}{count['large']:>9}{'ratio':>7}{'queries':>9}{'bytes':>11}")
    ratios: dict[str, float] = {}
    for name in asked["large"]:
        small, large = (min(times.get((name, size), [0])) for size in ("small", "large"))
        # Whether a page exists at the smaller size at all: some are the second of a list.
        ratios[name] = ratio = large / small if small else 0.0
        flag = "  ←" if ratio > LIMIT else ""
        print(
            f"{name:<52}{small:>9.1f}{large:>9.1f}{ratio:>7.2f}{queries[name]:>9}{bytes_[name]:>11,}{flag}", flush=True
        )
    worst = max(ratios.values())
    print(f"\nworst ratio {worst:.2f}; at most {LIMIT} is allowed")
    print(f"memory of the process after the first round {memory[0]} MB, after the last {memory[-1]} MB")
    if not os.environ.get("ONLY"):
        of_readers = {name: ratio for name, ratio in ratios.items() if name in ASKED}
        of_editors = {"the slowest of the admin": max(r for name, r in ratios.items() if name not in ASKED)}
        record.note("growth", of_readers | of_editors)
    return worst <= LIMIT


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


def planned(client: Any, asked: dict[str, str]) -> bool:
    """How Postgres answers each list of the larger database: of each the statement that reads most rows."""
    from django.db import connection

    whole = "--plans" in sys.argv
    print("\nrows read by the widest statement of each, as EXPLAIN ANALYZE counts them")
    flagged = 0
    for name, url in asked.items():
        plans = Plans(whole=whole)
        with connection.execute_wrapper(plans):
            response = client.get(url)
            if response.streaming:
                b"".join(response.streaming_content)
        is_of_all = any(scan.is_of_all for plan in plans.all for scan in plan.scans)
        flagged += is_of_all
        print(
            f"{name:<52} {plans.widest or 'asks nothing'}{'  ← reads a whole table' if is_of_all else ''}", flush=True
        )
        for plan in plans.all if whole else ():
            sql = plan.sql if len(plan.sql) < 400 else f"{plan.sql[:200]} … {plan.sql[-200:]}"
            print("\n".join([f"\n  {sql}", *(f"    {line}" for line in plan.lines)]))
    print(f"\n{flagged} of {len(asked)} read a whole large table")
    return flagged == 0


if __name__ == "__main__":
    main()
