from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from okuzuke.core.canonical import digest
from okuzuke.core.errors import InputError
from okuzuke.registry.pictures import inspect
from okuzuke.screening.fingerprint import fingerprint


def page(background: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (200, 160), background)
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 30, 90, 140), fill=(200, 40, 30, 255))
    draw.polygon([(110, 20), (190, 60), (120, 150)], fill=(30, 60, 150, 255))
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_a_fingerprint_names_the_file_and_has_all_orientations() -> None:
    data = encoded(page((255, 255, 255, 255)))

    found = fingerprint(data)

    assert found.asset == digest(data).hex()
    assert found.iscc == inspect(data, "page").iscc
    assert (len(found.pdq), len(found.turned), len({found.pdq, *found.turned})) == (32, 7, 8)


def test_the_same_bytes_have_the_same_fingerprint() -> None:
    data = encoded(page((250, 240, 220, 255)))

    assert fingerprint(data) == fingerprint(data)


def test_transparency_and_white_paper_look_alike() -> None:
    glass, paper = (fingerprint(encoded(page((255, 255, 255, alpha)))) for alpha in (0, 255))

    assert (glass.pdq, glass.iscc) == (paper.pdq, paper.iscc)
    assert glass.asset != paper.asset


def test_a_picture_is_seen_as_its_camera_was_held() -> None:
    upright = page((255, 255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = upright.transpose(Image.Transpose.ROTATE_90)

    assert fingerprint(encoded(lying, exif=exif)).pdq == fingerprint(encoded(upright)).pdq


def test_what_is_no_picture_has_no_fingerprint() -> None:
    with pytest.raises(InputError, match="the picture cannot be read"):
        fingerprint(b"a letter")
