"""The Python API: one archive, one property a stage.

`Archive.open(path, now=...)` is the one place that composes the stages; what is heavy is imported when first asked for.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from okuzuke import settings as configuration
from okuzuke.attribution import store as attribution_store
from okuzuke.attribution.desk import Attribution
from okuzuke.audit import exporter
from okuzuke.audit.bundle import Bundle
from okuzuke.audit.exporter import Wanted
from okuzuke.audit.trust import NO_WITNESSES, Trust
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError, StateError
from okuzuke.core.ids import AssetId, Entry, PartyId, RowId, WorkId
from okuzuke.datasets import store as datasets_store
from okuzuke.datasets.desk import Datasets
from okuzuke.generation import store as generation_store
from okuzuke.generation import till
from okuzuke.generation.studio import Studio
from okuzuke.generation.till import Till
from okuzuke.keyring import Keyring, OperatorKeys
from okuzuke.ledger import keys, lineage, rebuild, statement
from okuzuke.ledger import store as ledger
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.lineage import Step
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.marking.credentials import Signer
from okuzuke.registry import drafts
from okuzuke.registry import store as registry_store
from okuzuke.registry.desk import Registry
from okuzuke.registry.drafts import Names
from okuzuke.registry.grants import Dedication
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, PartyType, Role
from okuzuke.royalties import store as royalties_store
from okuzuke.royalties.desk import Royalties
from okuzuke.screening import store as screening_store
from okuzuke.screening.desk import Screening
from okuzuke.settings import Settings
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection, Database
from okuzuke.training import store as training_store
from okuzuke.training.desk import Training

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The canonical dump's digest before and after the projections were rebuilt, and the entries replayed."""

    entries: int
    before: str
    after: str


_COMMANDS = {
    "erase": "erase",
    "slots": "register",
    "screen": "screen",
    "snapshot": "snapshot",
    "run": "train",
    "model": "train",
    "scorer": "attribute",
    "rates": "rates",
    "purchase": "credits buy",
    "request": "generate",
    "output": "generate",
    "capture": "generate",
    "shares": "generate",
    "allocation": "allocate",
}
"""What the archive records by itself, each with the command that does."""
_ERASABLE = frozenset({"party", "persona", "character", "moral", "dedication"})
"""What may be cleared whole: each can only take permissions away. A suspension, an ending, an ownership or a grant
may be what a "no" to somebody else rests on, so those stay, and what is personal in them is sealed."""


