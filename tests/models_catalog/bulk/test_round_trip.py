"""What is exported and imported again changes nothing: the shipped content, and every text that could go wrong."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.db import transaction

from editorial.models import FactUse
from models_catalog import bulk
from models_catalog.bulk import FileKind, read, table_of
from models_catalog.models import Citation, KeyFigure, LicenseRule, Release, Source
from tests import shipped_content
from tests.factories import make_figure, make_license, make_release, make_rule, make_source

from .sheets import KINDS, apply, counts, exported

pytestmark = pytest.mark.django_db

AWKWARD = [
    "=HYPERLINK(1)", "+49", "-1", "@x", "\ttab", "'=x", "'quoted'", "a;b; c\\", 'say "so"', "a,b", "two\nlines", "\n",
    " spaces ", "_x0041_", "a\x0bb", "Größe ﬁ 日本 🦙", "e\u0301", "&lt;<b>&", "0012", "1e5", "TRUE", "2024-04-18", "12:30",
    "as\r\nsent by a browser", "  =x", "''",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """For each kind and format of the shipped content: how many entries, what a dry run of the export says, and
    whether they are the same after an import into the emptied table. Loaded once, since that takes long."""
    with django_db_blocker.unblock(), transaction.atomic():
        shipped_content.load()
        found = {}
        for model in KINDS:
            for kind in FileKind:
                found[model, kind] = (model.objects.count(), counts(model, exported(model, kind)))
        for model in (KeyFigure, Citation, LicenseRule):
            for kind in FileKind:
                found[model, kind, "again"] = _into_an_empty_table(model, kind)
        transaction.set_rollback(True)
    return found


def _into_an_empty_table(model, kind):
    """The values of all entries before and after."""
    table = table_of(model)
    attributes = [column.field.attname for column in table.columns]
    before = sorted(map(str, model.objects.values_list(*attributes)))
    sheet = read(exported(model, kind))
    for line in sheet.lines:
        # New on purpose: that they are gone is no conflict.
        line.cells[sheet.header.index("_version")] = ""
    # What prose quotes cannot be deleted; the table is what this is about.
    FactUse.objects.all().delete()
    model.objects.all().delete()
    shown = bulk.compare(table, sheet).fingerprints()
    bulk.apply(table=table, sheet=sheet, shown=shown, who="ed", why="Back again.")
    return before, sorted(map(str, model.objects.values_list(*attributes)))


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_the_shipped_content_comes_back_unchanged(shipped, model, kind):
    entries, counted = shipped[model, kind]
    assert entries >= 8
    assert counted == {"unchanged": entries}


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize("model", [KeyFigure, Citation, LicenseRule], ids=lambda model: model.__name__)
def test_the_shipped_content_comes_back_into_an_empty_table(shipped, model, kind):
    before, after = shipped[model, kind, "again"]
    assert before
    assert after == before


@pytest.mark.parametrize("kind", FileKind)
def test_awkward_texts_come_back_unchanged(kind):
    for text in AWKWARD:
        make_source(note=text, title=f"{text}.", publisher=text[:120])
        make_rule(conditions=text, clause=text)
        make_release(generation="3", languages=[text.strip() or "x", "b;c", "\\", "d"])
    for model in (Source, LicenseRule, Release):
        assert counts(model, exported(model, kind)) == {"unchanged": len(AWKWARD)}


@pytest.mark.parametrize("kind", FileKind)
def test_numbers_come_back_exactly(kind):
    numbers = ["-5", "0", "0.01", "123456789012345678.99", "999999999999999", "1000000000000000", "8.03"]
    for number in numbers:
        make_figure(value=Decimal(number))
    make_release(context_tokens=9223372036854775807)
    assert counts(KeyFigure, exported(KeyFigure, kind)) == {"unchanged": len(numbers)}
    assert counts(Release, exported(Release, kind)) == {"unchanged": 1}


@pytest.mark.parametrize("kind", FileKind)
def test_an_entry_with_every_optional_value_empty_or_full_comes_back(kind):
    first = make_release(license=None, status="announced", context_tokens=None)
    second = make_release(knowledge_cutoff=date(2023, 12, 1), pretraining_tokens=15 * 10**12, is_listed=False)
    second.based_on.set([first, second])
    assert counts(Release, exported(Release, kind)) == {"unchanged": 2}


def test_no_cell_of_an_export_begins_as_a_formula():
    for text in AWKWARD:
        make_source(note=text, publisher=text[:120], title=text)
    rows = list(csv.reader(StringIO(exported(Source).decode("utf-8-sig"), newline="")))
    assert [cell for row in rows for cell in row if cell.lstrip(" ")[:1] in "=+-@\t\r" and cell.strip()] == []


def test_a_text_with_the_apostrophe_is_changed_in_the_file_and_keeps_its_sign():
    source = make_source(note="=old")
    data = exported(Source).replace(b"'=old", b"'=new")
    apply(Source, data)
    source.refresh_from_db()
    assert source.note == "=new"


def test_the_first_bytes_tell_a_spreadsheet_that_it_is_utf_8():
    make_source()
    assert exported(Source).startswith(b"\xef\xbb\xbfslug,")


def test_a_workbook_explains_its_columns_on_a_second_sheet():
    from io import BytesIO
    from zipfile import ZipFile

    make_license()
    with ZipFile(BytesIO(exported(Release, FileKind.XLSX))) as archive:
        explained = archive.read("xl/worksheets/sheet2.xml").decode()
    for column in table_of(Release).columns:
        assert f">{column.name}<" in explained
    assert "one of: available, research, announced" in explained


def test_semicolons_and_no_mark_make_no_difference():
    make_release(summary="One; two, three")
    rows = csv.reader(StringIO(exported(Release).decode("utf-8-sig"), newline=""))
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    assert counts(Release, text.getvalue().encode()) == {"unchanged": 1}
