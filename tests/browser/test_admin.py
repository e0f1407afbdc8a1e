"""The admin in a real browser, as an editor meets it."""

import pytest
from django.urls import reverse

from editorial.models import Edition
from models_catalog.models import Citation, Release
from tests.factories import make_edition, make_license, make_release, make_rule, make_source, make_use_case, make_user
from tests.llamahub.admin.entries import address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(page, live_server, complaints):
    """A signed-in editor’s page; what the console says is kept in ``page.complaints``."""
    make_user("Editor", "Publisher", username="ed")
    page.complaints = complaints
    page.goto(live_server.url + reverse("admin:login"))
    page.fill("#id_username", "ed")
    page.fill("#id_password", "secret")
    page.click("[type=submit]")
    return page


def test_a_release_is_entered_wrongly_then_rightly_and_readers_see_it(page, live_server):
    make_license(name="Llama 4 Community License Agreement")
    make_source(title="Llama 4 model card")
    page.goto(live_server.url + address(Release, "add"))

    page.locator("#id_name").press_sequentially("Llama 4 Scout")
    assert page.input_value("#id_slug") == "llama-4-scout"
    page.fill("#id_generation", "4")
    page.fill("#id_summary", "A mixture of experts that reads text and images.")
    page.select_option("#id_status", "available")
    page.fill("#id_released_on", "2025-04-31")
    page.select_option("#id_architecture", "moe")
    page.fill("#id_context_tokens", "10000000")
    assert page.inner_text(".field-context_tokens output") == "10M"
    page.check("input[name=modalities_in][value=text]")
    page.check("input[name=modalities_in][value=image]")
    page.check("input[name=modalities_out][value=text]")

    page.click("#variants-group .add-row a")
    page.fill("#id_variants-0-name", "Llama 4 Scout Instruct")
    page.fill("#id_variants-0-slug", "llama-4-scout-instruct")
    page.fill("#id_variants-0-size_label", "17B × 16 experts")
    page.select_option("#id_variants-0-kind", "instruct")
    page.fill("#id_variants-0-parameters_total", "17000000000")
    page.fill("#id_variants-0-parameters_active", "109000000000")
    page.fill("#id_variants-0-experts", "16")

    page.click("#citations-group .add-row a")
    page.select_option("#id_citations-0-field", "context_tokens")
    page.click("#citations-0 .field-source .select2-selection")
    page.keyboard.type("model card")
    page.click(".select2-results__option:has-text('Llama 4 model card')")
    page.fill("#id_citations-0-locator", "Model information, table 1")
    page.click("input[name=_save] >> nth=0")

    # Wrong: the 31st of April, and active above total. (The license is asked for once the rest stands.)
    assert "a date that exists" in page.inner_text(".field-released_on .errorlist")
    assert "cannot exceed the total" in page.inner_text("#variants-0 .field-parameters_active .errorlist")
    assert not Release.objects.exists()
    assert page.input_value("#id_citations-0-locator") == "Model information, table 1"

    page.fill("#id_released_on", "2025-04-05")
    page.fill("#id_variants-0-parameters_total", "109000000000")
    page.fill("#id_variants-0-parameters_active", "17000000000")
    page.click("input[name=_save] >> nth=0")
    assert "Choose the license" in page.inner_text(".field-license .errorlist")
    page.click(".field-license .select2-selection")
    page.keyboard.type("Llama 4")
    page.click(".select2-results__option:has-text('Community License')")
    page.click("input[name=_save] >> nth=0")
    assert "was added successfully" in page.inner_text(".messagelist")

    release = Release.objects.get()
    assert release.variants.get().parameters_active == 17_000_000_000
    assert Citation.objects.get().release == release
    page.goto(live_server.url + release.get_absolute_url())
    shown = page.inner_text("main")
    assert "Llama 4 Scout" in shown
    assert "10M" in shown
    assert page.complaints == []


def test_no_page_of_the_admin_breaks_the_content_security_policy(page, live_server):
    release = make_release()
    make_rule(license=release.license)
    make_use_case()
    edition = make_edition()
    addresses = [
        reverse("admin:index"),
        reverse("admin:calendar"),
        reverse("admin:calendar_day", args=["2026-12-01"]),
        reverse("admin:editorial_edition_for_readers", args=[edition.pk]),
        reverse("admin:app_list", args=["models_catalog"]),
        reverse("admin:password_change"),
        address(Release, "changelist"),
        address(Release, "add"),
        address(Release, "add") + "?_popup=1",
        address(Release, "change", release.pk),
        address(Release, "history", release.pk),
        address(Release, "delete", release.pk),
        address(type(release.license), "change", release.license_id),
        address(type(edition.article), "change", edition.article_id),
        address(Edition, "change", edition.pk),
        address(Edition, "changelist"),
    ]
    for each in addresses:
        response = page.goto(live_server.url + each)
        assert response.status == 200, each
        assert "default-src 'none'" in response.headers["content-security-policy"]
    # The parts that scripts draw: date pickers, relation by typing, filters, theme.
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.click(".field-as_of .date-icon >> nth=0")
    page.click(".calendarbox:visible td a >> nth=0")
    page.click(".field-publish_at .date-icon >> nth=0")
    page.click(".calendarbox:visible td a >> nth=0")
    page.click(".theme-toggle >> nth=0")
    page.goto(live_server.url + address(Release, "change", release.pk))
    page.click(".field-based_on .select2-selection")
    page.keyboard.type("Llama")
    page.wait_for_selector(".select2-results__option")
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_ours_scrolls_sideways(page, live_server, width):
    release = make_release()
    make_rule(license=release.license)
    page.set_viewport_size({"width": width, "height": 900})
    for each in (
        reverse("admin:index"),
        address(Release, "change", release.pk),
        address(type(release.license), "change", release.license_id),
        address(Edition, "change", make_edition().pk),
    ):
        page.goto(live_server.url + each)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, each
