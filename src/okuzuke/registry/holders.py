"""Who must agree to a use of a subject, and who has: owners, windows, interests, authors. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.intervals import Period
from okuzuke.registry.authority import Authority, Window
from okuzuke.registry.decision import TitleStanding
from okuzuke.registry.force import appointment, attestation, concerned, ending, gainers, in_force
from okuzuke.registry.grants import FROM_THE_START, PLATFORM, Consent, Ending
from okuzuke.registry.interests import EVERY, Interest, InterestKind, MoralConsent, Ownership, Title
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Attestation, Capacity, Claim
from okuzuke.registry.uses import MORAL_USES, Use

_TAKEN = frozenset({Title.TRANSFER, Title.TRANSFER_WITH_27_28, Title.SUCCESSION})
"""Titles that a holder takes from the one before, and with them the licences given (Copyright Act 63-2)."""


class Answer(StrEnum):
    """What a party has said to a grant, an authority or an ownership."""

    AGREED = "agreed"
    DECLINED = "declined"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Said:
    """A party's answer and the statements that carry it."""

    answer: Answer
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """An ownership that took effect at `since`, and what it rests on."""

    ownership: Fact
    owners: Ownership
    since: datetime
    rests_on: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """An authority that every owner has agreed to."""

    authority: Fact
    body: Authority
    rests_on: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Holders:
    """The ownership in force, the window that decides for this use if one is assigned, and what both rest on."""

    ownership: Fact
    owners: Ownership
    since: datetime
    authority: Fact | None
    window: Window | None
    rests_on: tuple[Entry, ...]


def holders(
    known: Statements, scopes: Sequence[str], use: Use, place: tuple[str, str], valid_at: datetime
) -> Holders | None:
    """Return who holds the subject at `valid_at`; None if nobody with standing has stated an ownership.

    `scopes` run from the narrowest; `place` is (medium, territory).
    """
    held = ownership(known, scopes, valid_at)
    if held is None:
        return None
    agreed = authority(known, scopes, held.owners, valid_at)
    if agreed is None:
        return Holders(held.ownership, held.owners, held.since, None, None, held.rests_on)
    window = next((item for item in agreed.body.windows if item.covers(use, *place, valid_at)), None)
    rests_on = (*held.rests_on, *agreed.rests_on)
    return Holders(held.ownership, held.owners, held.since, agreed.authority, window, rests_on)


def line(
    known: Statements, scopes: Sequence[str], use: Use, place: tuple[str, str], valid_at: datetime
) -> Iterator[tuple[Holders, datetime]]:
    """Yield who holds the subject, then whom they took it from, each with the last instant at which they could agree.

    Who takes by transfer or succession is bound by the licences given before; who made the work took from nobody.
    """
    found = holders(known, scopes, use, place, valid_at)
    while found is not None:
        yield found, valid_at
        if found.owners.title not in _TAKEN:
            return
        valid_at = found.since - timedelta.resolution
        found = holders(known, scopes, use, place, valid_at)


def ownership(known: Statements, scopes: Sequence[str], valid_at: datetime) -> Held | None:
    """Return the ownership in force: the registrant's first, then each that took effect after it, in time's order.

    A later one takes effect once every owner until then has agreed (65(1)), or when a disinterested verifier states
    it. A first one of a single work does so too where its series had owners before.
    """
    stated = [(fact, body) for scope in reversed(scopes) for fact, body in known.about(scope, Ownership)]
    stated = [(fact, body) for fact, body in stated if in_force(known, fact, valid_at)]
    current: dict[str, Held] = {}
    for instant in sorted({at for fact, _ in stated for at in instants(known, fact, valid_at)}):
        waiting = True
        while waiting:
            waiting = False
            for fact, body in stated:
                before = next(
                    (current[scope] for scope in scopes[scopes.index(body.subject) :] if scope in current), None
                )
                entries = _takes_effect(known, fact, body, before, instant)
                if entries is not None:
                    current[body.subject] = Held(fact, body, instant, (*(before.rests_on if before else ()), *entries))
                    stated.remove((fact, body))
                    waiting = True
                    break
    return next((current[scope] for scope in scopes if scope in current), None)


def authority(known: Statements, scopes: Sequence[str], owners: Ownership, valid_at: datetime) -> Agreed | None:
    """Return the newest authority that every owner has agreed to, unless it has ended; then all must agree again.

    One owner alone takes back nothing that all have agreed to, so an older authority does not return either.
    """
    for scope in scopes:
        found: list[tuple[datetime, int, Agreed]] = []
        for fact, body in known.about(scope, Authority):
            ended = ending(known, fact, valid_at)
            void = ended is not None and isinstance(ended.body, Ending) and ended.body.ground in FROM_THE_START
            for instant in () if void else instants(known, fact, valid_at):
                entries = all_agreed(known, fact, owners.owners, instant)
                if entries is not None:
                    found.append((instant, fact.position, Agreed(fact, body, (fact.entry, *entries))))
                    break
        if found:
            agreed = max(found, key=lambda item: item[:2])[2]
            return agreed if in_force(known, agreed.authority, valid_at) else None
    return None


def all_agreed(
    known: Statements, target: Fact, parties: Sequence[PartyId], valid_at: datetime
) -> tuple[Entry, ...] | None:
    """Return what carries the agreement of all of them, as owners, to the target at `valid_at`; None if one lacks."""
    answers = [said(known, target, party, Capacity.OWNER, valid_at) for party in parties]
    if any(answer.answer is not Answer.AGREED for answer in answers):
        return None
    return tuple(entry for answer in answers for entry in answer.entries)


