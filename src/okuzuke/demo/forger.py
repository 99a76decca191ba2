"""Whoever changes bundles and holds keys: the archive's own, and those of every fictional party.

Some tamperings need more than a changed file. There the operator helps with every key it has: the statement is signed
again, and so is all that rests on it; leaves, tree and checkpoint are made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from okuzuke.archive import Archive
from okuzuke.audit.bundle import Bundle, Document
from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest, parse_object, salted_digest
from okuzuke.core.ids import AssetId, Entry, PartyId, RowId, SetRoot
from okuzuke.demo.cast import OPERATOR
from okuzuke.demo.seed import Seed
from okuzuke.ledger import checkpoint, merkle, receipt, statement, submission
from okuzuke.ledger import store as ledger
from okuzuke.ledger.checkpoint import Checkpoint, SignatureType, VerifierKey
from okuzuke.ledger.submission import Row
from okuzuke.registry import store as registry
from okuzuke.registry.known import Fact
from okuzuke.registry.parties import Party

B = TypeVar("B")


class Workshop:
    """An archive, everything it knows, the pictures it delivered, and every fictional party's key."""

    def __init__(self, archive: Archive, seed: Seed, pictures: Sequence[bytes]) -> None:
        self.archive = archive
        self.seed = seed
        self.pictures = pictures
        self.known = archive.registry.known()
        with archive.database.reading() as connection:
            self.leaves = ledger.entries(connection)
            self.slots = registry.slots(connection)
        self._positions = {leaf: at for at, leaf in enumerate(self.leaves)}

    def entry(self, body: type[B], wanted: Callable[[Fact, B], bool]) -> Entry:
        """Return the first statement of this kind that is wanted."""
        found = ((fact, fact.body) for fact in self.known.facts.values() if isinstance(fact.body, body))
        return next(fact.entry for fact, stated in found if wanted(fact, stated))

    def party(self, name: str) -> PartyId:
        return PartyId(self.entry(Party, lambda _, body: body.name == name))

    def position(self, entry: Entry) -> int:
        return self._positions[entry]

    def rows(self, root: SetRoot) -> dict[RowId, Row]:
        """Return every row of a set as it was recorded."""
        with self.archive.database.reading() as connection:
            return dict(ledger.rows(connection, ledger.set_keys(connection, root)))

    def disclosures(self, entry: Entry) -> tuple[str, ...]:
        """Return every sealed field of a statement, opened."""
        with self.archive.database.reading() as connection:
            return ledger.document(connection, entry).disclosures

    def last(self, kind: str) -> Entry:
        """Return the last statement of a kind."""
        with self.archive.database.reading() as connection:
            return [item.entry for item in ledger.recorded_all(connection, [kind])][-1]

    def document(self, entry: Entry) -> Document:
        """Return a statement as it was recorded."""
        with self.archive.database.reading() as connection:
            found = ledger.document(connection, entry)
        return Document(found.salt, found.envelope)


@dataclass(frozen=True, slots=True)
class Change:
    """What the operator does to a log: statements edited, rows and files exchanged, each by what it was called."""

    statements: Mapping[Entry, Callable[[JsonObject], JsonObject]] = field(default_factory=dict)
    rows: Mapping[RowId, JsonObject] = field(default_factory=dict)
    files: Mapping[AssetId, bytes] = field(default_factory=dict)


