"""Reads QR codes, strictly: written apart from the code that draws them, and mending nothing.

A phone would mend a wrong module here and there; a code of ours must have none. Shares no table with `qr`: what depends
on the size is reckoned from the standard's text, or written out again.
"""

from __future__ import annotations

# Version → blocks of (data, correction) codewords at level M.
BLOCKS_M = {
    1: [(16, 10)],
    2: [(28, 16)],
    3: [(44, 26)],
    4: [(32, 18)] * 2,
    5: [(43, 24)] * 2,
    6: [(27, 16)] * 4,
    7: [(31, 18)] * 4,
    8: [(38, 22)] * 2 + [(39, 22)] * 2,
    9: [(36, 22)] * 3 + [(37, 22)] * 2,
    10: [(43, 26)] * 4 + [(44, 26)],
}
ALIGNMENT = {1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42],
             9: [6, 26, 46], 10: [6, 28, 50]}  # fmt: skip
# Table C.1 of the standard: level M (00) with masks 0 to 7, as drawn.
FORMATS = ["101010000010010", "101000100100101", "101111001111100", "101101101001011", "100010111111001",
           "100000011001110", "100111110010111", "100101010100000"]  # fmt: skip
# Table D.1.
VERSIONS = {
    7: "000111110010010100",
    8: "001000010110111100",
    9: "001001101010011001",
    10: "001010010011010011",
}


def read(grid: list[list[bool]]) -> bytes:
    size = len(grid)
    version = (size - 17) // 4
    mask = _mask(grid, size)
    if version >= 7:
        corner = [grid[size - 11 + i % 3][i // 3] for i in range(17, -1, -1)]
        assert "".join("01"[bit] for bit in corner) == VERSIONS[version]
        assert corner == [grid[i // 3][size - 11 + i % 3] for i in range(17, -1, -1)]
    return _text(_data(_stream(grid, size, version, mask), version), version)


def _mask(grid, size):
    first = [grid[8][c] for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [grid[r][8] for r in (7, 5, 4, 3, 2, 1, 0)]
    second = [grid[r][8] for r in range(size - 1, size - 8, -1)] + [grid[8][c] for c in range(size - 8, size)]
    assert first == second
    assert grid[size - 8][8], "the module that is always dark"
    return FORMATS.index("".join("01"[bit] for bit in first))


def _is_pattern(row, column, size, version):
    corner = (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9)
    timing = row == 6 or column == 6
    places = ALIGNMENT[version]
    near = [(r, c) for r in places for c in places if abs(r - row) <= 2 and abs(c - column) <= 2]
    mark = any((r, c) not in {(6, 6), (6, size - 7), (size - 7, 6)} for r, c in near)
    number = version >= 7 and (
        (row < 6 and size - 11 <= column < size - 8) or (column < 6 and size - 11 <= row < size - 8)
    )
    return corner or timing or mark or number


def _flips(mask, i, j):
    return [
        (i + j) % 2 == 0,
        i % 2 == 0,
        j % 3 == 0,
        (i + j) % 3 == 0,
        (i // 2 + j // 3) % 2 == 0,
        (i * j) % 2 + (i * j) % 3 == 0,
        ((i * j) % 2 + (i * j) % 3) % 2 == 0,
        ((i + j) % 2 + (i * j) % 3) % 2 == 0,
    ][mask]


def _stream(grid, size, version, mask):
    bits, column, upward = [], size - 1, True
    while column > 0:
        if column == 6:
            column -= 1
        for row in reversed(range(size)) if upward else range(size):
            pair = [c for c in (column, column - 1) if not _is_pattern(row, c, size, version)]
            bits += [grid[row][c] ^ _flips(mask, row, c) for c in pair]
        column, upward = column - 2, not upward
    return [int("".join("01"[bit] for bit in bits[i : i + 8]), 2) for i in range(0, len(bits) - 7, 8)]


def _data(stream, version):
    blocks = BLOCKS_M[version]
    codewords = iter(stream)
    data = [[] for _ in blocks]
    for position in range(max(length for length, _ in blocks)):
        for block, (length, _) in zip(data, blocks, strict=True):
            if position < length:
                block.append(next(codewords))
    correction = [[] for _ in blocks]
    for _ in range(blocks[0][1]):
        for block in correction:
            block.append(next(codewords))
    for block, check in zip(data, correction, strict=True):
        assert _syndromes(block + check, len(check)) == [0] * len(check), "the correction does not belong to the data"
    return [codeword for block in data for codeword in block]


def _syndromes(codewords, number):
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] * 2 ^ (0x11D if powers[-1] >= 128 else 0))
    logs = {value: i for i, value in enumerate(powers)}
    found = []
    for root in range(number):
        total = 0
        for codeword in codewords:
            total = powers[(logs[total] + root) % 255] if total else 0
            total ^= codeword
        found.append(total)
    return found


def _text(data, version):
    bits = "".join(f"{codeword:08b}" for codeword in data)
    width = 8 if version < 10 else 16
    assert bits[:4] == "0100", "bytes"
    length = int(bits[4 : 4 + width], 2)
    body = bits[4 + width : 4 + width + 8 * length]
    rest = bits[4 + width + 8 * length :]
    assert set(rest[:4]) <= {"0"}
    return bytes(int(body[i : i + 8], 2) for i in range(0, len(body), 8))
