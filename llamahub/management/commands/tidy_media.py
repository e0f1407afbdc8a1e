"""``manage.py tidy_media``: removes files that no picture has, a day after they were written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from editorial.models import Image
from editorial.pictures import files
from editorial.pictures.stores import StoreAway
from llamahub.backup import places


class Command(BaseCommand):
    help = (
        "Removes files of pictures that no entry has and that are older than a day: left by a crash between the disk "
        "and the database, or by uploads that were given up. Safe at any time; meant for once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = self._tidy()
        except StoreAway as error:
            raise CommandError(f"{error} Nothing more was removed; run it again later.") from None
        self.stdout.write(f"Removed {count} files that no picture has.")

    def _tidy(self) -> int:
        places.of_pictures().recover(connection)
        originals = [image.original for image in Image.objects.all()]
        named = {each.name for each in originals} | {f"{each.token}/{each.version}" for each in originals}
        count = 0
        for name in list(files.litter(named)):
            files.remove(name)
            count += 1
        return count
