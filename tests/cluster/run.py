"""What every scenario has at hand: the site, readers and an editor, and where its verdicts go."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .load import Load, Order, load
from .mix import popular
from .nodes import HOST
from .report import Verdict, between, percentile, rude, told
from .site import Site
from .writer import Writer

TAIL = """
SELECT '/models/' || slug || '/' FROM models_catalog_release UNION ALL
SELECT '/timeline/' || slug || '/' FROM models_catalog_timelineevent UNION ALL
SELECT '/licensing/' || slug || '/' FROM models_catalog_license UNION ALL
SELECT '/sources/' || slug || '/' FROM models_catalog_source UNION ALL
SELECT '/topics/' || slug || '/' FROM editorial_topic
"""


@dataclass
class Scene:
    """One fault under load: its readers, its editor, and the moments of what was done."""

    load: Load
    writer: Writer
    began: float
    moments: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> float:
        self.moments[name] = time.monotonic()
        return self.moments[name]


@dataclass
class Run:
    site: Site
    seconds: float
    rate: float
    verdicts: list[Verdict] = field(default_factory=list)
    popular: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        with self.site.primary.connect() as connection:
            listed = sorted(path for (path,) in connection.execute(TAIL).fetchall())
        # Topics without an article, for example, have no page.
        self.tail = [path for path in listed if self.site.nodes[0].ask(path, 30) == 200]
        self.popular = [path for path in popular() if self.site.nodes[0].ask(path, 30) == 200]
        if absent := sorted(set(popular()) - set(self.popular)):
            print(f"Left out, since they are no pages: {', '.join(absent)}.")
        self.warm()

    def order(self, **different: object) -> Order:
        given = {"ports": [self.site.nginx.port], "popular": self.popular, "tail": self.tail, "rate": self.rate}
        return Order(**{**given, **different})  # type: ignore[arg-type]

    def warm(self) -> None:
        """Has each node keep all that may be kept; what came from the store of all of them is `kept`."""
        hits = [self._hits(node.port) for node in self.site.nodes]
        # Pages with parameters share a shelf, on which others may take their place.
        self.kept = {path for path in set.intersection(*hits) if "?" not in path}

    def _hits(self, port: int) -> set[str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        found = set()
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept": "text/html"}
        for _ in range(2):
            for path in [*self.popular, *self.tail]:
                connection.request("GET", path, headers=headers)
                response = connection.getresponse()
                response.read()
                if response.headers.get("Cache-Status") == "LlamaHub; hit":
                    found.add(path)
        connection.close()
        return found

    @contextmanager
    def scene(self, *, editing: bool = True, **order: object) -> Iterator[Scene]:
        """Readers and an editor, from a quiet moment on until the block ends."""
        writer = Writer(self.site)
        with load(self.order(**order), self.site.folder / f"load-{time.monotonic_ns()}") as readers:
            scene = Scene(readers, writer, time.monotonic())
            if not editing:
                writer.rest()
            with writer.saving():
                yield scene

    def verdict(self, scenario: str, name: str) -> Verdict:
        verdict = Verdict(scenario, name)
        self.verdicts.append(verdict)
        return verdict

    def judge_phases(self, verdict: Verdict, scene: Scene, begin: float, end: float) -> None:
        """The numbers of before, during and after, and that nothing accepted was lost."""
        samples = scene.load.samples
        verdict.numbers |= {
            "before": told(between(samples, scene.began, begin)),
            "during": told(between(samples, begin, end)),
            "after": told(between(samples, end, float("inf"))),
            "editor": told(scene.writer.samples) | {"accepted": len(scene.writer.accepted)},
        }
        lost = scene.writer.lost()
        verdict.demand(f"{lost} of {len(scene.writer.accepted)} accepted saves lost", lost == 0)

    def judge_no_errors(self, verdict: Verdict, scene: Scene) -> None:
        failed = [sample for sample in scene.load.samples if sample.is_failed]
        verdict.demand(f"{len(failed)} errors in {len(scene.load.samples):,} requests of readers", not failed)
        impolite = rude(scene.writer.samples)
        verdict.demand(f"{impolite} errors of the editor but 503", impolite == 0)

    def judge_speed(self, verdict: Verdict, scene: Scene, begin: float, end: float, times: float) -> None:
        before = percentile(between(scene.load.samples, scene.began, begin), 0.99)
        during = percentile(between(scene.load.samples, begin, end), 0.99)
        verdict.demand(
            f"p99 {during:.0f} ms meanwhile, {before:.0f} ms before (at most {times:g} times)",
            during <= times * max(before, FLOOR),
        )

    def publish(self, name: str) -> float:
        """Changes a release’s name by SQL, and asks until both nodes and nginx show it.

        For how long after the change somebody could still ask and be shown what was before, however slow the answers.
        """
        ports = {node.port for node in self.site.nodes} | {self.site.nginx.port}
        with self.site.primary.connect() as connection:
            connection.execute("UPDATE models_catalog_release SET name = %s WHERE slug = 'llama-4-scout'", [name])
        changed, stale = time.monotonic(), 0.0
        while ports and time.monotonic() - changed < 30:
            for port in list(ports):
                asked = time.monotonic()
                text = text_of(port, "/models/llama-4-scout/")
                if name in text:
                    ports.remove(port)
                elif text:
                    stale = max(stale, asked - changed)
            time.sleep(0.01)
        return stale if not ports else 30.0

    def serves_after(self, since: float) -> float:
        """Seconds from a moment until each node makes pages that nobody has kept, five times in a row."""
        latest = since
        for node in self.site.nodes:
            good = 0
            while good < 5 and time.monotonic() - since < 30:
                if node.ask(f"/search/?q=llama+{time.monotonic_ns()}") == 200:
                    good += 1
                else:
                    good, latest = 0, time.monotonic()
                time.sleep(0.02)
        return latest - since


# Milliseconds below which a difference is the machine’s, not ours.
FLOOR = 20


def text_of(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", "Accept": "text/html"})
        return connection.getresponse().read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
