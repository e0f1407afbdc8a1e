"""One text → what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from editorial.live_facts.entries import Target
from editorial.live_facts.validation import ReferenceCheck
from editorial.prose.limits import problem as limit_problem
from editorial.prose.outline import Outline, outline
from editorial.prose.pictures import reference_in

from .findings import Code, Finding, Level, Place
from .style import HouseStyle

# The parser takes one for a footnote’s mark only where the footnote is; others are left as text.
_MARK = re.compile(r"\[\^[^\[\]\s]{1,80}\]")


def markdown_findings(
    markdown: str,
    place: Place,
    *,
    style: HouseStyle,
    references: ReferenceCheck,
    on_record: Mapping[str, Target] | None = None,
    under: int = 1,
    read: Outline | None = None,
) -> Iterator[Finding]:
    """Everything but its links, for which other pages must be known.

    ``under`` is the level of the heading that the text stands under: 1 for an
    article, 2 for a section. ``read`` is its outline, if that is at hand.
    """
    if too_much := limit_problem(markdown):
        yield Finding(Level.ERROR, Code.UNREADABLE_TEXT, place, too_much)
        return
    found = read or outline(markdown)
    for reference, why in references.problems(found, on_record):
        yield Finding(Level.ERROR, Code.BROKEN_REFERENCE, place, why, reference.line)
    for image in found.images:
        # One of the library has words of its own, which are asked for there.
        if not image.text and not reference_in(image.address):
            message = f"The picture “{image.address}” has no description. Say between “![” and “]” what it shows."
            yield Finding(Level.ERROR, Code.MISSING_ALT, place, message, image.line)
    yield from footnote_findings(found, place)
    yield from heading_findings(found, place, under)
    for passage in found.passages:
        for line, why in style.violations(passage.text):
            yield Finding(Level.ERROR, Code.HOUSE_STYLE, place, why, passage.line + line)


def footnote_findings(found: Outline, place: Place) -> Iterator[Finding]:
    """A mark without its note shows as it is written; a note without a mark does not show at all."""
    for passage in found.passages:
        for mark in _MARK.finditer(passage.text):
            message = f"“{mark[0]}” has no footnote. Begin a line with “{mark[0]}: ” and say there what it stands on."
            line = passage.line + passage.text.count("\n", 0, mark.start())
            yield Finding(Level.ERROR, Code.LOST_FOOTNOTE, place, message, line)
    wanted = {mark.text.casefold() for mark in found.noted}
    for note in found.notes:
        if note.text.casefold() not in wanted:
            message = f"Readers do not see this footnote: write “[^{note.text}]” where it belongs, or take it out."
            yield Finding(Level.WARNING, Code.LOST_FOOTNOTE, place, message, note.line)


def heading_findings(found: Outline, place: Place, under: int) -> Iterator[Finding]:
    """A heading may go one level deeper than the one before it, and back up to any."""
    above = under
    for heading in found.headings:
        level = max(heading.level, 2)  # the page has the first level’s heading already
        if not heading.text:
            message = "A heading has no words: it shows as a gap, and as an empty entry in the contents. Take it out."
            yield Finding(Level.ERROR, Code.HEADING_ORDER, place, message, heading.line)
        if level > above + 1:
            message = (
                f"“{heading.text}” is a heading of level {level} under one of level {above}. "
                f"Begin its line with “{'#' * (above + 1)} ”."
            )
            yield Finding(Level.ERROR, Code.HEADING_ORDER, place, message, heading.line)
        above = level


def plain_findings(text: str, place: Place, *, style: HouseStyle) -> Iterator[Finding]:
    """A text without markup: only its words can be wrong."""
    for line, why in style.violations(text):
        yield Finding(Level.ERROR, Code.HOUSE_STYLE, place, why, line + 1)
