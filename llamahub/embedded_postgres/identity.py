"""Which account PostgreSQL runs as. Standard library only: the supervisor imports this.

PostgreSQL refuses to run as root, and initdb refuses an account without an entry in the password file. Both are common
in containers and on fresh machines, so the supervisor looks for an identity that works, without creating an account:

1. its own, when that is an ordinary account;
2. for root in somebody else's directory: that directory's owner, so that ``sudo`` leaves no files behind that the owner
   cannot remove;
3. its own in a user namespace, where the kernel shows its id under another number. Files still belong to the real id,
   so this also works below directories that only root may enter;
4. for root where user namespaces are forbidden (many containers): ``nobody``, when it can reach the files.
"""

import os
import pwd
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import kernel
from .layout import CannotStart

FALLBACK_ACCOUNT = "nobody"


@dataclass(frozen=True)
class Candidate:
    change: Callable[[], None]
    # The account that is given the files, when that is not the one that has them anyway.
    owner: tuple[int, int] | None = None


def assume(directory: Path, programs: Path) -> None:
    """Turn this process into one that may run ``programs`` on ``directory``, for good."""

    def reaches_everything(own: bool) -> bool:
        wanted = os.F_OK if own else os.R_OK | os.W_OK | os.X_OK
        return os.access(programs / "postgres", os.X_OK) and os.access(directory, wanted)

    for candidate in _candidates(directory):
        if _works(candidate.change, partial(reaches_everything, candidate.owner is not None)):
            if candidate.owner:
                _hand_over(directory, *candidate.owner)
            candidate.change()
            return
    if os.geteuid() != 0:
        raise CannotStart(f"the account with id {os.geteuid()} cannot run the programs in {programs}")
    raise CannotStart(
        "PostgreSQL refuses to run as root, this system offers no user namespace, "
        f"and the account {FALLBACK_ACCOUNT} cannot reach {programs} and {directory}"
    )


def settle(directory: Path) -> None:
    """Give a directory that root has just made to the owner of the place it lies in, when that is an account here."""
    if os.geteuid() == 0:
        around = directory.parent.stat()
        if around.st_uid != 0 and _has_account(around.st_uid):
            os.chown(directory, around.st_uid, around.st_gid)


def _candidates(directory: Path) -> Iterator[Candidate]:
    uid = os.geteuid()
    if uid != 0 and _has_account(uid):
        yield Candidate(lambda: None)
    files = directory.stat()
    if uid == 0 and files.st_uid != 0:
        yield Candidate(lambda: _become(files.st_uid, files.st_gid), owner=(files.st_uid, files.st_gid))
    if sys.platform == "linux":
        yield Candidate(_enter_user_namespace)
    if uid == 0 and FALLBACK_ACCOUNT in {entry.pw_name for entry in pwd.getpwall()}:
        account = pwd.getpwnam(FALLBACK_ACCOUNT)
        yield Candidate(lambda: _become(account.pw_uid, account.pw_gid), owner=(account.pw_uid, account.pw_gid))


def _works(change: Callable[[], None], check: Callable[[], bool]) -> bool:
    """Try in a child process: most of these changes cannot be taken back, and some fail half-way."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            change()
            status = 0 if check() else 1
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if not _has_account(uid):
        _enter_user_namespace()


def _hand_over(directory: Path, uid: int, gid: int) -> None:
    for folder, _, files in os.walk(directory):
        for path in [folder, *(os.path.join(folder, name) for name in files)]:
            os.chown(path, uid, gid, follow_symlinks=False)


def _enter_user_namespace() -> None:
    """Keep the id, but let this process and its children see it as that of an ordinary account."""
    account = next(entry for entry in sorted(pwd.getpwall(), key=_fallback_first) if entry.pw_uid != 0)
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare_users()
    # The kernel lets a process map its own group only after it has given up changing its groups.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} {gid} 1")


def _fallback_first(entry: pwd.struct_passwd) -> bool:
    return entry.pw_name != FALLBACK_ACCOUNT


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
