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
        number = self.random.randrange(10**9)
        return self.random.choice(
            [
                f"/run/?checkpoint=llama-3-1-8b-instruct&context={number % 120_000 + 1_000}",
                f"/run/?memory={number % 900_000 / 1000 + 1}",
                f"/search/?q=llama+{number}",
                f"/models/?utm_source={number}",
                f"/timeline/?fbclid={number}",
                f"/articles/?gclid={number}",
            ]
        )


def popular() -> list[str]:
    return [*PAGES.values(), *OTHERS.values()]
