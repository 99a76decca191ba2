"""Bundles made from an archive: everything a subject rests on, opened only as far as its reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle, Document
from okuzuke.audit.evidence import Erasure
from okuzuke.audit.readers import Payment, Reader, moved_by, payments
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry, RowId, SetRoot, WorkId
from okuzuke.datasets import store as datasets
from okuzuke.ledger import checkpoint, lineage, statement, store
from okuzuke.ledger.checkpoint import VerifierKey
from okuzuke.ledger.journal import Journal
from okuzuke.ledger.receipt import Receipt
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Row
from okuzuke.registry import store as registry
from okuzuke.registry.grants import Dedication
from okuzuke.registry.known import READERS, Statements
from okuzuke.registry.parties import Party
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection

_FROM_WORKS = frozenset({"snapshot", "run", "model", "scorer", "request", "output", "capture", "shares", "allocation"})
"""Kinds whose bundle an auditor gets with the whole log behind it."""
_ABOVE_OUTPUT = ("shares", "capture", "allocation")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A bundle to make: its subject (a work or an entry) and its reader, `public`, `auditor` or a party's id.

    `period` narrows a party's bundle to its statement of account for a month, written 2026-06; `output` to one output.
    """

    subject: str
    reader: str
    period: str | None = None
    output: Entry | None = None


@dataclass(frozen=True, slots=True)
class _Log:
    """What every bundle of one state of the archive is made from."""

    connection: Connection
    known: Statements
    recorded: Mapping[Entry, Recorded]
    positions: Mapping[Entry, int]
    erasures: Mapping[str, tuple[Entry, Erasure]]
    """What was erased, an entry or a row, with the statement that erased it."""
    payments: tuple[Payment, ...]
    proof: tuple[str, int, VerifierKey]


@dataclass(frozen=True, slots=True)
class _Source:
    log: _Log
    wanted: Wanted
    reader: Reader

    @property
    def connection(self) -> Connection:
        return self.log.connection

    @property
    def known(self) -> Statements:
        return self.log.known

    @property
    def recorded(self) -> Mapping[Entry, Recorded]:
        return self.log.recorded

    @property
    def erasures(self) -> Mapping[str, tuple[Entry, Erasure]]:
        return self.log.erasures


def export(journal: Journal, blobs: Blobs, wanted: Sequence[Wanted], roots: Sequence[str]) -> Iterator[Bundle]:
    """Yield the bundles in their order, all under one checkpoint.

    An auditor's bundle on a snapshot, or on what rests on one, holds the whole log up to it, so that refusals can be
    made anew too. `roots` are the archive's certificate roots; they travel with the delivered file that they are for.
    """
    while True:
        note = journal.checkpoint()
        head = checkpoint.parse(checkpoint.split_note(note).text)
        with journal.database.reading() as connection:
            # Another writer may have come between; what is exported and what is proven must be of one size.
            if store.size(connection) == head.size:
                log = _log(connection, (note, head.size, journal.verifier_key))
                for item in wanted:
                    yield _bundle(_source(log, item), blobs, roots)
                return


def _log(connection: Connection, proof: tuple[str, int, VerifierKey]) -> _Log:
    recorded = {item.entry: item for item in store.recorded_all(connection)}
    facts = [registry.fact_of(item) for item in recorded.values() if item.statement.kind in READERS]
    known = Statements.of(facts, registry.registered(connection, facts))
    positions = {entry: position for position, entry in enumerate(store.entries(connection))}
    erasures: dict[str, tuple[Entry, Erasure]] = {}
    for item in recorded.values():
        if item.statement.kind == "erase":
            erasure = Erasure.read(Fields(item.statement.public, "erase"), item.sealed)
            target = erasure.row if erasure.entry is None else erasure.entry
            erasures.setdefault(str(target), (item.entry, erasure))
    rows = {
        root: [row.document for row in store.rows(connection, store.set_keys(connection, root)).values()]
        for item in recorded.values()
        if item.statement.kind == "allocation"
        for root in [moved_by(item)]
    }
    return _Log(connection, known, recorded, positions, erasures, payments(recorded.values(), rows), proof)


def _source(log: _Log, wanted: Wanted) -> _Source:
    reader = Reader(wanted.reader, log.known, log.payments)
    if reader.is_party and log.known.body(wanted.reader, Party) is None:
        raise InputError(f"{wanted.reader} is no party of this register", remedy="give public, auditor or a party's id")
    return _Source(log, wanted, reader)


