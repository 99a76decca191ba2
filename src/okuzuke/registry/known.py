"""What the register knows: statements as typed facts, indexed for the rules that read them. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, choose
from okuzuke.core.ids import Entry, PartyId, WorkId, short
from okuzuke.ledger.statement import Draft, RestsOn, Statement
from okuzuke.registry.authority import Authority
from okuzuke.registry.grants import Consent, Dedication, Ending, Grant, Suspension
from okuzuke.registry.interests import Interest, MoralConsent, Ownership
from okuzuke.registry.parties import Attestation, Capacity, Key, Party, PartyEnd
from okuzuke.registry.sheets import Sheet
from okuzuke.registry.works import Character, Persona, Register, Series, Slots, Work

Body: TypeAlias = (
    Party
    | Key
    | PartyEnd
    | Attestation
    | Series
    | Persona
    | Character
    | Register
    | Slots
    | Interest
    | MoralConsent
    | Ownership
    | Authority
    | Sheet
    | Grant
    | Consent
    | Dedication
    | Suspension
    | Ending
)
B = TypeVar("B")


class _Reader(Protocol):
    def __call__(self, public: Fields, sealed: JsonObject, /) -> Body: ...


READERS: Mapping[str, _Reader] = {
    "party": Party.read,
    "key": Key.read,
    "party_end": PartyEnd.read,
    "attest": Attestation.read,
    "series": Series.read,
    "persona": Persona.read,
    "character": Character.read,
    "register": Register.read,
    "slots": Slots.read,
    "interest": Interest.read,
    "moral": MoralConsent.read,
    "ownership": Ownership.read,
    "authority": Authority.read,
    "sheet": Sheet.read,
    "grant": Grant.read,
    "consent": Consent.read,
    "dedication": Dedication.read,
    "suspend": Suspension.read,
    "end": Ending.read,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded statement of the register, read."""

    position: int
    entry: Entry
    recorded_at: datetime
    issuer: str
    signer: PartyId
    capacity: Capacity
    rests_on: tuple[RestsOn, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Registered:
    """A work and the register that entered it."""

    work: Work
    register: Fact
    position: int


def read_fact(position: int, entry: Entry, recorded_at: datetime, statement: Statement, sealed: JsonObject) -> Fact:
    """Return the fact a statement states; a party's first statement is signed by the party it makes."""
    body = read_body(statement.kind, statement.public, sealed)
    if (statement.signer is None) != isinstance(body, Party):
        raise InputError(f"a {statement.kind} and its signer do not fit", remedy="only a party's first names no signer")
    return Fact(
        position,
        entry,
        recorded_at,
        statement.issuer,
        statement.signer or PartyId(entry),
        choose(statement.capacity, Capacity, "capacity"),
        statement.rests_on,
        body,
    )


def read_body(kind: str, public: JsonObject, sealed: JsonObject) -> Body:
    """Return the typed body of a statement's public face and opened fields; an unread field is refused."""
    if kind not in READERS:
        raise InputError(f"unknown kind {kind!r}", remedy="use a version of okuzuke that knows it")
    fields = Fields(public, kind)
    body = READERS[kind](fields, sealed)
    fields.end()
    return body


def check_draft(draft: Draft) -> Body:
    """Return the body of a draft, or raise `InputError` before anyone is asked to sign it."""
    choose(draft.capacity, Capacity, "capacity")
    return read_body(draft.kind, draft.public, draft.sealed)


@dataclass(frozen=True)
class Statements:
    """Facts in log order with the indexes that rules ask by; adding facts makes a new value."""

    facts: Mapping[Entry, Fact] = field(default_factory=dict)
    works: Mapping[WorkId, Registered] = field(default_factory=dict)
    by_subject: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    latest: datetime | None = None
    """When the last of the facts was recorded."""

    @classmethod
    def of(cls, facts: Iterable[Fact], works: Iterable[Registered] = ()) -> Statements:
        ordered = sorted(facts, key=lambda fact: fact.position)
        by_subject: dict[str, list[Fact]] = {}
        for fact in ordered:
            for subject in _subjects(fact):
                by_subject.setdefault(subject, []).append(fact)
        entered: dict[WorkId, Registered] = {}
        for registered in sorted(works, key=lambda item: (item.register.position, item.position)):
            # Whoever enters a row again, having seen it in a bundle, does not take the work from who entered it first.
            entered.setdefault(registered.work.work, registered)
        return cls(
            {fact.entry: fact for fact in ordered},
            entered,
            by_subject,
            ordered[-1].recorded_at if ordered else None,
        )

    def until(self, known_at: datetime) -> Statements:
        """Return what was recorded by `known_at`, itself included."""
        if self.latest is None or self.latest <= known_at:
            return self
        facts = [fact for fact in self.facts.values() if fact.recorded_at <= known_at]
        return self.of(facts, [item for item in self.works.values() if item.register.recorded_at <= known_at])

    def about(self, subject: str, body: type[B]) -> list[tuple[Fact, B]]:
        """Return the facts of one type about a subject, oldest first."""
        return [(fact, fact.body) for fact in self.by_subject.get(subject, ()) if isinstance(fact.body, body)]

    def body(self, entry: str, body: type[B]) -> B | None:
        """Return what an entry states if it is of this type."""
        fact = self.facts.get(Entry(entry))
        return fact.body if fact is not None and isinstance(fact.body, body) else None

    @property
    def operator(self) -> PartyId | None:
        """The party of the log's first entry."""
        return next((PartyId(fact.entry) for fact in self.facts.values() if fact.position == 0), None)

    def name(self, party: str | None) -> str:
        """Return a party's public name, or the beginning of its id."""
        body = self.body(party, Party) if party is not None else None
        return body.name if body is not None else short(party or "")

    def scopes(self, subject: str) -> tuple[str, ...]:
        """Return the subject and what it inherits from, the narrowest first: a work, then its series."""
        registered = self.works.get(WorkId(subject))
        if registered is None:
            return (subject,)
        register = registered.register
        assert isinstance(register.body, Register), "works come from registers"
        series = self.body(register.body.series, Series)
        # A stranger who writes another's series into a register inherits nothing from it.
        if series is None or register.signer not in series.registrants:
            return (subject,)
        return (subject, register.body.series)

    def series_of(self, registered: Registered) -> Series | None:
        """Return the series a work was entered into."""
        register = registered.register.body
        return self.body(register.series, Series) if isinstance(register, Register) else None

    def entered(self, scopes: Sequence[str]) -> list[Entry]:
        """Return the statements that entered the scopes: a work's register, or the statement itself."""
        registered = ((scope, self.works.get(WorkId(scope))) for scope in scopes)
        return [Entry(scope) if work is None else work.register.entry for scope, work in registered]

    def registrants(self, subject: str) -> frozenset[PartyId]:
        """Return who entered the subject: the register's signer, or those a series lets register into it."""
        registered = self.works.get(WorkId(subject))
        if registered is not None:
            return frozenset({registered.register.signer})
        fact = self.facts.get(Entry(subject))
        if fact is None:
            return frozenset()
        return frozenset({fact.signer}) | frozenset(fact.body.registrants if isinstance(fact.body, Series) else ())


def _subjects(fact: Fact) -> Sequence[str]:
    body = fact.body
    if isinstance(body, Ownership | Interest | MoralConsent | Authority | Sheet | Grant | Dedication | Suspension):
        return (body.subject,)
    if isinstance(body, Consent | Attestation | Ending):
        return (body.target,)
    if isinstance(body, Slots):
        return (body.register,)
    if isinstance(body, PartyEnd):
        return (body.party,)
    if isinstance(body, Key):
        return (fact.signer,)
    return ()
