"""The one place that says how facts are written: numbers, units, dates, lists.

Pure functions from stored values to a `Value`. What a reader sees anywhere on
the site (pages, charts, feeds, prose) comes from here, so that “128K” is never
“131,072” on one page and “131k” on another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from django.utils.dateformat import format as format_date

from .models import DatePrecision, MemoryUnit, Qualifier

THOUSAND, MILLION, BILLION, TRILLION = 10**3, 10**6, 10**9, 10**12
KIBI = 1024

NOT_STATED = "not stated"


class Form(StrEnum):
    """How prose may write a value: for a sentence, as tables do, or in full."""

    SENTENCE = ""
    SHORT = "short"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Value:
    """One value as readers see it.

    ``text`` is what is read, ``exact`` the same in full where ``text`` shortens
    it, ``sentence`` the same within a sentence where that differs (“109B” in a
    table is “109 billion parameters” there), ``data`` what a program reads
    (`<data value>` or `<time datetime>`).
    """

    text: str
    exact: str = ""
    data: str = ""
    is_date: bool = False
    sentence: str = ""

    def __str__(self) -> str:
        return self.text

    def said(self, form: Form) -> Value:
        """The value as running text has it: ``text`` is the form that was asked for, the rest stays."""
        in_sentence = self.sentence or self.text
        text = {Form.SENTENCE: in_sentence, Form.SHORT: self.text, Form.EXACT: self.exact or in_sentence}[form]
        return replace(self, text=text)


def _decimals(number: Decimal, places: int = 2) -> str:
    """At most ``places`` decimals, thousands grouped, no trailing zeros: 1,230 → “1,230”, 1.50 → “1.5”."""
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(number: int | Decimal) -> str:
    """A number in full: 109000000000 → “109,000,000,000”."""
    return _decimals(Decimal(number))


def _short(number: int) -> str:
    """A count with a letter for its magnitude: 1230000000 → “1.23B”."""
    for size, letter in ((TRILLION, "T"), (BILLION, "B"), (MILLION, "M"), (THOUSAND, "K")):
        if number >= size:
            return f"{_decimals(Decimal(number) / size)}{letter}"
    return grouped(number)


def _qualified(text: str, qualifier: str) -> str:
    """As the sources word it: “15T+”, “up to 9T”, “about 40T”."""
    if qualifier == Qualifier.AT_LEAST:
        return f"{text}+"
    if qualifier in (Qualifier.ABOUT, Qualifier.UP_TO):
        return f"{Qualifier(qualifier).label} {text}"
    return text


def _qualified_in_words(text: str, qualifier: str) -> str:
    return text if qualifier == Qualifier.EXACT else f"{Qualifier(qualifier).label} {text}"


def tokens(number: int) -> Value:
    """A context length. Powers of two read as the trade writes them: 131072 → “128K”, 10000000 → “10M”.

    A length that is round in thousands is read as thousands, although 128000 can
    be divided by 1024 as well; one that is round in neither is written in full.
    """
    if number % THOUSAND == 0:
        text = _short(number)
    elif number % (KIBI * KIBI) == 0:
        text = f"{number // (KIBI * KIBI)}M"
    elif number % KIBI == 0:
        text = f"{number // KIBI}K"
    else:
        text = grouped(number)
    return Value(text, exact=f"{grouped(number)} tokens", data=str(number), sentence=f"{text} tokens")


def parameters(number: int, qualifier: str = Qualifier.EXACT) -> Value:
    """109000000000 → “109B”, 1230000000 → “1.23B”, about 2000000000000 → “about 2T”."""
    return Value(
        _qualified(_short(number), qualifier),
        exact=f"{_qualified_in_words(grouped(number), qualifier)} parameters",
        data=str(number),
        sentence=f"{amount(number, qualifier)} parameters",
    )


def training_tokens(number: int, qualifier: str = Qualifier.EXACT) -> Value:
    """At least 15000000000000 → “15T+”."""
    return Value(
        _qualified(_short(number), qualifier),
        exact=f"{_qualified_in_words(grouped(number), qualifier)} tokens",
        data=str(number),
        sentence=f"{amount(number, qualifier)} tokens",
    )


def count(number: int) -> Value:
    """A small whole number: 1234 → “1,234”."""
    return Value(grouped(number), data=str(number))


def amount(number: int | Decimal, qualifier: str = Qualifier.EXACT) -> Value:
    """A number for running text: 3270000000 → “3.27 billion”, 700000000 → “700 million”, 12.50 → “12.5”."""
    number = Decimal(number)
    for size, word in ((TRILLION, "trillion"), (BILLION, "billion"), (MILLION, "million")):
        if abs(number) >= size:
            text, exact = f"{_decimals(number / size)} {word}", grouped(number)
            break
    else:
        text, exact = grouped(number), ""
    return Value(_qualified_in_words(text, qualifier), exact=exact, data=format(number.normalize(), "f"))


def gigabytes(number: int) -> Value:
    """A size in bytes, in units of 10⁹, to three digits: 16060522496 → “16.1 GB”, 810000000000 → “810 GB”."""
    size = Decimal(number) / BILLION
    places = 0 if size >= 100 else 1 if size >= 10 else 2
    return Value(f"{_decimals(size, places)} GB", exact=f"{grouped(number)} bytes", data=str(number))


def published_memory(number: Decimal, unit: MemoryUnit, devices: int | None = None) -> Value:
    """As the source counts: “1,083 MiB”; for accelerators “4 × 80 GB”, by the size that they are sold as."""
    if devices is not None:
        return Value(f"{devices} × {_decimals(number)} GB", data=str(devices))
    size = int(number * unit.size)
    return Value(f"{_decimals(number)} {unit.value}", exact=f"{grouped(size)} bytes", data=str(size))


def deviation(share: Decimal) -> Value:
    """A difference in percent with its sign: 0.0391 → “+3.9%”, -0.112 → “−11.2%”, 0 → “0%”."""
    percent = round(share * 100, 1)
    sign = "+" if percent > 0 else "−" if percent < 0 else ""
    return Value(f"{sign}{_decimals(abs(percent), 1)}%", data=format(share.normalize(), "f"))


def day(value: date, precision: str = DatePrecision.DAY) -> Value:
    """A date, no more precise than it is known: “April 5, 2025”, “February 2023”, “2023”."""
    if precision == DatePrecision.YEAR:
        return Value(f"{value.year}", data=f"{value:%Y}", is_date=True)
    if precision == DatePrecision.MONTH:
        return month(value)
    return _day(value)


# A page has hundreds of dates, most of which are few: those on which its sources were checked.
@lru_cache(maxsize=1000)
def _day(value: date) -> Value:
    return Value(format_date(value, "F j, Y"), data=value.isoformat(), is_date=True)


def month(value: date) -> Value:
    """A knowledge cut-off: “August 2024”."""
    return Value(format_date(value, "F Y"), data=f"{value:%Y-%m}", is_date=True)


def in_words(items: Iterable[str]) -> str:
    """“English”, “text and image”, “English, German, and Thai”."""
    words = list(items)
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"
