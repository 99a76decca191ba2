"""The same claim gives the same file: the random salts of a signed manifest store are replaced by derived ones.

The signing library salts every assertion box at random (ISO 19566-5 `c2sh`), so two runs of one story would give two
files and two logs. Salts, the hashes over them and the Ed25519 signature are of fixed length, so all are replaced in
place; the hard binding leaves the store out. Salts hide nothing here: what they cover stands beside them.
"""

from __future__ import annotations

import hashlib
import io
import zlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.errors import InputError
from okuzuke.marking import boxes, signature
from okuzuke.marking.boxes import Box

_ASSERTIONS = "c2pa.assertions"
_SALT = 16
_PNG = b"\x89PNG\r\n\x1a\n"


def settle(store: bytes, seed: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the store with the active manifest's salts derived from `seed`, hashes remade and claim signed anew.

    An assertion names only assertions before it (actions name ingredients), so one pass in their order remakes all.
    """
    active = {box.label: box for box in boxes.inside(store, boxes.manifests(store)[-1])}
    assertions, claim, signed = active[_ASSERTIONS], active[signature.CLAIM], active[signature.SIGNATURE]
    salted = [box for box in boxes.inside(store, assertions) if box.kind == b"jumb"]
    salts = hashlib.shake_256(seed).digest(_SALT * len(salted))
    data = bytearray(store)
    for at, box in enumerate(salted):
        start = _salt(store, box)
        data[start : start + _SALT] = salts[_SALT * at : _SALT * (at + 1)]
        old = hashlib.sha256(store[box.start : box.end]).digest()
        _replace(data, old, hashlib.sha256(data[box.start : box.end]).digest(), (box.end, claim.end))
    claimed, protected, signature_bytes = signature.parts(bytes(data), claim, signed)
    return bytes(data).replace(signature_bytes, key.sign(signature.to_be_signed(protected, claimed)))


def embed(file: io.BytesIO, store: bytes, settled: bytes) -> None:
    """Write over a signed file's manifest store one of the same length; PNG's checksum is remade."""
    data = file.getvalue()
    start = data.find(store)
    if start < 0:
        raise InputError("this format keeps its content credentials in pieces", remedy="use PNG, JPEG or WebP")
    if data.startswith(_PNG):
        # The checksum covers the chunk's type, 4 bytes before the content, and the content.
        settled += zlib.crc32(data[start - 4 : start] + settled).to_bytes(4, "big")
    # A picture of megabytes is not copied: its bytes are the buffer's own as long as nobody else holds them.
    del data
    file.seek(start)
    file.write(settled)


def _replace(data: bytearray, old: bytes, new: bytes, between: tuple[int, int]) -> None:
    """Put `new` over every `old` of the same length between two places; the claim names each hash, so there is one."""
    at = data.find(old, *between)
    assert at >= 0, "the claim names every assertion by its hash"
    while at >= 0:
        data[at : at + len(new)] = new
        at = data.find(old, at, between[1])


def _salt(store: bytes, assertion: Box) -> int:
    """Return where the salt lies: in the box that ends the description, after the label and its zero."""
    start = store.index(b"\0", assertion.start + 25) + 9
    end = assertion.start + int.from_bytes(store[assertion.start : assertion.start + 4], "big")
    assert store[start - 4 : start] == b"c2sh", "the library salts every assertion"
    assert end - start == _SALT, "the library's salts are of one length"
    return start
