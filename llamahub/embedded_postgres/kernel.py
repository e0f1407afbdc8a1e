"""The few requests to the Linux kernel that Python has no words for. On other systems they do nothing."""

import ctypes
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def on_parents_death(demand: int) -> None:
    """Have this process receive a signal when its parent ends."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, demand, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent ends."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def unshare_users() -> None:
    """Move this process into a user namespace of its own."""
    # After a change of account the kernel gives /proc/self to root; the maps there must be ours to write.
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespace")
