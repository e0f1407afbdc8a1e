"""“Content check”: the same report as the command’s, for those who may put things right."""

import pytest
from django.urls import reverse

from models_catalog.models import Release, TimelineEvent
from tests.factories import make_edition, make_event, make_notice, make_release, make_user, make_variant
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db

URL = "/admin/content-check/"


class TestPage:
    def test_each_finding_leads_to_its_place(self, client):
        notice = make_notice(title="Mind this", body="One\n\n{{ gone.x }}")
        client.force_login(make_user("Editor"))
        page = client.get(URL).content.decode()
        assert f'<a href="{address(type(notice), "change", notice.pk)}">Notice “Mind this”</a>' in page
        assert "line 3" in page
        assert "{{ gone.x }}" in page

    def test_it_says_so_when_nothing_is_wrong(self, client):
        make_notice()
        client.force_login(make_user("Editor"))
        assert "Nothing is wrong in 1 entries" in client.get(URL).content.decode()

    def test_it_is_not_for_everyone(self, client):
        assert client.get(URL).status_code == 302
        client.force_login(make_user())
        assert client.get(URL).status_code == 403

    def test_it_changes_nothing(self, client):
        client.force_login(make_user("Editor"))
        assert client.post(URL).status_code == 405

    def test_the_start_page_leads_there_for_those_who_may(self, client):
        client.force_login(make_user("Editor"))
        assert f'href="{URL}"' in client.get(reverse("admin:index")).content.decode()
        client.force_login(make_user())
        assert f'href="{URL}"' not in client.get(reverse("admin:index")).content.decode()

    def test_hostile_texts_are_text(self, client):
        make_notice(title="<img src=x onerror=alert(1)>", body="[x](</<img>/>) {{ <img> }}")
        client.force_login(make_user("Editor"))
        assert "<img" not in client.get(URL).content.decode().partition("<body")[2]


class TestDeleting:
    """Pages that ask before deleting name the texts in the way, and lead to them."""

    @pytest.fixture(autouse=True)
    def publisher(self, client):
        client.force_login(make_user("Publisher"))

    def test_the_page_of_one_entry(self, client):
        event = make_event(slug="launch")
        edition = make_edition(title="A mention", body="x\n\n{{ launch.happened_on }}")
        page = client.get(address(TimelineEvent, "delete", event.pk)).content.decode()
        assert "cannot be deleted" in page
        link = f'<a href="/admin/editorial/edition/{edition.pk}/change/">'
        assert (
            f"{link}Use in prose: the article “A mention” (edition 1), line 3, “{{{{ launch.happened_on }}}}”</a>"
            in page
        )
        client.post(address(TimelineEvent, "delete", event.pk), {"post": "yes"})
        assert TimelineEvent.objects.filter(pk=event.pk).exists()

    def test_the_action_for_several(self, client):
        events = [make_event(slug="launch"), make_event()]
        make_edition(title="A mention", body="{{ launch.happened_on }}")
        form = {"action": "delete_selected", "_selected_action": [event.pk for event in events]}
        page = client.post(address(TimelineEvent, "changelist"), form).content.decode()
        assert "Use in prose: the article “A mention” (edition 1), line 1" in page
        client.post(address(TimelineEvent, "changelist"), {**form, "post": "yes"})
        assert TimelineEvent.objects.count() == 2

    def test_a_checkpoint_in_the_form_of_its_release(self, client):
        release = make_release()
        make_variant(slug="scout-16e", release=release)
        make_notice(title="A mention", body="{{ scout-16e.parameters_total }}")
        page = client.get(address(Release, "delete", release.pk)).content.decode()
        assert "the notice “A mention”, line 1" in page

    def test_hiding_is_refused_in_words(self, client):
        event = make_event(slug="launch")
        make_edition(title="A mention", body="{{ launch.happened_on }}")
        url = address(TimelineEvent, "change", event.pk)
        form = filled_in(client.get(url), TimelineEvent)
        form.pop("is_listed")
        page = client.post(url, form).content.decode()
        assert "stays before readers, because prose quotes it: the article “A mention” (edition 1)" in page
        event.refresh_from_db()
        assert event.is_listed
