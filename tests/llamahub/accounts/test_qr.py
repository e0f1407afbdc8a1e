"""QR codes, read back by a reader that mends nothing."""

import random
from xml.etree import ElementTree as ET

import pytest

from llamahub.accounts import qr

from .qr_reader import read


@pytest.mark.parametrize("length", [0, 1, 14, 15, 26, 27, 42, 62, 84, 106, 107, 122, 152, 180, 181, 212, 213])
def test_what_is_written_is_read(length):
    """At the first and last length of every size."""
    data = random.Random(length).randbytes(length)
    assert read(qr.encode(data)) == data


def test_every_size_is_used():
    assert {(len(qr.encode(b"x" * length)) - 17) // 4 for length in range(1, 214, 4)} == set(range(1, 11))


def test_the_reader_would_see_a_wrong_module():
    grid = qr.encode(b"otpauth://totp/")
    grid[12][12] = not grid[12][12]
    with pytest.raises(AssertionError):
        read(grid)


def test_what_has_no_room_is_refused_by_number():
    with pytest.raises(qr.TooLong, match="214 bytes"):
        qr.encode(b"x" * 214)


def test_the_picture_is_the_code_with_white_around_it_and_a_name():
    picture = qr.svg("otpauth://totp/LlamaHub:ada", label='The "code"')
    root = ET.fromstring(picture)
    size = int(root.get("viewBox").split()[2])
    assert size == len(qr.encode(b"otpauth://totp/LlamaHub:ada")) + 8
    assert (root.get("role"), root.get("aria-label")) == ("img", 'The "code"')
    background, modules = root
    assert background.get("fill") == "#fff"
    drawn = {tuple(map(int, part.split("h")[0].split())) for part in modules.get("d").split("M")[1:]}
    assert min(min(place) for place in drawn) == 4
    assert max(max(place) for place in drawn) == size - 5
    grid = qr.encode(b"otpauth://totp/LlamaHub:ada")
    assert drawn == {(c + 4, r + 4) for r, row in enumerate(grid) for c, dark in enumerate(row) if dark}


def test_nothing_in_the_picture_needs_an_exception_from_the_policy():
    assert "style" not in qr.svg("x", label="x")
