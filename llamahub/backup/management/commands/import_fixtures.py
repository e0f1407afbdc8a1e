"""``manage.py import_fixtures``: an archive of `export_fixtures` in the place of what the site holds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from llamahub.backup import BackupError, Manifest, restore, verify
from llamahub.backup.telling import Line


class Command(BaseCommand):
    help = (
        "Verifies an archive of export_fixtures, then restores all of it or nothing. Into an empty site, unless "
        "--replace is given; then what was there is exported first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="The archive: a zip file or a folder.")
        parser.add_argument("--replace", action="store_true", help="Replace everything that the site holds.")
        parser.add_argument("--yes", action="store_true", help="Do not ask before replacing.")
        parser.add_argument("--verify-only", action="store_true", help="Read the archive and report; change nothing.")

    def handle(self, *args: Any, source: Path, replace: bool, yes: bool, verify_only: bool, **options: Any) -> None:
        line = Line()
        try:
            if verify_only:
                self._report(source, verify(source, progress=line), "is whole")
                return
            safety = self._safety_export() if replace else None
            if safety and not yes:
                self._ask(source, safety)
            manifest = restore(source, replace=replace, safety_export=safety, progress=line)
        except BackupError as error:
            raise CommandError(str(error)) from None
        finally:
            line.end()
        self._report(source, manifest, "is restored")
        if safety:
            self.stdout.write(f"What was there before: {safety}")
        if not manifest.with_accounts:
            self.stdout.write(
                "The archive has no passwords: accounts that were not here before get one from “manage.py changepassword”."
            )

    def _safety_export(self) -> Path:
        """Beside the data, readable for its owner only; taking it away is left to people."""
        return Path(settings.DATA_DIR) / "replaced" / f"llamahub-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"

    def _ask(self, source: Path, safety: Path) -> None:
        self.stdout.write(
            f"This replaces everything that the site holds by {source}, and signs everybody out.\n"
            f"What is there now is first exported to {safety}."
        )
        try:
            answer = input("Type “replace” to go on: ")
        except EOFError:
            answer = ""
        if answer.strip().strip("“”\"'") != "replace":
            raise CommandError("Nothing was changed. Without a terminal, give --yes.")

    def _report(self, source: Path, manifest: Manifest, verdict: str) -> None:
        pictures = sum(member.kind == "media" for member in manifest.members)
        newest = f", newest change {manifest.made_at:%Y-%m-%d %H:%M} UTC" if manifest.made_at else ""
        self.stdout.write(f"{source} {verdict}: {manifest.rows:,} rows, {pictures:,} pictures{newest}.")
