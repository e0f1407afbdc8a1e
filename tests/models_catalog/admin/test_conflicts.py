"""Two people in one entry: nothing is overwritten unseen, and nothing typed is lost."""

import re
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editorial import publishing
from editorial.models import Article
from models_catalog.conflicts import read, reconcile, versions_of, written
from models_catalog.models import KeyFigure, RecordedChange, Release, Variant
from tests.factories import make_edition, make_figure, make_release, make_user, make_variant
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return signed_in("ann")


@pytest.fixture
def ben():
    return signed_in("ben")


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(make_user("Publisher", username=name))
    return client


@pytest.fixture
def release():
    return make_release(name="Llama Test", context_tokens=8192, summary="As it was.")


def open_form(client, entry):
    url = address(type(entry), "change", entry.pk)
    return filled_in(client.get(url), type(entry))


def save(client, entry, form, **typed):
    return client.post(
        address(type(entry), "change", entry.pk), {**form, **{k.replace("__", "-"): v for k, v in typed.items()}}
    )


def test_changes_of_different_fields_both_stand(ann, ben, release):
    anns, bens = open_form(ann, release), open_form(ben, release)
    assert save(ann, release, anns, context_tokens="131072").status_code == 302
    assert save(ben, release, bens, summary="As Ben has it.").status_code == 302
    release.refresh_from_db()
    assert (release.context_tokens, release.summary) == (131072, "As Ben has it.")


def test_a_moment_is_shown_by_the_clock_of_who_writes():
    article = make_edition().article
    seen = RecordedChange.objects.filter(table="editorial_article", row_id=article.pk).latest("pk").pk
    Article.objects.filter(pk=article.pk).update(withdrawn_at=datetime(2026, 12, 1, 8, tzinfo=UTC))
    article.refresh_from_db()
    with timezone.override("Europe/Berlin"):
        [conflict] = reconcile(article, {"withdrawn_at": datetime(2026, 12, 2, 8, tzinfo=UTC)}, seen, {}).conflicts
    assert conflict.mine == "Dec. 2, 2026, 09:00 Berlin time"
    assert conflict.theirs == "Dec. 1, 2026, 09:00 Berlin time"


def test_a_change_of_the_same_field_is_shown_and_not_overwritten(ann, ben, release):
    anns, bens = open_form(ann, release), open_form(ben, release)
    save(ann, release, anns, summary="As Ann has it.")
    response = save(ben, release, bens, summary="As Ben has it.", name="Llama Ben")
    page = response.content.decode()
    assert response.status_code == 200
    assert "As Ann has it." in page
    assert "As Ben has it." in page
    assert "Theirs, by ann" in page
    release.refresh_from_db()
    assert (release.summary, release.name) == ("As Ann has it.", "Llama Test")


@pytest.mark.parametrize(("side", "summary"), [("mine", "As Ben has it."), ("theirs", "As Ann has it.")])
def test_the_writer_chooses_field_by_field(ann, ben, release, side, summary):
    anns, bens = open_form(ann, release), open_form(ben, release)
    save(ann, release, anns, summary="As Ann has it.")
    response = save(ben, release, bens, summary="As Ben has it.", context_tokens="1024")
    [choice] = re.findall(rf'name="choose-summary" value="({side}:\d+)"', response.content.decode())
    again = filled_in(response, Release)
    assert save(ben, release, {**again, "choose-summary": choice}).status_code == 302
    release.refresh_from_db()
    assert (release.summary, release.context_tokens) == (summary, 1024)


def test_a_third_change_asks_again(ann, ben, release):
    anns, bens = open_form(ann, release), open_form(ben, release)
    save(ann, release, anns, summary="As Ann has it.")
    response = save(ben, release, bens, summary="As Ben has it.")
    [choice] = re.findall(r'name="choose-summary" value="(mine:\d+)"', response.content.decode())
    Release.objects.update(summary="As someone else has it.")
    response = save(ben, release, {**filled_in(response, Release), "choose-summary": choice})
    assert "As someone else has it." in response.content.decode()
    release.refresh_from_db()
    assert release.summary == "As someone else has it."


def test_the_same_change_by_both_is_no_conflict(ann, ben, release):
    anns, bens = open_form(ann, release), open_form(ben, release)
    save(ann, release, anns, context_tokens="131072")
    assert save(ben, release, bens, context_tokens="131072").status_code == 302


def test_ones_own_second_save_is_no_conflict(ann, release):
    form = open_form(ann, release)
    assert save(ann, release, form, summary="First.").status_code == 302
    assert save(ann, release, open_form(ann, release), summary="Second.").status_code == 302


