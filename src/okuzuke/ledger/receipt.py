"""Receipts: offline proof that an entry stands in the log (https://c2sp.org/tlog-proof, version 1).

A receipt is text: the entry's index, the hashes that lead from its leaf to the root, and the signed checkpoint
with that root. With the entry and a policy it convinces a reader who has never met the log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from okuzuke.core.canonical import decode_base64, encode_base64
from okuzuke.core.errors import InputError, LedgerError
from okuzuke.ledger import checkpoint, merkle, policy
from okuzuke.ledger.checkpoint import Checkpoint
from okuzuke.ledger.policy import Policy, TrustedCheckpoint

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Index and inclusion proof (leaf's sibling first) of an entry, and the note they lead to.

    `extra` is the sender's own, trusted by nobody; empty means that there is none.
    """

    index: int
    proof: tuple[bytes, ...]
    note: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        """Return the receipt's one spelling, with the note verbatim at its end."""
        extra = [f"extra {encode_base64(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(encode_base64, self.proof), "", self.note]
        return "\n".join(lines)


def parse(text: str) -> Receipt:
    """Return the receipt of a well-formed text; any second spelling is refused, no signature is verified."""
    head, blank, note = text.partition("\n\n")
    found = _HEAD.fullmatch(head)
    if not blank or not found:
        raise LedgerError(f"not a receipt: {text[:60]!r}", remedy=_ASK_AGAIN)
    extra, index, hashes = found.groups(default="")
    receipt = Receipt(int(index), tuple(map(_base64, hashes.split())), note, _base64(extra))
    if receipt.text != text or any(len(step) != merkle.HASH_BYTES for step in receipt.proof):
        raise LedgerError(f"not the one spelling of a receipt: {text[:60]!r}", remedy=_ASK_AGAIN)
    checkpoint.parse(checkpoint.split_note(note).text)
    return receipt


def verify(text: str, leaf: bytes, trusted: Policy) -> TrustedCheckpoint:
    """Return the checkpoint under which the entry stands in the log, else raise `LedgerError`.

    `leaf` is the entry itself, not its hash. Times of witnesses are in the note's signatures; none is judged here.
    """
    receipt = parse(text)
    found = policy.check(trusted, receipt.note)
    check_inclusion(receipt, leaf, found.checkpoint)
    return found


def check_inclusion(receipt: Receipt, leaf: bytes, head: Checkpoint) -> None:
    """Accept the entry as the leaf at the receipt's index under this checkpoint, else raise `LedgerError`."""
    merkle.verify_inclusion(merkle.leaf_hash(leaf), receipt.index, head.size, receipt.proof, head.root)


# A tree of 2**63 leaves has paths of 63 hashes.
_HEAD = re.compile(
    re.escape(HEADER)
    + r"(?:\nextra ([A-Za-z0-9+/]+={0,2}))?\nindex (0|[1-9][0-9]{0,18})((?:\n[A-Za-z0-9+/]{43}=){0,63})"
)
_ASK_AGAIN = "ask the log for the receipt again"


def _base64(text: str) -> bytes:
    try:
        return decode_base64(text)
    except InputError as error:
        raise LedgerError(error.message, remedy=_ASK_AGAIN) from error
