"""Pictures in a folder and in a store that speaks S3: the same tests for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse

from editorial.content_check.links import Addresses
from editorial.models import Image
from editorial.pictures import files
from editorial.pictures.stores import StoreAway, store
from llamahub.backup import BackupError, export, restore
from llamahub.backup.drill import drill
from llamahub.environment import media_store
from tests import fake_s3
from tests.factories import make_hub, make_image, make_live_article, make_user, picture_file
from tests.llamahub.backup import site

pytestmark = pytest.mark.django_db(transaction=True)


class Folder:
    def __init__(self, root: Any) -> None:
        self.root = root

    def names(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def bucket(settings) -> Iterator[fake_s3.FakeS3]:
    with fake_s3.running() as server:
        settings.STORAGES = {**settings.STORAGES, "default": media_store(server.url)}
        yield server


@pytest.fixture(params=["folder", "bucket"])
def place(request, uploads) -> Any:
    return Folder(uploads) if request.param == "folder" else request.getfixturevalue("bucket")


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_picture_is_served_at_the_same_address_with_the_same_headers(place, client):
    image = make_image(file=picture_file("JPEG", (700, 500)))
    original = client.get(f"/media/{image.file.name}")
    assert original.status_code == 200
    assert len(content(original)) == int(original["Content-Length"])
    for rendition in image.original.all():
        made, kept = client.get(rendition.url), client.get(rendition.url)
        assert (made.status_code, kept.status_code) == (200, 200)
        assert content(made) == content(kept)
        for response in (original, made, kept):
            assert response["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert place.names() == {image.file.name, *(each.name for each in image.original.all())}
    known = client.get(rendition.url, headers={"if-modified-since": kept["Last-Modified"]})
    assert (known.status_code, content(known)) == (304, b"")
    assert client.get(image.address).status_code == 302
    assert client.get("/media/images/nothing.png").status_code == 404
    assert client.get("/media/images/../../secret").status_code == 404


def test_what_is_replaced_or_deleted_goes_with_all_that_was_made_of_it(place, client):
    image = make_image(file=picture_file("JPEG", (700, 500)))
    client.get(image.share.url)
    image.file = picture_file("JPEG", (900, 500))
    image.save()
    assert place.names() == {image.file.name}
    client.get(image.share.url)
    image.focal_x = 0
    image.save()
    assert place.names() == {image.file.name}
    image.delete()
    assert place.names() == set()


def test_a_picture_waits_while_something_else_is_put_right(place, client):
    client.force_login(make_user(is_superuser=True))
    address = reverse("admin:editorial_image_add")
    form = {"alt": "", "credit": "x", "license": "x", "slug": "x", "focal_x": "0.5", "focal_y": "0.5"}
    again = client.post(address, {**form, "file": picture_file()})
    waiting = again.context["adminform"].form.data["waiting"]
    assert client.post(address, {**form, "alt": "A field", "waiting": waiting}).status_code == 302
    assert Image.objects.get().file.name in place.names()


def test_only_what_no_picture_has_is_tidied_away(place, client, monkeypatch):
    image = make_image(file=picture_file("JPEG", (700, 500)))
    client.get(image.share.url)
    stray = f"images/{'a' * 12}/{'b' * 16}.png"
    store().put(stray, BytesIO(b"x"))
    call_command("tidy_media", stdout=StringIO())
    assert stray in place.names()
    monkeypatch.setattr(files, "GRACE", timedelta(seconds=-5))
    call_command("tidy_media", stdout=StringIO())
    assert place.names() == {image.file.name, image.share.name}


def test_a_site_comes_back_with_its_pictures(place, tmp_path):
    site.plant()
    before, pictures = site.fingerprint(), {name: read(name) for name in site.names_of_pictures()}
    export(tmp_path / "site.zip")
    for image in Image.objects.all():
        store().remove(image.file.name)
    stray = make_image(file=picture_file("JPEG", (50, 40)))
    restore(tmp_path / "site.zip", replace=True)
    assert {name: read(name) for name in site.names_of_pictures()} == pictures
    assert stray.file.name not in place.names()
    export(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "site.zip").read_bytes()
    rows = {name: digest for name, digest in site.fingerprint().items() if not name.startswith("images/")}
    assert rows.items() <= before.items()


def test_a_restore_that_fails_leaves_the_files_as_they_were(place, tmp_path, monkeypatch):
    site.plant()
    export(tmp_path / "site.zip")
    call_command("flush", verbosity=0, interactive=False)
    for name in place.names():
        store().remove(name)
    mine = make_image(file=picture_file("JPEG", (50, 40)))
    monkeypatch.setattr("llamahub.backup.restoring._Restore._load", broken)
    with pytest.raises(BackupError):
        restore(tmp_path / "site.zip", replace=True)
    assert place.names() == {mine.file.name}


def broken(*args: Any) -> None:
    raise OSError(5, "the disk failed")


@pytest.mark.slow
def test_the_drill_restores_what_lies_in_a_store_into_a_folder(bucket, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    make_hub()
    picture = make_image()
    make_live_article(slug="long-read", edition={"body": f"## One\n\n{picture.markdown}", "image": picture})
    before = bucket.names()
    verdict = drill()
    assert verdict.is_good, verdict
    assert before <= bucket.names()
    assert list(settings.DATA_DIR.iterdir()) == []


def read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


# --- A store in trouble ----------------------------------------------------------------------------------------------


@pytest.fixture
def image(bucket) -> Image:
    return make_image(file=picture_file("JPEG", (700, 500)))


@pytest.mark.parametrize("trouble", [500, 503, 403])
def test_a_picture_comes_later_and_pages_as_always(bucket, image, client, trouble):
    make_hub()
    article = make_live_article()
    bucket.trouble = trouble
    for address in (f"/media/{image.file.name}", image.share.url):
        reply = client.get(address)
        assert (reply.status_code, reply["Retry-After"], reply["Cache-Control"]) == (503, "5", "no-store")
    assert client.get(article.get_absolute_url()).status_code == 200
    bucket.trouble = None
    assert client.get(image.share.url).status_code == 200


def test_an_upload_is_refused_with_a_remedy_and_nothing_is_half_saved(bucket, image, client):
    client.force_login(make_user(is_superuser=True))
    before = bucket.names()
    bucket.trouble = 503
    form = {"alt": "A field", "credit": "x", "license": "x", "slug": "x", "focal_x": "0.5", "focal_y": "0.5"}
    reply = client.post(reverse("admin:editorial_image_add"), {**form, "file": picture_file("PNG", (9, 9))})
    assert reply.status_code == 200
    assert "The store of pictures does not answer, so nothing was saved." in reply.text
    assert "A field" in reply.text
    assert Image.objects.get() == image
    assert bucket.names() == before


def test_a_store_that_fails_between_two_requests_leaves_no_entry(bucket, image):
    bucket.trouble = 503
    with pytest.raises(StoreAway):
        make_image(file=picture_file("PNG", (9, 9)))
    assert Image.objects.get() == image


def test_exports_restores_and_tidying_say_what_is_wrong(bucket, image, tmp_path):
    export(tmp_path / "site.zip")
    bucket.trouble = 503
    with pytest.raises(BackupError, match="store of pictures"):
        export(tmp_path / "other.zip")
    with pytest.raises(BackupError, match="store of pictures"):
        restore(tmp_path / "site.zip", replace=True)
    with pytest.raises(CommandError, match="store of pictures"):
        call_command("tidy_media")
    assert [path.name for path in tmp_path.glob("*.zip")] == ["site.zip"]
    assert Image.objects.get() == image


def test_a_picture_that_goes_while_it_is_exported_ends_the_export(bucket, image, tmp_path, monkeypatch):
    from llamahub.backup import bucket as place

    monkeypatch.setattr(place, "_opened", lambda name: None)
    with pytest.raises(BackupError, match="export again"):
        export(tmp_path / "site.zip")
    assert not list(tmp_path.glob("*.zip"))


def test_nobody_is_told_that_a_link_is_dead_because_the_store_is(bucket, image):
    bucket.trouble = 503
    assert Addresses._is_file(f"/media/{image.file.name}")
    bucket.trouble = None
    assert not Addresses._is_file("/media/images/nothing.png")


def test_a_store_where_nobody_answers_is_no_error_of_ours(client, settings, free_port):
    url = f"s3://key:secret@pictures?endpoint=http://127.0.0.1:{free_port}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "default": media_store(url)}
    reply = client.get("/media/images/nothing.png")
    assert (reply.status_code, reply["Retry-After"]) == (503, "5")
