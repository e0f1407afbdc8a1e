"""A site that has grown: so many rows on top of the shipped content, in the shapes that editing leaves behind.

``fill(1_000_000)`` takes a minute or two. Rows are made by SQL from passages of made-up prose; what the triggers write
(recorded changes, the audit log) is theirs, and counts. The same number of rows gives the same site.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

SYLLABLES = ("ba", "den", "fol", "gur", "hin", "jas", "kor", "lem", "mi", "nop", "ra", "sul", "ter", "vid", "wen", "zo")
# Of all rows. Each row of content has a recorded change besides, and each redirect an entry in the audit log.
SHARES = {"source": 10, "event": 90, "event_release": 50, "citation": 90, "article": 60, "author": 60, "edition": 90,
          "second_change": 50, "redirect": 10, "audit": 30}  # fmt: skip
assert (
    2 * sum(SHARES[name] for name in ("source", "event", "event_release", "citation", "article", "author", "edition"))
    + (SHARES["second_change"] + 2 * SHARES["redirect"] + SHARES["audit"])
    == 1_000
)

# Passages of a length that Postgres keeps in the row: a long text would be unpacked for every piece of it.
PASSAGES, LONGEST = 500, 1_500
PROSE = """
    CREATE TEMPORARY TABLE prose (id int PRIMARY KEY, text text);
    CREATE FUNCTION pg_temp.passage(seed bigint, length int) RETURNS text LANGUAGE sql AS $$
        SELECT left(text, length) FROM prose WHERE id = seed * 7919 % (SELECT count(*) FROM prose)
    $$
"""
# In order; every number after “%s” is that of rows.
STATEMENTS = {
    "source": """
        INSERT INTO models_catalog_source (slug, title, publisher, url, kind, published_on, last_checked_on, note)
        SELECT 'grown-' || n, 'Document ' || n || ': ' || pg_temp.passage(n, 40),
            (ARRAY['Meta', 'Llama desk', 'Example Press'])[1 + n %% 3], 'https://example.org/document/' || n,
            (ARRAY['model_card', 'paper', 'press', 'documentation'])[1 + n %% 4], date '2020-01-01' + n %% 2000,
            CASE WHEN n %% 9 > 0 THEN date '2026-01-01' + n %% 300 END,
            CASE WHEN n %% 5 = 0 THEN pg_temp.passage(n, 120) ELSE '' END
        FROM generate_series(1, %s) n""",
    "event": """
        INSERT INTO models_catalog_timelineevent (slug, title, happened_on, date_precision, kind, summary, is_headline,
            is_listed)
        SELECT 'grown-' || n, 'Event ' || n || ' – ' || pg_temp.passage(n, 30), date '2015-01-01' + n %% 4000, 'day',
            (ARRAY['release', 'announcement', 'research', 'license', 'product'])[1 + n %% 5],
            pg_temp.passage(n * 3, 250) || ' “Über” naïve 模型 🦙.', false, n %% 50 > 0
        FROM generate_series(1, %s) n""",
    "event_release": """
        INSERT INTO models_catalog_timelineevent_releases (timelineevent_id, release_id)
        SELECT event.id, release.id
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM models_catalog_timelineevent
              WHERE slug LIKE 'grown-%%' LIMIT %s) event
        JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS every
              FROM models_catalog_release) release ON release.n = event.n %% release.every""",
    "citation": """
        INSERT INTO models_catalog_citation (field, locator, status, note, checked_on, event_id, source_id)
        SELECT (ARRAY['happened_on', 'summary'])[1 + event.n %% 2], 'Section ' || event.n %% 40, 'verified',
            CASE WHEN event.n %% 7 = 0 THEN pg_temp.passage(event.n, 90) ELSE '' END,
            date '2026-01-01' + (event.n %% 300)::int, event.id, source.id
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM models_catalog_timelineevent
              WHERE slug LIKE 'grown-%%' LIMIT %s) event
        JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS every
              FROM models_catalog_source) source ON source.n = event.n %% source.every""",
    "article": """
        INSERT INTO editorial_article (slug, topic_id, withdrawn_at)
        SELECT 'grown-' || n, (SELECT min(id) FROM editorial_topic),
            CASE WHEN n %% 200 = 0 THEN timestamptz '2026-05-01 10:00:00.123456+00' END
        FROM generate_series(1, %s) n""",
    "author": """
        INSERT INTO editorial_article_authors (article_id, author_id)
        SELECT id, (SELECT min(id) FROM editorial_author) FROM editorial_article
        WHERE slug LIKE 'grown-%%' ORDER BY id LIMIT %s""",
    "edition": """
        INSERT INTO editorial_edition (number, title, standfirst, body, as_of, change_note, status, publish_at,
            article_id)
        SELECT 1 + (n - 1) / every, 'Headline ' || n || ' ' || pg_temp.passage(n, 40), pg_temp.passage(n * 11, 160),
            '## ' || pg_temp.passage(n * 13, 30) || E'\\n\\n' || pg_temp.passage(n * 17, 500) || E'\\n\\n> “'
                || pg_temp.passage(n * 19, 200) || E'”\\n\\n' || pg_temp.passage(n * 23, (200 + n %% 1200)::int),
            date '2026-01-01', '', 'approved',
            timestamptz '2020-01-01 08:00+00' + n %% 60000 * interval '1 hour' + n %% 997 * interval '1 microsecond',
            article.id
        FROM generate_series(1, %s) n
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS every
              FROM editorial_article WHERE slug LIKE 'grown-%%') article ON article.place = 1 + (n - 1) %% every""",
    "second_change": """
        UPDATE models_catalog_timelineevent SET summary = summary || ' And so it went on.', updated_at = clock_timestamp()
        WHERE id IN (SELECT id FROM models_catalog_timelineevent WHERE slug LIKE 'grown-%%' ORDER BY id LIMIT %s)""",
    "redirect": """
        INSERT INTO django_redirect (site_id, old_path, new_path)
        SELECT (SELECT min(id) FROM django_site), '/old/' || n || '/', '/timeline/' FROM generate_series(1, %s) n""",
    "audit": """
        INSERT INTO accounts_auditentry (at, kind, actor, subject, address, detail, request_id)
        SELECT timestamptz '2025-01-01 00:00+00' + n * interval '7 minutes', 'signed_in', 'editor-' || n %% 20,
            'editor-' || n %% 20, '192.0.2.0', jsonb_build_object('sessions', n %% 4), md5(n::text)
        FROM generate_series(1, %s) n""",
}  # fmt: skip


def passages() -> list[str]:
    """Words as frequent as in real prose (Zipf’s law), with commas and full stops."""
    chance = random.Random(1)
    words = ["".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3, 4)))) for _ in range(20_000)]
    weights = list(accumulate(1 / place for place in range(4, len(words) + 4)))
    return [
        " ".join(
            word + chance.choices(("", ",", "."), (20, 2, 1))[0]
            for word in chance.choices(words, cum_weights=weights, k=LONGEST // 4)
        )[:LONGEST]
        for _ in range(PASSAGES)
    ]


def fill(rows: int, *, progress: Callable[[str, int], None] = lambda name, number: None) -> int:
    """Add about so many rows to a database that holds the shipped content; how many there are now, as counted."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(PROSE)
        cursor.executemany("INSERT INTO prose VALUES (%s, %s)", list(enumerate(passages())))
        for name, statement in STATEMENTS.items():
            number = rows * SHARES[name] // 1_000
            cursor.execute(statement, [number])
            progress(name, number)
        cursor.execute("VACUUM ANALYZE")
    return count_rows()


