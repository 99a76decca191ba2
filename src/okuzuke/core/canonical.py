"""Canonical JSON (RFC 8785, JCS), salted digests and the one spelling of base64.

What is hashed or signed passes through here; what is shown does not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import rfc8785

from okuzuke.core.errors import InputError

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]


def canonical_bytes(value: Json) -> bytes:
    """Return the RFC 8785 bytes of a value; numbers are integers below 2**53, money travels as strings.

    >>> canonical_bytes({"b": 1, "a": ["奥付", None]}).decode()
    '{"a":["奥付",null],"b":1}'
    """
    try:
        _refuse_floats(value)
        return rfc8785.dumps(cast("dict[str, object]", value))  # type: ignore[arg-type] # its own type is private
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise InputError(
            f"this value has no canonical JSON form: {error}",
            remedy="use strings, integers below 2**53, lists and objects",
        ) from error


def parse_object(data: bytes | str, what: str) -> JsonObject:
    """Return the JSON object in `data`; duplicate keys, floats and anything but an object are refused."""
    try:
        value = json.loads(data, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} is not readable JSON: {error}", remedy="check that the file arrived whole") from error
    if not isinstance(value, dict):
        raise InputError(f"{what} is not a JSON object", remedy="check that this is the right file")
    return value


def digest(data: bytes) -> bytes:
    """Return SHA-256 of the bytes (32 bytes)."""
    return hashlib.sha256(data).digest()


def salted_digest(salt: bytes, value: Json) -> bytes:
    """Return SHA-256(salt || JCS value); the salt is 32 bytes.

    Entries and row digests are both of this form, so a short document cannot be guessed from its digest.
    """
    if len(salt) != 32:
        raise InputError(f"a salt has 32 bytes, this one {len(salt)}", remedy="check that the file arrived whole")
    return digest(salt + canonical_bytes(value))


def encode_base64(data: bytes) -> str:
    """Return padded RFC 4648 section 4 base64."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes of padded base64; any second spelling of the same bytes is refused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"not base64: {text[:40]!r}", remedy="check that the file arrived whole") from error
    if encode_base64(data) != text:
        raise InputError(f"a second spelling of base64: {text[:40]!r}", remedy="check that the file arrived whole")
    return data


def encode_base64url(data: bytes) -> str:
    """Return RFC 4648 section 5 base64url without padding, as SD-JWT uses it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Return the bytes of unpadded base64url; any second spelling is refused."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"not base64url: {text[:40]!r}", remedy="check that the file arrived whole") from error
    if encode_base64url(data) != text:
        raise InputError(
            f"not the one spelling of base64url: {text[:40]!r}", remedy="check that the file arrived whole"
        )
    return data


def _refuse_floats(value: object) -> None:
    # RFC 8785 gives floats a form, and two languages have already disagreed on it; here they have none.
    if isinstance(value, float):
        raise rfc8785.FloatDomainError(value)
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key appears twice")
    return value


def _no_float(text: str) -> Json:
    raise ValueError(f"{text} is not an integer")
