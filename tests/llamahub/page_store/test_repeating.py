"""Pages whose questions the database answers as before are not laid out again; all others are."""

import time
from copy import copy, deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from unittest.mock import Mock

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.crypto import get_random_string
from psycopg.types.json import Jsonb

from editorial.models import Edition, HubSettings
from llamahub.edge import EdgeHandler
from llamahub.page_store import repeating
from llamahub.page_store.asking import Reader
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.layer import PageStore
from llamahub.page_store.parameters import ReadParameters
from llamahub.page_store.repeating import Recording, Repeating, is_timeless
from llamahub.page_store.snapshot import MAKING, Making
from models_catalog.models import Release
from tests import pages, shipped_content
from tests.factories import make_citation, make_edition, make_event, make_hub, make_live_article, make_release

from .conftest import Visitor, environ, eventually

PAGE = "/models/llama-9/"
PUBLIC = {"Cache-Control": "public, max-age=0"}


class Counted:
    """The whole application, and how often a view had to be called for it."""

    def __init__(self) -> None:
        self.made = 0
        self.client = Client(headers={"host": "localhost", "accept": "text/html"})

    def get(self, target: str) -> str:
        response = self.client.get(target)
        assert response.status_code == 200
        return response.content.decode()


@pytest.fixture
def counted(settings, monkeypatch) -> Counted:
    settings.ANSWERS_BYTES = 8 * 1024 * 1024
    counted = Counted()
    made = Repeating._made

    def note(self, request, key):
        counted.made += 1
        return made(self, request, key)

    monkeypatch.setattr(Repeating, "_made", note)
    return counted


@pytest.fixture
def release(db) -> Release:
    make_hub()
    release = make_release(name="Llama 9", slug="llama-9")
    make_citation(release=release, field="context_tokens", note="Read twice.")
    return release


# What may be asked again


def test_every_kind_of_page_is_the_same_when_its_questions_are_only_asked_again(counted, db, client):
    shipped_content.load()
    for name, target in pages.PAGES.items():
        if name.startswith("search, "):
            continue
        # With its parameters in the order in which they are kept.
        path, _, query = target.partition("?")
        target = f"{path}?{'&'.join(sorted(query.split('&')))}" if query else path
        first = counted.get(target)
        counted.made = 0
        assert counted.get(target) == first, name
        assert counted.made == 0, name


def test_the_database_is_asked_each_time(counted, release, django_assert_num_queries):
    counted.get(PAGE)
    with pytest.raises(pytest.fail.Exception), django_assert_num_queries(0):
        counted.get(PAGE)


@pytest.mark.parametrize("kind", ["its own row", "a relation", "what vouches for it", "the frame of all pages", "sql"])
def test_a_page_is_made_again_when_anything_that_it_shows_changes(counted, release, kind):
    before = counted.get(PAGE)
    match kind:
        case "its own row":
            Release.objects.update(name="Llama 10")
        case "a relation":
            make_event(title="Llama 10 is here").releases.add(release)
        case "what vouches for it":
            release.citations.update(note="Llama 10")
        case "the frame of all pages":
            HubSettings.objects.update(name="Llama 10")
        case "sql":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE models_catalog_release SET name = 'Llama 10'")
    assert "Llama 10" not in before
    assert "Llama 10" in counted.get(PAGE)


def test_a_change_elsewhere_does_not_have_a_page_made_again(counted, release):
    counted.get(PAGE)
    make_release(name="Llama 8", slug="llama-8")
    counted.made = 0
    counted.get(PAGE)
    assert counted.made == 0


def test_a_page_that_is_no_more_is_not_shown(counted, release):
    counted.get(PAGE)
    release.delete()
    assert counted.client.get(PAGE).status_code == 404


def test_a_scheduled_edition_goes_out_by_the_clock(counted, db):
    make_hub()
    article = make_live_article()
    due = timezone.now() + timedelta(seconds=0.4)
    make_edition(article=article, title="What is new", status=Edition.Status.APPROVED, publish_at=due)
    address = article.get_absolute_url()
    assert "What is new" not in counted.get(address)
    assert "What is new" not in counted.get(address)
    time.sleep(0.5)
    assert "What is new" in counted.get(address)


