from typing import Any

from django.core.management.base import BaseCommand

from llamahub import content


class Command(BaseCommand):
    help = "Loads the content that ships with the code into an empty database. Never touches one that has content."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = content.load()
        except content.ContentExists as found:
            self.stdout.write(f"Nothing loaded: the database already has content ({found}).")
        else:
            self.stdout.write(f"Loaded {number:,} entries.")
