"""Finds and ranks.

One statement, whose cost hardly depends on how many entries there are: of each kind it takes no more than `OF_A_KIND`
entries that match (and beyond these the first `NAMED` whose names do), and only these are ranked and
counted. Where there are more, counts are “200+” and the page says so.

The rank: entries called exactly what was asked, then those whose names begin so, then those with the words in the
name, the summary, the text. What readers look for more often goes first among equals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from editorial.models.search import ONE_OF, SearchKind
from models_catalog import formatting

from .excerpts import Marker
from .labels import FIRST_YEAR, NEVER, label_of_kind, label_of_month, label_of_year
from .question import Question, meanings, query, quoted
from .spelling import corrected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

OF_A_KIND, OF_ONE_KIND, NAMED = 200, 1_000, 500
# Phrases are looked up word by word and then read; so many entries of each kind are read.
READ_FOR_PHRASES = 1_000
# In the overview, and on a page of a list.
SHOWN_OF_A_KIND, PAGE = 4, 20
SUGGESTIONS = 8
# As much of the text as is looked through for an excerpt.
EXCERPT_FROM = 20_000
# Nothing is dated further ahead.
YEARS_AHEAD = 10

COLUMNS = "id, kind, names, boost, date, heading, document"
SCORE = """(1000000 * (
    ts_rank('{0.02, 0.1, 0.4, 1.0}', heading, %(exact)s::tsquery)
    + 0.3 * ts_rank('{0.02, 0.1, 0.4, 1.0}', heading, %(begun)s::tsquery) + boost
    + CASE WHEN %(name)s = ANY(names) THEN 1 WHEN starts_with(names[1], %(name)s) THEN 0.3 ELSE 0 END
))::int"""
SHOWN = """(visible_from IS NULL OR visible_from <= statement_timestamp())
    AND (visible_until IS NULL OR visible_until > statement_timestamp())
    AND (%(from)s::date IS NULL OR date >= %(from)s::date)
    AND (%(to)s::date IS NULL OR date <= %(to)s::date)"""
OF_KIND = """(SELECT id, kind, {score} AS score FROM editorial_searchentry
    WHERE kind = %({kind})s AND document @@ %(strict)s::tsquery AND {shown} LIMIT %({limit})s)"""
OF_KIND_WITH_PHRASES = """(SELECT id, kind, {score} AS score FROM (
        SELECT {columns} FROM editorial_searchentry
        WHERE kind = %({kind})s AND document @@ %(loose)s::tsquery AND {shown} LIMIT %(read)s
    ) AS read WHERE document @@ %(strict)s::tsquery LIMIT %({limit})s)"""
BY_NAME = """(SELECT id, kind, {score} AS score FROM (
        SELECT {columns} FROM editorial_searchentry
        WHERE ts_filter(heading, '{{a}}') @@ %(named)s::tsquery AND {shown} LIMIT %(named_limit)s
    ) AS read WHERE document @@ %(strict)s::tsquery)"""
# The best of each kind, or the next ones of a list.
OVERVIEW = """SELECT id, kind, score FROM (
        SELECT *, row_number() OVER (PARTITION BY kind ORDER BY score DESC, id) AS place FROM hit
    ) AS placed WHERE place <= %(shown)s"""
LIST = """SELECT id, kind, score FROM hit
    WHERE (%(kind)s = '' OR kind = %(kind)s)
        AND (%(after_score)s::int IS NULL
             OR score < %(after_score)s::int OR (score = %(after_score)s::int AND id > %(after_id)s))
    ORDER BY score DESC, id LIMIT %(shown)s"""
STATEMENT = """
WITH hit AS MATERIALIZED ({branches}),
    counted AS (SELECT kind, count(*) AS found FROM hit GROUP BY kind),
    page AS ({page})
SELECT counted.kind, counted.found, page.score, entry.id, entry.title, entry.label, entry.summary,
    left(entry.text, %(excerpt_from)s), entry.url, entry.date, entry.date_precision
FROM counted LEFT JOIN page USING (kind) LEFT JOIN editorial_searchentry AS entry ON entry.id = page.id
ORDER BY page.score DESC NULLS LAST, entry.id
"""


class Place(NamedTuple):
    """Where a page of a list ends: pages are asked for by it, so that none skips or repeats an entry."""

    score: int
    id: int

    def __str__(self) -> str:
        return f"{self.score}.{self.id}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader narrows the search to. ``kind`` is empty for all; ``from_``, ``to`` are days, both included."""

    kind: str = ""
    from_: date | None = None
    to: date | None = None

    def labels(self) -> list[str]:
        """Those of the years, and of the months of years that are not whole, in which an entry can lie.

        By these the index leaves out what lies elsewhere, without a look at the entries.
        """
        if not (self.from_ or self.to):
            return []
        ahead = timezone.localdate().year + YEARS_AHEAD
        first, last = self.from_ or date.min, self.to or date(ahead, 12, 31)
        labels = [label_of_year(first)] if first.year < FIRST_YEAR else []
        for year in range(max(first.year, FIRST_YEAR), min(last.year, ahead) + 1):
            start = first.month if year == first.year else 1
            end = last.month if year == last.year else 12
            if (start, end) == (1, 12):
                labels.append(label_of_year(date(year, 1, 1)))
            else:
                labels += [label_of_month(date(year, month, 1)) for month in range(start, end + 1)]
        return labels or [NEVER]


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that was found, as it is shown."""

    kind: SearchKind
    title: SafeString
    plain_title: str
    label: str
    excerpt: SafeString
    url: str
    date: formatting.Value | None
    place: Place

    @property
    def kind_name(self) -> str:
        return ONE_OF[self.kind]


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one kind: how many were found, and those that are shown."""

    kind: SearchKind
    found: int
    limit: int
    hits: tuple[Hit, ...] = ()

    @property
    def is_capped(self) -> bool:
        return self.found > self.limit

    @property
    def count(self) -> str:
        """“12”, or “200+” where no more were counted."""
        return f"{self.limit:,}+" if self.is_capped else f"{self.found:,}"

    @property
    def has_more(self) -> bool:
        return self.found > len(self.hits)