class Forger:
    """A genuine bundle in the hands of somebody who knows how to change it."""

    def __init__(self, workshop: Workshop, bundle: Bundle) -> None:
        self.workshop = workshop
        self.bundle = bundle

    @property
    def subject(self) -> Entry:
        return Entry(self.bundle.subject)

    def public(self, entry: Entry) -> JsonObject:
        """Return the public face of a statement in the bundle."""
        return statement.read(self._statement(entry)).public

    def only(self, kind: str) -> Entry:
        """Return the first statement of a kind in the bundle."""
        found = (entry for entry in self.bundle.documents if statement.read(self._statement(entry)).kind == kind)
        return min(found, key=self.workshop.position)

    def document(self, entry: Entry, path: Sequence[str], value: Json) -> Bundle:
        """Return the bundle with one member of a recorded document changed."""
        old = self.bundle.documents[entry]
        new = Document(old.salt, changed(old.envelope, path, value))
        return replace(self.bundle, documents={**self.bundle.documents, entry: new})

    def signed(self, entry: Entry, name: str, path: Sequence[str], value: Json) -> JsonObject:
        """Return the statement with one member changed, signed anew with the named party's key."""
        return self._signed(entry, name, changed(self._statement(entry), path, value))

    def recorded(self, entry: Entry, envelope: JsonObject) -> tuple[Bundle, Entry]:
        """Return the bundle of a log in which another document took this entry's place, and its new entry."""
        new = Entry(salted_digest(self.bundle.documents[entry].salt, envelope).hex())
        return self._relaid({entry: new}, {entry: envelope}), new

    def remade(self, change: Change) -> Bundle:
        """Return the bundle of a log in which the change was never otherwise: all that rests on it follows."""
        renamed: dict[str, str] = {old: digest(data).hex() for old, data in change.files.items()}
        rows = dict(self.bundle.rows)
        for key, document in change.rows.items():
            row = submission.row_of(document, rows.pop(key).salt)
            renamed[key], rows[row.key] = row.key, row
        sets: dict[SetRoot, tuple[RowId, ...]] = {}
        for root, keys in self.bundle.sets.items():
            now = tuple(RowId(renamed.get(key, key)) for key in keys)
            renamed |= {root: submission.set_root(now)} if now != keys else {}
            sets[SetRoot(renamed.get(root, root))] = now
        entries: dict[Entry, Entry] = {}
        envelopes: dict[Entry, JsonObject] = {}
        for entry in sorted(self.bundle.documents, key=self.workshop.position):
            old = self._statement(entry)
            new = _renamed(change.statements.get(entry, _as_it_is)(old), renamed)
            if new != old:
                signed = self._signed(entry, OPERATOR.name, new)
                envelopes[entry] = {**self.bundle.documents[entry].envelope, "statement": signed}
                entries[entry] = Entry(salted_digest(self.bundle.documents[entry].salt, envelopes[entry]).hex())
                renamed[entry] = entries[entry]
        kept = {asset: data for asset, data in self.bundle.files.items() if asset not in change.files}
        files = {**kept, **{AssetId(renamed[asset]): data for asset, data in change.files.items()}}
        return replace(self._relaid(entries, envelopes), rows=rows, sets=sets, files=files)

    def log_of(self, name: str) -> Bundle:
        """Return the bundle of the same log signed by another log key."""
        return replace(self.bundle, receipts=self._receipts(self.workshop.leaves, self.bundle.documents, name))

    def _statement(self, entry: Entry) -> JsonObject:
        return cast("JsonObject", self.bundle.documents[entry].envelope["statement"])

    def _signed(self, entry: Entry, name: str, new: JsonObject) -> JsonObject:
        unsigned = {member: item for member, item in new.items() if member != "proof"}
        created = statement.read(self._statement(entry)).created
        return statement.sign(unsigned, self.workshop.seed.key(name), created)

    def _relaid(self, renamed: Mapping[Entry, Entry], envelopes: Mapping[Entry, JsonObject]) -> Bundle:
        """Return the bundle of a log in which these entries were others from the start."""
        old = self.bundle
        documents = {
            renamed.get(entry, entry): Document(item.salt, envelopes.get(entry, item.envelope))
            for entry, item in old.documents.items()
        }
        disclosures = {renamed.get(entry, entry): texts for entry, texts in old.disclosures.items()}
        leaves = [renamed.get(leaf, leaf) for leaf in self.workshop.leaves]
        receipts = self._receipts(leaves, documents, "log")
        subject = renamed.get(self.subject, self.subject)
        return replace(old, subject=subject, documents=documents, disclosures=disclosures, receipts=receipts)

    def _receipts(self, leaves: Sequence[Entry], documents: Mapping[Entry, Document], log: str) -> dict[Entry, str]:
        hashes = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in leaves]
        origin, key = self.workshop.archive.settings.origin, self.workshop.seed.key(log)
        note = checkpoint.sign(Checkpoint(origin, len(leaves), merkle.root(hashes)), origin, key)
        vkey = VerifierKey(origin, SignatureType.ED25519, key.public_key().public_bytes_raw())
        positions = {leaf: at for at, leaf in enumerate(leaves)}
        return {
            entry: receipt.Receipt(
                positions[entry],
                merkle.inclusion_proof(hashes, positions[entry]),
                note,
                str(vkey).encode() if positions[entry] == 0 else b"",
            ).text
            for entry in documents
        }


def changed(value: JsonObject, path: Sequence[str], to: Json) -> JsonObject:
    """Return the object with the member at the path replaced."""
    first, *rest = path
    return {**value, first: changed(cast("JsonObject", value[first]), rest, to) if rest else to}


def _as_it_is(stated: JsonObject) -> JsonObject:
    return stated


def _renamed(stated: JsonObject, renamed: Mapping[str, str]) -> JsonObject:
    """Return the statement with every id, root and digest that has another name now under that name."""
    text = canonical_bytes(stated).decode()
    for old, new in renamed.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    return parse_object(text.encode(), "a forged statement")
