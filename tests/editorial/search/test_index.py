"""The index follows the content: every change, at once, and nothing that readers may not see."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from editorial import publishing
from editorial.models import Edition, SearchEntry, SearchWord
from editorial.search import index
from editorial.search.question import read
from editorial.search.results import Bounds, overview, suggestions
from llamahub import content
from models_catalog.models import Release
from tests.editorial.views.pages import hide_articles
from tests.factories import (
    make_article,
    make_correction,
    make_edition,
    make_event,
    make_help_line,
    make_license,
    make_live_article,
    make_notice,
    make_provider,
    make_release,
    make_rule,
    make_source,
    make_term,
    make_use_case,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db

APPROVED = Edition.Status.APPROVED


def test_what_is_saved_is_found_and_what_is_deleted_is_not(saved, find):
    with saved():
        term = make_term(term="axolotl")
    assert find("axolotl") == ["axolotl"]
    with saved():
        term.term = "salamander"
        term.save()
    assert find("axolotl") == []
    assert find("salam") == ["salamander"]
    with saved():
        term.delete()
    assert find("salamander") == []
    assert SearchEntry.objects.count() == 0


def test_an_entry_follows_the_rows_that_it_shows(saved, find):
    with saved():
        license = make_license(name="Old license")
        release = make_release(name="Llama 9", license=license)
        provider = make_provider(name="Cloud")
        use_case = make_use_case(question="May I?")
        notice = make_notice(title="Mind this")
    with saved():
        make_variant(release=release, name="Llama 9 77B", size_label="77B")
        provider.releases.add(release)
        rule = make_rule(use_case=use_case, license=license, verdict="conditions", conditions="Ask the axolotl.")
        line = make_help_line(notice=notice, name="Helpful ear")
    assert find("77b")[0] in {"Llama 9", "Llama 9 77B"}
    assert set(find("77b")) == {"Llama 9", "Llama 9 77B"}
    assert "Cloud" in find("llama 9")
    assert find("axolotl") == ["May I?"]
    assert find("helpful ear") == ["Mind this"]
    with saved():
        rule.delete()
        line.delete()
        license.name = "New license"
        license.save()
    assert find("axolotl") == find("helpful ear") == []
    assert "Llama 9" in find("new license")


def test_a_release_that_is_unlisted_takes_everything_about_it_along(saved, find):
    with saved():
        release = make_release(name="Llama Axolotl")
        variant = make_variant(release=release, name="Llama Axolotl 8B")
        make_correction(release=release, field="summary", what_we_said="Axolotl was wrong.")
        make_correction(variant=variant, field="layers", what_we_said="Axolotl has layers.")
        make_provider(name="Cloud").releases.add(release)
    assert len(find("axolotl")) == 5
    with saved():
        release.is_listed = False
        release.save()
    assert find("axolotl") == []
    assert suggestions(read("axolotl")) == ()
    with saved():
        release.is_listed = True
        release.save()
    assert len(find("axolotl")) == 5


def test_an_edition_is_found_from_its_time_on_with_no_job(saved, find, monkeypatch):
    now = timezone.now()
    with saved():
        article = make_live_article(edition={"title": "Before", "body": "The axolotl."})
        make_edition(
            article=article, title="After", body="The salamander.", status=APPROVED, publish_at=now + timedelta(hours=1)
        )
        make_edition(article=article, title="Draft", body="The newt.")
    assert find("axolotl") == ["Before"]
    assert find("salamander") == find("newt") == []
    pass_time(timedelta(hours=2))
    assert find("axolotl") == find("newt") == []
    assert find("salamander") == ["After"]


def test_an_article_is_gone_from_the_moment_that_it_is_withdrawn(saved, find):
    with saved():
        article = make_live_article(edition={"title": "On axolotl"})
    with saved():
        article.withdrawn_at = timezone.now() + timedelta(hours=1)
        article.save()
    assert find("axolotl") == ["On axolotl"]
    pass_time(timedelta(hours=2))
    assert find("axolotl") == []


def test_taking_a_scheduled_edition_away_leaves_the_live_one_standing(saved, find):
    later = timezone.now() + timedelta(hours=1)
    with saved():
        article = make_live_article(edition={"title": "Before axolotl"})
        scheduled = make_edition(article=article, title="After axolotl", status=APPROVED, publish_at=later)
    with saved():
        scheduled.delete()
    pass_time(timedelta(hours=2))
    assert find("axolotl") == ["Before axolotl"]


def pass_time(span: timedelta) -> None:
    """As if all that the index knows lay so much further back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE editorial_searchentry SET visible_from = visible_from - %s, visible_until = visible_until - %s",
            [span, span],
        )


