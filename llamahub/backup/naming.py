"""What an export is called in a folder of exports: the moment at which it was begun, in UTC.

``llamahub-20261126T011700Z.zip``, or ``llamahub-20261126T011700Z-accounts.zip`` when it holds password hashes. The name
sorts by time and is the same in every time zone, so that an hour that comes twice a year makes no trouble.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_NAME = re.compile(r"llamahub-(\d{8}T\d{6})Z(-accounts)?\.zip", re.ASCII)
_FORM = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class ExportName:
    made_at: datetime
    with_accounts: bool = False

    def __str__(self) -> str:
        moment = self.made_at.astimezone(UTC).strftime(_FORM)
        return f"llamahub-{moment}Z{'-accounts' if self.with_accounts else ''}.zip"

    @classmethod
    def read(cls, name: str) -> Self | None:
        """None for a name that no export of ours has."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        try:
            moment = datetime.strptime(found[1], _FORM).replace(tzinfo=UTC)
        except ValueError:  # the 31st of February
            return None
        read = cls(moment, with_accounts=found[2] is not None)
        # Only the one way of writing it is ours.
        return read if str(read) == name else None
