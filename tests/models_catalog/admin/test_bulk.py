"""Exporting and importing lists in the admin: what editors see, and who may."""

import csv
import time
from io import BytesIO, StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from models_catalog.bulk import read
from models_catalog.bulk.uploads import Upload, seal, unseal
from models_catalog.models import LicenseRule, RecordedChange, Release, Source
from tests.factories import make_release, make_rule, make_source, make_user
from tests.llamahub.admin.entries import MAKERS, address
from tests.models_catalog.bulk.sheets import KINDS, csv_of, edited, exported

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def editor(client):
    user = make_user("Editor", username="ada")
    client.force_login(user)
    return user


def upload(client, model, data, name="file.csv"):
    return client.post(address(model, "import"), {"file": SimpleUploadedFile(name, data)})


def sealed(page):
    return page.context["dry_run"].sealed


def confirm(client, model, page, why="The card was revised.", **more):
    return client.post(address(model, "import"), {"upload": sealed(page), "change_reason": why, **more})


def body(response):
    return b"".join(response.streaming_content)


# --- Export -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_every_list_is_exported_and_its_import_says_that_nothing_changes(client, model, kind):
    MAKERS[model]()
    response = client.get(address(model, "export", kind))
    assert response.status_code == 200
    name = response["Content-Disposition"]
    assert name.endswith(f'{timezone.localdate():%Y-%m-%d}.{kind}"')
    assert "no-store" in response["Cache-Control"]
    page = upload(client, model, body(response), f"x.{kind}")
    assert "Nothing changes" in page.content.decode()
    assert not sealed(page)


def slugs(data):
    return [row["slug"] for row in csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""))]


def test_an_export_has_what_the_list_shows_on_all_its_pages_in_its_order(client):
    for n in range(60):
        make_source(slug=f"s-{n:02}", title="Wanted", publisher="Meta", kind="paper")
    make_source(slug="other", title="Unwanted", kind="press")
    response = client.get(
        address(Source, "export", "csv"), {"q": "wanted", "kind__exact": "paper", "p": "2", "o": "-1"}
    )
    assert slugs(body(response)) == [f"s-{n:02}" for n in range(60)]


def test_the_buttons_keep_filter_and_search(client):
    make_source(title="Wanted")
    page = client.get(address(Source, "changelist"), {"q": "wanted"}).content.decode()
    assert f'href="{address(Source, "export", "csv")}?q=wanted"' in page
    assert f'href="{address(Source, "import")}"' in page


def test_selected_entries_are_exported(client):
    wanted, _ = make_source(slug="a"), make_source(slug="b")
    for action in ("export_selected_csv", "export_selected_xlsx"):
        response = client.post(address(Source, "changelist"), {"action": action, "_selected_action": [str(wanted.pk)]})
        assert [line.cells[0] for line in read(body(response)).lines] == ["a"]


def test_nonsense_in_the_address_is_answered_as_by_the_list(client):
    make_source()
    assert client.get(address(Source, "export", "csv"), {"no_such_field": "1"}).status_code == 302
    assert client.get(address(Source, "export", "csv"), {"id__exact": "x" * 40}).status_code == 302
    assert client.get(address(Source, "export", "pdf")).status_code == 404
    assert client.post(address(Source, "export", "csv")).status_code == 405


def test_an_export_asks_as_much_for_many_entries_as_for_one(client, django_assert_num_queries):
    make_release().based_on.add(make_release())
    with CaptureQueriesContext(connection) as for_one:
        body(client.get(address(Release, "export", "csv")))
    for _ in range(40):
        make_release().based_on.add(make_release())
    with django_assert_num_queries(len(for_one)):
        body(client.get(address(Release, "export", "csv")))


# --- Import -----------------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_counts_and_each_changed_cell_and_changes_nothing(client):
    make_source(slug="a", publisher="Meta", note="Kept")
    make_source(slug="b")
    page = upload(client, Source, csv_of(["slug", "publisher"], ["a", "Meta AI"], ["b", "Meta"]))
    text = page.content.decode()
    assert "<strong>1</strong> changed" in text
    assert "<strong>1</strong> unchanged" in text
    assert 'was: </span>Meta</del> → <ins><span class="visually-hidden">becomes: </span>Meta AI</ins>' in text
    assert "left alone" in text
    assert "<code>note</code>" in text
    assert Source.objects.get(slug="a").publisher == "Meta"


def test_the_import_writes_what_was_shown_signed_with_name_and_reason(client):
    source = make_source(slug="a", publisher="Meta")
    page = upload(client, Source, csv_of(["slug", "publisher"], ["a", "Meta AI"]))
    response = confirm(client, Source, page)
    assert response.status_code == 302
    source.refresh_from_db()
    assert source.publisher == "Meta AI"
    change = RecordedChange.objects.of(source).first()
    assert (change.actor, change.reason) == ("ada", "The card was revised.")
    assert LogEntry.objects.get().change_message == "Imported from file.csv: publisher."
    listed = client.get(response.url).content.decode()
    assert "Imported sources: 0 new, 1 changed, 0 as they were." in listed
    assert "Imported from file.csv" in client.get(address(Source, "history", source.pk)).content.decode()


