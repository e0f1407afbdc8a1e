"""Files come and go with their entries: none is lost, and none is left."""

import os
import threading
import time
from contextlib import suppress

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from editorial.models import Image
from editorial.pictures import Refused, files, intake
from tests.factories import make_edition, make_image, make_live_article, make_notice, picture_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What is done in the block is committed."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def on_disk(uploads) -> set[str]:
    return {path.relative_to(uploads).as_posix() for path in uploads.rglob("*") if path.is_file()}


def test_the_name_is_drawn_by_lot_and_never_the_senders(uploads):
    image = make_image(file=ContentFile(picture_file().read(), name="../My holiday.php.png"))
    folder, token, name = image.file.name.split("/")
    assert (folder, token) == ("images", image.token)
    assert len(token) == 12
    assert set(name.removesuffix(".png")) <= set("0123456789abcdef")
    assert on_disk(uploads) == {image.file.name}


def test_whoever_saves_a_picture_has_it_taken_in():
    with pytest.raises(Refused):
        make_image(file=ContentFile(b"<svg/>", name="a.png"))
    with pytest.raises(ValueError, match="takes the upload in first"), transaction.atomic():
        Image.objects.bulk_create([Image(slug="x", file=picture_file(), width=1, height=1)])
    assert not Image.objects.exists()


def test_a_row_made_past_the_code_has_a_token_of_its_own():
    with connection.cursor() as cursor:
        for slug in ("a", "b"):
            cursor.execute(
                "INSERT INTO editorial_image (slug, file, width, height, alt, credit, license, focal_x, focal_y) "
                "VALUES (%s, 'images/x.png', 1, 1, 'x', 'x', 'x', 0.5, 0.5)",
                [slug],
            )
    tokens = set(Image.objects.values_list("token", flat=True))
    assert len(tokens) == 2
    assert all(len(token) == 12 for token in tokens)


def test_replacing_removes_the_old_file_and_all_that_was_made_of_it(client, uploads, committed):
    image = make_image(file=picture_file("JPEG", (700, 500)))
    for rendition in image.original.all():
        client.get(rendition.url)
    assert len(on_disk(uploads)) > 4
    address = image.address
    with committed():
        image.file = picture_file("JPEG", (900, 500))
        image.save()
    assert on_disk(uploads) == {image.file.name}
    image.refresh_from_db()
    assert (image.address, image.width) == (address, 900)


def test_deleting_removes_every_file(client, uploads, committed):
    kept, gone = make_image(), make_image()
    client.get(gone.fallback.url)
    with committed():
        gone.delete()
    assert on_disk(uploads) == {kept.file.name}


def test_deleting_many_at_once_removes_their_files(uploads, committed):
    make_image()
    make_image()
    with committed():
        Image.objects.all().delete()
    assert on_disk(uploads) == set()


def replaced(image):
    image.file = picture_file()
    image.save()


@pytest.mark.parametrize("change", [Image.delete, replaced])
def test_what_is_rolled_back_loses_nothing(uploads, committed, change):
    image = make_image()
    name = image.file.name
    with committed(), transaction.atomic():
        change(Image.objects.get())
        transaction.set_rollback(True)
    assert name in on_disk(uploads)
    assert Image.objects.get().file.name == name


def test_a_picture_that_the_database_refuses_leaves_no_file(uploads):
    make_image(slug="taken")
    before = on_disk(uploads)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_image(slug="taken")
    assert on_disk(uploads) == before


def test_the_same_picture_is_kept_once():
    make_image(file=picture_file(color="red"))
    with pytest.raises(IntegrityError, match="picture_is_kept_once"), transaction.atomic():
        make_image(file=picture_file(color="red"))


def test_saving_words_leaves_the_file_alone(uploads, committed):
    image = make_image()
    before = on_disk(uploads)
    with committed():
        image.alt = "Other words"
        image.save()
    assert on_disk(uploads) == before


def test_a_picture_in_use_is_not_deleted():
    at_the_head, in_a_text, in_a_notice, unused = (make_image() for _ in range(4))
    make_edition(image=at_the_head)
    make_live_article(edition={"body": f"![]({in_a_text.address})"})
    make_notice(body=f"![x]({in_a_notice.fallback.url})")
    for image in (at_the_head, in_a_text, in_a_notice):
        with pytest.raises(ProtectedError), transaction.atomic():
            image.delete()
        assert len(list(image.uses())) == 1
    with pytest.raises(ProtectedError), transaction.atomic():
        Image.objects.all().delete()
    unused.delete()
    assert Image.objects.count() == 3


def test_used_and_unused_pictures_are_told_apart():
    at_the_head, in_a_text, unused = (make_image() for _ in range(3))
    article = make_live_article(
        edition={"image": at_the_head, "body": f"![]({in_a_text.address}) ![]({in_a_text.address})"}
    )
    make_edition(article=article, body=f"![]({in_a_text.fallback.url})")
    assert set(Image.objects.used()) == {at_the_head, in_a_text}
    assert set(Image.objects.unused()) == {unused}
    assert Image.objects.articles() == {at_the_head.token: 1, in_a_text.token: 1}


def age(path, hours):
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_tidying_removes_what_no_picture_has_after_a_day(client, uploads, capsys):
    image, deleted = make_image(), make_image()
    client.get(image.fallback.url)
    client.get(image.share.url)
    kept = on_disk(uploads) - {deleted.file.name}
    Image.objects.filter(pk=deleted.pk)._raw_delete("default")
    files.put_waiting(intake.read(picture_file()))
    (uploads / "images" / image.token / ".half").write_bytes(b"x")
    (uploads / "images" / image.token / ("f" * 16 + "-320.webp")).write_bytes(b"x")
    everything = on_disk(uploads)
    call_command("tidy_media")
    assert on_disk(uploads) == everything
    for name in everything:
        age(uploads / name, 25)
    call_command("tidy_media")
    assert on_disk(uploads) == kept
    assert "Removed 4 files" in capsys.readouterr().out


def test_a_file_is_never_seen_half_written(uploads):
    """Readers ask for a file while it is being written."""
    sizes, stop = set(), threading.Event()
    path = uploads / "images/x/y.jpg"

    def look():
        while not stop.is_set():
            with suppress(FileNotFoundError):
                sizes.add(path.stat().st_size)

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(20):
        files.put("images/x/y.jpg", bytes(2_000_000))
        files.remove("images/x/y.jpg")
    stop.set()
    thread.join()
    assert sizes <= {2_000_000}


@pytest.mark.django_db(transaction=True)
def test_two_who_replace_a_picture_at_once_leave_one_file(uploads):
    image = make_image()
    ready = threading.Barrier(2)

    def replace():
        mine = Image.objects.get(pk=image.pk)
        mine.file = picture_file()
        ready.wait(10)
        mine.save()
        connection.close()

    threads = [threading.Thread(target=replace) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert on_disk(uploads) == {Image.objects.get().file.name}
