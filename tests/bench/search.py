"""What a search costs with 1,000 and with 100,000 indexed entries, side by side.

``python -m tests.bench.search`` makes a throwaway database of each size and asks both the same questions in turn, so
that whatever else the machine does meets both alike. It prints for each the median time of the whole page and of its
queries alone, and the ratio; ``--explain`` adds how Postgres finds a common word in the larger one. ENTRIES=1000000
asks for another size.
"""

from __future__ import annotations

import logging
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import accumulate

from . import record
from .throwaway import databases

SMALL, LARGE = 1_000, int(os.environ.get("ENTRIES", "100000"))
ROUNDS = int(os.environ.get("ROUNDS", "25"))
LIMIT = 3.0
# How the entries are divided among the kinds, roughly as a site that has grown would have them.
SHARES = {"event": 30, "article": 20, "checkpoint": 20, "source": 15, "correction": 5, "term": 4, "provider": 2,
          "figure": 2, "use-case": 1, "release": 1}  # fmt: skip

QUESTIONS = {
    "rare word": "q=quetzalcoatl",
    "1 in 100": "q=hundredth",
    "common word": "q=llama",
    "two common words": "q=llama+license",
    "typed: ll": "q=ll",
    "typed: llama 3": "q=llama+3",
    "a name": "q=llama+3.1+8b+instruct",
    "phrase": "q=%22context+window%22",
    "all but one": "q=llama+-license",
    "no hit": "q=llama+zzzzzzzz",
    "did you mean": "q=lamma+mavrick",
    "some of the words": "q=quetzalcoatl+hundredth+llama",
    "one kind": "q=llama&kind=event",
    "small kind": "q=llama&kind=release",
    "one list": "q=llama&kind=all",
    "second page": "q=llama&kind=event&after=",
    "one year": "q=llama&from=2024&to=2024",
    "one month": "q=llama&from=2024-03&to=2024-03",
    "suggestions": "suggest:q=llama+3",
}


# So many are made up one by one; a larger index has them several times over.
DISTINCT = 4_000
COPY = """
    INSERT INTO editorial_searchentry (kind, object_id, part, names, title, label, summary, text, url, date,
        date_precision, boost, heading, document)
    SELECT kind, object_id, copy, names, title, label, summary, text, url, date, date_precision, boost, heading, document
    FROM editorial_searchentry, generate_series(1, %s) AS copy
    WHERE NOT document @@ 'quetzalcoatl' ORDER BY kind, copy
"""


