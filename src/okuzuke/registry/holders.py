"""Who must agree to a use of a subject, and who has: owners, windows, interests, authors. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.intervals import Period
from okuzuke.registry.authority import Authority, Window
from okuzuke.registry.force import appointment, attestation, in_force
from okuzuke.registry.grants import Consent, Grant
from okuzuke.registry.interests import Interest, InterestKind, MoralConsent, Ownership
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.uses import MORAL_USES, Use


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
class Holders:
    """The ownership in force, the window that decides for this use if one is assigned, and what both rest on."""

    ownership: Fact
    owners: Ownership
    authority: Fact | None
    window: Window | None
    rests_on: tuple[Entry, ...]


def holders(
    known: Statements, scopes: Sequence[str], use: Use, place: tuple[str, str], valid_at: datetime
) -> Holders | None:
    """Return who holds the subject at `valid_at`; None if nobody with standing has stated an ownership.

    `scopes` run from the narrowest; `place` is (medium, territory).
    """
    for scope in scopes:
        found = _ownership(known, scope, valid_at)
        if found is not None:
            fact, owners, rests_on = found
            for candidate in scopes:
                decided = _authority(known, candidate, owners, valid_at)
                if decided is not None:
                    authority, body, agreed = decided
                    window = next((item for item in body.windows if item.covers(use, *place, valid_at)), None)
                    return Holders(fact, owners, authority, window, (*rests_on, *agreed))
            return Holders(fact, owners, None, None, rests_on)
    return None


def said(known: Statements, target: Fact, party: PartyId, valid_at: datetime) -> Said:
    """Return what a party has said to the target by `valid_at`: its signature, its newest consent, or its paper.

    At equal instants the refusal wins. Paper counts where a disinterested verifier attests the contract.
    """
    consents = [
        (fact, body)
        for fact, body in known.about(target.entry, Consent)
        if fact.signer == party and in_force(known, fact, valid_at)
    ]
    if consents:
        fact, body = max(consents, key=lambda item: (item[0].recorded_at, not item[1].agrees))
        return Said(Answer.AGREED if body.agrees else Answer.DECLINED, (fact.entry,))
    if target.signer == party and target.capacity is not Capacity.VERIFIER and target.recorded_at <= valid_at:
        return Said(Answer.AGREED, (target.entry,))
    for paper, contract in attestation(known, target.entry, Claim.CONTRACT, valid_at, _interested(known, target)):
        named = appointment(known, paper.signer, valid_at)
        if party in contract.signatories and named is not None:
            return Said(Answer.AGREED, (paper.entry, named.entry))
    return Said(Answer.SILENT)


def interests(
    known: Statements, scopes: Sequence[str], use: Use, territory: str, valid_at: datetime
) -> Iterator[tuple[Fact, Interest]]:
    """Yield the interests beside ownership whose holders this use needs, authors apart (`authors`)."""
    for scope in scopes:
        for fact, body in known.about(scope, Interest):
            if (
                body.kind is not InterestKind.AUTHOR
                and use in body.uses
                and ("*" in body.territories or territory in body.territories)
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


def _ownership(known: Statements, subject: str, valid_at: datetime) -> tuple[Fact, Ownership, tuple[Entry, ...]] | None:
    """Follow the statements of ownership: a later one counts once every owner before it agreed (65(1))."""
    current: tuple[Fact, Ownership, tuple[Entry, ...]] | None = None
    for fact, body in known.about(subject, Ownership):
        if not in_force(known, fact, valid_at):
            continue
        judged = fact.capacity is Capacity.VERIFIER and appointment(known, fact.signer, valid_at) is not None
        if current is None:
            if judged or fact.signer in known.registrants(subject):
                current = (fact, body, (fact.entry,))
        elif judged:
            current = (fact, body, (fact.entry,))
        else:
            answers = [said(known, fact, owner, valid_at) for owner in current[1].owners]
            if all(answer.answer is Answer.AGREED for answer in answers):
                entries = [entry for answer in answers for entry in answer.entries]
                current = (fact, body, (*current[2], fact.entry, *entries))
    return current


def _authority(
    known: Statements, subject: str, owners: Ownership, valid_at: datetime
) -> tuple[Fact, Authority, tuple[Entry, ...]] | None:
    """Return the newest authority that every owner has signed."""
    for fact, body in reversed(known.about(subject, Authority)):
        if in_force(known, fact, valid_at):
            answers = [said(known, fact, owner, valid_at) for owner in owners.owners]
            if all(answer.answer is Answer.AGREED for answer in answers):
                return fact, body, (fact.entry, *(entry for answer in answers for entry in answer.entries))
    return None


def _interested(known: Statements, target: Fact) -> frozenset[PartyId]:
    """Return who gains by a contract being believed: its licensee and the owners of what it licenses."""
    body = target.body
    if not isinstance(body, Grant):
        return frozenset()
    parties = {PartyId(body.grantee), *known.registrants(body.subject)}
    for _, ownership in known.about(body.subject, Ownership):
        parties.update(ownership.owners)
    return frozenset(parties)
