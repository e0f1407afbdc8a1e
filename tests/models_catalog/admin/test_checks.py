"""The editors' queue: intervals, what is due, and the two actions that work it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils.timezone import localdate

from models_catalog.models import CheckInterval
from tests.factories import make_check_interval, make_citation, make_release, make_source, make_user

pytestmark = pytest.mark.django_db

CITATIONS = reverse("admin:models_catalog_citation_changelist")
SOURCES = reverse("admin:models_catalog_source_changelist")


@pytest.fixture
def editor(client):
    user = make_user("Editor")
    client.force_login(user)
    return user


@pytest.fixture
def due(db):
    """A citation that is due, beside one that is not."""
    make_check_interval(about="release", days=30)
    release = make_release(name="Llama Nine")
    make_citation(release=release, field="languages", checked_on=localdate())
    return make_citation(release=release, field="status", checked_on=localdate() - timedelta(days=40))


def act(client, url, action, *entries):
    data = {"action": action, "_selected_action": [str(entry.pk) for entry in entries]}
    return client.post(url, data, follow=True)


def test_the_start_page_shows_what_is_due(client, editor, due):
    panels = {panel.title: panel for panel in client.get(reverse("admin:index")).context["panels"]}
    panel = panels["Due for a check"]
    assert [task.text for task in panel.tasks] == ["Llama Nine: status"]
    assert client.get(panel.all_url).context["cl"].result_count == 1


def test_the_list_of_citations_filters_and_marks_what_is_due(client, editor, due):
    page = client.get(CITATIONS, {"check": "due"})
    assert list(page.context["cl"].queryset) == [due]
    assert ">due</span>" in page.content.decode()
    assert client.get(CITATIONS).context["cl"].result_count == 2


def test_an_editor_checks_what_is_due_with_one_action(client, editor, due):
    page = act(client, CITATIONS, "checked_today", due)
    due.refresh_from_db()
    assert due.checked_on == localdate()
    assert "1 now say that they were checked today" in page.content.decode()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (editor, str(due.pk))
    assert str(localdate()) in entry.get_change_message()


def test_an_editor_who_learns_that_a_source_changed_marks_its_facts(client, editor, due):
    source = due.source
    page = act(client, SOURCES, "changed_today", source)
    source.refresh_from_db()
    assert source.changed_on == localdate()
    assert "Facts now due for a new check: 1." in page.content.decode()
    assert LogEntry.objects.get().object_id == str(source.pk)


@pytest.mark.parametrize("action", ["checked_today", "changed_today"])
def test_who_may_only_look_may_not_act(client, due, action):
    from django.contrib.auth.models import Permission

    user = make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_citation", "view_source"]))
    client.force_login(user)
    act(client, CITATIONS if action == "checked_today" else SOURCES, action, due, due.source)
    due.refresh_from_db()
    assert due.checked_on < localdate()
    assert due.source.changed_on is None


def test_a_source_leads_to_the_facts_that_rest_on_it(client, editor, due):
    html = client.get(reverse("admin:models_catalog_source_change", args=[due.source.pk])).content.decode()
    assert f"{CITATIONS}?source__id__exact={due.source.pk}" in html
    assert "Due for a check: 1" in html
    assert due.source.get_absolute_url() in html


def test_a_source_changed_since_it_was_read_is_marked_in_the_list(client, editor):
    make_source(last_checked_on=localdate() - timedelta(days=5), changed_on=localdate())
    assert ">due</span>" in client.get(SOURCES).content.decode()


def test_an_interval_is_set_in_the_admin(client, editor):
    add = reverse("admin:models_catalog_checkinterval_add")
    assert "All facts that have no interval of their own" in client.get(add).content.decode()
    client.post(add, {"about": "provider", "field": "releases", "days": "90"})
    assert CheckInterval.objects.get().days == 90


@pytest.mark.parametrize(
    ("data", "field", "remedy"),
    [
        ({"about": "provider", "field": "status", "days": "90"}, "field", "Choose a fact that this kind of entry has"),
        ({"about": "provider", "field": "", "days": "0"}, "days", "between 1 and 3,650"),
        ({"about": "release", "field": "status", "days": "9"}, "about", "Edit that one instead"),
    ],
)
def test_a_wrong_interval_is_refused_beside_its_field(client, editor, data, field, remedy):
    make_check_interval(about="release", field="status")
    page = client.post(reverse("admin:models_catalog_checkinterval_add"), data)
    assert remedy in page.context["adminform"].form.errors[field][0]


def test_an_editor_changes_an_interval_but_does_not_delete_it(client, editor):
    interval = make_check_interval()
    assert client.get(reverse("admin:models_catalog_checkinterval_change", args=[interval.pk])).status_code == 200
    assert client.get(reverse("admin:models_catalog_checkinterval_delete", args=[interval.pk])).status_code == 403
