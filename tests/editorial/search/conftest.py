"""The index as it is while the site runs: in step with every change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.test import TestCase

from editorial.search.question import read
from editorial.search.results import Bounds, overview


@pytest.fixture
def saved() -> Callable:
    """``with saved():`` what is written inside is committed at the end, as far as the index can tell."""

    @contextmanager
    def commit():
        with TestCase.captureOnCommitCallbacks(execute=True):
            yield

    return commit


@pytest.fixture
def find(db) -> Callable[..., list[str]]:
    """The titles that a question finds, best first."""

    def titles(text: str, **bounds) -> list[str]:
        results = overview(read(text), Bounds(**bounds))
        return [hit.plain_title for hit in results.hits]

    return titles
