"""Exports in a real browser: an administrator downloads, sees and verifies; an editor finds nothing."""

import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from llamahub.backup.models import Export, Verification
from tests.factories import LONG_AGO, make_export, make_live_article, make_user
from tests.pages import DESKTOP, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/backup/export/"
# An export is written and read back before the download begins, and the machine may be busy.
PATIENCE = 60_000


@pytest.fixture
def visit(open_context, live_server, administrator):
    """A page of the admin, signed in as the administrator or as somebody else."""

    def make(path, *, name="admin", password="password", **options):
        page = open_context(**{"viewport": DESKTOP, **options}).new_page()
        page.goto(live_server.url + "/admin/login/?next=" + path)
        page.fill("#id_username", name)
        page.fill("#id_password", password)
        page.click("[type=submit]")
        expect(page.locator("#id_username")).to_have_count(0)
        return page

    return make


def past_exports():
    """One of each look: sound, damaged, not verified, gone, elsewhere, with accounts."""
    sound = {"verification": Verification.SOUND, "verified_at": LONG_AGO}
    make_export(content=b"sound", **sound)
    make_export(
        content=b"broken", verification=Verification.DAMAGED, verified_at=LONG_AGO,
        problem="media/images/0123456789ab/0123456789abcdef.jpg has another checksum than when it was written.",
    )  # fmt: skip
    make_export(content=b"new")
    make_export(**sound)
    make_export(folder="/mnt/backups/a/long/way/from/here", **sound)
    make_export(content=b"secrets", with_accounts=True, **sound)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_administrator_is_warned_exports_and_is_no_longer_warned(visit, tmp_path, live_server, scripts):
    make_live_article()
    page = visit("/admin/", java_script_enabled=scripts, accept_downloads=True)
    expect(page.locator("#content")).to_contain_text("There is no good export of this site.")
    page.click("text=Export it now")
    with page.expect_download(timeout=PATIENCE) as started:
        page.click("text=Export and download >> nth=0")
    target = tmp_path / "download.zip"
    started.value.save_as(target)
    export = Export.objects.get()
    assert started.value.suggested_filename == export.file
    assert target.read_bytes() == export.path.read_bytes()
    assert zipfile.ZipFile(target).testzip() is None

    page.goto(live_server.url + LIST)
    row = page.locator(".exports__table tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(export.file)
    expect(row).to_contain_text("Sound")
    with page.expect_download(timeout=PATIENCE) as again:
        page.click("button[aria-label^=Download]")
    again.value.save_as(target)
    assert target.read_bytes() == export.path.read_bytes()
    page.goto(live_server.url + "/admin/")
    expect(page.locator("#content")).not_to_contain_text("good export")


def test_a_damaged_export_is_found_by_a_button(visit, complaints):
    make_export(content=b"no longer what was written")
    export = Export.objects.get()
    export.path.write_bytes(b"something else")
    page = visit(LIST)
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.click("button[aria-label^=Verify]")
    expect(page.locator(".messagelist")).to_contain_text("is damaged", timeout=PATIENCE)
    expect(page.locator(".exports__table tbody tr")).to_contain_text("Damaged")
    assert complaints == []


def test_passwords_are_given_out_for_a_password(visit):
    page = visit(LIST, accept_downloads=True)
    page.click("summary")
    page.fill("#id_password", "wrong")
    page.click("text=Export and download, with accounts")
    expect(page.locator(".exports__accounts .errorlist")).to_be_visible(timeout=PATIENCE)
    assert not Export.objects.exists()
    page.fill("#id_password", "password")
    with page.expect_download(timeout=PATIENCE) as started:
        page.click("text=Export and download, with accounts")
    assert started.value.suggested_filename.endswith("-accounts.zip")
    assert Export.objects.get().with_accounts


def test_an_editor_is_refused(visit, live_server):
    make_user("Editor", username="ed")
    export = make_export(content=b"not for them")
    page = visit("/admin/", name="ed", password="secret")
    expect(page.locator("#content")).not_to_contain_text("export")
    for path in (LIST, f"{LIST}{export.pk}/change/", f"{LIST}{export.pk}/download/"):
        assert page.goto(live_server.url + path).status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_exports_are_accessible_and_fit(visit, live_server, viewport, scheme):
    past_exports()
    page = visit("/admin/", viewport=viewport, color_scheme=scheme)
    of_accounts = Export.objects.get(with_accounts=True)
    wrong = []
    for path in (
        "/admin/",
        LIST,
        f"{LIST}{of_accounts.pk}/change/",
        f"{LIST}{of_accounts.pk}/download/",
        reverse("admin:backup_backuppolicy_add"),
    ):
        page.goto(live_server.url + path)
        if path == LIST:
            page.click("summary")
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        wrong += [f"{path}: {rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            wrong.append(f"{path}: scrolls sideways")
    assert wrong == []
