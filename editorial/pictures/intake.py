"""Takes an upload and gives back a picture that is only a picture.

What a browser is later sent was written by us, from pixels: nothing else of the file survives, neither its metadata
(place, camera, thumbnail of what was cut off) nor whatever it was besides a picture. What cannot be decoded within the
limits of memory and time is refused before it is tried, with words that say what to do.
"""

from __future__ import annotations

import hashlib
import re
import threading
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final

from django.core.exceptions import ValidationError
from PIL import Image as Pixels
from PIL import ImageCms, ImageOps

from .headers import Header, read_header

MEGABYTE: Final = 1024 * 1024
MAX_BYTES: Final = 20 * MEGABYTE
MAX_SIDE: Final = 16_000  # pixels; the longest that every format of ours can write
# Pixels by how much memory each takes on its way: 4 bytes in a JPEG, 6 to 8 where it comes in passes, 9 in a PNG with
# transparency, and 16 or more where Pillow holds a WebP in four copies. Each stays below 200 MB.
MAX_PIXELS: Final = {"JPEG": 50_000_000, "progressive JPEG": 24_000_000, "PNG": 20_000_000, "WEBP": 8_500_000}
MAX_SCANS: Final = 60  # of a JPEG; a usual one has ten, and each goes over the whole picture
MAX_PROFILE: Final = MEGABYTE  # a color profile beyond this is ignored
# What is kept: enough for the widest rendition on a dense screen, and for a tall chart.
KEPT_WIDTH: Final = 2560
KEPT_PIXELS: Final = 8_000_000
JPEG_QUALITY: Final = 90

TAKEN: Final = ("image/jpeg", "image/png", "image/webp")
EXTENSIONS: Final = {"JPEG": "jpg", "PNG": "png"}

# By what a file begins with: what it is, and what the editor can do. Only words depend on this, never what is taken.
OTHERS: Final = (
    (rb"GIF8", "a GIF", "Save one frame of it as PNG"),
    (
        rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!--|!doctype svg)",
        "an SVG drawing, which can carry a program",
        "Export it as PNG, twice as wide as it will be shown",
    ),
    (rb"%PDF", "a PDF", "Export the page as PNG"),
    (rb"....ftyp(?:heic|heix|hevc|mif1|msf1)", "a HEIC picture", "Export it as JPEG"),
    (rb"....ftypavi", "an AVIF picture", "Export it as JPEG or PNG"),
    (rb"BM|II\*\0|MM\0\*|8BPS|\0\0\x01\0", "a picture in another format", "Export it as JPEG or PNG"),
    (rb"PK\x03\x04", "a ZIP archive", "Unpack it and choose the picture inside"),
)
# No picture needs these; a file that has them was made to be two things at once. Re-encoding would drop them in any
# case, so this is for the editor's sake: whoever made the file meant harm. Long enough not to occur by chance among
# the megabytes of a photograph.
SECOND_NATURE: Final = re.compile(
    rb"<script[\s>]|<\?php\s|<html[\s>]|<!doctype\s+html|<svg\s{1,9}xmlns|%pdf-1", re.IGNORECASE
)

# One at a time, so that what a worker needs does not grow with the number of its threads.
decoding: Final = threading.Lock()


class Refused(ValidationError):
    """Why an upload is not taken, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Master:
    """The picture as it is kept: ``kind`` is “JPEG” or “PNG”, upright, in sRGB, without any metadata."""

    data: bytes
    kind: str
    width: int
    height: int

    @classmethod
    def kept(cls, data: bytes) -> Master:
        """One that `read` made before."""
        header = read_header(data)
        assert header is not None
        return cls(data, header.kind, header.width, header.height)

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that stand for these pixels and no others."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.kind]


def read(upload: IO[bytes]) -> Master:
    """The safe picture in ``upload``. Raises Refused, and nothing else, for whatever is not one."""
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    header = _judge(data)
    with decoding:
        try:
            return _encode(_upright(data, header), header)
        # Decoders of damaged files raise whatever their parts do.
        except Exception as error:
            raise Refused(
                "This file is damaged or incomplete: its picture cannot be read. Export it again, or save it anew "
                "from an image editor.",
                code="damaged",
            ) from error


def _judge(data: bytes) -> Header:
    if not data:
        raise Refused("This file is empty. Choose another one.", code="empty")
    if len(data) > MAX_BYTES:
        raise Refused(
            f"This file has more than {MAX_BYTES // MEGABYTE} megabytes. Scale the picture down to "
            f"{KEPT_WIDTH:,} pixels in width, or save it as JPEG.",
            code="bytes",
        )
    header = read_header(data)
    if header is None:
        raise Refused(_what_instead(data), code="kind")
    if header.is_animated:
        raise Refused("This picture moves. Save one frame of it as PNG or JPEG.", code="animated")
    _judge_size(header)
    if SECOND_NATURE.search(data) or zipfile.is_zipfile(BytesIO(data)):
        raise Refused(
            "This file is a picture and something else at once: it also holds a program or a document. If you trust "
            "where it is from, open it in an image editor and export the picture anew.",
            code="polyglot",
        )
    return header


def _judge_size(header: Header) -> None:
    """By the header's word alone; it binds the decoder."""
    if not header.width or not header.height:
        raise Refused("This picture has no pixels. Export it again.", code="damaged")
    most = MAX_PIXELS["progressive JPEG" if header.is_progressive else header.kind]
    if max(header.width, header.height) > MAX_SIDE or header.width * header.height > most:
        raise Refused(
            f"This picture has {header.width:,} × {header.height:,} pixels; at most {most // 1_000_000} million, and "
            f"{MAX_SIDE:,} on a side, can be read. Scale it down to {KEPT_WIDTH:,} pixels in width.",
            code="pixels",
        )
    if header.scans > MAX_SCANS:
        raise Refused(
            "This JPEG comes in more passes than any camera or editor makes. Export it again.", code="damaged"
        )


