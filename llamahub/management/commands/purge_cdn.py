"""``manage.py purge_cdn``: has the network in front of the site forget its copies of pages."""

import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from llamahub.cdn import Hook, PurgeFailed
from models_catalog.views.base import ALL_PAGES


class Command(BaseCommand):
    help = (
        "Has the CDN that PURGE_URL names forget its copies: of all pages, or of those with the tags that are given. "
        "The site does it by itself after every change of the content."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "tags", nargs="*", metavar="TAG", help="as in the header Cache-Tag of a page, such as release-llama-4-scout"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        hook: Hook | None = settings.PURGE_HOOK
        if hook is None:
            raise CommandError("PURGE_URL is not set: there is no CDN to purge.")
        tags: list[str] = options["tags"] or [ALL_PAGES]
        if wrong := [tag for tag in tags if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", tag)]:
            raise CommandError(f"{wrong[0]!r} is no tag: a tag has letters, digits, hyphens and underscores only.")
        try:
            hook.purge(tags)
        except PurgeFailed as failure:
            raise CommandError(f"The CDN has not purged: {failure}.") from None
        self.stdout.write(f"Purged: {', '.join(tags)}")
