"""Bundles made from an archive: everything a subject rests on, opened only as far as its reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle, Document
from okuzuke.audit.evidence import Erasure
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry, PartyId, RowId, SetRoot, WorkId
from okuzuke.datasets import store as datasets
from okuzuke.ledger import checkpoint, lineage, statement, store
from okuzuke.ledger.checkpoint import VerifierKey
from okuzuke.ledger.journal import Journal
from okuzuke.ledger.receipt import Receipt
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Row
from okuzuke.registry import store as registry
from okuzuke.registry.grants import Dedication, Grant
from okuzuke.registry.interests import Interest, Ownership
from okuzuke.registry.known import READERS, Fact, Statements
from okuzuke.registry.parties import Attestation, Party
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection


@dataclass(frozen=True, slots=True)
class _Source:
    connection: Connection
    reader: str
    known: Statements
    recorded: Mapping[Entry, Recorded]
    positions: Mapping[Entry, int]
    erasures: Mapping[str, tuple[Entry, Erasure]]
    """What was erased, an entry or a row, with the statement that erased it."""


def export(journal: Journal, blobs: Blobs, subject: str, reader: str) -> Bundle:
    """Return the bundle on a snapshot, grant, work or any other entry, made for `reader`.

    `reader` is `public`, `auditor` or a party's id. An auditor's bundle on a snapshot holds the whole log up to it, so
    that refusals can be made anew too.
    """
    while True:
        note = journal.checkpoint()
        head = checkpoint.parse(checkpoint.split_note(note).text)
        with journal.database.reading() as connection:
            # Another writer may have come between; what is exported and what is proven must be of one size.
            if store.size(connection) == head.size:
                return _bundle(_source(connection, reader), blobs, subject, (note, head.size, journal.verifier_key))


def _source(connection: Connection, reader: str) -> _Source:
    recorded = {item.entry: item for item in store.recorded_all(connection)}
    facts = [registry.fact_of(item) for item in recorded.values() if item.statement.kind in READERS]
    known = Statements.of(facts, registry.registered(connection, facts))
    if reader not in (PUBLIC, AUDITOR) and known.body(reader, Party) is None:
        raise InputError(f"{reader} is no party of this register", remedy="give public, auditor or a party's id")
    positions = {entry: position for position, entry in enumerate(store.entries(connection))}
    erasures: dict[str, tuple[Entry, Erasure]] = {}
    for item in recorded.values():
        if item.statement.kind == "erase":
            erasure = Erasure.read(Fields(item.statement.public, "erase"), item.sealed)
            target = erasure.row if erasure.entry is None else erasure.entry
            erasures.setdefault(str(target), (item.entry, erasure))
    return _Source(connection, reader, known, recorded, positions, erasures)


def _bundle(source: _Source, blobs: Blobs, subject: str, proof: tuple[str, int, VerifierKey]) -> Bundle:
    connection = source.connection
    own = _own(source)
    start = _start(source, subject)
    begun = {
        key
        for entry in _closure(source, start)
        for root in _roots(source, entry)
        for key in store.set_keys(connection, root)
    }
    # A holder checks its own works, so what stops one of them is in its bundle though nothing rests on it.
    start += [fact.entry for key in sorted(begun & own) for fact in source.known.by_subject.get(key, ())]
    entries = dict.fromkeys(_closure(source, start))
    sets = {root: store.set_keys(connection, root) for entry in entries for root in _roots(source, entry)}
    # Who erased a row of these sets has to be in the bundle, or the row would only be missing.
    cleared = [key for keys in sets.values() for key in keys if key in source.erasures]
    entries |= dict.fromkeys(source.erasures[key][0] for key in cleared)
    items = {entry: store.document(connection, entry) for entry in entries if entry in source.recorded}
    evidence = {asset for entry in items for asset in _evidence(source, entry)}
    return Bundle(
        reader=source.reader,
        subject=subject,
        documents={entry: Document(item.salt, item.envelope) for entry, item in items.items()},
        receipts={entry: _receipt(source, entry, proof) for entry in entries},
        disclosures={
            entry: item.disclosures
            for entry, item in items.items()
            if item.disclosures and _opens(source, source.recorded[entry])
        },
        sets=sets,
        rows=_rows(source, sets, own),
        files={asset: blobs.get(asset) for asset in evidence},
    )


def _receipt(source: _Source, entry: Entry, proof: tuple[str, int, VerifierKey]) -> str:
    note, size, key = proof
    position = source.positions[entry]
    extra = str(key).encode() if position == 0 else b""
    return Receipt(position, store.inclusion(source.connection, position, size), note, extra).text


def _evidence(source: _Source, entry: Entry) -> tuple[AssetId, ...]:
    dedication = source.known.body(entry, Dedication)
    return dedication.evidence if dedication is not None else ()


def _start(source: _Source, subject: str) -> list[Entry]:
    """Return the statements a bundle on this subject begins with; what its reader is, if a party, is proven too."""
    known, connection = source.known, source.connection
    reader = [Entry(source.reader)] if source.reader not in (PUBLIC, AUDITOR) else []
    registered = known.works.get(WorkId(subject))
    if registered is not None:
        about = [fact.entry for fact in known.by_subject.get(subject, ())]
        snapshots = [
            entry
            for root in datasets.snapshots_with(connection, WorkId(subject))
            for entry in lineage.naming(connection, root)
        ]
        return [*reader, registered.register.entry, *about, *_screens(source, WorkId(subject)), *snapshots]
    item = store.recorded(connection, Entry(subject))
    if item.statement.kind == "snapshot" and source.reader == AUDITOR:
        return [entry for entry, position in source.positions.items() if position <= item.position]
    return [*reader, item.entry]


def _screens(source: _Source, work: WorkId) -> list[Entry]:
    """Return the screenings and reviews of a work."""
    found: list[Entry] = []
    for item in source.recorded.values():
        if item.statement.kind == "screen":
            for root in statement.set_roots(item.statement.public):
                rows = store.rows(source.connection, store.set_keys(source.connection, root))
                found += [item.entry for row in rows.values() if row.document.get("work") == work]
        elif item.statement.kind == "review" and item.statement.public.get("work") == work:
            found.append(item.entry)
    return found


def _closure(source: _Source, start: Iterable[Entry]) -> list[Entry]:
    """Return the entries and all that bears on them: what they rest on, their signers, consents, endings, erasures."""
    known = source.known
    assert known.operator is not None, "an archive begins with its operator"
    origin = Entry(known.operator)
    erased_above: dict[Entry, list[Entry]] = {}
    for _, erasure in source.erasures.values():
        for target in erasure.rests_on:
            if target.entry is not None and target.entry != origin and erasure.entry is not None:
                erased_above.setdefault(target.entry, []).append(erasure.entry)

    def following(entry: Entry) -> list[Entry]:
        if entry in source.recorded:
            rests_on, signer = source.recorded[entry].statement.rests_on, source.recorded[entry].statement.signer
            found = [Entry(signer)] if signer is not None else []
        else:
            by, erasure = source.erasures[entry]
            rests_on, found = erasure.rests_on, [by]
        found += [target.entry for target in rests_on if target.entry is not None]
        for target in rests_on:
            found += lineage.naming(source.connection, target.set_root) if target.set_root is not None else []
        found += [fact.entry for fact in known.by_subject.get(entry, ())]
        # What was erased may have appointed, moved a key or named a holder, so that it is gone has to be said.
        return [*found, *_about_subject(known, entry), *erased_above.get(entry, ())]

    return list(lineage.reachable([origin, *start], following))


def _about_subject(known: Statements, entry: Entry) -> list[Entry]:
    """Return what else is said of the entry's subject and of what that inherits from."""
    fact = known.facts.get(entry)
    subject = getattr(fact.body, "subject", None) if fact is not None else None
    scopes = known.scopes(subject) if subject is not None else ()
    found = [other.entry for scope in scopes for other in known.by_subject.get(scope, ())]
    return found + [Entry(scope) for scope in scopes if Entry(scope) in known.facts]


