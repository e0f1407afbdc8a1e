"""Lays a text out once, not once for each reader.

What was laid out is kept in Django's cache under a digest of everything that it
was made of: the text, the glossary's addresses, the pictures, the words of the
facts it quotes, the prefix of its ids, and the code that does it. So there is
nothing to invalidate: whatever changes, the text has another key, and the old
one falls out of the cache in time. The facts themselves, with their sources, are
put in afterwards, as for a text that was just laid out.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.core.cache import cache as store

from models_catalog.facts import Fact

from . import Prose, lay_out, quotes_in
from .pictures import Illustration

logger = logging.getLogger(__name__)

# Texts that nobody reads make room for others sooner.
KEPT_FOR = 7 * 24 * 60 * 60


def render(
    markdown: str,
    *,
    glossary: Mapping[str, str] | None = None,
    pictures: Mapping[str, Illustration] | None = None,
    prefix: str = "",
    facts: Mapping[str, Fact] | None = None,
) -> Prose:
    """As `editorial.prose.render`, from the cache where it was laid out before."""
    quotes = quotes_in(markdown, facts or {})
    key = _key(
        markdown, prefix, sorted((glossary or {}).items()), sorted((pictures or {}).items()), [q.text for q in quotes]
    )
    kept: Prose | None = _asked("get", key)
    if kept is None:
        kept = lay_out(markdown, glossary=glossary, pictures=pictures, prefix=prefix, quotes=quotes)
        _asked("set", key, kept, KEPT_FOR)
    return kept.quoting(quotes)


def _key(*parts: Any) -> str:
    made_of = repr((_code(), *parts)).encode(errors="surrogatepass")
    return f"prose:{hashlib.sha256(made_of).hexdigest()}"


@cache
def _code() -> str:
    """A digest of the code that lays texts out, so that a new version of it reads nothing that an old one has kept."""
    digest = hashlib.sha256(f"{version('pyromark')} {version('nh3')}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _asked(what: str, *arguments: Any) -> Any:
    """A cache that is down costs time, not the page."""
    try:
        return getattr(store, what)(*arguments)
    except Exception:  # each kind of cache has errors of its own
        logger.exception("The cache does not answer; the text is laid out anew.")
        return None
