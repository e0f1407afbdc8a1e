"""Pictures in a real browser: dropped, looked at, pointed at and replaced by an editor; and run by nobody."""

import base64
import re
from pathlib import Path

import pytest
from django.urls import reverse

from editorial.models import Image
from tests.browser.test_admin import address
from tests.editorial.pictures.hostile import HOSTILE
from tests.factories import make_edition, make_image, make_live_article, make_user, picture_file
from tests.pages import DESKTOP, PHONE, RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Those of the hostile files that would run, not burst.
PROGRAMS = re.compile("script|handler|page|program|PDF|JavaScript|archive|called|SVG|comment|element", re.IGNORECASE)
# Drops a file of these bytes on an element, as the system would.
DROP = """([selector, content, name, type]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type }));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        document.querySelector(selector).dispatchEvent(
            new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    }
}"""


def sign_in(page, live_server, *groups):
    user = make_user(*groups)
    page.goto(live_server.url + reverse("admin:login"))
    page.fill("#id_username", user.username)
    page.fill("#id_password", "secret")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


@pytest.fixture(autouse=True)
def _media_as_in_production(monkeypatch):
    """Django’s live server would send uploads itself, without the headers of the view that readers meet."""
    monkeypatch.setattr("django.test.testcases._MediaFilesHandler._should_handle", lambda self, path: False)


@pytest.fixture
def editor(page, live_server):
    sign_in(page, live_server, "Editor")
    return page


def drop(page, data: bytes, name: str, kind: str, on: str = ".picture-input") -> None:
    page.evaluate(DROP, [on, base64.b64encode(data).decode(), name, kind])


def status(page) -> str:
    page.wait_for_function("() => document.querySelector('.picture-input__status').textContent")
    return page.inner_text(".picture-input__status")


