"""What a reader pins before believing: the log's key, a witness policy, certificate roots, and whether demos count."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from okuzuke.core.canonical import canonical_bytes, parse_object
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.ledger import policy
from okuzuke.ledger.checkpoint import VerifierKey, parse_verifier_key
from okuzuke.ledger.policy import Policy

NO_WITNESSES = "quorum none\n"


@dataclass(frozen=True, slots=True)
class Trust:
    """`log` is the key whose checkpoints count; without `demo` a bundle with fictional parties is refused."""

    log: VerifierKey
    witness_policy: str
    certificate_roots: tuple[str, ...]
    demo: bool

    @property
    def policy(self) -> Policy:
        """The policy that believes this log under these witnesses."""
        return policy.parse(self.witness_policy).with_log(self.log)

    def to_bytes(self) -> bytes:
        return canonical_bytes(
            {
                "log": str(self.log),
                "witness_policy": self.witness_policy,
                "certificate_roots": list(self.certificate_roots),
                "demo": self.demo,
            }
        )


def read(path: Path) -> Trust:
    """Return the trust in a file; an unknown member is refused."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", remedy="give the trust file's path") from error
    fields = Fields(parse_object(data, str(path)), "trust")
    trust = Trust(
        parse_verifier_key(fields.text("log")),
        fields.text("witness_policy", lines=True),
        fields.texts("certificate_roots", lines=True),
        fields.truth("demo"),
    )
    fields.end()
    policy.parse(trust.witness_policy)
    return trust
