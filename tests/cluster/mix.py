"""What readers ask for: mostly what everybody reads, sometimes what hardly anybody does, now and then something new."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.pages import PAGES

OTHERS = {
    "sitemap": "/sitemap.xml",
    "robots": "/robots.txt",
    "feed": "/feeds/articles.xml",
    "check, as data": PAGES["license check"].replace("/check/", "/check.json"),
}


# What readers make up: forms with a number, and how many of them there are.
UNIQUE = [
    ("/run/?checkpoint=llama-3-1-8b-instruct&context=%d", 120_000),
    ("/run/?memory=%d", 900),
    ("/search/?q=llama+%d", 10**9),
    ("/models/?utm_source=%d", 10**9),
    ("/timeline/?fbclid=%d", 10**9),
    ("/articles/?gclid=%d", 10**9),
]


class Kind(StrEnum):
    POPULAR = "popular"
    TAIL = "tail"
    UNIQUE = "unique"


@dataclass(frozen=True, slots=True)
class Asked:
    kind: Kind
    path: str


class Mix:
    """80 of 100 popular pages, 15 of the long tail, 5 with parameters that nobody had before."""

    def __init__(self, popular: list[str], tail: list[str], seed: int = 1) -> None:
        self.popular, self.tail = popular, tail
        self.random = random.Random(seed)

    def __iter__(self) -> Iterator[Asked]:
        return self

    def __next__(self) -> Asked:
        dice = self.random.random()
        if dice < 0.8:
            return Asked(Kind.POPULAR, self.random.choice(self.popular))
        if dice < 0.95:
            return Asked(Kind.TAIL, self.random.choice(self.tail))
        return Asked(Kind.UNIQUE, self.unique())

    def unique(self) -> str:
        form, most = self.random.choice(UNIQUE)
        return form % (self.random.randrange(most) + 1)


def popular() -> list[str]:
    return [*PAGES.values(), *OTHERS.values()]
