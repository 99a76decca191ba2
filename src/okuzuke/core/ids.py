"""Distinct types for the digests and names that must not be mistaken for each other.

All digests travel as 64 lower-case hexadecimal characters.
"""

from __future__ import annotations

import re
from typing import NewType

from okuzuke.core.errors import InputError

Entry = NewType("Entry", str)
"""SHA-256(salt || JCS envelope) of a statement: its name everywhere."""

RowId = NewType("RowId", str)
"""SHA-256(salt || JCS row) of one row of a batch or a manifest."""

WorkId = NewType("WorkId", str)
"""The row digest of the row that registered the work."""

PartyId = NewType("PartyId", str)
"""The entry of the party's first statement."""

SetRoot = NewType("SetRoot", str)
"""Root of an RFC 9162 tree over row digests."""

AssetId = NewType("AssetId", str)
"""SHA-256 of one file."""

_HEX = re.compile(r"[0-9a-f]{64}")


def digest_text(text: object, what: str) -> str:
    """Return `text` if it is a digest in its one spelling, else raise `InputError` naming `what`."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise InputError(
            f"{what} is no digest of 64 lower-case hexadecimal characters: {text!r}", remedy="check the id"
        )
    return text


def short(text: str) -> str:
    """Return the first characters of an id, for a line that a person reads.

    >>> short("7f3a9c0011223344")
    '7f3a9c001122'
    """
    return text[:12]