def _roots(source: _Source, entry: Entry) -> list[SetRoot]:
    """Return the sets an entry names, those of what it erased too."""
    item = source.recorded.get(entry)
    if item is None:
        return list(source.erasures[entry][1].sets)
    return list(statement.set_roots(item.statement.public))


def _opens(source: _Source, item: Recorded) -> bool:
    """Say whether the reader may see a statement's sealed fields.

    An auditor sees all; a party what it signed and what concerns what it holds or licenses.
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
    parties: set[str] = {owner for scope in known.scopes(subject) for owner in _owners(known, scope)}
    if isinstance(body, Interest):
        parties.add(body.party)
    if isinstance(body, Grant):
        parties.add(body.grantee)
        parties |= {party for scope in known.scopes(subject) for party in _interested(known, scope)}
    return parties


def _own(source: _Source) -> set[str]:
    """Return the works whose rows the reader may see: all for an auditor, its own for a party, none for the public."""
    if source.reader == PUBLIC:
        return set()
    every = source.reader == AUDITOR
    return {work for work in source.known.works if every or _holds(source.known, work, PartyId(source.reader))}


def _rows(source: _Source, sets: Mapping[SetRoot, tuple[RowId, ...]], own: set[str]) -> dict[RowId, Row]:
    """Return the rows about the reader's own works; for an auditor every row that was not erased."""
    if source.reader == PUBLIC:
        return {}
    return {
        key: row
        for keys in sets.values()
        for key, row in store.rows(source.connection, keys).items()
        if source.reader == AUDITOR or key in own or row.document.get("work") in own
    }


def _holds(known: Statements, work: WorkId, party: PartyId) -> bool:
    """Say whether the party registered the work, or owns it or has an interest in it or in its series."""
    scopes = known.scopes(work)
    return party == known.works[work].register.signer or any(
        party in (*_owners(known, scope), *_interested(known, scope)) for scope in scopes
    )


def _owners(known: Statements, scope: str) -> set[PartyId]:
    return {owner for _, body in known.about(scope, Ownership) for owner in body.owners}


def _interested(known: Statements, scope: str) -> set[PartyId]:
    return {body.party for _, body in known.about(scope, Interest)}
