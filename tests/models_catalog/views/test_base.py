"""What the views have in common."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from models_catalog.views.base import named_in


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("release=llama-3", "llama-3"),
        ("release=llama-3&release=llama-4", "llama-4"),
        ("release=", ""),
        ("", ""),
        ("release=llama%00-3", "llama-3"),
        ("release=" + "x" * 9_000, "x" * 80),
    ],
)
def test_a_slug_is_what_a_database_can_be_asked_for(query, slug):
    assert named_in(QueryDict(query), "release") == slug
