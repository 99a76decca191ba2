"""The operator's own keys, in an archive's `keys/`: its statements', its log's, its slots', its certificates'."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.errors import StateError
from okuzuke.ledger import keys
from okuzuke.marking import certificates
from okuzuke.marking.certificates import LONGEST_NAME, Validity
from okuzuke.marking.credentials import Signer

FOLDER = "keys"
LEAF_DAYS, AUTHORITY_DAYS = 5 * 365, 20 * 365


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """What an operator brings to a new archive; by default everything is drawn afresh."""

    operator: Ed25519PrivateKey
    log: Ed25519PrivateKey
    slot: bytes
    entropy: Callable[[int], bytes] = secrets.token_bytes
    """Where the keys and serial numbers of the certificates come from."""
    valid: Validity | None = None
    """None: five years for the leaf, twenty for its authority, from the archive's first entry on."""

    @classmethod
    def drawn(cls) -> OperatorKeys:
        return cls(Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), secrets.token_bytes(32))

    def save(self, archive: Path) -> None:
        """Write the three keys that an archive needs before its first entry."""
        folder = archive / FOLDER
        keys.save(folder / "operator.pem", self.operator)
        keys.save(folder / "log.pem", self.log)
        keys.save_secret(folder / "slot.key", self.slot)

    def save_certificates(self, archive: Path, name: str, at: datetime) -> None:
        """Make the chain under which content credentials are signed, and write it with its keys."""
        folder = archive / FOLDER
        start = at.replace(microsecond=0)
        days = (timedelta(LEAF_DAYS), timedelta(AUTHORITY_DAYS))
        valid = self.valid or Validity(start, start + days[0], start + days[1])
        made = certificates.make(name[:LONGEST_NAME], valid, self.entropy)
        keys.save(folder / "root.pem", made.root_key)
        keys.save(folder / "intermediate.pem", made.intermediate_key)
        keys.save(folder / "credentials.pem", made.leaf_key)
        keys.save_secret(folder / "chain.crt", "".join(made.chain).encode("ascii"))
        keys.save_secret(folder / "root.crt", made.root.encode("ascii"))


class Keyring:
    """The keys that an archive finds in its folder; each may be missing in a copy that only reads."""

    def __init__(self, archive: Path) -> None:
        self._folder = archive / FOLDER
        self.operator = self._key("operator.pem")
        self.log = self._key("log.pem")

    @property
    def slot(self) -> bytes:
        """The key that slots are dealt with, empty where it is missing."""
        file = self._folder / "slot.key"
        return file.read_bytes() if file.exists() else b""

    @property
    def roots(self) -> tuple[str, ...]:
        """The root under which this archive's content credentials stand, for a reader's trust file."""
        file = self._folder / "root.crt"
        return (file.read_text(encoding="ascii"),) if file.exists() else ()

    def signer(self) -> Signer:
        """Return the signer of content credentials, which its user closes."""
        leaf, chain = self._key("credentials.pem"), self._folder / "chain.crt"
        if leaf is None or not chain.exists():
            raise StateError("this archive holds no certificates to sign pictures under", remedy="restore keys/")
        end = "-----END CERTIFICATE-----\n"
        return Signer(leaf, [part + end for part in chain.read_text(encoding="ascii").split(end) if part])

    def _key(self, name: str) -> Ed25519PrivateKey | None:
        file = self._folder / name
        return keys.load(file) if file.exists() else None
