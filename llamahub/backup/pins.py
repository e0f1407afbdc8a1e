"""Holds on to files while they are copied: a picture that an editor replaces meanwhile loses its name, not its content."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PREFIX = ".held-"


@contextmanager
def held(names: Iterable[str]) -> Iterator[tuple[Path, set[str]]]:
    """A folder with a second name for each file of the media folder, and those that are not there."""
    root, missing = Path(settings.MEDIA_ROOT), set()
    remove_left()
    folder = root / f"{PREFIX}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700, parents=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                _link(root / name, folder / name)
            except (FileNotFoundError, IsADirectoryError):
                missing.add(name)
        yield folder, missing
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def remove_left() -> None:
    """What exports that were killed have left."""
    for folder in Path(settings.MEDIA_ROOT).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _link(source: Path, link: Path) -> None:
    try:
        os.link(source, link, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:
        # A file system without second names: a copy it is.
        shutil.copyfile(source, link, follow_symlinks=False)
