"""An editor exports a list, changes it in a spreadsheet, and imports it: wrongly first."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from models_catalog.models import RecordedChange, Release
from tests.factories import make_license, make_release, make_user
from tests.llamahub.admin.entries import address
from tests.models_catalog.bulk.sheets import csv_of
from tests.pages import DESKTOP, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page, live_server, *groups):
    make_user(*groups, username="ed")
    page.goto(live_server.url + reverse("admin:login"))
    page.fill("#id_username", "ed")
    page.fill("#id_password", "secret")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def choose(page, data, name="releases.csv"):
    page.set_input_files("#id_file", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.click("text=Show what would change")


def test_a_list_is_exported_changed_refused_mended_and_imported(page, live_server, complaints):
    license = make_license(slug="llama-4")
    make_release(slug="llama-4-scout", name="Llama 4 Scout", context_tokens=1_000_000, license=license)
    make_release(slug="llama-4-maverick", name="Llama 4 Maverick", license=license)
    sign_in(page, live_server, "Editor")
    page.goto(live_server.url + address(Release, "changelist") + "?q=scout")
    with page.expect_download() as download:
        page.click("text=Export CSV")
    assert download.value.suggested_filename.startswith("releases-2")
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    header, row = csv.reader(StringIO(text, newline=""))
    assert row[header.index("slug")] == "llama-4-scout"

    # Unchanged: nothing to do.
    page.click("text=Import")
    choose(page, text.encode())
    assert "Nothing changes" in page.inner_text("#content")

    # Wrong: a short form of the number, a license that is none, and a column that is none.
    wrong = [*row]
    wrong[header.index("context_tokens")] = "10M"
    wrong[header.index("license")] = "llama-44"
    page.goto(live_server.url + address(Release, "import"))
    choose(page, csv_of([*header, "contxt"], [*wrong, "x"]))
    assert "There is no column “contxt”." in page.inner_text(".errorlist")
    choose(page, csv_of(header, wrong))
    problems = page.inner_text(".explain--stop")
    assert "Row 2, context_tokens: “10M”: Enter a whole number" in problems
    assert "Row 2, license: There is no license “llama-44”. Did you mean “llama-4”?" in problems
    assert not page.locator("input[name=upload]").count()
    assert Release.objects.get(slug="llama-4-scout").context_tokens == 1_000_000

    # Right, but for the reason.
    right = [*row]
    right[header.index("context_tokens")] = "10000000"
    page.click("text=choose it again")
    choose(page, csv_of(header, right, delimiter=";"))
    assert page.inner_text(".bulk-cells del").endswith("1000000")
    assert page.inner_text(".bulk-cells ins").endswith("10000000")
    page.click("text=Import 1 row")
    assert "Say why" in page.inner_text(".errorlist")
    page.fill("#id_change_reason", "The model card was revised.")
    page.click("text=Import 1 row")
    page.wait_for_url("**/release/")
    assert "Imported releases: 0 new, 1 changed" in page.inner_text(".messagelist")
    release = Release.objects.get(slug="llama-4-scout")
    assert release.context_tokens == 10_000_000
    change = RecordedChange.objects.of(release).first()
    assert (change.actor, change.reason) == ("ed", "The model card was revised.")
    assert complaints == []


def test_a_colleagues_change_in_between_is_shown_before_anything_is_overwritten(page, live_server):
    make_release(slug="a", generation="3")
    sign_in(page, live_server, "Publisher")
    page.goto(live_server.url + address(Release, "import"))
    choose(page, csv_of(["slug", "generation"], ["a", "9"]))
    Release.objects.update(generation="4")
    page.fill("#id_change_reason", "Renumbered.")
    page.click("text=Import 1 row")
    assert "changed since you looked" in page.inner_text("[role=alert]")
    assert "differs from before" in page.inner_text("#row-2")
    assert page.inner_text("#row-2 del").endswith("4")
    assert Release.objects.get().generation == "4"
    page.click("text=Import 1 row")
    page.wait_for_url("**/release/")
    assert Release.objects.get().generation == "9"


def test_the_whole_way_needs_no_script(open_context, live_server):
    make_release(slug="a", generation="3")
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, live_server, "Editor")
    page.goto(live_server.url + address(Release, "import"))
    choose(page, csv_of(["slug", "generation"], ["a", "9"]))
    page.fill("#id_change_reason", "Renumbered.")
    page.click("text=Import 1 row")
    assert Release.objects.get().generation == "9"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_are_accessible_and_fit_the_screen(open_context, live_server, size, theme):
    make_release(slug="a", generation="3", summary="A long sentence about what it is and does. " * 8)
    page = open_context(viewport=size, color_scheme=theme, bypass_csp=True).new_page()
    sign_in(page, live_server, "Editor")
    found = {}

    def look(what):
        for broken in Axe().run(page, options={"runOnly": RULES}).response["violations"]:
            found[what, broken["id"]] = [node["html"] for node in broken["nodes"]][:3]
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            found[what, "width"] = size

    for what, rows in {
        "changes": [["a", "9", "A long sentence about what it is and was. " * 8], ["b", "1", "New."]],
        "unreadable": [],
        "unchanged": [["a", "3", Release.objects.get().summary]],
    }.items():
        page.goto(live_server.url + address(Release, "import"))
        look("import")
        choose(page, csv_of(["slug", "generation", "summary"], *rows) if rows else csv_of(["nothing"]))
        look(what)
    assert not found
