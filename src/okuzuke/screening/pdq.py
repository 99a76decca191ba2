"""PDQ: 256 bits of a picture's coarse structure that survive re-encoding and resizing, written after its publication.

Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019, chapter PDQ.
The arithmetic is single precision in the published order, so that two builds agree bit for bit even where a
symmetric drawing leaves half of its coefficients at rounding noise. Nothing is scaled down beforehand: programs
that first shrink a picture to 512 pixels give bits a few off from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

CODE_BYTES = 32

_GRID = 64
_FREQUENCIES = 16
_SMALLEST_SIDE = 5
_STRIP = 32

_Places: TypeAlias = NDArray[np.int_]
_Floats: TypeAlias = NDArray[np.float32]


class Orientation(StrEnum):
    """The eight ways to turn and mirror a rectangle; quarter turns are counter-clockwise."""

    AS_IS = "as_is"
    ROTATE_90 = "rotate_90"
    ROTATE_180 = "rotate_180"
    ROTATE_270 = "rotate_270"
    FLIP_LEFT_RIGHT = "flip_left_right"
    FLIP_TOP_BOTTOM = "flip_top_bottom"
    TRANSPOSE = "transpose"
    TRANSVERSE = "transverse"


@dataclass(frozen=True, slots=True)
class _Turn:
    """Flip top to bottom, mirror left to right, then swap the axes."""

    upside_down: bool
    mirrored: bool
    transposed: bool


@dataclass(frozen=True, slots=True)
class _Tent:
    """The places along one axis that one sample sums, and their weights."""

    places: slice
    weights: _Floats


_TURNS = {
    Orientation.AS_IS: _Turn(upside_down=False, mirrored=False, transposed=False),
    Orientation.ROTATE_90: _Turn(upside_down=False, mirrored=True, transposed=True),
    Orientation.ROTATE_180: _Turn(upside_down=True, mirrored=True, transposed=False),
    Orientation.ROTATE_270: _Turn(upside_down=True, mirrored=False, transposed=True),
    Orientation.FLIP_LEFT_RIGHT: _Turn(upside_down=False, mirrored=True, transposed=False),
    Orientation.FLIP_TOP_BOTTOM: _Turn(upside_down=True, mirrored=False, transposed=False),
    Orientation.TRANSPOSE: _Turn(upside_down=False, mirrored=False, transposed=True),
    Orientation.TRANSVERSE: _Turn(upside_down=True, mirrored=True, transposed=True),
}


@dataclass(frozen=True, slots=True)
class Pdq:
    """The 32 bytes of the published hexadecimal form, and a quality in [0, 100]; flat pictures are near 0."""

    bits: bytes
    quality: int


def pdq(picture_RGB: NDArray[np.uint8]) -> Pdq:  # noqa: N803 - the suffix names the axes
    """Return the PDQ of a picture of shape [height, width, 3].

    A side under 5 pixels gives zero bits of quality 0, as published. Memory: 4 bytes a pixel.
    """
    if min(picture_RGB.shape[:2]) < _SMALLEST_SIDE:
        return Pdq(bytes(CODE_BYTES), 0)
    grid = _downsample(_luminance(picture_RGB))
    return Pdq(_code(grid), _quality(grid))


def dihedral(picture_RGB: NDArray[np.uint8]) -> dict[Orientation, bytes]:  # noqa: N803
    """Return the code of each of the eight turned pictures: `pdq` of that picture but for ties at rounding noise.

    The published shortcut, to change signs of one spectrum, is not used. Its windows of even width and its choice of
    samples move the grid by 1.5 pixels, always to one side: at 256 pixels its codes were on average 28 to 52 bits,
    by style, away from those of the turned drawings, and the limit for a copy is 31. Here the same tent is applied
    in one step where a sample falls, so that the four mirrored grids cost less than one exact blur.
    """
    if min(picture_RGB.shape[:2]) < _SMALLEST_SIDE:
        return dict.fromkeys(Orientation, bytes(CODE_BYTES))
    luma = _luminance(picture_RGB)
    down, across = (_tents(side) for side in luma.shape)
    halves = {flipped: _shrink(luma[:: _step(flipped)], down).T for flipped in (False, True)}
    codes = {}
    for orientation, turn in _TURNS.items():
        columns_first = _shrink(halves[turn.upside_down][:: _step(turn.mirrored)], across)
        codes[orientation] = _code(columns_first if turn.transposed else columns_first.T)
    return codes


def distance(a: bytes, b: bytes) -> int:
    """Return the number of differing bits of two codes of one length.

    >>> distance(bytes([0b1010]), bytes([0b0011]))
    2
    """
    assert len(a) == len(b), "only codes of one length can be compared"
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


def _luminance(picture_RGB: NDArray[np.uint8]) -> _Floats:  # noqa: N803
    """Rec. 601 luma in double precision, rounded once; in strips, as the doubles of a large page need gigabytes."""
    height, width, channels = picture_RGB.shape
    assert channels == 3, "a picture has the channels red, green, blue"
    luma = np.empty((height, width), np.float32)
    for start in range(0, height, _STRIP):
        red, green, blue = np.moveaxis(picture_RGB[start : start + _STRIP], 2, 0)
        luma[start : start + _STRIP] = red * 0.299 + green * 0.587 + blue * 0.114
    return luma


def _downsample(luma: _Floats) -> _Floats:
    """Blur with a tent (two box filters along each axis) and keep one sample of each of 64 x 64 blocks.

    Source: Jarosz, Fast Image Convolutions, SIGGRAPH workshop 2001.
    """
    if luma.shape != (_GRID, _GRID):
        for _ in range(2):
            _blur(luma.T)
            _blur(luma)
    rows, columns = (_samples(side) for side in luma.shape)
    return luma[np.ix_(rows, columns)]


def _blur(values: _Floats) -> None:
    """Replace each value by the mean over its window along axis 0, cut off at the ends."""
    length = len(values)
    ahead, behind = _reach(length)
    window = ahead + behind + 1
    low, high = _windows(length)
    count = (high - low + 1).astype(np.float32)
    for start in range(0, values.shape[1], _STRIP):
        strip = values[:, start : start + _STRIP]
        # One running sum that adds the entering value and then takes away the leaving one: a difference of prefix
        # sums would be shorter and round differently.
        steps = np.zeros((length + ahead, 2, strip.shape[1]), np.float32)
        steps[:length, 0] = strip
        steps[window:, 1] = -strip[: length + ahead - window]
        sums = np.add.accumulate(steps.reshape(-1, strip.shape[1]), axis=0)[1::2]
        strip[:] = sums[ahead:] / count[:, None]


def _tents(length: int) -> list[_Tent]:
    """Return what `_blur` twice and `_samples` come to: where each of the 64 samples looks, with which weights."""
    low, high = _windows(length)
    tents = []
    for sample in _samples(length):
        inner = slice(low[sample], high[sample] + 1)
        start, stop = int(low[inner.start]), int(high[inner.stop - 1]) + 1
        place = np.arange(start, stop)
        boxes = (low[inner, None] <= place) & (place <= high[inner, None])
        weights = (boxes / (high - low + 1)[inner, None]).mean(axis=0)
        tents.append(_Tent(slice(start, stop), weights.astype(np.float32)))
    return tents


def _shrink(values: _Floats, tents: list[_Tent]) -> _Floats:
    """Return the 64 weighted sums along axis 0; plain sums, as threaded matrix products wait for busy cores."""
    return np.stack([(tent.weights[:, None] * values[tent.places]).sum(axis=0) for tent in tents])


def _step(flipped: bool) -> int:
    return -1 if flipped else 1


def _reach(length: int) -> tuple[int, int]:
    """Return how many values ahead of and behind its centre a window of half a block holds."""
    window = -(-length // (2 * _GRID))
    ahead = window // 2
    return ahead, window - ahead - 1


def _windows(length: int) -> tuple[_Places, _Places]:
    """Return the first and the last place of the window around each place."""
    ahead, behind = _reach(length)
    place = np.arange(length)
    return np.maximum(place - behind, 0), np.minimum(place + ahead, length - 1)


def _samples(length: int) -> _Places:
    return (2 * np.arange(_GRID) + 1) * length // (2 * _GRID)


def _code(grid: _Floats) -> bytes:
    """Say of each frequency whether it is above the median; the highest frequency is the first bit, as published."""
    spectrum = _spectrum(grid)
    # The published median of 256 values is the lower one of the two in the middle.
    middle = spectrum.size // 2 - 1
    median = np.partition(spectrum, middle, axis=None)[middle]
    return np.packbits((spectrum > median).reshape(-1)[::-1]).tobytes()


def _spectrum(grid: _Floats) -> _Floats:
    """Return the frequencies 1 to 16 along both axes of the orthonormal DCT-II, rows first, summed in order."""
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    place = np.arange(_GRID)[None, :]
    scale = np.float64(np.float32(np.sqrt(2 / _GRID)))
    basis = (scale * np.cos(np.pi / 2 / _GRID * frequency * (2 * place + 1))).astype(np.float32)
    vertical = np.zeros((_FREQUENCIES, _GRID), np.float32)
    for k in range(_GRID):
        vertical += basis[:, k, None] * grid[k]
    spectrum = np.zeros((_FREQUENCIES, _FREQUENCIES), np.float32)
    for k in range(_GRID):
        spectrum += vertical[:, k, None] * basis[:, k]
    return spectrum


def _quality(grid: _Floats) -> int:
    """Count significant gradients: whole hundredths of the range between neighbours, 90 to the point, at most 100."""
    total = 0
    for axis in (0, 1):
        steps = np.diff(grid, axis=axis) * np.float32(100) / np.float32(255)
        total += int(np.abs(np.trunc(steps)).sum(dtype=np.int64))
    return min(total // 90, 100)
