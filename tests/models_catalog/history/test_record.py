"""Every change of content is kept: who, when, why, old and new, however it was made."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client

from models_catalog.history import attributed
from models_catalog.history.record import SCHEMA, install, recorded_models
from models_catalog.models import Content, RecordedChange, Release, Variant
from tests.factories import make_citation, make_event, make_release, make_source, make_user, make_variant
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db


def newest(entry) -> RecordedChange:
    return RecordedChange.objects.of(entry).first()


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_every_kind_of_content_is_recorded_and_can_be_read_as_it_was():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'record_change'")
        triggers = {table for (table,) in cursor.fetchall()}
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [SCHEMA])
        views = {view for (view,) in cursor.fetchall()}
    tables = {model._meta.db_table for model in recorded_models()}
    assert {model._meta.db_table for model in apps.get_models() if issubclass(model, Content)} <= tables
    assert triggers == views == tables


def test_links_between_entries_are_told_from_content():
    links = {model._meta.db_table for model in recorded_models() if model._meta.auto_created}
    dated = {
        model._meta.db_table for model in recorded_models() if "created_at" in {f.column for f in model._meta.fields}
    }
    assert links == {model._meta.db_table for model in recorded_models()} - dated
    event = make_event()
    event.releases.add(make_release())
    event.releases.clear()
    assert [change.action for change in RecordedChange.objects.links()] == ["delete", "insert"]
    assert {change.table for change in RecordedChange.objects.links()} == {event.releases.through._meta.db_table}


def test_links_are_read_in_the_order_of_time_from_their_own_index():
    event = make_event()
    event.releases.add(make_release())
    rows = RecordedChange.objects.links().order_by("-at", "-id")[:50]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert "recorded_links" in rows.explain()


def test_a_new_entry_is_recorded_whole():
    release = make_release(name="Llama Test", context_tokens=8192)
    change = newest(release)
    assert change.action == "insert"
    assert change.row["context_tokens"] == 8192
    assert change.before is None


def test_a_change_keeps_the_old_values_of_what_changed():
    release = make_release(context_tokens=8192)
    with attributed(who="ann", why="The card was revised."):
        release.context_tokens = 131072
        release.save()
    change = newest(release)
    assert (change.action, change.before, change.row["context_tokens"]) == ("update", {"context_tokens": 8192}, 131072)
    assert (change.actor, change.reason, change.is_correction) == ("ann", "The card was revised.", False)


def test_saving_without_a_change_leaves_no_trace():
    release = make_release()
    release.save()
    assert RecordedChange.objects.of(release).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda r: Release.objects.filter(pk=r.pk).update(context_tokens=1),
        lambda r: Release.objects.bulk_update([setattr(r, "context_tokens", 1) or r], ["context_tokens"]),
        lambda r: sql("UPDATE models_catalog_release SET context_tokens = 1 WHERE id = %s", r.pk),
    ],
    ids=["update", "bulk_update", "SQL"],
)
def test_what_sends_no_signal_is_recorded_as_well(change):
    release = make_release(context_tokens=8192)
    change(release)
    assert newest(release).before["context_tokens"] == 8192


def test_rows_made_in_bulk_are_recorded():
    release = make_release()
    made = Variant.objects.bulk_create(
        Variant(release=release, slug=f"v-{n}", name=f"V {n}", size_label="1B", kind="base", parameters_total=10**9)
        for n in range(3)
    )
    assert [newest(variant).action for variant in made] == ["insert"] * 3


def test_a_deletion_keeps_what_was_deleted_and_what_went_with_it():
    release = make_release(name="Going")
    variant = make_variant(release=release)
    make_citation(release=release, field="context_tokens")
    pk, variant_pk = release.pk, variant.pk
    with attributed(who="ann", why="Entered twice."):
        release.delete()
    gone = RecordedChange.objects.filter(action="delete", reason="Entered twice.")
    assert {(change.table, change.row_id) for change in gone} >= {
        ("models_catalog_release", pk),
        ("models_catalog_variant", variant_pk),
    }
    assert gone.get(table="models_catalog_release").row["name"] == "Going"


def test_links_between_entries_are_recorded():
    event, release = make_event(), make_release()
    event.releases.add(release)
    event.releases.clear()
    links = RecordedChange.objects.filter(table="models_catalog_timelineevent_releases").order_by("id")
    assert [(link.action, link.row["release_id"]) for link in links] == [("insert", release.pk), ("delete", release.pk)]


def test_without_a_signature_the_database_user_is_named():
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        [user] = cursor.fetchone()
    assert newest(make_source()).actor == user


def test_signatures_end_with_their_block_and_the_inner_one_counts():
    with attributed(who="ann", why="outer"):
        with attributed(who="ben", why="inner"):
            inner = make_source()
        outer = make_source()
    after = make_source()
    assert [newest(s).reason for s in (inner, outer, after)] == ["inner", "outer", ""]
    assert [newest(s).actor for s in (inner, outer)] == ["ben", "ann"]


def test_a_change_that_fails_is_not_recorded():
    release = make_release(context_tokens=8192)
    with pytest.raises(IntegrityError), attributed(who="ann", why="Nonsense"):
        Release.objects.filter(pk=release.pk).update(context_tokens=0)
    assert RecordedChange.objects.of(release).count() == 1


@pytest.mark.parametrize("statement", ["UPDATE {} SET actor = 'nobody'", "DELETE FROM {}"])
def test_history_is_never_rewritten(statement):
    make_release()
    with pytest.raises(IntegrityError, match="History is never rewritten"):
        sql(statement.format("models_catalog_recordedchange"))


def test_rows_from_before_the_record_enter_it_with_the_migration():
    sql("ALTER TABLE models_catalog_source DISABLE TRIGGER record_change")
    source = make_source()
    assert newest(source) is None
    install("models_catalog")
    assert (newest(source).action, newest(source).reason) == ("insert", "The record begins.")
    install("models_catalog")
    assert RecordedChange.objects.of(source).count() == 1


def test_the_shipped_content_says_where_it_came_from():
    from llamahub import content

    content.load()
    assert newest(Release.objects.first()).actor == "load_content"


class TestInTheAdmin:
    def change(self, client: Client, release: Release, **typed):
        url = address(Release, "change", release.pk)
        return client.post(url, {**filled_in(client.get(url), Release), **typed}, follow=True)

    def test_a_change_is_signed_with_the_account_and_its_reason(self, client):
        client.force_login(make_user("Editor", username="ann"))
        release = make_release(context_tokens=8192)
        self.change(client, release, context_tokens="131072", change_reason="The card was revised.")
        assert (newest(release).actor, newest(release).reason) == ("ann", "The card was revised.")

    def test_a_bulk_action_is_signed_too(self, client):
        client.force_login(make_user("Publisher", username="pat"))
        source = make_source()
        client.post(
            address(type(source), "changelist"),
            {"action": "delete_selected", "_selected_action": [source.pk], "post": "yes"},
        )
        assert (newest(source).action, newest(source).actor) == ("delete", "pat")

    def test_the_history_page_shows_old_and_new(self, client):
        client.force_login(make_user("Editor", username="ann"))
        release = make_release(context_tokens=8192)
        self.change(client, release, context_tokens="131072", change_reason="The card <b>was</b> revised.")
        page = client.get(address(Release, "history", release.pk)).content.decode()
        assert "<td>8192</td><td>131072</td>" in page
        assert "The card &lt;b&gt;was&lt;/b&gt; revised." in page

    @pytest.mark.parametrize("group", ["Editor", "Publisher"])
    def test_nobody_can_add_change_or_delete_a_record(self, client, group):
        client.force_login(make_user(group))
        change = newest(make_release())
        assert client.get(address(RecordedChange, "changelist")).status_code == 200
        assert client.get(address(RecordedChange, "change", change.pk)).status_code == 200
        for forged in (
            client.post(address(RecordedChange, "change", change.pk), {"actor": "nobody"}),
            client.post(address(RecordedChange, "delete", change.pk), {"post": "yes"}),
            client.post(address(RecordedChange, "add"), {"actor": "nobody"}),
        ):
            assert forged.status_code == 403
        assert RecordedChange.objects.filter(pk=change.pk, actor=change.actor).exists()


@pytest.mark.django_db(transaction=True)
def test_the_record_survives_going_back_to_before_it_and_forth():
    call_command("migrate", "models_catalog", "0001", verbosity=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [SCHEMA])
            assert cursor.fetchone() == (0,)
    finally:
        call_command("migrate", verbosity=0)
    assert newest(make_release()).action == "insert"