@dataclass(frozen=True, slots=True)
class Results:
    """``groups`` by kind, the one with the best hit first; ``hits`` the page of a list; ``next`` where it goes on.

    ``near`` is the question with its mistyped words put right, where nothing has them.
    """

    groups: tuple[Group, ...] = ()
    hits: tuple[Hit, ...] = ()
    next: Place | None = None
    near: Question | None = None

    @property
    def found(self) -> int:
        return sum(min(group.found, group.limit) for group in self.groups)

    @property
    def is_capped(self) -> bool:
        return any(group.is_capped for group in self.groups)

    @property
    def count(self) -> str:
        return f"{self.found:,}+" if self.is_capped else f"{self.found:,}"


def overview(question: Question, bounds: Bounds, *, all_words: bool = True) -> Results:
    """The best entries of each kind. Two queries, in one transaction.

    ``all_words`` off also finds entries that have only some of them.
    """
    return _run(question, bounds, OVERVIEW, SearchKind.values, shown=SHOWN_OF_A_KIND, all_words=all_words)


def listed(question: Question, bounds: Bounds, after: Place | None = None) -> Results:
    """A page of all entries found, of one kind or of all, best first; with the counts of every kind."""
    results = _run(question, bounds, LIST, SearchKind.values, shown=PAGE + 1, after=after)
    hits = results.hits
    return replace(results, hits=hits[:PAGE], next=hits[PAGE - 1].place if len(hits) > PAGE else None)


def suggestions(question: Question) -> tuple[Hit, ...]:
    """The entries whose names fit best what is being typed."""
    return _run(question, Bounds(), LIST, (), shown=SUGGESTIONS).hits


def _run(
    question: Question,
    bounds: Bounds,
    page: str,
    kinds: Sequence[str],
    *,
    shown: int,
    after: Place | None = None,
    all_words: bool = True,
) -> Results:
    # Part of the transaction of a page that searches more than once.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        meant = meanings(question)
        asked = query(question, meant, all_words=all_words)
        dated = f" & ({' | '.join(map(quoted, labels))})" if (labels := bounds.labels()) else ""
        of_kind = f" & {quoted(label_of_kind(bounds.kind))}" if bounds.kind else ""
        parameters = {
            "strict": asked.strict + dated,
            "loose": asked.loose + dated,
            "named": asked.loose + of_kind + dated,
            "exact": asked.exact,
            "begun": asked.begun,
            "name": asked.name,
            "from": bounds.from_,
            "to": bounds.to,
            "kind": bounds.kind,
            "read": READ_FOR_PHRASES,
            "named_limit": NAMED,
            "limit": OF_A_KIND + 1,
            "limit_of_one": OF_ONE_KIND + 1,
            "shown": shown,
            "excerpt_from": EXCERPT_FROM,
            "after_score": after.score if after else None,
            "after_id": after.id if after else None,
            # As constants, from which the planner sees which index is the kind’s.
            **{f"kind_{number}": kind for number, kind in enumerate(kinds)},
        }
        cursor.execute(_statement(page, kinds, bounds.kind, phrases=question.has_phrases), parameters)
        rows = [Row(*row) for row in cursor.fetchall()]
    return replace(_grouped(question, rows, bounds), near=corrected(question, meant))


def _statement(page: str, kinds: Sequence[str], chosen: str, *, phrases: bool) -> str:
    """The statement for a number of kinds. Made of the constants above alone: what readers type are parameters."""
    of_kind = OF_KIND_WITH_PHRASES if phrases else OF_KIND
    branches = [BY_NAME.format(score=SCORE, columns=COLUMNS, shown=SHOWN)]
    for number, kind in enumerate(kinds):
        limit = "limit_of_one" if kind == chosen else "limit"
        branches.append(of_kind.format(score=SCORE, columns=COLUMNS, shown=SHOWN, kind=f"kind_{number}", limit=limit))
    return STATEMENT.format(branches=" UNION ".join(branches), page=page)


class Row(NamedTuple):
    """One row of the statement: a kind with its count, and one of its entries to show, if there is one."""

    kind: str
    found: int
    score: int
    id: int | None
    title: str
    label: str
    summary: str
    text: str
    url: str
    date: date | None
    date_precision: str


def _grouped(question: Question, rows: list[Row], bounds: Bounds) -> Results:
    marker = Marker(question)
    hits = [_hit(row, marker) for row in rows if row.id is not None]
    groups = tuple(
        Group(
            kind=SearchKind(kind),
            found=found,
            limit=OF_ONE_KIND if kind == bounds.kind else OF_A_KIND,
            hits=tuple(hit for hit in hits if hit.kind == kind),
        )
        # In the order of their best hits.
        for kind, found in {row.kind: row.found for row in rows}.items()
    )
    return Results(groups=groups, hits=tuple(hits))


def _hit(row: Row, marker: Marker) -> Hit:
    return Hit(
        kind=SearchKind(row.kind),
        title=marker.whole(row.title),
        plain_title=row.title,
        label=row.label,
        excerpt=marker.excerpt(row.title, row.summary, row.text),
        url=row.url,
        date=formatting.day(row.date, row.date_precision) if row.date else None,
        place=Place(row.score, row.id or 0),
    )
