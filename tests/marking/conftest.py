"""Pictures with credentials: whose chain, what claim, and the same file as it stands years later."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from PIL import Image

from okuzuke.core.ids import Entry
from okuzuke.marking import boxes, credentials, salting, signature
from okuzuke.marking.certificates import Authority, Validity, from_pem, make
from okuzuke.marking.claim import Claim, Named
from okuzuke.marking.credentials import Signer

Entropy = Callable[[int], bytes]
MODEL = "cd" * 32
OUTPUT = "ab" * 32


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


def entropy(name: str) -> Entropy:
    stream = iter(hashlib.shake_256(name.encode()).digest(1024))
    return lambda size: bytes(next(stream) for _ in range(size))


def valid(leaf_end: int = 2045, start: int = 2020) -> Validity:
    """Days that hold today's machine, whose clock the signing library reads."""
    return Validity(year(start), year(leaf_end), year(2049))


def picture(colour: tuple[int, int, int] = (199, 62, 43), kind: str = "PNG", side: int = 32) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


def pixel_changed(png: bytes) -> bytes:
    """Return the file with another pixel and the credentials left as they are."""
    store = credentials._opened(png, credentials.PNG, ())[1]
    with Image.open(io.BytesIO(png)) as image:
        pixels = image.copy()
    pixels.putpixel((3, 3), (0, 0, 0))
    out = io.BytesIO()
    pixels.save(out, "PNG")
    plain, head = out.getvalue(), 33  # the signature and IHDR, after which the credentials stand
    start = png.index(store) - 8
    return plain[:head] + png[start : start + len(store) + 12] + plain[head:]


def aged(png: bytes, now: Authority, then: Authority) -> bytes:
    """Return the file as if it had been signed under `then`: the same keys, certificates with other days.

    The library refuses to sign outside a leaf's days, so what it leaves behind years later is made by hand.
    """
    store = credentials._opened(png, credentials.PNG, ())[1]
    active = boxes.manifests(store)[-1]
    signed = boxes.only(store, active, signature.SIGNATURE)
    claim, protected, old = signature.parts(store, boxes.only(store, active, signature.CLAIM), signed)
    other = protected
    for mine, theirs in zip(now.chain, then.chain, strict=True):
        other = other.replace(der(mine), der(theirs))
    assert len(other) == len(protected)
    new = now.leaf_key.sign(signature.to_be_signed(other, claim))
    out = io.BytesIO(png)
    salting.embed(out, store, store.replace(protected, other).replace(old, new))
    return out.getvalue()


def der(pem: str) -> bytes:
    return from_pem(pem).public_bytes(serialization.Encoding.DER)


def certificate(pem: str) -> x509.Certificate:
    return from_pem(pem)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return make("架空アーカイブ", valid(), entropy("ours"))


@pytest.fixture(scope="session")
def stranger() -> Authority:
    return make("Another Archive", valid(), entropy("another"))


@pytest.fixture(scope="session")
def signer(authority: Authority) -> Iterator[Signer]:
    with Signer(authority.leaf_key, authority.chain) as signer:
        yield signer


@pytest.fixture(scope="session")
def claim() -> Claim:
    return Claim(
        origin="demo.example/log",
        output=OUTPUT,
        title="達磨と招き猫",
        model_name="tiny",
        model_hash=MODEL,
        units=(Named(Entry("ef" * 32), "達磨"), Named(Entry("01" * 32), "招き猫")),
        licences=(Named(Entry("12" * 32), "達磨 style"),),
        version="0.1.0",
        iscc="ISCC:EEDU73Z4PZXU73Z4PZXU73Z4PZXU73Z4PZXU73Z4PZXU73Z4PZXU73Y",
    )


@pytest.fixture(scope="session")
def signed(claim: Claim, signer: Signer) -> bytes:
    return credentials.sign(picture(), claim, signer)
