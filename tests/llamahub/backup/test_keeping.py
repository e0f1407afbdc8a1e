"""A folder of exports: what is written, put on record, and taken away."""

import fcntl
import hashlib
import os
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from llamahub.backup import BackupError, Damaged, keeping, manifest
from llamahub.backup.keeping import check, keep_one, thin, write_down
from llamahub.backup.models import Export, Verification
from llamahub.backup.naming import ExportName
from llamahub.backup.thinning import Keep
from tests.factories import make_export, make_live_article

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def folder(settings):
    settings.BACKUP_DIR.mkdir()
    return settings.BACKUP_DIR


def archive(folder, days, *, recorded=Verification.SOUND, with_accounts=False):
    """An old export of so many days ago, as thinning knows one."""
    made_at = NOON - timedelta(days=days)
    path = folder / str(ExportName(made_at, with_accounts))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(manifest.NAME, "{}")
    if recorded is not None:
        at = None if recorded == Verification.NONE else made_at
        make_export(
            made_at=made_at, with_accounts=with_accounts, verification=recorded, verified_at=at,
            folder="" if folder.name == "backups" else str(folder),
        )  # fmt: skip
    return path


# --- Making one -------------------------------------------------------------------------------------------------------


def test_an_export_is_dated_read_back_and_on_record(settings):
    make_live_article()
    record = keep_one(by="ada").export
    [path] = settings.BACKUP_DIR.glob("[!.]*")
    assert path == record.path == settings.BACKUP_DIR / record.file
    assert ExportName.read(path.name).made_at.timestamp() == pytest.approx(record.made_at.timestamp(), abs=60)
    assert (record.made_by, record.verification, record.is_sound) == ("ada", Verification.SOUND, True)
    assert record.size == path.stat().st_size
    assert record.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert record.counts["editorial.article"] == 1
    assert record.rows == sum(record.counts.values())


def test_only_its_owner_may_read_it(settings):
    record = keep_one(by="ada").export
    assert settings.BACKUP_DIR.stat().st_mode & 0o777 == 0o700
    assert record.path.stat().st_mode & 0o777 == 0o600


def test_one_with_accounts_says_so_in_name_and_record():
    record = keep_one(by="ada", with_accounts=True).export
    assert record.with_accounts
    assert record.file.endswith("-accounts.zip")


def test_two_in_the_same_second_get_two_names(settings):
    assert keep_one(by="ada").export.file != keep_one(by="ada").export.file
    assert len(list(settings.BACKUP_DIR.glob("*.zip"))) == 2


def test_what_is_exported_does_not_change_by_being_exported():
    """Otherwise no two nights’ exports would ever be alike."""
    make_live_article()
    first, second = keep_one(by="ada").export, keep_one(by="ada").export
    assert first.sha256 == second.sha256


