"""What exporting and restoring a large site takes, beside Postgres’ own tools and Django’s, in the same run.

``python -m tests.bench.backup`` makes a site of ROWS rows (100,000 unless told otherwise; ROWS=1000000 is the size that
the limits are for) with PICTURES pictures, and does to it in turn: our export and import, ``pg_dump`` and
``pg_restore``, ``dumpdata`` and ``loaddata``. Each runs in a process of its own, whose time and peak memory are
printed. LOADDATA=0 leaves Django’s out, which takes the longest. Then a writer commits while an export runs, and the
longest wait is printed; and the same is done with a quarter of the rows, to see whether time and memory grow in step.
Exits with 1 beyond a limit.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROWS, PICTURES = int(os.environ.get("ROWS", "100000")), int(os.environ.get("PICTURES", "100"))
WITH_LOADDATA = os.environ.get("LOADDATA", "1") != "0"
DATABASE = "bench_backup"
# Megabytes of one process, milliseconds that a writer may wait, and how much more a row may cost in a larger site.
EXPORT_MB, IMPORT_MB, BLOCKED_MS, GROWTH = 150, 300, 100, 2.0
# What loaddata cannot bring back: the triggers that write these rows refuse and repeat them.
BY_TRIGGERS = ("models_catalog.recordedchange", "accounts.auditentry")
# As the export leaves out: worked out anew, or of one machine.
DERIVED = ("contenttypes", "auth.permission", "sessions", "accounts.session", "accounts.signinattempt", "backup",
           "editorial.searchentry", "editorial.searchword")  # fmt: skip


@dataclass(frozen=True)
class Run:
    seconds: float
    megabytes: float


# --- In a process of its own ------------------------------------------------------------------------------------------


def set_up(database: str | None = None, media: str | None = None) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    if database:
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database
        # Every statement of a large site may take its time.
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"{options['options']} -c statement_timeout=0"
    if media:
        settings.MEDIA_ROOT = Path(media)


def in_child(what: str, database: str, media: str, path: str) -> None:
    set_up(database, media)
    from django.core.management import call_command

    from editorial.search import index
    from llamahub.backup import export, restore
    from models_catalog.history import attributed

    match what:
        case "export":
            export(Path(path))
        case "restore":
            restore(Path(path))
        case "dumpdata":
            call_command("dumpdata", output=path, exclude=[*DERIVED], use_natural_foreign_keys=True, verbosity=0)
        case "loaddata":
            with index.paused(), attributed(who="bench"):
                call_command("loaddata", path, exclude=[*BY_TRIGGERS], verbosity=0)
            index.rebuild()
        case "nothing":
            pass


def child(what: str, database: str, media: Path, path: Path) -> Run:
    return measured([sys.executable, "-m", "tests.bench.backup", "--child", what, database, str(media), str(path)])


def measured(command: list[str], env: dict[str, str] | None = None) -> Run:
    """The time of a process, and the most memory that it ever had.

    The kernel’s account of an ended process counts what its parent had before; so its own mark is read while it runs.
    """
    started, peak = time.perf_counter(), 0
    process = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        for entry in status.read_text().splitlines():
            if entry.startswith("VmHWM:"):
                peak = int(entry.split()[1])
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"This failed: {' '.join(command)}")
    return Run(time.perf_counter() - started, peak / 1024)


# --- Databases --------------------------------------------------------------------------------------------------------


@contextmanager
def databases() -> Iterator[list[str]]:
    """Throwaway copies of an empty, migrated database are made by `copy`; all of them are dropped at the end."""
    from django.db import connection

    original = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    made: list[str] = []
    try:
        yield made
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        for name in (*made, DATABASE):
            execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def copy(made: list[str], name: str, *, template: str = DATABASE) -> str:
    name = f"{DATABASE}_{name}"
    made.append(name)
    execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def execute(sql: str) -> None:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(sql)


def use(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def fill(name: str, rows: int, media: Path) -> tuple[int, int]:
    """Rows of the table and bytes of pictures that there are then."""
    from llamahub import content
    from tests.bench import grown_site

    use(name)
    content.load()
    written = grown_site.add_pictures(media, PICTURES)
    number = grown_site.fill(rows)
    use(DATABASE)
    return number, written


# --- Postgres’ own tools ----------------------------------------------------------------------------------------------


def postgres(program: str) -> Path | None:
    """A program that is as new as the server: of the embedded server’s package, or the newest of the system."""
    from django.db import connection

    from llamahub.embedded_postgres.server import programs

    major = connection.pg_version // 10_000
    own = programs()
    places = [own] if own else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True)
    for place in (*places, Path(shutil.which(program) or "/nowhere").parent):
        if (place / program).exists():
            said = subprocess.run([place / program, "--version"], capture_output=True, text=True, check=True).stdout
            if int(said.split()[2].partition(".")[0].rstrip("devbtarc")) >= major:
                return place / program
    return None


def with_tool(program: Path, database: str, *options: str) -> Run:
    from django.db import connection

    arguments, env = connection.client.settings_to_cmd_args_env({**connection.settings_dict, "NAME": database}, [])
    *where, name = arguments[1:]
    return measured([str(program), *options[:-1], *where, "-d", name, *options[-1:]], env)


# --- What is measured -------------------------------------------------------------------------------------------------


def ours(made: list[str], filled: str, media: Path, folder: Path, name: str) -> tuple[Run, Run, Path]:
    archive = folder / f"{name}.zip"
    exported = child("export", filled, media, archive)
    target = copy(made, f"{name}_restored")
    restored = child("restore", target, folder / f"{name}_media", archive)
    return exported, restored, archive


def waits(filled: str, media: Path, folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds that small writes take: with nothing else going on, and while an export runs."""
    from django.db import connection

    use(filled)

    def write() -> float:
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE models_catalog_timelineevent SET updated_at = clock_timestamp() WHERE slug = %s",
                [f"grown-{1 + int(started * 1e6) % (ROWS * 90 // 1000)}"],
            )
        taken = (time.perf_counter() - started) * 1000
        time.sleep(0.005)
        return taken

    quiet = [write() for _ in range(200)]
    command = [sys.executable, "-m", "tests.bench.backup", "--child", "export", filled, str(media)]
    process = subprocess.Popen([*command, str(folder / "while_writing.zip")])
    busy = []
    while process.poll() is None:
        busy.append(write())
    use(DATABASE)
    return quiet, busy


