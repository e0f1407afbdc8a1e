"""How Postgres answers what a page asks: which rows it reads to return how many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# A list that reads more rows than this of a table from end to end has no index for what it asks.
# Lists are counted so far (`models_catalog.admin.listing`).
LARGE_TABLE = 10_001


@dataclass
class Scan:
    """One reading of one table."""

    kind: str
    table: str
    index: str
    read: int
    at_once: int

    def __str__(self) -> str:
        name = self.index or self.table
        return f"{self.kind} {name} ({self.read:,})"

    @property
    def is_of_all(self) -> bool:
        return self.kind == "Seq Scan" and self.at_once > LARGE_TABLE


@dataclass
class Plan:
    sql: str
    returned: int
    milliseconds: float
    blocks: int
    scans: list[Scan]
    sorted: int
    lines: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        return sum(scan.read for scan in self.scans)

    def __str__(self) -> str:
        widest = sorted(self.scans, key=lambda scan: -scan.read)[:4]
        return (
            f"reads {self.read:,}, returns {self.returned:,}, sorts {self.sorted:,}, {self.blocks:,} blocks, "
            f"{self.milliseconds:.1f} ms: {', '.join(map(str, widest)) or 'no table'}"
        )


class Plans:
    """Asks for the plan of every statement that reads, just before it is executed."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.all: list[Plan] = []

    def __call__(self, execute: Any, sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        if isinstance(sql, str) and sql.lstrip().startswith(("SELECT", "WITH")):
            from django.db import connection

            with connection.cursor() as cursor:
                # Beneath the wrapper that counts and asks: Django’s own is the one that is wrapped.
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", parameters)
                [(found,)] = cursor.cursor.fetchall()
                plan = _plan(sql, (json.loads(found) if isinstance(found, str) else found)[0])
                if self.whole:
                    cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {sql}", parameters)
                    plan.lines = [line for (line,) in cursor.cursor.fetchall()]
            self.all.append(plan)
        return execute(sql, parameters, many, context)

    @property
    def widest(self) -> Plan | None:
        return max(self.all, key=lambda plan: plan.read, default=None)


def _plan(sql: str, found: dict[str, Any]) -> Plan:
    top = found["Plan"]
    nodes = list(_nodes(top))
    scans = [
        Scan(
            kind=node["Node Type"].replace("Index Only", "Index-only"),
            table=node.get("Relation Name", ""),
            index=node.get("Index Name", ""),
            read=round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]),
            at_once=round(node["Actual Rows"] + node.get("Rows Removed by Filter", 0)),
        )
        for node in nodes
        if "Relation Name" in node or "Index Name" in node
    ]
    return Plan(
        sql=sql,
        returned=round(top["Actual Rows"]),
        milliseconds=found["Execution Time"] + found["Planning Time"],
        blocks=top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0),
        scans=scans,
        sorted=sum(
            round(child["Actual Rows"] * child["Actual Loops"])
            for node in nodes
            if node["Node Type"] == "Sort"
            for child in node["Plans"]
        ),
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
