"""What comes of an upload: a picture that is only a picture, or a refusal that says what to do."""

import json
import re
import subprocess
import sys
import threading
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from editorial.pictures import Master, Refused, intake, read
from tests.conftest import ROOT

from . import measure
from .hostile import HOSTILE, LARGEST, PHP, PLACE, SCRIPT, exif, jpeg, plain, saved, webp

SECONDS, MEGABYTES = 3, 256


def taken_in(data: bytes) -> Master:
    return read(BytesIO(data))


def opened(master: Master) -> Image.Image:
    picture = Image.open(BytesIO(master.data))
    picture.load()
    return picture


@pytest.fixture(scope="module")
def costs():
    """What each file costs, measured in a process of its own."""
    if not measure.FORGET.exists():
        pytest.skip("Only Linux tells the highest use of memory anew for each file.")
    program = [sys.executable, "-W", "ignore", "-m", "tests.editorial.pictures.measure"]
    run = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=500, check=True)
    return json.loads(run.stdout)


def test_there_are_enough_hostile_files():
    assert len(HOSTILE) > 100


@pytest.mark.slow
@pytest.mark.parametrize("name", [*HOSTILE, *LARGEST])
def test_no_file_costs_more_than_it_may(costs, name):
    cost = costs[name]
    assert cost["seconds"] <= SECONDS, cost
    assert cost["megabytes"] <= MEGABYTES, cost


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_pictures_are_taken(costs, name):
    assert re.fullmatch(r"(JPEG|PNG) 2560×\d+", costs[name]["outcome"])


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("name", [name for name, file in HOSTILE.items() if file.taken])
def test_what_is_taken_is_only_a_picture(name):
    master = taken_in(HOSTILE[name].make())
    picture = opened(master)
    assert picture.format == master.kind
    assert (picture.width, picture.height) == (master.width, master.height)
    assert picture.mode in {"L", "RGB", "RGBA"}
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    for trace in (SCRIPT, PHP, PLACE, b"GPS", b"Exif", b"http:", b"ICC"):
        assert trace not in master.data


@pytest.mark.parametrize("name", [name for name, file in HOSTILE.items() if not file.taken])
def test_a_refusal_says_what_is_wrong_and_what_to_do(name):
    with pytest.raises(Refused) as refused:
        taken_in(HOSTILE[name].make())
    [message] = refused.value.messages
    assert re.search(HOSTILE[name].why, message)
    assert re.search(r"Export|Save|Choose|Scale|Unpack|export", message)


def test_taking_in_what_was_taken_in_keeps_the_pixels():
    once = taken_in(saved(plain("RGBA"), "PNG"))
    assert taken_in(once.data).digest == once.digest


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_the_camera_was_held(orientation):
    """A red corner at the top left of what the photographer saw."""
    seen = Image.new("RGB", (80, 40), "white")
    seen.paste("red", (0, 0, 40, 20))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = seen.transpose(undo[orientation]) if orientation in undo else seen
    picture = opened(taken_in(saved(stored, "JPEG", exif=exif(orientation=orientation), quality=95)))
    assert picture.size == (80, 40)
    red, green, _ = picture.getpixel((8, 8))
    assert red > 200 > 60 > green
    assert min(picture.getpixel((70, 30))) > 200


def test_a_large_picture_is_scaled_to_what_readers_can_see():
    assert taken_in(jpeg())  # untouched below
    master = taken_in(saved(Image.new("RGB", (4000, 1000), "navy"), "JPEG"))
    assert (master.width, master.height) == (2560, 640)
    tall = taken_in(saved(Image.new("RGB", (1000, 12_000), "navy"), "PNG"))
    assert tall.width * tall.height <= intake.KEPT_PIXELS * 1.01
    assert tall.height > 9000
    sideways = taken_in(saved(Image.new("RGB", (1000, 4000), "navy"), "JPEG", exif=exif(orientation=6)))
    assert (sideways.width, sideways.height) == (2560, 640)


def test_colors_of_another_profile_become_those_that_were_meant():
    """The same numbers in a wider space are a stronger color."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    gray = Image.new("RGB", (8, 8), (120, 130, 140))
    assert opened(taken_in(saved(gray, "PNG", icc_profile=lab))).getpixel((4, 4)) == (120, 130, 140)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert opened(taken_in(saved(gray, "PNG", icc_profile=srgb))).getpixel((4, 4)) == (120, 130, 140)


def test_what_was_erased_is_gone():
    picture = opened(taken_in(HOSTILE["PNG with an erased secret"].make()))
    assert picture.getpixel((5, 5)) == (0, 0, 0, 0)
    assert picture.getpixel((60, 5)) == (200, 30, 30, 255)


def test_sixteen_bits_keep_their_brightness():
    picture = opened(taken_in(HOSTILE["PNG in 16 bits"].make()))
    assert abs(picture.getpixel((5, 5)) - 40_000 / 256) <= 1


def test_drawings_stay_sharp_and_photographs_small():
    assert taken_in(saved(plain(), "PNG")).kind == "PNG"
    assert taken_in(webp(lossless=True)).kind == "PNG"
    assert taken_in(webp()).kind == "JPEG"
    assert taken_in(jpeg()).kind == "JPEG"


def test_alpha_that_shows_nothing_is_dropped():
    assert opened(taken_in(saved(plain("RGB").convert("RGBA"), "PNG"))).mode == "RGB"


def test_one_picture_is_decoded_at_a_time():
    """What a worker needs does not grow with its threads."""
    with intake.decoding:
        thread = threading.Thread(target=taken_in, args=(jpeg(),))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert not thread.is_alive()


def test_only_one_byte_more_than_allowed_is_read():
    asked = []

    class Endless(BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return bytes(size)

    with pytest.raises(Refused):
        read(Endless())
    assert asked == [intake.MAX_BYTES + 1]
