"""Pictures on the pages for readers."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editorial.models import HubSection, HubSettings, Image
from tests.factories import make_hub, make_image, make_live_article, make_notice, picture_file

pytestmark = pytest.mark.django_db


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, path)
    return len(captured)


def meta(html: str, name: str) -> str:
    return re.search(rf'<meta property="{name}" content="([^"]*)">', html)[1]


@pytest.fixture
def image():
    return make_image(file=picture_file("JPEG", (1500, 1000)), alt="A llama", credit="Ada", license="CC BY 4.0")


def test_the_picture_of_an_article_comes_in_the_size_that_fits(client, image):
    article = make_live_article(edition={"image": image})
    html = page(client, article.get_absolute_url())
    [picture] = re.findall(r"<picture>.*?</picture>", html, re.DOTALL)
    assert 'type="image/webp"' in picture
    for rendition in image.original.scaled:
        assert f"{rendition.url} {rendition.width}w" in picture
    assert 'width="1500" height="1000" alt="A llama"' in picture
    assert "lazy" not in picture  # it is the first thing that one sees
    assert "<figcaption>Ada. CC BY 4.0</figcaption>" in html


def test_every_address_of_a_picture_on_a_page_is_a_picture(client, image):
    article = make_live_article(edition={"image": image, "body": f"![]({make_image().address})"})
    html = page(client, article.get_absolute_url())
    addresses = set(re.findall(r"/media/[\w/.-]+", html))
    assert len(addresses) > 6
    for url in addresses:
        assert client.get(url)["Content-Type"].startswith("image/")


def test_the_share_card_shows_the_picture_of_the_article(client, image, settings):
    html = page(client, make_live_article(edition={"image": image}).get_absolute_url())
    assert meta(html, "og:image") == settings.SITE_URL + image.share.url
    assert (meta(html, "og:image:width"), meta(html, "og:image:height")) == ("1200", "630")
    assert meta(html, "og:image:alt") == "A llama"
    without = page(client, make_live_article().get_absolute_url())
    assert "img/share" in meta(without, "og:image")


def test_pictures_in_texts_have_their_words_and_size_on_every_page(client, image):
    text = f"![]({image.address})"
    make_hub(about=text, independence=text)
    HubSection.objects.filter(kind__in=["account", "family"]).update(body=text)
    make_notice(body=text)
    article = make_live_article(edition={"body": text})
    shown = {path: page(client, path).count('width="1500" height="1000" alt="A llama"') for path in
             ("/", "/about/", "/notices/", article.get_absolute_url())}  # fmt: skip
    assert shown == {"/": 4, "/about/": 2, "/notices/": 1, article.get_absolute_url(): 1}


def test_thirty_pictures_ask_as_much_as_none(client):
    images = [make_image() for _ in range(30)]
    one = make_live_article(edition={"body": f"![]({images[0].address})"})
    many = make_live_article(edition={"body": "\n\n".join(f"![]({image.address})" for image in images)})
    none = make_live_article()
    assert queries(client, one.get_absolute_url()) == queries(client, many.get_absolute_url())
    assert queries(client, one.get_absolute_url()) == queries(client, none.get_absolute_url())


def test_the_hub_asks_once_for_the_pictures_of_each_kind_of_text(client):
    make_hub()
    make_notice()
    before = queries(client, "/")
    for _ in range(3):
        HubSection.objects.update(body=" ".join(f"![]({make_image().address})" for _ in range(4)))
        HubSettings.objects.update(independence=f"![]({make_image().address})")
        make_notice(body=f"![]({make_image().address})")
        # Sections, notices, and the statement at its foot.
        assert queries(client, "/") <= before + 3


def test_a_page_stands_without_the_files_of_its_pictures(client, image, uploads):
    article = make_live_article(edition={"image": image})
    (uploads / image.file.name).unlink()
    assert "<picture>" in page(client, article.get_absolute_url())


def test_a_picture_that_is_in_drafts_only_is_not_named_to_readers(client):
    image = make_image()
    make_hub()
    from tests.factories import make_edition

    make_edition(image=image, body=f"![]({image.address})")
    for path in ("/", "/articles/", "/sitemap.xml", "/feeds/articles.xml"):
        assert image.token not in page(client, path)


@pytest.mark.django_db(transaction=True)
def test_a_page_of_the_past_leads_to_a_picture_that_is_there(client, image):
    """The past keeps an address of the file that was replaced; it leads to the picture as it is."""
    from django.utils import timezone

    article = make_live_article(edition={"image": image})
    then = timezone.now().isoformat().replace("+00:00", "Z")
    image.file = picture_file("JPEG", (1400, 900))
    image.save()
    response = client.get(article.get_absolute_url(), {"as_of": then})
    assert response.status_code == 200
    [src] = re.findall(r'<img src="(/media/[^"]+)"', response.content.decode())
    today = Image.objects.get()
    assert src != today.fallback.url
    assert client.get(src)["Location"] == today.fallback.url
