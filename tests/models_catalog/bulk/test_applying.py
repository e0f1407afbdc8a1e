"""An import writes exactly what was shown, all of it or nothing, and signs it."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from models_catalog import bulk
from models_catalog.bulk import ChangedMeanwhile, read, table_of
from models_catalog.models import RecordedChange, Release, Source, Variant
from models_catalog.signals import content_changed
from tests.factories import make_license, make_release, make_source, make_variant

from .sheets import apply, csv_of
from .test_comparing import RELEASE

pytestmark = pytest.mark.django_db


def recorded(entry):
    return RecordedChange.objects.of(entry).first()


def test_new_and_changed_rows_are_written_and_the_rest_is_not_touched():
    make_source(slug="a", publisher="Meta")
    kept = make_source(slug="b", publisher="Meta")
    columns = ["slug", "title", "publisher", "url", "kind"]
    data = csv_of(
        columns,
        ["a", Source.objects.get(slug="a").title, "Meta AI", Source.objects.get(slug="a").url, "paper"],
        ["b", kept.title, "Meta", kept.url, "model_card"],
        ["c", "New", "Meta", "https://example.org/c", "paper"],
    )
    apply(Source, data)
    changed = Source.objects.get(slug="a")
    assert (changed.publisher, changed.kind, changed.note) == ("Meta AI", "paper", "")
    assert Source.objects.get(slug="c").title == "New"
    assert Source.objects.get(slug="b").updated_at == kept.updated_at
    assert changed.updated_at > kept.updated_at


def test_the_history_tells_who_and_why():
    source = make_source(slug="a")
    apply(Source, csv_of(["slug", "publisher"], ["a", "Meta AI"]), who="ada", why="The card was revised.")
    change = recorded(source)
    assert (change.actor, change.reason, change.is_correction) == ("ada", "The card was revised.", False)
    assert change.before == {"publisher": "Meta"}


def test_lists_of_other_entries_become_those_of_the_file_also_among_new_ones():
    first, release = make_release(slug="a"), make_release(slug="b")
    release.based_on.add(first)
    data = csv_of(
        [*RELEASE, "based_on"],
        [*{**RELEASE, "slug": "llama-10", "name": "Llama 10"}.values(), "llama-9; b"],
        [*RELEASE.values(), "a"],
    )
    apply(Release, data)
    apply(Release, csv_of(["slug", "based_on"], ["b", "llama-9"]))
    based = {r.slug: {o.slug for o in r.based_on.all()} for r in Release.objects.prefetch_related("based_on")}
    assert based == {"a": set(), "b": {"llama-9"}, "llama-9": {"a"}, "llama-10": {"llama-9", "b"}}


def test_what_listens_for_changes_is_told_of_each_row(django_capture_on_commit_callbacks):
    make_source(slug="a")
    told = []

    def listen(sender, pk, deleted, **more):
        told.append((sender, Source.objects.get(pk=pk).slug, deleted))

    content_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            columns = ["slug", "title", "publisher", "url", "kind"]
            apply(
                Source,
                csv_of(
                    columns,
                    ["a", "A", "M", "https://a.example/", "paper"],
                    ["b", "B", "M", "https://b.example/", "paper"],
                ),
            )
    finally:
        content_changed.disconnect(listen)
    assert sorted(told, key=str) == [(Source, "a", False), (Source, "b", False)]


def test_one_wrong_row_keeps_all_others_out():
    make_source(slug="a", publisher="Meta")
    make_source(slug="b")
    with pytest.raises(ChangedMeanwhile):
        apply(Source, csv_of(["slug", "publisher"], ["a", "Meta AI"], ["b", ""]))
    assert Source.objects.get(slug="a").publisher == "Meta"


@pytest.mark.parametrize("meanwhile", [{"publisher": "Theirs"}, {"slug": "renamed"}])
def test_what_changed_since_it_was_shown_is_not_overwritten(meanwhile):
    source = make_source(slug="a", publisher="Meta")
    make_source(slug="b")
    sheet = read(csv_of(["slug", "publisher"], ["a", "Mine"], ["b", "Mine"]))
    shown = bulk.compare(table_of(Source), sheet).fingerprints()
    Source.objects.filter(pk=source.pk).update(**meanwhile)
    with pytest.raises(ChangedMeanwhile) as changed:
        bulk.apply(table=table_of(Source), sheet=sheet, shown=shown, who="ed", why="x")
    assert [row.is_news for row in changed.value.comparison.rows] == [True, False]
    assert not Source.objects.filter(publisher="Mine").exists()


def test_what_somebody_added_since_is_not_overwritten():
    sheet = read(csv_of(list(RELEASE), list(RELEASE.values())))
    shown = bulk.compare(table_of(Release), sheet).fingerprints()
    make_release(slug="llama-9", name="Theirs")
    with pytest.raises(ChangedMeanwhile):
        bulk.apply(table=table_of(Release), sheet=sheet, shown=shown, who="ed", why="x")
    assert Release.objects.get().name == "Theirs"


def test_an_import_that_was_made_already_is_not_made_twice():
    make_source(slug="a")
    sheet = read(csv_of(["slug", "publisher"], ["a", "Mine"]))
    shown = bulk.compare(table_of(Source), sheet).fingerprints()
    bulk.apply(table=table_of(Source), sheet=sheet, shown=shown, who="ed", why="x")
    with pytest.raises(ChangedMeanwhile):
        bulk.apply(table=table_of(Source), sheet=sheet, shown=shown, who="ed", why="x")


def test_a_refusal_of_the_database_at_the_last_moment_leaves_nothing_behind(monkeypatch):
    """Somebody commits the same name between the look and the write."""
    from models_catalog.bulk import applying

    write = applying._write

    def late(table, rows):
        write(table, rows)
        make_release(name="Llama 9")

    monkeypatch.setattr(applying, "_write", late)
    license = make_license()
    with pytest.raises(IntegrityError):
        apply(Release, csv_of([*RELEASE, "license"], [*RELEASE.values(), license.slug]))
    assert not Release.objects.exists()


def test_entries_are_locked_from_the_look_to_the_write():
    make_source(slug="a")
    with CaptureQueriesContext(connection) as captured:
        apply(Source, csv_of(["slug", "publisher"], ["a", "Mine"]))
    assert any("FOR UPDATE" in query["sql"] and "ORDER BY" in query["sql"] for query in captured)


def queries_of_applying(first, rows):
    release = make_release()
    values = [[f"v-{n}", f"V {n}", release.slug, "8B", "base", str(8 * 10**9)] for n in range(first, first + rows)]
    columns = ["slug", "name", "release", "size_label", "kind", "parameters_total"]
    with CaptureQueriesContext(connection) as captured:
        apply(Variant, csv_of(columns, *values))
        apply(Variant, csv_of(columns, *([*row[:3], "9B", *row[4:]] for row in values)))
    return len(captured)


def test_an_import_asks_as_much_for_many_rows_as_for_one():
    make_variant()
    assert queries_of_applying(0, 1) == queries_of_applying(10, 200) <= 60
    assert Variant.objects.filter(size_label="9B").count() == 201