@pytest.mark.parametrize("why", ["", "   ", "x" * 251])
def test_without_a_reason_nothing_is_imported_and_nothing_has_to_be_uploaded_again(client, why):
    make_source(slug="a", publisher="Meta")
    page = confirm(client, Source, upload(client, Source, csv_of(["slug", "publisher"], ["a", "Meta AI"])), why=why)
    assert page.context["form"].errors["change_reason"]
    assert Source.objects.get().publisher == "Meta"
    assert confirm(client, Source, page).status_code == 302
    assert Source.objects.get().publisher == "Meta AI"


def test_errors_name_row_and_column_and_leave_no_way_to_import(client):
    make_release(slug="a")
    page = upload(client, Release, csv_of(["slug", "released_on"], ["a", "18.4.2024"]))
    text = page.content.decode()
    assert '<a href="#row-2">Row 2</a>, <code>released_on</code>: “18.4.2024”: Enter a date that exists' in text
    assert sealed(page) == ""
    assert 'name="upload"' not in text


def test_of_a_file_full_of_errors_only_so_much_is_shown_as_is_of_use(client):
    page = upload(client, Source, csv_of(["slug", "kind"], *([f"s-{n}", "x"] for n in range(400))))
    text = page.content.decode()
    assert text.count('<tr id="row-') == 300
    assert "… and 100 more rows, shown once the file has no errors." in text
    assert "<strong>400</strong> with errors" in text


def test_everything_that_would_be_written_is_shown(client):
    """Thousands of rows, in a time that grows with them and not with their square."""
    columns = ["slug", "title", "publisher", "url", "kind"]
    rows = [[f"s-{n}", f"T{n}", "Meta", f"https://example.org/{n}", "paper"] for n in range(2000)]
    begin = time.process_time()
    page = upload(client, Source, csv_of(columns, *rows))
    assert page.content.decode().count('<tr id="row-') == 2000
    assert time.process_time() - begin < 15


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (csv_of(["slug", "publsher"], ["a", "x"]), "Did you mean “publisher”?"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "file is empty"),
        (b"slug\n" + b"x" * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_beside_the_field(client, data, says):
    page = upload(client, Source, data)
    assert page.status_code == 200
    assert says in " ".join(page.context["form"].errors["file"])


def test_no_file_is_answered_beside_the_field(client):
    page = client.post(address(Source, "import"), {"file": "a text, not a file"})
    assert page.context["form"].errors["file"] == ["Choose the file to import."]


def test_what_changed_in_between_is_said_and_shown_again(client):
    make_source(slug="a", publisher="Meta")
    make_source(slug="b", publisher="Meta")
    page = upload(client, Source, csv_of(["slug", "publisher"], ["a", "Mine"], ["b", "Mine"]))
    Source.objects.filter(slug="a").update(publisher="Theirs")
    again = confirm(client, Source, page)
    text = again.content.decode()
    assert "Nothing was imported: the entries changed since you looked" in text
    assert text.count("differs from before") == 1
    assert "Theirs</del>" in text
    assert set(Source.objects.values_list("publisher", flat=True)) == {"Theirs", "Meta"}
    # Having seen it, the editor decides.
    assert confirm(client, Source, again).status_code == 302
    assert set(Source.objects.values_list("publisher", flat=True)) == {"Mine"}


def test_a_refusal_of_the_database_is_told_in_words(client, monkeypatch):
    from models_catalog.bulk import applying

    rule = make_rule(conditions="")
    page = upload(
        client,
        LicenseRule,
        edited(LicenseRule, lambda row: row.update(clause="§9")),
    )

    def late(table, rows):
        make_rule(use_case=rule.use_case, license=rule.license)

    monkeypatch.setattr(applying, "_write", late)
    again = confirm(client, LicenseRule, page)
    assert "Nothing was imported. This license already has a rule for this use case." in again.content.decode()
    rule.refresh_from_db()
    assert rule.clause != "§9"


def test_importing_never_deletes(client):
    make_source(slug="a")
    make_source(slug="b")
    confirm(client, Source, upload(client, Source, csv_of(["slug", "publisher"], ["a", "Mine"])))
    assert Source.objects.count() == 2


def test_what_a_file_says_is_never_markup(client):
    make_source(slug="a")
    evil = '"><img src=x onerror=alert(1)>'
    pages = [
        upload(client, Source, csv_of(["slug", "publisher", "kind"], ["a", evil, evil]), f"{evil}.csv"),
        upload(client, Source, csv_of(["slug", evil], ["a", "x"])),
        upload(client, Source, csv_of(["slug", "publisher"], ["a", evil]), f"{evil}.csv"),
        upload(client, Source, csv_of(["slug"], [evil])),
    ]
    for page in pages:
        assert "<img" not in page.content.decode()


# --- The sealed upload ------------------------------------------------------------------------------------------------


def an_upload(user, model=Source, data=b"slug,publisher\r\na,Mine\r\n"):
    return seal(Upload(whose=user.pk, kind=model._meta.label, name="x.csv", shown=[], data=data))


def test_an_upload_comes_back_as_it_was(editor):
    data = bytes(range(256)) * 10
    upload = unseal(an_upload(editor, data=data), whose=editor.pk, kind="models_catalog.Source")
    assert upload.data == data


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "nonsense",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "A" + token,
        lambda token: token * 2,
    ],
)
def test_a_forged_upload_changes_nothing(client, editor, forge):
    make_source(slug="a", publisher="Meta")
    page = upload(client, Source, csv_of(["slug", "publisher"], ["a", "Mine"]))
    response = client.post(
        address(Source, "import"), {"upload": forge(sealed(page)), "change_reason": "x"}, follow=True
    )
    assert "Choose the file again" in response.content.decode()
    assert Source.objects.get().publisher == "Meta"


