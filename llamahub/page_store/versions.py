"""Which version of the content the database shows.

Two readings are equal only if no change of content became visible between them. That holds for a transaction that
began early and ended late, which a sequence or the newest row's number would miss.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from models_catalog import zones

CHANNEL = "llamahub_content"
NOW = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"
SUM = "SELECT coalesce(sum(steps), 0)::bigint, coalesce(bit_xor(mark), 0) FROM page_store_contentchange"
# When the next edition goes out and the next article goes away, by the database's clock: it is the one that decides,
# and the clocks of two machines differ. And in which zone the site's days begin.
SEEN = f"""
    SELECT seen.*,
        {NOW},
        (SELECT (extract(epoch FROM min(publish_at)) * 1000000)::bigint FROM editorial_edition
         WHERE status = 'approved' AND publish_at > statement_timestamp()),
        (SELECT (extract(epoch FROM min(withdrawn_at)) * 1000000)::bigint FROM editorial_article
         WHERE withdrawn_at > statement_timestamp()),
        (SELECT time_zone FROM editorial_hubsettings LIMIT 1)
    FROM ({SUM}) seen
"""  # noqa: S608 - two constants
GLANCE = f"SELECT seen.*, {NOW} FROM ({SUM}) seen"  # noqa: S608 - two constants
SECOND = 1_000_000


class Token(NamedTuple):
    steps: int
    mark: int


class State(NamedTuple):
    """What a page is made from: two pages of one address and one state are the same, whichever machine made them."""

    token: Token
    publishes_at: int | None
    withdraws_at: int | None
    day: str

    def __str__(self) -> str:
        steps, mark = self.token
        return f"{steps}:{mark}:{self.publishes_at or ''}:{self.withdraws_at or ''}:{self.day}"


class Seen(NamedTuple):
    """What one look at the database says. Times are microseconds of its clock, None where nothing is planned."""

    token: Token
    now: int
    publishes_at: int | None
    withdraws_at: int | None
    zone: str

    @property
    def publishes_in(self) -> float | None:
        return None if self.publishes_at is None else (self.publishes_at - self.now) / SECOND

    @property
    def withdraws_in(self) -> float | None:
        return None if self.withdraws_at is None else (self.withdraws_at - self.now) / SECOND

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.now / SECOND, zones.zone(self.zone))

    @property
    def midnight_in(self) -> float:
        return seconds_to_midnight(self.local)

    @property
    def ends_at(self) -> int:
        """When the first thing comes by itself: what is planned, or the next day."""
        midnight = self.now + int(self.midnight_in * SECOND)
        return min(at for at in (self.publishes_at, self.withdraws_at, midnight) if at is not None)

    @property
    def state(self) -> State:
        return State(self.token, self.publishes_at, self.withdraws_at, self.local.date().isoformat())


def seconds_to_midnight(now: datetime) -> float:
    """Of the zone that ``now`` is in, whose days may have 23 hours or 25."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
    return tomorrow.timestamp() - now.timestamp()


def token(cursor: Any) -> Token:
    """Takes a cursor of Django's or psycopg's own."""
    cursor.execute(SUM)
    return Token(*cursor.fetchone())


def still(cursor: Any, last: Seen) -> bool:
    """Whether nothing has changed or come since. What is planned need not be looked up for that."""
    cursor.execute(GLANCE)
    steps, mark, now = cursor.fetchone()
    return last.token == (steps, mark) and now < last.ends_at


def seen(cursor: Any) -> Seen:
    """The version, and what is planned."""
    cursor.execute(SEEN)
    steps, mark, now, publishes_at, withdraws_at, zone = cursor.fetchone()
    return Seen(Token(steps, mark), now, publishes_at, withdraws_at, zone or zones.DEFAULT)


def look() -> Seen:
    with connection.cursor() as cursor:
        return seen(cursor)


def change() -> None:
    """Have all processes make their pages anew, for what goes around the triggers: a restored backup, say."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO page_store_contentchange (steps, mark) VALUES (1, hashtextextended(gen_random_uuid()::text, 0))"
        )
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
