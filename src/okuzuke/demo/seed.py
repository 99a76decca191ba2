"""Everything that chance and the clock would decide in a demonstration, derived from one number.

Keys made here sign for fictional parties and for nobody else: whoever knows the seed can make them again, so a
verifier refuses them unless its trust file says that a demo counts.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.keyring import OperatorKeys
from okuzuke.ledger import keys
from okuzuke.marking.certificates import Validity

FIRST_DAY = datetime(2026, 4, 1, 1, tzinfo=UTC)
"""The fictional calendar begins at ten in the morning in Japan."""
WINDOW = timedelta(minutes=1)
"""How long a step may last on the fictional calendar; the next one begins later."""

_TICK = timedelta(milliseconds=20)
_CERTIFIED = Validity(*(datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2049, 2049)))
"""Wide, for the signing library looks at the machine's own clock, which knows nothing of the fictional calendar."""


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

    def entropy(self, label: str) -> Callable[[int], bytes]:
        """Return a source of at most 32 bytes a draw; every source of one label gives the same."""
        drawn = count(1)

        def draw(size: int) -> bytes:
            assert size <= 32, "salts and keys have at most 32 bytes"
            return self.secret(f"{label}/{next(drawn)}")[:size]

        return draw

    def operator_keys(self) -> OperatorKeys:
        return OperatorKeys(
            self.key("operator"), self.key("log"), self.secret("slots"), self.entropy("certificates"), _CERTIFIED
        )


class Chance:
    """The clock and the entropy of a story, begun anew at every step.

    A step that is taken again after an interruption so draws the same salts at the same instants.
    """

    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._draw = seed.entropy("salt/")
        self._instant = FIRST_DAY

    def begin(self, label: str, at: datetime) -> None:
        """Begin a step: its salts follow from its label, its instants from `at`, fifty a second."""
        self._draw = self._seed.entropy(f"salt/{label}")
        self._instant = at

    def now(self) -> datetime:
        self._instant += _TICK
        return self._instant

    def entropy(self, size: int) -> bytes:
        """Return the next bytes of the step, at most 32."""
        return self._draw(size)


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
