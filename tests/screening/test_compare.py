from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from okuzuke.core.ids import AssetId
from okuzuke.demo.drawings import SERIES, every
from okuzuke.demo.drawings.render import png
from okuzuke.registry.pictures import decode
from okuzuke.screening.compare import compare, neighbours
from okuzuke.screening.fingerprint import Fingerprint, fingerprint
from okuzuke.screening.match import Likeness
from okuzuke.screening.pdq import Orientation

BLANK_ISCC = fingerprint(png('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')).iscc


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def drawn(series: str, number: int) -> Image.Image:
    return decode(png(every(series)[number].svg), "drawing")


def as_jpeg(image: Image.Image) -> bytes:
    return encoded(image, "JPEG", quality=60)


def at_half_size(image: Image.Image) -> bytes:
    return encoded(image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS))


def in_eight_colours(image: Image.Image) -> bytes:
    return encoded(image.quantize(8))


def far(bits: int, *, quality: int = 100, turned: int | None = None) -> Fingerprint:
    """Return a print whose code differs in so many bits from that of `far(0)`, in one orientation if `turned`."""
    code = ((1 << bits) - 1).to_bytes(32, "big")
    opposite = bytes([0xFF]) * 32
    others = [code if place == turned else opposite for place in range(7)]
    return Fingerprint(
        AssetId(f"{bits:064x}"), BLANK_ISCC, code if turned is None else opposite, quality, tuple(others)
    )


@pytest.mark.parametrize(
    ("series", "copied"),
    [
        (series, copied)
        for series in SERIES
        for copied in (as_jpeg, at_half_size, in_eight_colours)
        if (series, copied) != ("manekineko", in_eight_colours)
    ],
)
def test_a_copy_is_found_as_a_copy(series: str, copied: Callable[[Image.Image], bytes]) -> None:
    original = drawn(series, 0)

    found = compare(fingerprint(copied(original)), fingerprint(encoded(original)))

    assert (found.likeness, found.orientation) == (Likeness.COPY, Orientation.AS_IS)


def test_a_copy_in_eight_colours_may_escape_where_it_loses_its_dark_parts() -> None:
    original = drawn("manekineko", 0)

    found = compare(fingerprint(in_eight_colours(original)), fingerprint(encoded(original)))

    assert found.likeness is Likeness.UNRELATED


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_a_turned_or_mirrored_copy_is_found_with_the_turn_that_undoes_it(turn: Image.Transpose) -> None:
    original = drawn("daruma", 1)
    turned = fingerprint(as_jpeg(original.transpose(turn)))

    found = compare(turned, fingerprint(encoded(original)))

    assert found.likeness is Likeness.COPY
    undone = original.transpose(turn).transpose(Image.Transpose[found.orientation.name])
    assert np.array_equal(np.asarray(undone), np.asarray(original))


def test_the_same_file_is_the_same_file_and_the_same_pixels_in_another_file_are_a_copy() -> None:
    original = drawn("daruma", 0)
    asked = fingerprint(encoded(original))

    assert compare(asked, asked).likeness is Likeness.SAME_FILE
    assert compare(asked, fingerprint(encoded(original, compress_level=0))).likeness is Likeness.COPY


@pytest.mark.parametrize("series", SERIES)
def test_two_drawings_of_one_series_are_unrelated(series: str) -> None:
    first, second = (fingerprint(encoded(drawn(series, number))) for number in (0, 1))

    assert compare(first, second).likeness is Likeness.UNRELATED


def test_two_blank_pages_are_never_called_copies() -> None:
    white, grey = (fingerprint(encoded(Image.new("RGB", (200, 200), tone))) for tone in ("white", "grey"))

    assert compare(white, grey).likeness is Likeness.NEAR


@pytest.mark.parametrize(
    ("bits", "likeness"), [(0, Likeness.COPY), (31, Likeness.COPY), (32, Likeness.NEAR), (40, Likeness.NEAR)]
)
def test_the_limits_are_the_published_ones(bits: int, likeness: Likeness) -> None:
    known = far(0)
    asked = Fingerprint(AssetId("a" * 64), checkered(), far(bits).pdq, 100, far(bits).turned)

    found = compare(asked, known)

    assert (found.likeness, found.pdq_distance) == (likeness, bits)
    assert found.iscc_distance > 24


def test_an_agreeing_content_code_makes_a_near_picture_a_copy() -> None:
    assert compare(far(40), far(0)).likeness is Likeness.COPY


def test_an_agreeing_content_code_alone_makes_a_picture_near() -> None:
    assert compare(far(41), far(0)).likeness is Likeness.NEAR


def test_a_picture_beyond_every_limit_is_unrelated() -> None:
    asked = Fingerprint(AssetId("a" * 64), checkered(), far(41).pdq, 100, far(41).turned)

    assert compare(asked, far(0)).likeness is Likeness.UNRELATED


@pytest.mark.parametrize(("quality", "likeness"), [(19, Likeness.NEAR), (20, Likeness.COPY)])
def test_a_faint_picture_is_at_most_near(quality: int, likeness: Likeness) -> None:
    assert compare(far(3, quality=quality), far(0)).likeness is likeness
    assert compare(far(3), far(0, quality=quality)).likeness is likeness


def test_the_nearest_orientation_is_named() -> None:
    assert compare(far(9, turned=2), far(0)).orientation is Orientation.ROTATE_270


def checkered() -> str:
    image = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(image)
    for at in range(0, 200, 50):
        draw.rectangle((at, 200 - at - 40, at + 30, 200 - at // 2), fill="black")
    return fingerprint(encoded(image)).iscc


def dealt(count: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


@given(rows=st.integers(0, 70), queries=st.integers(0, 70), radius=st.integers(90, 140), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_search_finds_every_neighbour_and_nothing_else(rows: int, queries: int, radius: int, seed: int) -> None:
    codes, asked = dealt(rows, seed), dealt(queries, seed + 1)
    apart = np.unpackbits(asked[:, None] ^ codes[None, :], axis=2).sum(axis=2, dtype=np.int64)

    found = neighbours(codes, asked, radius)

    expected = np.argwhere(apart <= radius)
    assert np.array_equal(np.stack([found.query, found.code], axis=1), expected)
    assert np.array_equal(found.distance_bits, apart[apart <= radius])


def test_the_search_finds_neighbours_across_its_blocks() -> None:
    codes = dealt(9000, 1)
    places = np.array([0, 4095, 4096, 8999])
    asked = codes[places].copy()
    asked[:, 5] ^= 0b0101

    found = neighbours(codes, asked, 31)

    assert (found.query.tolist(), found.code.tolist()) == ([0, 1, 2, 3], places.tolist())
    assert found.distance_bits.tolist() == [2, 2, 2, 2]
