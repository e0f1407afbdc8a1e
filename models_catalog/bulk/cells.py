"""How one value is written in a cell, and read from it.

Everything is text: numbers in digits, dates as year-month-day, yes or no, choices and entries by their short names,
lists with “; ” between. An empty cell is an empty value. `Column.text` and `Column.read` are each other’s inverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, ClassVar

from django import forms
from django.db import models

from models_catalog.forms import REMEDIES
from models_catalog.models import Content

KEY_BETWEEN = "/"  # no slug has one
WHOLE = re.compile(r"-?[0-9]{1,30}\Z")
DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?\Z")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
YES_NO = {"yes": True, "true": True, "no": False, "false": False}
LISTED_AT_MOST = 12  # choices named in an error
QUOTED_AT_MOST = 60  # characters of a wrong value repeated in an error
SUGGESTED_AT_MOST = 20  # wrong names of entries


class CellError(Exception):
    """A cell that cannot be read: the message names the value and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Keys:
    """Entries by what spreadsheets call them: one query for each kind, when it is first asked for."""

    def __init__(self) -> None:
        self._by_text: dict[type[Content], dict[str, int]] = {}
        self._by_pk: dict[type[Content], dict[int, str]] = {}
        self._suggested: dict[tuple[type[Content], str], str] = {}

    def by_text(self, model: type[Content]) -> dict[str, int]:
        if model not in self._by_text:
            rows = model._default_manager.values_list("pk", *model.natural_key_fields).order_by()
            self._by_text[model] = {KEY_BETWEEN.join(map(str, key)): pk for pk, *key in rows}
        return self._by_text[model]

    def text(self, model: type[Content], pk: int) -> str:
        if model not in self._by_pk:
            self._by_pk[model] = {pk: text for text, pk in self.by_text(model).items()}
        return self._by_pk[model][pk]

    def nearest(self, text: str, model: type[Content]) -> str:
        """“ Did you mean …?” for the first few: looking for the nearest of thousands, thousands of times, takes minutes."""
        wrong = (model, text)
        if wrong not in self._suggested and len(self._suggested) < SUGGESTED_AT_MOST:
            self._suggested[wrong] = nearest(text, self.by_text(model))
        return self._suggested.get(wrong, "")

    def announce(self, model: type[Content], texts: Iterable[str]) -> None:
        """Entries that the file itself adds, so that its other rows may name them. Their key is not known yet."""
        known = self.by_text(model)
        for text in texts:
            known.setdefault(text, 0)


def quoted(text: str) -> str:
    return f"“{text if len(text) <= QUOTED_AT_MOST else text[:QUOTED_AT_MOST] + '…'}”"


def nearest(text: str, known: Iterable[str]) -> str:
    """“ Did you mean …?”, or nothing."""
    found = get_close_matches(
        text[:QUOTED_AT_MOST].casefold(), {each.casefold(): each for each in known}, n=1, cutoff=0.6
    )
    original = next((each for each in known if found and each.casefold() == found[0]), None)
    return f" Did you mean “{original}”?" if original else ""


def lines(text: str) -> str:
    """A browser sends other line ends than a spreadsheet, and means the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Column:
    """One field of a kind of entry. ``shape`` tells people what goes into the cell."""

    shape: ClassVar[str] = "text"
    is_number: ClassVar[bool] = False

    def __init__(self, field: models.Field[Any, Any]) -> None:
        self.field = field
        self.name = str(field.name)
        self.label = str(field.verbose_name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def help(self) -> str:
        return str(self.field.help_text)

    @property
    def is_required(self) -> bool:
        """A new entry needs a value for it."""
        return not self.field.blank and not self.field.has_default()

    @property
    def need(self) -> str:
        """In words, whether the cell may be empty."""
        if self.field.blank:
            return "may be empty"
        if self.field.has_default():
            return f"needed; {self.text(self.field.get_default(), Keys())} where a new row has no such column"
        return "needed"

    def value_of(self, entry: Any) -> Any:
        return getattr(entry, self.field.attname)

    def put(self, entry: Any, value: Any) -> None:
        setattr(entry, self.field.attname, value)

    def text(self, value: Any, keys: Keys) -> str:
        return "" if value is None else lines(str(value))

    def read(self, text: str, keys: Keys) -> Any:
        """The value of a cell. Raises CellError."""
        text = lines(text).strip()
        if not text:
            return self.empty()
        if "\0" in text:
            raise CellError("Holds a character that is no text (NUL). Remove it.")
        return self.parse(text, keys)

    def empty(self) -> Any:
        if not self.field.blank:
            raise CellError("Is empty, and needs a value.")
        return None if self.field.null else ""

    def parse(self, text: str, keys: Keys) -> Any:
        return text


class Whole(Column):
    shape = "a whole number in digits"
    is_number = True

    def parse(self, text: str, keys: Keys) -> int:
        if not WHOLE.match(text):
            raise CellError(f"{quoted(text)}: {REMEDIES[forms.IntegerField]['invalid']}")
        return int(text)


class Exact(Column):
    shape = "a number in digits, with a point before decimals"
    is_number = True

    def text(self, value: Any, keys: Keys) -> str:
        if value is None:
            return ""
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text

    def parse(self, text: str, keys: Keys) -> Decimal:
        if not DECIMAL.match(text):
            raise CellError(f"{quoted(text)}: {REMEDIES[forms.DecimalField]['invalid']}")
        return Decimal(text)


class Day(Column):
    shape = "a date, as year-month-day"

    def text(self, value: Any, keys: Keys) -> str:
        return "" if value is None else value.isoformat()

    def parse(self, text: str, keys: Keys) -> date:
        try:
            if DATE.match(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise CellError(f"{quoted(text)}: {REMEDIES[forms.DateField]['invalid']}")


class YesNo(Column):
    shape = "yes or no"

    def text(self, value: Any, keys: Keys) -> str:
        return "yes" if value else "no"

    def empty(self) -> Any:
        raise CellError("Is empty. Write yes or no.")

    def parse(self, text: str, keys: Keys) -> bool:
        try:
            return YES_NO[text.casefold()]
        except KeyError:
            raise CellError(f"{quoted(text)} is neither. Write yes or no.") from None


def choose(text: str, choices: Iterable[tuple[Any, Any]]) -> str:
    """The value of a choice, from the value or from the label that readers see. Raises CellError."""
    named = {str(value): str(label) for value, label in choices}
    for value, label in named.items():
        if text.casefold() in {value.casefold(), label.casefold()}:
            return value
    listed = ", ".join(list(named)[:LISTED_AT_MOST])
    raise CellError(f"{quoted(text)} is not one of the choices.{nearest(text, named)} Choose from: {listed}.")


class Choice(Column):
    @property
    def shape(self) -> str:  # type: ignore[override]
        return "one of: " + ", ".join(str(value) for value, _ in self.field.flatchoices)

    def parse(self, text: str, keys: Keys) -> str:
        return choose(text, self.field.flatchoices)
