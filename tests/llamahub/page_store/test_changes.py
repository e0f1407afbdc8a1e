"""Pages follow the content: whoever changes it, and when the time of something comes."""

import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from editorial.models import Edition
from llamahub.page_store import snapshot, versions
from llamahub.page_store.knowledge import knowledge
from models_catalog.models import Release
from tests.factories import make_edition, make_event, make_live_article

from .conftest import eventually


@pytest.mark.parametrize("kind", ["save", "update", "sql", "command", "m2m"])
def test_a_change_is_seen_however_it_is_made(kept, release, kind):
    match kind:
        case "save":
            Release.objects.get(pk=release.pk).save()
            release.name = "Llama 10"
            release.save()
        case "update":
            Release.objects.filter(pk=release.pk).update(name="Llama 10")
        case "sql":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE models_catalog_release SET name = 'Llama 10'")
        case "command":
            call_command("shell", command="from models_catalog.models import *; Release.objects.update(name='Llama 10')", verbosity=0)  # fmt: skip
        case "m2m":
            make_event(title="Llama 10 is here").releases.add(release)
    changed = time.monotonic()
    assert eventually(lambda: "Llama 10" in kept.get("/models/llama-9/").text, seconds=1)
    assert time.monotonic() - changed < 1
    assert eventually(lambda: kept.get("/models/llama-9/").is_hit)
    assert "Llama 10" in kept.get("/models/llama-9/").text


def test_whoever_saves_sees_it_at_once(kept, release):
    for n in range(20):
        release.name = f"Llama {n}.5"
        release.save()
        assert f"Llama {n}.5" in kept.get("/models/llama-9/").text


def test_what_is_rolled_back_was_never_there(kept, release):
    assert eventually(lambda: knowledge.version is not None)
    before = knowledge.version
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        release.name = "Llama 10"
        release.save()
        raise ZeroDivisionError
    time.sleep(0.6)
    assert knowledge.version is before
    assert kept.get("/models/llama-9/").is_hit


def test_sessions_and_drafts_of_the_search_do_not_touch_pages(kept, django_user_model):
    assert eventually(lambda: knowledge.version is not None)
    before = knowledge.version
    django_user_model.objects.create_user("ada")
    time.sleep(0.6)
    assert knowledge.version is before


@pytest.mark.parametrize("is_heard_of", [True, False], ids=["the process knows", "the process is yet to hear of it"])
def test_a_page_begun_before_a_change_is_not_shown_after_it(release, visitor, store, monkeypatch, is_heard_of):
    """The change is committed between the first query of the page and its last."""
    assert eventually(lambda: knowledge.version is not None)
    before = knowledge.version
    rendering, committed = threading.Event(), threading.Event()
    look = versions.look

    def slow_look():
        seen = look()
        rendering.set()
        committed.wait(5)
        return seen

    monkeypatch.setattr(snapshot, "look", slow_look)
    replies = []
    reader = threading.Thread(target=lambda: (replies.append(visitor.get("/models/llama-9/")), connection.close()))
    reader.start()
    rendering.wait(5)
    Release.objects.filter(pk=release.pk).update(name="Llama 10")
    if is_heard_of:
        assert eventually(lambda: knowledge.version not in {before, None}, seconds=1)
    committed.set()
    reader.join()
    monkeypatch.undo()
    # It is whole, and of the state that it began with.
    assert "Llama 10" not in replies[0].text
    assert not (is_heard_of and replies[0].is_stored)
    assert eventually(lambda: knowledge.version not in {before, None}, seconds=1)
    assert "Llama 10" in visitor.get("/models/llama-9/").text


def test_a_scheduled_edition_goes_out_by_the_clock(release, visitor):
    edition = make_live_article(edition={"title": "What there is"}).editions.get()
    due = timezone.now() + timedelta(seconds=1.5)
    make_edition(article=edition.article, title="What is new", status=Edition.Status.APPROVED, publish_at=due)
    address = edition.get_absolute_url()
    assert eventually(lambda: visitor.get(address).is_hit, seconds=1)
    seen: list[tuple[float, bool]] = []
    while not seen or (not seen[-1][1] and time.time() < due.timestamp() + 5):
        seen.append((time.time(), "What is new" in visitor.get(address).text))
        time.sleep(0.02)
    assert seen[-1][1]
    assert due.timestamp() <= seen[-1][0] + 0.02
    assert seen[-1][0] <= due.timestamp() + 1
    assert eventually(lambda: visitor.get(address).is_hit)


def test_a_planned_withdrawal_comes_by_the_clock(release, visitor):
    article = make_live_article()
    address = article.get_absolute_url()
    article.withdrawn_at = timezone.now() + timedelta(seconds=1.5)
    article.save()
    assert eventually(lambda: visitor.get(address).is_hit, seconds=1)
    assert eventually(lambda: visitor.get(address).status == 410, seconds=3)
    assert time.time() <= article.withdrawn_at.timestamp() + 1


def test_a_page_is_made_anew_at_midnight_of_the_site():
    with timezone.override("Pacific/Auckland"):
        now = timezone.localtime()
        seconds = versions.seconds_to_midnight(now)
        then = timezone.localtime(now + timedelta(seconds=seconds + 0.5))
    assert 0 < seconds <= 25 * 3600
    assert (then.hour, then.minute) == (0, 0)
