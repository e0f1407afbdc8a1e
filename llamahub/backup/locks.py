"""Tells what is in use from what a killed run has left: whoever writes holds a lock, which the kernel drops with him.

Making a file and locking it are two steps. Both happen under a lock on the folder, and so does clearing it up.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Raises BlockingIOError when another process has it, unless told to wait."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def made_and_locked(path: Path, *, is_folder: bool = False) -> int:
    """A new file or folder, for its owner only; its handle has the lock. Call it with the lock on the folder above."""
    if is_folder:
        path.mkdir(mode=0o700)
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    else:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def remove_left(folder: Path, prefix: str) -> None:
    """What nobody holds any more. Call it with the lock on the folder."""
    for path in folder.glob(f"{prefix}*"):
        with contextlib.suppress(BlockingIOError, FileNotFoundError), locked(path):
            remove(path)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
