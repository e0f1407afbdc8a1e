"""What every test may use."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SECRET = "".join(chr(33 + (7 * n) % 90) for n in range(60)).replace("$", "s")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path) -> Path:
    """Uploads and exports of a test lie in folders of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test sees what another one cached."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def production(tmp_path) -> dict[str, str]:
    """The environment of a site in production, as README.md gives it."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DATA_DIR": str(tmp_path / "data"),
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "llamahub.example",
        "DATABASE_URL": "postgres://hub:f4Kw0aTz@db.internal:5432/llamahub",
    }


@pytest.fixture
def manage():
    """Run manage.py in an environment of its own, from nothing but what is passed."""

    def run(*arguments: str, env: dict[str, str], timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return run
