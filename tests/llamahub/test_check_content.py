"""``manage.py check_content``: clean on the shipped content, and failing on a planted case of each kind."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editorial.content_check.findings import Code
from editorial.content_check.site import check_site
from editorial.live_facts.names import KINDS
from editorial.models import Edition, FactUse, HubSection, Image, Notice, StyleRule
from models_catalog.models import Citation, Release
from tests import shipped_content
from tests.factories import (
    make_check_interval,
    make_citation,
    make_edition,
    make_event,
    make_figure,
    make_hub,
    make_image,
    make_live_article,
    make_notice,
    make_release,
    make_rule,
    make_style_rule,
    make_term,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)


def run(**options) -> tuple[int, dict]:
    """The exit code, and the report that a program reads."""
    out = StringIO()
    try:
        call_command("check_content", format="json", stdout=out, **options)
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def today(monkeypatch):
    """The day on which the shipped content was checked, so that it does not age under the tests."""
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)


class TestShippedContent:
    @pytest.fixture(autouse=True)
    def shipped(self, today):
        shipped_content.load()

    def test_it_passes_without_a_warning(self):
        code, report = run(fail_on="warning")
        assert (code, report["findings"]) == (0, [])
        assert report["checked"]["editorial.edition"] >= 11

    def test_its_articles_quote_the_catalogue(self):
        assert FactUse.objects.count() >= 60
        quoting = FactUse.objects.values("edition__article").distinct().count()
        assert quoting >= 9
        assert HubSection.objects.filter(fact_uses__isnull=False).exists()

    def test_every_quoted_value_is_shown(self, client):
        for edition in Edition.objects.live():
            page = client.get(edition.get_absolute_url()).content.decode()
            assert "{{" not in page
            assert "not available" not in page
            assert "fact__missing" not in page


def plant_reference():
    return make_notice(body="One\n\n{{ lama.context_tokens }}"), 3


def plant_unlisted():
    make_release(slug="hidden", is_listed=False)
    return make_notice(body="{{ hidden.context_tokens }}"), 1


def plant_unreadable():
    return make_notice(body=">" * 100), None


def plant_link():
    return make_notice(body="[x](/models/nothing/)"), 1


def plant_anchor():
    make_term(slug="moe")
    return make_notice(body="[x](/glossary/#nothing)"), 1


def plant_picture():
    return make_notice(body="![](/static/img/favicon.png)"), 1


def plant_upload():
    image = make_image()
    Image.objects.filter(pk=image.pk).update(alt=" ")
    return image, None


def plant_footnote():
    return make_notice(body="One\ntwo[^lost]."), 2


def plant_heading():
    return make_notice(body="a\n\n##### b"), 3


def plant_words():
    make_style_rule(avoid="open-source", prefer="open-weight", exceptions=["Open Source Initiative"])
    return make_live_article(edition={"body": "x\n\nLlama is open-source."}).editions.get(), 3


def plant_words_in_the_catalogue():
    make_style_rule(avoid="open-source")
    return make_event(summary="Open-source it is.", slug="launch"), 1


def plant_unsourced():
    return make_figure(value=1), None


def plant_stale():
    make_check_interval(about="release", days=180)
    return make_citation(release=make_release(), field="status", checked_on=TODAY - timedelta(days=400)), None


def plant_sql():
    make_release(slug="scout")
    notice = make_notice()
    Notice.objects.filter(pk=notice.pk).update(body="{{ scout.context_tokens }}")
    return notice, None


PLANTED = [
    (plant_reference, Code.BROKEN_REFERENCE), (plant_unlisted, Code.BROKEN_REFERENCE),
    (plant_unreadable, Code.UNREADABLE_TEXT), (plant_link, Code.DEAD_LINK), (plant_anchor, Code.DEAD_LINK),
    (plant_picture, Code.MISSING_ALT), (plant_footnote, Code.LOST_FOOTNOTE), (plant_upload, Code.MISSING_ALT), (plant_heading, Code.HEADING_ORDER),
    (plant_words, Code.HOUSE_STYLE), (plant_words_in_the_catalogue, Code.HOUSE_STYLE),
    (plant_unsourced, Code.UNSOURCED_FACT), (plant_stale, Code.STALE_FACT), (plant_sql, Code.USES_OUT_OF_DATE),
]  # fmt: skip


class TestPlanted:
    @pytest.mark.parametrize(("plant", "code"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
    def test_each_kind_fails_the_command_and_names_the_place(self, today, plant, code):
        entry, line = plant()
        exit_code, report = run()
        assert exit_code == 1
        key = list(entry.natural_key())
        [finding] = [each for each in report["findings"] if each["code"] == code and each["key"] == key]
        assert finding["level"] == "error"
        assert finding["model"] == entry._meta.label_lower
        assert finding["line"] == line
        assert finding["admin_url"].endswith(f"/{entry.pk}/change/")
        assert finding["message"].endswith((".", "?"))
        assert set(finding) == {"level", "code", "model", "key", "place", "field", "line", "message", "admin_url"}
        assert report["errors"] == sum(each["level"] == "error" for each in report["findings"])

    def test_every_kind_of_error_is_planted(self):
        assert {code for _, code in PLANTED} == set(Code) - {Code.MOVED_LINK}

    def test_people_read_the_same_in_words(self, today, capsys):
        plant_reference()
        with pytest.raises(CommandError, match="does not pass"):
            call_command("check_content")
        said = capsys.readouterr().out
        assert "References to facts that show nothing (broken-reference)" in said
        assert "Error: Notice “Notice" in said
        assert ", body, line 3: “{{ lama.context_tokens }}” refers to nothing" in said

    def test_what_is_due_is_a_warning_before_it_is_an_error(self, today):
        make_notice()
        make_check_interval(about="event", days=180)
        fact = make_citation(event=make_event(), field="happened_on", checked_on=TODAY - timedelta(days=200))
        assert run() == (0, run()[1])
        assert run(fail_on="warning")[0] == 1
        assert [finding["level"] for finding in run()[1]["findings"]] == ["warning"]
        Citation.objects.filter(pk=fact.pk).update(checked_on=TODAY)
        assert run(fail_on="warning")[0] == 0

    def test_a_detour_is_a_warning(self, today):
        make_hub()
        make_notice(body="[x](/glossary)")
        code, report = run()
        assert (code, [finding["code"] for finding in report["findings"]]) == (0, [Code.MOVED_LINK])

    def test_a_record_that_lags_behind_is_put_right(self, today):
        release = make_release(slug="scout")
        for field in Release.citable:
            make_citation(release=release, field=field)
        make_citation(license=release.license, field="effective_on")
        make_citation(license=release.license, field="licensor")
        make_notice()
        Notice.objects.update(body="{{ scout.context_tokens }}")
        assert run()[0] == 1
        assert run(repair=True)[0] == 0
        assert FactUse.objects.get().release == release


class TestWhatIsChecked:
    def test_what_readers_no_longer_see_is_left_alone(self, today):
        article = make_live_article(edition={"body": "{{ gone.x }}"})
        make_edition(article=article, body="Fine.", status="approved", publish_at="2026-06-01T00:00Z")
        make_live_article(edition={"body": "{{ gone.x }}"}, withdrawn_at="2026-06-01T00:00Z")
        make_notice(body="{{ gone.x }}", is_listed=False)
        assert run() == (0, run()[1])

    @pytest.mark.parametrize("fields", [{}, {"status": "approved", "publish_at": "2099-01-01T00:00Z"}])
    def test_drafts_and_scheduled_texts_are_checked(self, today, fields):
        make_edition(body="{{ gone.x }}", **fields)
        assert run()[0] == 1

    def test_a_published_reference_by_an_old_name_is_right(self, today):
        release = make_event(slug="launch")
        make_citation(event=release, field="happened_on")
        make_live_article(edition={"body": "{{ launch.happened_on }}"})
        release.slug = "the-launch"
        release.save()
        assert run() == (0, run()[1])

    def test_a_correction_may_say_what_was_wrong_in_its_own_words(self, today):
        from tests.factories import make_correction

        make_style_rule(avoid="open-source")
        make_correction(what_we_said="Llama is open-source.", wrong_value="open-source")
        assert run()[0] == 0


def test_the_queries_do_not_grow_with_the_content(today):
    def grow(n: int) -> None:
        release = make_release(slug=f"r{n}")
        make_citation(release=release, field="context_tokens")
        make_citation(event=make_event(), field="happened_on", checked_on=date(2024, 1, 1))
        make_rule()
        make_figure()
        make_term(slug=f"t{n}")
        make_notice(
            body=f"{{{{ r{n}.context_tokens }}}} {{{{ wrong.x }}}} [a](/glossary/#t{n}) [b](/no/) ![](/media/x.png)"
        )
        make_live_article(edition={"body": f"{{{{ r{n}.context_tokens }}}} [a](/models/r{n}/)"})

    StyleRule.objects.create(slug="x", avoid="x", prefer="y", because="z")
    make_hub()
    grow(0)
    check_site()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            check_site()
        counts.append(len(captured))
        for n in range(1, 31):
            if not Release.objects.filter(slug=f"r{n}").exists():
                grow(n)
    assert counts[0] == counts[1]
    assert len(KINDS) == 6
    assert Citation.objects.count() == 62