def entries(count: int) -> Iterator[tuple[str, object]]:
    """Made up, but of ordinary shape: half of all name Llama, and words are as frequent as in prose (Zipf’s law)."""
    from editorial.search.drafts import Draft

    chance = random.Random(count)
    prose = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 4)))) for _ in range(30_000)]
    weights = list(accumulate(1 / place for place in range(8, len(prose) + 8)))
    versions = ["2", "3", "3.1", "3.2", "3.3", "4"]
    number = 0
    for kind, share in SHARES.items():
        for _ in range(count * share // 100):
            number += 1
            length = 250 if kind == "article" else 30
            telling = chance.choices(prose, cum_weights=weights, k=length)
            if chance.random() < 0.5:
                telling[5:5] = ["Llama", chance.choice(versions)]
            if chance.random() < 0.2:
                telling[9:9] = ["license"]
            if chance.random() < 0.1:
                telling[12:12] = ["context", "window"]
            if number % 100 == 0:
                telling.append("hundredth")
            if number == count // 2:
                telling.append("quetzalcoatl")
            name = f"{chance.choice(prose)} {chance.choice(prose)}"
            if kind in ("checkpoint", "release"):
                name = f"Llama {chance.choice(versions)} {chance.choice((1, 3, 8, 70, 405))}B {chance.choice(('', 'Instruct', 'Maverick'))} {number}"
            yield (
                kind,
                Draft(
                    object_id=number,
                    title=name,
                    summary=" ".join(telling[:25]),
                    text=" ".join(telling[25:]),
                    url=f"/made-up/{number}/",
                    date=date(2023, 1, 1) + timedelta(days=chance.randrange(1_300)),
                ),
            )


SYLLABLES = ("ba", "den", "fol", "gur", "hin", "jas", "kor", "lem", "mi", "nop", "ra", "sul", "ter", "vid", "wen", "zo")


def fill(count: int) -> None:
    """Index made-up entries."""
    from django.db import connection

    from editorial.models import SearchEntry
    from editorial.search import index

    distinct = min(count, DISTINCT)
    index.everything = lambda: entries(distinct)
    index.rebuild()
    with connection.schema_editor() as editor, connection.cursor() as cursor:
        # Building an index takes a tenth of the time that filling it does.
        for each in SearchEntry._meta.indexes:
            editor.remove_index(SearchEntry, each)
        cursor.execute(COPY, [count // distinct - 1])
        for each in SearchEntry._meta.indexes:
            editor.add_index(SearchEntry, each)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE editorial_searchword SET entries = entries * %s", [count // distinct])
        cursor.execute("VACUUM ANALYZE editorial_searchentry, editorial_searchword")


def main() -> None:
    logging.disable(logging.CRITICAL)
    with databases("search", {size: size for size in (SMALL, LARGE)}, fill) as use:
        from django.test import Client

        client = Client(headers={"host": "127.0.0.1"})
        times: dict[tuple[str, int], list[tuple[float, float]]] = {}
        asked = {}
        for size in (SMALL, LARGE):
            use(size)
            asked[size] = {name: address(client, question) for name, question in QUESTIONS.items()}
        for _ in range(ROUNDS):
            for size in (SMALL, LARGE):
                use(size)
                client.get("/about/")  # opens the connection
                for name, url in asked[size].items():
                    times.setdefault((name, size), []).append(timed(client, url))
        print(f"\n{'milliseconds':<20}{SMALL:>10,}{LARGE:>10,}{'ratio':>8}   queries alone{'ratio':>8}")
        worst = 0.0
        for name in QUESTIONS:
            small, large = (list(zip(*times[name, size], strict=True)) for size in (SMALL, LARGE))
            page = [statistics.median(part[0]) for part in (small, large)]
            alone = [statistics.median(part[1]) for part in (small, large)]
            ratio = page[1] / page[0]
            worst = max(worst, ratio)
            print(
                f"{name:<20}{page[0]:>10.1f}{page[1]:>10.1f}{ratio:>8.2f}   {alone[0]:>6.1f}{alone[1]:>7.1f}"
                f"{alone[1] / alone[0]:>8.2f}"
            )
        print(f"\nworst ratio {worst:.2f}; at most {LIMIT} is allowed")
        record.note("growth", {f"search, {LARGE:,} to {SMALL:,} entries": worst})
        if "--explain" in sys.argv:
            use(LARGE)
            explain(client, "/search/?q=llama")
        if worst > LIMIT:
            sys.exit(1)


def address(client: object, question: str) -> str:
    if question.startswith("suggest:"):
        return f"/search/suggest/?{question.removeprefix('suggest:')}"
    url = f"/search/?{question}"
    if url.endswith("after="):
        first = client.get(url.removesuffix("&after=")).context["next_url"]
        return f"/search/{first}" if first else url.removesuffix("&after=")
    return url


def timed(client: object, url: str) -> tuple[float, float]:
    """Milliseconds for the whole page, and for its queries."""
    from django.db import connection

    spent = 0.0

    def measure(execute: Callable, *arguments: object) -> object:
        nonlocal spent
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent += time.perf_counter() - started

    with connection.execute_wrapper(measure):
        started = time.perf_counter()
        response = client.get(url)
        whole = time.perf_counter() - started
    assert response.status_code == 200, url
    return whole * 1000, spent * 1000


def explain(client: object, url: str) -> None:
    """How Postgres answers the statement that finds."""
    from django.db import connection

    def show(execute: Callable, sql: str, parameters: object, many: bool, context: dict) -> object:
        if "WITH hit" in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters)
                print("\n".join(line for (line,) in cursor.cursor.fetchall()))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(show):
        client.get(url)


if __name__ == "__main__":
    main()
