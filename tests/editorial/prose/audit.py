"""Reads rendered prose as strictly as possible and says what must not be in it."""

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from editorial.prose.pictures import SIZES
from editorial.prose.sanitize import ATTRIBUTES, SCHEMES, TAGS

CORPUS: dict[str, list[str]] = json.loads(Path(__file__).with_name("xss_corpus.json").read_text())
PAYLOADS = [payload for payloads in CORPUS.values() for payload in payloads]

PREFIX = "text-"
# Terms and addresses as hostile as the texts; in the corpus, the first two occur.
GLOSSARY = {
    "MoE": '/glossary/"onclick="alert(1)',
    "click": "javascript:alert(1)",
    '"><script>alert(1)</script>': "/glossary/#a",
    "<img src=x onerror=alert(1)>": "/glossary/#b",
    "\ue001b\ue002": "/glossary/\ue003 onclick=alert(1)",
    "title": "java\ue000script:alert(1)",
    "two": "data:text/html,x",
}
VOID = {"br", "hr", "img", "source"}
CLASSES = {"term", "left", "center", "right", "table-scroll", "noteref", "footnotes", "backref", "picture"}
ROLES = {"doc-noteref", "doc-backlink", "doc-endnotes"}
FIXED = {
    "rel": {"noopener"}, "loading": {"lazy"}, "decoding": {"async"}, "type": {"image/webp"}, "sizes": {SIZES},
    "scope": {"col"}, "class": CLASSES, "role": ROLES,
}  # fmt: skip
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
SEPARATOR = re.compile(r"[/\\?#]")
# What an address must not contain anywhere: browsers skip some of it, and people cannot see it.
UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\u00ad\ufeff\ue000-\ue003]")


class Auditor(HTMLParser):
    """Parses without the tolerance of browsers: what is odd is a problem."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.targets: set[str] = set()

    def handle_starttag(self, tag, attributes) -> None:
        if tag not in TAGS:
            self.problems.append(f"element {tag}")
        if tag == "a" and "a" in self.open:
            self.problems.append("link inside a link")
        if tag not in VOID:
            self.open.append(tag)
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.problems.append(f"repeated attribute on {tag}")
        for name, value in attributes:
            self._attribute(tag, name, value or "", dict(attributes))

    def _attribute(self, tag, name, value, attributes) -> None:
        if name not in ATTRIBUTES.get(tag, ()):
            self.problems.append(f"attribute {name} on {tag}")
        if name in FIXED and value not in FIXED[name]:
            self.problems.append(f"{name}={value!r} on {tag}")
        if name == "id":
            self.ids[value] += 1
            counted = {"a": r"fnref-\d+-\d+", "li": r"fn-\d+"}.get(tag, r"(?!fn)[\w-]+")
            if not re.fullmatch(PREFIX + counted, value):
                self.problems.append(f"id={value!r} on {tag}")
        if name == "start" and not value.isdecimal():
            self.problems.append(f"start={value!r}")
        if name in ("href", "src"):
            self._address(name, value)
        if name == "srcset":
            for candidate in value.split(", "):
                self._address("src", candidate.partition(" ")[0])
        if name == "href" and attributes.get("role") or name == "aria-labelledby":
            self.targets.add(value.removeprefix("#"))

    def _address(self, name: str, value: str) -> None:
        scheme = SCHEME.match(value)
        if scheme and scheme[1].lower() not in SCHEMES:
            self.problems.append(f"scheme of {value!r}")
        if value.startswith(("//", "/\\", "\\")) or UNSEEN.search(value):
            self.problems.append(f"{name}={value!r}")
        if name == "src" and (
            not value.startswith(("/media/", "/static/")) or ".." in SEPARATOR.split(value.lower().replace("%2e", "."))
        ):
            self.problems.append(f"{name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"stray </{tag}>")

    def handle_comment(self, data: str) -> None:
        self.problems.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        self.problems.append(f"declaration {data!r}")


def problems(html: str) -> list[str]:
    """What is wrong with ``html``, which was rendered with PREFIX."""
    auditor = Auditor()
    auditor.feed(html)
    auditor.close()
    found = auditor.problems
    found += [f"<{tag}> is not closed" for tag in auditor.open]
    found += [f"id {name!r} occurs {count} times" for name, count in auditor.ids.items() if count > 1]
    found += [f"nothing has the id {target!r}" for target in sorted(auditor.targets - set(auditor.ids))]
    if any(character in html for character in "\ue000\ue001\ue002\ue003\x00"):
        found.append("a stand-in is left")
    return found
