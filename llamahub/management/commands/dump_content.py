from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from llamahub import content


class Command(BaseCommand):
    help = "Writes the content of the database back into the fixtures that ship with the code."

    def handle(self, *args: Any, **options: Any) -> None:
        if content.first_with_rows() is None:
            raise CommandError("Nothing written: the database has no content, and the fixtures would be emptied.")
        for path, number in content.dump():
            self.stdout.write(f"{number:6,}  {path.relative_to(settings.BASE_DIR)}")
