"""Pictures of the library in texts: ``![What it shows](/media/images/3f9ac02b71de)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

REFERENCE: Final = re.compile(r"/media/images/([0-9a-f]{12})(?![0-9a-f])")
# How wide a picture in a column of text is shown, so that the browser can choose before it has the stylesheet.
SIZES: Final = "(min-width: 46rem) 42rem, calc(100vw - 2.5rem)"


@dataclass(frozen=True, slots=True)
class Illustration:
    """What is written for one picture: addresses, the size in pixels, and the words that belong to it."""

    srcset: str
    src: str
    width: int
    height: int
    alt: str
    credit: str


def references(*texts: str) -> set[str]:
    """The tokens of all pictures that texts refer to, by whichever of their addresses."""
    return {token for text in texts for token in REFERENCE.findall(text)}


def reference_in(address: str) -> str | None:
    """The token of the picture at an address of this site."""
    match = REFERENCE.match(address)
    return match[1] if match else None
