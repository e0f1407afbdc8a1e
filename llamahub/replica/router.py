"""What Django asks before it uses a connection by its name."""

from __future__ import annotations

from typing import Any

from .reading import ALIAS


class Router:
    """The replica gets its tables from the primary, by replication."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None
