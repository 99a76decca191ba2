"""Bundles made from an archive: everything a subject rests on, opened only as far as its reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle, Document
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, PartyId, RowId, SetRoot, WorkId
from okuzuke.datasets import store as datasets
from okuzuke.ledger import checkpoint, lineage, statement, store
from okuzuke.ledger.journal import Journal
from okuzuke.ledger.receipt import Receipt
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Row
from okuzuke.registry import store as registry
from okuzuke.registry.grants import Dedication, Grant
from okuzuke.registry.interests import Interest, Ownership
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Attestation
from okuzuke.registry.works import Register
from okuzuke.screening.match import Screened
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection


@dataclass(frozen=True, slots=True)
class _Source:
    connection: Connection
    known: Statements
    reader: str


def export(journal: Journal, blobs: Blobs, subject: str, reader: str) -> Bundle:
    """Return the bundle on a snapshot, grant, work or any other entry, made for `reader`.

    `reader` is `public`, `auditor` or a party's id. An auditor's bundle on a snapshot holds the whole log up to it, so
    that refusals can be made anew too.
    """
    note = journal.checkpoint()
    head = checkpoint.parse(checkpoint.split_note(note).text)
    with journal.database.reading() as connection:
        known = registry.load(connection)
        if reader not in (PUBLIC, AUDITOR) and known.body(reader, object) is None:
            raise InputError(f"{reader} is no party of this register", remedy="give public, auditor or a party's id")
        source = _Source(connection, known, reader)
        items = {entry: store.document(connection, entry) for entry in _closure(source, _start(source, subject))}
        recorded = {entry: store.opened(item) for entry, item in items.items()}
        sets = {
            root: store.set_keys(connection, root)
            for item in recorded.values()
            for root in statement.set_roots(item.statement.public)
        }
        receipts = {
            entry: Receipt(
                item.position,
                store.inclusion(connection, item.position, head.size),
                note,
                str(journal.verifier_key).encode() if item.position == 0 else b"",
            ).text
            for entry, item in items.items()
        }
        return Bundle(
            reader=reader,
            subject=subject,
            documents={entry: Document(item.salt, item.envelope) for entry, item in items.items()},
            receipts=receipts,
            disclosures={
                entry: item.disclosures
                for entry, item in items.items()
                if item.disclosures and _opens(source, recorded[entry])
            },
            sets=sets,
            rows=_rows(source, sets),
            files={
                asset: blobs.get(asset)
                for entry in recorded
                if isinstance(body := known.body(entry, object), Dedication)
                for asset in body.evidence
            },
        )


def _start(source: _Source, subject: str) -> list[Entry]:
    """Return the statements a bundle on this subject begins with."""
    known, connection = source.known, source.connection
    registered = known.works.get(WorkId(subject))
    if registered is not None:
        screens = [entry for work, entry in _screens(source) if work == subject]
        snapshots = [
            entry
            for root in datasets.snapshots_with(connection, WorkId(subject))
            for entry in lineage.naming(connection, root)
        ]
        return [registered.register.entry, *screens, *snapshots]
    item = store.recorded(connection, Entry(subject))
    if item.statement.kind == "snapshot" and source.reader == AUDITOR:
        return [other.entry for other in store.recorded_all(connection) if other.position <= item.position]
    return [item.entry]


def _screens(source: _Source) -> list[tuple[WorkId, Entry]]:
    found: list[tuple[WorkId, Entry]] = []
    for item in store.recorded_all(source.connection, ["screen"]):
        for root in statement.set_roots(item.statement.public):
            rows = store.rows(source.connection, store.set_keys(source.connection, root))
            found += [(Screened.read(row.document).work, item.entry) for row in rows.values()]
    return found


def _closure(source: _Source, start: Iterable[Entry]) -> list[Entry]:
    """Return the statements and all that bears on them: what they rest on, their signers, consents and endings."""
    known, connection = source.known, source.connection
    origin = known.operator
    assert origin is not None, "an archive begins with its operator"

    def following(entry: Entry) -> list[Entry]:
        found = list(lineage.beneath(connection, [entry]))
        fact = known.facts.get(entry)
        found += [other.entry for other in known.by_subject.get(entry, ())]
        if fact is None:
            return [other for other in found if _present(source, other)]
        found.append(Entry(fact.signer))
        subject = getattr(fact.body, "subject", None)
        for scope in known.scopes(subject) if subject is not None else ():
            found += [other.entry for other in known.by_subject.get(scope, ())]
            found += [Entry(scope)] if Entry(scope) in known.facts else []
        return [other for other in found if _present(source, other)]

    first = [Entry(origin), *start]
    subjects = [WorkId(entry) for entry in start]
    for work in (known.works[work] for work in subjects if work in known.works):
        first += [other.entry for other in known.by_subject.get(work.work.work, ())]
    return sorted(lineage.reachable(first, following), key=lambda entry: store.document(connection, entry).position)


def _present(source: _Source, entry: Entry) -> bool:
    return not store.is_erased(source.connection, entry)


def _opens(source: _Source, item: Recorded) -> bool:
    """Say whether the reader may see a statement's sealed fields.

    An auditor sees all; a party what it signed and what concerns what it holds, licenses or is paid from.
    """
    if source.reader in (PUBLIC, AUDITOR):
        return source.reader == AUDITOR
    if source.reader in (item.statement.signer, item.entry):
        return True
    fact = source.known.facts.get(item.entry)
    return fact is not None and source.reader in _concerned(source.known, fact)


def _concerned(known: Statements, fact: Fact) -> set[str]:
    body = fact.body
    if isinstance(body, Attestation):
        target = known.facts.get(body.target)
        return {*body.signatories, *(_concerned(known, target) if target is not None else ())}
    subject = getattr(body, "subject", None)
    if subject is None:
        return set()
    parties: set[str] = set()
    if isinstance(body, Grant):
        parties.add(body.grantee)
    for scope in known.scopes(subject):
        for _, ownership in known.about(scope, Ownership):
            parties |= set(ownership.owners)
        if isinstance(body, Grant):
            parties |= {interest.party for _, interest in known.about(scope, Interest)}
    return parties


def _rows(source: _Source, sets: Mapping[SetRoot, tuple[RowId, ...]]) -> dict[RowId, Row]:
    """Return the rows the reader may see: all for an auditor, a party's own works, none for the public."""
    if source.reader == PUBLIC:
        return {}
    own = {
        work
        for work, registered in source.known.works.items()
        if source.reader == AUDITOR or _holds(source.known, registered.register, PartyId(source.reader))
    }
    return {
        key: row
        for keys in sets.values()
        for key, row in store.rows(source.connection, keys).items()
        if source.reader == AUDITOR or WorkId(key) in own or row.document.get("work") in own
    }


def _holds(known: Statements, register: Fact, party: PartyId) -> bool:
    assert isinstance(register.body, Register), "works come from registers"
    owners = {owner for _, body in known.about(register.body.series, Ownership) for owner in body.owners}
    return party == register.signer or party in owners