def _what_instead(data: bytes) -> str:
    start = data[:1024]
    for pattern, what, remedy in OTHERS:
        if re.match(pattern, start, re.IGNORECASE | re.DOTALL):
            return f"This file is {what}; only JPEG, PNG and WebP pictures are taken. {remedy}."
    if re.match(rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP", start, re.DOTALL):
        return "This file is damaged or incomplete: where the picture should begin, it does not. Export it again."
    return "This file is no picture that can be read. Choose a JPEG, PNG or WebP file."


def _upright(data: bytes, header: Header) -> Pixels.Image:
    """The pixels in their final size, turned as the camera was held, in sRGB, in the mode L, RGB or RGBA."""
    with Pixels.open(BytesIO(data), formats=(header.kind,)) as picture:
        if (picture.width, picture.height) != (header.width, header.height):
            raise ValueError("The decoder sees another size than the header has.")
        profile = picture.info.get("icc_profile")
        # A quarter turn swaps the sides, so the limit on the width is applied to the picture as it will stand.
        turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        size = _kept_size(*((picture.height, picture.width) if turned else (picture.width, picture.height)))
        stored = size[::-1] if turned else size
        picture.draft(None, stored)  # a JPEG is decoded at a half or a quarter, where that is enough
        picture.load()
        pixels = _in_common_mode(picture)
        if pixels.size != stored:
            pixels = pixels.resize(stored, Pixels.Resampling.LANCZOS, reducing_gap=2.0)
        pixels.info["exif"] = picture.info.get("exif", b"")
        pixels = ImageOps.exif_transpose(pixels) if turned or picture.getexif().get(0x0112, 1) != 1 else pixels
    return _visible_only(_in_srgb(pixels, profile))


def _kept_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, KEPT_WIDTH / width, (KEPT_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _in_common_mode(picture: Any) -> Pixels.Image:
    """Without palettes, depths of 16 bits and other rarities. CMYK stays until its profile is applied."""
    mode: str = picture.mode
    if mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    if mode in ("I", "F"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        return picture if mode == "RGBA" else picture.convert("RGBA")
    return picture if mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def _in_srgb(pixels: Pixels.Image, profile: bytes | None) -> Pixels.Image:
    """With the colors that the profile means. A profile that makes no sense is ignored, as browsers do."""
    alpha = pixels.getchannel("A") if pixels.mode == "RGBA" else None
    colors: Any = pixels.convert("RGB") if alpha else pixels
    if profile and len(profile) <= MAX_PROFILE and colors.mode != "L":
        try:
            source, output = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            colors = ImageCms.profileToProfile(colors, source, output, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    if colors.mode == "CMYK":
        colors = colors.convert("RGB")
    if alpha:
        colors.putalpha(alpha)
    return colors


def _visible_only(pixels: Pixels.Image) -> Pixels.Image:
    """What an eraser left under full transparency is not shown, so it is not kept; neither is alpha without a use."""
    if pixels.mode != "RGBA":
        return pixels
    alpha = pixels.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return pixels.convert("RGB")
    pixels.paste((0, 0, 0, 0), mask=alpha.point(lambda value: 255 if value == 0 else 0))
    return pixels


def _encode(pixels: Pixels.Image, header: Header) -> Master:
    """As JPEG what came with losses and is opaque, as PNG the rest."""
    kind = "PNG" if header.is_lossless or pixels.mode == "RGBA" else "JPEG"
    pixels.info = {}  # Pillow would write what it finds here
    out = BytesIO()
    if kind == "JPEG":
        pixels.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    else:
        pixels.save(out, "PNG", compress_level=4)  # half the time of the usual 6, for a few percent in size
    return Master(out.getvalue(), kind, *pixels.size)
