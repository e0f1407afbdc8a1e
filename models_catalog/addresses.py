"""Addresses of pages by their name, found once: Django looks for each anew, and a page links to a hundred."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse

# So many addresses, each of which takes a few hundred bytes. A name and a slug always have the same.
REMEMBERED = 10_000


def path_to(name: str, *slugs: str) -> str:
    """As Django’s ``reverse``."""
    return _found(get_urlconf(), get_script_prefix(), name, slugs)


@lru_cache(maxsize=REMEMBERED)
def _found(urlconf: str | None, script_prefix: str, name: str, slugs: tuple[str, ...]) -> str:
    return reverse(name, urlconf, slugs)
