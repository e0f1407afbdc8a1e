import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from llamahub.backup import BackupError
from llamahub.backup.drill import Verdict, drill

# Of many differences the first few say what is wrong.
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Exports the site, restores the export into a throwaway database, and compares every public page. The site "
        "itself is only read. Exits with 1 on any difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sample",
            type=_number,
            metavar="N",
            help="Compare N pages of the sitemap instead of all: for large sites.",
        )

    def handle(self, *args: Any, sample: int | None, **options: Any) -> None:
        # A request is no reader's here: its line would drown the report.
        logging.disable(logging.ERROR)
        try:
            verdict = drill(sample=sample, say=self.say)
        except BackupError as error:
            raise CommandError(str(error)) from None
        finally:
            logging.disable(logging.NOTSET)
        self.report(verdict)
        if not verdict.is_good:
            sys.exit(1)

    def say(self, step: str, outcome: str, seconds: float) -> None:
        self.stdout.write(f"{step + ' …':<18}{outcome} ({seconds:.1f} s)")
        self.stdout.flush()

    def report(self, verdict: Verdict) -> None:
        for difference in verdict.differences[:SHOWN]:
            self.stderr.write(f"  {difference}")
        if len(verdict.differences) > SHOWN:
            self.stderr.write(f"  and {len(verdict.differences) - SHOWN:,} more.")
        same = verdict.addresses - len(verdict.differences)
        if verdict.is_good:
            said = f"Good: the restored site is the same, {same:,} of {verdict.addresses:,} addresses byte for byte"
        else:
            said = f"Not the same: {same:,} of {verdict.addresses:,} addresses byte for byte"
            if not verdict.is_same_archive:
                said += ", and its own export differs from the one that it came from"
            if verdict.was_edited:
                said += ". But the site was edited meanwhile, so run the drill again"
        self.stdout.write(f"{said}. {verdict.seconds:.1f} s in all.")


def _number(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"{text!r} is no number of pages: write one from 1 up.")
    return int(text)
