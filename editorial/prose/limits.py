"""What a text may not exceed, so that showing it takes a moment at most."""

from __future__ import annotations

from itertools import islice

from django.core.exceptions import ValidationError

from . import references
from .events import events

MAX_CHARACTERS = 1_000_000
# Quotations and lists inside each other. Deeper ones cannot be read, and browsers and sanitizers slow down on them.
MAX_DEPTH = 30
# Elements, runs of text and their ends. A million characters of ordinary text has about 110,000.
MAX_EVENTS = 200_000

# Each comes with a link there and one back.
MAX_REFERENCES = 5_000


def validate(markdown: str) -> None:
    """Raise a ValidationError that says what is too much, and what to do about it."""
    found = problem(markdown)
    if found:
        raise ValidationError(found, code="prose")


def is_renderable(markdown: str) -> bool:
    return problem(markdown) is None


def problem(markdown: str) -> str | None:
    """What is too much in a text and what to do about it; None if nothing is."""
    if len(markdown) > MAX_CHARACTERS:
        return (
            f"The text has {len(markdown):,} characters; at most {MAX_CHARACTERS:,} can be published. "
            "Divide it into several articles."
        )
    if "\x00" in markdown:
        return "The text contains a NUL character, which cannot be stored. Delete it and paste the text as plain text."
    if not _is_unicode(markdown):
        return "The text contains half a character, which cannot be stored. Delete what looks like “\ufffd” and type it again."
    facts = references.count(markdown)
    if facts > references.MAX_FACTS:
        return f"The text refers to facts {facts:,} times; {references.MAX_FACTS:,} are possible. Divide it into several articles."
    depth = count = notes = 0
    for event in islice(events(references.prepare(markdown).text), MAX_EVENTS + 1):
        count += 1
        if type(event) is dict:
            if "Start" in event:
                depth += 1
                if depth > MAX_DEPTH:
                    return (
                        f"Quotations or lists are nested more than {MAX_DEPTH} levels deep. "
                        "Take some of the “>” or the indentation out."
                    )
            elif "End" in event:
                depth -= 1
            elif "FootnoteReference" in event:
                notes += 1
    if notes > MAX_REFERENCES:
        return f"The text refers to footnotes {notes:,} times; {MAX_REFERENCES:,} are possible. Divide it."
    if count > MAX_EVENTS:
        return "The text has too many elements (table cells, links, list entries …). Divide it into several articles."
    return None


def _is_unicode(text: str) -> bool:
    """Python and JSON allow halves of characters (lone surrogates); databases and browsers do not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
