"""What readers are sent of a picture, and at which addresses."""

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image as Pixels

from editorial.models import Image
from editorial.pictures import Original
from editorial.pictures.renditions import WIDTHS
from tests.factories import make_image, picture_file

pytestmark = pytest.mark.django_db


def original(width=2000, height=1000, focal=(50, 50), name="images/0123456789ab/0123456789abcdef.jpg") -> Original:
    return Original("0123456789ab", name, width, height, focal)


def get(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, url
    return response


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_widths_go_up_to_the_pictures_own_and_never_beyond():
    assert original(width=5000).widths == list(WIDTHS)
    assert original(width=1500).widths == [320, 640, 960, 1280, 1500]
    assert original(width=650).widths == [320, 650]
    assert original(width=2).widths == [2]


def test_there_are_eight_files_at_most():
    for width in range(1, 4000, 37):
        assert len({each.name for each in original(width=width, height=700).all()}) <= 8


@pytest.mark.parametrize(
    ("focal", "box"),
    [
        ((50, 50), (48, 0, 1952, 1000)),
        ((0, 0), (0, 0, 1904, 1000)),
        ((100, 100), (95, 0, 2000, 1000)),
    ],
)
def test_a_crop_lies_around_the_focal_point_and_inside_the_picture(focal, box):
    share = original(focal=focal).share
    assert all(abs(a - b) <= 1 for a, b in zip(share.box, box, strict=True))
    assert (share.width, share.height) == (1200, 630)


def test_a_crop_is_never_blown_up():
    share = original(width=600, height=600).share
    assert (share.width, share.height) == (600, 315)
    assert original(width=1, height=1).share.box == (0, 0, 1, 1)


def test_every_rendition_is_what_its_address_says(client):
    image = make_image(file=picture_file("JPEG", (1500, 1000)))
    assert len(image.original.all()) == 8
    for rendition in image.original.all():
        response = get(client, rendition.url)
        with Pixels.open(BytesIO(body(response))) as picture:
            assert picture.size == (rendition.width, rendition.height)
            assert picture.get_format_mimetype() == response["Content-Type"]
            assert not picture.getexif()
        again = get(client, rendition.url)
        assert again.streaming  # from the disk
        for answer in (response, again):
            assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
            assert not answer.cookies


def test_a_drawing_keeps_its_transparency_except_on_share_cards(client):
    data = BytesIO()
    Pixels.new("RGBA", (700, 500), (255, 0, 0, 0)).save(data, "PNG")
    file = ContentFile(data.getvalue(), name="x.png")
    image = make_image(file=file)
    with Pixels.open(BytesIO(body(get(client, image.fallback.url)))) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
    with Pixels.open(BytesIO(body(get(client, image.original.scaled[0].url)))) as picture:
        assert picture.mode == "RGBA"
    with Pixels.open(BytesIO(body(get(client, image.share.url)))) as picture:
        assert picture.getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize(
    "change",
    [
        ("-320.", "-321."), ("-320.", "-99999."), ("-320.", "-0."), (".webp", ".jpg"), (".webp", ".avif"),
        (".webp", ".php"), ("-320.", "-poster."), ("-320.", "-320x200."), ("-320.", "-."),
        ("images/", "images//"), ("-320.webp", ".webp"), ("-320.webp", ""),
    ],
)  # fmt: skip
def test_nobody_makes_a_file_of_their_own(client, uploads, change):
    image = make_image(file=picture_file("JPEG", (1500, 1000)))
    files = {*uploads.rglob("*")}
    get(client, image.original.scaled[0].url.replace(*change), 404)
    assert {*uploads.rglob("*")} == files


def test_the_pictures_own_address_leads_to_what_readers_get(client):
    image = make_image()
    response = get(client, image.address, 302)
    assert response["Location"] == image.fallback.url
    assert response["Cache-Control"] == "public, max-age=300"
    get(client, image.fallback.url)
    assert get(client, image.address, 302)["Location"] == image.fallback.url
    get(client, "/media/images/000000000000", 404)


def test_addresses_of_an_earlier_version_lead_to_the_new_one(client, django_capture_on_commit_callbacks):
    image = make_image(file=picture_file("JPEG", (1500, 1000)))
    old = image.original
    for rendition in old.all():
        get(client, rendition.url)
    with django_capture_on_commit_callbacks(execute=True):
        image.file = picture_file("PNG", (800, 800))
        image.save()
    new = Image.objects.get().original
    assert new.version != old.version
    leads = {each.url: get(client, each.url, 302)["Location"] for each in old.all()}
    assert leads[old.scaled[0].url] == new.scaled[0].url
    assert leads[old.scaled[-1].url] == new.scaled[-1].url
    assert leads[old.fallback.url] == new.fallback.url
    assert leads[old.share.url] == new.share.url
    assert get(client, f"/media/{old.name}", 302)["Location"] == new.fallback.url


def test_moving_the_focal_point_moves_the_share_card(client, uploads, django_capture_on_commit_callbacks):
    image = make_image(file=picture_file("JPEG", (1500, 1000)))
    before = image.share
    get(client, before.url)
    with django_capture_on_commit_callbacks(execute=True):
        image.focal_x = "0.9"
        image.save()
    assert not (uploads / before.name).exists()
    assert get(client, before.url, 302)["Location"] == image.share.url
    get(client, image.share.url)


def test_a_crop_around_another_point_is_not_made(client, uploads):
    image = make_image()
    files = {*uploads.rglob("*")}
    for point in ("0x0", "51x50", "100x100", "999x999"):
        assert get(client, image.share.url.replace("50x50", point), 302)["Location"] == image.share.url
    assert {*uploads.rglob("*")} == files


def test_a_lost_file_is_not_found_and_no_error(client, uploads, caplog):
    image = make_image()
    (uploads / image.file.name).unlink()
    for rendition in image.original.all():
        get(client, rendition.url, 404)
    assert "cannot be read" in caplog.text


def test_a_full_disk_costs_no_reader_the_picture(client, monkeypatch):
    image = make_image()

    def full(name, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("editorial.pictures.files.put", full)
    assert get(client, image.fallback.url)["Content-Type"] == "image/png"


def test_a_picture_from_before_tokens_is_served_as_it_lies(client, uploads):
    """Its file keeps its old name; what is derived from it lies under its token."""
    image = make_image(file=picture_file("JPEG", (1500, 1000)))
    old = uploads / "images/2026/01/Büro.jpg"
    old.parent.mkdir(parents=True)
    old.write_bytes((uploads / image.file.name).read_bytes())
    Image.objects.update(file="images/2026/01/Büro.jpg", digest="")
    image = Image.objects.get()
    get(client, image.file.url)
    for rendition in image.original.all():
        assert re.search(r"/0{16}-", rendition.url)
        get(client, rendition.url)


@pytest.mark.parametrize(
    "path",
    [
        "../settings.py", "images/../../secret_key", "images/%2e%2e/%2e%2e/secret_key", "/etc/passwd", "images/\\..\\..",
        "images/0123456789ab/../../../x", "images", "images/", "waiting/", "images/" + "a" * 5000,
        "images/0123456789AB", "images/0123456789ab/0123456789abcdef-" + "9" * 4000 + ".webp",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_uploads(client, uploads, path):
    uploads.mkdir(exist_ok=True)
    (uploads.parent / "secret_key").write_text("secret")
    assert client.get(f"/media/{path}").status_code in {404, 400, 301}


def test_only_reading_is_possible(client):
    assert client.post(make_image().fallback.url).status_code == 405
