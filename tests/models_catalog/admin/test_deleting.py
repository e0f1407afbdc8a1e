"""Pages that ask before deleting say what would break."""

import pytest

from editorial.models import Edition
from models_catalog.models import License, Release, Source
from tests.factories import make_edition, make_event, make_persona, make_release, make_source, make_user
from tests.llamahub.admin.entries import address, make_citation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def publisher(client):
    client.force_login(make_user("Publisher"))


def test_a_source_in_use_is_kept_and_says_what_rests_on_it(client):
    source = make_source(title="The card")
    make_citation(source=source)
    make_edition(title="A mention", body=f"See[^1].\n\n[^1]: [card]({source.get_absolute_url()})")
    page = client.get(address(Source, "delete", source.pk)).content.decode()
    assert "cannot be deleted" in page
    assert "context_tokens" in page
    assert "The article “A mention” links to its page." in page
    client.post(address(Source, "delete", source.pk), {"post": "yes"})
    assert Source.objects.filter(pk=source.pk).exists()


def test_a_license_in_use_is_kept(client):
    release = make_release()
    page = client.get(address(License, "delete", release.license_id)).content.decode()
    assert "Give the releases under it another license first." in page
    client.post(address(License, "delete", release.license_id), {"post": "yes"})
    assert License.objects.filter(pk=release.license_id).exists()


def test_what_would_list_one_fewer_is_named_in_words(client):
    release = make_release()
    make_persona(name="A builder").releases.add(release)
    make_event(title="It came out").releases.add(release)
    page = client.get(address(Release, "delete", release.pk)).content.decode()
    assert "The persona “A builder” would no longer list it." in page
    assert "It came out" in page
    assert "relationship" not in page


def test_only_the_newest_text_counts_as_a_mention(client):
    source = make_source()
    first = make_edition(body=f"[card]({source.get_absolute_url()})", status="approved", publish_at="2026-01-01T00:00Z")
    Edition.objects.create(
        article=first.article, number=2, title="New", standfirst="s", body="No link.", as_of="2026-01-02"
    )
    assert "links to its page" not in client.get(address(Source, "delete", source.pk)).content.decode()
