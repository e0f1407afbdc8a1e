"""What an edition changes for readers, against the one that they had before."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from editorial.models import Edition
from editorial.publication import previous, publication
from models_catalog import history
from tests.factories import make_article, make_edition, make_release, make_user

pytestmark = pytest.mark.django_db

APPROVED = Edition.Status.APPROVED


def hours(n):
    return timezone.now() + timedelta(hours=n)


@pytest.fixture
def article():
    return make_article()


@pytest.fixture
def first(article):
    make_release(slug="llama-9", name="Llama 9", context_tokens=8192)
    return make_edition(
        article=article,
        title="It has 8 billion",
        body="Reads {{ llama-9.context_tokens }}.",
        status=APPROVED,
        publish_at=hours(-3),
    )


def revise(**fields):
    from models_catalog.models import Release

    release = Release.objects.get(slug="llama-9")
    for name, value in fields.items():
        setattr(release, name, value)
    with history.attributed(who="ada"):
        release.save()


def said(found):
    return [(each.subject, each.label, each.was, each.now) for each in found.facts]


def test_the_text_is_compared_with_what_readers_had(article, first):
    second = make_edition(article=article, title="It has 70 billion", status=APPROVED, publish_at=hours(-1))
    found = publication(second)
    assert found.before == first
    assert [label for label, _ in found.fields] == ["Title", "Body"]


def test_a_first_edition_has_nothing_before_it(first):
    assert publication(first).before is None


def test_a_higher_number_that_went_out_earlier_is_what_readers_had(article, first):
    """Scheduled out of order: what counts is when, not which number."""
    later = make_edition(article=article, status=APPROVED, publish_at=hours(-1))
    sooner = make_edition(article=article, status=APPROVED, publish_at=hours(-2))
    assert previous(later) == sooner
    assert previous(sooner) == first


def test_of_two_at_the_same_moment_the_higher_number_replaces_the_other(article, first):
    when = hours(-1)
    second = make_edition(article=article, status=APPROVED, publish_at=when)
    third = make_edition(article=article, status=APPROVED, publish_at=when)
    assert previous(third) == second
    assert previous(second) == first


def test_a_draft_is_compared_with_what_readers_have_now(article, first):
    assert previous(make_edition(article=article)) == first


def test_quoted_facts_that_changed_in_between_are_listed_with_both_values(article, first):
    second = make_edition(article=article, body="Other words.")
    revise(context_tokens=131_072)
    assert said(publication(second)) == [("Llama 9", "context window", "8K", "128K")]


def test_facts_that_no_text_quotes_are_not(article, first):
    second = make_edition(article=article, body="Other words.")
    revise(pretraining_tokens=15_000_000_000_000)
    assert said(publication(second)) == []


def test_a_fact_that_changed_and_changed_back_did_not_change(article, first):
    second = make_edition(article=article, body="Other words.")
    revise(context_tokens=131_072)
    revise(context_tokens=8192)
    assert said(publication(second)) == []


def test_what_changed_after_the_edition_went_out_is_not_its_doing(article, first):
    second = make_edition(article=article, status=APPROVED, publish_at=hours(-1))
    revise(context_tokens=131_072)
    assert said(publication(second)) == []


def test_the_page_shows_both(client, article, first):
    client.force_login(make_user("Editor"))
    second = make_edition(article=article, title="It has 70 billion", body="Other words.")
    revise(context_tokens=131_072)
    page = client.get(reverse("admin:editorial_edition_for_readers", args=[second.pk])).content.decode()
    assert "<ins>70</ins>" in page
    assert "Llama 9: context window" in page
    assert "128K" in page
    form = client.get(reverse("admin:editorial_edition_change", args=[second.pk])).content.decode()
    assert reverse("admin:editorial_edition_for_readers", args=[second.pk]) in form


@pytest.mark.parametrize("key", ["999999", "x"])
def test_the_page_of_nothing_is_no_error(client, key):
    client.force_login(make_user("Editor"))
    assert client.get(reverse("admin:editorial_edition_for_readers", args=[key])).status_code == 302


def test_staff_without_rights_are_refused(client, first):
    client.force_login(make_user())
    assert client.get(reverse("admin:editorial_edition_for_readers", args=[first.pk])).status_code == 403
