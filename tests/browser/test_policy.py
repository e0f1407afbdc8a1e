"""The Content-Security-Policy allows nothing inline, and nothing on the site needs it."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests import shipped_content

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_admin_works_under_the_policy(admin_page, live_server, complaints):
    """Every list, every form and every delete page that has a row to show."""
    shipped_content.load()
    page = admin_page
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        urls = [reverse(f"{base}_changelist"), reverse(f"{base}_add")]
        row = model._default_manager.first()
        if row is not None:
            urls += [reverse(f"{base}_{action}", args=[row.pk]) for action in ("change", "delete", "history")]
        for url in urls:
            response = page.goto(live_server.url + url)
            if response.status == 403:  # the admin forbids it by design, which the browser reports as well
                complaints.clear()
                continue
            assert response.status == 200, url
            assert "Content-Security-Policy" in {name.title() for name in response.headers}
            assert not complaints, f"{url}: {complaints}"


def test_pickers_and_popups_work_under_the_policy(admin_page, live_server, complaints):
    """Autocompletion, the calendar and the window to add a related entry."""
    page = admin_page
    page.goto(live_server.url + reverse("admin:auth_user_add"))
    page.fill("#id_username", "ada")
    page.fill("#id_password1", "a long enough password")
    page.fill("#id_password2", "a long enough password")
    page.click("[name=_continue]")
    page.click(".field-last_login .datetimeshortcuts .date-icon")
    page.click(".calendarbox .calendar td a >> nth=10")
    assert page.input_value("#id_last_login_0")
    with page.expect_popup() as popup:
        page.click("#add_id_groups")
    popup.value.fill("#id_name", "Testers")
    popup.value.click("[name=_save]")
    page.wait_for_selector("#id_groups_to option, #id_groups option")
    assert not complaints


def test_readers_pages_need_nothing_inline(page, live_server, complaints):
    shipped_content.load()
    for url in ("/", "/models/", "/timeline/", "/licensing/", "/articles/", "/figures/", "/sources/", "/glossary/", "/notices/",
                "/about/", "/corrections/", "/run/", "/models/llama-4-scout/", "/models/compare/?r=llama-3-1&r=llama-4-scout"):  # fmt: skip
        response = page.goto(live_server.url + url)
        assert response.status == 200, url
        assert not complaints, f"{url}: {complaints}"
    assert page.context.cookies() == []
