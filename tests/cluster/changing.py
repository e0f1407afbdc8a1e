"""Changes of content in each way in which there are changes, numbered, with the moment from which each holds."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from llamahub.environment import ROOT

from .browser import Browser, Form
from .site import EDITOR, EDITORS_PASSWORD, Site

RELEASE, ARTICLE = "llama-4-scout", "fresh"
# Runs beside the nodes, as a command of an administrator would; each line asks for one change.
SHELL = f"""
import json, sys, time
from datetime import timedelta
from django.utils import timezone
from editorial.models import Article, Edition
from models_catalog.models import Release
from tests.factories import make_edition, make_live_article

article = make_live_article(slug={ARTICLE!r}, edition={{"title": "Fresh0x"}})
print(json.dumps(0), flush=True)
for line in sys.stdin:
    kind, number, after = json.loads(line)
    if kind == "save":
        release = Release.objects.get(slug={RELEASE!r})
        release.name = f"Llama Fresh{{number}}x"
        release.save()
        print(json.dumps(time.monotonic()), flush=True)
    else:
        due = timezone.now() + timedelta(seconds=after)
        make_edition(article=article, title=f"Fresh{{number}}x", status=Edition.Status.APPROVED, publish_at=due)
        print(json.dumps(time.monotonic() + (due - timezone.now()).total_seconds()), flush=True)
"""


class Changes:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.browser = Browser(site.nginx.port, timeout=30)
        self.browser.sign_in(EDITOR, EDITORS_PASSWORD)
        with site.primary.connect() as connection:
            row = connection.execute("SELECT id FROM models_catalog_release WHERE slug = %s", [RELEASE]).fetchone()
        assert row is not None
        self.address = f"/admin/models_catalog/release/{row[0]}/change/"
        self.shell = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", SHELL], cwd=ROOT, env=site.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._told()

    def close(self) -> None:
        assert self.shell.stdin is not None
        self.shell.stdin.close()
        self.shell.wait(20)

    def by_sql(self, number: int) -> float:
        with self.site.primary.connect() as connection:
            connection.execute(
                "UPDATE models_catalog_release SET name = %s WHERE slug = %s", [f"Llama Fresh{number}x", RELEASE]
            )
        return time.monotonic()

    def by_orm(self, number: int) -> float:
        return self._ask("save", number)

    def by_admin(self, number: int) -> float:
        """Holds from the moment at which the editor was told so."""
        form = Form("release_form", self.browser.get(self.address).text)
        fields = [field for field in form.fields if field[0] != "name"]
        saved = self.browser.post(self.address, [*fields, ("name", f"Llama Fresh{number}x"), ("_continue", "Save")])
        if saved.status != 302:
            raise RuntimeError(f"The admin does not save a release: {saved.status}.")
        return time.monotonic()

    def by_clock(self, number: int, after: float = 1.5) -> float:
        """An edition that goes out by itself; when it does."""
        return self._ask("schedule", number, after)

    def _ask(self, kind: str, number: int, after: float = 0) -> float:
        assert self.shell.stdin is not None
        self.shell.stdin.write(json.dumps([kind, number, after]) + "\n")
        self.shell.stdin.flush()
        return self._told()

    def _told(self) -> float:
        assert self.shell.stdout is not None
        line = self.shell.stdout.readline()
        if not line:
            raise RuntimeError("The process that changes content has ended.")
        return json.loads(line)
