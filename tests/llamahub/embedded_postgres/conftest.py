"""Fixtures of the tests of the embedded backend."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .project import MakeProject, Project, Rounds


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[MakeProject]:
    """Every test ends with the demand that nothing of its servers is left."""
    if sys.platform != "linux":
        pytest.skip("looks at processes through /proc")
    projects: list[Project] = []

    def make(directory: Path | None = None) -> Project:
        projects.append(Project(directory or tmp_path / "var" / "postgres"))
        return projects[-1]

    yield make
    try:
        for project in projects:
            project.end_now()
    finally:
        for pid in {pid for project in projects for pid in project.processes()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project()


@pytest.fixture
def rounds() -> Rounds:
    """How often to try a race: a few times by default, as often as we promise with ``EMBEDDED_POSTGRES_ROUNDS=all``."""
    every = os.environ.get("EMBEDDED_POSTGRES_ROUNDS") == "all"
    return lambda promised: promised if every else 2
