"""``manage.py export_fixtures``: everything that the site holds, in one archive."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from llamahub.backup import BackupError, export
from llamahub.backup.telling import Line, in_bytes


class Command(BaseCommand):
    help = (
        "Writes everything that the site holds into one archive: content, history, accounts, redirects, pictures. "
        "One consistent snapshot; editors go on working meanwhile."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "destination", type=Path, help="The archive to write. In an existing folder, it is named by the time."
        )
        parser.add_argument("--directory", action="store_true", help="A folder of files instead of one zip file.")
        parser.add_argument(
            "--with-accounts",
            action="store_true",
            help="Also passwords (as hashes) and second factors. Without, accounts are restored without a password.",
        )

    def handle(self, *args: Any, destination: Path, directory: bool, with_accounts: bool, **options: Any) -> None:
        if destination.is_dir() and not (directory and not any(destination.iterdir())):
            name = f"llamahub-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            destination = destination / (name if directory else f"{name}.zip")
        line = Line()
        try:
            manifest = export(destination, with_accounts=with_accounts, directory=directory, progress=line)
        except BackupError as error:
            raise CommandError(str(error)) from None
        finally:
            line.end()
        pictures = sum(member.kind == "media" for member in manifest.members)
        size = "" if directory else f", {in_bytes(destination.stat().st_size)}"
        self.stdout.write(f"{destination}: {manifest.rows:,} rows, {pictures:,} pictures{size}.")
