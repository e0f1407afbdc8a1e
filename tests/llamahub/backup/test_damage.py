"""Every archive that is not what an export wrote is refused, with the name of what is wrong; nothing changes."""

import hashlib
import json
import random
import re
import resource
import shutil
import struct
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from llamahub.backup import BackupError, Damaged, Manifest, NotEmpty, NotSupported, export, restore, verify
from llamahub.backup.manifest import Member
from llamahub.backup.writing import RIGHTS, TIME, ZipWriter

from . import site

pytestmark = pytest.mark.django_db(transaction=True)

# Small, so that every member can be broken in every way: the site is planted once for all tests of this file.
RELEASES = "fixtures/models_catalog.release.json"
GROUPS = "fixtures/auth.group.json"


@pytest.fixture
def archive(tmp_path) -> Path:
    site.plant()
    export(tmp_path / "site.zip", with_accounts=True)
    return tmp_path / "site.zip"


def members_of(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(members: dict[str, bytes] | list[tuple[str, bytes]], to: Path, **signs) -> Path:
    """An archive with a valid checksum at its end, whatever its members are."""
    with to.open("w+b") as file:
        writer = ZipWriter(file)
        for name, data in members.items() if isinstance(members, dict) else members:
            with writer.open(name) as member:
                member.write(data)
        writer.finish()
    return to


def signed(members: dict[str, bytes], **changes) -> dict[str, bytes]:
    """With a manifest that agrees with what the members hold now: what a forger would write."""
    manifest = Manifest.from_bytes(members["manifest.json"])
    listed = []
    for name, data in members.items():
        if name != "manifest.json":
            rows = max(data.count(b"\n") - 2, 0) if not name.startswith("media/") else 0
            listed.append(Member(name, name.partition("/")[0], rows, len(data), hashlib.sha256(data).hexdigest()))
    return members | {"manifest.json": replace(manifest, members=tuple(listed), **changes).to_bytes()}


def refusal(archive: Path) -> str:
    """What is said of it; the same for verifying and for restoring over what is there."""
    with pytest.raises(BackupError) as verified:
        verify(archive)
    with pytest.raises(BackupError) as restored:
        restore(archive, replace=True)
    assert str(restored.value) == str(verified.value)
    assert "\n" not in str(verified.value)
    return str(verified.value)


def position(archive: Path, name: str) -> tuple[int, int]:
    """Where the content of a member begins in the zip file, and its length there."""
    with zipfile.ZipFile(archive) as file:
        info = file.getinfo(name)
    header = archive.read_bytes()[info.header_offset : info.header_offset + 30]
    return info.header_offset + 30 + sum(struct.unpack("<HH", header[26:])), info.compress_size


def test_one_flipped_bit_in_any_member_is_found_and_the_member_named(archive, tmp_path):
    before, whole, chance = site.fingerprint(), archive.read_bytes(), random.Random(5)
    for name in members_of(archive):
        start, length = position(archive, name)
        broken = bytearray(whole)
        broken[start + chance.randrange(length)] ^= 1 << chance.randrange(8)
        (tmp_path / "broken.zip").write_bytes(broken)
        assert name in refusal(tmp_path / "broken.zip")
    assert site.fingerprint() == before


def test_a_removed_member_is_named(archive, tmp_path):
    before, members = site.fingerprint(), members_of(archive)
    for name in members:
        left = {other: data for other, data in members.items() if other != name}
        assert name in refusal(packed(left, tmp_path / "broken.zip"))
    assert site.fingerprint() == before


def test_a_shortened_member_is_named(archive, tmp_path):
    before, members = site.fingerprint(), members_of(archive)
    for name, data in members.items():
        assert name in refusal(packed(members | {name: data[: len(data) // 2]}, tmp_path / "broken.zip"))
    assert site.fingerprint() == before


def test_an_archive_that_is_cut_off_names_the_member_where_it_ends(archive, tmp_path):
    whole = archive.read_bytes()
    for name in members_of(archive):
        start, length = position(archive, name)
        (tmp_path / "broken.zip").write_bytes(whole[: start + length // 2])
        assert name in refusal(tmp_path / "broken.zip")


def test_flipped_bits_anywhere_are_found(archive, tmp_path):
    """Also between the members, where no member’s checksum looks, and in bits that mean nothing."""
    before, whole, chance = site.fingerprint(), archive.read_bytes(), random.Random(7)
    for _ in range(60):
        broken = bytearray(whole)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        (tmp_path / "broken.zip").write_bytes(broken)
        with pytest.raises(BackupError):
            verify(tmp_path / "broken.zip")
    assert site.fingerprint() == before


def test_every_file_of_a_folder_is_checked_as_well(archive, tmp_path):
    folder = tmp_path / "folder"
    export(folder, with_accounts=True, directory=True)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(Damaged, match=name):
            verify(folder)
        path.unlink()
        with pytest.raises(Damaged, match=name):
            verify(folder)
        path.write_bytes(data)
    verify(folder)
    (folder / "fixtures" / "extra.json").symlink_to("/etc/passwd")
    with pytest.raises(Damaged, match=r"fixtures/extra\.json is a link"):
        verify(folder)


def swapped(members):
    return members | {RELEASES: members[GROUPS], GROUPS: members[RELEASES]}


def extra(members):
    return members | {"fixtures/more.json": b"[\n]\n"}


def extra_and_signed(members):
    return signed(members | {"fixtures/editorial.nothing.json": b"[\n]\n"})


def twice(members):
    return [*members.items(), (GROUPS, members[GROUPS])]


def outside(members):
    return signed(members | {"media/../../outside.png": b"x"})


def absolute(members):
    return signed(members | {"/tmp/outside.png": b"x"})


def hidden(members):
    return signed(members | {"media/.held-1/x.png": b"x"})


def backslash(members):
    return signed(members | {"media\\..\\outside.png": b"x"})


def control(members):
    return signed(members | {"media/a\nb.png": b"x"})


def unnamed_picture(members):
    return signed(members | {"media/images/0123456789ab/0123456789abcdef.png": b"x"})


def deep(members):
    return signed(members | {GROUPS: b"[\n" + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n]\n"})


def deep_manifest(members):
    return members | {"manifest.json": b"[" * 100_000 + b"]" * 100_000}


def another_model(members):
    return signed(members | {GROUPS: members[GROUPS].replace(b'"auth.group"', b'"auth.user"')})


def another_field(members):
    return signed(members | {GROUPS: members[GROUPS].replace(b'"name"', b'"is_superuser"')})


def no_json(members):
    return signed(members | {GROUPS: b"[\nnot json\n]\n"})


def not_a_number(members):
    return signed(members | {RELEASES: re.sub(rb'"context_tokens": \w+', b'"context_tokens": NaN', members[RELEASES])})


def a_very_long_row(members):
    return signed(members | {GROUPS: b"[\n" + b" " * (80 << 20) + b"\n]\n"})


def from_tomorrow(members):
    return members | {"manifest.json": b'{"format": 99, "whatever": true}'}


def newer(members):
    known = Manifest.from_bytes(members["manifest.json"]).migrations
    return signed(members, migrations=known | {"editorial": "9999_more"})


def of_another_app(members):
    known = Manifest.from_bytes(members["manifest.json"]).migrations
    return signed(members, migrations=known | {"shop": "0001_initial"})


HOSTILE = {
    swapped: GROUPS,
    extra: "fixtures/more.json",
    extra_and_signed: "fixtures/editorial.nothing.json",
    twice: GROUPS,
    outside: "media/../../outside.png",
    absolute: "/tmp/outside.png",
    hidden: "media/.held-1/x.png",
    backslash: "media",
    control: "media/a",
    unnamed_picture: "media/images/0123456789ab/0123456789abcdef.png",
    deep: GROUPS,
    deep_manifest: "manifest.json",
    another_model: GROUPS,
    another_field: GROUPS,
    no_json: GROUPS,
    not_a_number: RELEASES,
    a_very_long_row: GROUPS,
    from_tomorrow: "format 99",
    newer: "9999_more",
    of_another_app: "shop",
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_archive_is_refused_by_the_name_of_what_is_wrong(archive, tmp_path):
    before, members = site.fingerprint(), members_of(archive)
    for change, named in HOSTILE.items():
        said = refusal(packed(change(dict(members)), tmp_path / "broken.zip"))
        assert named in said, (change.__name__, said)
        if change in {from_tomorrow, newer, of_another_app}:
            assert "update the hub" in said.lower(), said
    assert site.fingerprint() == before
    assert not (tmp_path / "outside.png").exists()
    assert not Path("/tmp/outside.png").exists()


def test_a_link_in_a_zip_is_refused(archive, tmp_path):
    with zipfile.ZipFile(archive) as file, (tmp_path / "broken.zip").open("w+b") as to:
        writer = ZipWriter(to)
        for name in file.namelist():
            info = zipfile.ZipInfo(name, TIME)
            info.external_attr = (0o120777 << 16) if name == GROUPS else RIGHTS
            with writer._zip.open(info, "w", force_zip64=True) as member:
                member.write(b"/etc/passwd" if name == GROUPS else file.read(name))
        writer.finish()
    assert f"{GROUPS} is a link" in refusal(tmp_path / "broken.zip")


def test_rows_that_the_database_refuses_change_nothing(archive, tmp_path):
    """Rightly signed, and against a rule that only the database knows."""
    before, members = site.fingerprint(), members_of(archive)
    members[RELEASES] = members[RELEASES].replace(b'"status": "available"', b'"status": "imaginary"')
    packed(signed(members), tmp_path / "broken.zip")
    verify(tmp_path / "broken.zip")
    with pytest.raises(Damaged, match="models_catalog.release.json has rows that the database refuses"):
        restore(tmp_path / "broken.zip", replace=True)
    assert site.fingerprint() == before


def test_rows_that_do_not_fit_together_change_nothing(archive, tmp_path):
    before, members = site.fingerprint(), members_of(archive)
    members["fixtures/editorial.author.json"] = b"[\n]\n"
    packed(signed(members), tmp_path / "broken.zip")
    with pytest.raises(BackupError, match="Nothing was changed"):
        restore(tmp_path / "broken.zip", replace=True)
    assert site.fingerprint() == before


def test_a_bomb_is_refused_at_once(archive, tmp_path):
    """Two gigabytes from two megabytes, rightly listed."""
    members = members_of(archive)
    size, block = 2 << 30, bytes(1 << 20)
    digest = hashlib.sha256()
    with (tmp_path / "bomb.zip").open("w+b") as file:
        writer = ZipWriter(file)
        for name, data in members.items():
            if name not in {GROUPS, "manifest.json"}:
                with writer.open(name) as member:
                    member.write(data)
        with writer.open(GROUPS) as member:
            for _ in range(size // len(block)):
                member.write(block)
                digest.update(block)
        manifest = Manifest.from_bytes(members["manifest.json"])
        listed = [m for m in manifest.members if m.name != GROUPS]
        listed.append(Member(GROUPS, "fixtures", 2, size, digest.hexdigest()))
        with writer.open("manifest.json") as member:
            member.write(replace(manifest, members=tuple(listed)).to_bytes())
        writer.finish()
    assert (tmp_path / "bomb.zip").stat().st_size < 3 << 20
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert f"{GROUPS} would grow" in refusal(tmp_path / "bomb.zip")
    assert time.monotonic() - began < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_fifty_thousand_members_are_refused_in_bounded_time_and_memory(archive, tmp_path):
    many = {f"media/images/{n:012x}/0.png": b"" for n in range(50_000)}
    packed(members_of(archive) | many, tmp_path / "many.zip")
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert "is not in the manifest" in refusal(tmp_path / "many.zip")
    assert time.monotonic() - began < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


@pytest.mark.parametrize("data", [b"", b"PK", b"not an archive", b"PK\5\6" + bytes(18), bytes(100_000)])
def test_what_is_no_archive_at_all_is_refused(tmp_path, data):
    (tmp_path / "broken.zip").write_bytes(data)
    with pytest.raises(Damaged, match="is no export of this hub"):
        verify(tmp_path / "broken.zip")


def test_somebody_elses_zip_or_folder_is_refused(tmp_path):
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("readme.txt", "hello")
    (tmp_path / "other.zip").write_bytes(other.getvalue())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "readme.txt").write_text("hello")
    for name in ("other.zip", "folder"):
        with pytest.raises(BackupError):
            verify(tmp_path / name)
    with pytest.raises(BackupError, match="does not exist"):
        verify(tmp_path / "nothing.zip")


def test_the_command_says_it_in_one_line(archive, tmp_path):
    shutil.copy(archive, tmp_path / "broken.zip")
    with (tmp_path / "broken.zip").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(CommandError) as error:
        call_command("import_fixtures", tmp_path / "broken.zip", verify_only=True)
    assert "\n" not in str(error.value)


def test_a_site_with_content_is_not_overwritten_by_mistake(archive):
    before = site.fingerprint()
    with pytest.raises(NotEmpty, match="--replace"):
        restore(archive)
    assert site.fingerprint() == before


def test_a_manifest_that_says_something_else_about_itself_is_refused(archive, tmp_path):
    members = members_of(archive)
    values = json.loads(members["manifest.json"])
    values["with_accounts"] = False
    members["manifest.json"] = json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    assert "manifest.json does not match its own checksum" in refusal(packed(members, tmp_path / "broken.zip"))


def test_a_site_that_lacks_migrations_itself_takes_nothing_in(archive):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT max(name) FROM django_migrations WHERE app = 'editorial'")
        [newest] = cursor.fetchone()
        cursor.execute("DELETE FROM django_migrations WHERE app = 'editorial' AND name = %s", [newest])
    try:
        with pytest.raises(NotSupported, match="manage.py migrate"):
            restore(archive, replace=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('editorial', %s, now())", [newest]
            )
