"""The fingerprint of one picture file: enough to find its copies among a million, without keeping its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from okuzuke.core.canonical import digest
from okuzuke.core.ids import AssetId
from okuzuke.registry.pictures import content_code, decode
from okuzuke.screening.pdq import Orientation, dihedral, pdq


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Exact name, ISCC Image-Code of 256 bits, PDQ of 32 bytes with its quality in [0, 100].

    `turned` holds the PDQ of the picture in the other seven orientations, in `Orientation`'s order. Only the picture
    asked about needs it: an index of known pictures may keep it empty.
    """

    asset: AssetId
    iscc: str
    pdq: bytes
    pdq_quality: int
    turned: tuple[bytes, ...]


def fingerprint(data: bytes) -> Fingerprint:
    """Return the fingerprint of a picture file as a person sees it: upright, transparency on white.

    Refused with `InputError`: what `registry.pictures.decode` refuses.
    """
    image = decode(data, "the picture")
    pixels = np.asarray(image)
    upright = pdq(pixels)
    codes = dihedral(pixels)
    return Fingerprint(
        asset=AssetId(digest(data).hex()),
        iscc=content_code(image),
        pdq=upright.bits,
        pdq_quality=upright.quality,
        turned=tuple(codes[orientation] for orientation in Orientation if orientation is not Orientation.AS_IS),
    )
