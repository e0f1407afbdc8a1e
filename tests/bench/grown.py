"""Content in any amount: copies of a few rows, made inside the database.

``grow(articles=100_000, events=100_000, releases=10_000)`` adds to a database that holds the shipped content. Every
release has two checkpoints and cited facts, every event its release and a source, every article an author, a release
and a public edition; a source for every twenty events, but 400 at least, and as many corrections. All of it is on the
record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

from editorial.models import Article, Author, Edition, Topic
from models_catalog.finding import WordsIndex
from models_catalog.history import record
from models_catalog.models import Citation, Correction, License, Release, Source, TimelineEvent, Variant

# Columns of a copy, as SQL over its number n (from 1) and the template’s row.
Columns = dict[str, str]


def grow(*, articles: int, events: int, releases: int) -> None:
    # Enough to fill a page of their list, whatever the size.
    sources = max(400, events // 20)
    with _without_words():
        with transaction.atomic(), connection.cursor() as cursor:
            # The triggers would write the record row by row; `record.install` writes it at once.
            cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL statement_timeout = 0")
            source = copies(Source, sources, slug="'grown-' || n", url="'https://example.org/' || n", title="'Document ' || n",
                            publisher="'Publisher ' || n % 50")  # fmt: skip
            grown_release = copies(
                Release, releases, slug="'grown-' || n", name="'Grown ' || n", generation="(n % 9 + 1)::text",
                released_on="date '2023-02-01' + n % 1300", knowledge_cutoff="NULL",
                context_tokens="2048 * (1 << n % 12)", license_id=one_of(License),
            )  # fmt: skip
            for copy in (1, 2):
                copies(
                    Variant, releases, slug=f"'grown-' || n || '-{copy}b'", name=f"'Grown ' || n || ' {copy}B'",
                    size_label=f"'{copy}B'", repository_id="''", release_id=f"{grown_release} + n",
                    parameters_total=f"{copy}000000000 + n", parameters_active="NULL", experts="NULL",
                )  # fmt: skip
            event = copies(
                TimelineEvent, events, slug="'grown-' || n", title="'Something happened ' || n",
                happened_on="date '2023-02-01' + n % 1300", date_precision="'day'", is_headline="n % 100 = 0",
                kind="(ARRAY['release', 'research', 'license', 'incident', 'product'])[1 + n % 5]",
            )  # fmt: skip
            joined(TimelineEvent.releases.through, events, timelineevent_id=f"{event} + n",
                   release_id=f"{grown_release} + 1 + n % {releases}")  # fmt: skip
            article = copies(
                Article, articles, slug="'grown-' || n", topic_id=one_of(Topic), withdrawn_at="NULL", moved_to="''"
            )
            joined(Article.authors.through, articles, article_id=f"{article} + n", author_id=one_of(Author))
            joined(Article.releases.through, articles, article_id=f"{article} + n",
                   release_id=f"{grown_release} + 1 + n % {releases}")  # fmt: skip
            copies(
                Edition, articles, article_id=f"{article} + n", title="'Article ' || n", number="1", status="'approved'",
                publish_at="timestamptz '2025-01-01' + n % 9973 * interval '1 hour'", image_id="NULL",
                # Lists show none of it, and searches read no more.
                body="left(template.body, 2000)",
            )  # fmt: skip
            for arc, field, count, first in (
                ("release", "context_tokens", releases, grown_release),
                ("release", "released_on", releases, grown_release),
                ("event", "happened_on", events, event),
            ):
                copies(Citation, count, **_about(arc, f"{first} + n"), field=f"'{field}'", locator="'Page ' || n % 90",
                       source_id=f"{source} + 1 + n % {sources}")  # fmt: skip
            copies(Correction, sources, **_about("event", f"{event} + n"), field="'happened_on'", slug="'grown-' || n",
                   source_id=f"{source} + n", published_on="date '2025-01-01' + n % 600")  # fmt: skip
        record.install()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _without_words() -> Iterator[None]:
    """Indexes of words are built afterwards: that takes a small part of the time that filling them does."""
    indexes = [(m, index) for m in apps.get_models() for index in m._meta.indexes if isinstance(index, WordsIndex)]
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.add_index(model, index)


def _about(arc: str, key: str) -> Columns:
    arcs = ("release", "variant", "event", "license", "license_rule", "deployment_option", "provider", "key_figure",
            "published_memory")  # fmt: skip
    return {f"{name}_id": key if name == arc else "NULL" for name in arcs}


def one_of(model: type[Model]) -> str:
    """One of the rows that are there, in turn."""
    return f"(SELECT (array_agg(id ORDER BY id))[1 + n % count(*)] FROM {model._meta.db_table})"


def copies(model: type[Any], count: int, **columns: str) -> int:
    """Add copies of the first row, but for some columns. Returns the key before their first: copy n has that plus n."""
    before = _last(model)
    names = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    values = [sql.SQL(columns[name]) if name in columns else sql.Identifier("template", name) for name in names]
    _run(
        sql.SQL(
            "INSERT INTO {table} (id, {names}) SELECT {before} + n, {values} "
            "FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) template, generate_series(1, {count}) n"
        ).format(
            table=sql.Identifier(model._meta.db_table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(values),
            before=sql.Literal(before),
            count=sql.Literal(count),
        )
    )
    _run(
        sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), {})").format(
            sql.Literal(model._meta.db_table), sql.Literal(before + count)
        )
    )
    return before


def joined(through: type[Any], count: int, **columns: str) -> None:
    """Rows of a table that joins two others."""
    _run(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1, {}) n").format(
            sql.Identifier(through._meta.db_table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(map(sql.SQL, columns.values())),
            sql.Literal(count),
        )
    )


def _last(model: type[Any]) -> int:
    key: int = model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    return key


def _run(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.cursor))