def count_rows() -> int:
    """Every row of every table of ours, but for those that can be worked out again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND relname NOT IN ('editorial_searchentry', 'editorial_searchword', 'django_migrations', 'django_session')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(f"SELECT {' + '.join(f'(SELECT count(*) FROM {name})' for name in tables)}")
        return int(cursor.fetchone()[0])


def add_pictures(folder: Path, number: int, *, bytes_each: int = 200_000) -> int:
    """So many pictures with files of about so many bytes, as an upload leaves them; the bytes written."""
    from io import BytesIO

    from django.db import connection
    from PIL import Image as Pixels

    chance, written = random.Random(2), 0
    side = max(8, round((bytes_each / 3) ** 0.5))
    with connection.cursor() as cursor:
        for place in range(number):
            out = BytesIO()
            # Noise: a photograph does not shrink either.
            Pixels.frombytes("RGB", (side, side), chance.randbytes(side * side * 3)).save(out, "PNG", compress_level=0)
            data, token = out.getvalue(), hashlib.sha256(b"%d" % place).hexdigest()[:12]
            name = f"images/{token}/{hashlib.sha256(token.encode()).hexdigest()[:16]}.png"
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written += len(data)
            cursor.execute(
                "INSERT INTO editorial_image (slug, file, token, digest, width, height, alt, credit, license, focal_x, "
                "focal_y) VALUES (%s, %s, %s, %s, %s, %s, %s, 'Made up', 'CC0', 0.5, 0.5)",
                [f"grown-{place}", name, token, hashlib.sha256(data).hexdigest(), side, side, f"Noise {place}"],
            )
    return written
