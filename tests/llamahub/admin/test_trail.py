"""Whatever is written through the admin leaves a record: who, when and what."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.redirects.models import Redirect
from django.urls import reverse
from django.utils import timezone

from editorial.models import Article, Edition, HubSection
from llamahub.accounts.models import AuditEntry
from models_catalog.models import RecordedChange, Release, Source
from tests.factories import make_edition, make_live_article, make_release, make_section, make_source, make_user

from .entries import address, filled_in

pytestmark = pytest.mark.django_db


def save(client, entry, **typed):
    url = address(type(entry), "change", entry.pk)
    return client.post(url, {**filled_in(client.get(url), type(entry)), **typed})


def step(client, name, entry, **typed):
    return client.post(reverse(f"admin:editorial_{name}", args=[entry.pk]), typed)


def scheduled():
    return make_edition(status=Edition.Status.APPROVED, publish_at=timezone.now() + timedelta(days=1))


def undo(client):
    release = make_release()
    release.name = "Renamed"
    release.save()
    change = RecordedChange.objects.of(release).first()
    return client.post(reverse("admin:models_catalog_recordedchange_undo", args=[change.pk]))


def edit_list(client):
    section = make_section(HubSection.Kind.FAMILY)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(section.pk), "form-0-position": "7"}
    return client.post(address(HubSection, "changelist"), {**data, "_save": "Save"})


def delete_many(client):
    form = {"action": "delete_selected", "_selected_action": str(make_source().pk), "post": "yes"}
    return client.post(address(Source, "changelist"), form)


WRITES = {
    "save a draft": lambda client: save(client, make_edition(), title="Changed"),
    "send to review": lambda client: save(client, make_edition(), _submit="1"),
    "approve": lambda client: save(client, make_edition(), _approve="1"),
    "take back": lambda client: step(client, "edition_take_back", scheduled()),
    "comment": lambda client: step(client, "edition_comment", make_edition(), text="Shorter."),
    "start an edition": lambda client: step(client, "article_start_draft", make_live_article()),
    "bring an old text back": lambda client: step(client, "edition_bring_back", make_live_article().editions.get()),
    "withdraw": lambda client: step(client, "article_withdraw", make_live_article()),
    "bring back": lambda client: step(
        client, "article_restore", make_live_article(withdrawn_at=timezone.now() - timedelta(days=1))
    ),
    "change a fact": lambda client: save(client, make_release(), name="Changed"),
    "undo a change": undo,
    "edit a list": edit_list,
    "delete": lambda client: client.post(address(Source, "delete", make_source().pk), {"post": "yes"}),
    "delete many": delete_many,
    "add a redirect": lambda client: client.post(address(Redirect, "add"), {"old_path": "/a/", "new_path": "/b/"}),
    "choose a time zone": lambda client: client.post(reverse("admin:time_zone"), {"time_zone": "Europe/Berlin"}),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_says_who_and_what(client, write):
    client.force_login(make_user("Publisher", username="pat"))
    response = write(client)
    assert response.status_code == 302, "it was not written at all"
    said = [
        *LogEntry.objects.filter(user__username="pat").values_list("action_time", "object_repr"),
        *AuditEntry.objects.filter(actor="pat").exclude(kind="signed_in").values_list("at", "kind"),
        *RecordedChange.objects.filter(actor="pat").values_list("at", "table"),
    ]
    assert said
    assert all(at and what for at, what in said)


@pytest.mark.parametrize(
    "write", ["save a draft", "approve", "withdraw", "change a fact", "undo a change", "edit a list"]
)
def test_a_change_of_content_says_what_it_was_before(client, write):
    client.force_login(make_user("Publisher", username="pat"))
    WRITES[write](client)
    assert RecordedChange.objects.filter(actor="pat", before__isnull=False).exists()


def test_an_export_by_a_link_is_written_down(client):
    make_release()
    client.force_login(make_user("Editor", username="ed"))
    client.get(address(Release, "export", "csv"))
    entry = AuditEntry.objects.get(kind="exported")
    assert entry.actor == "ed"
    assert entry.subject.startswith("releases-")


def test_looking_at_a_list_is_not(client):
    client.force_login(make_user("Editor", username="ed"))
    client.get(address(Article, "changelist"))
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_the_choice_of_a_zone_says_what_it_was(client):
    client.force_login(make_user("Editor", username="ed"))
    for name in ("Europe/Berlin", "Europe/Berlin", ""):
        client.post(reverse("admin:time_zone"), {"time_zone": name})
    details = AuditEntry.objects.filter(kind="account_changed", actor="ed").values_list("detail", flat=True)
    assert list(details) == [
        {"time_zone": {"was": "Europe/Berlin", "now": ""}},
        {"time_zone": {"was": "", "now": "Europe/Berlin"}},
    ]


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "x" * 500])
def test_a_zone_that_is_none_is_refused(client, name):
    client.force_login(make_user("Editor", username="ed"))
    response = client.post(reverse("admin:time_zone"), {"time_zone": name})
    assert response.status_code == 200
    assert "no time zone of the list" in response.content.decode()
    assert not AuditEntry.objects.filter(kind="account_changed").exists()
