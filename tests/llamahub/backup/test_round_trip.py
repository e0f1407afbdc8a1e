"""What is exported comes back, to the byte."""

import json
import os
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from editorial.search import index
from llamahub import content
from llamahub.backup import export, restore, verify
from llamahub.groups import EDITOR
from models_catalog.models import RecordedChange, Release
from models_catalog.signals import content_changed
from tests.conftest import ROOT
from tests.factories import make_release, make_source, make_user

from . import site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planted(tmp_path):
    """An export of a small site with every sort of value, passwords included."""
    site.plant()
    export(tmp_path / "planted.zip", with_accounts=True)
    return tmp_path / "planted.zip"


def test_the_same_site_gives_the_same_bytes(planted, tmp_path):
    export(tmp_path / "again.zip", with_accounts=True)
    assert (tmp_path / "again.zip").read_bytes() == planted.read_bytes()


def test_an_export_restored_into_an_empty_site_exports_to_the_same_bytes(planted, tmp_path):
    before = site.fingerprint()
    site.empty()
    restore(planted)
    assert site.fingerprint() == before
    export(tmp_path / "again.zip", with_accounts=True)
    assert (tmp_path / "again.zip").read_bytes() == planted.read_bytes()


def test_a_folder_holds_the_same_members_and_restores_as_well(planted, tmp_path):
    export(tmp_path / "folder", with_accounts=True, directory=True)
    with zipfile.ZipFile(planted) as archive:
        assert {name: (tmp_path / "folder" / name).read_bytes() for name in archive.namelist()} == {
            name: archive.read(name) for name in archive.namelist()
        }
    before = site.fingerprint()
    site.empty()
    restore(tmp_path / "folder")
    assert site.fingerprint() == before


def test_the_next_row_of_every_table_gets_a_number_that_none_had(planted):
    before = site.sequences()
    site.empty()
    restore(planted)
    after = site.sequences()
    assert not [table for table, (following, highest) in after.items() if following <= highest]
    # Also those of rows that are gone: history speaks of them.
    recorded = {table for table in before if table.startswith(("models_catalog_", "editorial_"))}
    recorded -= {"editorial_searchentry", "editorial_searchword"}
    assert {table: after[table][0] for table in recorded} == {table: before[table][0] for table in recorded}


def test_history_goes_on_where_it_was(planted):
    site.empty()
    restore(planted)
    release = Release.objects.get(slug="awkward")
    known = RecordedChange.objects.of(release).count()
    release.name = "Changed again"
    release.save()
    newest = RecordedChange.objects.of(release).first()
    assert (RecordedChange.objects.of(release).count(), newest.before) == (known + 1, {"name": "Changed"})


def test_rows_that_are_not_in_the_archive_are_gone(planted):
    make_release(slug="later")
    restore(planted, replace=True)
    assert not site.is_there("later")
    assert site.is_there("awkward")


def test_files_that_are_not_in_the_archive_are_gone(planted):
    from tests.factories import make_image

    before = site.media()
    later = make_image(slug="later")
    Client().get(later.thumb.url)
    assert len(site.media()) > len(before) + 1
    restore(planted, replace=True)
    assert site.media() == before


def test_a_restore_is_announced_once(planted):
    told = []

    def listen(sender, pk, **kwargs):
        told.append((sender, pk))

    content_changed.connect(listen)
    try:
        restore(planted, replace=True)
    finally:
        content_changed.disconnect(listen)
    assert [(sender.__name__, pk) for sender, pk in told] == [("Content", None)]


def test_search_finds_what_was_restored_and_nothing_else(planted):
    make_source(title="Zanzibar")
    index.rebuild()
    restore(planted, replace=True)
    assert b"/models/awkward/" in Client().get("/search/?q=changed").content
    assert b"Zanzibar" not in Client().get("/search/?q=zanzibar").content.replace(b'value="zanzibar"', b"")


def test_who_was_signed_in_signs_in_anew(planted):
    from llamahub.accounts.models import Session

    restore(planted, replace=True)
    assert not Session.objects.exists()


