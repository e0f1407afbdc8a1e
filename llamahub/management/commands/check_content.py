from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from editorial.content_check.findings import Finding, Level
from editorial.content_check.site import Report, check_site
from editorial.live_facts import uses


class Command(BaseCommand):
    help = (
        "Checks what readers see, or are about to see: references to facts, links within the site, descriptions of "
        "pictures, headings, house style, facts without a source or due for another check. Ends with exit code 1 if "
        "there are errors. With --format json it prints one object: {“errors”: number, “warnings”: number, “checked”: "
        "{kind of entry: number}, “findings”: [{“level”: “error” or “warning”, “code”, “model”, “key”: natural key, "
        "“place”: in words, “field”, “line”: number or null, “message”, “admin_url”: path}]}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text", help="For people, or for programs.")
        parser.add_argument(
            "--fail-on", choices=Level.values, default=Level.ERROR, help="“warning”: warnings end with exit code 1 too."
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help="First make the record of which text uses which fact anew, for texts that were changed with SQL.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        repaired = uses.rebuild() if options["repair"] else 0
        report = check_site()
        errors, warnings = report.count(Level.ERROR), report.count(Level.WARNING)
        if options["format"] == "json":
            self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
        else:
            if repaired:
                self.stdout.write(f"Put right the record of {repaired:,} references.")
            self._write(report)
            self.stdout.write(
                f"{errors:,} errors, {warnings:,} warnings; {sum(report.checked.values()):,} entries read."
            )
        if errors or (warnings and options["fail_on"] == Level.WARNING):
            raise CommandError("The content does not pass.", returncode=1)

    def _write(self, report: Report) -> None:
        for code, findings in report.by_code().items():
            self.stdout.write(self.style.MIGRATE_HEADING(f"{code.label} ({code.value})"))
            for finding in findings:
                self.stdout.write(f"  {_line(finding)}")
            self.stdout.write("")


def _line(finding: Finding) -> str:
    where = f"{finding.place.words}, {finding.place.field}" + (f", line {finding.line}" if finding.line else "")
    return f"{finding.level.label}: {where}: {finding.message} {finding.place.admin_url}".rstrip()


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "errors": report.count(Level.ERROR),
        "warnings": report.count(Level.WARNING),
        "checked": report.checked,
        "findings": [finding.as_json() for finding in report.findings],
    }
