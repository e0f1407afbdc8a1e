"""Where addresses of this site lead: to a page, to a place on it, on a detour, or nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.urls import Resolver404, resolve, reverse

from editorial.models import Article, Author, GlossaryTerm, HubSection, Notice, Topic
from editorial.pictures.stores import StoreAway
from models_catalog.models import (
    Correction,
    KeyFigure,
    License,
    Release,
    Source,
    TimelineEvent,
)

from .findings import Code, Level

Verdict = tuple[Level, Code, str]

# On every page; see templates/base.html.
ANYWHERE = {"", "main", "top", "site-nav"}


class Addresses:
    """Every page that readers can open, fetched in one query a kind of page.

    ``anchors`` are known for pages that are lists of entries, and for articles
    once their headings are added; a place on another page is not judged.

    ``among`` are the addresses that will be asked for, if they are known: then
    no other pages are fetched, so that the cost does not grow with the site.
    """

    def __init__(self, among: Iterable[str] | None = None) -> None:
        paths = None if among is None else {unquote(_split(address).path) for address in among}
        self._pages = {entry.get_absolute_url() for rows in _pages(paths) for entry in rows}
        self._anchors: dict[str, set[str]] = defaultdict(set)
        for rows in _parts():
            for entry in rows:
                page, _, anchor = entry.get_absolute_url().partition("#")
                self._anchors[page].add(anchor)
        for name in ("models_catalog:figures", "models_catalog:corrections", "editorial:glossary", "editorial:notices"):
            self._anchors[reverse(name)].add("contents-title")
        moved = Redirect.objects.filter(site_id=settings.SITE_ID)
        if paths is not None:
            moved = moved.filter(old_path__in=_storable(paths))
        self._moved = dict(moved.values_list("old_path", "new_path"))

    def add_anchors(self, page: str, anchors: Iterable[str]) -> None:
        """Places on an article’s page."""
        self._anchors[page].update(anchors)

    def problem(self, address: str, own_page: str = "", own_anchors: Iterable[str] = ()) -> Verdict | None:
        """What is wrong with a link’s address, if it is one of this site; ``own_page`` is where it stands."""
        parts = _split(address)
        if parts.scheme or parts.netloc:
            if f"{parts.scheme}://{parts.netloc}" == settings.SITE_URL.rstrip("/"):
                return _error(f"“{address}” names this site’s own host. Begin the link with the path, “{parts.path}”.")
            return None
        if not address:
            return _error("The link has no address. Enter one, or take the brackets away.")
        path, anchor = unquote(parts.path), unquote(parts.fragment)
        if not path:
            if anchor in ANYWHERE or anchor in set(own_anchors):
                return None
            return _error(f"“{address}” leads nowhere: no heading of this text has that address. Check its spelling.")
        if not path.startswith("/"):
            return _error(f"“{address}” leads nowhere: begin the address with “/”, for example “/glossary/”.")
        return self._path_problem(path) or self._anchor_problem(path, anchor)

    def _path_problem(self, path: str) -> Verdict | None:
        if path in self._pages or self._is_file(path):
            return None
        if path in self._moved:
            new = self._moved[path]
            return (
                _detour(path, new) if new else _error(f"“{path}” leads nowhere: the page is gone. Take the link out.")
            )
        if self._opens(path):
            return None
        if not path.endswith("/") and (f"{path}/" in self._pages or self._opens(f"{path}/")):
            return _detour(path, f"{path}/")
        return _error(
            f"“{path}” leads nowhere: readers can open no such page. Correct the address, or take the link out."
        )

    @staticmethod
    def _opens(path: str) -> bool:
        """Whether it is a page that is no entry’s: a list, a feed."""
        try:
            match = resolve(path)
        except Resolver404:
            return False
        return not match.kwargs and match.app_name != "admin"

    @staticmethod
    def _is_file(path: str) -> bool:
        try:
            if path.startswith(settings.MEDIA_URL):
                return default_storage.exists(path.removeprefix(settings.MEDIA_URL))
            return path.startswith(settings.STATIC_URL) and bool(finders.find(path.removeprefix(settings.STATIC_URL)))
        except StoreAway:
            return True  # nobody knows
        except (SuspiciousOperation, ValueError, OSError):
            return False

    def _anchor_problem(self, path: str, anchor: str) -> Verdict | None:
        known = self._anchors.get(path)
        if known is None or anchor in ANYWHERE or anchor in known:
            return None
        return _error(f"“{path}#{anchor}” leads to the head of the page: nothing on it is called “{anchor}”.")


def _error(message: str) -> Verdict:
    return Level.ERROR, Code.DEAD_LINK, message


def _detour(path: str, new: str) -> Verdict:
    return Level.WARNING, Code.MOVED_LINK, f"“{path}” sends readers on to “{new}”. Link there."


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # “//[”, which names no host
        return SplitResult("", "", address, "", "")


def _storable(names: Iterable[str]) -> list[str]:
    """Those that the database can be asked for."""
    return [name for name in names if "\x00" not in name and name.isprintable()]


def _pages(paths: set[str] | None) -> list[QuerySet[Any]]:
    """The entries that have a page; with ``paths`` those whose address may be among them: it ends in their slug."""
    kinds: tuple[QuerySet[Any], ...] = (
        Release.objects.listed(),
        License.objects.all(),
        TimelineEvent.objects.listed(),
        Source.objects.all(),
        Article.objects.live(),
        Topic.objects.all(),
        Author.objects.all(),
    )
    if paths is None:
        return list(kinds)
    slugs = _storable({path.rstrip("/").rpartition("/")[2] for path in paths})
    return [rows.filter(slug__in=slugs) for rows in kinds]


def _parts() -> tuple[QuerySet[Any], ...]:
    """Entries that are a place on a page which holds nothing else that one may link to."""
    return (
        GlossaryTerm.objects.all(),
        KeyFigure.objects.all(),
        Notice.objects.filter(is_listed=True),
        Correction.objects.listed(),
        HubSection.objects.listed(),
    )