def test_another_persons_upload_or_that_of_another_list_or_an_old_one_is_refused(client, editor, monkeypatch):
    make_source(slug="a", publisher="Meta")
    other = make_user("Editor")
    tokens = [an_upload(other), an_upload(editor, Release)]
    for token in tokens:
        response = client.post(address(Source, "import"), {"upload": token, "change_reason": "x"})
        assert response.status_code == 302
    token = sealed(upload(client, Source, csv_of(["slug", "publisher"], ["a", "Mine"])))
    monkeypatch.setattr("django.core.signing.time.time", lambda: timezone.now().timestamp() + 24 * 60 * 60 + 60)
    assert unseal(token, whose=editor.pk, kind="models_catalog.Source") is None
    assert Source.objects.get().publisher == "Meta"


def test_what_was_not_shown_is_not_imported(client, editor):
    """A true seal around a file of which no dry run was looked at."""
    make_source(slug="a", publisher="Meta")
    page = client.post(address(Source, "import"), {"upload": an_upload(editor), "change_reason": "x"})
    assert "changed since you looked" in page.content.decode()
    assert Source.objects.get().publisher == "Meta"


def test_the_largest_upload_fits_into_the_form(client, editor):
    """Five megabytes that do not compress: they must come back within the limit for forms."""
    import random

    from models_catalog.bulk.files import MAX_BYTES

    token = an_upload(editor, data=random.Random(1).randbytes(MAX_BYTES))
    response = client.post(address(Source, "import"), {"upload": token, "change_reason": "x"})
    assert response.status_code == 302


# --- Who may ----------------------------------------------------------------------------------------------------------

WHO = ("anonymous", "staff", "viewer", "changer", "editor", "publisher", "superuser")
MAY_EXPORT = {"viewer", "changer", "editor", "publisher", "superuser"}
MAY_IMPORT = {"editor", "publisher", "superuser"}


def sign_in(client, who, model):
    client.logout()
    if who == "anonymous":
        return None
    groups = {"editor": ["Editor"], "publisher": ["Publisher"]}.get(who, [])
    user = make_user(*groups, is_superuser=who == "superuser")
    name = model._meta.model_name
    rights = {"viewer": [f"view_{name}"], "changer": [f"view_{name}", f"change_{name}"]}.get(who, [])
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return user


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_exporting_takes_the_right_to_see_and_importing_those_to_add_and_change(client, who, model):
    entry = MAKERS[model]()
    before = model.objects.filter(pk=entry.pk).values().get()
    file = exported(model)
    user = sign_in(client, who, model)
    refused = 302 if who == "anonymous" else 403
    for kind in ("csv", "xlsx"):
        response = client.get(address(model, "export", kind))
        assert response.status_code == (200 if who in MAY_EXPORT else refused)
        action = {"action": f"export_selected_{kind}", "_selected_action": str(entry.pk)}
        posted = client.post(address(model, "changelist"), action)
        assert (posted.status_code == 200 and posted.streaming) is (who in MAY_EXPORT)
    may = who in MAY_IMPORT
    assert client.get(address(model, "import")).status_code == (200 if may else refused)
    assert upload(client, model, file).status_code == (200 if may else refused)
    token = an_upload(user, model, file) if user else "x"
    forged = client.post(address(model, "import"), {"upload": token, "change_reason": "x"})
    assert forged.status_code == (200 if may else refused)
    assert client.post(address(model, "import")[:-1], {"upload": token}).status_code in {301, 302, 403}
    assert model.objects.filter(pk=entry.pk).values().get() == before


def test_the_way_to_import_is_shown_to_those_who_may(client):
    make_source()
    for who in MAY_EXPORT:
        sign_in(client, who, Source)
        page = client.get(address(Source, "changelist")).content.decode()
        assert (address(Source, "import") in page) is (who in MAY_IMPORT)


def test_a_forged_post_needs_the_token_of_the_form(editor):
    from django.test import Client

    make_source(slug="a", publisher="Meta")
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    file = BytesIO(b"slug,publisher\r\na,Mine\r\n")
    assert client.post(address(Source, "import"), {"file": file}).status_code == 403
