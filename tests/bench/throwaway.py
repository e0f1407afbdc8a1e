"""Databases of several sizes to measure side by side, gone when it is done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

Size = TypeVar("Size", bound=Hashable)


@contextmanager
def databases(name: str, sizes: Mapping[Size, Any], fill: Callable[[Any], None]) -> Iterator[Callable[[Size], None]]:
    """A function that makes one of the databases the current one. Each is filled with ``fill(sizes[size])``."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    original = connection.settings_dict["NAME"]
    names = {}
    opened: dict[str, Any] = {}

    def current(database: str) -> None:
        # Connections stay open beside each other: a new one would have to read the catalog again.
        opened[connection.settings_dict["NAME"]] = connection.connection
        connection.connection = opened.pop(database, None)
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database

    def use(size: Size) -> None:
        current(names[size])

    try:
        for number, (size, content) in enumerate(sizes.items()):
            current(original)
            connection.settings_dict["TEST"]["NAME"] = f"bench_{name}_{number}"
            names[size] = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            started = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '256MB'")
            fill(content)
            print(f"{content} made in {time.perf_counter() - started:.1f} s", flush=True)
        yield use
    finally:
        for database in names.values():
            current(database)
            connection.close()
            connection.creation.destroy_test_db(original, verbosity=0)
        teardown_test_environment()
