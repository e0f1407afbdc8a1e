"""What a text refers to is on record: it cannot be deleted, is not hidden, and may be renamed."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from editorial import publishing
from editorial.live_facts import reading, uses
from editorial.models import Edition, FactUse, Notice
from models_catalog.models import KeyFigure, License, Release, TimelineEvent, UseCase, Variant
from tests.factories import (
    make_article,
    make_edition,
    make_event,
    make_figure,
    make_hub,
    make_license,
    make_notice,
    make_release,
    make_rule,
    make_use_case,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db

LONG_AGO, LATER = "2026-01-01T00:00Z", "2026-01-02T00:00Z"


def quoted():
    """One entry of each kind, each quoted by a draft; by the model."""
    release = make_release(slug="scout", license=make_license(slug="other"))
    entries = {
        Release: release,
        Variant: make_variant(slug="scout-16e", release=make_release()),
        License: make_license(slug="llama-4", user_threshold=700),
        UseCase: make_use_case(slug="sell"),
        TimelineEvent: make_event(slug="launch"),
        KeyFigure: make_figure(slug="people"),
    }
    make_rule(use_case=entries[UseCase], license=make_license(slug="llama-3"))
    make_edition(
        body="{{ scout.context_tokens }} {{ scout-16e.parameters_total }} {{ llama-4.user_threshold }} "
        "{{ sell/llama-3.verdict }} {{ launch.happened_on }} {{ people.value }}"
    )
    return entries


class TestRecord:
    def test_it_follows_the_text(self):
        make_release(slug="scout")
        make_release(slug="maverick")
        notice = make_notice(body="{{ scout.context_tokens }} {{ scout.context_tokens | short }}")
        assert [use.name for use in notice.fact_uses.all()] == ["scout.context_tokens"]
        notice.body = "{{ maverick.context_tokens }}"
        notice.save()
        assert [use.name for use in notice.fact_uses.all()] == ["maverick.context_tokens"]

    def test_what_stands_in_code_is_no_use(self):
        make_release(slug="scout")
        assert not make_notice(body="`{{ scout.context_tokens }}`").fact_uses.exists()

    def test_both_texts_of_the_settings_have_their_own(self):
        make_release(slug="scout")
        hub = make_hub(about="{{ scout.context_tokens }}", independence="{{ scout.context_tokens }}")
        assert {use.text_field for use in hub.fact_uses.all()} == {"about", "independence"}

    def test_it_goes_with_its_text(self):
        make_release(slug="scout")
        make_edition(body="{{ scout.context_tokens }}").delete()
        assert not FactUse.objects.exists()

    def test_it_is_made_anew_for_texts_that_were_changed_with_sql(self):
        release = make_release(slug="scout")
        notice = make_notice(body="Nothing.")
        Notice.objects.update(body="{{ scout.context_tokens }}")
        assert list(uses.out_of_date()) == [(notice, 1)]
        assert uses.rebuild() == 1
        assert FactUse.objects.get().release == release
        assert uses.rebuild() == 0

    @pytest.mark.parametrize("arcs", [{}, {"release": True, "event": True}])
    def test_the_database_wants_exactly_one_target(self, arcs):
        rows = {"release": make_release(), "event": make_event()}
        with pytest.raises(IntegrityError, match="fact_use_has_exactly_one_target"):
            FactUse.objects.create(
                notice=make_notice(), text_field="body", name="a.b", field="b", **{arc: rows[arc] for arc in arcs}
            )


class TestDeleting:
    @pytest.mark.parametrize("model", [Release, Variant, License, UseCase, TimelineEvent, KeyFigure])
    def test_an_entry_that_prose_quotes_is_kept_and_the_places_are_named(self, model):
        entry = quoted()[model]
        with pytest.raises(ProtectedError) as refused, transaction.atomic():
            entry.delete()
        assert any("line 1, “{{ " in str(place) for place in refused.value.protected_objects)
        with pytest.raises(ProtectedError), transaction.atomic():
            model.objects.filter(pk=entry.pk).delete()
        assert model.objects.filter(pk=entry.pk).exists()

    @pytest.mark.parametrize("model", [Release, Variant, License, TimelineEvent, KeyFigure])
    def test_sql_cannot_delete_it_either(self, model):
        entry = quoted()[model]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match="editorial_factuse"), transaction.atomic():
                cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [entry.pk])

    def test_a_release_is_kept_for_its_checkpoints(self):
        entry = quoted()[Variant]
        with pytest.raises(ProtectedError), transaction.atomic():
            entry.release.delete()

    def test_an_old_edition_keeps_it_too(self):
        release = make_release(slug="scout")
        article = make_article()
        make_edition(article=article, body="{{ scout.context_tokens }}", status="approved", publish_at=LONG_AGO)
        make_edition(article=article, body="None.", status="approved", publish_at=LATER)
        with pytest.raises(ProtectedError), transaction.atomic():
            release.delete()

    def test_once_nothing_quotes_it_it_may_go(self):
        release = make_release(slug="scout")
        notice = make_notice(body="{{ scout.context_tokens }}")
        notice.body = "Nothing."
        notice.save()
        release.delete()


class TestHiding:
    @pytest.mark.parametrize(
        "hide",
        [
            lambda row: type(row).objects.filter(pk=row.pk).update(is_listed=False),
            lambda row: (setattr(row, "is_listed", False), row.save()),
        ],
        ids=["bulk", "save"],
    )
    @pytest.mark.parametrize("kind", ["release", "checkpoint", "event"])
    def test_what_a_current_text_quotes_stays_before_readers(self, kind, hide):
        release, event = make_release(slug="scout"), make_event(slug="launch")
        make_variant(slug="scout-16e", release=release)
        names = {
            "release": "scout.context_tokens",
            "checkpoint": "scout-16e.parameters_total",
            "event": "launch.happened_on",
        }
        make_edition(title="A mention", body=f"{{{{ {names[kind]} }}}}")
        with pytest.raises(IntegrityError, match="stays before readers.*“A mention”"), transaction.atomic():
            hide(event if kind == "event" else release)

    @pytest.mark.parametrize("text", ["old edition", "withdrawn"])
    def test_what_only_the_past_quotes_may_be_hidden_and_is_left_out_there(self, text):
        release = make_release(slug="scout", context_tokens=7777)
        article = make_article(withdrawn_at=LATER if text == "withdrawn" else None)
        old = make_edition(article=article, body="{{ scout.context_tokens }}", status="approved", publish_at=LONG_AGO)
        if text == "old edition":
            make_edition(article=article, body="None.", status="approved", publish_at=LATER)
        Release.objects.filter(pk=release.pk).update(is_listed=False)
        assert reading.read(Edition.objects.get(pk=old.pk)).html == "<p>not available</p>"


class TestRenaming:
    def test_open_texts_follow_and_keep_their_form(self):
        release = make_release(slug="scout")
        draft = make_edition(body="a {{ scout.context_tokens | exact }}")
        notice = make_notice(body="b {{ scout.released_on }}")
        release.slug = "llama-4-scout"
        release.save()
        draft.refresh_from_db()
        notice.refresh_from_db()
        assert draft.body == "a {{ llama-4-scout.context_tokens | exact }}"
        assert notice.body == "b {{ llama-4-scout.released_on }}"
        assert {use.name for use in FactUse.objects.all()} == {
            "llama-4-scout.context_tokens",
            "llama-4-scout.released_on",
        }

    @pytest.mark.parametrize("moved", ["use case", "license"])
    def test_a_rule_is_renamed_with_its_use_case_and_its_license(self, moved):
        rule = make_rule(use_case=make_use_case(slug="sell"), license=make_license(slug="llama-4"))
        draft = make_edition(body="{{ sell/llama-4.verdict }}")
        row = rule.use_case if moved == "use case" else rule.license
        row.slug = "renamed"
        row.save()
        draft.refresh_from_db()
        assert draft.body == ("{{ renamed/llama-4.verdict }}" if moved == "use case" else "{{ sell/renamed.verdict }}")

    def test_a_published_text_stays_as_it_is_and_shows_the_same_fact(self):
        release = make_release(slug="scout", context_tokens=10_000_000)
        edition = make_edition(body="{{ scout.context_tokens }}", status="approved", publish_at=LONG_AGO)
        release.slug = "llama-4-scout"
        release.save()
        make_release(slug="scout", context_tokens=4096)
        edition = Edition.objects.get(pk=edition.pk)
        assert edition.body == "{{ scout.context_tokens }}"
        assert reading.read(edition).html == "<p>10M tokens</p>"

    def test_making_the_record_anew_does_not_forget_what_an_old_name_meant(self):
        release = make_release(slug="scout", context_tokens=10_000_000)
        edition = make_edition(body="{{ scout.context_tokens }}", status="approved", publish_at=LONG_AGO)
        release.slug = "llama-4-scout"
        release.save()
        assert uses.rebuild() == 0
        assert reading.read(Edition.objects.get(pk=edition.pk)).html == "<p>10M tokens</p>"

    def test_a_new_edition_starts_with_the_new_names(self):
        release = make_release(slug="scout")
        edition = make_edition(body="{{ scout.context_tokens }}", status="approved", publish_at=LONG_AGO)
        release.slug = "llama-4-scout"
        release.save()
        draft = publishing.start_draft(article=edition.article, by=make_user(is_superuser=True))
        assert draft.body == "{{ llama-4-scout.context_tokens }}"

    def test_a_scheduled_edition_that_is_taken_back_has_the_new_names(self):
        release = make_release(slug="scout")
        edition = make_edition(body="{{ scout.context_tokens }}", status="approved", publish_at="2099-01-01T00:00Z")
        release.slug = "llama-4-scout"
        release.save()
        assert publishing.take_back(edition=edition, by=make_user(is_superuser=True)).body == (
            "{{ llama-4-scout.context_tokens }}"
        )

    def test_a_draft_means_what_its_names_mean_when_it_is_saved(self):
        Release.objects.filter(pk=make_release(slug="scout").pk).update(slug="old")
        draft = make_edition(body="{{ old.context_tokens }}")
        old = Release.objects.get(slug="old")
        Release.objects.filter(pk=old.pk).update(slug="older")
        new = make_release(slug="old", context_tokens=4096)
        draft.save()
        assert FactUse.objects.get().release == new
        assert reading.read(draft).html == "<p>4K tokens</p>"

    def test_a_second_entry_of_the_same_name_does_not_change_what_a_text_means(self):
        make_release(slug="scout", context_tokens=10_000_000)
        notice = make_notice(body="{{ scout.context_tokens }}")
        make_variant(slug="scout", context_tokens=4096)
        assert reading.read(notice).html == "<p>10M tokens</p>"
