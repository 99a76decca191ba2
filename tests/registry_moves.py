"""Histories at random: every kind of statement, by anyone, about anything, in any order, as hypothesis draws them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import strategies as st
from registry_facts import (
    ANY,
    DAWN,
    PAPER,
    Book,
    digest_of,
    grant_of,
    interest_of,
    ownership_of,
    permission,
    window_of,
    work_of,
)

from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot, WorkId
from okuzuke.registry.authority import Authority, Suspender
from okuzuke.registry.decision import Asked
from okuzuke.registry.grants import PLATFORM, Consent, Dedication, Ending, Grant, Ground, Suspension
from okuzuke.registry.interests import Credit, InterestKind, MoralConsent, Title
from okuzuke.registry.known import Body, Registered
from okuzuke.registry.parties import Attestation, Capacity, Claim, Key, PartyEnd, PartyEndGround, Role
from okuzuke.registry.standing import refusal
from okuzuke.registry.uses import ALL_USES, Use
from okuzuke.registry.works import Persona, Register

USES = (Use.TRAIN, Use.EDIT)
NAMES = ("ann", "ben", "eve")


@dataclass(frozen=True, slots=True)
class Move:
    """One statement, as numbers that `World` reads against what is on record by then."""

    kind: int
    signer: int
    capacity: Capacity | None
    """None is the first in which standing admits it, else the owner's."""
    about: int
    which: int
    parties: int
    flag: bool
    days: int
    """How long nothing was recorded before it; none puts it at the very instant of the one before."""


class World:
    """Ann, Ben, Eve, a verifier and the operator; a series with two works and, by Eve, a derivative of the first."""

    def __init__(self, *owners: int) -> None:
        """`owners` of the series by number; none leaves it unsaid who owns it."""
        self.book = Book()
        self.ann, self.ben, self.eve = map(self.book.party, NAMES)
        self.verifier = self.book.verifier("verifier")
        self.parties = (self.ann, self.ben, self.eve, self.verifier, self.book.operator)
        self.series = self.book.series(self.ann, self.ben)
        self.work = self.book.work(self.series, self.ann)
        self.sketch = self.book.work(self.series, self.ann, published=False)
        self.found = self.book.series(self.book.operator, self.eve)
        self.derivative = self.book.work(self.found, self.eve, based_on=(self.work,))
        self.subjects: list[str] = [self.series, self.work, self.sketch, self.derivative, self.found]
        if owners:
            self.book.owned(self.series, self.ann, *(self.parties[owner] for owner in owners))

    def play(self, moves: Collection[Move], *, admitted_only: bool = False, by: Collection[PartyId] = ()) -> None:
        """Record the moves in order, of `by` alone where given; `admitted_only` leaves out what standing refuses."""
        for move in moves:
            signer = self.parties[move.signer % len(self.parties)]
            if by and signer not in by:
                continue
            self.book.now += timedelta(days=move.days)
            now = self.book.now
            body = self.body(move)
            capacity = move.capacity or self.natural(signer, body)
            if admitted_only and self.book.refusal(signer, capacity, body) is not None:
                continue
            entry = self.book.slip_in(signer, capacity, body)
            self.book.now = now
            if isinstance(body, Register):
                work = work_of(f"entered at {len(self.book.facts)}", based_on=(self.work,) if move.flag else ())
                # Now and then somebody enters again what is on record already.
                work = self.book.known.works[self.work].work if move.which % 3 == 0 else work
                self.book.works.append(Registered(work, self.book.known.facts[entry], 0))
                self.subjects.append(work.work)

    def natural(self, signer: PartyId, body: Body) -> Capacity:
        known = self.book.known
        facts = [(capacity, self.book.fact(signer, capacity, body)) for capacity in Capacity]
        return next((capacity for capacity, fact in facts if refusal(known, fact) is None), Capacity.OWNER)

    def body(self, move: Move) -> Body:
        makers: Mapping[int, Callable[[Move], Body]] = dict(enumerate(_MAKERS_OF(self)))
        return makers[move.kind % len(makers)](move)

    def subject(self, move: Move) -> str:
        return self.subjects[move.about % len(self.subjects)]

    def target(self, move: Move, *bodies: type) -> Entry:
        """Return something on record, of these types if there is one."""
        found = [fact.entry for fact in self.book.facts if isinstance(fact.body, bodies)]
        found = found or [fact.entry for fact in self.book.facts]
        return found[-1 - move.which % min(len(found), 4)]

    def some(self, move: Move) -> tuple[PartyId, ...]:
        chosen = tuple(party for at, party in enumerate(self.parties) if move.parties >> at & 1)
        return chosen or (self.ann,)

    def party(self, move: Move) -> PartyId:
        return self.parties[move.parties % len(self.parties)]

    def span(self, move: Move) -> tuple[datetime, datetime | None]:
        start = DAWN + timedelta(days=move.which % 4)
        return start, None if move.which % 3 else start + timedelta(days=1 + move.parties % 9)


