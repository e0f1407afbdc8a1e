"""A dry run says row by row what would change, and names row and column of everything that is wrong."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from models_catalog.bulk import FileError, read, table_of
from models_catalog.bulk import compare as compare_sheet
from models_catalog.bulk.cells import Keys
from models_catalog.models import Citation, KeyFigure, License, LicenseRule, Release, Source, TimelineEvent, Variant
from tests.factories import (
    CHECKED,
    make_citation,
    make_event,
    make_figure,
    make_license,
    make_release,
    make_rule,
    make_source,
    make_use_case,
    make_variant,
)

from .sheets import compare, counts, csv_of, edited, exported, problems, text_cell, workbook

pytestmark = pytest.mark.django_db

RELEASE = {
    "slug": "llama-9",
    "name": "Llama 9",
    "generation": "9",
    "summary": "New.",
    "released_on": "2026-01-01",
    "status": "announced",
    "architecture": "dense",
    "modalities_in": "text; image",
    "modalities_out": "text",
}


def new_release(**cells):
    row = {**RELEASE, **cells}
    return csv_of(list(row), list(row.values()))


def changes(model, data):
    return {
        (row.number, change.column.name): (change.old, change.new)
        for row in compare(model, data).rows
        for change in row.changes
    }


# --- What would change ------------------------------------------------------------------------------------------------


def test_each_row_is_new_changed_or_unchanged():
    make_source(slug="one", title="First")
    make_source(slug="two", title="Second")
    data = csv_of(
        ["slug", "title", "publisher", "url", "kind"],
        ["one", "First", "Meta", Source.objects.get(slug="one").url, "model_card"],
        ["two", "2nd", "Meta", Source.objects.get(slug="two").url, "model_card"],
        ["three", "Third", "Meta", "https://example.org/3", "paper"],
    )
    assert counts(Source, data) == {"unchanged": 1, "changed": 1, "new": 1}
    assert changes(Source, data)[3, "title"] == ("Second", "2nd")
    assert changes(Source, data)[4, "kind"] == ("", "paper")


def test_a_column_that_is_not_there_is_left_alone():
    make_source(slug="one", note="Kept", last_checked_on=CHECKED)
    data = csv_of(["slug", "publisher"], ["one", "Another"])
    assert changes(Source, data) == {(2, "publisher"): ("Meta", "Another")}


def test_an_empty_cell_empties_the_field():
    make_source(slug="one", note="Gone", last_checked_on=CHECKED)
    data = csv_of(["slug", "note", "last_checked_on"], ["one", "", " "])
    assert changes(Source, data) == {(2, "note"): ("Gone", ""), (2, "last_checked_on"): (CHECKED.isoformat(), "")}


def test_a_new_row_without_a_column_takes_what_the_form_begins_with():
    [row] = compare(Release, new_release()).rows
    assert (row.entry.branch, row.entry.is_listed, row.entry.languages) == ("core", True, [])


def test_the_order_of_columns_and_of_other_entries_makes_no_difference():
    first, second, third = make_release(slug="a"), make_release(slug="b"), make_release(slug="c")
    third.based_on.set([first, second])
    assert counts(Release, csv_of(["based_on", "slug"], ["b;a ;", "c"])) == {"unchanged": 1}


def test_a_choice_may_be_called_as_readers_see_it():
    make_release(slug="a", status="available", architecture="dense")
    data = csv_of(["slug", "status", "architecture"], ["a", "Research only", "DENSE"])
    assert changes(Release, data) == {(2, "status"): ("available", "research")}


def test_yes_and_no_are_read_as_spreadsheets_write_them():
    make_release(slug="a", is_listed=True)
    for text, is_changed in {"yes": False, "TRUE": False, "No": True, "false": True}.items():
        assert bool(changes(Release, csv_of(["slug", "is_listed"], ["a", text]))) is is_changed


def test_rows_of_the_file_may_refer_to_new_rows_of_it():
    data = csv_of(
        [*RELEASE, "based_on"], [*RELEASE.values(), "llama-10"],
        [*{**RELEASE, "slug": "llama-10", "name": "Llama 10"}.values(), ""],
    )  # fmt: skip
    assert counts(Release, data) == {"new": 2}


def test_a_workbook_may_hold_numbers_dates_and_ticks_where_a_csv_has_texts():
    make_release(slug="a", context_tokens=8192, is_listed=True, generation="3")
    names = ("slug", "context_tokens", "is_listed", "released_on", "generation")
    head = "".join(text_cell(f"{letter}1", name) for letter, name in zip("ABCDE", names, strict=True))
    cells = (
        text_cell("A2", "a") + '<c r="B2"><v>1.31072E5</v></c><c r="C2" t="b"><v>0</v></c>'
        '<c r="D2" s="1"><v>45400</v></c><c r="E2"><v>3.1</v></c>'
    )
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    data = workbook(f'<row r="1">{head}</row><row r="2">{cells}</row>', styles=styles)
    assert changes(Release, data) == {
        (2, "context_tokens"): ("8192", "131072"),
        (2, "is_listed"): ("yes", "no"),
        (2, "generation"): ("3", "3.1"),
    }


# --- Columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (["slug", "contex_tokens"], "no column “contex_tokens”. Did you mean “context_tokens”?"),
        (["slug", "Context window"], "no column “Context window”. Did you mean “context_tokens”?"),
        (["slug", "Shown to readers"], "Did you mean “is_listed”?"),
        (["slug", "xyz"], "no column “xyz”."),
        (["slug", "name", "name"], "“name” is there twice"),
        (["name"], "“slug” is missing"),
        (["slug", "id"], "no column “id”"),
        (["slug", "created_at"], "no column “created_at”"),
        (["slug", "", "name"], "Column 2 has values but no name"),
    ],
)
def test_a_wrong_header_is_named_with_the_nearest_name(header, says):
    with pytest.raises(FileError) as error:
        compare(Release, csv_of(header, ["x"] * len(header)))
    assert says in " ".join(error.value.messages)


def test_every_wrong_column_is_named_at_once():
    with pytest.raises(FileError) as error:
        compare(Release, csv_of(["nme", "sumary"], ["x", "y"]))
    assert len(error.value.messages) == 3


# --- Planted errors, of each kind -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"released_on": "4/18/2024"}, "released_on", "“4/18/2024”: Enter a date that exists, as year-month-day"),
        ({"released_on": "2024-02-30"}, "released_on", "a date that exists"),
        ({"released_on": ""}, "released_on", "needs a value"),
        ({"context_tokens": "128k"}, "context_tokens", "“128k”: Enter a whole number"),
        ({"context_tokens": "131,072"}, "context_tokens", "without commas"),
        ({"context_tokens": "1e5"}, "context_tokens", "whole number"),
        ({"context_tokens": "١٢٣"}, "context_tokens", "whole number"),
        ({"context_tokens": "-1"}, "context_tokens", "greater than or equal to 0"),
        ({"context_tokens": "0"}, "context_tokens", "must be above zero"),
        ({"context_tokens": "9" * 25}, "context_tokens", "less than or equal to"),
        ({"status": "availble"}, "status", "Did you mean “available”?"),
        ({"status": "available"}, "status", "Choose the license"),
        ({"status": "available", "license": ""}, "license", "Choose the license"),
        ({"license": "llama-33"}, "license", "no license “llama-33”. Did you mean “llama-3”?"),
        ({"modalities_in": "text; sound"}, "modalities_in", "“sound” is not one of the choices"),
        ({"modalities_out": ";"}, "modalities_out", "cannot be blank"),
        ({"is_listed": "maybe"}, "is_listed", "“maybe” is neither. Write yes or no"),
        ({"is_listed": ""}, "is_listed", "Write yes or no"),
        ({"based_on": "llama-3x"}, "based_on", "no release “llama-3x”"),
        ({"slug": "Llama 9"}, "slug", "Use lower-case letters"),
        ({"slug": "compare"}, "slug", "belongs to another page"),
        ({"slug": ""}, "slug", "not clear which entry"),
        ({"name": "x" * 81}, "name", "at most 80 characters"),
        ({"name": "Taken"}, "name", "Another release already has this name"),
        ({"knowledge_cutoff": "2023-12-02"}, "knowledge_cutoff", "A knowledge cut-off is a month"),
        ({"knowledge_cutoff": "2027-01-01"}, "knowledge_cutoff", "cannot lie after the release"),
        ({"date_precision": "month", "released_on": "2026-01-02"}, "released_on", "first day of it"),
    ],
)
def test_an_error_in_a_release_names_row_column_and_remedy(cells, column, says):
    make_release(slug="llama-3", name="Taken", license=make_license(slug="llama-3"))
    [(row, named, message)] = problems(Release, new_release(**cells))
    assert (row, named) == (2, column)
    assert says in message


def test_an_error_in_a_checkpoint():
    make_variant(slug="a", parameters_total=100)
    make_variant(slug="b", repository_id="meta-llama/x")
    data = csv_of(
        ["slug", "parameters_active", "experts", "release", "repository_id"],
        ["a", "200", "4", "none-such", ""],
        ["b", "", "1", make_release().slug, "meta-llama/x"],
    )
    found = problems(Variant, data)
    assert (2, "release") in [each[:2] for each in found]
    assert (3, "experts") in [each[:2] for each in found]
    active = csv_of(["slug", "parameters_active", "experts"], ["a", "200", "4"])
    assert problems(Variant, active)[0][1:] == (
        "parameters_active",
        "Active parameters cannot exceed the total. Check both numbers.",
    )
    twice = csv_of(["slug", "repository_id"], ["a", "meta-llama/x"])
    assert problems(Variant, twice)[0][1:] == ("repository_id", "Another checkpoint already names this repository.")


def test_two_checkpoints_without_a_repository_are_no_error():
    make_variant(slug="a", repository_id="meta-llama/a")
    make_variant(slug="b", repository_id="")
    assert counts(Variant, csv_of(["slug", "repository_id"], ["a", ""])) == {"changed": 1}


def test_an_error_in_an_event():
    make_event(slug="a")
    data = csv_of(["slug", "happened_on", "date_precision", "kind"], ["a", "2024-04-18", "month", "party"])
    assert [each[:2] for each in problems(TimelineEvent, data)] == [(2, "kind")]
    data = csv_of(["slug", "happened_on", "date_precision"], ["a", "2024-04-18", "month"])
    assert [each[:2] for each in problems(TimelineEvent, data)] == [(2, "happened_on")]


def test_an_error_in_a_rule():
    rule = make_rule(verdict="allowed", clause="§1")
    key = [rule.use_case.slug, rule.license.slug]
    data = csv_of(
        ["use_case", "license", "verdict", "clause"], [*key, "conditions", "§1"], ["none", key[1], "allowed", "§2"]
    )
    found = problems(LicenseRule, data)
    assert [each[:2] for each in found] == [(2, "verdict"), (3, "use_case")]
    assert "Say in “conditions”" in found[0][2]
    data = csv_of(["use_case", "license", "verdict", "clause", "conditions"], [*key, "conditions", "", ""])
    assert {each[:2] for each in problems(LicenseRule, data)} == {(2, "conditions"), (2, "clause")}


def test_rules_are_found_by_use_case_and_license_together():
    license, case = make_license(), make_use_case()
    make_rule(use_case=case, license=license)
    data = csv_of(
        ["use_case", "license", "verdict", "clause"],
        [case.slug, license.slug, "allowed", "§1.a"],
        [case.slug, make_license().slug, "allowed", "§1.a"],
    )
    assert counts(LicenseRule, data) == {"unchanged": 1, "new": 1}


def test_an_error_in_a_source():
    make_source(slug="a")
    data = csv_of(["slug", "url", "kind"], ["a", "javascript:alert(1)", "paper"])
    assert problems(Source, data)[0][:2] == (2, "url")


def test_an_error_in_a_figure():
    make_figure(slug="a")
    assert problems(KeyFigure, csv_of(["slug", "value"], ["a", "3.27 billion"]))[0][:2] == (2, "value")
    assert problems(KeyFigure, csv_of(["slug", "value"], ["a", "3.275"]))[0][:2] == (2, "value")


def test_an_error_in_a_citation():
    release, source = make_release(slug="a"), make_source(slug="s")
    columns = ["release", "event", "field", "source", "locator", "checked_on"]
    event = make_event(slug="e")
    data = csv_of(
        columns,
        ["a", "", "conntext", "s", "T1", "2026-01-01"],
        ["a", "e", "summary", "s", "T1", "2026-01-01"],
        ["", "", "summary", "s", "T1", "2026-01-01"],
        ["a", "", "summary", "s", "T1", "2026-01-01"],
    )
    found = problems(Citation, data)
    assert [each[0] for each in found] == [2, 3, 4]
    assert "Choose one of: released_on" in found[0][2]
    assert "exactly one entry" in found[1][2]
    assert {release.slug, source.slug, event.slug} == {"a", "s", "e"}


def test_a_citation_is_found_by_what_it_supports():
    release = make_release(slug="a")
    make_citation(release=release, field="context_tokens", source=make_source(slug="s"), locator="T1")
    columns = ["release", "field", "source", "locator", "status", "checked_on"]
    data = csv_of(columns, ["a", "context_tokens", "s", "T1", "disputed", CHECKED.isoformat()])
    assert changes(Citation, data) == {(2, "status"): ("verified", "disputed")}


def test_two_rows_about_one_entry_are_an_error():
    make_source(slug="a")
    data = csv_of(["slug", "publisher"], ["a", "X"], ["b", "Y"], [" a ", "Z"])
    assert (4, "slug", "Row 2 is about the same source. Keep one.") in problems(Source, data)


def test_two_new_rows_with_one_name_are_an_error_that_names_the_other():
    data = csv_of(list(RELEASE), list(RELEASE.values()), list({**RELEASE, "slug": "llama-10"}.values()))
    [(row, column, message)] = problems(Release, data)
    assert (row, column) == (3, "name")
    assert message.startswith("Row 2 has the same.")


def test_a_name_that_another_row_gives_up_must_wait():
    make_source(slug="a", title="A", url="https://example.org/")
    make_source(slug="b", title="B", url="https://example.org/")
    data = csv_of(["slug", "title"], ["a", "B"], ["b", "A"])
    assert {each[0] for each in problems(Source, data)} == {2, 3}
    assert "cannot change places" in problems(Source, data)[0][2]


def test_a_new_row_says_which_columns_it_lacks():
    found = problems(Release, csv_of(["slug", "name"], ["llama-9", "Llama 9"]))
    assert {column for _, column, _ in found} == set(RELEASE) - {"slug", "name"}


def test_everything_wrong_is_named_at_once():
    make_release(slug="a")
    make_release(slug="b")
    data = csv_of(["slug", "released_on", "context_tokens"], ["a", "x", "y"], ["b", "z", "1"])
    assert [each[:2] for each in problems(Release, data)] == [
        (2, "released_on"),
        (2, "context_tokens"),
        (3, "released_on"),
    ]


# --- Changed since the export -----------------------------------------------------------------------------------------


def test_a_change_of_what_somebody_else_changed_since_is_a_conflict():
    make_source(slug="a", publisher="Meta")
    data = edited(Source, lambda row: row.update(publisher="Mine"))
    Source.objects.update(publisher="Theirs")
    [(row, column, message)] = problems(Source, data)
    assert (row, column) == (2, "_version")
    assert "Somebody changed this entry after the file was exported" in message


def test_also_when_the_other_change_is_of_another_field():
    make_source(slug="a", publisher="Meta")
    data = edited(Source, lambda row: row.update(publisher="Mine"))
    Source.objects.update(note="Theirs")
    assert problems(Source, data)[0][1] == "_version"


def test_a_row_that_nobody_touched_in_the_file_stays_as_it_is_here():
    make_source(slug="a", publisher="Meta")
    data = exported(Source)
    Source.objects.update(publisher="Theirs")
    [row] = compare(Source, data).rows
    assert (row.standing, row.changes) == ("unchanged", [])
    assert "stays as it is here" in row.note


def test_emptying_the_version_takes_the_row_all_the_same():
    make_source(slug="a", publisher="Meta")
    data = edited(Source, lambda row: row.update(publisher="Mine", _version=""))
    Source.objects.update(publisher="Theirs")
    assert changes(Source, data) == {(2, "publisher"): ("Theirs", "Mine")}


def test_a_list_of_entries_that_changed_since_is_a_conflict_too():
    release, other = make_release(slug="a"), make_release(slug="b")
    data = edited(Release, lambda row: row.update(generation="9"), slug="a")
    release.based_on.add(other)
    assert problems(Release, data)[0][:2] == (2, "_version")


def test_an_entry_that_was_deleted_since_does_not_come_back():
    make_source(slug="a")
    data = exported(Source)
    Source.objects.all().delete()
    [(_, column, message)] = problems(Source, data)
    assert column == "_version"
    assert "deleted" in message


def test_a_changed_slug_is_no_new_entry():
    make_source(slug="a")
    data = edited(Source, lambda row: row.update(slug="b"))
    assert "Names are changed in the form" in problems(Source, data)[0][2]


# --- The rules of the database and of Django agree --------------------------------------------------------------------


def test_rules_asked_of_all_rows_at_once_say_the_same_as_rules_asked_of_one():
    """Django’s own judgment of each row is the measure."""
    from django.core.exceptions import ValidationError

    from models_catalog.bulk.rules import broken_rules

    base = make_variant()
    entries = []
    for fields in (
        {},
        {"parameters_total": 0},
        {"parameters_active": 9 * 10**9, "experts": 2},
        {"experts": 16},
        {"parameters_active": 10**9, "experts": 1},
        {"layers": 0, "head_size": 0},
        {"kv_heads": 16, "attention_heads": 8},
        {"kind": "none-such"},
        {"knowledge_cutoff": CHECKED},
        {"knowledge_cutoff": CHECKED - timedelta(days=CHECKED.day - 1)},
    ):
        values = {f.attname: getattr(base, f.attname) for f in Variant._meta.concrete_fields if f.name != "id"}
        entries.append(Variant(**{**values, "slug": "x", "name": "x", **fields}))
    found = broken_rules(Variant, entries)
    for place, entry in enumerate(entries):
        try:
            entry.validate_constraints()
            expected = []
        except ValidationError as error:
            expected = sorted(error.messages)
        assert sorted({message for _, message in found.get(place, [])}) == sorted(set(expected)), place
    assert 0 not in found
    assert len(found) == 8


# --- Cost -------------------------------------------------------------------------------------------------------------


def queries_of_comparing(rows):
    columns = [*RELEASE, "based_on"]
    lines = [list({**RELEASE, "slug": f"r-{n}", "name": f"R {n}"}.values()) for n in range(rows)]
    sheet = read(csv_of(columns, *([*line, "base"] for line in lines)))
    with CaptureQueriesContext(connection) as captured:
        assert not compare_sheet(table_of(Release), sheet).problems
    return len(captured)


def test_a_dry_run_asks_as_much_for_many_rows_as_for_one():
    make_release(slug="base")
    assert queries_of_comparing(1) == queries_of_comparing(200) <= 12


def test_suggestions_for_thousands_of_wrong_names_take_no_minutes():
    keys = Keys()
    keys._by_text[License] = {f"license-number-{n}-of-many": n for n in range(2000)}
    begin = time.process_time()
    said = [keys.nearest(f"licence-number-{n}-of-mani", License) for n in range(5000)]
    assert "Did you mean “license-number-0-of-many”?" in said[0]
    assert said[-1] == ""
    assert time.process_time() - begin < 10
