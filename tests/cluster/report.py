"""What was met, held against what we promise."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .load import Sample


def percentile(samples: Iterable[Sample], part: float) -> float:
    times = sorted(sample.ms for sample in samples)
    return times[min(len(times) - 1, math.ceil(len(times) * part) - 1)] if times else 0.0


def between(samples: Iterable[Sample], begin: float, end: float) -> list[Sample]:
    return [sample for sample in samples if begin <= sample.at < end]


def failures(samples: Iterable[Sample]) -> dict[str, int]:
    """Errors by kind. A polite 503 is one, named apart from others."""
    return dict(Counter("503 polite" if s.is_polite else s.outcome for s in samples if s.is_failed))


def rude(samples: Iterable[Sample]) -> int:
    """Failures other than a 503 that says when to come back."""
    return sum(sample.is_failed and not sample.is_polite for sample in samples)


def recovered_after(samples: Iterable[Sample], since: float) -> float:
    """Seconds from a moment to the end of the last failure of who asked after it."""
    return max((sample.ended - since for sample in samples if sample.is_failed and sample.at >= since), default=0.0)


def told(samples: list[Sample]) -> dict[str, Any]:
    return {
        "requests": len(samples),
        "failures": failures(samples),
        "hits": sum(sample.is_hit for sample in samples),
        "p50": round(percentile(samples, 0.5), 1),
        "p99": round(percentile(samples, 0.99), 1),
    }


@dataclass
class Verdict:
    scenario: str
    name: str
    goals: list[tuple[str, bool]] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)

    def demand(self, what: str, is_so: bool) -> None:
        self.goals.append((what, bool(is_so)))

    @property
    def is_met(self) -> bool:
        return all(is_so for _, is_so in self.goals)

    def __str__(self) -> str:
        lines = [f"{'met   ' if self.is_met else 'MISSED'}  {self.scenario}: {self.name}"]
        lines += [f"          {'✓' if is_so else '✗'} {what}" for what, is_so in self.goals]
        for name, value in self.numbers.items():
            shown = ", ".join(f"{key} {number}" for key, number in value.items()) if isinstance(value, dict) else value
            lines.append(f"            {name}: {shown}")
        return "\n".join(lines)


def write(verdicts: list[Verdict], file: Path, **about: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    record = {**about, "verdicts": [{**asdict(verdict), "is_met": verdict.is_met} for verdict in verdicts]}
    file.write_text(json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n")


def table(verdicts: list[Verdict]) -> str:
    width = max((len(verdict.name) for verdict in verdicts), default=0)
    rows = [
        f"{verdict.scenario:<10} {verdict.name:<{width}} {sum(is_so for _, is_so in verdict.goals):>3} of {len(verdict.goals):<3} {'met' if verdict.is_met else 'MISSED: ' + '; '.join(what for what, is_so in verdict.goals if not is_so)}"
        for verdict in verdicts
    ]
    return "\n".join([f"{'scenario':<10} {'what happens':<{width}}      goals", *rows])
