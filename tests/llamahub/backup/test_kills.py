"""Killed at any moment, an export leaves nothing that looks whole, and a restore all or nothing."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from editorial.models import Image
from llamahub.backup import export, media, verify
from tests.conftest import ROOT
from tests.factories import make_image, make_release

from . import site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def wait_for_the_database() -> None:
    """Until it has noticed that its client is gone."""
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("A backend of a killed process still holds its lock.")


def time_of(run) -> float:
    began = time.monotonic()
    assert run.communicate()[0].endswith("done\n")
    return time.monotonic() - began


def test_a_killed_export_leaves_no_archive_and_nothing_for_long(tmp_path, program, rounds):
    site.plant()
    folder = tmp_path / "exports"
    folder.mkdir()
    before, chance = site.fingerprint(), random.Random(11)
    long = time_of(program("export", folder / "whole.zip"))
    whole = (folder / "whole.zip").read_bytes()
    for _ in range(rounds(200)):
        run = program("export", folder / "site.zip")
        time.sleep(chance.uniform(0, long))
        run.kill()
        run.communicate()
        if (folder / "site.zip").exists():  # it was quicker
            assert (folder / "site.zip").read_bytes() == whole
            (folder / "site.zip").unlink()
        assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == {"whole.zip"}
    export(folder / "site.zip", with_accounts=True)
    assert {path.name for path in folder.iterdir()} == {"whole.zip", "site.zip"}
    assert site.fingerprint() == before


def test_a_killed_restore_is_all_or_nothing(tmp_path, program, rounds):
    """From one site to another and back, each with a picture of its own."""
    site.plant()
    make_image(slug="first")
    one = site.fingerprint()
    export(tmp_path / "one.zip", with_accounts=True)
    Image.objects.filter(slug="first").get().delete()
    make_image(slug="second")
    make_release(slug="second")
    two = site.fingerprint()
    export(tmp_path / "two.zip", with_accounts=True)
    sites, now, chance = {"one": one, "two": two}, "two", random.Random(13)
    long = time_of(program("restore", tmp_path / "one.zip"))
    now = "one"
    assert site.fingerprint() == one
    done = 0
    for _ in range(rounds(200)):
        other = "two" if now == "one" else "one"
        run = program("restore", tmp_path / f"{other}.zip")
        time.sleep(chance.uniform(0, long))
        run.kill()
        run.communicate()
        wait_for_the_database()
        # Files of the new site may be there too early or those of the old one too long, none is lost.
        found = site.fingerprint()
        rows = {name: value for name, value in found.items() if "/" not in name and not name.startswith(".")}
        [is_now] = [name for name, whole in sites.items() if rows.items() <= whole.items()]
        assert sites[is_now].items() <= found.items()
        media.recover(connection)
        assert site.fingerprint() == sites[is_now]
        done += is_now == other
        now = is_now
    assert done < rounds(200)


def test_a_database_that_is_killed_meanwhile_has_the_old_site_or_the_new_one(tmp_path, rounds):
    """PostgreSQL itself, in an installation of its own."""
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LLAMAHUB_LOCAL": "1", "DATA_DIR": str(tmp_path / "var")}

    def manage(*arguments):
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def well(*arguments):
        run = manage(*arguments)
        out, err = run.communicate(timeout=300)
        assert run.returncode == 0, err
        return out

    site.plant()
    export(tmp_path / "one.zip", with_accounts=True)
    make_image(slug="second")
    export(tmp_path / "two.zip", with_accounts=True)
    well("migrate", "--verbosity=0")
    well("import_fixtures", tmp_path / "one.zip")
    now, chance = "one", random.Random(17)
    began = time.monotonic()
    well("import_fixtures", tmp_path / "one.zip", "--replace", "--yes")
    long = time.monotonic() - began
    for _ in range(rounds(20)):
        other = "two" if now == "one" else "one"
        run = manage("import_fixtures", tmp_path / f"{other}.zip", "--replace", "--yes")
        time.sleep(chance.uniform(long / 3, long))
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((tmp_path / "var/postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        _, err = run.communicate(timeout=300)
        assert run.returncode == 0 or len(err.strip().splitlines()) == 1, err
        well("export_fixtures", tmp_path / "now.zip", "--with-accounts")
        found = (tmp_path / "now.zip").read_bytes()
        [now] = [name for name in ("one", "two") if (tmp_path / f"{name}.zip").read_bytes() == found]
    root = tmp_path / "var" / "media"
    named = {m.name.removeprefix("media/") for m in verify(tmp_path / "now.zip").members if m.kind == "media"}
    assert {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} == named


def test_what_was_uploaded_meanwhile_is_not_taken_for_litter(tmp_path):
    """The journal of a killed restore names files; only those are looked at."""
    site.plant()
    root = Path(settings.MEDIA_ROOT)
    stray = root / "images" / "0123456789ab" / "0123456789abcdef.png"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"under way")
    named = next(iter(site.names_of_pictures()))
    left = root / "images" / "ba9876543210" / "fedcba9876543210.png"
    left.parent.mkdir()
    left.write_bytes(b"left")
    (root / media.JOURNAL).write_text(f'["{named}", "images/ba9876543210/fedcba9876543210.png", "../../etc/passwd"]')
    media.recover(connection)
    assert stray.exists()
    assert (root / named).exists()
    assert not left.parent.exists()
    assert not (root / media.JOURNAL).exists()