class Archive:
    """One directory: settings, database, blobs, keys. Use it as a context manager, or `close` it."""

    def __init__(self, path: Path, settings: Settings, now: Clock, entropy: Entropy) -> None:
        self.path = path
        self.settings = settings
        self.database = Database(path / "okuzuke.db")
        self.blobs = Blobs(path / "blobs")
        self.keyring = Keyring(path)
        self.operator_key = key = self.keyring.operator
        self._signer: Signer | None = None
        checks: dict[str, Check] = {}
        self.journal = journal = Journal(
            self.database, settings.origin, self.keyring.log, _kinds(), checks, now, entropy
        )
        self.registry = Registry(journal, self.blobs, key, self.keyring.slot)
        self.screening = Screening(journal, self.blobs, key)
        self.datasets = Datasets(journal, self.blobs, key, title_claimed=settings.demo)
        self.training = Training(journal, self.blobs, key, path / "models")
        self.till = Till(journal, key)
        self.attribution = Attribution(journal, self.blobs, key, self.training)
        self.studio = Studio(
            journal,
            self.blobs,
            key,
            self.till,
            self.training,
            self.signer,
            self.registry,
            after=self.attribution.record_in,
        )
        self.royalties = Royalties(journal, self.blobs, key)
        for stage in (self.registry, self.screening, self.datasets, self.training, self.till, self.attribution):
            checks |= stage.checks()
        checks |= {**generation_store.checks(), **self.royalties.checks(), "erase": _check_erase}

    @classmethod
    def create(  # all that an archive is made of
        cls,
        path: Path,
        settings: Settings,
        operator: Names,
        *,
        now: Clock,
        entropy: Entropy = secrets.token_bytes,
        operator_keys: OperatorKeys | None = None,
    ) -> Archive:
        """Lay a new archive whose log begins with its operator; a folder that holds anything is refused."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise StateError(f"{path} is not empty", remedy="give a new folder")
        held = operator_keys or OperatorKeys.drawn()
        beside = path.with_name(f".{path.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        (beside / "keys").mkdir(parents=True, mode=0o700)
        (beside / "blobs").mkdir()
        (beside / configuration.FILE).write_text(settings.to_toml(), encoding="utf-8")
        held.save(beside)
        with cls(beside, settings, now, entropy) as archive:
            archive.database.create()
            did = keys.did_of(held.operator.public_key())
            party = drafts.party(operator, PartyType.ORGANISATION, Role.OPERATOR, did, demo=settings.demo)
            first = archive.registry.say(party, held.operator)
        held.save_certificates(beside, operator.name, first.recorded_at)
        if path.exists():
            path.rmdir()
        beside.rename(path)
        return cls.open(path, now=now, entropy=entropy)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now: Clock,
        entropy: Entropy = secrets.token_bytes,
        environment: Mapping[str, str] | None = None,
        any_version: bool = False,
    ) -> Archive:
        """Open the archive in this folder; the clock is the caller's.

        `any_version` opens one with older tables too, of which only `rebuild_into` can be asked.
        """
        archive = cls(path, configuration.read(path, environment or {}), now, entropy)
        if not any_version:
            archive.database.check_version()
        return archive

    def close(self) -> None:
        if self._signer is not None:
            self._signer.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def operator(self) -> PartyId:
        """The party that runs the archive."""
        operator = self.registry.known().operator
        assert operator is not None, "a log begins with its operator"
        return operator

    def signer(self) -> Signer:
        """Return the signer of content credentials, which the archive closes."""
        self._signer = self._signer or self.keyring.signer()
        return self._signer

    def submit(self, handed_in: Submission) -> Recorded:
        """Record what a signer signed elsewhere; what the archive itself records is refused here."""
        kind = statement.read(handed_in.document).kind
        if kind in _COMMANDS:
            raise InputError(
                f"a {kind} is recorded by the archive itself", remedy=f"run okuzuke {_COMMANDS[kind]} there"
            )
        return self.journal.record(handed_in)

    def export(self, subject: str, reader: str) -> Bundle:
        """Return the evidence bundle on a snapshot, model, output, grant, work or other entry for a reader."""
        return next(iter(self.exports([Wanted(subject, reader)])))

    def exports(self, wanted: Sequence[Wanted]) -> Iterator[Bundle]:
        """Yield evidence bundles in their order, all under one checkpoint."""
        return exporter.export(self.journal, self.blobs, wanted, self.keyring.roots)

    def trust(self) -> Trust:
        """Return what a reader pins to believe this archive's log."""
        return Trust(self.journal.verifier_key, NO_WITNESSES, self.keyring.roots, self.settings.demo)

    def affected(self, subject: str) -> tuple[Step, ...]:
        """Return everything recorded that rests on a work or an entry, nearest first."""
        with self.database.reading() as connection:
            targets = {subject: subject}
            register = screening_store.register_of(connection, WorkId(subject))
            if register is not None:
                for root in datasets_store.snapshots_with(connection, WorkId(subject)):
                    targets[root] = f"its place in manifest {root}"
                for root in registry_store.sets_with(connection, RowId(subject)):
                    targets[root] = "its row"
            return lineage.above(connection, targets)

    def erase(self, target: str, reason: str) -> Recorded:
        """Clear an entry's document or a row, and state that; the log's leaf and every proof stay as they are."""
        if self.operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to erase")
        with self.journal.writing() as connection:
            known = registry_store.load(connection)
            operator = known.operator
            assert operator is not None, "a log begins with its operator"
            public = _erasure(connection, target)
            named = _files_of(known, target)
            draft = Draft(
                "erase",
                operator,
                Capacity.OPERATOR,
                public,
                {"reason": reason},
                (RestsOn(entry=Entry(operator)),),
            )
            item = self.journal.record_in(connection, self.journal.signed(draft, self.operator_key))
            # Every projected column that held what is cleared goes with it: the projections are made anew.
            rebuild.rebuild(connection, self.journal.kinds)
        self.database.forget()
        self._remove_files(named)
        return item

    def rebuild(self) -> Rebuilt:
        """Drop every projection and make it anew from the statements."""
        with self.journal.writing() as connection:
            before = rebuild.dump_digest(connection)
            entries = rebuild.rebuild(connection, self.journal.kinds)
            return Rebuilt(entries, before, rebuild.dump_digest(connection))

    def rebuild_into(self, path: Path) -> Rebuilt:
        """Copy the originals into a new folder and build every projection there from nothing."""
        if path.exists() and any(path.iterdir()):
            raise StateError(f"{path} is not empty", remedy="give a new folder")
        path.mkdir(parents=True, exist_ok=True)
        for name in (configuration.FILE, "blobs", "keys"):
            source = self.path / name
            if source.is_dir():
                shutil.copytree(source, path / name)
            elif source.exists():
                shutil.copy2(source, path / name)
        database = Database(path / "okuzuke.db")
        database.create()
        with self.database.reading() as old, database.writing() as new:
            # Tables of an older version have another dump, so there the new one stands for itself.
            before = rebuild.dump_digest(old) if self.database.is_current() else None
            rebuild.copy_originals(old, new)
            entries = rebuild.rebuild(new, self.journal.kinds)
            after = rebuild.dump_digest(new)
            rebuilt = Rebuilt(entries, before or after, after)
        database.close()
        return rebuilt

    def _remove_files(self, named: frozenset[AssetId]) -> None:
        """Take away the files that what was erased named, save those that something else still names."""
        known = self.registry.known()
        used = {asset for subject in (*known.works, *known.facts) for asset in _files_of(known, subject)}
        for asset in named - used:
            self.blobs.remove(asset)


