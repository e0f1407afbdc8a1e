"""The programs that the run needs, and which of Debian's packages has them."""

from __future__ import annotations

import shutil
from pathlib import Path

POSTGRES = Path("/usr/lib/postgresql/15/bin")
PACKAGES = {
    "postgresql-15": [str(POSTGRES / "postgres"), str(POSTGRES / "initdb"), str(POSTGRES / "pg_basebackup")],
    "nginx-light": ["nginx"],
    "redis-server": ["redis-server"],
}
# Only scenarios that ask faster than Python can.
OPTIONAL = {"wrk": ["wrk"]}


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def missing(packages: dict[str, list[str]] = PACKAGES) -> list[str]:
    """A sentence for each package that is not there."""
    return [
        f"{Path(absent[0]).name} is not here: install Debian’s package {package} "
        f"(apt-get install --no-install-recommends {package})."
        for package, names in packages.items()
        if (absent := [name for name in names if program(name) is None])
    ]
