"""``manage.py export_fixtures``: everything that the site holds, in one archive."""

import os
import time
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from llamahub.backup import BackupError, export, keeping
from llamahub.backup.telling import Line, in_bytes
from llamahub.backup.thinning import Keep

BY = "export_fixtures"


class Command(BaseCommand):
    help = (
        "Writes everything that the site holds into one archive: content, history, accounts, redirects, pictures. "
        "One consistent snapshot; editors go on working meanwhile."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "destination",
            nargs="?",
            help="The archive to write; in a folder, one named by the time. Unless given, the site’s folder of exports.",
        )
        parser.add_argument("--directory", action="store_true", help="A folder of files instead of one zip file.")
        parser.add_argument(
            "--with-accounts",
            action="store_true",
            help="Also passwords (as hashes) and second factors. Without, accounts are restored without a password.",
        )
        parser.add_argument(
            "--keep",
            type=_plan,
            metavar="7-4-6",
            help="Afterwards keep the newest export of each of so many days, weeks and months in the folder; the others go.",
        )

    def handle(
        self,
        *args: Any,
        destination: str | None,
        directory: bool,
        with_accounts: bool,
        keep: Keep | None,
        **options: Any,
    ) -> None:
        place = Path(settings.BACKUP_DIR if destination is None else destination)
        is_folder = destination is None or destination.endswith(os.sep) or place.is_dir()
        if is_folder and not directory:
            self._keep_one(place, with_accounts, keep)
        elif keep:
            raise CommandError("--keep thins out zip files in a folder: name the folder, and leave --directory out.")
        else:
            if is_folder:
                place /= f"llamahub-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            self._write(place, directory, with_accounts)

    def _keep_one(self, folder: Path, with_accounts: bool, keep: Keep | None) -> None:
        """In a folder: named by the time, read back, and on record."""
        line = Line()
        try:
            kept = keeping.keep_one(by=BY, folder=folder, with_accounts=with_accounts, keep=keep, progress=line)
        except BackupError as error:
            raise CommandError(str(error)) from None
        finally:
            line.end()
        made = kept.export
        self.stdout.write(f"{made.path}: {made.rows:,} rows, {in_bytes(made.size)}, read back whole.")
        if keep:
            self.stdout.write(f"Removed {len(kept.removed)} older ones; kept by {keep}: days, weeks, months.")

    def _write(self, destination: Path, directory: bool, with_accounts: bool) -> None:
        line, started = Line(), time.monotonic()
        try:
            manifest = export(destination, with_accounts=with_accounts, directory=directory, progress=line)
            if not directory:
                keeping.write_down(destination, manifest, by=BY, took=time.monotonic() - started)
        except BackupError as error:
            raise CommandError(str(error)) from None
        finally:
            line.end()
        pictures = sum(member.kind == "media" for member in manifest.members)
        size = "" if directory else f", {in_bytes(destination.stat().st_size)}"
        self.stdout.write(f"{destination}: {manifest.rows:,} rows, {pictures:,} pictures{size}.")


def _plan(text: str) -> Keep:
    try:
        return Keep.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
