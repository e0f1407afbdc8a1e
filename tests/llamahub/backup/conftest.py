"""Fixtures of the tests of exports."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import ROOT


@pytest.fixture
def rounds() -> Callable[[int], int]:
    """How often to try a race: as often as ``BACKUP_ROUNDS`` says, as often as we promise where it says “all”."""
    given = os.environ.get("BACKUP_ROUNDS", "4")
    return lambda promised: promised if given == "all" else min(promised, int(given))


@pytest.fixture
def program() -> Callable[..., "subprocess.Popen[str]"]:
    """Start a process that exports or restores this test’s site; it says “begun” first and “done” last."""

    def start(what: str, archive: Path) -> "subprocess.Popen[str]":
        given = {
            "what": what,
            "archive": str(archive),
            "database": connection.settings_dict["NAME"],
            "media": str(settings.MEDIA_ROOT),
        }
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.llamahub.backup.program", json.dumps(given)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stdout
        assert running.stdout.readline() == "begun\n", running.communicate()[1]
        return running

    return start
