"""A draft read in full, and the command that records what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.ledger import statement, submission
from okuzuke.ledger.statement import Statement
from okuzuke.ledger.submission import Submission
from okuzuke.registry.known import READERS, read_body

_COMMANDS: Mapping[str, str] = {
    **{kind: kind for kind in ("party", "series", "register", "interest", "ownership", "authority", "sheet")},
    **{kind: kind for kind in ("persona", "character", "grant", "attest", "suspend", "end", "review")},
    "key": "party",
    "party_end": "party",
    "consent": "consent give",
    "moral": "consent moral",
    "dedication": "dedicate",
}
# `statement.read` reads signed statements; an unsigned one has no proof yet to read.
_NO_PROOF: JsonObject = {
    "@context": None,
    "type": None,
    "cryptosuite": None,
    "created": "1970-01-01T00:00:00.000000Z",
    "verificationMethod": None,
    "proofPurpose": None,
    "proofValue": None,
}


@dataclass(frozen=True, slots=True)
class InFull:
    """A statement, signed or not, with every sealed field open."""

    statement: Statement
    opened: JsonObject


def read_in_full(handed_in: Submission) -> InFull:
    """Return the statement and its opened fields; what a signer cannot see in full is refused."""
    read = _statement(handed_in)
    opened = statement.check_disclosures(read, handed_in.disclosures)
    if len(opened) != len(read.sealed):
        raise CheckFailedError(
            "the draft seals a field that it does not open", remedy="ask for the draft with every field open"
        )
    if read.kind in READERS:
        read_body(read.kind, read.public, opened)
    else:
        _review(read, opened)
    sets = statement.set_roots(read.public)
    if {root: len(members) for root, members in handed_in.sets.items()} != sets:
        raise CheckFailedError("the draft and its rows differ", remedy="ask for the draft as it was written")
    for root, members in handed_in.sets.items():
        submission.check_set(root, members)
    for row in handed_in.rows.values():
        submission.check_row(row)
    if {member for members in handed_in.sets.values() for member in members} != set(handed_in.rows):
        raise CheckFailedError("rows of the draft are missing", remedy="ask for the draft as it was written")
    return InFull(read, opened)


def kind_of(handed_in: Submission) -> str:
    """Return the kind of the statement in a file."""
    return _statement(handed_in).kind


def command_for(kind: str, path: Path) -> str:
    """Return the command that records a kind, or refuse the file that holds one which none records."""
    if kind not in _COMMANDS:
        raise InputError(f"{path} holds a {kind!r}, which is signed by nobody elsewhere", remedy="name another file")
    return _COMMANDS[kind]


def _statement(handed_in: Submission) -> Statement:
    return statement.read({"proof": _NO_PROOF, **handed_in.document})


def _review(read: Statement, opened: JsonObject) -> None:
    from okuzuke.screening.match import Review  # noqa: PLC0415 # only a review needs it

    if read.kind != "review":
        raise CheckFailedError(f"a {read.kind!r} is signed by nobody elsewhere", remedy="check which file this is")
    fields = Fields(read.public, read.kind)
    Review.read(fields, opened)
    fields.end()