def _kinds() -> Kinds:
    return {
        **registry_store.KINDS,
        **screening_store.KINDS,
        **datasets_store.KINDS,
        **training_store.KINDS,
        **till.KINDS,
        **generation_store.KINDS,
        **attribution_store.KINDS,
        **royalties_store.KINDS,
        ("erase", 1): rebuild.project_erase,
    }


def _erasure(connection: Connection, target: str) -> JsonObject:
    """Return the public face of an erasure; the operator's own first statement cannot be erased."""
    if registry_store.is_row(connection, RowId(target)):
        if not registry_store.is_work(connection, WorkId(target)):
            raise InputError("only a work's own row is erased", remedy="give the work's id")
        return {"entry": None, "row": target}
    item = ledger.recorded(connection, Entry(target))
    if item.position == 0 or item.statement.kind not in _ERASABLE:
        raise InputError(
            f"a {item.statement.kind} stays: something may rest on it, or on the “no” it says",
            remedy="erase a row, a party, or one of " + ", ".join(sorted(_ERASABLE)),
        )
    return {"entry": rebuild.erasure_of(item), "row": None}


def _files_of(known: Statements, subject: str) -> frozenset[AssetId]:
    registered = known.works.get(WorkId(subject))
    dedication = known.body(subject, Dedication)
    files = [registered.work.asset] if registered is not None else []
    return frozenset([*files, *(dedication.evidence if dedication is not None else ())])


def _check_erase(connection: Connection, item: Recorded, _handed_in: Submission) -> None:
    registry_store.check_operator(connection, item)
