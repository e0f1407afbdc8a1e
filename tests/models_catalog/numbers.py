"""Finds the numbers on a page that do not say where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
NUMBER = re.compile(r"\d[\d.,]*")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    # Of a fact: whether it shows a source, or says that it has none.
    answers: bool = False

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def is_a(self, selector: str) -> bool:
        """``tag``, ``.class``, ``#id``, or several of them in one: ``td.num``."""
        tag, *rest = re.split(r"(?=[.#])", selector)
        return (not tag or tag == self.tag) and all(
            part[1:] in self.classes if part[0] == "." else part[1:] == self.attributes.get("id") for part in rest
        )


class VisibleText(HTMLParser):
    """Each piece of text that readers see, with the elements that it stands in, outermost first."""

    UNSEEN = frozenset({"head", "script", "style", "template"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.pieces: list[tuple[str, list[Element]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes})
        if tag not in VOID:
            self.open.append(element)
        if element.is_a("a.fact__mark") or element.is_a(".fact__unsourced") or element.is_a(".fact__missing"):
            facts = [each for each in self.open if each.is_a(".fact")]
            if facts:
                facts[-1].answers = True

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(element.tag in self.UNSEEN for element in self.open):
            self.pieces.append((" ".join(data.split()), list(self.open)))


def read(html: str) -> VisibleText:
    """The text of a page, to be asked again and again."""
    text = VisibleText()
    text.feed(html)
    return text


def unanswered(page: str | VisibleText, *, places: Iterable[str], names: Iterable[str]) -> list[str]:
    """Numbers outside a fact that shows its source, outside the allowed ``places``, and not part of a name."""
    text = read(page) if isinstance(page, str) else page
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    known = re.compile(rf"(?<![\w.])(?:{longest_first})(?!\w|\.\d)")
    found = []
    for piece, inside in text.pieces:
        if not NUMBER.search(piece) or any(element.answers for element in inside):
            continue
        if any(element.is_a(place) for element in inside for place in places):
            continue
        if NUMBER.search(known.sub("", piece)):
            nearest = next((" ".join(sorted(e.classes)) or e.tag for e in reversed(inside) if e.classes), "")
            found.append(f"{piece} (in .{nearest})")
    return found
