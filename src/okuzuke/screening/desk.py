"""Screening as its users call it: run it over what is new, and record a person's review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import StateError
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.ledger import submission
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.registry import store as registry
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, TitleStanding
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.screening import store
from okuzuke.screening.match import COPY_BITS, NEAR_BITS, Found, Screened, Verdict, sides, standing
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Run:
    """What one screening came to: `changed` are works of earlier runs whose findings the new ones change."""

    entry: Entry | None
    """None where nothing was new."""
    screened: int
    changed: int
    review: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work whose screening asks for a person, with what it is like."""

    work: WorkId
    name: str
    party: PartyId
    found: tuple[Found, ...]


class Screening:
    """Compares new works with every other and keeps the evidence."""

    def __init__(self, journal: Journal, blobs: Blobs, operator_key: Ed25519PrivateKey | None) -> None:
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key

    def run(self) -> Run:
        """Screen every work not screened yet and record the findings, those of earlier works that change with them."""
        try:
            # NumPy is the `screen` extra's; whoever only reads an archive does without it.
            from okuzuke.screening import screener  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise StateError(f"screening needs {error.name}", remedy="pip install 'okuzuke[screen]'") from error
        with self._journal.database.reading() as connection:
            new = store.unscreened(connection)
            newest = store.newest(connection)
            known = [screened for _, _, screened in newest.values()]
            register = registry.load(connection)
            operator = register.operator
            whose = {**registry.registrants(connection, register), **sides(register, self._journal.now())}
            registers = sorted({line for work in new if (line := store.register_of(connection, work.work))})
        if not new:
            return Run(None, 0, 0, 0)
        if operator is None or self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to screen")
        rows = screener.screen(new, known, whose, self._blobs.get)
        named = submission.set_of([submission.row_of(row.to_row(), self._journal.entropy(32)) for row in rows])
        public: JsonObject = {"rows": named.to_json(), "copy_bits": COPY_BITS, "near_bits": NEAR_BITS}
        rests_on = tuple(RestsOn(entry=entry) for entry in (Entry(operator), *registers))
        draft = Draft("screen", operator, Capacity.OPERATOR, public, {}, rests_on)
        with self._journal.writing() as connection:
            if store.unscreened(connection) != new or store.newest(connection) != newest:
                raise StateError("somebody else screened or registered meanwhile", remedy="type this again")
            item = self._journal.record_in(connection, self._journal.signed(draft, self._operator_key, [named]))
        review = sum(row.verdict is Verdict.REVIEW for row in rows)
        return Run(item.entry, len(new), len(rows) - len(new), review)

    def review(
        self,
        verifier: PartyId,
        key: Ed25519PrivateKey,
        work: WorkId,
        outcome: Verdict,
        others: Sequence[WorkId] | None = None,
        evidence: str | None = None,
    ) -> Recorded:
        """Record a verifier's word on a work beside the others, by default all that screening found."""
        return self._journal.record(
            self._journal.signed(self.draft_review(verifier, work, outcome, others, evidence), key)
        )

    def draft_review(
        self,
        verifier: PartyId,
        work: WorkId,
        outcome: Verdict,
        others: Sequence[WorkId] | None = None,
        evidence: str | None = None,
    ) -> Draft:
        """Return the review for a verifier to sign; it rests on the screening it answers."""
        with self._journal.database.reading() as connection:
            screen, _, screened = store.newest_of(connection, work)
            known = registry.load(connection)
            whose = {**registry.registrants(connection, known), **sides(known, self._journal.now())}
        foreign = [item.other for item in screened.found if whose.get(item.other) != whose[work]]
        public: JsonObject = {
            "work": work,
            "others": list(foreign if others is None else others),
            "outcome": outcome.value,
            "evidence_sha256": evidence,
        }
        rests_on = (RestsOn(entry=Entry(verifier)), RestsOn(entry=screen))
        return Draft("review", verifier, Capacity.VERIFIER, public, {}, rests_on)

    def waiting(self) -> tuple[Waiting, ...]:
        """Return the works that a person must look at: no review answers all that is like them, nor does a title.

        Whose title a verifier attested does not wait for works whose title is only claimed.
        """
        now = self._journal.now()
        with self._journal.database.reading() as connection:
            known = registry.load(connection)
            newest = store.newest(connection)
            reviews = store.reviews(connection)
            whose = {**registry.registrants(connection, known), **sides(known, now)}
        alike = {item.other for _, _, screened in newest.values() for item in screened.found} | set(newest)
        attested = {work for work in alike if _attested(known, work, now)}
        found: list[Waiting] = []
        for work, (screen, _, screened) in newest.items():
            place = standing(screened, screen, reviews.get(work, ()), whose, attested)
            if place.verdict is Verdict.REVIEW and work in known.works:
                registered = known.works[work]
                against = tuple(item for item in screened.found if item.other in place.against)
                found.append(Waiting(work, registered.work.name, registered.register.signer, against))
        return tuple(sorted(found, key=lambda item: (item.party, item.name)))

    def found(self, work: WorkId) -> Screened:
        """Return a work's newest row; a work not screened raises."""
        with self._journal.database.reading() as connection:
            return store.newest_of(connection, work)[2]

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of this stage is recorded under."""
        return {"screen": _check_screen, "review": _check_review}


def _attested(known: Statements, work: WorkId, at: datetime) -> bool:
    return decide(known, Asked(work, Use.TRAIN), at, at).title is TitleStanding.ATTESTED


def _check_screen(connection: Connection, item: Recorded, _handed_in: Submission) -> None:
    registry.check_operator(connection, item)


def _check_review(connection: Connection, item: Recorded, _handed_in: Submission) -> None:
    known = registry.load(connection)
    registry.check_key(known, item)
    store.check_review(known, item)
