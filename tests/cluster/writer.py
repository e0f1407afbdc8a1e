"""An editor who saves, remembers what the hub accepted, and looks for it afterwards."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .browser import Browser, Form
from .load import REFUSED, RESET, TIMEOUT, Sample
from .site import EDITOR, EDITORS_PASSWORD, Site


class Writer:
    """Saves the definition of one glossary term through the admin, by way of nginx, each time with a new number."""

    def __init__(self, site: Site, every: float = 4) -> None:
        self.site, self.every = site, every
        self.browser = Browser(site.nginx.port)
        self.browser.sign_in(EDITOR, EDITORS_PASSWORD)
        with site.primary.connect() as connection:
            row = connection.execute("SELECT id, definition FROM editorial_glossaryterm ORDER BY id LIMIT 1").fetchone()
            connection.execute("SELECT 1")
        assert row is not None
        self.term, self.definition = row
        self.marker = f"Saved {time.time_ns() // 1000 % 10**10}"
        self.accepted: list[int] = []
        self.samples: list[Sample] = []
        self.number = 0
        self._is_over = threading.Event()
        self._may = threading.Event()
        self._may.set()

    def text(self, number: int) -> str:
        return f"{self.marker} x {number} times."

    def save(self) -> None:
        self.number += 1
        path = f"/admin/editorial/glossaryterm/{self.term}/change/"
        form = self._sample(lambda: self.browser.get(path), path)
        if form is None or form.status != 200:
            return
        kept = [field for field in Form("glossaryterm_form", form.text).fields if field[0] != "definition"]
        fields = [*kept, ("definition", f"{self.definition} {self.text(self.number)}"), ("_continue", "Save")]
        saved = self._sample(lambda: self.browser.post(path, fields), path)
        if saved is not None and saved.status == 302 and saved.location == path:
            self.accepted.append(self.number)
        elif saved is not None and saved.status == 200:
            raise RuntimeError("The admin did not accept the form of the run; it has changed.")

    def _sample(self, ask, path: str):
        began, answer = time.monotonic(), None
        try:
            answer = ask()
            outcome = str(answer.status)
        except TimeoutError:
            outcome = TIMEOUT
        except ConnectionRefusedError:
            outcome = REFUSED
        except (OSError, http.client.HTTPException):
            outcome = RESET
        is_polite = answer is not None and answer.status == 503 and "LlamaHub" in answer.text
        self.samples.append(Sample(began, (time.monotonic() - began) * 1000, outcome, "editor", path, False, is_polite))
        return answer

    def lost(self) -> int:
        """Accepted saves that the database has no record of."""
        with self.site.primary.connect() as connection:
            found = connection.execute(
                "SELECT row->>'definition' FROM models_catalog_recordedchange "
                "WHERE \"table\" = 'editorial_glossaryterm' AND row->>'definition' LIKE %s",
                [f"%{self.marker}%"],
            ).fetchall()
        there = {text.partition(self.marker)[2] for (text,) in found}
        return sum(f" x {number} times." not in there for number in self.accepted)

    @contextmanager
    def saving(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, name="editor", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            self._may.set()
            thread.join(30)

    def rest(self) -> None:
        self._may.clear()

    def go_on(self) -> None:
        self._may.set()

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._may.wait()
            if not self._is_over.is_set():
                self.save()
            self._is_over.wait(self.every)
