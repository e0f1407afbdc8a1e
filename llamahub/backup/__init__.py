"""Everything that a site holds, in one archive, and back.

`export` writes it, `verify` reads all of it and says what is wrong, `restore` puts it in place of what is there. How an
archive is laid out is said in `manifest`; which tables are in it, in `tables`.
"""

from .errors import BackupError, Damaged, NoSpace, NotEmpty, NotSupported
from .exporting import export
from .manifest import Manifest, Member
from .restoring import restore
from .verifying import verify

__all__ = [
    "BackupError",
    "Damaged",
    "Manifest",
    "Member",
    "NoSpace",
    "NotEmpty",
    "NotSupported",
    "export",
    "restore",
    "verify",
]
