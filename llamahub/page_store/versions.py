"""Which version of the content the database shows.

Two readings are equal only if no change of content became visible between them. That holds for a transaction that
began early and ended late, which a sequence or the newest row's number would miss.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection, transaction

CHANNEL = "llamahub_content"
SUM = "SELECT coalesce(sum(steps), 0)::bigint, coalesce(bit_xor(mark), 0) FROM page_store_contentchange"
# When the next edition goes out and the next article goes away, in seconds from now by the database's clock: it is the
# one that decides, and the clocks of two machines differ.
SCHEDULE = """
    (SELECT extract(epoch FROM min(publish_at) - statement_timestamp())::float FROM editorial_edition
     WHERE status = 'approved' AND publish_at > statement_timestamp()),
    (SELECT extract(epoch FROM min(withdrawn_at) - statement_timestamp())::float FROM editorial_article
     WHERE withdrawn_at > statement_timestamp())
"""
SEEN = f"SELECT seen.*, {SCHEDULE} FROM ({SUM}) seen"  # noqa: S608 - two constants


class Token(NamedTuple):
    steps: int
    mark: int


class Seen(NamedTuple):
    """What one look at the database says; the seconds are None where nothing is planned."""

    token: Token
    publishes_in: float | None
    withdraws_in: float | None


def token(cursor: Any) -> Token:
    """Takes a cursor of Django's or psycopg's own."""
    cursor.execute(SUM)
    return Token(*cursor.fetchone())


def look() -> Seen:
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        steps, mark, publishes_in, withdraws_in = cursor.fetchone()
    return Seen(Token(steps, mark), publishes_in, withdraws_in)


def change() -> None:
    """Have all processes make their pages anew, for what goes around the triggers: a restored backup, say."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO page_store_contentchange (steps, mark) VALUES (1, hashtextextended(gen_random_uuid()::text, 0))"
        )
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
