"""Data sets as their users call them: freeze one, load it through the gate, see who stayed out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, RightsError, StateError
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.core.intervals import format_instant
from okuzuke.datasets import store
from okuzuke.datasets.loader import Loader
from okuzuke.datasets.manifest import Place, Snapshot
from okuzuke.datasets.snapshot import Refusal, Refused, Screenings, Selection, Terms, select
from okuzuke.ledger import store as ledger
from okuzuke.ledger import submission
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.registry import store as registry
from okuzuke.registry.decision import Asked, Basis, State
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.screening import store as screening
from okuzuke.screening.match import sides
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Frozen:
    """A recorded snapshot: its places and everything that stayed out."""

    entry: Entry
    manifest: SetRoot
    places: tuple[Place, ...]
    refused: tuple[Refused, ...]


class Datasets:
    """Freezes snapshots and opens the gate to them."""

    def __init__(
        self, journal: Journal, blobs: Blobs, operator_key: Ed25519PrivateKey | None, *, title_claimed: bool
    ) -> None:
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key
        self._title_claimed = title_claimed

    def snapshot(self, use: Use, bases: Collection[Basis] = (Basis.GRANT,), asked: Asked | None = None) -> Frozen:
        """Freeze every work that may be used now; each one's file is read once more before it is committed to.

        Raises `RightsError` where nothing may enter, and records nothing then.
        """
        terms = Terms(asked or Asked("", use), frozenset(bases), self._title_claimed)
        if self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to freeze a snapshot")
        at = self._journal.now()
        with self._journal.writing() as connection:
            at = max(at, ledger.last_instant(connection) or at)
            known = registry.load(connection)
            selection = select(
                known,
                _screenings(connection, known, at),
                registry.slots(connection),
                store.earlier_families(connection),
                terms,
                at,
            )
            places, refused = self._readable(connection, selection)
            if not places:
                raise _nothing(refused)
            manifest = self._set([place.to_row() for place in places])
            left_out = self._set([item.to_row() for item in refused]) if refused else None
            operator = known.operator
            assert operator is not None, "works stand after their operator"
            beneath = dict.fromkeys([Entry(operator), *(entry for place in places for entry in place.rests_on)])
            draft = Draft(
                "snapshot",
                operator,
                Capacity.OPERATOR,
                _public(terms, manifest, left_out, format_instant(at)),
                {},
                (RestsOn(set_root=manifest.root), *(RestsOn(entry=entry) for entry in beneath)),
            )
            sets = [manifest, *([left_out] if left_out is not None else [])]
            item = self._journal.record_in(connection, self._journal.signed(draft, self._operator_key, sets))
        return Frozen(item.entry, manifest.root, places, refused)

    def read(self, entry: Entry) -> Frozen:
        """Return a recorded snapshot; tombstones are left out."""
        with self._journal.database.reading() as connection:
            snapshot = store.read_snapshot(ledger.recorded(connection, entry))
            places = store.places(connection, snapshot.manifest)
            refused = store.refused(connection, snapshot, registry.load(connection).name)
        return Frozen(entry, snapshot.manifest, tuple(item for item in places if isinstance(item, Place)), refused)

    def snapshots(self) -> tuple[Entry, ...]:
        """Return every snapshot, oldest first."""
        with self._journal.database.reading() as connection:
            return tuple(store.snapshots(connection))

    def loader(self, entry: Entry) -> Loader:
        """Open the gate to a snapshot."""
        with self._journal.database.reading() as connection:
            snapshot = store.read_snapshot(ledger.recorded(connection, entry))
            places = store.places(connection, snapshot.manifest)
            works = {work: item.work for work, item in registry.load(connection).works.items()}
        return Loader(places, works, self._blobs.get)

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of this stage is recorded under."""
        return {"snapshot": _check_snapshot}

    def _readable(self, connection: Connection, selection: Selection) -> tuple[tuple[Place, ...], tuple[Refused, ...]]:
        """Move what the gate would refuse from the places to the refused, so that no row commits to it."""
        works = {work: item.work for work, item in registry.load(connection).works.items()}
        gate = Loader(selection.places, works, self._blobs.get)
        passed = {item.place.work for item in gate}
        problems = {passage.work: passage.problem for passage in gate.passages if passage.problem is not None}
        places = tuple(place for place in selection.places if place.work in passed)
        unreadable = tuple(Refused(work, Refusal.UNREADABLE, State.GRANTED) for work in problems)
        return places, (*selection.refused, *unreadable)

    def _set(self, rows: list[JsonObject]) -> RowSet:
        return submission.set_of([submission.row_of(row, self._journal.entropy(32)) for row in rows])


def _nothing(refused: Sequence[Refused]) -> RightsError:
    """Return the refusal of a snapshot that would be empty, with the reasons of what stayed out, counted."""
    lines = ["no work may enter this snapshot / この条件で利用できる作品がありません"]
    reasons = Counter((item.refusal, item.en[:1], item.ja[:1]) for item in refused)
    for (refusal, en, ja), number in reasons.most_common(5):
        lines += [f"{number} {refusal}: {text}" for text in (*en, *ja)]
    claimed = any(item.refusal is Refusal.TITLE_CLAIMED for item in refused)
    attest = "a verifier attests the title: okuzuke attest --claim title OWNERSHIP --evidence FILE --key VERIFIER.pem"
    return RightsError("\n".join(lines), remedy=attest if claimed else "okuzuke consent show WORK --use USE")


def _public(terms: Terms, manifest: RowSet, left_out: RowSet | None, frozen_at: str) -> JsonObject:
    asked = terms.asked
    return {
        "manifest": manifest.to_json(),
        "refused": left_out.to_json() if left_out is not None else None,
        "use": asked.use.value,
        "licensee": asked.licensee,
        "purpose": asked.purpose,
        "territory": asked.territory,
        "medium": asked.medium,
        "model_family": asked.model_family,
        "bases": sorted(basis.value for basis in terms.bases),
        "frozen_at": frozen_at,
        "title_claimed": terms.title_claimed,
    }


def _screenings(connection: Connection, known: Statements, at: datetime) -> Screenings:
    newest = {work: (entry, screened) for work, (entry, _, screened) in screening.newest(connection).items()}
    whose = {**registry.registrants(connection, known), **sides(known, at)}
    return Screenings(newest, screening.reviews(connection), whose)


def _check_snapshot(connection: Connection, item: Recorded, _handed_in: Submission) -> None:
    registry.check_operator(connection, item)
    snapshot: Snapshot = store.read_snapshot(item)
    if snapshot.frozen_at > format_instant(item.recorded_at):
        raise CheckFailedError("a snapshot is frozen before it is recorded", remedy="freeze it anew")
