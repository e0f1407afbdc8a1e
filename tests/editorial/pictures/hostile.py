"""Files that someone might send as a picture: hostile, broken, odd, and as large as may be. All are made here.

``HOSTILE`` maps a description to a `File`. What a harmless picture would be called comes last on purpose: names are
as hostile as contents.
"""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

# Whatever is kept must not contain these.
SCRIPT = b"<script>window.ran=1;alert(1)</script>"
PHP = b"<?php echo 'ran'; ?>"
PLACE = b"Jungfernstieg 7"


@dataclass(frozen=True)
class File:
    """``taken``: whether a picture comes of it; if not, ``why`` is a word of the refusal."""

    make: Callable[[], bytes]
    name: str = "picture.png"
    why: str = ""

    @property
    def taken(self) -> bool:
        return not self.why


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def smooth(mode: str, width: int, height: int) -> Image.Image:
    """Large, and quickly made."""
    bands = [Image.effect_noise((width // 40, height // 40), 90) for _ in Image.new(mode, (1, 1)).getbands()]
    return Image.merge(mode, bands).resize((width, height)) if len(bands) > 1 else bands[0].resize((width, height))


# --- JPEG -------------------------------------------------------------------------------------------------------------


def jpeg(**options: Any) -> bytes:
    return saved(plain(), "JPEG", **options)


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def with_segment(marker: int, content: bytes) -> bytes:
    data = jpeg()
    return data[:2] + segment(marker, content) + data[2:]


def exif(**tags: Any) -> Image.Exif:
    found = Image.Exif()
    for tag, value in {"orientation": 0x0112, "maker": 0x010F}.items():
        if tag in tags:
            found[value] = tags[tag]
    gps = found.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (53.0, 33.0, 12.0), "E", (9.0, 59.0, 36.0)
    gps[27] = PLACE
    return found


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(jpeg())
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def many_scans() -> bytes:
    data = jpeg(progressive=True)
    place = data.rindex(b"\xff\xda")
    return data[:place] + data[place:-2] * 200 + data[-2:]


# --- PNG --------------------------------------------------------------------------------------------------------------


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_claiming(width: int, height: int, rows: bytes = b"\0" * 64) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png(**options: Any) -> bytes:
    return saved(plain(), "PNG", **options)


def with_chunk(name: bytes, content: bytes, before: bytes = b"IDAT") -> bytes:
    data = png()
    place = data.index(before) - 4
    return data[:place] + chunk(name, content) + data[place:]


def zeros(megabytes: int) -> bytes:
    """A thousandth of that, compressed."""
    return zlib.compress(bytes(megabytes * 1024 * 1024), 9)


def moving(kind: str, frames: int) -> bytes:
    # Each differs, or it would be left out.
    pictures = [Image.new("L", (8, 8), n % 256) for n in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=20)


def announced_frames(frames: int) -> bytes:
    return with_chunk(b"acTL", struct.pack(">II", frames, 0))


def erased() -> bytes:
    """A secret under full transparency."""
    picture = Image.new("RGBA", (64, 48), (200, 30, 30, 255))
    picture.paste((1, 2, 3, 0), (0, 0, 32, 48))
    return saved(picture, "PNG")


# --- WebP -------------------------------------------------------------------------------------------------------------


def webp(**options: Any) -> bytes:
    return saved(plain(), "WEBP", **options)


def riff(content: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(content) + 4) + b"WEBP" + content


def webp_claiming_lossless(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return riff(b"VP8L" + struct.pack("<I", 9) + b"\x2f" + struct.pack("<I", bits) + bytes(5))


def webp_canvas(width: int, height: int, flags: int = 0) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff(b"VP8X" + struct.pack("<I", 10) + bytes((flags, 0, 0, 0)) + size)


# --- Others -----------------------------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">%s</svg>'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
    + SVG % b"<text>&j;</text>"
)


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("META-INF/MANIFEST.MF", "Main-Class: Ran")
    return out.getvalue()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


HOSTILE: dict[str, File] = {
    # Drawings that carry programs
    "SVG with a script": File(lambda: SVG % SCRIPT, "drawing.svg", "SVG"),
    "SVG with a handler": File(lambda: SVG.replace(b"<svg", b'<svg onload="alert(1)"') % b"", "a.svg", "SVG"),
    "SVG with a page inside": File(lambda: SVG % b"<foreignObject><body/></foreignObject>", "a.svg", "SVG"),
    "SVG with a mark before it": File(lambda: b"\xef\xbb\xbf" + SVG % SCRIPT, "a.svg", "SVG"),
    "SVG after a remark": File(lambda: b"<!-- drawn -->" + SVG % SCRIPT, "a.svg", "SVG"),
    "SVG that calls itself PNG": File(lambda: SVG % SCRIPT, "a.png", "SVG"),
    "SVG of a billion laughs": File(lambda: LAUGHS, "a.svg", "SVG"),
    "SVG, compressed": File(lambda: gzip.compress(SVG % SCRIPT), "a.svgz", "no picture"),
    # GIF
    "GIF": File(lambda: saved(plain("P"), "GIF"), "a.gif", "GIF"),
    "GIF that calls itself JPEG": File(lambda: saved(plain("P"), "GIF"), "a.jpg", "GIF"),
    "GIF and JavaScript": File(lambda: b"GIF89a/*" + bytes(99) + b"*/=1;alert(1)", "a.gif", "GIF"),
    "GIF of ten thousand frames": File(lambda: moving("GIF", 10_000), "a.gif", "GIF"),
    # JPEG and something else
    "JPEG with a page in its comment": File(lambda: with_segment(0xFE, b"<html>" + SCRIPT), "a.jpg", "at once"),
    "JPEG with a program in its comment": File(lambda: with_segment(0xFE, PHP), "a.jpg", "at once"),
    "JPEG with a page behind it": File(lambda: jpeg() + b"<!DOCTYPE html>" + SCRIPT, "a.jpg", "at once"),
    "JPEG and PDF": File(lambda: with_segment(0xFE, PDF), "a.jpg", "at once"),
    "JPEG and archive": File(lambda: jpeg() + archive(), "a.jpg", "at once"),
    "JPEG with a script in its XMP": File(
        lambda: with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SCRIPT), "a.jpg", "at once"
    ),
    "JPEG with a script in its maker": File(lambda: jpeg(exif=exif(maker=SCRIPT.decode())), "a.jpg", "at once"),
    "JPEG with bytes behind it": File(lambda: jpeg() + PLACE * 1000, "a.jpg"),
    # JPEG, odd
    "JPEG with the place": File(lambda: jpeg(exif=exif(maker="Camera")), "a.jpg"),
    "JPEG on its side": File(lambda: jpeg(exif=exif(orientation=6)), "a.jpg"),
    "JPEG mirrored": File(lambda: jpeg(exif=exif(orientation=5)), "a.jpg"),
    "JPEG turned in no known way": File(lambda: jpeg(exif=exif(orientation=99)), "a.jpg"),
    "JPEG with broken EXIF": File(lambda: with_segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff" + bytes(99)), "a.jpg"),
    "JPEG with much EXIF": File(lambda: with_segment(0xE1, b"Exif\0\0" + PLACE * 4000), "a.jpg"),
    "JPEG with a comment": File(lambda: with_segment(0xFE, PLACE), "a.jpg"),
    "JPEG in CMYK": File(lambda: saved(plain("CMYK"), "JPEG"), "a.jpg"),
    "JPEG in CMYK with a wrong profile": File(lambda: saved(plain("CMYK"), "JPEG", icc_profile=profile()), "a.jpg"),
    "JPEG in grays": File(lambda: saved(plain("L"), "JPEG"), "a.jpg"),
    "JPEG in grays with a colored profile": File(lambda: saved(plain("L"), "JPEG", icc_profile=profile()), "a.jpg"),
    "JPEG with a profile": File(lambda: jpeg(icc_profile=profile()), "a.jpg"),
    "JPEG with a senseless profile": File(lambda: jpeg(icc_profile=b"acsp" * 3000), "a.jpg"),
    "JPEG in passes": File(lambda: jpeg(progressive=True), "a.jpg"),
    "JPEG of several pictures": File(lambda: saved(plain(), "MPO", save_all=True, append_images=[plain()]), "a.jpg"),
    "JPEG of one pixel": File(lambda: saved(plain(size=(1, 1)), "JPEG"), "a.jpg"),
    # JPEG, broken
    "JPEG of 65,500 pixels square": File(lambda: jpeg_claiming(65_500, 65_500), "a.jpg", "pixels"),
    "JPEG without height": File(lambda: jpeg_claiming(64, 0), "a.jpg", "no pixels"),
    "JPEG of two hundred passes": File(many_scans, "a.jpg", "passes"),
    "JPEG, cut off": File(lambda: saved(smooth("RGB", 640, 480), "JPEG")[:9000], "a.jpg", "damaged"),
    "JPEG, cut off early": File(lambda: jpeg()[:60], "a.jpg", "damaged"),
    "JPEG that only begins": File(lambda: b"\xff\xd8\xff", "a.jpg", "damaged"),
    "JPEG without an end": File(lambda: b"\xff\xd8" + b"\xff" * 5000, "a.jpg", "damaged"),
    "JPEG of millions of segments": File(lambda: jpeg()[:2] + segment(0xFE, b"") * 4_000_000, "a.jpg", "damaged"),
    "JPEG of millions of fill bytes": File(lambda: jpeg()[:2] + b"\xff" * 15_000_000 + jpeg()[2:], "a.jpg", "damaged"),
    # PNG, too much
    "PNG of 50,000 pixels square": File(lambda: png_claiming(50_000, 50_000), "a.png", "pixels"),
    "PNG of four billion pixels a side": File(lambda: png_claiming(0xFFFFFFFF, 0xFFFFFFFF), "a.png", "pixels"),
    "PNG, one pixel high and very wide": File(lambda: png_claiming(19_000_000, 1), "a.png", "pixels"),
    "PNG of no size": File(lambda: png_claiming(0, 0), "a.png", "no pixels"),
    "PNG with a bomb in its text": File(lambda: with_chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(150)), "a.png", "damaged"),
    "PNG with a bomb in compressed text": File(lambda: with_chunk(b"zTXt", b"a\0\0" + zeros(150)), "a.png", "damaged"),
    "PNG with a bomb for a profile": File(lambda: with_chunk(b"iCCP", b"a\0\0" + zeros(150)), "a.png", "damaged"),
    "PNG with a bomb after the picture": File(
        lambda: with_chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(150), before=b"IEND"), "a.png", "damaged"
    ),
    "PNG with more rows than it says": File(lambda: png_claiming(64, 48, bytes(300_000_000)), "a.png"),
    "PNG of a million small texts": File(
        lambda: png()[:33] + chunk(b"tEXt", b"k\0v") * 1_000_000 + png()[33:], "a.png", "damaged"
    ),
    "PNG of a million empty pieces": File(
        lambda: png()[:-12] + chunk(b"IDAT", b"") * 1_000_000 + png()[-12:], "a.png", "damaged"
    ),
    "PNG of ten thousand frames": File(lambda: moving("PNG", 10_000), "a.png", "moves"),
    "PNG that announces four billion frames": File(lambda: announced_frames(0xFFFFFFFF), "a.png", "moves"),
    # PNG, odd
    "PNG with the place": File(lambda: png(exif=exif()), "a.png"),
    "PNG with the place in text": File(lambda: png(pnginfo=_text()), "a.png"),
    "PNG with an erased secret": File(erased, "a.png"),
    "PNG in 16 bits": File(lambda: saved(Image.new("I;16", (64, 48), 40_000), "PNG"), "a.png"),
    "PNG in black and white": File(lambda: saved(plain("1"), "PNG"), "a.png"),
    "PNG in grays with alpha": File(lambda: saved(plain("LA"), "PNG"), "a.png"),
    "PNG with a palette": File(lambda: saved(plain("P"), "PNG", transparency=3), "a.png"),
    "PNG with a senseless profile": File(lambda: png(icc_profile=b"no profile"), "a.png"),
    # PNG, broken and double
    "PNG, cut off": File(lambda: saved(smooth("RGB", 640, 480), "PNG")[:20_000], "a.png", "damaged"),
    "PNG with a wrong checksum": File(lambda: png()[:29] + b"\0\0\0\0" + png()[33:], "a.png", "damaged"),
    "PNG without a picture": File(lambda: png()[:33] + chunk(b"IEND", b""), "a.png", "damaged"),
    "PNG with a page behind it": File(lambda: png() + b"<html>" + SCRIPT, "a.png", "at once"),
    "PNG and archive": File(lambda: png() + archive(), "a.png", "at once"),
    # WebP
    "WebP that moves": File(lambda: moving("WEBP", 60), "a.webp", "moves"),
    "WebP of 16,383 pixels square": File(lambda: webp_claiming_lossless(16_383, 16_383), "a.webp", "pixels"),
    "WebP on a canvas of 16 million pixels a side": File(lambda: webp_canvas(1 << 24, 1 << 24), "a.webp", "pixels"),
    "WebP that announces movement": File(lambda: webp_canvas(9, 9, flags=2), "a.webp", "moves"),
    "WebP without a picture": File(lambda: webp_canvas(9, 9), "a.webp", "damaged"),
    "WebP, cut off": File(lambda: webp()[:70], "a.webp", "damaged"),
    "WebP with the place": File(lambda: webp(exif=exif()), "a.webp"),
    "WebP without loss": File(lambda: webp(lossless=True), "a.webp"),
    "WebP with transparency": File(lambda: saved(plain("LA").convert("RGBA"), "WEBP"), "a.webp"),
    "WebP and page": File(lambda: riff(b"<html>" + SCRIPT), "a.webp", "damaged"),
    # No pictures, or none of ours
    "PDF with JavaScript": File(lambda: PDF, "a.pdf", "PDF"),
    "PDF that calls itself PNG": File(lambda: PDF, "a.png", "PDF"),
    "Page": File(lambda: b"<html>" + SCRIPT, "a.html", "no picture"),
    "Program": File(lambda: b"\x7fELF" + bytes(500), "a.jpg", "no picture"),
    "Archive": File(archive, "a.zip", "ZIP"),
    "TIFF": File(lambda: saved(plain(), "TIFF"), "a.tif", "another format"),
    "BMP": File(lambda: saved(plain(), "BMP"), "a.bmp", "another format"),
    "ICO": File(lambda: saved(plain(), "ICO"), "a.ico", "another format"),
    "AVIF": File(lambda: saved(plain(), "AVIF"), "a.avif", "AVIF"),
    "HEIC": File(lambda: b"\0\0\0\x18ftypheic" + bytes(99), "a.heic", "HEIC"),
    "PostScript": File(lambda: saved(plain(), "EPS"), "a.eps", "no picture"),
    "Nothing": File(lambda: b"", "a.png", "empty"),
    "One byte": File(lambda: b"\x89", "a.png", "no picture"),
    "Too many bytes": File(lambda: png() + bytes(21 * 1024 * 1024), "a.png", "megabytes"),
    # Good pictures under bad names
    "called a program": File(png, "shell.php.jpg"),
    "called a page": File(png, "page.html"),
    "called a way upwards": File(png, "../../../etc/passwd"),
    "called a folder": File(png, "a/b/c.png"),
    "called the server's rules": File(png, ".htaccess"),
    "called with a NUL": File(png, "a.png\0.html"),
    "called from right to left": File(png, "photo_\u202egnp.exe"),
    "called by 255 bytes": File(png, "ä" * 125 + ".png"),
    "called by nine hundred letters": File(png, "a" * 900 + ".png"),
    "called an element": File(png, '"><img src=x onerror=alert(1)>.png'),
    "called by a header": File(png, "a.png\r\nContent-Type: text/html"),
    "called by half a character": File(png, "a\ufffd.png"),
    "called a device": File(png, "CON"),
}


def _text() -> PngInfo:
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta><photoshop:City>{PLACE.decode()}</photoshop:City></x:xmpmeta>")
    text.add_text("Comment", PLACE.decode())
    return text


# The largest that are taken, of each kind; what they cost is the most that anything may.
LARGEST: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: saved(smooth("RGB", 8600, 5800), "JPEG", quality=60),
    "JPEG in passes": lambda: saved(smooth("RGB", 6000, 3990), "JPEG", quality=60, progressive=True, subsampling=0),
    "JPEG in CMYK, in passes": lambda: saved(smooth("CMYK", 6000, 3990), "JPEG", quality=60, progressive=True),
    "PNG": lambda: saved(smooth("L", 5000, 4000).convert("P"), "PNG", compress_level=1, transparency=3),
    "PNG with alpha": lambda: saved(Image.new("RGBA", (5000, 4000), (9, 9, 9, 99)), "PNG", compress_level=1),
    "WebP": lambda: saved(smooth("RGBA", 3840, 2160), "WEBP", method=0),
}