def hide_everything(word: str) -> None:
    """One of each kind that can be hidden, in every state of being hidden, with the word in every field."""
    hide_articles(word)
    hidden = make_release(name=f"{word} release", slug=f"{word}-release", summary=word, is_listed=False)
    variant = make_variant(release=hidden, name=f"{word} 8B", slug=f"{word}-8b", repository_id=f"meta-llama/{word}")
    event = make_event(title=f"{word} event", slug=f"{word}-event", summary=word, is_listed=False)
    make_notice(title=f"{word} notice", body=word, is_listed=False)
    for target in ({"release": hidden}, {"variant": variant}, {"event": event}):
        field = "layers" if "variant" in target else "summary"
        make_correction(**target, field=field, what_we_said=word, what_is_right=word, why=word)
    make_provider(name="Cloud").releases.add(hidden)
    child = make_release(name="Child")
    child.based_on.add(hidden)
    live = make_live_article(edition={"title": "A live one"})
    make_edition(article=live, title=f"{word} next", standfirst=word, body=word, change_note=word)
    scheduled = make_live_article(edition={"title": "Another live one"})
    make_edition(
        article=scheduled, title=f"{word} soon", standfirst=word, body=word, status=APPROVED,
        publish_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip


@pytest.mark.parametrize("how", ["row by row", "all at once"])
def test_nothing_hidden_is_found_counted_completed_suggested_or_shown(saved, how):
    if how == "row by row":
        with saved():
            hide_everything("xylophon")
    else:
        hide_everything("xylophon")
        index.rebuild()
    client = Client()
    for question in ("xylophon", "xylophon release", "xylofon", "xylphon", '"xylophon event"', "llama xylophon", "xyl"):
        for kind in ("", "all", "release", "article", "correction"):
            page = client.get("/search/", {"q": question, "kind": kind})
            assert not any("xylophon" in str(group).lower() for group in page.context["results"].groups), question
        assert client.get("/search/suggest/", {"q": question}).json()["suggestions"] == []
        assert overview(read(question), Bounds()).found == 0
    # Where the page does not repeat the word because it was asked, it does not say it at all.
    for question in ("xyl", "xylofon", "xylphon", "live", "cloud", "child", "llama"):
        assert "xylophon" not in client.get("/search/", {"q": question}).content.decode().lower(), question


def test_a_rebuild_sees_what_nobody_announced(find):
    release = make_release(name="Llama Axolotl")
    index.rebuild()
    Release.objects.filter(pk=release.pk).update(name="Llama Salamander")
    call_command("rebuild_search")
    assert find("axolotl") == []
    assert find("salamander") == ["Llama Salamander"]


def test_entries_keep_their_places_through_a_rebuild():
    make_term(term="axolotl")
    index.rebuild()
    before = set(SearchEntry.objects.values_list("pk", flat=True))
    index.rebuild()
    assert set(SearchEntry.objects.values_list("pk", flat=True)) == before


def test_a_rebuild_and_every_single_change_give_the_same_index(saved):
    with saved():
        release = make_release(name="Llama Axolotl")
        make_variant(release=release)
        make_event()
        make_live_article()
        make_rule()
        make_source()
    fields = ("kind", "object_id", "part", "names", "title", "summary", "text", "url", "heading", "document")
    row_by_row = set(map(repr, SearchEntry.objects.values_list(*fields)))
    words = set(SearchWord.objects.values_list("word", flat=True))
    index.rebuild()
    assert set(map(repr, SearchEntry.objects.values_list(*fields))) == row_by_row
    assert set(SearchWord.objects.values_list("word", flat=True)) == words


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_loading_the_shipped_content_makes_the_index_once(find, monkeypatch):
    refreshed = []
    monkeypatch.setattr(index, "refresh", refreshed.append)
    content.load()
    assert refreshed == []
    assert find("llama 4 scout")[0] == "Llama 4 Scout"
    assert find("meta-llama/Llama-3.1-8B-Instruct")[0] == "Llama 3.1 8B Instruct"


def test_an_index_that_cannot_be_written_does_not_undo_what_an_editor_saved(saved, monkeypatch, caplog):
    def fail(affected):
        raise DatabaseError("disk full")

    monkeypatch.setattr(index, "refresh", fail)
    with caplog.at_level(logging.ERROR), saved():
        term = make_term(term="axolotl")
    assert "rebuild_search" in caplog.text
    term.refresh_from_db()


def test_a_text_of_any_length_is_indexed(saved, find):
    words = " ".join(f"word{n}" for n in range(80_000))
    with saved():
        make_live_article(edition={"title": "A long one", "body": f"axolotl {words}"})
    assert find("axolotl") == ["A long one"]


def test_an_article_is_found_by_the_present_value_of_a_fact_that_it_quotes(saved, find):
    with saved():
        release = make_release(slug="llama-test", context_tokens=8192)
        article = make_article(slug="story")
        edition = make_edition(article=article, title="The story", body="It reads {{ llama-test.context_tokens }}.")
        publishing.approve(edition=edition, at=None, by=make_user("Publisher"))
    assert "The story" in find("8K")
    with saved():
        release.context_tokens = 10_000_000
        release.save()
    assert "The story" not in find("8K")
    assert "The story" in find("10M")
