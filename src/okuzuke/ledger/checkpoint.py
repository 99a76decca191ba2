"""Signed notes, checkpoints and cosignatures (https://c2sp.org/signed-note, /tlog-checkpoint, /tlog-cosignature).

A note's text means nothing before `open_note` has verified a signature of a key that the reader pinned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from okuzuke.core.canonical import decode_base64, digest, encode_base64
from okuzuke.core.errors import InputError, LedgerError

# A trust policy names up to 32 logs and 32 witnesses (https://c2sp.org/tlog-policy); a note needs no more lines.
MAX_SIGNATURES = 64
MAX_NOTE_BYTES = 1 << 19


class SignatureType(IntEnum):
    """The signature type bytes of https://c2sp.org/signed-note that are understood here."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: `size` leaves under `root` (32 bytes); `extensions` are opaque lines, best left empty."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the note text that is signed, with its final newline."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name under which it signs notes; `public_key` has 32 bytes."""

    name: str
    signature_type: SignatureType
    public_key: bytes

    def __post_init__(self) -> None:
        """Refuse a name that cannot stand in a signature line and a key of another length."""
        if not _KEY_NAME.fullmatch(self.name):
            raise InputError(
                f"not a key name: {self.name!r}", remedy="use a name without spaces and +: example.com/log"
            )
        if len(self.public_key) != 32:
            raise InputError(
                f"an Ed25519 public key has 32 bytes, not {len(self.public_key)}",
                remedy="check that the key arrived whole",
            )

    @property
    def key_id(self) -> bytes:
        """Return SHA-256(name || newline || type || public key)[:4]: a hint which key signed, no proof of it."""
        return digest(self.name.encode() + b"\n" + bytes([self.signature_type]) + self.public_key)[:4]

    def __str__(self) -> str:
        """Return the key as one word, a vkey."""
        material = encode_base64(bytes([self.signature_type]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{material}"


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """What one line under a note claims: nothing is verified yet."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class UnverifiedNote:
    """A note taken apart; its text may be shown as a claim, never relied on."""

    text: str
    lines: tuple[SignatureLine, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that verified; `time_s` is the witness's POSIX time, `None` for one that states no time."""

    key: VerifierKey
    time_s: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A text with those of its signatures that verified, at least one, in the order of their lines."""

    text: str
    signatures: tuple[Signature, ...]


def parse(text: str) -> Checkpoint:
    """Return the checkpoint of a note's text; it is as trustworthy as the note it came from."""
    found = _CHECKPOINT.fullmatch(text)
    if found and not _FORBIDDEN.search(text):
        origin, size, root, extensions = found.groups()
        checkpoint = Checkpoint(origin, int(size), _base64(root), tuple(extensions.split("\n")[:-1]))
        if len(checkpoint.root) == 32 and checkpoint.size < 1 << 63 and checkpoint.text == text:
            return checkpoint
    raise LedgerError(f"not a checkpoint: {text[:80]!r}", remedy=_FETCH_AGAIN)


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key of a vkey; one whose id is not that of its name and key, or of another type, is refused."""
    found = _VERIFIER_KEY.fullmatch(text)
    if found:
        name, key_id, material = found.groups()
        data = decode_base64(material)
        if data[:1] and data[0] not in set(SignatureType):
            raise InputError(
                f"{name} signs with type 0x{data[0]:02x}; only 0x01 and 0x04 (Ed25519) are understood",
                remedy="ask for the log's or the witness's Ed25519 key",
            )
        if data:
            key = VerifierKey(name, SignatureType(data[0]), data[1:])
            if key.key_id.hex() == key_id:
                return key
    raise InputError(f"not a verifier key: {text[:120]!r}", remedy="copy the whole NAME+ID+KEY line again")


def split_note(note: str) -> UnverifiedNote:
    """Return text and signature lines of a well-formed note of at most 64 signatures; verifies none."""
    if len(note) > MAX_NOTE_BYTES or _FORBIDDEN.search(note):
        raise _malformed("it is above 512 KiB or holds characters that no note may hold")
    text, blank, rest = note.rpartition("\n\n")
    *lines, end = rest.split("\n")
    if not blank or not lines or end:
        raise _malformed("no signature lines stand under a blank line")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed(f"{len(lines)} signatures are more than {MAX_SIGNATURES}")
    return UnverifiedNote(f"{text}\n", tuple(map(_signature_line, lines)))


def open_note(note: str, keys: Iterable[VerifierKey]) -> Note:
    """Return the text and the signatures by `keys`; refused if none verifies or one by a known key fails.

    Lines of unknown keys are ignored. A key that signs twice counts once, by its first line.
    """
    unverified = split_note(note)
    known = _by_name_and_id(keys)
    signatures: dict[VerifierKey, Signature] = {}
    for line in unverified.lines:
        key = known.get((line.name, line.key_id))
        if key:
            signature = _verified(key, line.signature, unverified.text)
            signatures.setdefault(key, signature)
    if not signatures:
        signers = ", ".join(line.name for line in unverified.lines[:4])
        raise LedgerError(
            f"no key that is trusted here signed this note; it claims {signers}",
            remedy="check that the trust file names this log's key",
        )
    return Note(unverified.text, tuple(signatures.values()))


def sign(checkpoint: Checkpoint, name: str, private_key: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a note with one Ed25519 signature by the key called `name`.

    Sign only what is durable: a signed head that is lost afterwards becomes a second history.
    """
    if parse(checkpoint.text) != checkpoint:
        raise LedgerError(f"not a checkpoint: {checkpoint.text[:80]!r}", remedy="use an origin of one line")
    key = VerifierKey(name, SignatureType.ED25519, private_key.public_key().public_bytes_raw())
    signature = encode_base64(key.key_id + private_key.sign(checkpoint.text.encode()))
    return f"{checkpoint.text}\n\u2014 {name} {signature}\n"


_KEY_NAME = re.compile("[^\\s+\x00-\x1f\ud800-\udfff]+")
_VERIFIER_KEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_SIGNATURE_LINE = re.compile("\u2014 ([^ ]+) ([^ ]+)")
_CHECKPOINT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n((?:[^\n]+\n)*)")
# Control characters, and the surrogates that have no UTF-8.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_FETCH_AGAIN = "fetch the checkpoint or the receipt again"


def _signature_line(line: str) -> SignatureLine:
    found = _SIGNATURE_LINE.fullmatch(line)
    if found and _KEY_NAME.fullmatch(found[1]):
        data = _base64(found[2])
        if len(data) > 4:
            return SignatureLine(found[1], data[:4], data[4:])
    raise _malformed(f"this is no signature line: {line[:80]!r}")


def _by_name_and_id(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise InputError(f"two trusted keys are called {key.name}+{key.key_id.hex()}", remedy="trust one of them")
    return known


def _verified(key: VerifierKey, signature: bytes, text: str) -> Signature:
    time_s = None
    message = text
    if key.signature_type is SignatureType.COSIGNATURE:
        time_s, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = f"cosignature/v1\ntime {time_s}\n{text}"
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message.encode())
    except InvalidSignature as error:
        raise LedgerError(f"the signature by {key.name} does not fit this note", remedy=_FETCH_AGAIN) from error
    if time_s is not None and time_s >= 1 << 63:
        raise LedgerError(f"{key.name} states an impossible time: {time_s}", remedy=_FETCH_AGAIN)
    return Signature(key, time_s)


def _base64(text: str) -> bytes:
    try:
        return decode_base64(text)
    except InputError as error:
        raise LedgerError(error.message, remedy=_FETCH_AGAIN) from error


def _malformed(why: str) -> LedgerError:
    return LedgerError(f"not a signed note: {why}", remedy=_FETCH_AGAIN)
