"""An export is one moment of the site, however busy it is."""

import json
import threading
import time
import zipfile

import pytest
from django.conf import settings
from django.db import connection, transaction

from editorial.models import Image
from llamahub.backup import BackupError, export, verify
from models_catalog.models import RecordedChange, Release, Source
from tests.factories import make_image, make_release, make_source, picture_file

from . import site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer():
    """Changes two rows at once, and a picture with its file, as fast as it can; how long the longest change took."""
    make_release(slug="pair", name="0")
    make_source(slug="pair", title="0")
    make_image(slug="pair", alt="0")
    stop, longest = threading.Event(), [0.0]

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            began = time.monotonic()
            with transaction.atomic():
                Release.objects.filter(slug="pair").update(name=str(number))
                Source.objects.filter(slug="pair").update(title=str(number))
            longest[0] = max(longest[0], time.monotonic() - began)
            if number % 5 == 0:
                picture = Image.objects.get(slug="pair")
                picture.file, picture.alt = picture_file(), str(number)
                picture.save()
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    yield longest
    stop.set()
    thread.join()


def test_no_export_is_torn_while_somebody_writes(writer, tmp_path, rounds):
    for _ in range(rounds(50)):
        export(tmp_path / "site.zip")
        verify(tmp_path / "site.zip")  # every picture that a row names is there
        [release] = site.rows_of(tmp_path / "site.zip", "fixtures/models_catalog.release.json")
        [source] = site.rows_of(tmp_path / "site.zip", "fixtures/models_catalog.source.json")
        changes = site.rows_of(tmp_path / "site.zip", "records/models_catalog.recordedchange.json")
        newest = {c["fields"]["table"]: c["fields"]["row"] for c in changes if c["fields"]["superseded_at"] is None}
        number = release["fields"]["name"]
        assert source["fields"]["title"] == number
        assert newest["models_catalog_release"]["name"] == number
        assert newest["models_catalog_source"]["title"] == number
    assert not list(settings.MEDIA_ROOT.glob(".*"))


def test_a_picture_without_its_file_is_named(tmp_path):
    picture = make_image()
    (settings.MEDIA_ROOT / picture.file.name).unlink()
    with pytest.raises(BackupError, match=f"media/{picture.file.name} is named by an entry"):
        export(tmp_path / "site.zip")
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".export*")) == []


def test_times_are_those_of_the_content(tmp_path):
    make_release()
    manifest = export(tmp_path / "site.zip")
    assert manifest.made_at == RecordedChange.objects.latest("at").at


def test_an_export_is_readable_for_its_owner_only(tmp_path):
    export(tmp_path / "site.zip")
    export(tmp_path / "site", directory=True)
    assert (tmp_path / "site.zip").stat().st_mode & 0o077 == 0
    assert (tmp_path / "site").stat().st_mode & 0o077 == 0


def test_an_export_takes_the_place_of_an_older_one_but_not_of_a_folder(tmp_path):
    (tmp_path / "site.zip").write_text("older")
    export(tmp_path / "site.zip")
    verify(tmp_path / "site.zip")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        export(tmp_path / "folder", directory=True)
    with pytest.raises(BackupError, match="is a folder"):
        export(tmp_path / "folder")
    assert (tmp_path / "folder" / "mine").read_text() == "mine"


def test_the_manifest_counts_what_is_there(tmp_path):
    make_release()
    export(tmp_path / "site.zip")
    with zipfile.ZipFile(tmp_path / "site.zip") as file:
        manifest = json.loads(file.read("manifest.json"))
        assert file.testzip() is None
    assert manifest["counts"]["models_catalog.release"] == Release.objects.count()
    assert manifest["migrations"].keys() >= {"models_catalog", "editorial", "accounts", "auth"}
