"""Who may open and change what: every address of the admin for every kind of person."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.redirects.models import Redirect
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from editorial.models import Article, Edition, HubSettings, Topic
from llamahub.accounts.models import AuditEntry, SecondFactor, SecurityPolicy, Session
from llamahub.backup.models import BackupPolicy, Export
from llamahub.groups import EDITOR, PUBLISHER
from models_catalog.models import Citation, License, RecordedChange, Release, Source, UseCase
from tests.factories import (
    make_audit_entry,
    make_edition,
    make_event,
    make_export,
    make_license,
    make_live_article,
    make_release,
    make_source,
    make_topic,
    make_use_case,
    make_user,
)
from tests.models_catalog.bulk.sheets import KINDS as IN_BULK

from .entries import ENTRIES, MAKERS, address, filled_in, make_redirect, name_of

pytestmark = pytest.mark.django_db

WHO = ("anonymous", "staff", "editor", "publisher", "superuser")
EDITORS_DELETE = {"Citation", "Edition", "GlossaryTerm", "HelpLine", "StyleRule"}


def sign_in(client, who):
    if who == "anonymous":
        return None
    groups = {"editor": [EDITOR], "publisher": [PUBLISHER]}.get(who, [])
    user = make_user(*groups, is_superuser=who == "superuser")
    client.force_login(user)
    return user


def expected(who, model, action):
    """The written rule, apart from the code that keeps it."""
    if who in {"anonymous", "staff"}:
        return False
    if model in {User, Group}:
        return who == "superuser"
    if model in {AuditEntry, Export}:
        return who == "superuser" and action == "view"
    if model is RecordedChange:
        return action == "view"
    if model in {SecurityPolicy, BackupPolicy}:
        # There is one already, and it stays.
        return who == "superuser" and action in {"view", "change"}
    if model is Redirect:
        return who in {"publisher", "superuser"}
    if model is Edition and action == "add":
        return False
    if model is HubSettings and action in {"add", "delete"}:
        # There is one already, and it stays.
        return False
    if action == "delete" and who == "editor":
        return model.__name__ in EDITORS_DELETE
    return True


def make(model):
    if model is Redirect:
        return make_redirect()
    if model is User:
        return make_user()
    if model is Group:
        return Group.objects.create(name="Another")
    if model is AuditEntry:
        return make_audit_entry()
    if model is RecordedChange:
        return RecordedChange.objects.of(make_source()).get()
    if model is Export:
        return make_export()
    if model in {SecurityPolicy, BackupPolicy}:
        return model.objects.create()
    return MAKERS[model]()


ALL = [*ENTRIES, Redirect, User, Group, AuditEntry, SecurityPolicy, RecordedChange, Export, BackupPolicy]
SINGLE = {HubSettings, SecurityPolicy, BackupPolicy}
PAGES = {"changelist": "view", "add": "add", "change": "view", "delete": "delete", "history": "view"}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_pages_open_for_those_who_may(client, who, model):
    entry = make(model)
    sign_in(client, who)
    for page, action in PAGES.items():
        url = address(model, page, *([entry.pk] if page not in {"changelist", "add"} else []))
        status = client.get(url).status_code
        if who in {"anonymous", "staff"}:
            # Anonymous people are asked to sign in; staff without rights are refused.
            assert status == (302 if who == "anonymous" else 403), (page, status)
        elif model in SINGLE and page == "changelist" and expected(who, model, "view"):
            assert status == 302
        else:
            assert (status == 200) is expected(who, model, action), (page, status)
            assert status in {200, 403}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("model", ALL, ids=name_of)
def test_forged_posts_change_nothing_for_those_who_may_not(client, who, model):
    entry = make(model)
    before = model.objects.filter(pk=entry.pk).values().get()
    sign_in(client, who)
    count = model.objects.count()
    for page in ("changelist", "add", "change", "delete"):
        if expected(who, model, {"changelist": "change", "change": "change"}.get(page, page)):
            continue
        args = [entry.pk] if page in {"change", "delete"} else []
        forged = {
            "post": "yes",
            "slug": "forged",
            "name": "forged",
            "title": "forged",
            "action": "delete_selected",
            "_selected_action": str(entry.pk),
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": str(entry.pk),
            "form-0-position": "99",
            "_save": "Save",
        }
        response = client.post(address(model, page, *args), forged)
        # A list that may be read is shown again, and nothing else happens.
        listed = {200} if page == "changelist" and expected(who, model, "view") else set()
        assert response.status_code in {302, 403, 404, *listed}, (page, response.status_code)
    if not expected(who, model, "delete"):
        # The bulk action is another way to the same end.
        client.post(
            address(model, "changelist"),
            {"action": "delete_selected", "_selected_action": str(entry.pk), "post": "yes"},
        )
        assert model.objects.filter(pk=entry.pk).exists()
    if not expected(who, model, "change"):
        assert model.objects.filter(pk=entry.pk).values().get() == before
    assert model.objects.count() == count


def test_every_address_of_the_admin_is_in_the_matrix(client):
    """A new address must be thought about: it fails here until it is listed."""
    known = {f"{model._meta.app_label}_{model._meta.model_name}_{page}" for model in ALL for page in PAGES}
    # Their matrix is in tests/models_catalog/admin/test_bulk.py.
    known |= {f"models_catalog_{model._meta.model_name}_{page}" for model in IN_BULK for page in ("export", "import")}
    known |= {
        "index",
        "login",
        "logout",
        "password_change",
        "password_change_done",
        "autocomplete",
        "jsi18n",
        "view_on_site",
        "app_list",
        "auth_user_password_change",
        "auth_user_security",
        "login_code",
        "insert",
        "check-text",
        "content-check",
        # Their matrix is in tests/llamahub/desk/test_views.py.
        "desk",
        "desk_token",
        "account",
        "time_zone",
        "calendar",
        "calendar_day",
        "end_sessions",
        "second_factor_set_up",
        "second_factor_turn_off",
        "recovery_codes",
        "editorial_article_start_draft",
        "editorial_article_withdraw",
        "editorial_article_restore",
        "editorial_edition_take_back",
        "editorial_edition_send_back",
        "editorial_edition_comment",
        "editorial_edition_resolve",
        "editorial_edition_compare",
        "editorial_edition_for_readers",
        "editorial_edition_bring_back",
        "editorial_edition_preview",
        "editorial_edition_share",
        "editorial_edition_revoke_links",
        "models_catalog_recordedchange_undo",
        "backup_export_make",
        "backup_export_download",
        "backup_export_verify",
    }

    def names(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from names(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield pattern.name

    assert set(names(admin.site.urls[0])) == known


@pytest.mark.parametrize("who", WHO)
def test_pages_of_the_site_itself(client, who):
    sign_in(client, who)
    allowed = who != "anonymous"
    for name in ("index", "password_change", "password_change_done", "jsi18n"):
        assert client.get(reverse(f"admin:{name}")).status_code == (200 if allowed else 302), name
    assert client.get(reverse("admin:login")).status_code == (302 if allowed else 200)
    app = client.get(reverse("admin:app_list", args=["models_catalog"])).status_code
    assert app == {"anonymous": 302, "staff": 404}.get(who, 200)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("page", ["insert", "content-check"])
def test_pages_about_the_content_open_for_those_who_work_on_it(client, who, page):
    sign_in(client, who)
    for args in [["fact"], ["image"], ["source"], ["link"]] if page == "insert" else [[]]:
        status = client.get(reverse(f"admin:{page}", args=args)).status_code
        assert status == {"anonymous": 302, "staff": 403}.get(who, 200)


@pytest.mark.parametrize("who", WHO)
def test_a_text_is_checked_for_those_who_may_write_it(client, who):
    draft = make_edition(title="Not for everyone")
    sign_in(client, who)
    url = reverse("admin:check-text")
    for key in ("", str(draft.pk)):
        status = client.post(url, {"kind": "edition", "key": key, "body": "Text."}).status_code
        assert status == {"anonymous": 302, "staff": 403}.get(who, 200)
    assert client.get(url).status_code == (302 if who == "anonymous" else 405)
    draft.refresh_from_db()
    assert draft.title == "Not for everyone"


@pytest.mark.parametrize("who", WHO)
def test_staff_without_rights_learn_nothing_from_the_start_page(client, who):
    make_edition(title="Not for everyone")
    sign_in(client, who)
    page = client.get(reverse("admin:index"), follow=True).content.decode()
    assert ("Not for everyone" in page) is (who in {"editor", "publisher", "superuser"})


@pytest.mark.parametrize("who", WHO)
def test_autocomplete_answers_those_who_may_see_the_entries(client, who):
    make_source(title="Findable")
    sign_in(client, who)
    query = {"app_label": "models_catalog", "model_name": "citation", "field_name": "source", "term": "Findable"}
    response = client.get(reverse("admin:autocomplete"), query)
    assert (response.status_code == 200) is (who in {"editor", "publisher", "superuser"})
    accounts = {"app_label": "editorial", "model_name": "author", "field_name": "user", "term": ""}
    response = client.get(reverse("admin:autocomplete"), accounts)
    assert (response.status_code == 200) is (who == "superuser")


# --- Accounts ---------------------------------------------------------------------------------------------------------

OWN = ("account", "second_factor_set_up", "second_factor_turn_off", "recovery_codes")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", OWN)
def test_the_pages_of_ones_own_account_are_for_whoever_is_signed_in(client, who, name):
    sign_in(client, who)
    for response in (client.get(reverse(f"admin:{name}")), client.post(reverse(f"admin:{name}"), {"password": "x"})):
        if who == "anonymous":
            assert response["Location"].startswith(reverse("admin:login"))
        else:
            # The last two lead back while there is no second factor.
            assert response.status_code == (200 if name in OWN[:2] else 302)
    assert not SecondFactor.objects.exists()


@pytest.mark.parametrize("who", WHO)
def test_only_administrators_see_and_end_the_sessions_of_others(client, client_of, who, ada):
    client_of(ada)
    sign_in(client, who)
    url = reverse("admin:auth_user_security", args=[ada.pk])
    status = {"anonymous": 302, "superuser": 200}.get(who, 403)
    assert client.get(url).status_code == status
    for form in ({"action": "end", "which": "all"}, {"action": "reset_second_factor"}, {"action": "forged"}):
        assert client.post(url, form).status_code == (302 if who in {"anonymous", "superuser"} else 403)
    assert Session.objects.filter(user=ada).exists() is (who != "superuser")


@pytest.mark.parametrize("key", ["999999", "0"])
def test_the_account_of_nobody_is_not_found(client, key):
    sign_in(client, "superuser")
    assert client.get(f"/admin/auth/user/{key}/security/").status_code == 404


@pytest.fixture
def ada():
    return make_user(PUBLISHER, username="ada")


@pytest.fixture
def client_of():
    def make(user):
        client = Client()
        client.force_login(user)
        return client

    return make


def with_right(*codenames):
    user = make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_a_right_to_change_accounts_makes_nobody_an_administrator(client):
    """Neither oneself nor anyone else, by a forged form."""
    clerk = with_right("view_user", "change_user")
    client.force_login(clerk)
    for target in (clerk, make_user(username="other")):
        form = filled_in(client.get(address(User, "change", target.pk)), User)
        publisher = str(Group.objects.get(name=PUBLISHER).pk)
        forged = {**form, "is_superuser": "on", "groups": [publisher], "user_permissions": ["1", "2"]}
        assert client.post(address(User, "change", target.pk), forged).status_code == 302
        target.refresh_from_db()
        assert not target.is_superuser
        assert not target.groups.exists()
        assert target.user_permissions.count() == (2 if target == clerk else 0)


def test_nor_changes_an_administrators_account_or_password(client):
    client.force_login(with_right("view_user", "change_user", "delete_user"))
    boss = make_user(username="boss", is_superuser=True)
    password = {"password1": "an entirely new one", "password2": "an entirely new one", "usable_password": "true"}
    assert client.post(address(User, "change", boss.pk), {"username": "x"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[boss.pk]), password).status_code == 403
    assert client.post(address(User, "delete", boss.pk), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": str(boss.pk), "post": "yes"}
    client.post(address(User, "changelist"), bulk)
    assert User.objects.get(pk=boss.pk).check_password("secret")


# --- Steps of publishing ----------------------------------------------------------------------------------------------

MAY_APPROVE = {"publisher", "superuser"}


@pytest.mark.parametrize("who", WHO)
def test_only_publishers_approve(client, who):
    sign_in(client, "superuser")
    draft = make_edition()
    form = filled_in(client.get(address(Edition, "change", draft.pk)), Edition)
    client.logout()
    sign_in(client, who)
    client.post(address(Edition, "change", draft.pk), {**form, "title": ["Changed"], "_approve": "1"})
    draft.refresh_from_db()
    assert (draft.status == Edition.Status.APPROVED) is (who in MAY_APPROVE)
    assert (draft.title == "Changed") is (who in MAY_APPROVE)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("field", ["status", "number", "article", "approved_by", "created_by", "withdrawn_at"])
def test_standing_cannot_be_forged_through_a_form(client, who, field):
    sign_in(client, "superuser")
    draft = make_edition()
    form = filled_in(client.get(address(Edition, "change", draft.pk)), Edition)
    client.logout()
    sign_in(client, who)
    forged = {
        "status": "approved",
        "number": "7",
        "article": str(make_edition().article_id),
        "withdrawn_at_0": "2020-01-01",
    }
    before = (
        Edition.objects.filter(pk=draft.pk).values("status", "number", "article", "approved_by", "created_by").get()
    )
    client.post(address(Edition, "change", draft.pk), {**form, field: forged.get(field, "1")})
    assert Edition.objects.filter(pk=draft.pk).values(*before).get() == before


@pytest.mark.parametrize("who", WHO)
def test_only_publishers_take_back(client, who):
    from datetime import timedelta

    from django.utils import timezone

    edition = make_edition(status=Edition.Status.APPROVED, publish_at=timezone.now() + timedelta(days=1))
    sign_in(client, who)
    url = reverse("admin:editorial_edition_take_back", args=[edition.pk])
    assert client.get(url).status_code in {302, 403, 405}
    client.post(url)
    edition.refresh_from_db()
    assert (edition.status == Edition.Status.DRAFT) is (who in MAY_APPROVE)


@pytest.mark.parametrize("who", WHO)
def test_only_publishers_withdraw_and_bring_back(client, who):
    article = make_live_article()
    sign_in(client, who)
    url = reverse("admin:editorial_article_withdraw", args=[article.pk])
    assert (client.get(url).status_code == 200) is (who in MAY_APPROVE)
    client.post(url)
    article.refresh_from_db()
    assert (article.withdrawn_at is not None) is (who in MAY_APPROVE)
    Article.objects.filter(pk=article.pk).update(withdrawn_at="2026-01-01T00:00Z")
    client.post(reverse("admin:editorial_article_restore", args=[article.pk]))
    article.refresh_from_db()
    assert (article.withdrawn_at is None) is (who in MAY_APPROVE)


@pytest.mark.parametrize("who", WHO)
def test_editors_start_drafts(client, who):
    article = make_live_article()
    sign_in(client, who)
    url = reverse("admin:editorial_article_start_draft", args=[article.pk])
    assert client.get(url).status_code in {302, 403, 405}
    assert article.editions.count() == 1
    client.post(url)
    assert (article.editions.count() == 2) is (who in {"editor", *MAY_APPROVE})


@pytest.mark.parametrize("step", ["article_start_draft", "article_withdraw", "article_restore", "edition_take_back"])
@pytest.mark.parametrize("key", ["999999", "no-such-key", "99999999999999999999"])
def test_a_step_on_nothing_is_no_error(client, step, key):
    sign_in(client, "superuser")
    assert client.post(reverse(f"admin:editorial_{step}", args=[key])).status_code == 302


MAY_WRITE = {"editor", *MAY_APPROVE}
TYPED = {"title": "Typed", "standfirst": "Typed.", "body": "Typed words.", "as_of": "2026-11-24"}


@pytest.mark.parametrize("who", WHO)
def test_only_those_who_may_write_a_draft_preview_it(client, who):
    draft = make_edition(body="Saved words.")
    sign_in(client, who)
    url = reverse("admin:editorial_edition_preview", args=[draft.pk])
    refused = {"anonymous": 302, "staff": 403}.get(who, 200)
    for address_ in (url, f"{url}?in=pane", f"{url}?as=json"):
        response = client.get(address_)
        assert response.status_code == refused, address_
        assert (b"Saved words" in response.content) is (who in MAY_WRITE and "json" not in address_)
        response = client.post(address_, TYPED)
        assert response.status_code == refused, address_
        assert (b"Typed words" in response.content) is (who in MAY_WRITE and "json" not in address_)
    draft.refresh_from_db()
    assert draft.body == "Saved words."


def test_a_right_to_read_drafts_previews_what_is_saved_and_shares_nothing(client):
    client.force_login(with_right("view_edition"))
    draft = make_edition(body="Saved words.")
    url = reverse("admin:editorial_edition_preview", args=[draft.pk])
    assert b"Saved words" in client.get(url).content
    assert client.post(url, TYPED).status_code == 403
    assert client.post(reverse("admin:editorial_edition_share", args=[draft.pk]), {"period": "7"}).status_code == 403
    page = client.get(address(Edition, "change", draft.pk)).content.decode()
    assert 'id="sharing"' not in page
    assert 'id="preview"' in page


@pytest.mark.parametrize("who", WHO)
def test_only_those_who_may_write_drafts_share_them_and_revoke_links(client, who):
    draft = make_edition()
    sign_in(client, who)
    share, revoke = (reverse(f"admin:editorial_edition_{name}", args=[draft.pk]) for name in ("share", "revoke_links"))
    for url in (share, revoke):
        assert client.get(url).status_code == {"anonymous": 302, "staff": 405}.get(who, 405)
    status = 302 if who in {"anonymous", *MAY_WRITE} else 403
    assert client.post(share, {"period": "7"}).status_code == status
    assert draft.preview_links.exists() is (who in MAY_WRITE)
    draft.preview_links.create(expires_at="2100-01-01T00:00Z")
    assert client.post(revoke).status_code == status
    assert draft.preview_links.exists() is (who not in MAY_WRITE)


@pytest.mark.parametrize("key", ["999999", "no-such-key", "99999999999999999999"])
def test_nothing_is_previewed_or_shared_by_a_key_of_nothing(client, key):
    sign_in(client, "superuser")
    assert client.get(reverse("admin:editorial_edition_preview", args=[key])).status_code == 404
    assert client.post(reverse("admin:editorial_edition_preview", args=[key]), TYPED).status_code == 404
    for name in ("share", "revoke_links"):
        assert client.post(reverse(f"admin:editorial_edition_{name}", args=[key])).status_code == 302


# --- Forgeries through lists and inlines ------------------------------------------------------------------------------


def test_a_list_makes_no_rows(client):
    """Django once made new rows from a forged list (CVE-2026-4292)."""
    sign_in(client, "editor")
    event = make_event()
    make_topic()
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "1", "form-0-id": str(event.pk), "_save": "Save"}
    client.post(address(type(event), "changelist"), {**data, "form-1-title": "forged", "form-1-is_listed": "on"})
    assert type(event).objects.count() == 1


def test_an_inline_of_staff_with_few_rights_makes_no_rows(client):
    """May change releases, but neither checkpoints nor citations."""
    user = make_user()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["change_release", "view_release", "view_license"])
    )
    client.force_login(user)
    release, source = make_release(), make_source()
    form = filled_in(client.get(address(Release, "change", release.pk)), Release)
    forged = {
        "citations-TOTAL_FORMS": "1",
        "citations-INITIAL_FORMS": "0",
        "citations-0-release": str(release.pk),
        "citations-0-field": "context_tokens",
        "citations-0-source": str(source.pk),
        "citations-0-status": "verified",
        "citations-0-checked_on": "2026-01-01",
    }
    assert client.post(address(Release, "change", release.pk), {**form, **forged}).status_code == 302
    assert not Citation.objects.exists()


def test_an_inline_row_of_another_entry_cannot_be_taken(client):
    """The row’s key is forged: it belongs to another release."""
    from .entries import make_citation

    sign_in(client, "editor")
    other = make_citation()
    release = make_release()
    form = filled_in(client.get(address(Release, "change", release.pk)), Release)
    forged = {
        "citations-TOTAL_FORMS": "1",
        "citations-INITIAL_FORMS": "1",
        "citations-0-id": str(other.pk),
        "citations-0-release": str(release.pk),
        "citations-0-field": "summary",
        "citations-0-source": str(other.source_id),
        "citations-0-status": "verified",
        "citations-0-checked_on": "2026-01-01",
    }
    response = client.post(address(Release, "change", release.pk), {**form, **forged})
    assert response.status_code == 200
    other.refresh_from_db()
    assert (other.release_id != release.pk, other.field) == (True, "context_tokens")


def test_a_rule_of_another_license_cannot_be_taken_through_the_grid(client):
    sign_in(client, "editor")
    use_case, license_ = make_use_case(), make_license()
    form = filled_in(client.get(address(License, "change", license_.pk)), License)
    other = UseCase.objects.create(slug="x", question="X?", label="X")
    data = {**form, "rules-0-use_case": [str(use_case.pk)], "rules-0-verdict": ["allowed"], "rules-0-clause": ["§1"]}
    assert client.post(address(License, "change", license_.pk), data).status_code == 302
    rule = license_.rules.get()
    form = filled_in(client.get(address(License, "change", license_.pk)), License)
    client.post(address(License, "change", license_.pk), {**form, "rules-0-use_case": [str(other.pk)]})
    rule.refresh_from_db()
    assert rule.use_case == use_case


def test_bulk_deletion_keeps_what_an_editor_may_not_delete(client):
    sign_in(client, "editor")
    topic = make_topic(name="Kept")
    client.post(
        address(Topic, "changelist"), {"action": "delete_selected", "_selected_action": str(topic.pk), "post": "yes"}
    )
    assert Topic.objects.filter(pk=topic.pk).exists()


def test_bulk_deletion_keeps_what_readers_have_seen(client):
    sign_in(client, "superuser")
    article = make_live_article()
    edition = article.editions.get()
    for entry in (edition, article):
        client.post(
            address(type(entry), "changelist"),
            {"action": "delete_selected", "_selected_action": str(entry.pk), "post": "yes"},
        )
        assert type(entry).objects.filter(pk=entry.pk).exists()


def test_nobody_changes_what_was_logged(client):
    sign_in(client, "superuser")
    assert LogEntry not in admin.site._registry


# --- Groups -----------------------------------------------------------------------------------------------------------


def codenames(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


def test_groups_exist_and_differ_where_it_matters():
    editor, publisher = codenames(EDITOR), codenames(PUBLISHER)
    assert editor < publisher
    assert {"approve_edition", "withdraw_article", "delete_source", "change_redirect"} <= publisher - editor
    assert not any("user" in name or "group" in name for name in publisher)


def test_migrating_again_mends_the_groups():
    group = Group.objects.get(name=EDITOR)
    before = codenames(EDITOR)
    group.permissions.add(*Group.objects.get(name=PUBLISHER).permissions.filter(codename="delete_source"))
    group.permissions.remove(*group.permissions.filter(codename="change_release"))
    call_command("migrate", verbosity=0)
    assert codenames(EDITOR) == before


def test_both_groups_may_see_every_source():
    assert all("view_source" in codenames(name) for name in (EDITOR, PUBLISHER))
    assert Source._meta.label in {name_of(model) for model in ENTRIES}
