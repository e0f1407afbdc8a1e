"""What a worker does before it answers anybody, so that its first readers do not wait for it."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.template.loader import get_template
from django.urls import reverse

from models_catalog.models import Release

from .logs import in_a_line
from .page_store.filling import MOMENT
from .page_store.layer import PageStore

logger = logging.getLogger(__name__)


def prepare(store: PageStore | None) -> None:
    if store is not None:
        # First, so that the database answers meanwhile.
        store.watch()
    # Under DEBUG nothing of it would be kept, and the page would wait for it after every change of a file.
    if settings.DEBUG:
        return
    compile_templates()
    load_addresses()
    if store is not None:
        make_first_pages(store)


def compile_templates() -> None:
    templates = settings.BASE_DIR / "templates"
    for file in templates.rglob("*.html"):
        get_template(str(file.relative_to(templates)))


def load_addresses() -> None:
    """Loads all views, and what says which of them answers where."""
    reverse("editorial:hub")


def make_first_pages(store: PageStore) -> None:
    """The start page, which is kept then, and a release: with them most statements are put into words.

    Only where the database is known to answer by now. One that is away, or starts with this process, is not waited for.
    """
    if store.knowledge.wait(MOMENT) is None:
        return
    try:
        store.make(reverse("editorial:hub"))
        release = Release.objects.listed().newest_first().first()
        if release is not None:
            store.make(release.get_absolute_url())
    except (DatabaseError, InterfaceError) as error:
        logger.warning("No page is made at the start: %s", in_a_line(error))
    finally:
        # They are this thread’s, which answers nobody.
        connections.close_all()
