"""How like two pictures are by their fingerprints, and which of many codes lie near a given one.

The limits are the published ones. How often they err was measured on 22 413 pairs of *different* works of one style,
upright, pairs that share a drawn part left out: PDQ <= 31 holds for 9e-5 of them (6e-4
in the worst style), PDQ <= 40 for 4e-4, ISCC <= 24 for none. With shared parts left in and all eight orientations
tried (31 600 pairs, 80 drawings of each of ten CC0 styles, 256 pixels) PDQ <= 31 held for 3.2e-3 (upright 2.7e-3;
worst style 9e-3), PDQ <= 40 for 8e-3, ISCC <= 24 for 5e-4: figures that share a head come near each other, so an
answer here is evidence for a person and never a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import iscc_lib
import numpy as np
from numpy.typing import NDArray

from okuzuke.screening.fingerprint import Fingerprint
from okuzuke.screening.match import COPY_BITS, NEAR_BITS, Likeness
from okuzuke.screening.pdq import CODE_BYTES, Orientation, distance

ISCC_SAME = 24
FAINT = 20
"""Below this PDQ quality the bits are chance and two blank pages agree; one thin line across 256 pixels has 27."""

_ROWS = 32
_COLUMNS = 4096


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two fingerprints say; `orientation` is how the picture asked about must be turned to look like the other.

    Distances are differing bits of 256; PDQ's is the least over the orientations, ISCC's is upright.
    """

    likeness: Likeness
    pdq_distance: int
    orientation: Orientation
    iscc_distance: int


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Positions of neighbours, pair by pair, sorted by query and then code, and their distances in bits."""

    query: NDArray[np.int64]
    code: NDArray[np.int64]
    distance_bits: NDArray[np.int64]


def compare(asked: Fingerprint, known: Fingerprint) -> Comparison:
    """Return how like the picture asked about, in any of its eight orientations, is to a known one.

    `copy` is PDQ <= 31, or <= 40 where ISCC <= 24 agrees; `near` is PDQ <= 40 or ISCC <= 24. A faint picture (PDQ
    quality below 20) is at most `near`, unless it is the same file.
    """
    assert len(asked.turned) == len(Orientation) - 1, "the picture asked about brings all its orientations"
    turned = zip(Orientation, (asked.pdq, *asked.turned), strict=True)
    pdq_distance, orientation = min(
        ((distance(code, known.pdq), orientation) for orientation, code in turned), key=lambda found: found[0]
    )
    iscc_distance = distance(iscc_digest(asked.iscc), iscc_digest(known.iscc))
    if asked.asset == known.asset:
        return Comparison(Likeness.SAME_FILE, 0, Orientation.AS_IS, 0)
    faint = min(asked.pdq_quality, known.pdq_quality) < FAINT
    return Comparison(_likeness(pdq_distance, iscc_distance, faint=faint), pdq_distance, orientation, iscc_distance)


def neighbours(codes: NDArray[np.uint8], queries: NDArray[np.uint8], radius: int) -> Pairs:
    """Return every pair of a query [M, 32] and a code [N, 32] that differ in at most `radius` bits; none is missed.

    Cost: M x N comparisons, about 5 ns each on one core. Memory: the answer and blocks of 2 MB.
    """
    code_words, query_words = _words(codes), _words(queries)
    found = []
    for row in range(0, len(queries), _ROWS):
        block = query_words[:, row : row + _ROWS, None]
        for column in range(0, len(codes), _COLUMNS):
            bits = _bits_apart(block, code_words[:, None, column : column + _COLUMNS])
            query, code = np.nonzero(bits <= radius)
            found.append(np.stack([query + row, code + column, bits[query, code]]))
    pairs = np.concatenate([np.empty((3, 0), np.int64), *found], axis=1)
    pairs = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    return Pairs(*pairs)


def _likeness(pdq_distance: int, iscc_distance: int, *, faint: bool) -> Likeness:
    near, agrees = pdq_distance <= NEAR_BITS, iscc_distance <= ISCC_SAME
    if not faint and (pdq_distance <= COPY_BITS or (near and agrees)):
        return Likeness.COPY
    return Likeness.NEAR if near or agrees else Likeness.UNRELATED


def _bits_apart(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint16]:
    bits = np.zeros(np.broadcast_shapes(a.shape[1:], b.shape[1:]), np.uint16)
    for a_word, b_word in zip(a, b, strict=True):
        bits += np.bitwise_count(a_word ^ b_word)
    return bits


def iscc_digest(iscc: str) -> bytes:
    return bytes(iscc_lib.iscc_decode(iscc)[4])


def _words(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the codes as 64-bit words [4, N], word by word for a sequential read."""
    assert codes.ndim == 2, "codes are rows"
    assert codes.shape[1] == CODE_BYTES, "a code has 32 bytes"
    return np.ascontiguousarray(np.ascontiguousarray(codes).view(np.uint64).T)