def test_while_another_export_is_under_way_none_begins(folder):
    handle = os.open(folder / keeping.LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(BackupError, match="under way"):
            keep_one(by="ada")
    finally:
        os.close(handle)
    assert keep_one(by="ada").export.is_sound


def test_a_folder_that_cannot_be_used_is_named(settings):
    settings.BACKUP_DIR.write_text("a file")
    with pytest.raises(BackupError, match="backups"):
        keep_one(by="ada")
    assert not Export.objects.exists()


def test_an_export_that_cannot_be_read_back_is_an_error_and_removes_nothing(folder, monkeypatch):
    old = [archive(folder, days) for days in range(1, 10)]

    def refuse(*arguments, **options):
        raise Damaged("media/x", "has another checksum than when it was written")

    monkeypatch.setattr(keeping, "verify", refuse)
    with pytest.raises(BackupError, match="media/x"):
        keep_one(by="ada", keep=Keep(1, 0, 0))
    assert Export.objects.newest_first().first().verification == Verification.DAMAGED
    assert all(path.exists() for path in old)


# --- Thinning ---------------------------------------------------------------------------------------------------------


def test_old_exports_go_with_their_records_once_the_new_one_is_sound(folder):
    for days in range(1, 30):
        archive(folder, days)
    kept = keep_one(by="cron", keep=Keep(3, 0, 0))
    left = sorted(path.name for path in folder.glob("*.zip"))
    assert len(left) == 3
    assert kept.export.file in left
    assert sorted(Export.objects.values_list("file", flat=True)) == left
    assert len(kept.removed) == 27


def test_nothing_is_removed_that_is_no_export_of_ours(folder):
    """Whatever its name, and even when it looks like one."""
    old = ExportName(NOON - timedelta(days=400))
    strangers = [
        "notes.txt", "llamahub.zip", "before-import-20200101T000000Z.zip", "llamahub-20200101T000000Z.zip.part",
        "llamahub-20200101T000000Z-mine.zip", "LLAMAHUB-20200101T000000Z.ZIP",
    ]  # fmt: skip
    for name in strangers:
        (folder / name).write_text("mine")
    (folder / "llamahub-20200102T000000Z.zip").write_text("mine, by chance of that name")
    with zipfile.ZipFile(folder / "llamahub-20200103T000000Z.zip", "w") as file:
        file.writestr("thesis.tex", "mine, too")
    (folder / "llamahub-20200104T000000Z.zip").mkdir()
    elsewhere = folder.parent / str(old)
    archive(folder.parent, 400, recorded=None)
    (folder / str(old)).symlink_to(elsewhere)
    before = {path.name for path in folder.iterdir()}
    ours = archive(folder, 2)
    archive(folder, 1)
    assert thin(folder, Keep(1, 0, 0)) == [ours.name]
    assert before < {path.name for path in folder.iterdir()}
    assert elsewhere.exists()


def test_exports_with_accounts_are_a_series_of_their_own(folder):
    with_accounts = [archive(folder, days, with_accounts=True) for days in (3, 4)]
    old, new = archive(folder, 2), archive(folder, 1)
    assert thin(folder, Keep(1, 0, 0)) == [old.name]
    assert all(path.exists() for path in (*with_accounts, new))
    assert thin(folder, Keep(1, 0, 0), with_accounts=True) == [with_accounts[1].name]


def test_exports_that_nobody_put_on_record_are_thinned_when_a_sound_one_stays(folder):
    """After a restore on a new machine the record is empty, and the folder is not."""
    unknown = [archive(folder, days, recorded=None) for days in range(2, 6)]
    assert thin(folder, Keep(1, 0, 0)) == []
    archive(folder, 1)
    assert thin(folder, Keep(1, 0, 0)) == [path.name for path in reversed(unknown)]


def test_the_last_sound_one_stays_when_newer_ones_are_damaged(folder):
    sound = archive(folder, 9)
    damaged = [archive(folder, days, recorded=Verification.DAMAGED) for days in (1, 2)]
    thin(folder, Keep(1, 0, 0))
    assert sound.exists()
    assert damaged[0].exists()


# --- Verifying --------------------------------------------------------------------------------------------------------


def test_a_flipped_bit_is_found_and_put_on_record():
    record = keep_one(by="ada").export
    data = bytearray(record.path.read_bytes())
    data[len(data) // 2] ^= 1
    record.path.write_bytes(data)
    check(record)
    record.refresh_from_db()
    assert record.verification == Verification.DAMAGED
    assert "SHA-256" in record.problem


def test_another_sound_export_under_the_same_name_is_not_the_one_that_was_written():
    first = keep_one(by="ada").export
    make_live_article()
    second = keep_one(by="ada").export
    os.replace(second.path, first.path)
    check(first)
    assert first.is_sound is False


def test_a_lost_file_is_found():
    record = keep_one(by="ada").export
    record.path.unlink()
    check(record)
    assert record.is_sound is False
    assert record.problem == f"{record.file} is no longer there."


def test_what_was_damaged_can_be_sound_again():
    """A disk that was away, for example."""
    record = keep_one(by="ada").export
    data = record.path.read_bytes()
    record.path.write_bytes(b"")
    check(record)
    record.path.write_bytes(data)
    check(record)
    record.refresh_from_db()
    assert (record.is_sound, record.problem) == (True, "")


def test_an_export_elsewhere_is_on_record_with_its_folder(tmp_path):
    place = tmp_path / "disk" / "mine.zip"
    record = write_down(place, keeping.export(place), by="export_fixtures", took=1.5)
    assert record.path == place
    assert record.download_path is None
    # The next one of that name takes its place.
    again = write_down(place, keeping.export(place), by="export_fixtures", took=1.5)
    assert again.pk == record.pk


# --- From the command line --------------------------------------------------------------------------------------------


def test_without_a_destination_the_export_goes_where_the_site_keeps_them(settings, capsys):
    call_command("export_fixtures")
    record = Export.objects.get()
    assert record.path.parent == settings.BACKUP_DIR
    assert (record.made_by, record.is_sound) == ("export_fixtures", True)
    assert f"{record.path}: " in capsys.readouterr().out


def test_a_folder_that_is_not_there_yet_is_made(tmp_path):
    call_command("export_fixtures", f"{tmp_path}/new/")
    [path] = (tmp_path / "new").glob("*.zip")
    assert ExportName.read(path.name)


def test_one_line_exports_and_thins(folder, capsys):
    for days in range(1, 20):
        archive(folder, days)
    call_command("export_fixtures", "--keep=3-1-1")
    assert "Removed 17 older ones" in capsys.readouterr().out


def test_an_archive_under_a_name_of_ones_own_is_on_record(tmp_path):
    call_command("export_fixtures", f"{tmp_path}/mine.zip")
    record = Export.objects.get()
    assert record.path == tmp_path / "mine.zip"
    assert record.is_sound is None


@pytest.mark.parametrize("arguments", [["mine.zip"], ["--directory"], ["folder/", "--directory"]])
def test_what_cannot_be_thinned_is_refused_before_anything_is_written(folder, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match="name the folder"):
        call_command("export_fixtures", *arguments, "--keep=7-4-6")
    assert list(folder.glob("*.zip")) == []
    assert not Export.objects.exists()


def test_a_plan_that_is_none_is_refused_with_an_example(folder):
    with pytest.raises(CommandError, match="for example 7-4-6"):
        call_command("export_fixtures", "--keep=daily")
    assert list(folder.glob("*.zip")) == []
