"""Where pictures lie: ``images/<token>/<version>.<jpg|png>`` and, beside each, what is derived from it.

The token stands for the picture and never changes; the version stands for one upload and is never used again, so that
whatever is under it may be kept by browsers for ever. Both are drawn by lot: nobody finds the picture of a draft by
guessing, and no name is ever what somebody typed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Final

from django.utils import timezone

from .intake import Master
from .stores import StoreAway, store

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
    store().put(name, BytesIO(data))


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
        if found := store().opened(name):
            with found.file as file:
                return Master.kept(file.read())
    except StoreAway:
        raise
    except OSError:
        pass
    return None


def remove(name: str) -> None:
    """Without a complaint where it is gone already."""
    store().remove(name)


def remove_where(token: str, is_stale: Callable[[str], bool]) -> None:
    """Remove those files of one picture of which the condition holds; it is asked with the file’s own name."""
    for found in list(store().listed(f"{FOLDER}/{token}")):
        if is_stale(found.name.rpartition("/")[2]):
            remove(found.name)


def litter(named: Collection[str]) -> Iterator[str]:
    """Files that nothing refers to and that are older than `GRACE`: left by a crash, or by uploads that were given up.

    ``named`` holds the names of all originals, and “<token>/<version>” for what is derived from each.
    """
    oldest = (timezone.now() - GRACE).timestamp()
    for place in (FOLDER, WAITING):
        for name, modified in store().listed(place):
            if modified > oldest or name in named:
                continue
            folder, _, own = name.rpartition("/")
            version = own.partition(".")[0].partition("-")[0]
            if place == WAITING or f"{folder.rpartition('/')[2]}/{version}" not in named:
                yield name
