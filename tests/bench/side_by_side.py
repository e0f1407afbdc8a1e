"""Pages in every way that they are answered: as a file by nginx, from the store, by Django, by the Wagtail demo.

“Asked again” is without the store: every request asks PostgreSQL all that the page is made of, and the page is laid out
only if an answer differs from the last time (`llamahub.page_store.repeating`). “Laid out” is with neither: each request
asks, makes models of the answers and renders the templates.

All on this machine, in turns in one run, so that what else runs here slows all of them; the median of the turns
counts; what is made anew each time is asked for by fewer at once. Articles are asked for unpacked, since the demo packs
none. ``python -m tests.bench.side_by_side`` runs it alone. Needs wrk; nginx and the Wagtail demo (`peer`) are measured
where they are.
"""

from __future__ import annotations

import shutil
import time
import urllib.request
from contextlib import ExitStack

from . import peer, record
from .servers import granian, nginx
from .signing_in import signed_in
from .ways import CONNECTIONS, FEW, PACKED, TURNS, WORKERS, Way

PAGE, ARTICLE = "/models/llama-4-scout/", "/articles/one-consumer-gpu/"
GOAL_OF_NGINX, GOAL_P99, GOAL_OF_PEER = 0.6, 100, 10
FILE, STORED, SAME, NOTHING = "a file of nginx", "from the store", "not modified", "a bare view"
ASKED, MADE = "asked again", "laid out"
SEARCH, FEED, LIST = "a search", "a feed", "an admin list"
OURS, OURS_MADE, THEIRS = "our article", "our article, laid out", "Wagtail’s article"
# Of each way, what it is held against and which share it has of it.
RATIOS = {
    "stored page to nginx": (STORED, FILE),
    "stored page to a bare view": (STORED, NOTHING),
    "stored page to page laid out": (STORED, MADE),
    "304 to stored page": (SAME, STORED),
    "page asked again to a bare view": (ASKED, NOTHING),
    "page laid out to a bare view": (MADE, NOTHING),
    "article asked again to a bare view": (OURS, NOTHING),
    "article laid out to a bare view": (OURS_MADE, NOTHING),
    "article asked again to Wagtail’s": (OURS, THEIRS),
    "article laid out to Wagtail’s": (OURS_MADE, THEIRS),
    "search to a bare view": (SEARCH, NOTHING),
    "feed to a bare view": (FEED, NOTHING),
    "admin list to a bare view": (LIST, NOTHING),
}


def main() -> None:
    from .pages import served

    print(
        f"\nSide by side, {CONNECTIONS} connections ({FEW} where it is made anew), {WORKERS} workers, gzip, {TURNS} turns:"
    )
    if shutil.which("wrk") is None:
        print("Skipped: wrk is not here, and nothing written in Python asks fast enough. Debian’s package is “wrk”.")
        return
    with ExitStack() as stack:
        kept = f"http://127.0.0.1:{stack.enter_context(served(WORKERS))}"
        asked = f"http://127.0.0.1:{stack.enter_context(served(WORKERS, PAGE_STORE_MB='0'))}"
        made = f"http://127.0.0.1:{stack.enter_context(served(WORKERS, PAGE_STORE_MB='0', ANSWERS_MB='0'))}"
        bare = stack.enter_context(granian("tests.bench.yardstick:application", workers=WORKERS))
        body, etag = _warm(kept + PAGE)
        cookie = {**PACKED, "Cookie": stack.enter_context(signed_in())}
        ways = [
            Way(NOTHING, f"http://127.0.0.1:{bare}/"),
            Way(STORED, kept + PAGE),
            Way(SAME, kept + PAGE, {**PACKED, "If-None-Match": etag}),
            Way(ASKED, asked + PAGE, connections=FEW),
            Way(MADE, made + PAGE, connections=FEW),
            Way(SEARCH, made + "/search/?q=llama+3.1+8b", connections=FEW),
            Way(FEED, made + "/feeds/articles.xml", connections=FEW),
            Way(LIST, kept + "/admin/models_catalog/release/", cookie, FEW),
            Way(OURS, asked + ARTICLE, {}, FEW),
            Way(OURS_MADE, made + ARTICLE, {}, FEW),
        ]
        if program := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"):
            ways.insert(
                0, Way(FILE, f"http://127.0.0.1:{stack.enter_context(nginx(program, body, workers=WORKERS))}/page.html")
            )
        else:
            print("Without nginx, which is not here: Debian’s package is “nginx-light”.")
        if url := stack.enter_context(peer.article(workers=WORKERS)):
            ways.append(Way(THEIRS, url, {}, FEW))
        for _ in range(TURNS):
            for way in ways:
                way.measure()
    report({way.name: way for way in ways})


def report(ways: dict[str, Way]) -> None:
    print(f"{'':<22}{'a second':>10}{'p99 ms':>9}")
    for way in ways.values():
        print(f"{way.name:<22}{way.rate:>10,.0f}{way.p99:>9.1f}")
    ratios = {name: ways[a].rate / ways[b].rate for name, (a, b) in RATIOS.items() if a in ways and b in ways}
    print()
    for name, ratio in ratios.items():
        print(f"{name:<40}{ratio:>9.3g}")
    goals = [
        (f"{GOAL_OF_NGINX} of nginx", ratios.get("stored page to nginx"), GOAL_OF_NGINX),
        (f"{GOAL_OF_PEER} times Wagtail’s article", ratios.get("article asked again to Wagtail’s"), GOAL_OF_PEER),
    ]
    for goal, got, least in goals:
        if got is not None:
            print(f"Goal: {goal}: {'reached' if got >= least else 'missed'} ({got:.2f}).")
    p99 = ways[STORED].p99
    print(f"Goal: p99 of {GOAL_P99} ms: {'reached' if p99 <= GOAL_P99 else 'missed'} ({p99:.1f} ms).")
    record.note("rates", {way.name: round(way.rate, 1) for way in ways.values()})
    record.note("ratios", ratios)


def _warm(url: str) -> tuple[bytes, str]:
    """Has every worker keep the page; its plain body and tag."""
    answer = b"", ""
    for _ in range(100):
        with urllib.request.urlopen(url) as response:
            answer = response.read(), response.headers["ETag"]
        time.sleep(0.01)
    return answer


if __name__ == "__main__":
    main()
    record.main()
