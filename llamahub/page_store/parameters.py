"""The parameters of a request that know which of them were read."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict


class ReadParameters(QueryDict):
    """Notes which parameters are asked for by name."""

    def __init__(self, query: str, read: set[str]) -> None:
        self.read: set[str] = set()  # while it is filled, nobody reads
        super().__init__(query)
        self.read = read

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().getlist(key, default)

    def copy(self) -> Any:
        return QueryDict(self.urlencode(), mutable=True)

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()
