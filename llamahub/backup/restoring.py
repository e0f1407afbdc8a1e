"""Puts an archive in the place of what the site holds."""

from __future__ import annotations

from pathlib import Path

from .exporting import Progress
from .manifest import Manifest


def restore(
    source: Path, *, replace: bool = False, safety_export: Path | None = None, progress: Progress | None = None
) -> Manifest:
    """Verify the archive, then restore all of it in one transaction, media included: all or nothing.

    Afterwards the site holds what the archive holds and nothing else; sessions are ended. Accounts come back without
    passwords where the archive has none: those whose name exists now keep theirs. Raises `NotEmpty` for a site with
    content, unless ``replace`` is set; then, with ``safety_export``, what was there is first exported to that path,
    accounts included. Raises a BackupError with nothing changed. What a killed run leaves in the media folder is removed
    by the next one, by the next export, or by ``manage.py tidy_media``.
    """
    raise NotImplementedError