def main() -> int:
    set_up()
    failures = []
    with tempfile.TemporaryDirectory(prefix="bench_backup_") as place, databases() as made:
        folder = Path(place)
        media = folder / "media"
        filled = copy(made, "filled")
        started = time.perf_counter()
        rows, pictures = fill(filled, ROWS, media)
        print(
            f"A site of {rows:,} rows and {pictures / 1e6:.0f} MB of pictures, made in {time.perf_counter() - started:.0f} s.\n"
        )
        print(f"{'':<14}{'seconds':>9}{'beside ours':>13}{'peak MB':>9}{'file MB':>9}", flush=True)

        def line(name: str, run: Run, beside: Run, file: Path | None = None) -> None:
            size = f"{file.stat().st_size / 1e6:>9.1f}" if file else ""
            print(
                f"{name:<14}{run.seconds:>9.1f}{run.seconds / beside.seconds:>12.2f}×{run.megabytes:>9.0f}{size}",
                flush=True,
            )

        exported, restored, archive = ours(made, filled, media, folder, "ours")
        line("export", exported, exported, archive)
        dump, again = postgres("pg_dump"), postgres("pg_restore")
        pg_dumped = pg_restored = None
        if dump and again:
            file = folder / "site.dump"
            pg_dumped = with_tool(dump, filled, "--format=custom", f"--file={file}")
            line("pg_dump", pg_dumped, exported, file)
        if WITH_LOADDATA:
            fixture = folder / "site.json"
            line("dumpdata", child("dumpdata", filled, media, fixture), exported, fixture)
        line("import", restored, restored)
        if dump and again:
            target = copy(made, "pg_restored", template="template0")
            pg_restored = with_tool(again, target, "--no-owner", str(folder / "site.dump"))
            line("pg_restore", pg_restored, restored)
        else:
            print("pg_dump and pg_restore of this server’s version are not here, so nothing is set beside ours.")
        if WITH_LOADDATA:
            line("loaddata", child("loaddata", copy(made, "loaded"), folder / "no_media", fixture), restored)
            print("(loaddata is given all but recorded changes and the audit log, which it cannot bring back.)")
        nothing = child("nothing", DATABASE, media, folder)
        print(
            f"A process of ours that does nothing has {nothing.megabytes:.0f} MB at its peak and takes {nothing.seconds:.1f} s."
        )

        quiet, busy = waits(filled, media, folder)
        for name, times in (("nothing else goes on", quiet), ("an export runs", busy)):
            p99 = statistics.quantiles(times, n=100)[98]
            print(
                f"A write while {name}: median {statistics.median(times):.1f} ms, p99 {p99:.1f} ms, longest {max(times):.1f} ms, of {len(times):,}."
            )

        quarter = copy(made, "quarter")
        quarter_rows, _ = fill(quarter, ROWS // 4, folder / "quarter_media")
        small = ours(made, quarter, folder / "quarter_media", folder, "quarter")
        print(f"\n{'':<14}{quarter_rows:>12,}{rows:>12,} rows")
        for name, little, much in (("export", small[0], exported), ("import", small[1], restored)):
            each = [1e6 * run.seconds / number for run, number in ((little, quarter_rows), (much, rows))]
            print(f"{name + ', µs a row':<14}{each[0]:>12.0f}{each[1]:>12.0f}")
            print(f"{name + ', MB':<14}{little.megabytes:>12.0f}{much.megabytes:>12.0f}")
            if each[1] / each[0] > GROWTH:
                failures.append(f"{name}: a row of the larger site costs {each[1] / each[0]:.2f} times as much")
    if exported.megabytes > EXPORT_MB:
        failures.append(f"the export had {exported.megabytes:.0f} MB; {EXPORT_MB} are allowed")
    if restored.megabytes > IMPORT_MB:
        failures.append(f"the import had {restored.megabytes:.0f} MB; {IMPORT_MB} are allowed")
    if max(busy) > max(BLOCKED_MS, max(quiet)):
        failures.append(f"a writer waited {max(busy):.0f} ms; {BLOCKED_MS} are allowed")
    for failure in failures:
        print(f"Beyond a limit: {failure}.")
    return 1 if failures else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        in_child(*sys.argv[2:])
    else:
        sys.exit(main())
