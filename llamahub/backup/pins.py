"""Holds on to files while they are copied: a picture that an editor replaces meanwhile loses its name, not its content."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from editorial.pictures.stores import Readable

from .locks import locked, made_and_locked, remove_left
from .reading import is_safe

PREFIX = ".held-"


class Held:
    """A folder with a second name for each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, name: str) -> tuple[Readable, int]:
        path = self.folder / name
        return path.open("rb"), path.stat().st_size


@contextmanager
def held(names: Iterable[str]) -> Iterator[tuple[Held, set[str]]]:
    """What holds these files of the media folder, and the names of those that are not there."""
    root, missing = Path(settings.MEDIA_ROOT), set()
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{PREFIX}{secrets.token_hex(8)}"
    with locked(root, wait=True):
        remove_left(root, PREFIX)
        handle = made_and_locked(folder, is_folder=True)
    try:
        for name in names:
            # What is no name of ours leads somewhere else.
            if not is_safe(name) or not (root / name).is_file():
                missing.add(name)
                continue
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                _link(root / name, folder / name)
            except FileNotFoundError:
                missing.add(name)
        yield Held(folder), missing
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _link(source: Path, link: Path) -> None:
    try:
        os.link(source, link, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:
        # A file system without second names: a copy it is.
        shutil.copyfile(source, link, follow_symlinks=False)
