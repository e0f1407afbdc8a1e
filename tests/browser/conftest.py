"""Chromium against a live server. Nothing is downloaded: the browser is the system's."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_finished, request_started

# Playwright runs an event loop in this thread; Django would take the tests' own queries for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """The browser, one for all tests. In CI its absence is a failure: a test that never runs proves nothing."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        message = "There is no Chromium: install Debian's package chromium, or set CHROMIUM to its path."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Traffic:
    """Requests under way. A page says something even as it is closed, and the database is emptied after each test."""

    QUIET, LONGEST = 0.3, 5.0  # seconds

    def __init__(self) -> None:
        self.under_way = 0
        self.lock = threading.Lock()
        request_started.connect(self.begin)
        request_finished.connect(self.end)

    def begin(self, **kwargs) -> None:
        with self.lock:
            self.under_way += 1

    def end(self, **kwargs) -> None:
        with self.lock:
            self.under_way -= 1

    def settle(self) -> None:
        """Wait until nothing has been asked for a moment."""
        began = quiet = time.monotonic()
        while time.monotonic() - quiet < self.QUIET and time.monotonic() - began < self.LONGEST:
            if self.under_way > 0:
                quiet = time.monotonic()
            time.sleep(0.02)


traffic = Traffic()


@pytest.fixture
def open_context(chromium) -> Iterator[Callable]:
    """A browser profile of its own, with the options of Playwright's ``new_context``; closed after the test."""
    contexts = []

    def make(**options):
        contexts.append(chromium.new_context(**options))
        contexts[-1].set_default_timeout(10_000)
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()
    traffic.settle()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about: refused by the policy, missing files, errors in scripts."""
    return []


def complaint(message) -> str:
    return f"{message.text} ({message.location.get('url', '')})"


@pytest.fixture
def page(open_context, complaints):
    """A page at desktop size that records every complaint."""
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    page.on(
        "console",
        lambda message: complaints.append(complaint(message)) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page


@pytest.fixture
def administrator(admin_user):
    """The account of `admin_page`; `admin` with the password `password`."""
    return admin_user


@pytest.fixture
def admin_page(page, live_server, administrator):
    """The admin's start page, signed in through the form as a person does."""
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", "password")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    return page
