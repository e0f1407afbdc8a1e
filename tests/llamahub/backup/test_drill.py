"""The restore drill: what it finds, and that nothing of it stays."""

import fcntl
import os
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.redirects.models import Redirect
from django.core.management import CommandError, call_command
from django.db import connection

from llamahub.backup import BackupError, drill, keeping, throwaway
from llamahub.backup.pages import Reader
from models_catalog.models import Release
from tests.factories import make_event, make_hub, make_image, make_live_article, make_release

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return settings.DATA_DIR


@pytest.fixture
def site():
    """Small, and with something of every kind that readers get."""
    make_hub()
    release = make_release(slug="llama-9", name="Llama 9")
    make_event(slug="born").releases.add(release)
    picture = make_image()
    make_live_article(slug="long-read", edition={"body": f"## One\n\n{picture.markdown}", "image": picture})
    Redirect.objects.create(site_id=configured.SITE_ID, old_path="/old/", new_path="/models/llama-9/")


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"%{throwaway.SUFFIX}"])
        return [name for (name,) in cursor.fetchall()]


def tampered(monkeypatch, change):
    """A restore that does not bring everything back as it was."""
    restore = drill.restore

    def badly(*arguments, **options):
        manifest = restore(*arguments, **options)
        change()
        return manifest

    monkeypatch.setattr(drill, "restore", badly)


def test_a_good_export_passes_and_nothing_of_the_drill_stays(site, own_folder, settings, capsys):
    media = sorted(Path(settings.MEDIA_ROOT).rglob("*.png"))
    call_command("restore_drill")
    said = capsys.readouterr().out
    assert "Good: the restored site is the same" in said
    assert "the same bytes" in said
    assert databases() == []
    assert list(own_folder.iterdir()) == []
    assert set(media) <= set(Path(settings.MEDIA_ROOT).rglob("*.png"))
    # And the process is back on the running site.
    assert Release.objects.filter(slug="llama-9").exists()


def test_every_kind_of_address_is_compared(site):
    asked = dict(Reader().addresses())
    assert {
        "/", "/models/llama-9/", "/timeline/born/", "/articles/long-read/", "/feeds/articles.xml", "/sitemap.xml",
        "/search/?q=llama", "/no/such/page/", "/old/",
    } <= asked.keys()  # fmt: skip
    assert asked["/old/"].location == "/models/llama-9/"
    assert asked["/no/such/page/"].status == 404
    assert [path for path in asked if path.startswith("/media/images/")]
    assert [path for path in asked if "as_of=" in path]
    assert not [path for path in asked if path.startswith(("/admin/", "/static/"))]


def test_a_sample_is_spread_over_the_sitemap(site):
    for number in range(30):
        make_event(slug=f"event-{number:02}")
    every = [path for path, _ in Reader().addresses()]
    some = [path for path, _ in Reader().addresses(sample=5)]
    assert len(some) < len(every)
    assert set(some[:5]) < set(every)


def test_one_changed_word_is_found_and_named(site, monkeypatch, capsys):
    tampered(monkeypatch, lambda: Release.objects.update(summary="A model for nobody."))
    with pytest.raises(SystemExit) as ended:
        call_command("restore_drill")
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "/models/llama-9/: line" in said.err
    assert "A model for nobody." in said.err
    assert "Not the same" in said.out
    assert "its own export differs" in said.out
    assert databases() == []
    assert Release.objects.get().summary == "A model for tests."


def test_a_lost_picture_and_a_lost_redirect_are_found(site, monkeypatch):
    def lose():
        Redirect.objects.all().delete()
        for file in Path(configured.MEDIA_ROOT).rglob("*.png"):
            file.write_bytes(b"another picture")

    tampered(monkeypatch, lose)
    # What is lost cannot be exported again, which is an error of its own.
    export = drill.export
    monkeypatch.setattr(drill, "export", lambda path: export(path) if path.name == drill.ARCHIVE else path.touch())
    verdict = drill.drill()
    assert not verdict.is_good
    assert not verdict.was_edited
    found = {difference.path.partition("?")[0] for difference in verdict.differences}
    assert "/old/" in found
    assert [path for path in found if path.startswith("/media/images/")]


def test_an_edit_while_it_runs_is_not_the_exports_fault(site, monkeypatch):
    """The restored site lacks what was written after the export, and the drill says why."""
    export = drill.export

    def then_edited(path):
        manifest = export(path)
        if path.name == drill.ARCHIVE:
            Release.objects.update(summary="Changed meanwhile.")
        return manifest

    monkeypatch.setattr(drill, "export", then_edited)
    verdict = drill.drill()
    assert verdict.is_same_archive
    assert verdict.was_edited
    assert "/models/llama-9/" in {difference.path for difference in verdict.differences}


def test_what_a_killed_drill_left_goes_first(own_folder):
    (own_folder / "restore-drill" / "media" / "images").mkdir(parents=True)
    (own_folder / "restore-drill" / drill.ARCHIVE).write_text("half an export")
    name = str(connection.settings_dict["NAME"]) + throwaway.SUFFIX
    with connection._nodb_cursor() as cursor:
        # A run of these tests that was killed leaves one, too.
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    verdict = drill.drill()
    assert verdict.is_good, verdict
    assert databases() == []
    assert list(own_folder.iterdir()) == []


def test_one_drill_at_a_time(own_folder):
    folder = own_folder / "restore-drill"
    folder.mkdir()
    handle = os.open(folder / keeping.LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(CommandError, match="under way"):
            call_command("restore_drill")
    finally:
        os.close(handle)


def test_a_user_who_may_not_create_databases_is_told_the_remedy(own_folder):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE modest NOCREATEDB NOSUPERUSER; GRANT pg_read_all_data TO modest; SET ROLE modest")
        try:
            with pytest.raises(BackupError, match='ALTER ROLE "modest" CREATEDB'):
                throwaway._make_database("never_made")
        finally:
            cursor.execute("RESET ROLE; DROP ROLE modest")


@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_sample_is_a_number(number):
    with pytest.raises(CommandError, match="is no number of pages"):
        call_command("restore_drill", f"--sample={number}")