def _bundle(source: _Source, blobs: Blobs, roots: Sequence[str]) -> Bundle:
    connection, known = source.connection, source.known
    start = _start(source)
    if source.reader.is_party:
        begun = {
            key for entry in _closure(source, start) for root in _roots(source, entry) for key in _keys(source, root)
        }
        # A holder checks its own works, so what stops one of them is in its bundle though nothing rests on it.
        own = sorted(begun & source.reader.works)
        start += [fact.entry for key in own for fact in known.by_subject.get(key, ())]
    entries = dict.fromkeys(_closure(source, start))
    sets = {root: _keys(source, root) for entry in entries for root in _roots(source, entry)}
    # Who erased a row of these sets has to be in the bundle, or the row would only be missing.
    cleared = [key for keys in sets.values() for key in keys if key in source.erasures]
    entries |= dict.fromkeys(source.erasures[key][0] for key in cleared)
    items = {entry: store.document(connection, entry) for entry in entries if entry in source.recorded}
    opened = {entry: _opened(source, source.recorded[entry]) for entry in items}
    files = {asset for entry in items for asset in _files(source, entry)}
    delivered = _delivered(source) is not None
    return Bundle(
        reader=source.reader.name,
        subject=source.wanted.subject,
        documents={entry: Document(item.salt, item.envelope) for entry, item in items.items()},
        receipts={entry: _receipt(source.log, entry) for entry in entries},
        disclosures={
            entry: texts
            for entry, item in items.items()
            if (texts := tuple(text for text in item.disclosures if _name_of(text) in opened[entry]))
        },
        sets=sets,
        rows=_rows(source, entries, opened),
        files={asset: blobs.get(asset) for asset in sorted(files)},
        certificates=tuple(roots) if delivered else (),
    )


def _name_of(disclosure: str) -> str:
    return statement.open_disclosure(disclosure).name


def _opened(source: _Source, item: Recorded) -> frozenset[str]:
    beneath = [target.entry for target in item.statement.rests_on if target.entry is not None]
    return frozenset(source.reader.opens(item, beneath))


def _receipt(log: _Log, entry: Entry) -> str:
    note, size, key = log.proof
    position = log.positions[entry]
    extra = str(key).encode() if position == 0 else b""
    return Receipt(position, store.inclusion(log.connection, position, size), note, extra).text


def _files(source: _Source, entry: Entry) -> tuple[AssetId, ...]:
    """Return the files that go with a statement: evidence, and what a stranger needs to make numbers anew."""
    dedication = source.known.body(entry, Dedication)
    if dedication is not None:
        return dedication.evidence
    item = source.recorded[entry]
    public = Fields(item.statement.public, item.statement.kind)
    subject = entry == source.wanted.subject
    match item.statement.kind:
        case "run":
            names = ["recipe"]
        case "model":
            names = ["vocabulary", "card"] if source.reader.name != AUDITOR else ["vocabulary", "card", "transcript"]
        case "scorer":
            names = ["head"]
        case "output":
            names = ["file"] if subject or entry == source.wanted.output else []
        case _:
            names = []
    return tuple(AssetId(public.digest(name)) for name in names)


def _delivered(source: _Source) -> Entry | None:
    """Return the output whose file goes into the bundle, if any."""
    subject = source.recorded.get(Entry(source.wanted.subject))
    return subject.entry if subject is not None and subject.statement.kind == "output" else source.wanted.output


def _start(source: _Source) -> list[Entry]:
    """Return the statements a bundle begins with; what its reader is, if a party, is proven too."""
    known, connection, subject = source.known, source.connection, source.wanted.subject
    reader = [Entry(source.reader.name)] if source.reader.is_party else []
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
    positions = source.log.positions
    if source.wanted.period is not None:
        account = _account(source)
        return list(positions) if source.reader.name == AUDITOR else [*reader, item.entry, *account]
    if source.reader.name == AUDITOR and item.statement.kind in _FROM_WORKS:
        later = item.statement.kind == "output"
        return [entry for entry, position in positions.items() if later or position <= item.position]
    if source.reader.is_party and item.statement.kind == "output":
        above = lineage.above(connection, {item.entry: item.entry})
        return [*reader, item.entry, *(step.entry for step in above if step.kind in _ABOVE_OUTPUT)]
    return [*reader, item.entry]


def _account(source: _Source) -> list[Entry]:
    """Return the allocations of a month that pay the subject, or only that which pays it for one output."""
    wanted = source.wanted
    found = [
        item.allocation
        for item in source.log.payments
        if item.transfer.payee == wanted.subject
        and item.period == wanted.period
        and wanted.output in (None, item.transfer.output)
    ]
    if not found:
        raise InputError(f"nothing is paid to {wanted.subject} in {wanted.period}", remedy="okuzuke account PARTY")
    return list(dict.fromkeys(found))


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


def _keys(source: _Source, root: SetRoot) -> tuple[RowId, ...]:
    return store.set_keys(source.connection, root)


def _rows(source: _Source, entries: Iterable[Entry], opened: Mapping[Entry, frozenset[str]]) -> dict[RowId, Row]:
    """Return the rows that the reader may see and that were not erased."""
    if source.reader.name == PUBLIC:
        return {}
    reader = source.reader
    return {
        key: row
        for entry in entries
        for root in _roots(source, entry)
        for key, row in store.rows(source.connection, _keys(source, root)).items()
        if key in reader.works or reader.opens_row(row.document, opened.get(entry, frozenset()))
    }
