"""A claim's signature as C2PA keeps it: COSE_Sign1, certificates in its protected header, checked without a clock.

Sources: RFC 9052 section 4.4 (Sig_structure); RFC 9360 section 2 (x5chain, label 33).
The library judges certificates at the machine's time only and hands out none of them, hence this second look.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.marking import boxes
from okuzuke.marking.boxes import Box, Cbor
from okuzuke.marking.certificates import from_der, to_pem

CLAIM = "c2pa.claim.v2"
SIGNATURE = "c2pa.signature"

_ALGORITHM, _CHAIN = 1, 33
_EDDSA = -8


def to_be_signed(protected: bytes, claim: bytes) -> bytes:
    """Return the Sig_structure of a detached claim: ["Signature1", protected header, "", claim] as CBOR."""
    return b"\x84\x6aSignature1" + _byte_string(protected) + b"\x40" + _byte_string(claim)


def parts(store: bytes, claim: Box, signed: Box) -> tuple[bytes, bytes, bytes]:
    """Return the claim, protected header and signature that lie in a manifest's two boxes."""
    match boxes.decode(boxes.content(store, signed)):
        case [bytes(protected), dict(), None, bytes(signature)]:
            return boxes.content(store, claim), protected, signature
    raise boxes.damaged("a claim has no COSE_Sign1")


def signer_chain(store: bytes, manifest: Box) -> tuple[str, ...]:
    """Return as PEM, leaf first, the certificates under whose leaf the claim's Ed25519 signature holds.

    That it holds is checked here; whether the certificates are to be believed is `certificates.check_chain`.
    """
    signed = boxes.only(store, manifest, SIGNATURE)
    claim, protected, signature = parts(store, boxes.only(store, manifest, CLAIM), signed)
    header = boxes.decode(protected)
    if not isinstance(header, dict) or header.get(_ALGORITHM) != _EDDSA or set(header) != {_ALGORITHM, _CHAIN}:
        raise boxes.damaged(f"{manifest.label} is not signed by Ed25519 with a chain in the protected header")
    chain = [_certificate(item) for item in _listed(header[_CHAIN])]
    key = chain[0].public_key()
    try:
        if not isinstance(key, Ed25519PublicKey):
            raise boxes.damaged(f"{manifest.label} is signed by a key of another kind")
        key.verify(signature, to_be_signed(protected, claim))
    except InvalidSignature as error:
        raise CheckFailedError(
            f"the claim signature of {manifest.label} does not hold", remedy="ask for the file as it was delivered"
        ) from error
    return tuple(to_pem(certificate) for certificate in chain)


def _listed(value: Cbor) -> list[Cbor]:
    # RFC 9360 section 2: a single certificate stands alone, without a list.
    return value if isinstance(value, list) and value else [value]


def _certificate(value: Cbor) -> x509.Certificate:
    if not isinstance(value, bytes):
        raise boxes.damaged("a certificate is missing")
    try:
        return from_der(value)
    except InputError as error:
        raise boxes.damaged(error.message) from error


def _byte_string(data: bytes) -> bytes:
    size = len(data)
    if size < 24:
        return bytes([0x40 | size]) + data
    for code, width in ((0x58, 1), (0x59, 2)):
        if size < 1 << 8 * width:
            return bytes([code]) + size.to_bytes(width, "big") + data
    return b"\x5a" + size.to_bytes(4, "big") + data