def test_an_editor_drops_a_picture_points_at_it_and_readers_see_it(editor, live_server, complaints):
    page = editor
    page.goto(live_server.url + address(Image, "add"))

    # Wrong: a drawing, then a text that calls itself a picture.
    drop(page, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml")
    assert "Export it as PNG" in status(page)
    drop(page, b"no picture", "a.png", "image/png")
    page.wait_for_function(
        "() => document.querySelector('.picture-input__status').textContent.includes('cannot be read')"
    )
    assert page.input_value("#id_file") == ""

    # Right.
    drop(page, picture_file("JPEG", (1200, 800), "teal").read(), "Llama.JPG", "image/jpeg")
    page.wait_for_selector(".picture-input__point")
    assert "1,200 × 800 pixels" in status(page)

    # The focal point: by pointing, by the arrow keys, by its numbers.
    box = page.locator(".picture-input__frame").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    assert (page.input_value("#id_focal_x"), page.input_value("#id_focal_y")) == ("0.75", "0.25")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert (page.input_value("#id_focal_x"), page.input_value("#id_focal_y")) == ("0.76", "0.35")
    point = page.get_by_role("button", name="Focal point: 76 percent from the left, 35 percent from the top")
    assert point.is_visible()
    page.fill("#id_focal_x", "0.9")
    assert "90 percent" in page.get_attribute(".picture-input__point", "aria-label")

    # Wrong: words are missing. The picture waits.
    page.click("input[name=_save] >> nth=0")
    assert "some readers cannot see it" in page.inner_text(".field-alt .errorlist")
    assert "Your picture is here" in page.inner_text(".picture-input")
    assert page.locator(".picture-input__frame img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    page.locator("#id_alt").press_sequentially("A teal field")
    assert page.input_value("#id_slug") == "a-teal-field"
    page.fill("#id_credit", "LlamaHub editors")
    page.fill("#id_license", "CC BY 4.0")
    page.click("input[name=_save] >> nth=0")
    assert "was added successfully" in page.inner_text(".messagelist")
    page.wait_for_function("() => [...document.images].every((image) => image.complete && image.naturalWidth)")

    image = Image.objects.get()
    assert (image.width, image.height, str(image.focal_x), str(image.focal_y)) == (1200, 800, "0.90", "0.35")
    article = make_live_article(edition={"image": image, "body": f"![]({image.address})"})
    page.goto(live_server.url + article.get_absolute_url())
    shown = page.evaluate(
        """async () => {
            for (const image of document.images) { image.loading = "eager"; await image.decode(); }
            return [...document.images].map((image) => [image.currentSrc.split(".").pop(), image.naturalWidth > 0]);
        }"""
    )
    assert shown == [["webp", True], ["webp", True]]
    assert complaints == []


def test_a_file_dropped_beside_the_place_does_not_lose_the_page(editor, live_server):
    editor.goto(live_server.url + address(Image, "add"))
    editor.fill("#id_credit", "Typed")
    stopped = editor.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["x"], "x.png", { type: "image/png" }));
            const drop = new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
            document.querySelector("#id_alt").dispatchEvent(drop);
            return drop.defaultPrevented;
        }"""
    )
    assert stopped
    assert editor.input_value("#id_credit") == "Typed"


def test_a_publisher_replaces_a_picture_and_readers_get_the_new_one(page, live_server, complaints):
    sign_in(page, live_server, "Publisher")
    image = make_image(file=picture_file("PNG", (600, 400), "red"))
    article = make_live_article(edition={"image": image, "title": "The red one"})
    page.goto(live_server.url + address(Image, "change", image.pk))
    assert "The red one" in page.inner_text("#used-in")
    drop(page, picture_file("PNG", (500, 500), "blue").read(), "b.png", "image/png")
    page.wait_for_selector(".picture-input__frame canvas")
    page.click("input[name=_save] >> nth=0")
    assert "was changed successfully" in page.inner_text(".messagelist")
    page.goto(live_server.url + article.get_absolute_url())
    shown = page.locator("article picture img").evaluate("image => image.decode().then(() => image.currentSrc)")
    assert shown == f"{live_server.url}{Image.objects.get().original.scaled[-1].url}"
    # Who kept an address of the old file gets the new one.
    assert page.goto(live_server.url + image.fallback.url).ok
    assert page.evaluate("document.images[0].naturalWidth") == 500


def test_without_script_a_picture_is_added_as_a_file(open_context, live_server, tmp_path):
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, live_server, "Editor")
    page.goto(live_server.url + address(Image, "add"))
    file = Path(tmp_path / "llama.png")
    file.write_bytes(picture_file("PNG", (60, 40)).read())
    page.set_input_files("#id_file", file)
    for name, value in {"alt": "A llama", "slug": "llama", "credit": "Us", "license": "Ours", "focal_x": "0.2"}.items():
        page.fill(f"#id_{name}", value)
    page.click("input[name=_save] >> nth=0")
    assert str(Image.objects.get().focal_x) == "0.20"


def test_nothing_that_was_uploaded_runs(editor, live_server):
    """What was taken is opened as a page, as a program and as a style; names are shown by the pages of the newsroom."""
    page, ran = editor, []

    def answer(dialog):
        if dialog.type == "beforeunload":  # the form that is left holds what was refused
            dialog.accept()
        else:
            ran.append(dialog.message)
            dialog.dismiss()

    page.on("dialog", answer)
    for name, file in HOSTILE.items():
        if not PROGRAMS.search(name):
            continue
        data = file.make()
        page.goto(live_server.url + address(Image, "add"))
        # Past the script, which refuses some of it before it is sent.
        page.evaluate(
            """() => document.querySelector(".picture-input").replaceWith(
                Object.assign(document.createElement("input"), { type: "file", name: "file", id: "id_file" }))"""
        )
        page.set_input_files("#id_file", {"name": file.name.replace("\0", ""), "mimeType": "image/png", "buffer": data})
        page.fill("#id_slug", f"n{abs(hash(name))}")
        for field in ("alt", "credit", "license"):
            page.fill(f"#id_{field}", name)
        # By key: what the desk says of earlier tries may move the button under a pointer.
        page.press("input[name=_save] >> nth=0", "Enter")
        page.wait_for_selector("body.change-list, .field-file .errorlist", timeout=30_000)
        if page.locator(".errorlist").count():
            said = page.inner_text(".errorlist")
            assert not file.taken or "in the library already" in said, (name, said)  # many show the same
        assert page.evaluate("window.ran") is None, name
    for image in Image.objects.all():
        for url in (f"/media/{image.file.name}", image.fallback.url, image.share.url):
            response = page.goto(live_server.url + url)
            assert response.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in response.headers["content-security-policy"]
            assert page.evaluate("window.ran") is None
            page.goto(live_server.url + "/about/")
            page.evaluate(
                """(url) => new Promise((done) => {
                    const script = Object.assign(document.createElement("script"), { src: url });
                    script.onload = () => { window.ran = "as a program"; done(); };
                    script.onerror = done;
                    document.head.append(script);
                })""",
                url,
            )
            assert page.evaluate("window.ran") is None
    assert Image.objects.count() > 1
    assert ran == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_pictures_can_be_used_by_everybody(open_context, live_server, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = open_context(viewport=size, color_scheme=scheme).new_page()
    sign_in(page, live_server, "Publisher")
    image = make_image(file=picture_file("PNG", (600, 400), "red"))
    make_edition(image=image)
    found = {}
    for name in ("add", "change", "changelist"):
        page.goto(live_server.url + address(Image, name, *([image.pk] if name == "change" else [])))
        if name == "change":
            page.wait_for_selector(".picture-input__point")
        options = {"runOnly": {"type": "tag", "values": RULES}}
        context = "#result_list" if name == "changelist" else "#content-main fieldset"
        violations = Axe().run(page, context, options).response["violations"]
        found[name] = [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in violations]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert found == {"add": [], "change": [], "changelist": []}
