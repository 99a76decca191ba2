from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from itertools import combinations

import numpy as np
import pdqhash
import pytest
from PIL import Image

from okuzuke.core.errors import InputError
from okuzuke.demo.drawings import SERIES, every
from okuzuke.demo.drawings.order import CALM, SCENE
from okuzuke.demo.drawings.render import png

_DIGEST_OF_DRAWINGS = """
import hashlib, sys
from okuzuke.demo.drawings import every
from okuzuke.demo.drawings.render import png
drawn = [d for series in sys.argv[1:] for d in every(series)]
print(hashlib.sha256("".join(d.name + d.caption + d.svg for d in drawn).encode() + png(drawn[7].svg)).hexdigest())
"""


def _fingerprint(picture: bytes) -> int:
    bits, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")))
    assert quality >= 50
    return int("".join(str(int(bit)) for bit in bits), 2)


@pytest.mark.parametrize("series", SERIES)
def test_a_series_has_four_hundred_drawings_no_two_with_the_same_options(series: str) -> None:
    drawn = every(series)
    assert len(drawn) == 400
    assert len({drawing.options for drawing in drawn}) == 400
    assert len({drawing.svg for drawing in drawn}) == 400


@pytest.mark.parametrize("series", SERIES)
def test_a_caption_is_the_series_and_options_that_the_picture_shows(series: str) -> None:
    for drawing in every(series):
        assert drawing.caption == ", ".join(drawing.tags)
        assert drawing.tags[0] == series
        assert set(drawing.tags[1:]) <= set(drawing.options)
        assert len(drawing.options) - len(drawing.tags[1:]) <= 1


@pytest.mark.parametrize("series", SERIES)
def test_no_tag_holds_a_comma_or_means_two_things(series: str) -> None:
    axis_of: dict[str, int] = {}
    for drawing in every(series):
        for axis, option in enumerate(drawing.options):
            assert "," not in option
            assert axis_of.setdefault(option, axis) == axis


@pytest.mark.parametrize("series", SERIES)
def test_pictures_have_no_text_and_reach_for_nothing_outside(series: str) -> None:
    for drawing in every(series):
        assert not any(tag in drawing.svg for tag in ("<text", "<image", "font", "href", "<script"))


def test_a_drawing_is_the_same_to_the_byte_in_another_process() -> None:
    drawn = [d for series in SERIES for d in every(series)]
    here = "".join(d.name + d.caption + d.svg for d in drawn).encode() + png(drawn[7].svg)
    there = subprocess.run(
        [sys.executable, "-c", _DIGEST_OF_DRAWINGS, *SERIES], capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("series", SERIES)
def test_hardly_any_two_of_the_first_drawings_look_like_copies_of_each_other(series: str) -> None:
    prints = [_fingerprint(png(drawing.svg)) for drawing in every(series)[:120]]
    assert sum((a ^ b).bit_count() <= 31 for a, b in combinations(prints, 2)) <= 6


@pytest.mark.parametrize("series", ["daruma", "kokeshi", "manekineko"])
def test_a_series_begins_calmly_one_figure_a_picture(series: str) -> None:
    first = every(series)[:CALM]
    assert len({drawing.options[0] for drawing in first}) == 1
    assert len({drawing.options[:SCENE] for drawing in first}) == CALM


def test_a_picture_is_an_opaque_png_of_256_pixels() -> None:
    picture = Image.open(io.BytesIO(png(every("daruma")[0].svg)))
    assert (picture.format, picture.size) == ("PNG", (256, 256))
    assert picture.convert("RGBA").getchannel("A").getextrema() == (255, 255)


def test_an_unknown_series_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as refused:
        every("maneki")
    assert "daruma" in refused.value.remedy
