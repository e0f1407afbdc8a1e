"""Uploaded pictures: taken in (`intake`), kept (`files`), and made fit for readers (`renditions`).

Nothing here knows the database; `editorial.models.media` does.
"""

from .intake import MAX_BYTES, MEGABYTE, TAKEN, Master, Refused, read
from .renditions import ADDRESS, CROPS, Original, Rendition, make

__all__ = [
    "ADDRESS",
    "CROPS",
    "MAX_BYTES",
    "MEGABYTE",
    "TAKEN",
    "Master",
    "Original",
    "Refused",
    "Rendition",
    "make",
    "read",
]
