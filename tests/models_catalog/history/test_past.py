"""Any page can be read as of a date: the facts and the edition as the site showed them then."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editorial.models import Edition
from models_catalog.history import TooEarly, moment, reading_as_of
from models_catalog.models import RecordedChange, Release, Source
from models_catalog.templatetags.facts import moment as parameter
from tests import shipped_content
from tests.factories import (
    make_article,
    make_citation,
    make_edition,
    make_event,
    make_license,
    make_live_article,
    make_release,
    make_rule,
    make_use_case,
    make_variant,
)
from tests.pages import PAGES

# Moments lie between transactions, as in life: the tests of this file commit.
committed = pytest.mark.django_db(transaction=True)


def get(client, path, at=None):
    return client.get(path, {"as_of": parameter(at) if isinstance(at, datetime) else at} if at else {})


def between() -> datetime:
    """A moment after all that was committed and before all that will be."""
    return timezone.now()


@pytest.fixture
def release(transactional_db):
    return make_release(name="Llama Test", slug="llama-test", context_tokens=8192)


@committed
class TestFacts:
    def test_a_release_shows_the_value_of_then_and_its_source_of_then(self, client, release):
        citation = make_citation(release=release, field="context_tokens", locator="Table of then")
        then = between()
        Release.objects.update(context_tokens=10_000_000)
        type(citation).objects.update(locator="Table of now")
        past, now = get(client, "/models/llama-test/", then), get(client, "/models/llama-test/")
        assert "8K" in past.content.decode()
        assert "Table of then" in past.content.decode()
        assert "10M" in now.content.decode()
        assert "Table of now" in now.content.decode()

    def test_the_banner_names_the_moment_and_the_canonical_address_is_todays(self, client, release):
        page = get(client, "/models/llama-test/", between()).content.decode()
        assert f"As of {timezone.localdate():%B} {timezone.localdate().day}, {timezone.localdate().year}" in page
        assert re.search(r'<link rel="canonical" href="[^"?]+/models/llama-test/">', page)
        assert "As of" not in get(client, "/models/llama-test/").content.decode().replace("Facts as of", "")

    def test_what_was_added_later_was_not_there(self, client, release):
        then = between()
        make_variant(release=release, name="Llama Test 9B")
        make_release(name="Llama Later", slug="llama-later")
        assert "Llama Test 9B" not in get(client, "/models/llama-test/", then).content.decode()
        assert "Llama Later" not in get(client, "/models/", then).content.decode()

    def test_what_was_deleted_later_was_there(self, client, release):
        variant = make_variant(release=release, name="Llama Test 9B", repository_id="meta-llama/Test-9B")
        then = between()
        variant.delete()
        assert "meta-llama/Test-9B" in get(client, "/models/llama-test/", then).content.decode()
        assert "meta-llama/Test-9B" not in get(client, "/models/llama-test/").content.decode()

    def test_links_between_entries_are_those_of_then(self, client, release):
        event = make_event(title="It happened")
        event.releases.add(release)
        then = between()
        event.releases.clear()
        assert "It happened" in get(client, "/models/llama-test/", then).content.decode()
        assert "It happened" not in get(client, "/models/llama-test/").content.decode()

    def test_the_catalogue_is_filtered_and_sorted_by_the_values_of_then(self, client, release):
        make_release(name="Llama Other", context_tokens=4096)
        then = between()
        Release.objects.filter(pk=release.pk).update(context_tokens=1024, branch="safeguard")
        past = client.get("/models/", {"branch": "core", "sort": "context", "as_of": parameter(then)})
        assert [r.name for r in past.context["releases"]] == ["Llama Test", "Llama Other"]
        now = client.get("/models/", {"branch": "core", "sort": "context"})
        assert [r.name for r in now.context["releases"]] == ["Llama Other"]

    def test_a_license_and_its_verdicts(self, client, transactional_db):
        license = make_license(slug="llama-x", version="X", user_threshold=700_000_000)
        rule = make_rule(
            license=license, use_case=make_use_case(question="May I?"), verdict="prohibited", conditions="No."
        )
        then = between()
        license.user_threshold = 5_000_000
        license.save()
        type(rule).objects.update(verdict="allowed")
        past = get(client, "/licensing/llama-x/", then).content.decode()
        assert "700 million" in past
        assert "Prohibited" in past
        assert "5 million" in get(client, "/licensing/llama-x/").content.decode()

    def test_an_address_of_today_leads_to_the_entry_under_its_old_name(self, client, release):
        then = between()
        release.slug, release.name = "llama-renamed", "Llama Renamed"
        release.save()
        page = get(client, "/models/llama-renamed/", then)
        assert "Llama Test" in page.content.decode()


@committed
class TestArticles:
    def test_the_edition_and_the_topic_of_then(self, client, transactional_db):
        article = make_live_article(slug="story")
        then = between()
        Edition.objects.filter(article=article).first()
        make_edition(
            article=article, number=2, title="The second telling", status="approved", publish_at=timezone.now()
        )
        article.topic.name = "Renamed"
        article.topic.save()
        past = get(client, "/articles/story/", then).content.decode()
        assert "The second telling" not in past
        assert "Renamed" not in past
        assert "The second telling" in get(client, "/articles/story/").content.decode()

    def test_each_past_edition_can_be_read_from_the_article(self, client, transactional_db):
        article = make_article(slug="story")
        for number in (1, 2):
            make_edition(
                article=article, number=number, title=f"Telling {number}", status="approved", publish_at=timezone.now()
            )
        [address] = re.findall(
            r'href="(/articles/story/\?as_of=[^"]+)">Read this edition',
            get(client, "/articles/story/").content.decode(),
        )
        assert "<h1>Telling 1</h1>" in client.get(address).content.decode()


@committed
class TestWhatIsNotShown:
    def test_a_date_before_the_first_record_says_so(self, client, release):
        page = get(client, "/models/llama-test/", "2025-04-06")
        assert page.status_code == 404
        assert "The record of this site begins on" in page.content.decode()
        assert 'href="/models/llama-test/"' in page.content.decode()

    def test_a_page_that_came_later_says_so(self, client, release):
        then = between()
        make_release(slug="llama-later")
        page = get(client, "/models/llama-later/", then)
        assert page.status_code == 404
        assert "was not here yet" in page.content.decode()

    def test_an_unknown_address_stays_unknown(self, client, release):
        assert get(client, "/models/nothing/", between()).status_code == 404

    def test_what_readers_could_not_see_then_they_cannot_see_now(self, client, release):
        make_release(name="Llama Secret", slug="llama-secret", is_listed=False)
        then = between()
        assert "Llama Secret" not in get(client, "/models/", then).content.decode()
        assert get(client, "/models/llama-secret/", then).status_code == 404

    def test_what_was_hidden_then_and_is_shown_now_was_not_there_yet(self, client, release):
        late = make_release(name="Llama Late", slug="llama-late", is_listed=False)
        then = between()
        Release.objects.filter(pk=late.pk).update(is_listed=True)
        assert "Llama Late" not in get(client, "/models/", then).content.decode()
        assert "was not here yet" in get(client, "/models/llama-late/", then).content.decode()

    def test_what_was_taken_from_readers_is_gone_from_the_past_as_well(self, client, release):
        hidden = make_release(name="Llama Hidden", slug="llama-hidden")
        dropped = make_event(title="Dropped event", slug="dropped")
        then = between()
        Release.objects.filter(pk=hidden.pk).update(is_listed=False)
        type(dropped).objects.filter(pk=dropped.pk).update(is_listed=False)
        dropped.delete()
        assert "Llama Hidden" not in get(client, "/models/", then).content.decode()
        assert get(client, "/models/llama-hidden/", then).status_code == 404
        assert "Dropped event" not in get(client, "/timeline/", then).content.decode()

    def test_a_withdrawn_article_is_gone_from_the_past_as_well(self, client, transactional_db):
        article = make_live_article(slug="story")
        then = between()
        article.withdrawn_at = timezone.now()
        article.save()
        assert get(client, "/articles/story/", then).status_code == 410
        assert "/articles/story/" not in get(client, "/articles/", then).content.decode()

    def test_drafts_and_scheduled_editions_are_not_in_the_past(self, client, transactional_db):
        article = make_live_article(slug="story")
        make_edition(article=article, number=2, title="Draft telling")
        make_edition(
            article=make_article(slug="soon"),
            title="Coming telling",
            status="approved",
            publish_at=timezone.now() + timedelta(days=1),
        )
        then = between()
        page = get(client, "/articles/", then).content.decode() + get(client, "/articles/story/", then).content.decode()
        assert "Draft telling" not in page
        assert "Coming telling" not in page
        assert get(client, "/articles/soon/", then).status_code == 404


@committed
class TestTheParameter:
    @pytest.mark.parametrize(
        ("asked", "problem"),
        [
            ("yesterday", "is no date"),
            ("2025-02-30", "does not exist"),
            ("2025-13-01T00:00Z", "does not exist"),
            ("9999-12-31", "no calendar reaches"),
            ("2999-01-01", "still to come"),
            ("' OR 1=1 --", "is no date"),
            ("<script>", "is no date"),
            ("x" * 5000, "is no date"),
        ],
    )
    def test_what_is_no_day_of_the_past_is_a_400_that_names_the_parameter(self, client, release, asked, problem):
        page = get(client, "/models/", asked)
        assert page.status_code == 400
        assert "as_of is" in page.content.decode()
        assert problem in page.content.decode()
        assert "<script>" not in page.content.decode()

    def test_programs_are_told_in_their_own_format(self, client, release):
        for page in (
            client.get("/licensing/check.json", {"as_of": "abc"}),
            client.get("/licensing/check/", {"as_of": "abc"}, headers={"accept": "application/json"}),
        ):
            assert page.status_code == 400
            assert page.json()["errors"][0]["parameter"] == "as_of"

    def test_today_is_the_present(self, client, release):
        assert get(client, "/models/llama-test/", timezone.localdate().isoformat()).status_code == 200

    def test_an_empty_date_is_todays_page(self, client, release):
        page = client.get("/models/llama-test/?as_of=")
        assert page.status_code == 200
        assert page.context["request"].GET["as_of"] == ""
        assert 'role="note"><strong>As of' not in page.content.decode()

    def test_a_day_means_its_end(self, client, release):
        with connection.cursor() as cursor:  # as if it had all been recorded two days ago
            cursor.execute("ALTER TABLE models_catalog_recordedchange DISABLE TRIGGER history_is_fixed")
            cursor.execute("UPDATE models_catalog_recordedchange SET at = at - interval '2 days'")
            cursor.execute("ALTER TABLE models_catalog_recordedchange ENABLE TRIGGER history_is_fixed")
        day = timezone.localdate() - timedelta(days=2)
        assert get(client, "/models/llama-test/", day.isoformat()).status_code == 200
        assert get(client, "/models/llama-test/", (day - timedelta(days=1)).isoformat()).status_code == 404


@committed
class TestReadingAsOf:
    def test_the_present_returns_when_the_block_ends(self, release):
        then = between()
        Release.objects.update(context_tokens=1)
        with transaction.atomic():
            with reading_as_of(then):
                assert moment() == then
                assert Release.objects.get().context_tokens == 8192
            assert moment() is None
            assert Release.objects.get().context_tokens == 1

    def test_the_present_returns_after_an_error_too(self, release):
        then = between()
        Release.objects.update(context_tokens=1)
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), reading_as_of(then):
                1 / 0  # noqa: B018
            assert Release.objects.get().context_tokens == 1

    def test_nothing_can_be_written(self, release):
        with pytest.raises(Exception, match="cannot (update|insert into|delete from) view"), reading_as_of(between()):
            Release.objects.update(context_tokens=1)
        with pytest.raises(Exception, match="cannot"), reading_as_of(between()):
            Source.objects.create(slug="s", title="S", publisher="P", url="https://example.org", kind="paper")

    def test_before_the_record_there_is_nothing(self, release):
        with pytest.raises(TooEarly), reading_as_of(datetime(2025, 4, 6, tzinfo=UTC)):
            pass

    def test_an_empty_record_is_too_early_for_any_moment(self, transactional_db):
        with pytest.raises(TooEarly) as early, reading_as_of(between()):
            pass
        assert early.value.begins is None


# The search finds what there is to read today.
DATED = {name: path for name, path in PAGES.items() if not path.startswith("/search/")}


def without_dating(html: str) -> str:
    """A page less what says that it shows the past."""
    for piece in (
        r'<p class="as-of".*?</p>\s*',
        r'<form class="read-as-of".*?</form>\s*',
        r'<link rel="alternate"[^>]*>\s*',
        r'<input type="hidden" name="as_of"[^>]*>\s*',
    ):
        html = re.sub(piece, "", html, flags=re.DOTALL)
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """The shipped content, loaded once for the tests that only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        shipped_content.load()
        yield
        transaction.set_rollback(True)


