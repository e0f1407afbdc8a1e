"""What a picture file says of itself in its first bytes, read before any decoder sees it.

A decoder makes room for as many pixels as the header claims; a file of a hundred bytes may claim gigabytes. So the
claim is read here, without decoding anything and without following it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PNG: Final = b"\x89PNG\r\n\x1a\n"
# JPEG markers that begin a frame, and those of them whose decoder must hold the whole picture before it has any.
FRAMES: Final = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE: Final = {0xC2, 0xC6, 0xCA, 0xCE}
START_OF_SCAN: Final = b"\xff\xda"
# A large PNG has some thousands of chunks, a JPEG a few dozen segments. Reading millions of empty ones takes minutes.
MAX_PARTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Header:
    """``kind`` is “JPEG”, “PNG” or “WEBP”, sizes are in pixels.

    ``is_lossless`` says whether the file kept every pixel; ``is_progressive`` whether it comes in passes over the
    whole picture, of which there are ``scans``.
    """

    kind: str
    width: int
    height: int
    is_animated: bool = False
    is_lossless: bool = False
    is_progressive: bool = False
    scans: int = 1


def read_header(data: bytes) -> Header | None:
    """The header of one of the three kinds that are taken; None for anything else, also for one that is cut off."""
    try:
        if data.startswith(PNG):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except IndexError:
        return None
    return None


def _png(data: bytes) -> Header | None:
    if data[12:16] != b"IHDR" or len(data) < 33:
        return None
    animated, place, parts = False, len(PNG), 0
    while place + 8 <= len(data):
        # An animation announces itself before the first picture begins; later, this means nothing to anybody.
        animated = animated or data[place + 4 : place + 8] == b"acTL"
        place += 12 + _big(data, place, 4)
        parts += 1
        if parts > MAX_PARTS:
            if animated:
                break
            return None
    return Header("PNG", _big(data, 16, 4), _big(data, 20, 4), is_animated=animated, is_lossless=True)


def _jpeg(data: bytes) -> Header | None:
    place, frame = 2, None
    for _ in range(MAX_PARTS):
        if data[place] != 0xFF:
            return None
        if data[place + 1] == 0xFF:  # a fill byte
            place += 1
            continue
        marker = data[place + 1]
        if marker == 0xDA:  # a scan: the pixels begin
            return frame
        if marker in FRAMES:
            frame = Header(
                "JPEG",
                width=_big(data, place + 7, 2),
                height=_big(data, place + 5, 2),
                is_progressive=marker in PROGRESSIVE,
                scans=data.count(START_OF_SCAN, place),
            )
        if marker in (0x01, *range(0xD0, 0xD9)):  # stand alone, without a length
            place += 2
            continue
        place += 2 + max(2, _big(data, place + 2, 2))
    return None


def _webp(data: bytes) -> Header | None:
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return Header("WEBP", _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = _little(data, 21, 4)
        return Header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, is_lossless=True)
    if kind == b"VP8X":
        return Header(
            "WEBP",
            width=_little(data, 24, 3) + 1,
            height=_little(data, 27, 3) + 1,
            is_animated=bool(data[20] & 0x02),
            is_lossless=b"VP8L" in data,
        )
    return None


def _big(data: bytes, place: int, size: int) -> int:
    if place + size > len(data):
        raise IndexError
    return int.from_bytes(data[place : place + size], "big")


def _little(data: bytes, place: int, size: int) -> int:
    if place + size > len(data):
        raise IndexError
    return int.from_bytes(data[place : place + size], "little")