def test_line_ends_of_the_browser_are_no_change(ann, ben):
    release = make_release(summary="One.\nTwo.")
    anns, bens = open_form(ann, release), open_form(ben, release)
    save(ann, release, anns, summary="Another.")
    assert save(ben, release, bens, summary="One.\r\nTwo.", context_tokens="1024").status_code == 302
    release.refresh_from_db()
    assert release.summary == "Another."


def test_what_sql_changed_is_seen_as_well(ann, release):
    form = open_form(ann, release)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE models_catalog_release SET summary = 'By hand.' WHERE id = %s", [release.pk])
    assert "By hand." in save(ann, release, form, summary="Mine.").content.decode()


def test_rows_of_an_entry_are_minded_too(ann, ben, release):
    variant = make_variant(release=release, size_label="8B")
    anns, bens = open_form(ann, release), open_form(ben, release)
    save(ann, release, anns, **{"variants-0-size_label": "8.0B"})
    response = save(ben, release, bens, **{"variants-0-size_label": "8 billion"})
    assert "8.0B" in response.content.decode()
    variant.refresh_from_db()
    assert variant.size_label == "8.0B"
    assert Variant.objects.count() == 1


def test_a_draft_is_minded_in_the_form_of_its_article(ann, ben):
    edition = make_edition(title="As it was")
    article = edition.article
    anns, bens = open_form(ann, article), open_form(ben, edition)
    assert save(ben, edition, bens, title="As Ben has it").status_code == 302
    response = save(ann, article, anns, **{"editions-0-title": "As Ann has it"})
    assert "As Ben has it" in response.content.decode()
    edition.refresh_from_db()
    assert edition.title == "As Ben has it"


def test_a_list_does_not_overwrite_what_it_does_not_show(ann):
    figure = make_figure(position=1)
    url = address(KeyFigure, "changelist")
    page = ann.get(url)
    versions = re.search(r'name="_versions" value="([^"]*)"', page.content.decode())[1]
    KeyFigure.objects.update(position=5)
    form = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": figure.pk,
        "form-0-position": "9",
        "_versions": versions,
        "_save": "Save",
    }
    response = ann.post(url, form)
    assert "changed this to “5” while you were writing" in response.content.decode()
    figure.refresh_from_db()
    assert figure.position == 5


def test_an_entry_deleted_meanwhile_shows_what_was_typed(ann, release):
    form = open_form(ann, release)
    release.delete()
    response = ann.post(address(Release, "change", 10**6), {**form, "summary": "Long work."})
    assert response.status_code == 409
    assert "Long work." in response.content.decode()


def test_a_draft_approved_meanwhile_shows_what_was_typed(ann):
    edition = make_edition()
    form = open_form(ann, edition)
    publishing.approve(edition=edition, at=None, by=make_user("Publisher"))
    response = save(ann, edition, form, title="My better title")
    assert response.status_code == 409
    assert "My better title" in response.content.decode()
    edition.refresh_from_db()
    assert edition.title != "My better title"


@pytest.mark.parametrize("nonsense", ["x", "=", "a=b c", "models_catalog_release:1=99999999999999999999", "<script>=1"])
def test_a_forged_token_fails_nothing(ann, release, nonsense):
    form = open_form(ann, release)
    assert save(ann, release, form, _versions=nonsense, summary="New.").status_code == 302


def test_the_token_is_read_as_it_is_written(release):
    versions = versions_of([release, make_variant(release=release)])
    assert len(versions) == 2
    assert read(written(versions)) == versions
    assert versions[f"models_catalog_release:{release.pk}"] == RecordedChange.objects.of(release).get().pk


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_once_nobody_is_overwritten_unseen():
    release = make_release(summary="As it was.")
    writers = [signed_in(f"writer-{n}") for n in range(6)]
    forms = [open_form(writer, release) for writer in writers]
    outcomes = {}

    def write(n: int) -> None:
        try:
            response = save(writers[n], release, forms[n], summary=f"Version {n}.")
            outcomes[n] = response.status_code
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved = [n for n, status in outcomes.items() if status == 302]
    assert len(saved) == 1
    assert Release.objects.get().summary == f"Version {saved[0]}."
    assert sorted(outcomes.values()) == [200] * 5 + [302]


def test_minding_conflicts_costs_one_query_however_many_rows(ann):
    release = make_release()
    for _ in range(20):
        make_variant(release=release)
    form = open_form(ann, release)
    with CaptureQueriesContext(connection) as queries:
        assert save(ann, release, form, summary="New.").status_code == 302
    asked = [query for query in queries if query["sql"].startswith('SELECT "models_catalog_recordedchange"')]
    assert len(asked) == 1