class TestTheShippedSite:
    @pytest.mark.parametrize("path", DATED.values(), ids=DATED)
    def test_every_kind_of_page_as_of_now_is_the_page_of_now(self, client, shipped, django_db_blocker, path):
        """Through the views of the past, not the tables: nothing is lost or written otherwise on the way."""
        with django_db_blocker.unblock():
            now = client.get(path)
            with CaptureQueriesContext(connection) as queries:
                past = client.get(f"{path}{'&' if '?' in path else '?'}as_of={timezone.localdate().isoformat()}")
        assert now.status_code == past.status_code == 200
        assert '<p class="as-of"' in past.content.decode()
        assert any("set_config('search_path'" in query["sql"] for query in queries)
        assert without_dating(past.content.decode()) == without_dating(now.content.decode())


@pytest.mark.django_db
def test_the_past_costs_the_same_number_of_queries_however_much_there_is(client, django_assert_max_num_queries):
    release = make_release(slug="llama-test")
    counts = []
    for _ in range(2):
        for n in range(10):
            make_citation(variant=make_variant(release=release), field="parameters_total")
            release.context_tokens = 1000 + len(counts) * 100 + n
            release.save()
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/models/llama-test/", {"as_of": timezone.localdate().isoformat()}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_the_days_of_a_page_are_asked_for_with_what_else_its_address_asks(client):
    make_release()
    form = client.get("/models/?branch=core&sort=name").content.decode().partition('class="read-as-of"')[2]
    assert '<input type="hidden" name="branch" value="core">' in form
    assert '<input type="hidden" name="sort" value="name">' in form


@pytest.mark.django_db
def test_the_record_knows_when_it_begins():
    assert RecordedChange.objects.begin() is None
    make_release(released_on=date(2025, 4, 5))
    assert RecordedChange.objects.begin() is not None