def _MAKERS_OF(world: World) -> tuple[Callable[[Move], Body], ...]:  # noqa: N802 # a table, read as one
    def ownership(move: Move) -> Body:
        owners = world.some(move)
        parts = dict.fromkeys(owners, str(Fraction(1, len(owners)))) if move.flag else None
        return ownership_of(world.subject(move), owners, list(Title)[move.which % len(Title)], parts)

    def grant(move: Move) -> Body:
        start, end = world.span(move)
        allow = [replace(permission(use, start, end), exclusive=move.which % 5 == 0) for use in USES]
        if move.which % 7 == 0:
            allow = [replace(each, territories=("US",)) for each in allow]
        grantee = world.party(move) if move.which % 4 == 0 else PLATFORM
        return grant_of(world.subject(move), *allow, grantee=grantee)

    def consent(move: Move) -> Body:
        return Consent(world.target(move, Grant, Authority, type(ownership(move))), move.flag)

    def interest(move: Move) -> Body:
        start, end = world.span(move)
        kind = list(InterestKind)[move.which % len(InterestKind)]
        territories = ("US",) if move.flag else ANY
        return interest_of(world.subject(move), world.party(move), kind, territories, start, end)

    def moral(move: Move) -> Body:
        uses = ALL_USES if move.which % 2 else frozenset[Use]()
        return MoralConsent(world.subject(move), uses, Credit.NAME, move.flag)

    def authority(move: Move) -> Body:
        start, end = world.span(move)
        party = world.party(move) if move.which % 3 else None
        at_least = "1/2" if party is None and move.flag else None
        window = window_of(party, uses=frozenset(USES), start=start, end=end, at_least=at_least)
        return Authority(world.subject(move), (window,), list(Suspender)[move.which % 2], None)

    def suspension(move: Move) -> Body:
        subject = world.target(move, Grant, Dedication) if move.flag else world.subject(move)
        return Suspension(subject, ALL_USES, world.span(move)[1])

    def ending(move: Move) -> Body:
        ended = (Grant, Suspension, Consent, Attestation, Dedication, MoralConsent, Authority, type(interest(move)))
        effective = world.book.now + timedelta(days=move.parties if move.flag else 30)
        return Ending(world.target(move, *ended), list(Ground)[move.parties % len(Ground)], effective, PAPER)

    def attestation(move: Move) -> Body:
        claim = list(Claim)[move.parties % len(Claim)]
        wanted = {Claim.CONTRACT: Grant, Claim.AUTHORITY: Authority, Claim.TITLE: type(ownership(move))}
        target = world.target(move, wanted.get(claim, type(world.book.facts[0].body)))
        start, end = world.span(move)
        return Attestation(claim, target, world.some(move), PAPER, "read", start, end)

    def dedication(move: Move) -> Body:
        return Dedication(world.subject(move), "CC0-1.0", "https://a.example", "", DAWN, (AssetId(PAPER),))

    def register(move: Move) -> Body:
        return Register(Entry(world.subjects[move.about % 5]), SetRoot(digest_of("root", len(world.book.facts))), 1)

    def key(move: Move) -> Body:
        return Key(f"did:key:z{NAMES[move.which % 3]}", None)

    def party_end(move: Move) -> Body:
        return PartyEnd(world.party(move), PartyEndGround.DEATH, (), PAPER)

    def persona(move: Move) -> Body:
        return Persona("stage name", world.party(move))

    often = (grant, consent) * 5
    return (
        *often,
        ownership,
        interest,
        moral,
        authority,
        suspension,
        ending,
        attestation,
        dedication,
        register,
        key,
        party_end,
        persona,
    )


_number = st.integers(0, 31)
moves = st.lists(
    st.builds(
        Move,
        kind=st.integers(0, 21),
        signer=st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3, 4]),
        capacity=st.none() | st.none() | st.none() | st.sampled_from(Capacity),
        about=st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4, 5]),
        which=_number,
        parties=_number,
        flag=st.booleans(),
        days=st.sampled_from([0, 0, 1]),
    ),
    max_size=16,
)
instants = st.integers(-1, 40).map(lambda days: DAWN + timedelta(days=days))


def questions(world: World) -> list[Asked]:
    """Return what is asked of a world: each subject, for two uses, for some place and for anywhere."""
    return [
        Asked(subject, use, territory=territory)
        for subject in (*world.subjects, world.ann, digest_of("nothing"))
        for use in USES
        for territory in ("JP", None)
    ]


__all__ = ["Move", "Role", "WorkId", "World", "instants", "moves", "questions"]
