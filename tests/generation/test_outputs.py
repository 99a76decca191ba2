from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry
from okuzuke.generation.output import Output, output_id, pixel_digest

MODEL = "ab" * 32
REQUEST = Entry("cd" * 32)
PIXELS = "54a9dce1f64614290d0db9dc371972cee5bb16ef6e863cc6be4075932d20c37b"
"""Of one black pixel: SHA-256 of the bytes `[1,1,1,3]` and three zeros."""
MADE = Output.made(REQUEST, 0, "ef" * 32, PIXELS, AssetId("12" * 32), 32, (1, -32768, 32767))


def test_the_pixel_digest_of_one_black_pixel() -> None:
    assert pixel_digest(bytes(3), 1, 1, 1, 3) == PIXELS
    assert hashlib.sha256(b"[1,1,1,3]\0\0\0").hexdigest() == PIXELS


def test_the_output_id_vector() -> None:
    named = f'["okuzuke/output/v1","{MODEL}","{REQUEST}","7","0","{PIXELS}"]'

    assert output_id(MODEL, REQUEST, 7, 0, PIXELS) == hashlib.sha256(named.encode()).hexdigest()
    assert output_id(MODEL, REQUEST, 7, 0, PIXELS) == "4181fe303ffbfc9d2737af73e139a08ef720216b5bdd39ab18d224caeb676eb8"


@pytest.mark.parametrize(
    "other",
    [("ac" * 32, REQUEST, 7, 0), (MODEL, Entry("ce" * 32), 7, 0), (MODEL, REQUEST, 8, 0), (MODEL, REQUEST, 7, 1)],
)
def test_an_output_id_hangs_on_each_of_its_parts(other: tuple[str, Entry, int, int]) -> None:
    assert output_id(*other, PIXELS) != output_id(MODEL, REQUEST, 7, 0, PIXELS)


def test_pictures_of_the_same_bytes_and_another_shape_differ() -> None:
    assert pixel_digest(bytes(12), 1, 2, 2, 3) != pixel_digest(bytes(12), 1, 1, 4, 3)


@given(st.lists(st.integers(-(2**15), 2**15 - 1), max_size=9), st.integers(0, 255))
def test_an_output_reads_as_it_was_written(features: list[int], index: int) -> None:
    made = replace(MADE, features=tuple(features), index=index)

    fields = Fields(made.to_public(), "output")
    assert Output.read(fields, made.to_sealed()) == made
    fields.end()


def test_shut_features_are_none() -> None:
    assert Output.read(Fields(MADE.to_public(), "output"), {}) == replace(MADE, features=None)


@pytest.mark.parametrize("sealed", [{"features": [2**15]}, {"features": [True]}, {"prompt": "red"}])
def test_features_beyond_16_bits_and_unknown_sealed_fields_are_refused(sealed: dict[str, list[int] | str]) -> None:
    with pytest.raises(InputError):
        Output.read(Fields(MADE.to_public(), "output"), sealed)


def test_a_watermark_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="unknown watermark"):
        Output.read(Fields({**MADE.to_public(), "watermark": "hidden"}, "output"), {})
