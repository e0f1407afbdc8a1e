"""QR codes as SVG, after ISO/IEC 18004: bytes, error correction M, up to version 10 (213 bytes).

Enough for the address of a secret, and no more: numbers, kanji, joined symbols and the larger versions are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

from django.utils.html import format_html
from django.utils.safestring import SafeString

Grid = list[list[bool]]

# For versions 1 to 10 at level M: codewords of error correction per block, and number of blocks.
CORRECTION = (10, 16, 26, 18, 24, 16, 18, 22, 22, 26)
BLOCKS = (1, 1, 1, 2, 2, 4, 4, 4, 5, 5)
LEVEL_M = 0b00
QUIET = 4  # modules of white around it

MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)


class TooLong(ValueError):
    """More than version 10 has room for."""


def svg(text: str, *, label: str) -> SafeString:
    """The code as an element of its own, black on white whatever the theme: cameras read nothing else reliably."""
    grid = encode(text.encode())
    size = len(grid) + 2 * QUIET
    path = "".join(
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row, modules in enumerate(grid)
        for column, dark in enumerate(modules)
        if dark
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {size} {size}" width="{width}" height="{width}" role="img" aria-label="{label}" '
        'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>',
        size=size,
        width=size * 4,
        label=label,
        path=path,
    )


def encode(data: bytes) -> Grid:
    """The modules by row, true for dark, without the white around them."""
    version = _version(len(data))
    grid, fixed = _frame(version)
    _place(grid, fixed, _codewords(data, version))
    masked = [_masked(grid, fixed, mask, version) for mask in range(len(MASKS))]
    return min(masked, key=_penalty)


# --- Data -------------------------------------------------------------------------------------------------------------


def _version(length: int) -> int:
    for version in range(1, len(BLOCKS) + 1):
        if 4 + _length_bits(version) + 8 * length <= 8 * _room(version):
            return version
    raise TooLong(f"A QR code of version {len(BLOCKS)} has no room for {length} bytes.")


def _length_bits(version: int) -> int:
    return 8 if version < 10 else 16


def _modules(version: int) -> int:
    """What is left for data and correction beside the patterns."""
    raw = (16 * version + 128) * version + 64
    if version > 1:
        marks = version // 7 + 2
        raw -= (25 * marks - 10) * marks - 55
        if version > 6:
            raw -= 36
    return raw


def _room(version: int) -> int:
    """Codewords for data."""
    return _modules(version) // 8 - CORRECTION[version - 1] * BLOCKS[version - 1]


def _codewords(data: bytes, version: int) -> bytes:
    """Data with its correction, the blocks interleaved."""
    bits = f"0100{len(data):0{_length_bits(version)}b}" + "".join(f"{byte:08b}" for byte in data)
    room = _room(version)
    bits += "0" * min(4, 8 * room - len(bits))
    bits += "0" * (-len(bits) % 8)
    filled = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    filled += (b"\xec\x11" * room)[: room - len(filled)]

    number, ecc = BLOCKS[version - 1], CORRECTION[version - 1]
    short, longer = divmod(room, number)
    blocks, start = [], 0
    for index in range(number):
        # The last ones hold one codeword more where they do not divide evenly.
        length = short + (index >= number - longer)
        blocks.append(filled[start : start + length])
        start += length
    corrections = [_correction(block, ecc) for block in blocks]
    return bytes(_interleaved(blocks)) + bytes(_interleaved(corrections))


def _interleaved(blocks: list[bytes]) -> Iterator[int]:
    for position in range(max(map(len, blocks))):
        yield from (block[position] for block in blocks if position < len(block))


def _times(a: int, b: int) -> int:
    """In the field of 256 elements that the standard uses."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _correction(block: bytes, number: int) -> bytes:
    """Reed and Solomon’s: the remainder of the block divided by (x − 1)(x − 2)(x − 4) …"""
    generator, root = [1], 1
    for _ in range(number):
        shifted = [*generator, 0]
        generator = [a ^ _times(b, root) for a, b in zip(shifted, [0, *generator], strict=True)]
        root = _times(root, 2)
    rest = [*block, *([0] * number)]
    for start in range(len(block)):
        factor = rest[start]
        for offset, coefficient in enumerate(generator):
            rest[start + offset] ^= _times(coefficient, factor)
    return bytes(rest[len(block) :])


# --- Drawing ----------------------------------------------------------------------------------------------------------


