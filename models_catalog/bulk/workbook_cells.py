"""What a cell of a workbook means: its text, number, day or yes/no, as the text that a CSV would hold."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite

# Cells hold 15 digits; of what is longer, the spreadsheet has already lost the end.
EXACT_BELOW = 10**15
# Excel takes 1900 for a leap year, so that its day 60 never was and days before it are counted from one day later.
EPOCH, EARLY_EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1899, 12, 31), datetime(1904, 1, 1)  # noqa: DTZ001
NO_SUCH_DAY = 60
LAST_SERIAL = 2_958_466  # the first day of the year 10000
# Number formats that every workbook has without naming them, and that show days.
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
FORMAT_MAX = 255  # characters of a number format, as in Excel
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"([A-Z]{1,3})[1-9][0-9]{0,6}\Z")


class Unclear(Exception):
    """A cell whose value cannot be told: the message says why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def column_number(reference: str) -> int:
    """“B7” → 1. Raises ValueError."""
    match = _REFERENCE.match(reference)
    if not match:
        raise ValueError(reference)
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(number: int) -> str:
    """1 → “B”."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_1904(attributes: dict[str, str]) -> bool:
    """Whether the workbook counts days from 1904, as old Macs did."""
    return attributes.get("date1904", "0") in {"1", "true"}


def date_styles(used: list[str], formats: dict[str, str]) -> list[bool]:
    """For each cell style, by the number of its format, whether it shows a number as a day."""
    return [_shows_a_day(number, formats.get(number)) for number in used]


def _shows_a_day(number: str, code: str | None) -> bool:
    if code is None:
        return int(number) in DATE_FORMATS
    first = _NOT_LETTERS.sub("", code[:FORMAT_MAX]).split(";")[0]
    return any(letter in first.lower() for letter in "ymdhs") and "general" not in first.lower()


def plain_text(text: str) -> str:
    """Without the workbook’s own escapes: “_x0009_” is a tab."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def escaped_text(text: str) -> str:
    """The inverse of `plain_text`, for what XML cannot hold and for what looks like an escape."""
    return _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def value_of(raw: str, kind: str, shared: list[str], *, is_date: bool, epoch_1904: bool) -> str:
    """The text of a cell from what the file holds. Raises Unclear, or ValueError for what no spreadsheet writes."""
    if kind == "s":
        index = int(raw)
        if not 0 <= index < len(shared):
            raise ValueError(raw)
        return _text(shared[index])
    if kind in {"inlineStr", "str"}:
        return _text(plain_text(raw))
    if kind == "b":
        return "yes" if raw.strip() in {"1", "true"} else "no"
    if kind == "e":
        raise Unclear(f"Holds an error of the spreadsheet ({raw[:20]}). Enter the value itself.")
    if kind == "d":
        return raw.strip().removesuffix("Z").removesuffix("T00:00:00")
    if kind != "n":
        raise ValueError(kind)
    return _day(float(raw), epoch_1904) if is_date else _number(raw)


def _text(text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text):
        raise Unclear("Holds a character that is no text. Remove it.")
    return text


def _number(raw: str) -> str:
    number = float(raw)
    if not isfinite(number):
        raise ValueError(raw)
    if abs(number) >= EXACT_BELOW:
        raise Unclear("The spreadsheet keeps only 15 digits of a number. Format the cell as text and enter it again.")
    # The shortest number that is the same for a computer: 8.03, where the file says 8.0299999999999994.
    text = format(Decimal(repr(number)), "f")
    return text.removesuffix(".0") if number else "0"


def _day(serial: float, epoch_1904: bool) -> str:
    if not 0 <= serial < LAST_SERIAL or (not epoch_1904 and int(serial) in {0, NO_SUCH_DAY}):
        raise Unclear("Holds a date that does not exist. Enter it as year-month-day.")
    epoch = EPOCH_1904 if epoch_1904 else EARLY_EPOCH if serial < NO_SUCH_DAY else EPOCH
    try:
        moment = epoch + timedelta(seconds=round(serial * 86_400))
    except OverflowError:
        raise Unclear("Holds a date that does not exist. Enter it as year-month-day.") from None
    return moment.isoformat().removesuffix("T00:00:00")
