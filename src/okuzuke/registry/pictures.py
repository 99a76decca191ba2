"""Opening one picture file from outside: whole, still, of bearable size, and named by its digests.

Content code: ISO 24138:2024 Image-Code, 256 bits, normalised as its reference implementations do.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import iscc_lib
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from okuzuke.core.canonical import digest
from okuzuke.core.errors import InputError
from okuzuke.core.ids import AssetId

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
LONGEST_SIDE = 8192
ISCC_BITS = 256

_ISCC_SIDE = 32
_PNG_END = b"IEND\xae\x42\x60\x82"
_RE_EXPORT = "open the original in the program that made it and export it again as PNG"
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    UserWarning,
)
"""What Pillow's decoders raise, or warn of, on bytes that are not what their header says."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of one readable file; width and height in pixels as seen, after the camera's orientation."""

    asset: AssetId
    media_type: str
    width: int
    height: int
    size_bytes: int
    iscc: str


def inspect(data: bytes, name: str) -> Picture:
    """Return what is known of the picture in `data`; `name` only names it in a refusal.

    Refused: what `decode` refuses.
    """
    image, media_type = _decode(data, name)
    return Picture(
        asset=AssetId(digest(data).hex()),
        media_type=media_type,
        width=image.width,
        height=image.height,
        size_bytes=len(data),
        iscc=content_code(image),
    )


def decode(data: bytes, name: str) -> Image.Image:
    """Return the whole picture as a person sees it: 8-bit RGB, upright, transparency on white.

    Refused with `InputError`: no bytes, no known format, damaged or cut off, animated, a side of 0 or over 8192
    pixels. Sizes are read from the header, before any memory is given to pixels.
    """
    return _decode(data, name)[0]


def content_code(image: Image.Image) -> str:
    """Return the ISCC Image-Code of 256 bits of a picture that `decode` returned.

    Normalised as ISO 24138 asks of an image: upright and on white already, here without its uniform border, in
    grey, 32 x 32 by bicubic interpolation.
    """
    small = _without_border(image).convert("L").resize((_ISCC_SIDE, _ISCC_SIDE), Image.Resampling.BICUBIC)
    return str(iscc_lib.gen_image_code_v0(small.tobytes(), ISCC_BITS)["iscc"])


def _decode(data: bytes, name: str) -> tuple[Image.Image, str]:
    if not data:
        raise InputError(f"{name} is empty (0 bytes)", remedy="copy the file again and check that it arrived whole")
    with _refusing(name):
        _check_png(data, name)
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_header(image, name)
            image.load()
            return _as_seen(image, name), Image.MIME[str(image.format)]


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Turn every way in which Pillow stumbles, warnings included, into one refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", UserWarning)
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        pixels = re.search(r"\d+", str(error))
        raise InputError(
            f"{name} claims {pixels.group() if pixels else 'too many'} pixels; a side has at most {LONGEST_SIDE}",
            remedy=f"scale it down to at most {LONGEST_SIDE} x {LONGEST_SIDE} pixels",
        ) from error
    except UnidentifiedImageError as error:
        raise InputError(
            f"{name} cannot be read as PNG, JPEG, WebP, GIF or AVIF", remedy="export it as PNG and register that"
        ) from error
    except _DAMAGED as error:
        raise InputError(f"{name} is damaged or cut off: {error}", remedy=_RE_EXPORT) from error


def _check_png(data: bytes, name: str) -> None:
    """Refuse a PNG without its end or with a wrong checksum; decoding alone accepts both."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        if _PNG_END not in data:
            raise InputError(f"{name} is cut off after {len(data)} bytes", remedy=_RE_EXPORT)
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.verify()


def _check_header(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise InputError(f"{name} has no pixels: {width} x {height}", remedy=_RE_EXPORT)
    if max(width, height) > LONGEST_SIDE:
        raise InputError(
            f"{name} is {width} x {height} pixels; a side has at most {LONGEST_SIDE}",
            remedy=f"scale it down to at most {LONGEST_SIDE} x {LONGEST_SIDE} pixels",
        )
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1:
        raise InputError(
            f"{name} holds {frames} pictures; only still pictures are registered",
            remedy="export the one frame that is the work, or each frame as a file of its own",
        )


def _as_seen(image: Image.Image, name: str) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        upright = _eight_bits(upright, name)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    colours = upright.convert("RGBA")
    white = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(white, colours).convert("RGB")


def _eight_bits(image: Image.Image, name: str) -> Image.Image:
    """Return 16-bit grey by its high byte; Pillow's own conversion clips at 255 and turns nearly all of it white."""
    if "transparency" in image.info:
        raise InputError(f"{name} is 16-bit grey with one transparent shade", remedy="export it as 8-bit PNG")
    return image.point(lambda value: value * (1 / 256) + 0).convert("L")


def _without_border(image: Image.Image) -> Image.Image:
    """Cut off the border that has the colour of the upper left pixel; a picture of one colour stays whole."""
    colour = image.getpixel((0, 0))
    difference = ImageChops.difference(image, Image.new("RGB", image.size, colour))
    box = difference.getbbox()
    return image if box is None else image.crop(box)
