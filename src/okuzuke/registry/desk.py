"""The registry as its users call it: who is known, what they say, works entered, questions answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError, OkuzukeError, StateError
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.plain import plain
from okuzuke.ledger import submission
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.registry import intake, pictures, store
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Decision
from okuzuke.registry.drafts import Signer
from okuzuke.registry.intake import BadRow, Intake, IntakeRow
from okuzuke.registry.known import READERS, Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.signals import cawg
from okuzuke.registry.works import Register, Work
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many of how many rows have been read."""


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What an intake came to; a second run of the same folder registers nothing and says so."""

    entry: Entry | None
    """None where every row was registered before."""
    registered: tuple[WorkId, ...]
    already: tuple[WorkId, ...]
    bad: tuple[BadRow, ...]


class Registry:
    """Reads and writes the register through the journal."""

    def __init__(self, journal: Journal, blobs: Blobs, operator_key: Ed25519PrivateKey | None, slot_key: bytes) -> None:
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key
        self._slot_key = slot_key
        self._loaded: store.Loaded | None = None
        """What was last read of what is committed; within a transaction it is read on from, never replaced."""

    def known(self) -> Statements:
        """Return everything the register knows now."""
        with self._journal.database.reading() as connection:
            self._loaded = store.load_since(connection, self._loaded)
        return self._loaded.known

    def say(self, draft: Draft, key: Ed25519PrivateKey) -> Recorded:
        """Sign a draft and record it."""
        return self._journal.record(self._journal.signed(draft, key))

    def decide(self, asked: Asked, valid_at: datetime | None = None, known_at: datetime | None = None) -> Decision:
        """Return whether the use is permitted; both instants default to the journal's now."""
        now = self._journal.now()
        return decide(self.known(), asked, valid_at or now, known_at or now)

    def resolve(self, beginning: str) -> str:
        """Return the id that begins so."""
        with self._journal.database.reading() as connection:
            return store.resolve(connection, beginning)

    def register(
        self,
        path: Path,
        series: Entry,
        signer: Signer,
        key: Ed25519PrivateKey,
        *,
        published: bool = False,
        skip_bad: bool = False,
        progress: Progress = _silent,
    ) -> Registration:
        """Enter the pictures of a folder or CSV list into a series; a bad row enters nothing unless `skip_bad`.

        `published` says that every work of the list has been made public by its holder; else only those are whose row
        says so.
        """
        works, bad = self._read(path, published=published, progress=progress)
        if bad and not skip_bad:
            raise InputError(_tell(bad), remedy="mend these, or leave them out with --skip-bad; nothing was registered")
        with self._journal.database.reading() as connection:
            before = store.registered_names(connection, signer.party, series)
        already = tuple(before[work.name, work.asset] for work, _ in works if (work.name, work.asset) in before)
        new = [(work, row) for work, row in works if (work.name, work.asset) not in before]
        if not new:
            return Registration(None, (), already, bad)
        ids = {name: work for (name, _), work in before.items()}
        rows = _rows(new, ids, self._journal.entropy)
        for _, row in new:
            self._blobs.put(row.path.read_bytes())
        with self._journal.writing() as connection:
            if store.registered_names(connection, signer.party, series) != before:
                raise StateError("somebody else registered into this series at the same time", remedy="type this again")
            item = self._journal.record_in(connection, self._signed_register(series, signer, key, rows))
        return Registration(item.entry, tuple(WorkId(row.key) for row in rows.rows), already, bad)

    def draft_register(self, path: Path, series: Entry, signer: Signer, did: str, *, published: bool) -> Submission:
        """Return the register of a folder or list for a signer whose key is elsewhere; its files are stored now."""
        works, bad = self._read(path, published=published)
        if bad:
            raise InputError(_tell(bad), remedy="mend these first; nothing was drafted")
        rows = _rows(works, {}, self._journal.entropy)
        for _, row in works:
            self._blobs.put(row.path.read_bytes())
        return self._journal.draft(_register_draft(series, signer, rows), did, [rows])

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of the register is recorded under."""
        return dict.fromkeys(READERS, self._check)

    def _check(self, connection: Connection, item: Recorded, handed_in: Submission) -> None:
        known = store.load_since(connection, self._loaded).known
        fact = store.fact_of(item)
        before = Statements.of(
            [other for other in known.facts.values() if other.position < fact.position],
            [work for work in known.works.values() if work.register.position < fact.position],
        )
        works = store.submitted_works(handed_in) if isinstance(fact.body, Register) else ()
        store.check(before, fact, works)
        for work in works:
            if work.asset not in self._blobs:
                raise InputError(f"the file of {work.name} is not in the archive", remedy="give its folder again")
        if isinstance(fact.body, Register):
            self._deal(connection, item, before.operator, [work.work for work in works])

    def _deal(
        self, connection: Connection, register: Recorded, operator: PartyId | None, works: Sequence[WorkId]
    ) -> None:
        assert operator is not None, "a register's series, and so its operator, stand before it"
        if self._operator_key is None:
            raise InputError("this archive holds no operator's key", remedy="restore keys/ to register works")
        slots = store.deal(connection, self._slot_key, works)
        draft = Draft(
            "slots",
            operator,
            Capacity.OPERATOR,
            {"register": register.entry},
            {"slots": list(slots)},
            (RestsOn(entry=Entry(operator)), RestsOn(entry=register.entry)),
        )
        self._journal.record_in(connection, self._journal.signed(draft, self._operator_key))

    def _read(
        self, path: Path, *, published: bool, progress: Progress = _silent
    ) -> tuple[list[tuple[Work, IntakeRow]], tuple[BadRow, ...]]:
        taken: Intake = intake.read_csv(path) if path.suffix.lower() == ".csv" else intake.read_folder(path)
        works: list[tuple[Work, IntakeRow]] = []
        bad = list(taken.bad)
        for done, row in enumerate(taken.rows):
            progress(done, len(taken.rows))
            try:
                data = row.path.read_bytes()
                picture = pictures.inspect(data, row.name)
            except OkuzukeError as error:
                bad.append(BadRow(row.name, None, error.message, error.remedy))
                continue
            reserved = cawg.reservation(data, picture.media_type)
            if reserved is not None:
                bad.append(BadRow(row.name, None, f"the file itself reserves its use: {reserved}", _RESERVED))
                continue
            works.append((_work(row, picture, published=published or row.published), row))
        return works, tuple(bad)

    def _signed_register(self, series: Entry, signer: Signer, key: Ed25519PrivateKey, rows: RowSet) -> Submission:
        return self._journal.signed(_register_draft(series, signer, rows), key, [rows])


_RESERVED = "its holder lifts the reservation, or hands in the original without it; a grant does not overrule it"


def _register_draft(series: Entry, signer: Signer, rows: RowSet) -> Draft:
    public: JsonObject = {"series": series, "rows": rows.to_json()}
    rests_on = (RestsOn(entry=Entry(signer.party)), RestsOn(entry=series))
    return Draft("register", signer.party, signer.capacity, public, {}, rests_on)


def _work(row: IntakeRow, picture: pictures.Picture, *, published: bool) -> Work:
    return Work(
        WorkId(""),
        row.name,
        row.type,
        picture.asset,
        picture.iscc,
        picture.media_type,
        picture.width,
        picture.height,
        picture.size_bytes,
        row.title,
        row.caption,
        row.tags,
        published,
        tuple(WorkId(name) for name in row.based_on),
        tuple(WorkId(name) for name in row.contains),
    )


def _rows(
    works: Sequence[tuple[Work, IntakeRow]], before: Mapping[str, WorkId], entropy: Callable[[int], bytes]
) -> RowSet:
    """Return the rows of the works, those that others rest on first, so that names become ids."""
    ids: dict[str, WorkId] = dict(before)
    waiting = {work.name: work for work, _ in works}
    rows: list[submission.Row] = []

    def enter(work: Work, above: tuple[str, ...]) -> None:
        if work.name in above:
            raise InputError(f"{work.name} rests on itself", remedy="mend its based_on and contains")
        for name in (*work.based_on, *work.contains):
            if name in waiting and name not in ids:
                enter(waiting[name], (*above, work.name))
        named = replace(work, based_on=_ids(work.based_on, ids), contains=_ids(work.contains, ids))
        row = submission.row_of(named.to_row(), entropy(32))
        ids[work.name] = WorkId(row.key)
        rows.append(row)

    for work in waiting.values():
        if work.name not in ids or work.name in before:
            enter(work, ())
    return submission.set_of(rows)


def _ids(names: Sequence[str], ids: Mapping[str, WorkId]) -> tuple[WorkId, ...]:
    return tuple(ids.get(name, WorkId(name)) for name in names)


def _tell(bad: Sequence[BadRow]) -> str:
    lines = [f"{row.name}{f' (line {row.line})' if row.line else ''}: {row.reason} ({row.remedy})" for row in bad]
    # A name may hold a line break of its own, and must not add a line.
    return "\n".join([f"{len(bad)} {'row' if len(bad) == 1 else 'rows'} cannot be registered:", *map(plain, lines)])
