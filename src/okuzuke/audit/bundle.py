"""The evidence bundle `.okz`: one canonical JSON file, made for a reader, that carries all its proof with it. Pure.

Format `okz/1` (docs/formats.md): documents, disclosures, sets, rows, receipts, certificates, files, and the seal,
SHA-256 of the canonical bundle without it, so that any changed bit fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from okuzuke.core.canonical import JsonObject, canonical_bytes, decode_base64, digest, encode_base64, parse_object
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry, RowId, SetRoot, digest_text
from okuzuke.ledger.submission import Row, parse_rows, parse_sets

FORMAT = "okz/1"
PUBLIC = "public"
AUDITOR = "auditor"
MAX_BYTES = 1 << 29
"""The largest file that is read; a data set of 100,000 works fits, and a reader's memory is spared."""


@dataclass(frozen=True, slots=True)
class Document:
    """An entry's salt and the envelope `{"recorded_at","statement"}` under it."""

    salt: bytes
    envelope: JsonObject


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a reader receives: `reader` is `public`, `auditor` or a party's id, `subject` what it is about.

    An entry with a receipt and no document was erased.
    """

    reader: str
    subject: str
    documents: Mapping[Entry, Document]
    receipts: Mapping[Entry, str]
    disclosures: Mapping[Entry, tuple[str, ...]] = field(default_factory=dict)
    sets: Mapping[SetRoot, tuple[RowId, ...]] = field(default_factory=dict)
    rows: Mapping[RowId, Row] = field(default_factory=dict)
    files: Mapping[AssetId, bytes] = field(default_factory=dict)
    certificates: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the sealed file."""
        body = self._body()
        return canonical_bytes({**body, "seal": seal_of(body)})

    def _body(self) -> JsonObject:
        return {
            "format": FORMAT,
            "reader": self.reader,
            "subject": self.subject,
            "documents": {
                entry: [encode_base64(document.salt), document.envelope] for entry, document in self.documents.items()
            },
            "disclosures": {entry: list(texts) for entry, texts in self.disclosures.items()},
            "sets": {root: list(keys) for root, keys in self.sets.items()},
            "rows": {key: [encode_base64(row.salt), row.document] for key, row in self.rows.items()},
            "receipts": dict(self.receipts.items()),
            "certificates": list(self.certificates),
            "files": {asset: encode_base64(data) for asset, data in self.files.items()},
        }


def seal_of(body: JsonObject) -> str:
    """Return SHA-256 of the canonical bundle without its seal."""
    return digest(canonical_bytes(body)).hex()


def parse(data: bytes) -> tuple[Bundle, bool]:
    """Return the bundle and whether its seal holds; what is no bundle at all raises.

    A second spelling of the same bundle (spaces, order, escapes) counts as a broken seal.
    """
    if len(data) > MAX_BYTES:
        raise CheckFailedError(
            f"the bundle has {len(data)} bytes, more than {MAX_BYTES}", remedy="ask for one on a smaller subject"
        )
    value = parse_object(data, "the bundle")
    body = {name: item for name, item in value.items() if name != "seal"}
    sealed = value.get("seal") == seal_of(body) and canonical_bytes(value) == data
    fields = Fields(value, "bundle")
    if fields.text("format") != FORMAT:
        raise CheckFailedError("this is no bundle of format okz/1", remedy="use a version of okuzuke that reads it")
    fields.raw("seal")
    bundle = Bundle(
        reader=_reader(fields.text("reader")),
        subject=fields.digest("subject"),
        documents={
            Entry(digest_text(entry, "a document")): _document(entry, item)
            for entry, item in _members(fields, "documents").items()
        },
        receipts={
            Entry(digest_text(entry, "a receipt")): _text(item) for entry, item in _members(fields, "receipts").items()
        },
        disclosures={
            Entry(digest_text(entry, "a disclosure")): _texts(item)
            for entry, item in _members(fields, "disclosures").items()
        },
        sets=parse_sets(fields.raw("sets")),
        rows=parse_rows(fields.raw("rows")),
        files={
            AssetId(digest_text(asset, "a file")): decode_base64(_text(item))
            for asset, item in _members(fields, "files").items()
        },
        certificates=fields.texts("certificates", lines=True),
    )
    fields.end()
    return bundle, sealed


def _members(fields: Fields, name: str) -> JsonObject:
    value = fields.raw(name)
    if not isinstance(value, Mapping):
        raise CheckFailedError(f"{name} is not an object", remedy="ask for the bundle again")
    return value


def _document(entry: str, item: object) -> Document:
    match item:
        case [str(salt), Mapping() as envelope] if set(envelope) == {"recorded_at", "statement"}:
            return Document(decode_base64(salt), envelope)
    raise CheckFailedError(f"document {entry} is not [salt, envelope]", remedy="ask for the bundle again")


def _reader(text: str) -> str:
    return text if text in (PUBLIC, AUDITOR) else digest_text(text, "the reader (public, auditor or a party)")


def _texts(item: object) -> tuple[str, ...]:
    # A field may be long, the slots of a large register are, so the length of its disclosure is not limited.
    if not isinstance(item, list) or not item:
        raise CheckFailedError("disclosures are not a list of texts", remedy="ask for the bundle again")
    return tuple(map(_text, item))


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise CheckFailedError("a member of the bundle is not a text", remedy="ask for the bundle again")
    return item