def test_a_new_day_has_pages_made_again_since_facts_become_due_by_days(counted, release, monkeypatch):
    counted.get(PAGE)
    counted.made = 0
    tomorrow = time.monotonic() + 24 * 60 * 60
    monkeypatch.setattr(repeating.time, "monotonic", lambda: tomorrow)
    counted.get(PAGE)
    assert counted.made == 1


# What may not


def test_visitors_who_may_be_shown_something_else_get_what_the_view_makes(counted, release, django_user_model):
    counted.get(PAGE)
    session = SessionStore()
    session.create()
    counted.client.cookies["sessionid"] = session.session_key
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repeating, "_made", lambda *arguments: pytest.fail("kept"))
        patch.setattr(repeating.AnsweredPage, "is_still_true", lambda page: pytest.fail("shown"))
        assert "Llama 9" in counted.get(PAGE)


@pytest.mark.parametrize("target", [f"{PAGE}?as_of=2026-11-29", f"{PAGE}?utm_source=mail", "/admin/login/"])
def test_the_past_undeclared_parameters_and_what_is_no_page_are_left_alone(counted, release, target):
    counted.client.get(target)
    assert counted.made == 0


def test_what_readers_make_up_is_made_each_time(counted, release):
    for _ in range(2):
        counted.get("/search/?q=llama")
    assert counted.made == 0


def test_what_is_no_success_is_made_each_time(counted, release):
    for _ in range(2):
        assert counted.client.get("/models/none/").status_code == 404
    assert counted.made == 2


def recorded(*statements: tuple[str, object]) -> Recording:
    recording = Recording()
    with connection.execute_wrapper(recording), connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
    return recording


@pytest.mark.parametrize(
    "statement",
    [
        ("SELECT %s::timestamptz", [timezone.now()]),
        ("LOCK TABLE models_catalog_release", None),
        ("UPDATE models_catalog_release SET name = name", None),
        ("SET LOCAL lock_timeout = 0", None),
        ("SELECT set_config('enable_seqscan', 'off', true)", None),
    ],
)
def test_a_page_that_asked_for_a_time_or_more_than_to_read_is_made_each_time(db, statement):
    recording = recorded(("SELECT 1", None), statement, ("SELECT 2", None))
    assert not recording.can_be_repeated


def test_rows_that_are_read_in_parts_are_not_repeated(release):
    recording = Recording()
    with connection.execute_wrapper(recording), transaction.atomic():
        list(Release.objects.iterator(chunk_size=1))
    assert not recording.can_be_repeated


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, True),
        ([1, "a", None, True, 1.5, Decimal(2), b"x"], True),
        ([date(2026, 1, 1)], True),  # a page is kept for a day at most
        ([Jsonb({"at": [1]})], True),
        ({"q": "llama"}, True),
        ([datetime(2026, 1, 1)], False),  # noqa: DTZ001
        ([[timezone.now()]], False),
        ({"at": timezone.now()}, False),
        ([Jsonb([timezone.now()])], False),
        ([timedelta(1)], False),
    ],
)
def test_a_question_is_timeless_if_the_view_would_ask_the_same_later_that_day(value, expected):
    assert is_timeless(value) is expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT NULL", "SELECT ''"),
        ("SELECT 'ab', 'c'", "SELECT 'a', 'bc'"),
        ("SELECT 'a' UNION ALL SELECT 'b'", "SELECT 'b' UNION ALL SELECT 'a'"),
        ("SELECT '1'", "SELECT '1' UNION ALL SELECT NULL"),
        ("SELECT 1 WHERE false", "SELECT NULL"),
    ],
)
def test_answers_that_differ_have_different_digests(db, one, other):
    first, second = recorded((one, None), (other, None)).questions
    assert first.answer != second.answer
    assert recorded((one, None)).questions[0].answer == first.answer


# What the page store makes of it


