"""What the past costs: pages as of today beside the same pages of today, with the record as it is and grown 25 times.

``python -m tests.bench.history`` works in a transaction that is rolled back; the database is that of ``make run``.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time

ROUNDS = 15
GROWN = 50_000
PATHS = {
    "catalogue": "/models/",
    "release": "/models/llama-4-scout/",
    "licensing": "/licensing/",
    "article": "/articles/one-consumer-gpu/",
}


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")
    # The past is made each time: so is the present that it is held against.
    os.environ["ANSWERS_MB"] = "0"
    django.setup()
    logging.disable(logging.CRITICAL)
    from django.db import connection, transaction

    from editorial.models import Edition
    from models_catalog.history.record import recorded_models
    from models_catalog.models import RecordedChange, Release

    if not Release.objects.exists():
        sys.exit("The database has no content: `make run` loads it.")
    with transaction.atomic():
        small = RecordedChange.objects.count()
        before = {name: median_ms(path) for name, path in PATHS.items()}
        with connection.cursor() as cursor:
            # Every entry changed again and again: what decades of editing leave behind.
            for _ in range(GROWN // small):
                for model in recorded_models():
                    if not model._meta.auto_created and model is not Edition:
                        table = connection.ops.quote_name(model._meta.db_table)
                        cursor.execute(f"UPDATE {table} SET created_at = created_at + interval '1 second'")
            cursor.execute("ANALYZE models_catalog_recordedchange")
        large = RecordedChange.objects.count()
        print(f"Milliseconds, median of {ROUNDS}; as of today, with {small:,} and with {large:,} recorded changes.")
        print(f"{'page':<12}{'today':>8}{'as of':>8}{'as of, grown':>14}{'as of / today':>15}{'grown / as of':>15}")
        for name, path in PATHS.items():
            (now, past), grown = before[name], median_ms(path)[1]
            print(f"{name:<12}{now:>8.1f}{past:>8.1f}{grown:>14.1f}{past / now:>15.2f}{grown / past:>15.2f}")
        transaction.set_rollback(True)


def median_ms(path: str) -> tuple[float, float]:
    """The page of today and the page as of today, asked for in turn."""
    from django.test import Client
    from django.utils import timezone

    client = Client(headers={"host": "127.0.0.1"})
    addresses = (path, f"{path}?as_of={timezone.localdate().isoformat()}")
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 2):
        for address, taken in zip(addresses, times, strict=True):
            start = time.perf_counter()
            assert client.get(address).status_code == 200, address
            if number >= 2:  # the first ones warm up
                taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()
