"""Writes what an editor inserts as Markdown."""

from __future__ import annotations

import re

# Whatever could begin an element in running text. What only means something at the beginning of a line stays.
_MEANS_SOMETHING = re.compile(r"[\\`*_~\[\]<>]|&(?=#?\w)|\{(?=\{)")


def as_text(words: str) -> str:
    """The words as running text: no character of them is taken for Markdown or for a reference."""
    return _MEANS_SOMETHING.sub(r"\\\g<0>", " ".join(words.split()))


def link(words: str, address: str) -> str:
    return f"[{as_text(words)}]({address})"


def picture(alt: str, address: str) -> str:
    return f"!{link(alt, address)}"


def note(label: str, words: str, address: str) -> str:
    """A footnote that names a document."""
    return f"[^{label}]: {link(words, address)}"