def instants(known: Statements, target: Fact, valid_at: datetime) -> list[datetime]:
    """Return the instants by `valid_at`, itself included, at which answers to the target may have changed."""
    found = {target.recorded_at, valid_at}
    for fact in known.by_subject.get(target.entry, ()):
        found.add(max(fact.recorded_at, fact.body.start) if isinstance(fact.body, Attestation) else fact.recorded_at)
    return sorted(instant for instant in found if target.recorded_at <= instant <= valid_at)


def said(known: Statements, target: Fact, party: PartyId, capacity: Capacity, valid_at: datetime) -> Said:
    """Return what a party has said to the target by `valid_at`: its signature, its newest consent, or its paper.

    A signature speaks in the capacity it names and in no other, so who holds two rights says yes twice. At equal
    instants the refusal wins. Paper counts where a disinterested verifier attests the contract.
    """
    consents = [
        (fact, body)
        for fact, body in known.about(target.entry, Consent)
        if fact.signer == party and fact.capacity is capacity and in_force(known, fact, valid_at)
    ]
    if consents:
        fact, body = max(consents, key=lambda item: (item[0].recorded_at, not item[1].agrees))
        return Said(Answer.AGREED if body.agrees else Answer.DECLINED, (fact.entry,))
    if target.signer == party and target.capacity is capacity and target.recorded_at <= valid_at:
        return Said(Answer.AGREED, (target.entry,))
    for paper, contract in attestation(known, target.entry, Claim.CONTRACT, valid_at):
        named = appointment(known, paper.signer, valid_at)
        if party in contract.signatories and named is not None:
            return Said(Answer.AGREED, (paper.entry, named.entry))
    return Said(Answer.SILENT)


def interests(
    known: Statements, scopes: Sequence[str], use: Use, territory: str, valid_at: datetime
) -> Iterator[tuple[Fact, Interest]]:
    """Yield the interests beside ownership whose holders this use needs, authors apart (`authors`).

    The territory "*" is the whole world, and so meets every interest.
    """
    for scope in scopes:
        for fact, body in known.about(scope, Interest):
            if (
                body.kind is not InterestKind.AUTHOR
                and use in body.uses
                and (territory == EVERY or EVERY in body.territories or territory in body.territories)
                and Period(body.start, body.end).covers(valid_at)
                and in_force(known, fact, valid_at)
            ):
                yield fact, body


def authors(known: Statements, scopes: Sequence[str], valid_at: datetime) -> list[tuple[Fact, Interest]]:
    """Return the authors on record for the subject; moral rights have no territory and do not pass on."""
    return [
        (fact, body)
        for scope in scopes
        for fact, body in known.about(scope, Interest)
        if body.kind is InterestKind.AUTHOR and in_force(known, fact, valid_at)
    ]


def moral_consent(
    known: Statements, scopes: Sequence[str], author: PartyId, use: Use, *, published: bool, valid_at: datetime
) -> Fact | None:
    """Return the author's own statement that covers the use, if there is one in force."""
    for scope in scopes:
        for fact, body in known.about(scope, MoralConsent):
            if (
                fact.signer == author
                and (use in body.uses or use not in MORAL_USES)
                and (published or body.first_publication)
                and in_force(known, fact, valid_at)
            ):
                return fact
    return None


def parts_agreed(owners: Ownership, agreed: Sequence[PartyId]) -> Fraction:
    """Return the parts of the owners who agreed; parts that stay sealed count nothing."""
    return sum((part for party, part in owners.parts or () if party in agreed), Fraction())


def title(
    known: Statements, holdings: Sequence[Holders], subject: str, licensee: str | None, valid_at: datetime
) -> tuple[TitleStanding, tuple[Entry, ...]]:
    """Return how the title to the subject behind an answer to this licensee is supported, and by what.

    A verifier spoke of the works that were there: one entered later is only claimed until the title is attested anew,
    or an attested series would launder whatever its registrant adds.
    """
    registered = known.works.get(WorkId(subject))
    entered = registered.register.position if registered is not None else -1
    asking = known.operator if licensee == PLATFORM else licensee
    targets: list[tuple[Fact, Claim]] = []
    for holding in holdings:
        targets.append((holding.ownership, Claim.TITLE))
        if holding.authority is not None and holding.window is not None:
            targets.append((holding.authority, Claim.AUTHORITY))
    entries: list[Entry] = []
    for target, claim in targets:
        found = attestation(known, target.entry, claim, valid_at, [PartyId(asking or "")])
        found = [item for item in found if claim is not Claim.TITLE or item[0].position > entered]
        # An interest in the one work asked about is an interest, even where the series was attested.
        found = [item for item in found if item[0].signer not in concerned(known, subject, item[0].position)]
        named = appointment(known, found[0][0].signer, valid_at) if found else None
        if named is None:
            return TitleStanding.CLAIMED, ()
        entries += [found[0][0].entry, named.entry]
    return TitleStanding.ATTESTED, tuple(entries)


def _takes_effect(
    known: Statements, fact: Fact, body: Ownership, before: Held | None, instant: datetime
) -> tuple[Entry, ...] | None:
    """Return what the ownership rests on, itself first, if it takes effect at the instant after the one before."""
    if fact.recorded_at > instant:
        return None
    # A judgment outlasts the judge's office, so the appointment is asked for when it was recorded.
    named = appointment(known, fact.signer, fact.recorded_at) if fact.capacity is Capacity.VERIFIER else None
    if named is not None and fact.signer not in gainers(known, fact, fact.position):
        return (fact.entry, named.entry)
    if before is None:
        return (fact.entry,) if fact.signer in known.registrants(body.subject) else None
    entries = all_agreed(known, fact, before.owners.owners, instant)
    return None if entries is None else (fact.entry, *entries)
