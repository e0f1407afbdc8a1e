"""What readers are sent: the picture in a few fixed widths, and cut to a few fixed shapes around its focal point.

Each is made when it is first asked for and kept. Which there are is decided here and by the picture’s own size, never
by an address: an address that asks for anything else is answered with where the nearest real thing is, or not at all.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.files.storage import default_storage
from PIL import Image as Pixels

from . import files
from .intake import decoding
from .stores import StoreAway, store

logger = logging.getLogger(__name__)

WIDTHS: Final = (320, 640, 960, 1280, 1920)
# For the few browsers that know no WebP.
FALLBACK: Final = 960
# Width, height and kind.
CROPS: Final = {"share": (1200, 630, "jpg"), "thumb": (288, 192, "webp")}
FORMATS: Final = {"webp": "WEBP", "jpg": "JPEG", "png": "PNG"}
TYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
VERSION: Final = re.compile(r"[0-9a-f]{16}")
ADDRESS: Final = re.compile(
    rf"{files.FOLDER}/(?P<token>[0-9a-f]{{12}})"
    r"(?:/[0-9a-f]{16}(?:-(?P<shape>\d{1,4}|share|thumb)(?:-\d{1,3}x\d{1,3})?)?\.(?P<kind>webp|jpg|png))?/?"
)


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file that may exist: ``width`` × ``height`` pixels, cut from ``box`` of the original if it is a crop."""

    name: str
    width: int
    height: int
    box: tuple[int, int, int, int] | None = None

    @property
    def url(self) -> str:
        return default_storage.url(self.name)

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Original:
    """A picture as it is kept: ``name`` of its file, size in pixels, focal point in hundredths from left and top."""

    token: str
    name: str
    width: int
    height: int
    focal: tuple[int, int] = (50, 50)

    @property
    def version(self) -> str:
        """Of files from before there were versions, zeros."""
        stem = PurePosixPath(self.name).stem
        return stem if VERSION.fullmatch(stem) else "0" * 16

    @property
    def kind(self) -> str:
        """Of its fallback: PNG stays PNG, whose lines and letters a JPEG would smear."""
        return "png" if self.name.endswith(".png") else "jpg"

    @property
    def widths(self) -> list[int]:
        """Those below the picture’s own, and that. Nothing is ever blown up."""
        widest = min(self.width, WIDTHS[-1])
        return [*(width for width in WIDTHS if width * 1.1 < widest), widest]

    @property
    def scaled(self) -> list[Rendition]:
        return [self._scaled(width, "webp") for width in self.widths]

    @property
    def fallback(self) -> Rendition:
        return self._scaled(next((w for w in self.widths if w >= FALLBACK), self.widths[-1]), self.kind)

    @property
    def share(self) -> Rendition:
        """For the cards that other sites make of our links."""
        return self._crop("share")

    @property
    def thumb(self) -> Rendition:
        return self._crop("thumb")

    def all(self) -> list[Rendition]:
        """Every one there can be: eight at most."""
        return [*self.scaled, self.fallback, self.share, self.thumb]

    def nearest(self, shape: str | None, kind: str | None) -> Rendition:
        """What takes the place of a rendition of an earlier version."""
        if shape in CROPS:
            return self._crop(shape)
        if shape and kind == "webp":
            return min(self.scaled, key=lambda each: abs(each.width - int(shape)))
        return self.fallback

    def _scaled(self, width: int, kind: str) -> Rendition:
        return Rendition(self._name(str(width), kind), width, max(1, round(self.height * width / self.width)))

    def _crop(self, shape: str) -> Rendition:
        width, height, kind = CROPS[shape]
        scale = min(1.0, self.width / width, self.height / height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        # As large a part of the picture as has the shape, around the focal point but within the edges.
        part = min(self.width / width, self.height / height)
        x, y = self.focal
        left = min(max(0, self.width * x / 100 - width * part / 2), self.width - width * part)
        top = min(max(0, self.height * y / 100 - height * part / 2), self.height - height * part)
        box = (int(left), int(top), int(left + width * part), int(top + height * part))
        return Rendition(self._name(f"{shape}-{x}x{y}", kind), width, height, box)

    def _name(self, shape: str, kind: str) -> str:
        return f"{files.FOLDER}/{self.token}/{self.version}-{shape}.{kind}"


def make(original: Original, rendition: Rendition) -> bytes | None:
    """Make one rendition and keep it. None where the original is lost or cannot be read; that is logged.

    Raises StoreAway where a store does not answer: the picture may be there.
    """
    with decoding:
        try:
            with Pixels.open(_read(original.name), formats=("JPEG", "PNG", "WEBP")) as kept:
                data = _encode(kept, rendition, lossless=original.kind == "png")
        except StoreAway:
            raise
        except Exception:  # a disk that fails, or a file from before uploads were re-encoded
            logger.exception("The picture %s cannot be read", original.name)
            return None
    try:
        files.put(rendition.name, data)
    except OSError:
        # A full disk costs us time with every request, but no reader a picture.
        logger.exception("The rendition %s cannot be kept", rendition.name)
    return data


def _read(name: str) -> Any:
    """As a file in which a decoder may jump about."""
    found = store().opened(name)
    if found is None:
        raise FileNotFoundError(name)
    if store().is_on_disk:
        return found.file
    with found.file as file:
        return BytesIO(file.read())


def _encode(kept: Pixels.Image, rendition: Rendition, *, lossless: bool) -> bytes:
    size = (rendition.width, rendition.height)
    if rendition.box is None:
        kept.draft(None, size)  # a JPEG is decoded at a half or a quarter, where that is enough
    pixels = kept if kept.mode in ("L", "RGB", "RGBA") else kept.convert("RGB")
    if pixels.size != size or rendition.box:
        pixels = pixels.resize(size, Pixels.Resampling.LANCZOS, box=rendition.box, reducing_gap=2.0)
    if rendition.kind == "jpg" and pixels.mode == "RGBA":
        flat = Pixels.new("RGB", pixels.size, "white")
        flat.paste(pixels, mask=pixels.getchannel("A"))
        pixels = flat
    pixels.info = {}
    out = BytesIO()
    match rendition.kind:
        case "webp":
            pixels.save(out, "WEBP", quality=90 if lossless else 80, method=4)
        case "jpg":
            pixels.save(out, "JPEG", quality=82, optimize=True, progressive=True)
        case _:
            pixels.save(out, "PNG")
    return out.getvalue()
