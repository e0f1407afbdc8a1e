"""What can be wrong with an archive or with the place it goes to: each one line that names the thing and the remedy."""

from __future__ import annotations

import errno

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BackupError(Exception):
    """Nothing was written, nothing was changed. The message is one line for the person at the terminal."""

    def __init__(self, message: str) -> None:
        # Names come from archives: whatever is in them, the message stays one line.
        super().__init__("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in message))


class Damaged(BackupError):
    """The archive is not what its writer wrote; ``member`` is the part that is wrong, or empty for the whole."""

    def __init__(self, member: str, problem: str) -> None:
        self.member = member[:200]
        super().__init__(f"{self.member or 'The archive'} {problem}. Nothing was changed; use another export.")


class NotSupported(BackupError):
    """The archive comes from a newer version of the hub, or from none."""


class NotEmpty(BackupError):
    """There is something in the site that the archive would replace."""


class NoSpace(BackupError):
    """The disk is full."""


def of_system(error: OSError, doing: str) -> BackupError:
    """What the operating system refused, for people."""
    if error.errno in NO_SPACE:
        return NoSpace(f"No space left while {doing}. Nothing was changed; free some and try again.")
    place = f" ({error.filename})" if error.filename else ""
    return BackupError(f"{error.strerror or error} while {doing}{place}. Nothing was changed.")
