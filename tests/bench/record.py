"""What was measured, kept per commit, so that a page that has become slower shows.

Each part of ``make bench`` notes its numbers in ``DATA_DIR/bench/<day>-<commit>.json``. At its end (``python -m
tests.bench.record``) they are held against the newest record in ``tests/bench/records/``, and it exits with 1 if
something is worse by more than `MARGIN`. ``--keep`` adds the record of this commit to those, to be committed. What is
compared are ratios of what was measured in turns on one machine, so that records of different machines can be.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).parent / "records"
# Two runs of the same commit differ by a tenth; on a machine that does something else, by more: measure again then.
MARGIN = 0.2
# The parts that are compared: more is better in the first, less in the others. All else is for reading.
MORE_IS_BETTER, LESS_IS_BETTER = "ratios", ("growth", "kilobytes")

Record = dict[str, Any]


def note(part: str, numbers: Mapping[str, float]) -> None:
    """Adds to the record of this day and commit. Of a part that was measured again, the new numbers count."""
    file = local()
    record = json.loads(file.read_text()) if file.exists() else _begin()
    record["measured"] = datetime.now(UTC).isoformat(timespec="seconds")
    record[part] = record.get(part, {}) | {name: float(f"{number:.4g}") for name, number in numbers.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def local() -> Path:
    return _data_dir() / "bench" / f"{datetime.now(UTC):%Y-%m-%d}-{commit()}.json"


def newest_kept(kept: Path = KEPT) -> Record | None:
    records: list[Record] = [json.loads(file.read_text()) for file in kept.glob("*.json")]
    return max(records, key=lambda record: str(record["measured"]), default=None)


def changes(now: Record, before: Record) -> Iterator[tuple[str, float, float, bool]]:
    """Of all that both have: its name, what it was, what it is, and whether that is worse by more than the margin."""
    for part in (MORE_IS_BETTER, *LESS_IS_BETTER):
        for name, is_now in now.get(part, {}).items():
            was = before.get(part, {}).get(name)
            if was:
                share = is_now / was if part == MORE_IS_BETTER else was / max(is_now, 1e-9)
                yield f"{part}: {name}", was, is_now, share < 1 - MARGIN


def compare(now: Record, before: Record) -> bool:
    """Prints every change; whether nothing is worse by more than the margin."""
    print(f"\nHeld against the record of {before['measured'][:10]}, commit {before['commit']}:")
    worse = []
    for name, was, is_now, is_worse in changes(now, before):
        print(
            f"{name:<56}{was:>10.4g}{is_now:>10.4g}{(is_now / was - 1) * 100:>+8.0f} %{'  worse' if is_worse else ''}"
        )
        worse += [name] if is_worse else []
    if worse:
        print(
            f"Worse than the kept record by more than {MARGIN:.0%}: {'; '.join(worse)}. If it is so again on a quiet "
            "machine, find the cause, or keep this record and say in its commit why."
        )
    else:
        print(f"Nothing is worse by more than {MARGIN:.0%}.")
    return not worse


def commit() -> str:
    """Of the code that is measured; with “+” if there is more than was committed."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return "unknown"

    def says(*arguments: str) -> str:
        return subprocess.run(
            [git, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    return says("rev-parse", "--short", "HEAD") + ("+" if says("status", "--porcelain", "--untracked-files=no") else "")


def main(*arguments: str) -> None:
    file = local()
    if not file.exists():
        sys.exit(f"Nothing was measured of commit {commit()} today: make bench.")
    now: Record = json.loads(file.read_text())
    print(f"\nThe record is {file}.")
    before = newest_kept()
    if "--keep" in arguments:
        KEPT.mkdir(exist_ok=True)
        shutil.copy(file, KEPT / file.name)
        print(f"Kept as {KEPT.relative_to(ROOT) / file.name}: commit it.")
    elif before is None:
        print("There is no kept record to hold it against: python -m tests.bench.record --keep.")
    elif not compare(now, before):
        sys.exit(1)


def _begin() -> Record:
    import django

    return {
        "commit": commit(),
        "measured": "",
        "machine": {"cores": os.cpu_count(), "processor": _processor(), "system": platform.system()},
        "versions": {"python": platform.python_version(), "django": django.__version__, "postgres": _postgres()},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def _postgres() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version: str = cursor.fetchone()[0]
    return version


def _data_dir() -> Path:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")
    django.setup()
    from django.conf import settings

    folder: Path = settings.DATA_DIR
    return folder


if __name__ == "__main__":
    main(*sys.argv[1:])
