"""Where pictures lie: ``images/<token>/<version>.<jpg|png>`` and, beside each, what is derived from it.

The token stands for the picture and never changes; the version stands for one upload and is never used again, so that
whatever is under it may be kept by browsers for ever. Both are drawn by lot: nobody finds the picture of a draft by
guessing, and no name is ever what somebody typed.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from .intake import Master

FOLDER: Final = "images"
# Uploads whose form came back with an error beside another field, so that nobody has to choose the file again.
WAITING: Final = "waiting"
# What no entry names is litter only after this time: an upload under way has no entry yet.
GRACE: Final = timedelta(hours=24)


def new_token() -> str:
    """12 hexadecimal digits."""
    return secrets.token_hex(6)


def new_version() -> str:
    """16 hexadecimal digits."""
    return secrets.token_hex(8)


def put(name: str, data: bytes) -> None:
    """Write a file that is either there as a whole or not at all, whoever looks at the same moment."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        os.chmod(temporary, settings.FILE_UPLOAD_PERMISSIONS)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def put_master(master: Master, token: str) -> str:
    """Keep an upload; its name."""
    name = f"{FOLDER}/{token}/{new_version()}.{master.extension}"
    put(name, master.data)
    return name


def put_waiting(master: Master) -> str:
    name = f"{WAITING}/{new_version()}.{master.extension}"
    put(name, master.data)
    return name


def read_waiting(name: str) -> Master | None:
    """What `put_waiting` kept under the name, unless it has been tidied away."""
    if not name.startswith(f"{WAITING}/"):
        return None
    try:
        with default_storage.open(name) as file:
            return Master.kept(file.read())
    except OSError:
        return None


def remove(name: str) -> None:
    """Without a complaint where it is gone already. The folder of a picture goes with its last file."""
    path = Path(default_storage.path(name))
    path.unlink(missing_ok=True)
    if name.startswith(f"{FOLDER}/"):
        try:
            path.parent.rmdir()
        except OSError:
            pass  # there is more in it


def remove_where(token: str, is_stale: Callable[[str], bool]) -> None:
    """Remove those files of one picture of which the condition holds; it is asked with the file’s own name."""
    folder = Path(default_storage.path(f"{FOLDER}/{token}"))
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_stale(path.name):
            remove(f"{FOLDER}/{token}/{path.name}")


def litter(named: Collection[str]) -> Iterator[str]:
    """Files that nothing refers to and that are older than `GRACE`: left by a crash, or by uploads that were given up.

    ``named`` holds the names of all originals, and “<token>/<version>” for what is derived from each.
    """
    root, oldest = Path(settings.MEDIA_ROOT), (timezone.now() - GRACE).timestamp()
    for place in (FOLDER, WAITING):
        for path in sorted((root / place).rglob("*")):
            name = path.relative_to(root).as_posix()
            if not path.is_file() or path.stat().st_mtime > oldest or name in named:
                continue
            version = path.name.partition(".")[0].partition("-")[0]
            if place == WAITING or f"{path.parent.name}/{version}" not in named:
                yield name
