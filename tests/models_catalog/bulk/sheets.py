"""Spreadsheets for tests: small files made by hand, and exports of what the database holds."""

from __future__ import annotations

import csv
import warnings
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

from models_catalog import bulk
from models_catalog.bulk import FileKind, table_of

# The kinds that can be exported and imported in the admin.
from models_catalog.models import Citation, KeyFigure, LicenseRule, Release, Source, TimelineEvent, Variant

KINDS = (Release, Variant, TimelineEvent, LicenseRule, Source, Citation, KeyFigure)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def csv_of(*rows, delimiter=",", bom=False, line_end="\r\n"):
    """A CSV file; each row a list of texts."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return ("\ufeff" if bom else "").encode() + text.getvalue().encode()


def exported(model, kind=FileKind.CSV):
    """The file with every entry of a kind."""
    pks = list(model.objects.order_by("pk").values_list("pk", flat=True))
    return b"".join(bulk.export(table_of(model), pks, kind))


def edited(model, change, **where):
    """The export of a kind after ``change(row)`` of the rows in which the columns have these values."""
    rows = list(csv.DictReader(StringIO(exported(model).decode("utf-8-sig"), newline="")))
    for row in rows:
        if all(row[name] == value for name, value in where.items()):
            change(row)
    return csv_of(list(rows[0]), *(list(row.values()) for row in rows))


def compare(model, data):
    return bulk.compare(table_of(model), bulk.read(data))


def problems(model, data):
    """What is wrong: (row, column, message)."""
    return [(each.row, each.column, each.message) for each in compare(model, data).problems]


def counts(model, data):
    return {standing.value: count for standing, count in compare(model, data).counts.items() if count}


def apply(model, data, *, who="ed", why="Told so."):
    """Dry run and import in one."""
    sheet = bulk.read(data)
    shown = bulk.compare(table_of(model), sheet).fingerprints()
    return bulk.apply(table=table_of(model), sheet=sheet, shown=shown, who=who, why=why)


def workbook(sheet, *, shared="", styles="", properties="", parts=(), sheets=None, replace=()):
    """An .xlsx as other programs write it. ``sheet`` is what stands in <sheetData>; ``parts`` are added as they are,
    ``replace`` instead of ours."""
    listed = sheets or '<sheet name="One" sheetId="1" r:id="rId1"/>'
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships><Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            '<Relationship Id="rId2" Type="x" Target="worksheets/sheet2.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    if shared:
        files["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        files["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    files |= dict(replace)
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a part is there twice is what a test wants
        for name, text in (*files.items(), *parts):
            archive.writestr(name, text)
    return data.getvalue()


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
