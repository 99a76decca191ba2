from __future__ import annotations

import contextlib
import io
import struct
import zlib

import iscc_core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from okuzuke.core.canonical import digest
from okuzuke.core.errors import InputError
from okuzuke.registry.pictures import content_code, decode, inspect


def drawing(width: int = 120, height: int = 80, mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (width, height), (240, 230, 210))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 8, height // 8, width // 2, height * 3 // 4), fill=(200, 30, 40))
    draw.rectangle((width // 2, height // 3, width * 7 // 8, height // 2), fill=(20, 60, 140))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("AVIF", "image/avif"),
    ],
)
def test_a_picture_is_named_by_the_digest_of_its_file(kind: str, media_type: str) -> None:
    data = encoded(drawing(), kind)

    picture = inspect(data, "daruma")

    assert picture.asset == digest(data).hex()
    assert (picture.media_type, picture.width, picture.height, picture.size_bytes) == (media_type, 120, 80, len(data))
    assert picture.iscc.startswith("ISCC:EED")


@pytest.mark.parametrize("size", [(120, 80), (33, 200), (32, 32), (256, 256)])
def test_the_content_code_is_that_of_the_reference_implementation(size: tuple[int, int]) -> None:
    image = drawing(*size)
    inner = image.crop((size[0] // 8, size[1] // 8, size[0] * 7 // 8, size[1] * 3 // 4))
    framed = Image.new("RGB", size, "white")
    framed.paste(inner, (size[0] // 8, size[1] // 8))
    normalised = inner.convert("L").resize((32, 32), Image.Resampling.BICUBIC)

    expected = iscc_core.gen_image_code_v0(list(normalised.tobytes()), bits=256)["iscc"]

    assert content_code(framed) == expected


def test_a_uniform_picture_has_a_content_code_too() -> None:
    expected = iscc_core.gen_image_code_v0([128] * 1024, bits=256)["iscc"]

    assert inspect(encoded(Image.new("RGB", (40, 30), (128, 128, 128))), "grey").iscc == expected


def test_transparency_is_seen_on_white() -> None:
    seen = decode(encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 0))), "glass")

    assert seen.getpixel((0, 0)) == (255, 255, 255)


def test_a_transparent_palette_is_seen_on_white() -> None:
    palette = drawing().quantize(8)

    seen = decode(encoded(palette, "PNG", transparency=palette.getpixel((0, 0))), "palette")

    assert seen.getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    scan = Image.new("I;16", (8, 8), 0x7FFF)

    assert decode(encoded(scan), "scan").getpixel((0, 0)) == (0x7F, 0x7F, 0x7F)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_every_kind_of_pixel_is_seen_in_colour(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert decode(encoded(drawing(mode=mode), kind), mode).mode == "RGB"


def test_a_picture_from_a_turned_camera_is_seen_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = drawing().transpose(Image.Transpose.ROTATE_90)

    picture = inspect(encoded(lying, "PNG", exif=exif), "photo")

    assert (picture.width, picture.height) == (120, 80)
    assert picture.iscc == inspect(encoded(drawing()), "upright").iscc


def test_a_picture_of_8192_pixels_is_taken_and_one_of_8193_refused() -> None:
    assert inspect(encoded(Image.new("1", (8192, 4))), "scroll").width == 8192
    with pytest.raises(InputError, match=r"scroll is 8193 x 4 pixels; a side has at most 8192"):
        inspect(encoded(Image.new("1", (8193, 4))), "scroll")


@pytest.mark.parametrize(("width", "height"), [(20_000, 10), (20_000, 20_000), (10_000, 9_000)])
def test_a_giant_is_refused_from_its_header(width: int, height: int) -> None:
    with pytest.raises(InputError, match=r"20000|400000000|90000000") as refusal:
        inspect(png_claiming(width, height), "giant.png")
    assert "scale it down" in refusal.value.remedy


@pytest.mark.parametrize(("width", "height"), [(0, 4), (4, 0)])
def test_a_picture_without_pixels_is_refused(width: int, height: int) -> None:
    with pytest.raises(InputError, match=r"nothing\.png"):
        inspect(png_claiming(width, height), "nothing.png")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InputError, match=r"a\.png is empty \(0 bytes\)"):
        inspect(b"", "a.png")


@pytest.mark.parametrize("data", [b"a letter, not a picture", encoded(drawing(), "BMP"), encoded(drawing(), "TIFF")])
def test_an_unknown_format_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(InputError, match=r"a\.bin cannot be read as PNG, JPEG, WebP, GIF or AVIF") as refusal:
        inspect(data, "a.bin")
    assert refusal.value.remedy == "export it as PNG and register that"


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_moving_picture_is_refused(kind: str) -> None:
    moving = encoded(drawing(), kind, save_all=True, append_images=[drawing().rotate(90)])

    with pytest.raises(InputError, match="holds 2 pictures; only still pictures are registered"):
        inspect(moving, "wave")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_cut_off_png_is_refused_wherever_it_was_cut(data: st.DataObject) -> None:
    whole = encoded(drawing(40, 30))
    kept = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(InputError, match="cut"):
        inspect(whole[:kept], "cut")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("lost", [1, 40, 300])
def test_a_cut_off_picture_is_refused(kind: str, lost: int) -> None:
    with pytest.raises(InputError):
        inspect(encoded(drawing(), kind, quality=95)[:-lost], "cut")


@given(kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]), place=st.floats(0, 1), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_damaged_picture_is_read_or_refused_but_never_breaks_the_reader(kind: str, place: float, byte: int) -> None:
    data = bytearray(encoded(drawing(40, 30), kind))
    data[int(place * (len(data) - 1))] = byte

    with contextlib.suppress(InputError):
        assert inspect(bytes(data), "damaged").size_bytes == len(data)


def test_a_changed_bit_in_a_png_is_refused() -> None:
    data = bytearray(encoded(drawing()))
    data[len(data) // 2] ^= 1

    with pytest.raises(InputError, match=r"a\.png is damaged or cut off"):
        inspect(bytes(data), "a.png")


def test_damaged_camera_data_is_a_refusal_and_no_warning() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12\0\x03\0\0\0\x01\0\x06"

    with pytest.raises(InputError, match=r"photo\.jpg is damaged or cut off: Corrupt EXIF"):
        inspect(encoded(drawing(), "JPEG", exif=exif), "photo.jpg")
