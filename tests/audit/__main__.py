"""Prints a table of page kinds with what every judge says of them, and fails when one is not satisfied.

``make audit`` serves the content of the local database through the production server and asks, for each kind of page:
its status, queries and bytes; axe, in light and dark, on a phone and a desktop; the Nu HTML checker; the browser's own
complaints and how far things moved while loading; and Lighthouse. ``make audit ARGS=--quick`` leaves Lighthouse out.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.pages import measure, served
from tests.browser.conftest import ARGUMENTS
from tests.pages import DESKTOP, NOT_FOUND, PAGES, PHONE, RULES

TOOLS = Path(__file__).parent / "node_modules"
NU = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
LIGHTHOUSE = TOOLS / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
MOVEMENT = """window.moved = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) moved += e.value })
    .observe({type: "layout-shift", buffered: true})"""


@dataclass
class Findings:
    status: int = 0
    queries: int = 0
    size: int = 0
    sent: int = 0
    axe: int = 0
    nu: int = 0
    complaints: int = 0
    moved: float = 0.0
    scores: list[int] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def is_sound(self, expected: int) -> bool:
        clean = not (self.axe or self.nu or self.complaints or self.moved > 0.001)
        return clean and self.status == expected and all(score == 100 for score in self.scores)


def sent(port: int, path: str) -> tuple[int, int, bytes]:
    """The status, the bytes on the line, and the page."""
    packed = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    packed.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = packed.getresponse()
    size = len(response.read())
    plain = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    plain.request("GET", path)
    return response.status, size, plain.getresponse().read()


def nu(html: bytes) -> list[str]:
    """What the HTML checker objects to, warnings included."""
    report = subprocess.run(
        ["java", "-jar", str(NU), "--format", "json", "-"], input=html, capture_output=True, check=False
    )
    messages: list[dict[str, Any]] = json.loads(report.stderr or b'{"messages": []}')["messages"]
    return [
        f"Nu: {m['message']} (line {m.get('lastLine')})" for m in messages if m.get("subType") or m["type"] != "info"
    ]


def lighthouse(url: str) -> tuple[list[int], list[str]]:
    """The four scores out of 100, and the checks that cost something."""
    flags = " ".join(["--headless=new", *ARGUMENTS])
    command = [str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    for _ in range(3):  # its recording of a page load fails now and then, and it asks to be run again
        report = subprocess.run(
            [*command, f"--chrome-flags={flags}"],
            capture_output=True,
            check=False,
            env={**os.environ, "CHROME_PATH": CHROMIUM},
        )
        result = json.loads(report.stdout or b"{}")
        if result and not result.get("runtimeError"):
            break
    else:
        return [0], [f"Lighthouse: {result.get('runtimeError') or report.stderr.decode()[-200:]}"]
    scores, costly = [], []
    for name in CATEGORIES:
        category = result["categories"][name]
        scores.append(round((category["score"] or 0) * 100))
        for reference in category["auditRefs"]:
            audit = result["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                costly.append(f"Lighthouse, {name}: {audit['title']} {audit.get('displayValue', '')}")
    return scores, costly


def look(browser: Any, url: str, findings: Findings) -> None:
    """What a browser sees: broken rules, complaints, movement."""
    from axe_playwright_python.sync_playwright import Axe

    said: list[str] = []
    for size, theme in itertools.product((PHONE, DESKTOP), ("light", "dark")):
        # Under the site's own policy first, then without it, since axe is a script of ours.
        context = browser.new_context(viewport=size, color_scheme=theme)
        page = context.new_page()
        # A browser also complains of the status of a page that is rightly not found.
        page.on("console", lambda m: m.type in {"error", "warning"} and "404" not in m.text and said.append(m.text))
        page.add_init_script(MOVEMENT)
        page.goto(url)
        findings.moved = max(findings.moved, page.evaluate("window.moved"))
        context.close()
        context = browser.new_context(viewport=size, color_scheme=theme, bypass_csp=True)
        page = context.new_page()
        page.goto(url)
        for broken in Axe().run(page, options={"runOnly": RULES}).response["violations"]:
            findings.axe += len(broken["nodes"])
            findings.details.append(f"axe: {broken['id']}: {broken['nodes'][0]['html'][:120]}")
        context.close()
    findings.complaints = len(said)
    findings.details += [f"browser: {text}" for text in said]


def main() -> int:
    quick = "--quick" in sys.argv
    needed = {"java": shutil.which("java"), CHROMIUM: shutil.which(CHROMIUM), "vnu-jar": NU.exists()}
    missing = [name for name, found in needed.items() if not found]
    if missing:
        print(f"The audit needs {', '.join(missing)}: install Java and Chromium, then `make audit`.", file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    print(f"{'page':<17}{'status':>6}{'queries':>8}{'bytes':>9}{'sent':>8}{'axe':>5}{'Nu':>4}{'complaints':>11}"
          f"{'moved':>7}  Lighthouse")  # fmt: skip
    sound = True
    with served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, path in {**PAGES, "not found": NOT_FOUND}.items():
            found = Findings()
            url = f"http://127.0.0.1:{port}{path}"
            found.status, found.sent, html = sent(port, path)
            found.queries, found.size, _ = measure(path)
            problems = nu(html)
            found.nu, found.details = len(problems), problems
            look(browser, url, found)
            if not quick and path != NOT_FOUND:
                found.scores, costly = lighthouse(url)
                found.details += costly
            print(
                f"{name:<17}{found.status:>6}{found.queries:>8}{found.size:>9,}{found.sent:>8,}{found.axe:>5}{found.nu:>4}"
                f"{found.complaints:>11}{found.moved:>7.3f}  {' '.join(map(str, found.scores)) or '–'}",
                flush=True,
            )
            for detail in dict.fromkeys(found.details):
                print(f"    {detail}")
            sound &= found.is_sound(404 if path == NOT_FOUND else 200)
        browser.close()
    print("Every judge is satisfied." if sound else "Not every judge is satisfied.")
    return not sound


if __name__ == "__main__":
    sys.exit(main())
