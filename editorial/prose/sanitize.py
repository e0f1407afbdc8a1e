"""The last gate before a page: only known elements, attributes and kinds of address pass."""

from __future__ import annotations

import nh3

# The sanitizer takes time quadratic in the number of character references of one run of text. The four characters
# that need one therefore travel through it as code points that mean nothing (and that the writer drops from texts).
STAND_INS = {"&": "\ue000", "<": "\ue001", ">": "\ue002", '"': "\ue003"}
_RESTORE = str.maketrans({"\ue000": "&amp;", "\ue001": "&lt;", "\ue002": "&gt;", "\ue003": "&quot;"})

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "picture",
    "pre", "section", "small", "source", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul", "div",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "id", "class", "aria-label", "rel", "role"},
    "code": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "figure": {"class"},
    "h2": {"id", "class"},
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
    "img": {"src", "alt", "title", "loading", "width", "height", "decoding"},
    "li": {"id"},
    "ol": {"start"},
    "section": {"class", "role", "aria-labelledby"},
    "source": {"type", "srcset", "sizes"},
    "sup": {"class"},
    "td": {"class", "data-label"},
    "th": {"class", "scope"},
}
SCHEMES = {"http", "https", "mailto", "tel"}

_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    link_rel=None,
    strip_comments=True,
    clean_content_tags={"script", "style"},
)


def sanitize(html: str) -> str:
    """Clean ``html``, in which text carries stand-ins instead of character references."""
    return _CLEANER.clean(html).translate(_RESTORE)
