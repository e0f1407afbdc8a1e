"""Two texts side by side, with the words that differ."""

import random
import time

import pytest

from editorial.comparison import compare


def marked(pieces) -> str | None:
    """A line as text, with what differs in brackets."""
    return None if pieces is None else "".join(f"[{p.text}]" if p.changed else p.text for p in pieces)


def shown(old: str, new: str) -> list[tuple[str | None, str | None]]:
    return [(marked(row.old), marked(row.new)) for row in compare(old, new) if not row.skipped]


def test_the_same_text_has_no_rows():
    assert compare("One.\nTwo.", "One.\nTwo.") == []


def test_changed_words_are_marked_on_both_sides():
    assert shown("It has 8 billion parameters.", "It has 70 billion parameters.") == [
        ("It has [8] billion parameters.", "It has [70] billion parameters.")
    ]


def test_an_added_and_a_removed_line_stand_alone():
    assert shown("One.", "One.\nTwo.") == [("One.", "One."), (None, "[Two.]")]
    assert shown("One.\nTwo.", "One.") == [("One.", "One."), ("[Two.]", None)]


def test_equal_lines_far_from_a_change_are_counted_not_shown():
    lines = [f"Line {n}." for n in range(100)]
    changed = [*lines[:50], "Another.", *lines[51:]]
    rows = compare("\n".join(lines), "\n".join(changed))
    assert rows[0].skipped == 48
    assert len(rows) == 7


def test_nothing_is_lost_on_either_side():
    rng = random.Random(7)
    for _ in range(200):
        old = [rng.choice("abcdef") * rng.randint(1, 3) for _ in range(rng.randint(0, 12))]
        new = [rng.choice("abcdef") * rng.randint(1, 3) for _ in range(rng.randint(0, 12))]
        rows = compare("\n".join(old), "\n".join(new))
        changed_old = ["".join(p.text for p in row.old) for row in rows if row.old and row.changed]
        changed_new = ["".join(p.text for p in row.new) for row in rows if row.new and row.changed]
        assert len(changed_old) - len(changed_new) == len(old) - len(new)
        assert all(line in old for line in changed_old)
        assert all(line in new for line in changed_new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x " * 250_000, "y " * 250_000),
        ("\n".join(f"line {n}" for n in range(20_000)), "\n".join(f"line {n * 7 % 20_011}" for n in range(20_000))),
        ("same\n" * 50_000, "same\n" * 49_000 + "other\n"),
    ],
    ids=["one long line", "shuffled lines", "repeated lines"],
)
def test_long_texts_are_compared_in_a_moment(old, new):
    start = time.process_time()
    compare(old, new)
    # A bound against quadratic growth, far above what it takes.
    assert time.process_time() - start < 20
