"""Histories at random: every kind of statement, by anyone, about anything, in any order, as hypothesis draws them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot
from okuzuke.registry.authority import Authority, Suspender
from okuzuke.registry.decision import Asked
from okuzuke.registry.grants import PLATFORM, Consent, Dedication, Ending, Grant, Ground, Suspension
from okuzuke.registry.interests import Credit, Interest, InterestKind, MoralConsent, Ownership, Title
from okuzuke.registry.known import Body, Registered
from okuzuke.registry.parties import Attestation, Capacity, Claim, Key, Party, PartyEnd, PartyEndGround
from okuzuke.registry.standing import refusal
from okuzuke.registry.uses import ALL_USES, Use
from okuzuke.registry.works import Persona, Register
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

    def __init__(self, owners: Sequence[int] = (), *, granted: bool = False) -> None:
        """`owners` of the series by number; none leaves it unsaid who owns it. `granted`: by all of them, all uses."""
        self.book = Book()
        self.ann, self.ben, self.eve = map(self.book.party, NAMES)
        self.verifier = self.book.verifier("verifier")
        self.stranger = self.book.party("sam")
        """Somebody whom no move names."""
        self.parties = (self.ann, self.ben, self.eve, self.verifier, self.book.operator)
        self.series = self.book.series(self.ann, self.ben)
        self.work = self.book.work(self.series, self.ann)
        self.sketch = self.book.work(self.series, self.ann, published=False)
        self.found = self.book.series(self.book.operator, self.eve)
        self.derivative = self.book.work(self.found, self.eve, based_on=(self.work,))
        self.subjects: list[str] = [self.series, self.work, self.sketch, self.derivative, self.found]
        self.elsewhere: list[str] = [self.book.series(self.ann)]
        self.apart: set[Entry] = {Entry(self.elsewhere[0])}
        self.away = False
        """Whether the next move is about the series elsewhere, and about nothing that is on record here."""
        if owners:
            holders = [self.parties[owner] for owner in owners]
            self.book.owned(self.series, self.ann, *holders)
            if granted:
                allow = [permission(use, DAWN, DAWN + timedelta(days=20)) for use in USES]
                grant = self.book.grant(self.series, holders[0], *allow)
                self.book.consent(grant, *holders[1:])

    def play(
        self,
        moves: Collection[Move],
        *,
        admitted_only: bool = False,
        by: Collection[PartyId] = (),
        signed: PartyId | None = None,
    ) -> None:
        """Record the moves in order; `admitted_only` leaves out what standing refuses.

        `by` leaves out whatever others would have signed; `signed` puts one party in place of every signer.
        """
        for move in moves:
            signer = signed or self.parties[move.signer % len(self.parties)]
            if by and signer not in by:
                continue
            self.book.now += timedelta(days=move.days)
            now = self.book.now
            body = self.body(move)
            capacity = move.capacity or self.natural(signer, body)
            if admitted_only and self.book.refusal(signer, capacity, body) is not None:
                continue
            if self.away and isinstance(body, Key | PartyEnd):
                continue  # these are about the parties, who are the same here and elsewhere
            entry = self.book.slip_in(signer, capacity, body)
            self.book.now = now
            self.apart |= {entry} if self.away else set()
            if isinstance(body, Register) and self.away:
                continue
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
        return _MAKERS[move.kind % len(_MAKERS)](self, move)

    def subject(self, move: Move) -> str:
        return self.elsewhere[0] if self.away else self.subjects[move.about % len(self.subjects)]

    def target(self, move: Move, *bodies: type) -> Entry:
        """Return something on record, of these types if there is one."""
        here = [fact for fact in self.book.facts if (fact.entry in self.apart) is self.away]
        found = [fact.entry for fact in here if isinstance(fact.body, bodies)] or [fact.entry for fact in here]
        return found[-1 - move.which % min(len(found), 4)]

    def some(self, move: Move) -> tuple[PartyId, ...]:
        chosen = tuple(party for at, party in enumerate(self.parties) if move.parties >> at & 1)
        return chosen or (self.ann,)

    def party(self, move: Move) -> PartyId:
        return self.parties[move.parties % len(self.parties)]

    def span(self, move: Move) -> tuple[datetime, datetime | None]:
        start = DAWN + timedelta(days=move.which % 4)
        return start, None if move.which % 3 else start + timedelta(days=1 + move.parties % 9)

    def ownership(self, move: Move) -> Body:
        owners = self.some(move)
        parts = dict.fromkeys(owners, str(Fraction(1, len(owners)))) if move.flag else None
        return ownership_of(self.subject(move), owners, list(Title)[move.which % len(Title)], parts)

    def grant(self, move: Move) -> Body:
        start, end = self.span(move)
        allow = [replace(permission(use, start, end), exclusive=move.which % 5 == 0) for use in USES]
        if move.which % 7 == 0:
            allow = [replace(each, territories=("US",)) for each in allow]
        grantee = self.party(move) if move.which % 4 == 0 else PLATFORM
        return grant_of(self.subject(move), *allow, grantee=grantee)

    def consent(self, move: Move) -> Body:
        return Consent(self.target(move, Grant, Authority, Ownership), move.flag)

    def interest(self, move: Move) -> Body:
        start, end = self.span(move)
        kind = list(InterestKind)[move.which % len(InterestKind)]
        territories = ("US",) if move.flag else ANY
        return interest_of(self.subject(move), self.party(move), kind, territories, start, end)

    def moral(self, move: Move) -> Body:
        uses = ALL_USES if move.which % 2 else frozenset[Use]()
        return MoralConsent(self.subject(move), uses, Credit.NAME, move.flag)

    def authority(self, move: Move) -> Body:
        start, end = self.span(move)
        party = self.party(move) if move.which % 3 else None
        at_least = "1/2" if party is None and move.flag else None
        window = window_of(party, uses=frozenset(USES), start=start, end=end, at_least=at_least)
        return Authority(self.subject(move), (window,), list(Suspender)[move.which % 2], None)

    def suspension(self, move: Move) -> Body:
        subject = self.target(move, Grant, Dedication) if move.flag else self.subject(move)
        return Suspension(subject, ALL_USES, self.span(move)[1])

    def ending(self, move: Move) -> Body:
        ended = (Grant, Suspension, Consent, Attestation, Dedication, MoralConsent, Authority, Interest)
        effective = self.book.now + timedelta(days=move.parties if move.flag else 30)
        return Ending(self.target(move, *ended), list(Ground)[move.parties % len(Ground)], effective, PAPER)

    def attestation(self, move: Move) -> Body:
        claim = list(Claim)[move.parties % len(Claim)]
        wanted = {Claim.CONTRACT: Grant, Claim.AUTHORITY: Authority, Claim.TITLE: Ownership}
        target = self.target(move, wanted.get(claim, Party))
        start, end = self.span(move)
        return Attestation(claim, target, self.some(move), PAPER, "read", start, end)

    def dedication(self, move: Move) -> Body:
        return Dedication(self.subject(move), "CC0-1.0", "https://a.example", "", DAWN, (AssetId(PAPER),))

    def register(self, move: Move) -> Body:
        return Register(
            Entry(self.subjects[move.about % 5] if not self.away else self.elsewhere[0]),
            SetRoot(digest_of("root", len(self.book.facts))),
            1,
        )

    def key(self, move: Move) -> Body:
        return Key(f"did:key:z{NAMES[move.which % 3]}", None)

    def party_end(self, move: Move) -> Body:
        return PartyEnd(self.party(move), PartyEndGround.DEATH, (), PAPER)

    def persona(self, move: Move) -> Body:
        return Persona("stage name", self.party(move))


_MAKERS: Sequence[Callable[[World, Move], Body]] = (
    *(World.grant, World.consent) * 5,
    World.ownership,
    World.interest,
    World.moral,
    World.authority,
    World.suspension,
    World.ending,
    World.attestation,
    World.dedication,
    World.register,
    World.key,
    World.party_end,
    World.persona,
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
    min_size=5,
    max_size=20,
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