def test_without_accounts_nothing_to_sign_in_with_leaves_the_site(tmp_path):
    site.plant()
    manifest = export(tmp_path / "site.zip")
    with zipfile.ZipFile(tmp_path / "site.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"md5$" not in everything
    assert not {"accounts.secondfactor", "accounts.recoverycode"} & manifest.counts.keys()
    assert manifest.counts["auth.user"] == 2


def test_without_accounts_who_is_known_keeps_the_password_and_others_have_none(tmp_path):
    site.plant()
    export(tmp_path / "site.zip")
    site.empty()
    make_user(username="bob", password="this one stays")
    from django.contrib.auth.models import User

    from llamahub.accounts.models import SecondFactor

    kept = User.objects.get(username="bob").password
    restore(tmp_path / "site.zip")
    assert User.objects.get(username="bob").password == kept
    assert not User.objects.get(username="ann").has_usable_password()
    assert User.objects.get(username="ann").groups.get().name == EDITOR
    assert not SecondFactor.objects.exists()


def test_without_accounts_a_replaced_site_keeps_its_second_factors(tmp_path):
    from llamahub.accounts.models import RecoveryCode, SecondFactor

    site.plant()
    export(tmp_path / "site.zip")
    before = site.fingerprint()
    restore(tmp_path / "site.zip", replace=True)
    assert site.fingerprint() == before
    assert SecondFactor.objects.get().user.username == "ann"
    assert RecoveryCode.objects.count() == 1


def test_plain_loaddata_reads_the_fixtures(tmp_path):
    """All but what triggers write: history and the audit log begin anew."""
    site.empty()
    content.load()
    export(tmp_path / "site", directory=True)
    site.empty()
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text())
    fixtures = [
        str(tmp_path / "site" / m["name"]) for m in manifest["members"] if m["rows"] and m["kind"] == "fixtures"
    ]
    call_command("loaddata", *fixtures, verbosity=0)
    export(tmp_path / "again", directory=True)
    assert [_told(Path(name)) for name in fixtures] == [
        _told(tmp_path / "again" / Path(name).relative_to(tmp_path / "site")) for name in fixtures
    ]


def _told(fixture: Path) -> list:
    """The rows as `loaddata` brings them: it sets the time of a change anew, and links in an order of its own."""
    rows = json.loads(fixture.read_text())
    for row in rows:
        row["fields"].pop("updated_at", None)
    return [
        (
            row["pk"],
            {
                k: sorted(v) if isinstance(v, list) and v and isinstance(v[0], list) else v
                for k, v in row["fields"].items()
            },
        )
        for row in rows
    ]


@pytest.mark.slow
def test_readers_see_the_same_site(tmp_path):
    content.load()
    site.plant()

    def pages() -> dict[str, bytes]:
        client = Client()
        listed = client.get("/sitemap.xml").content.decode()
        addresses = [part.partition("</loc>")[0] for part in listed.split("<loc>")[1:]]
        paths = ["/" + address.split("/", 3)[3] for address in addresses]
        return {path: client.get(path).content for path in paths}

    before = pages()
    assert len(before) > 50
    export(tmp_path / "site.zip")
    site.empty()
    restore(tmp_path / "site.zip")
    after = pages()
    assert after.keys() == before.keys()
    assert [path for path in before if before[path] != after[path]] == []


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "language"), [("Asia/Kathmandu", "tr_TR.UTF-8"), ("America/St_Johns", "C")])
def test_another_machine_gives_the_same_bytes(planted, tmp_path, zone, language):
    """A fresh install with a database, a time zone and a language of its own."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LLAMAHUB_LOCAL": "1",
        "DATA_DIR": str(tmp_path / "other"),
        "TZ": zone,
        "LC_ALL": language,
        "PGTZ": zone,
        "PYTHONHASHSEED": "7",
    }

    def manage(*arguments):
        run = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert run.returncode == 0, run.stderr

    manage("migrate", "--verbosity=0")
    manage("import_fixtures", planted)
    manage("export_fixtures", tmp_path / "again.zip", "--with-accounts")
    assert (tmp_path / "again.zip").read_bytes() == planted.read_bytes()


def test_verifying_says_what_is_in_it(planted, capsys):
    manifest = verify(planted)
    out = StringIO()
    call_command("import_fixtures", planted, verify_only=True, stdout=out)
    assert f"{manifest.rows:,} rows, 1 pictures" in out.getvalue()