def _frame(version: int) -> tuple[Grid, Grid]:
    """The patterns that every symbol of this size has, and where they are."""
    size = 17 + 4 * version
    grid = [[False] * size for _ in range(size)]
    fixed = [[False] * size for _ in range(size)]

    def draw(row: int, column: int, dark: bool) -> None:
        if 0 <= row < size and 0 <= column < size:
            grid[row][column], fixed[row][column] = dark, True

    for i in range(size):
        draw(6, i, i % 2 == 0)
        draw(i, 6, i % 2 == 0)
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        for dr in range(-4, 5):
            for dc in range(-4, 5):
                draw(row + dr, column + dc, max(abs(dr), abs(dc)) not in {2, 4})
    marks = _alignment(version)
    for row in marks:
        for column in marks:
            if (row, column) in {(6, 6), (6, size - 7), (size - 7, 6)}:
                continue
            for dr in range(-2, 3):
                for dc in range(-2, 3):
                    draw(row + dr, column + dc, max(abs(dr), abs(dc)) != 1)
    _draw_format(draw, size, 0)
    if version >= 7:
        bits = version << 12 | _remainder(version, 12, 0x1F25)
        for i in range(18):
            draw(size - 11 + i % 3, i // 3, bool(bits >> i & 1))
            draw(i // 3, size - 11 + i % 3, bool(bits >> i & 1))
    return grid, fixed


def _alignment(version: int) -> list[int]:
    if version == 1:
        return []
    marks = version // 7 + 2
    last = 10 + 4 * version
    step = (version * 4 + marks * 2 + 1) // (marks * 2 - 2) * 2
    return [6, *sorted(last - step * i for i in range(marks - 1))]


def _draw_format(draw: Callable[[int, int, bool], None], size: int, mask: int) -> None:
    """Level and mask, twice."""
    value = LEVEL_M << 3 | mask
    bits = (value << 10 | _remainder(value, 10, 0x537)) ^ 0x5412
    around = [(8, i) for i in (0, 1, 2, 3, 4, 5, 7, 8)] + [(i, 8) for i in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(size - 1 - i, 8) for i in range(7)] + [(8, size - 8 + i) for i in range(8)]
    for places in (around, apart):
        for i, (row, column) in enumerate(places):
            draw(row, column, bool(bits >> (14 - i) & 1))
    draw(size - 8, 8, True)


def _remainder(value: int, degree: int, generator: int) -> int:
    for _ in range(degree):
        value = value << 1 ^ (generator if value >> (degree - 1) & 1 else 0)
    return value & (1 << degree) - 1


def _place(grid: Grid, fixed: Grid, codewords: bytes) -> None:
    """In pairs of columns from the right, up and down in turn."""
    size = len(grid)
    bits = iter("".join(f"{byte:08b}" for byte in codewords))
    upward = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upward else range(size):
            for column in (right, right - 1):
                if not fixed[row][column]:
                    grid[row][column] = next(bits, "0") == "1"
        upward = not upward


def _masked(grid: Grid, fixed: Grid, mask: int, version: int) -> Grid:
    masked = [
        [dark ^ (not fixed[r][c] and MASKS[mask](r, c)) for c, dark in enumerate(row)] for r, row in enumerate(grid)
    ]

    def draw(row: int, column: int, dark: bool) -> None:
        masked[row][column] = dark

    _draw_format(draw, len(grid), mask)
    return masked


def _penalty(grid: Grid) -> int:
    """How far the pattern is from an even grey; the mask with the least is taken."""
    lines = ["".join("1" if dark else "0" for dark in line) for line in (*grid, *zip(*grid, strict=True))]
    total = sum(_runs(line) + 40 * _finders(line) for line in lines)
    size = len(grid)
    total += sum(
        3
        for r in range(size - 1)
        for c in range(size - 1)
        if grid[r][c] == grid[r][c + 1] == grid[r + 1][c] == grid[r + 1][c + 1]
    )
    dark = reduce(lambda number, row: number + sum(row), grid, 0)
    return total + 10 * int(abs(20 * dark - 10 * size * size) / (size * size))


def _runs(line: str) -> int:
    return sum(len(run) - 2 for run in line.replace("01", "0 1").replace("10", "1 0").split() if len(run) >= 5)


def _finders(line: str) -> int:
    """What looks like the corner marks."""
    return sum(line.startswith(("10111010000", "00001011101"), start) for start in range(len(line)))
