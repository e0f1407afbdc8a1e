"""Any two editions side by side, and the text of an old one as a new draft."""

import pytest
from django.urls import reverse
from django.utils import timezone

from editorial.models import Edition
from tests.factories import make_article, make_edition, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(client):
    client.force_login(make_user("Editor"))
    article = make_article()
    for number, title in enumerate(("It has 8 billion", "It has 70 billion", "It has <i>405</i> billion"), start=1):
        make_edition(article=article, number=number, title=title, status="approved", publish_at=timezone.now())
    return article


def compared(client, article, number, **query):
    edition = article.editions.get(number=number)
    return client.get(reverse("admin:editorial_edition_compare", args=[edition.pk]), query).content.decode()


def test_an_edition_is_compared_with_the_one_before(client, article):
    page = compared(client, article, 2)
    assert "It has <del>8</del> billion" in page
    assert "It has <ins>70</ins> billion" in page


def test_or_with_any_other(client, article):
    assert "It has <del>8</del> billion" in compared(client, article, 3, **{"with": "1"})
    assert "It has <del>8</del> billion" in compared(client, article, 1, **{"with": "2"})


def test_hostile_text_is_text(client, article):
    page = compared(client, article, 3)
    assert "<i>405" not in page
    assert "&lt;" in page


@pytest.mark.parametrize("nonsense", ["99", "x", "-1", "1' OR 1=1"])
def test_an_edition_that_does_not_exist_is_said(client, article, nonsense):
    assert "has no edition of that number" in compared(client, article, 2, **{"with": nonsense})


def test_the_only_edition_has_nothing_to_be_compared_with(client):
    client.force_login(make_user("Editor"))
    edition = make_edition()
    page = client.get(reverse("admin:editorial_edition_compare", args=[edition.pk])).content.decode()
    assert "no other edition" in page


def test_an_old_text_comes_back_as_a_draft(client, article):
    old = article.editions.get(number=1)
    client.post(reverse("admin:editorial_edition_bring_back", args=[old.pk]))
    draft = Edition.objects.open().get()
    assert (draft.number, draft.title) == (4, "It has 8 billion")


def test_but_not_over_an_open_draft(client, article):
    draft = make_edition(article=article, number=4, title="Being written")
    old = article.editions.get(number=1)
    page = client.post(reverse("admin:editorial_edition_bring_back", args=[old.pk]), follow=True).content.decode()
    assert "has an open draft" in page
    draft.refresh_from_db()
    assert draft.title == "Being written"


@pytest.mark.parametrize("name", ["compare", "bring_back"])
def test_staff_without_rights_are_refused(client, article, name):
    client.force_login(make_user())
    url = reverse(f"admin:editorial_edition_{name}", args=[article.editions.first().pk])
    assert client.get(url).status_code in {403, 405}
    assert client.post(url).status_code == 403
