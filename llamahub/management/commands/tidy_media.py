"""``manage.py tidy_media``: removes files that no picture has, a day after they were written."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from editorial.models import Image
from editorial.pictures import files
from llamahub.backup import media


class Command(BaseCommand):
    help = (
        "Removes files of pictures that no entry has and that are older than a day: left by a crash between the disk "
        "and the database, or by uploads that were given up. Safe at any time; meant for once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        media.recover(connection)
        originals = [image.original for image in Image.objects.all()]
        named = {each.name for each in originals} | {f"{each.token}/{each.version}" for each in originals}
        count = 0
        for name in files.litter(named):
            files.remove(name)
            count += 1
        self.stdout.write(f"Removed {count} files that no picture has.")
