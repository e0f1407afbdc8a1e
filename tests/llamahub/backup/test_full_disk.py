"""A disk that is full: one clear error, nothing lost, nothing left, and the next try works."""

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from llamahub.backup import NoSpace, export, restore
from tests.factories import make_image, picture_file

from . import site

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = 256 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 kB, and a way to fill it but for some bytes."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"may not mount a file system: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path, *, leave: int) -> Path:
    free = os.statvfs(place)
    (place / "filler").write_bytes(bytes(max(free.f_bavail * free.f_frsize - leave, 0)))
    return place / "filler"


@pytest.mark.parametrize("directory", [False, True])
def test_an_export_onto_a_full_disk_leaves_nothing(small_disk, directory):
    site.plant()
    filler = fill(small_disk, leave=8192)
    with pytest.raises(NoSpace, match="No space left"):
        export(small_disk / "site", directory=directory)
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    filler.unlink()
    export(small_disk / "site.zip")


def test_an_export_onto_a_full_disk_keeps_the_older_one(small_disk):
    (small_disk / "site.zip").write_text("older")
    site.plant()
    fill(small_disk, leave=4096)
    with pytest.raises(NoSpace):
        export(small_disk / "site.zip")
    assert (small_disk / "site.zip").read_text() == "older"


def test_pictures_that_do_not_fit_are_refused_before_anything_is_written(small_disk, tmp_path):
    site.plant()
    make_image(file=picture_file("PNG", (150, 150), "red"))
    Path(next(settings.MEDIA_ROOT.rglob("*.png")))
    export(tmp_path / "site.zip", with_accounts=True)
    site.empty()
    before = site.fingerprint()
    settings.MEDIA_ROOT = small_disk
    filler = fill(small_disk, leave=0)
    with pytest.raises(NoSpace):
        restore(tmp_path / "site.zip")
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    filler.unlink()
    restore(tmp_path / "site.zip")
    assert set(site.media()) == site.names_of_pictures()
    assert before != site.fingerprint()


def test_a_disk_that_fills_up_meanwhile_brings_back_what_was(small_disk, tmp_path, monkeypatch):
    """Somebody else was quicker than the look at what is free."""
    site.plant()
    make_image(file=picture_file("PNG", (150, 150), "red"))
    export(tmp_path / "site.zip", with_accounts=True)
    site.empty()
    settings.MEDIA_ROOT = small_disk
    before = site.fingerprint()
    monkeypatch.setattr("llamahub.backup.media.check_room", lambda manifest: fill(small_disk, leave=4096))
    with pytest.raises(NoSpace, match="Nothing was changed"):
        restore(tmp_path / "site.zip")
    (small_disk / "filler").unlink()
    assert site.fingerprint() == before
    assert not site.media()
