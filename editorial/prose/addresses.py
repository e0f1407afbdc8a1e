"""Where a link may lead."""

from __future__ import annotations

import re

from .sanitize import SCHEMES

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# Browsers ignore some of these inside an address, so that “java\nscript:” would be one word to them; others cannot be
# seen; the last six are dropped when an address is written. An address is judged, and written, without all of them.
_IGNORED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\u00ad\ufeff\ue000-\ue005]"
)
# “..” between slashes as browsers understand it, also encoded.
UPWARDS = re.compile(r"[/\\](?:\.|%2e){2}(?:[/\\?#]|$)", re.IGNORECASE)


def safe_address(url: str) -> str | None:
    """The address, if a link may lead there: a known scheme, or a place on this site."""
    bare = _IGNORED.sub("", url).strip().replace(" ", "%20")
    if bare.startswith(("//", "/\\", "\\")):
        return None
    scheme = _SCHEME.match(bare)
    if scheme and scheme[1].lower() not in SCHEMES:
        return None
    return bare
