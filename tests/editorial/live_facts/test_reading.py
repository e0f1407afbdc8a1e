"""What readers see of a text that refers to facts."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editorial.live_facts import reading
from editorial.models import Edition, FactUse, Notice
from models_catalog.models import Release
from tests.factories import (
    make_article,
    make_citation,
    make_correction,
    make_edition,
    make_event,
    make_figure,
    make_hub,
    make_license,
    make_live_article,
    make_notice,
    make_release,
    make_rule,
    make_source,
    make_use_case,
    make_variant,
)

pytestmark = pytest.mark.django_db


def body(client, article) -> str:
    response = client.get(article.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    """What stands on the page, without markup, cards of sources and joiners."""
    html = re.sub(
        r'<span class="fact__marks?".*?</span>|<a class="fact__mark[ "].*?</a>| ?<span class="fact__unsourced".*?</span>',
        "",
        html,
    )
    return " ".join(re.sub(r"<[^>]*>", "", html).replace("\u2060", "").replace("&#8288;", "").split())


def quote(text: str, **fields):
    return make_live_article(edition={"body": text}, **fields)


class TestEveryKind:
    def test_a_release(self, client):
        make_release(slug="scout", context_tokens=10_000_000)
        assert "It reads 10M tokens." in words(body(client, quote("It reads {{ scout.context_tokens }}.")))

    def test_a_checkpoint_also_with_what_it_takes_from_its_release(self, client):
        release = make_release(context_tokens=131_072)
        make_variant(slug="scout-16e", release=release, parameters_total=109_000_000_000)
        page = words(body(client, quote("{{ scout-16e.parameters_total }}, {{ scout-16e.context_tokens }}")))
        assert "109 billion parameters, 128K tokens" in page

    def test_a_term_of_a_license_beside_a_release_of_the_same_name(self, client):
        license = make_license(slug="llama-4", user_threshold=700_000_000)
        make_release(slug="llama-4", license=license)
        assert "above 700 million users" in words(body(client, quote("above {{ llama-4.user_threshold }} users")))

    def test_a_verdict(self, client):
        make_rule(use_case=make_use_case(slug="sell"), license=make_license(slug="llama-4"), verdict="ask_meta",
                  conditions="Ask.")  # fmt: skip
        assert "Answer: ask Meta." in words(body(client, quote("Answer: {{ sell/llama-4.verdict }}.")))

    def test_an_event(self, client):
        make_event(slug="launch", happened_on="2025-04-05")
        assert "on April 5, 2025." in words(body(client, quote("on {{ launch.happened_on }}.")))

    def test_a_figure_with_its_unit(self, client):
        make_figure(slug="people", value=3_270_000_000, unit="people a day")
        assert "3.27 billion people a day" in words(body(client, quote("{{ people.value }}")))


class TestSources:
    def test_the_value_comes_with_the_mark_that_opens_its_source(self, client):
        release = make_release(slug="scout")
        source = make_source(title="Llama 4 model card")
        make_citation(release=release, field="context_tokens", source=source, locator="Table 7")
        page = body(client, quote("{{ scout.context_tokens }}"))
        assert 'class="fact fact--verified' in page
        assert "Table 7" in page

    def test_the_sources_of_all_facts_are_listed_once_at_the_end(self, client):
        release = make_release(slug="scout")
        source = make_source(title="The one card")
        for field in ("context_tokens", "released_on"):
            make_citation(release=release, field=field, source=source)
        page = body(client, quote("{{ scout.context_tokens }} {{ scout.released_on }}"))
        listed = page[page.index("fact-sources-title") :]
        assert listed.count(source.get_absolute_url()) >= 1
        assert page.index("fact__mark") < page.index("fact-sources-title")

    def test_a_correction_shows_where_the_fact_is_quoted(self, client):
        release = make_release(slug="scout")
        correction = make_correction(release=release, field="context_tokens", wrong_value="1M")
        assert correction.get_absolute_url() in body(client, quote("{{ scout.context_tokens }}"))

    def test_in_a_link_the_mark_follows_the_link(self, client):
        release = make_release(slug="scout")
        make_citation(release=release, field="context_tokens")
        page = body(client, quote("[{{ scout.context_tokens }}](/glossary/)"))
        link = re.search(r'<a href="/glossary/">(.*?)</a>', page[page.index('class="prose"') :])
        assert link
        assert link[1] == "8K tokens"
        assert "fact__mark" in page[page.index(link[0]) :]

    def test_hostile_words_of_the_catalogue_stay_words(self, client):
        evil = "<img src=x onerror=alert(1)>"
        release = make_release(slug="scout", name=f"Scout {evil}", summary=evil)
        make_citation(release=release, field="summary", source=make_source(title=evil), locator=evil, note=evil)
        assert evil not in body(client, quote("{{ scout.summary }}"))


class TestEveryText:
    @pytest.mark.parametrize("address", ["/", "/notices/"])
    def test_notices_and_sections_show_facts_and_list_their_sources(self, client, address):
        release = make_release(slug="scout", context_tokens=10_000_000)
        source = make_source(title="Llama 4 model card")
        make_citation(release=release, field="context_tokens", source=source)
        make_hub(independence="Ours: {{ scout.context_tokens }}.")
        make_notice(body="Mind {{ scout.context_tokens }}.")
        page = client.get(address).content.decode()
        assert "Mind 10M tokens." in words(page)
        assert ("Ours: 10M tokens." in words(page)) is (address == "/")
        assert source.get_absolute_url() in page[page.index("fact-sources-title") :]

    def test_the_page_about_the_hub_shows_facts(self, client):
        make_release(slug="scout", context_tokens=10_000_000)
        make_hub(about="We checked {{ scout.context_tokens }}.")
        assert "We checked 10M tokens." in words(client.get("/about/").content.decode())


class TestChange:
    def test_changing_the_release_changes_every_text(self, client):
        release = make_release(slug="scout", context_tokens=8192)
        articles = [quote("{{ scout.context_tokens }}") for _ in range(3)]
        make_notice(body="{{ scout.context_tokens }}")
        release.context_tokens = 1_000_000
        release.save()
        for article in articles:
            assert "1M tokens" in words(body(client, article))
        assert "1M tokens" in words(client.get("/notices/").content.decode())

    def test_a_value_taken_back_is_said_not_to_be_stated(self, client):
        release = make_release(slug="scout", context_tokens=8192)
        article = quote("It reads {{ scout.context_tokens }}.")
        Release.objects.filter(pk=release.pk).update(context_tokens=None)
        assert "It reads not stated." in words(body(client, article))


class TestHidden:
    def test_what_readers_may_not_see_is_never_shown(self, client):
        hidden = make_release(slug="secret", context_tokens=7777, is_listed=False)
        make_variant(slug="secret-8b", release=hidden, parameters_total=7_777_000_000)
        make_event(slug="secret-event", happened_on="2027-07-07", is_listed=False)
        text = "{{ secret.context_tokens }} {{ secret-8b.parameters_total }} {{ secret-event.happened_on }}"
        page = body(client, quote(f"{text} ![{text}](/media/a.png)\n\n## {text}"))
        assert "7,777" not in page
        assert "7.777" not in page
        assert "2027" not in page
        assert page.count("not available") >= 9

    def test_nonsense_is_no_error(self, client):
        page = body(client, quote("{{ a.b }} {{ }} {{ x:y.z }} {{ a/b/c.d }} {{ scout.context_tokens | loud }}"))
        assert "not available" in page


class TestCost:
    def make_one_of_each(self, n: int) -> str:
        release = make_release(slug=f"r{n}")
        variant = make_variant(slug=f"v{n}", release=release)
        license = make_license(slug=f"l{n}", user_threshold=700)
        rule = make_rule(use_case=make_use_case(slug=f"u{n}"), license=license)
        event, figure = make_event(slug=f"e{n}"), make_figure(slug=f"f{n}")
        make_citation(release=release, field="context_tokens")
        make_citation(variant=variant, field="parameters_total")
        make_citation(license=license, field="user_threshold")
        make_citation(license_rule=rule, field="verdict")
        make_citation(event=event, field="happened_on")
        make_citation(key_figure=figure, field="value")
        make_correction(release=release, field="context_tokens")
        return (
            f"{{{{ r{n}.context_tokens }}}} {{{{ r{n}.based_on }}}} {{{{ v{n}.parameters_total }}}} "
            f"{{{{ l{n}.user_threshold }}}} {{{{ u{n}/l{n}.verdict }}}} {{{{ e{n}.happened_on }}}} {{{{ f{n}.value }}}} "
        )

    def queries(self, client, url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    def test_fifty_references_of_every_kind_cost_as_many_queries_as_one(self, client):
        one = quote(self.make_one_of_each(0))
        fifty = quote(" ".join(self.make_one_of_each(n) for n in range(1, 51)))
        few, many = (self.queries(client, article.get_absolute_url()) for article in (one, fifty))
        assert many == few
        assert FactUse.objects.count() == 51 * 7

    def test_so_it_is_for_texts_that_came_past_the_forms(self, client):
        one, fifty = quote("x"), quote("x")
        texts = [self.make_one_of_each(0), " ".join(self.make_one_of_each(n) for n in range(1, 51))]
        notices = [make_notice() for _ in texts]
        counts = []
        for notice, text in zip(notices, texts, strict=True):
            Notice.objects.filter(pk=notice.pk).update(body=text)
            notice.refresh_from_db()
            with CaptureQueriesContext(connection) as captured:
                assert "not available" not in reading.read(notice).html
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert one != fifty

    def test_thirty_texts_of_a_page_cost_as_many_queries_as_one(self, client):
        for n in range(30):
            make_notice(body=self.make_one_of_each(n), is_listed=n == 0)
        few = self.queries(client, "/notices/")
        Notice.objects.update(is_listed=True)
        assert self.queries(client, "/notices/") == few

    def test_a_text_without_references_costs_nothing_more(self, django_assert_num_queries):
        notice = make_notice(body="Plain {braces} and `{{ code }}`… no, code counts.")
        plain = make_notice(body="Plain.")
        with django_assert_num_queries(0):
            reading.read(plain)
        assert "{{ code }}" in reading.read(notice).html


def test_an_edition_that_is_no_longer_current_still_shows_its_facts():
    make_release(slug="scout", context_tokens=10_000_000)
    article = make_article()
    old = make_edition(
        article=article, body="{{ scout.context_tokens }}", status="approved", publish_at="2026-01-01T00:00Z"
    )
    make_edition(article=article, body="No number.", status="approved", publish_at="2026-01-02T00:00Z")
    assert reading.read(Edition.objects.get(pk=old.pk)).html == "<p>10M tokens</p>"
