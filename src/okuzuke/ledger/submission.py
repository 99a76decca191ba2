"""What a signer hands over: a signed statement, its disclosures, and the sets and rows it names.

The file form is canonical JSON: `{"format":"okuzuke-draft/1","statement","disclosures","sets","rows"}`, members as in a
bundle (docs/formats.md). The same file, its statement not yet signed, is a draft. Either may carry `names`, what its
drafter calls the ids in it: no signature covers them, and nothing that is recorded rests on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import (
    JsonObject,
    canonical_bytes,
    decode_base64,
    encode_base64,
    parse_object,
    salted_digest,
)
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import RowId, SetRoot, digest_text
from okuzuke.ledger import merkle, statement
from okuzuke.ledger.statement import Draft

FORMAT = "okuzuke-draft/1"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a set with the 32-byte salt that keeps its digest from being guessed."""

    key: RowId
    salt: bytes
    document: JsonObject


@dataclass(frozen=True, slots=True)
class RowSet:
    """Rows in their order under one RFC 9162 root over their digests."""

    root: SetRoot
    rows: tuple[Row, ...]

    def to_json(self) -> JsonObject:
        """Return how a statement's public face names the set."""
        return {"root": self.root, "size": len(self.rows)}


@dataclass(frozen=True, slots=True)
class Submission:
    """A statement on its way into the log."""

    document: JsonObject
    disclosures: tuple[str, ...] = ()
    sets: Mapping[SetRoot, tuple[RowId, ...]] = field(default_factory=dict)
    rows: Mapping[RowId, Row] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """What the drafter calls the ids in it; unsigned."""

    def to_bytes(self) -> bytes:
        members: JsonObject = {
            "format": FORMAT,
            "statement": self.document,
            "disclosures": list(self.disclosures),
            "sets": {root: list(keys) for root, keys in self.sets.items()},
            "rows": {key: [encode_base64(row.salt), row.document] for key, row in self.rows.items()},
        }
        return canonical_bytes({**members, "names": dict(self.names)} if self.names else members)


def row_of(document: JsonObject, salt: bytes) -> Row:
    """Return the row with its digest SHA-256(salt || JCS row)."""
    return Row(RowId(salted_digest(salt, document).hex()), salt, document)


def set_of(rows: Sequence[Row]) -> RowSet:
    """Return the rows under their root."""
    return RowSet(set_root([row.key for row in rows]), tuple(rows))


def set_root(keys: Sequence[RowId]) -> SetRoot:
    """Return the RFC 9162 root over row digests, in their order."""
    return SetRoot(merkle.root([merkle.leaf_hash(bytes.fromhex(key)) for key in keys]).hex())


def drafted(draft: Draft, issuer: str, entropy: Callable[[int], bytes], sets: Sequence[RowSet] = ()) -> Submission:
    """Return the unsigned submission of a draft."""
    disclosures = statement.seal(draft.sealed, entropy)
    return Submission(
        document=statement.compose(draft, issuer, disclosures),
        disclosures=tuple(disclosure.text for disclosure in disclosures),
        sets={rows.root: tuple(row.key for row in rows.rows) for rows in sets},
        rows={row.key: row for rows in sets for row in rows.rows},
    )


def signed(submission: Submission, key: Ed25519PrivateKey, created: datetime) -> Submission:
    """Return the submission with its statement signed."""
    return replace(submission, document=statement.sign(submission.document, key, created))


def parse(data: bytes) -> Submission:
    """Return the draft or signed submission in a file."""
    value = parse_object(data, "the draft")
    fields = Fields(value, "draft")
    if fields.text("format") != FORMAT:
        raise InputError("this file is no draft of this version", remedy="make one: okuzuke grant --draft FILE")
    document = fields.raw("statement")
    if not isinstance(document, Mapping):
        raise InputError("the draft holds no statement", remedy="make one: okuzuke grant --draft FILE")
    submission = Submission(
        document=document,
        disclosures=tuple(map(_text, fields.items("disclosures"))),
        sets=parse_sets(fields.raw("sets")),
        rows=parse_rows(fields.raw("rows")),
        names=_names(fields.raw("names")) if "names" in value else {},
    )
    fields.end()
    return submission


def parse_sets(value: object) -> dict[SetRoot, tuple[RowId, ...]]:
    """Return {root: row digests} from its JSON form; that the root is right is `check_sets`'s to say."""
    if not isinstance(value, Mapping):
        raise InputError("sets is not an object", remedy="check that the file arrived whole")
    return {
        SetRoot(digest_text(root, "a set")): tuple(RowId(key) for key in Fields(value, "sets").digests(root))
        for root in value
    }


def parse_rows(value: object) -> dict[RowId, Row]:
    """Return {row digest: row} from its JSON form; that the digest is right is `check_row`'s to say."""
    if not isinstance(value, Mapping):
        raise InputError("rows is not an object", remedy="check that the file arrived whole")
    rows: dict[RowId, Row] = {}
    for key, item in value.items():
        match item:
            case [str(salt), Mapping() as document]:
                rows[RowId(key)] = Row(RowId(digest_text(key, "a row")), decode_base64(salt), document)
            case _:
                raise InputError(f"row {key} is not [salt, row]", remedy="check that the file arrived whole")
    return rows


def check_set(root: SetRoot, keys: Sequence[RowId]) -> None:
    """Raise unless the row digests have this root."""
    if set_root(keys) != root:
        raise CheckFailedError(f"the rows of set {root} have another root", remedy="ask for the set as it was signed")


def check_row(row: Row) -> None:
    """Raise unless the row and its salt have this digest."""
    if len(row.salt) != 32 or row_of(row.document, row.salt).key != row.key:
        raise CheckFailedError(f"row {row.key} was changed", remedy="ask for the row as it was signed")


def _names(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InputError("names is not an object", remedy="check that the file arrived whole")
    fields = Fields(value, "names")
    return {digest_text(key, "what is named"): fields.text(key) for key in value}


def _text(value: object) -> str:
    # A sealed field may be long, the lines of a sheet are, so the length of its disclosure is not limited.
    if not isinstance(value, str):
        raise InputError("a disclosure is not a text", remedy="check that the file arrived whole")
    return value
