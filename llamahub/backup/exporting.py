"""Writes the archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .manifest import Manifest

# Called with the name of the member, what is done of it and how much there is: rows or bytes, 0 where not known.
Progress = Callable[[str, int, int], None]


def export(
    destination: Path, *, with_accounts: bool = False, directory: bool = False, progress: Progress | None = None
) -> Manifest:
    """Write everything that the site holds to ``destination``: one zip file or, with ``directory``, a folder.

    One consistent snapshot, read over a connection of its own, however much is written meanwhile; nobody who writes
    waits for it. Constant memory. Under the name ``destination`` there is a whole archive or nothing new: an existing
    zip file is replaced in one step, a folder must not exist yet or be empty. Without ``with_accounts``, accounts come
    without passwords and second factors. Raises a BackupError; nothing is left behind then, and what a killed run
    leaves is removed by the next one in the same folder.
    """
    raise NotImplementedError
