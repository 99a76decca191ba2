from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from okuzuke.demo.drawings import SERIES, every
from okuzuke.demo.drawings.render import png
from okuzuke.screening.pdq import CODE_BYTES, Orientation, Pdq, dihedral, distance, pdq

Pixels = NDArray[np.uint8]

SIZES = [(5, 5), (29, 105), (63, 64), (64, 64), (64, 128), (128, 128), (129, 257), (256, 256), (512, 300), (1000, 30)]

TURNED: dict[Orientation, Callable[[Pixels], Pixels]] = {
    Orientation.AS_IS: lambda pixels: pixels,
    Orientation.ROTATE_90: lambda pixels: np.rot90(pixels, 1),
    Orientation.ROTATE_180: lambda pixels: np.rot90(pixels, 2),
    Orientation.ROTATE_270: lambda pixels: np.rot90(pixels, 3),
    Orientation.FLIP_LEFT_RIGHT: lambda pixels: pixels[:, ::-1],
    Orientation.FLIP_TOP_BOTTOM: lambda pixels: pixels[::-1],
    Orientation.TRANSPOSE: lambda pixels: pixels.transpose(1, 0, 2),
    Orientation.TRANSVERSE: lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
}


def shapes(seed: int, width: int, height: int) -> Pixels:
    dealt = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), tuple(int(tone) for tone in dealt.integers(190, 256, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        (left, right), (top, bottom) = (sorted(int(at) for at in dealt.integers(0, side, 2)) for side in image.size)
        fill = tuple(int(tone) for tone in dealt.integers(0, 256, 3))
        (draw.ellipse, draw.rectangle, draw.line)[int(dealt.integers(0, 3))]((left, top, right, bottom), fill=fill)
    return np.array(image)


def noise(seed: int, width: int, height: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def gradient(seed: int, width: int, height: int) -> Pixels:
    tones = np.linspace(seed, 255, width).astype(np.uint8)
    return np.broadcast_to(tones[None, :, None], (height, width, 3)).copy()


def symmetric(seed: int, width: int, height: int) -> Pixels:
    half = shapes(seed, width, height)
    return np.maximum(half, half[:, ::-1])


def flat(seed: int, width: int, height: int) -> Pixels:
    return np.full((height, width, 3), 30 * seed, np.uint8)


def pixels_of(data: bytes) -> Pixels:
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def oracle(pixels: Pixels) -> Pdq:
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return Pdq(np.packbits(bits.astype(np.uint8)).tobytes(), int(quality))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [shapes, noise, gradient, symmetric, flat])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_bit_and_the_quality_are_those_of_the_published_program(
    kind: Callable[[int, int, int], Pixels], size: tuple[int, int], seed: int
) -> None:
    pixels = kind(seed, *size)

    assert pdq(pixels) == oracle(pixels)


@pytest.mark.parametrize("series", SERIES)
def test_every_bit_of_our_own_drawings_is_that_of_the_published_program(series: str) -> None:
    drawn = [pixels_of(png(drawing.svg)) for drawing in every(series)[:12]]

    assert [pdq(pixels) for pixels in drawn] == [oracle(pixels) for pixels in drawn]


@given(width=st.integers(1, 90), height=st.integers(1, 90), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_picture_of_any_size_has_the_published_code(width: int, height: int, seed: int) -> None:
    pixels = noise(seed, width, height)

    assert pdq(pixels) == oracle(pixels)


@pytest.mark.parametrize("size", [(4, 100), (100, 4)])
def test_a_picture_too_small_to_have_structure_has_no_quality(size: tuple[int, int]) -> None:
    assert pdq(noise(1, *size)) == Pdq(bytes(CODE_BYTES), 0)
    assert set(dihedral(noise(1, *size)).values()) == {bytes(CODE_BYTES)}


def test_a_flat_picture_has_no_quality_and_a_busy_one_all_of_it() -> None:
    assert (pdq(flat(4, 200, 200)).quality, pdq(shapes(1, 200, 200)).quality) == (0, 100)


@pytest.mark.parametrize("orientation", list(Orientation))
@pytest.mark.parametrize("size", [(256, 256), (180, 300), (61, 200)])
def test_a_turned_picture_has_the_code_foreseen_for_it(orientation: Orientation, size: tuple[int, int]) -> None:
    pixels = shapes(7, *size)

    foreseen = dihedral(pixels)[orientation]

    assert distance(foreseen, pdq(TURNED[orientation](pixels)).bits) <= 2


def test_the_eight_orientations_of_a_drawing_are_unlike_each_other() -> None:
    codes = list(dihedral(shapes(7, 256, 256)).values())

    assert min(distance(a, b) for at, a in enumerate(codes) for b in codes[:at]) > 40


def test_hashing_leaves_the_picture_as_it_was() -> None:
    pixels = shapes(1, 100, 80)
    before = pixels.copy()

    pdq(pixels)
    dihedral(pixels)

    assert np.array_equal(pixels, before)


codes = st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES)


@given(a=codes, b=codes, c=codes)
def test_distance_is_a_metric(a: bytes, b: bytes, c: bytes) -> None:
    assert distance(a, a) == 0
    assert distance(a, b) == distance(b, a)
    assert distance(a, c) <= distance(a, b) + distance(b, c)
