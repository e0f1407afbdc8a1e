"""Pictures in the newsroom: what an editor meets who adds, replaces and deletes them."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image as Pixels

from editorial.models import Edition, Image
from tests.editorial.pictures.hostile import HOSTILE, PHP, PLACE, SCRIPT
from tests.factories import make_edition, make_image, make_live_article, make_notice, make_user, picture_file
from tests.llamahub.admin.entries import address, errors_of, filled_in

pytestmark = pytest.mark.django_db
WORDS = {"alt": "A llama", "slug": "a-llama", "credit": "LlamaHub editors", "license": "CC BY 4.0"}
POINT = {"focal_x": "0.5", "focal_y": "0.5"}


@pytest.fixture
def editor(client):
    client.force_login(user := make_user("Editor"))
    return user


@pytest.fixture
def publisher(client):
    client.force_login(user := make_user("Publisher"))
    return user


def upload(data: bytes, name: str = "picture.png") -> SimpleUploadedFile:
    file = SimpleUploadedFile("x", data, content_type="image/png")
    file._name = name  # the class would clean it; a browser need not
    return file


def add(client, **fields):
    return client.post(address(Image, "add"), {**WORDS, **POINT, **fields})


def change(client, image, **fields):
    form = filled_in(client.get(address(Image, "change", image.pk)), Image)
    return client.post(address(Image, "change", image.pk), {**form, **fields})


def files_in(uploads) -> set[str]:
    return {path.relative_to(uploads).as_posix() for path in uploads.rglob("*") if path.is_file()}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_beside_the_field_or_becomes_a_picture(client, editor, uploads, name):
    hostile = HOSTILE[name]
    response = add(client, file=upload(hostile.make(), hostile.name))
    if hostile.taken:
        assert response.status_code == 302, errors_of(response)
        image = Image.objects.get()
        data = (uploads / image.file.name).read_bytes()
        with Pixels.open(BytesIO(data)) as picture:
            assert picture.size == (image.width, image.height)
        for trace in (SCRIPT, PHP, PLACE, b"Exif"):
            assert trace not in data
        assert files_in(uploads) == {image.file.name}
        return
    assert response.status_code == 200
    assert list(errors_of(response)) == ["file"]
    assert re.search(hostile.why, errors_of(response)["file"][0])
    assert not Image.objects.exists()
    assert files_in(uploads) == set()


def test_a_name_longer_than_any_disk_allows_is_a_bad_request(client, editor):
    assert add(client, file=upload(picture_file().read(), "a" * 10_000 + ".png")).status_code == 400


def test_more_than_any_form_takes_is_turned_away_at_the_door(client, uploads):
    """Before anybody knows who sends it, and before it fills the disk."""
    response = client.post("/admin/login/", {"file": upload(bytes(33 * 1024 * 1024))})
    assert response.status_code == 413
    assert b"larger than this hub takes" in response.content


@pytest.mark.parametrize(
    ("field", "word"), [("alt", "cannot see"), ("credit", "who made"), ("license", "license"), ("slug", "required")]
)
def test_words_are_required_and_the_error_says_why(client, editor, field, word):
    response = add(client, file=picture_file(), **{field: ""})
    assert word in errors_of(response)[field][0]


def test_a_picture_is_required(client, editor):
    assert "Choose a picture" in errors_of(add(client))["file"][0]


@pytest.mark.parametrize("value", ["1.01", "-0.1", "left", "", "NaN", "1e9", "0.555"])
def test_a_focal_point_outside_the_picture_is_refused(client, editor, value):
    errors = errors_of(add(client, file=picture_file(), focal_x=value))
    assert list(errors) == ["focal_x"]


def test_a_picture_chosen_once_need_not_be_chosen_again(client, editor, uploads):
    """A browser does not send a file twice when a form comes back for a missing word."""
    response = add(client, file=picture_file("JPEG", (30, 20), "red"), alt="")
    page = response.content.decode()
    assert "Your picture is here" in page
    waiting = re.search(r'name="waiting" value="([^"]+)"', page)[1]
    shown = re.search(r'<img src="(/media/waiting/[^"]+)"', page)[1]
    assert client.get(shown)["Content-Type"] == "image/jpeg"
    response = add(client, waiting=waiting)
    assert response.status_code == 302
    assert (Image.objects.get().width, Image.objects.get().height) == (30, 20)


def test_another_picture_may_be_chosen_instead_of_the_one_that_waits(client, editor):
    page = add(client, file=picture_file(size=(30, 20)), alt="").content.decode()
    waiting = re.search(r'name="waiting" value="([^"]+)"', page)[1]
    assert add(client, waiting=waiting, file=picture_file(size=(7, 5))).status_code == 302
    assert Image.objects.get().width == 7


@pytest.mark.parametrize(
    "forged", ["images/x.png", "../secret_key", "waiting/x.jpg", "a:b:c", "\N{SNOWMAN}", "x" * 9999]
)
def test_nobody_names_a_file_that_does_not_wait(client, editor, uploads, forged):
    (uploads.parent / "secret_key").write_text("secret")
    assert "Choose a picture" in errors_of(add(client, waiting=forged))["file"][0]


def test_the_same_picture_again_leads_to_the_one_in_the_library(client, editor):
    image = make_image(file=picture_file(color="red"), alt="Red <b>square</b>")
    [error] = errors_of(add(client, file=picture_file(color="red")))["file"]
    assert address(Image, "change", image.pk) in error
    assert "Red &lt;b&gt;square&lt;/b&gt;" in error


def test_the_form_shows_every_place_that_uses_the_picture(client, editor):
    image = make_image()
    draft = make_edition(title="The draft", image=image)
    make_live_article(edition={"title": "The article", "body": f"![]({image.address})"})
    make_notice(title="The notice", body=f"![x]({image.share.url})")
    page = client.get(address(Image, "change", image.pk)).content.decode()
    used_in = page.split('id="used-in"')[1].split("</fieldset>")[0]
    for words in ("The draft", "The article", "The notice", "Draft", "Public since"):
        assert words in used_in
    assert address(Edition, "change", draft.pk) in used_in
    assert image.markdown in page


def test_what_an_account_may_not_see_is_only_counted(client):
    from django.contrib.auth.models import Permission

    user = make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_image"]))
    client.force_login(user)
    image = make_image()
    make_edition(title="Not for everyone", image=image)
    response = client.get(address(Image, "change", image.pk))
    assert response.status_code == 200
    page = response.content.decode()
    assert "Not for everyone" not in page
    assert "1 more, which your account may not see" in page


def test_the_list_counts_articles_and_finds_pictures_without_one(client, editor):
    used, unused = make_image(alt="The used one"), make_image(alt="The other one")
    article = make_live_article(edition={"image": used})
    make_edition(article=article, body=f"![]({used.address})")
    rows = {
        image.alt: image.article_count for image in client.get(address(Image, "changelist")).context["cl"].result_list
    }
    assert rows == {"The used one": 1, "The other one": 0}
    for use, found in (("yes", used), ("no", unused)):
        shown = client.get(address(Image, "changelist"), {"use": use}).context["cl"].result_list
        assert list(shown) == [found]


def test_replacing_keeps_the_address_and_drops_the_old_file(
    client, publisher, uploads, django_capture_on_commit_callbacks
):
    image = make_image()
    make_live_article(edition={"image": image})
    client.get(image.fallback.url)
    with django_capture_on_commit_callbacks(execute=True):
        assert change(client, image, file=picture_file(size=(9, 9))).status_code == 302
    again = Image.objects.get()
    assert again.address == image.address
    assert again.width == 9
    assert files_in(uploads) == {again.file.name}


def test_what_readers_see_is_replaced_only_by_those_who_may_publish(client, editor):
    image = make_image()
    make_live_article(edition={"image": image, "title": "The article"})
    [error] = errors_of(change(client, image, file=picture_file()))["file"]
    assert "“The article”" in error
    assert "publish" in error
    assert Image.objects.get().file.name == image.file.name
    assert change(client, image, credit="Somebody else").status_code == 302  # words may be put right


def test_an_editor_replaces_a_picture_of_drafts(client, editor):
    image = make_image()
    make_edition(image=image)
    assert change(client, image, file=picture_file(size=(9, 9))).status_code == 302
    assert Image.objects.get().width == 9


@pytest.mark.parametrize("how", ["its own page", "the list"])
def test_a_picture_in_use_is_not_deleted_and_the_page_says_where_it_is(client, publisher, how):
    image = make_image()
    make_live_article(edition={"title": "The article", "body": f"![]({image.address})"})
    if how == "its own page":
        page = client.get(address(Image, "delete", image.pk)).content.decode()
        client.post(address(Image, "delete", image.pk), {"post": "yes"})
    else:
        action = {"action": "delete_selected", "_selected_action": str(image.pk)}
        page = client.post(address(Image, "changelist"), action).content.decode()
        client.post(address(Image, "changelist"), {**action, "post": "yes"})
    assert "The article" in page
    assert Image.objects.filter(pk=image.pk).exists()


def test_an_unused_picture_is_deleted_with_its_files(client, publisher, uploads, django_capture_on_commit_callbacks):
    image = make_image()
    client.get(image.fallback.url)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(Image, "delete", image.pk), {"post": "yes"})
    assert files_in(uploads) == set()


def test_a_save_that_fails_at_the_end_leaves_no_file(client, editor, uploads, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("editorial.admin.media.ImageAdmin.log_addition", lambda *args: 1 / 0)
    assert add(client, file=picture_file()).status_code == 500
    assert files_in(uploads) == set()
    assert not Image.objects.exists()


def test_the_picture_is_given_in_the_choice_for_an_edition(client, editor):
    make_image(alt="A llama on a hill")
    query = {"app_label": "editorial", "model_name": "edition", "field_name": "image", "term": "llama"}
    [found] = client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert found["text"] == "A llama on a hill"
