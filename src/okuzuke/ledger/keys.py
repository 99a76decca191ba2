"""Ed25519 keys as did:key identifiers (W3C CCG did:key v0.9, multicodec ed25519-pub 0xed01) and PEM files."""

from __future__ import annotations

import os
from pathlib import Path

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from okuzuke.core.errors import CheckFailedError, InputError, StateError

_ED25519_PUB = b"\xed\x01"


def did_of(key: Ed25519PublicKey) -> str:
    """Return the did:key of a public key: `did:key:z` and base58btc of 0xed01 and its 32 bytes."""
    return "did:key:z" + base58.b58encode(_ED25519_PUB + key.public_bytes_raw()).decode("ascii")


def public_key(did: str) -> Ed25519PublicKey:
    """Return the public key a did:key spells; any other method or spelling is an `InputError`."""
    try:
        # base58 decodes in quadratic time, so nothing longer than any key is handed to it.
        data = base58.b58decode(did.removeprefix("did:key:z")) if len(did) <= 64 else b""
        key = Ed25519PublicKey.from_public_bytes(data.removeprefix(_ED25519_PUB))
    except ValueError as error:
        raise InputError(f"not an Ed25519 did:key: {did!r}", remedy="give a did:key that starts with z6Mk") from error
    if did_of(key) != did:
        raise InputError(f"not an Ed25519 did:key: {did!r}", remedy="give a did:key that starts with z6Mk")
    return key


def verify(did: str, signature: bytes, message: bytes) -> None:
    """Raise `CheckFailedError` unless the Ed25519 signature (RFC 8032) over the message is by this key."""
    try:
        public_key(did).verify(signature, message)
    except InvalidSignature as error:
        raise CheckFailedError(
            f"the signature does not verify under {did}", remedy="ask its signer for the document as signed"
        ) from error


def load(path: Path) -> Ed25519PrivateKey:
    """Return the Ed25519 private key in a PEM file (PKCS 8, no passphrase)."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise InputError(f"no key file {path}", remedy=f"make one: okuzuke party --new-key {path}") from error
    except (ValueError, TypeError, OSError) as error:
        raise InputError(f"{path} holds no readable key", remedy="give an Ed25519 key in PEM, PKCS 8") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{path} holds another kind of key", remedy="give an Ed25519 key in PEM, PKCS 8")
    return key


def save(path: Path, key: Ed25519PrivateKey) -> None:
    """Write the key to a new file that only its owner can read; an existing file is never overwritten."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    save_secret(path, pem)


def save_secret(path: Path, secret: bytes) -> None:
    """Write a secret to a new file that only its owner can read; an existing file is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise StateError(f"{path} exists", remedy="name another file; a key is never overwritten") from error
    except OSError as error:
        raise StateError(f"cannot write {path}: {error.strerror}", remedy="name a file in a folder of yours") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