def test_a_kept_page_is_renewed_after_a_change_elsewhere_without_its_view(transactional_db, counted, release):
    store = PageStore(EdgeHandler(), most_bytes=8 * 1024 * 1024)
    visitor = Visitor(store)
    try:
        assert eventually(lambda: visitor.get(PAGE).is_hit)
        before = visitor.get(PAGE)
        counted.made = 0
        make_release(name="Llama 8", slug="llama-8")
        renewed = visitor.get(PAGE)
        assert renewed.is_stored
        assert (renewed.headers["etag"], renewed.body) == (before.headers["etag"], before.body)
        assert counted.made == 0
        Release.objects.filter(slug="llama-9").update(name="Llama 10")
        knowledge.forget()
        assert eventually(lambda: "Llama 10" in visitor.get(PAGE).text)
    finally:
        store.close()


def test_a_database_that_is_away_is_said_to_be_away(counted, release, monkeypatch):
    counted.get(PAGE)
    monkeypatch.setattr(repeating, "are_answered_the_same", Mock(side_effect=OperationalError("away")))
    counted.client.raise_request_exception = False
    assert counted.client.get(PAGE).status_code == 503


def test_what_is_kept_stays_within_its_bound(release):
    page = HttpResponse(b"x" * 10_000)
    repeating = Repeating(lambda request: HttpResponse(page.content, headers=PUBLIC), 400_000, Reader())
    for n in range(100):
        repeating(RequestFactory().get(f"/models/llama-{n}/", headers={"host": "localhost"}))
    assert 10 < len(repeating.memory) < 30
    assert repeating.memory.bytes <= 400_000


def test_a_page_that_the_store_has_made_follows_the_frame_of_all_pages(counted, release, transactional_db):
    """What the store looks at before it has a page made is part of the page as well."""
    handler = EdgeHandler()

    def made() -> str:
        environment = {**environ(PAGE, HTTP_ACCEPT="text/html"), MAKING: Making.of(knowledge)}
        return b"".join(handler(environment, lambda *arguments: None)).decode()

    assert "A hub by another name" not in made()
    HubSettings.objects.update(name="A hub by another name")
    assert "A hub by another name" in made()


def test_a_page_that_was_begun_yesterday_is_not_shown_today(release, monkeypatch):
    """Its view saw the day that was over when it ended."""
    clock = [0.0]
    begun = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    monkeypatch.setattr(repeating.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(seconds=clock[0]))

    def make(request) -> HttpResponse:
        day = timezone.localdate()
        clock[0] += 2
        return HttpResponse(f"{day}", headers=PUBLIC)

    around = Repeating(make, 400_000, Reader())
    request = partial(RequestFactory().get, PAGE, headers={"host": "localhost"})
    assert [around(request()).content for _ in range(2)] == [b"2026-03-01", b"2026-03-02"]


def test_a_page_that_had_a_question_refused_is_made_each_time(transactional_db):
    """A view may do without an answer that it may get the next time."""
    recording = Recording()
    with connection.execute_wrapper(recording), connection.cursor() as cursor:
        with pytest.raises(DatabaseError):
            cursor.execute("SELECT 1 / 0")
        cursor.execute("SELECT 1")
    assert not recording.can_be_repeated


@pytest.mark.parametrize(
    "make",
    [
        lambda request: HttpResponse(get_token(request), headers=PUBLIC),
        lambda request: HttpResponse(get_random_string(9), headers={"Cache-Control": "private, no-store"}),
        lambda request: HttpResponse(get_random_string(9), headers={**PUBLIC, "Vary": "User-Agent"}),
        lambda request: HttpResponse(get_random_string(9)),
        lambda request: HttpResponse(get_random_string(9) + request.GET.get("undeclared", ""), headers=PUBLIC),
    ],
    ids=["a token for a form", "private", "varies", "not said to be for everybody", "reads what it does not declare"],
)
def test_what_the_store_may_not_keep_is_made_for_each_reader(release, make):
    around = Repeating(make, 400_000, Reader())
    one, other = (around(RequestFactory().get(PAGE, headers={"host": "localhost"})).content for _ in range(2))
    assert one != other


@pytest.mark.parametrize("duplicate", [copy, deepcopy, ReadParameters.copy])
def test_parameters_that_know_who_reads_them_can_be_copied_as_others_can(duplicate):
    copied = duplicate(ReadParameters("r=a&r=b", set()))
    copied["sort"] = "name"
    assert copied.urlencode() == "r=a&r=b&sort=name"
