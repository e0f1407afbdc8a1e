"""Finding rows by the words in them, for the lists of the admin: an index says where each word begins.

A word is what stands between spaces and punctuation, so that “llama-3-1-8b” and an address of the web are found by
their parts. Rows are found that have, for every word that is typed, a word that begins so. What readers search is
another index, with stems and weights: `editorial.search`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")

# What ends a word: all of ASCII that is neither letter nor digit, and the marks that typesetting adds. Spelled out,
# because what Postgres takes for a letter depends on the locale of the database. In it are all operators of tsquery.
# The same stand in the function `models_catalog_words`.
BREAKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”„‘’‚«»‹›–—‑…•·×′″→←\xa0"
_APART = str.maketrans(dict.fromkeys(BREAKS, " "))
# So far the function reads: a vector may take a megabyte at most.
INDEXED_CHARACTERS = 100_000
# More words than anybody types, each as long as one can be: beyond that a question only costs.
MOST_WORDS, LONGEST_WORD = 16, 60
# So many keys are fetched, and then asked for by name: Postgres cannot guess how few rows a beginning finds.
FEW = 1_000


class Words(Func):
    """The words of some columns, as a vector. What follows the first hundred thousand characters is left out."""

    output_field = SearchVectorField()

    def __init__(self, *fields: Any) -> None:
        super().__init__(*fields)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        columns, parameters = [], []
        for source in self.get_source_expressions():
            column, given = compiler.compile(source)
            is_list = isinstance(source.output_field, ArrayField)
            columns.append(f"array_to_string({column}, ' ')" if is_list else f"coalesce({column}, '')")
            parameters += given
        text = " || ' ' || ".join(columns)
        return f"models_catalog_words({text})", parameters


class WordsIndex(GinIndex):
    """Where the words of some text fields are."""

    def __init__(self, *expressions: Any, words: Sequence[str] = (), **options: Any) -> None:
        """Of the fields ``words``; in the form that a migration writes, of the expression that stands for them."""
        # The list of pending rows would have to be read by every search.
        options.setdefault("fastupdate", False)
        super().__init__(*(expressions or (Words(*words),)), **options)

    @property
    def words(self) -> frozenset[str]:
        return frozenset(source.name for source in self.vector.get_source_expressions())

    @property
    def vector(self) -> Words:
        return cast(Words, self.expressions[0])


def index_for(model: type[models.Model], fields: Iterable[str]) -> WordsIndex | None:
    """The index that holds the words of these fields, and of as few others as there is one for."""
    wanted = frozenset(fields)
    having = [i for i in model._meta.indexes if isinstance(i, WordsIndex) and i.words >= wanted]
    return min(having, key=lambda index: len(index.words), default=None)


def words_of(text: str) -> list[str]:
    """What is asked for, word by word; the same rule as that of the index."""
    apart = "".join(c if c.isprintable() else " " for c in text.translate(_APART)).split()
    return [word[:LONGEST_WORD] for word in dict.fromkeys(apart)][:MOST_WORDS]


def find(rows: Rows, fields: Iterable[str], text: str) -> Rows:
    """The rows that have each word of a text in one of the fields. A field may be that of a related entry.

    In a related entry every word of its index counts: a citation is found by the publisher of its source.
    """
    asked = words_of(text)
    if not asked:
        return rows.none() if text.strip() else rows
    by_path: dict[str, list[str]] = {}
    for field in fields:
        path, _, name = field.rpartition("__")
        by_path.setdefault(path, []).append(name)
    if list(by_path) == [""]:
        return rows.filter(_having(rows.model, by_path[""], asked))
    everything = rows.model._default_manager.order_by()
    rare: list[set[Any]] = []
    common: list[list[_Way]] = []
    for word in asked:
        ways = [way for path, names in by_path.items() if (way := _way(rows.model, path, names, word))]
        keys = _few(_led(ways, everything))
        if keys is None:
            common.append(ways)
        else:
            rare.append(set(keys))
    if not rare:
        # Many rows have these words: looked at in the order of the list, its first are soon found.
        return rows.filter(*(reduce(or_, (way.condition for way in ways)) for ways in common))
    # Those that have the rare words, of which only the common ones are still to be looked for.
    few = set.intersection(*rare)
    rows = rows.filter(pk__in=few)
    for ways in common:
        rows = rows.filter(pk__in=_led(ways, everything.filter(pk__in=few)))
    return rows


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows have a word: their ``field`` leads to one of these entries, whose keys are known if they are few."""

    field: str
    entries: models.QuerySet[Any]
    keys: list[Any] | None

    @classmethod
    def by(cls, field: str, entries: models.QuerySet[Any]) -> Self:
        return cls(field, entries, _few(entries.values("pk")))

    @property
    def condition(self) -> Q:
        if self.keys is not None:
            return Q(**{f"{self.field}__in": self.keys})
        # Not “in”: Postgres may look at the entry of each row where collecting all of them would take longer.
        return Q(Exists(self.entries.filter(pk=OuterRef(self.field))))

    def among(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.keys is None and self.field == "pk":
            return rows & self.entries
        entries = self.entries.values("pk") if self.keys is None else self.keys
        return rows.filter(**{f"{self.field}__in": entries})


def _way(model: type[models.Model], path: str, fields: Sequence[str], word: str) -> _Way | None:
    """By a word of the entry that a path leads to, or of the row itself; None where nothing has the word."""
    related = related_model(model, path)
    way = _Way.by(path or "pk", related._default_manager.order_by().filter(_having(related, fields, [word])))
    is_a_key_of_the_row = not path or ("__" not in path and model._meta.get_field(path).concrete)
    if way.keys != [] and not is_a_key_of_the_row:
        way = _Way.by("pk", way.among(model._default_manager.order_by()))
    return way if way.keys != [] else None


def _led(ways: list[_Way], rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The keys of the rows that have a word in one of these ways: a union, not an “or”, so that each begins at an index."""
    parts = [way.among(rows).values("pk") for way in ways] or [rows.none().values("pk")]
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _few(keys: models.QuerySet[Any]) -> list[Any] | None:
    """The keys, unless they are many."""
    found = [key for (key,) in keys.values_list("pk")[: FEW + 1]]
    return found if len(found) <= FEW else None


def _having(model: type[models.Model], fields: Sequence[str], asked: Sequence[str]) -> SearchVectorExact:
    index = index_for(model, fields)
    vector = index.vector if index else Words(*(F(name) for name in fields))
    beginnings = (SearchQuery(f"{word}:*", config="simple", search_type="raw") for word in asked)
    return SearchVectorExact(vector, reduce(and_, beginnings))


def related_model(model: type[models.Model], path: str) -> type[models.Model]:
    for name in filter(None, path.split("__")):
        related: Any = model._meta.get_field(name).related_model
        model = related
    return model
