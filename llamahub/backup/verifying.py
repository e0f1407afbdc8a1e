"""Reads an archive from end to end and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from .exporting import Progress
from .manifest import Manifest


def verify(source: Path, *, progress: Progress | None = None) -> Manifest:
    """Read every byte of the archive and check it against its manifest and against this version of the hub.

    Touches neither database content nor media. Raises a BackupError that names the first member that is wrong:
    `Damaged`, or `NotSupported` when a newer version of the hub made it.
    """
    raise NotImplementedError
