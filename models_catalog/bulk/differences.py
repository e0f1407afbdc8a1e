"""Where two texts differ, so that one changed word in a long text is found at a glance."""

from __future__ import annotations

from dataclasses import dataclass

SHORT = 60  # characters of a text that is shown whole
AROUND = 30  # characters shown on either side of the difference


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood and what would stand, between what stays: ``before`` and ``after`` are cut, the rest is complete."""

    before: str
    old: str
    new: str
    after: str


def difference(old: str, new: str) -> Difference:
    if not old or not new or max(len(old), len(new)) <= SHORT:
        return Difference("", old, new, "")
    start = _common(old, new)
    # Whole words: a change within one shows it as a whole.
    while start and not old[start - 1].isspace():
        start -= 1
    end = _common(old[start:][::-1], new[start:][::-1])
    while end and not old[len(old) - end].isspace():
        end -= 1
    before, after = old[:start], old[len(old) - end :] if end else ""
    return Difference(
        before=before if len(before) <= AROUND else f"… {before[-AROUND:].partition(' ')[2]}",
        old=old[start : len(old) - end],
        new=new[start : len(new) - end],
        after=after if len(after) <= AROUND else f"{after[:AROUND].rpartition(' ')[0]} …",
    )


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))
