"""Many entries of one kind at once, through a spreadsheet.

`cells`, `columns` and `tables` say which columns a kind has and how a value is written in
a cell; `files`, `comma_separated` and `workbooks` read and write the two file
formats; `comparing` says what a file would change, with the rules of `rules`;
`applying` makes exactly those changes, all or none.

A cell means the same in both formats, and an export that is imported again
changes nothing. Workbooks are read and written here, without a package: what a
table of texts and numbers needs of the format is small, and a package that
reads all of it (formulas, pictures, macros, external links) is a larger door to
guard than the one in `workbooks`.
"""

from .applying import ChangedMeanwhile, apply
from .comparing import Comparison, compare
from .exporting import export
from .files import FileError, FileKind, read
from .tables import Table, table_of

__all__ = [
    "ChangedMeanwhile",
    "Comparison",
    "FileError",
    "FileKind",
    "Table",
    "apply",
    "compare",
    "export",
    "read",
    "table_of",
]
