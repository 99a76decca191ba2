"""Everything that chance and the clock would decide in a demonstration, derived from one number.

Keys made here sign for fictional parties and for nobody else: whoever knows the seed can make them again, so a
verifier refuses them unless its trust file says that a demo counts.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.archive import OperatorKeys
from okuzuke.ledger import keys

FIRST_DAY = datetime(2026, 4, 1, 1, tzinfo=UTC)
"""The fictional calendar begins at ten in the morning in Japan."""
WINDOW = timedelta(minutes=1)
"""How long a step may last on the fictional calendar; the next one begins later."""

_TICK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Seed:
    """One number, and what is derived from it: HMAC-SHA-256 under a fixed name, one label a secret."""

    number: int

    def secret(self, label: str) -> bytes:
        """Return 32 bytes that only the seed and the label decide."""
        return hmac.new(b"okuzuke/demo/v1", f"{self.number}/{label}".encode(), hashlib.sha256).digest()

    def key(self, name: str) -> Ed25519PrivateKey:
        """Return the key of a fictional party."""
        return Ed25519PrivateKey.from_private_bytes(self.secret(f"key/{name}"))

    def operator_keys(self) -> OperatorKeys:
        return OperatorKeys(self.key("operator"), self.key("log"), self.secret("slots"))


class Chance:
    """The clock and the entropy of a story, begun anew at every step.

    A step that is taken again after an interruption so draws the same salts at the same instants.
    """

    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._label = ""
        self._drawn = 0
        self._instant = FIRST_DAY

    def begin(self, label: str, at: datetime) -> None:
        """Begin a step: its salts follow from its label, its instants from `at`, one second each."""
        self._label = label
        self._drawn = 0
        self._instant = at

    def now(self) -> datetime:
        self._instant += _TICK
        return self._instant

    def entropy(self, size: int) -> bytes:
        """Return the next bytes of the step, at most 32."""
        assert size <= 32, "salts and keys have at most 32 bytes"
        self._drawn += 1
        return self._seed.secret(f"salt/{self._label}/{self._drawn}")[:size]


def save_key(path: Path, name: str, seed: Seed) -> None:
    """Write a fictional party's key where it is not yet; the file's first line says what it is."""
    if path.exists():
        return
    pem = seed.key(name).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = f"DEMO key of a fictional party, derived from seed {seed.number}; it signs for nobody\n"
    keys.save_secret(path, mark.encode() + pem)
