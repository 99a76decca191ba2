"""What is in force at an instant, and until when: endings, suspensions, appointments, attestations. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from okuzuke.core.ids import Entry, PartyId
from okuzuke.registry.authority import Authority
from okuzuke.registry.grants import FROM_THE_START, PLATFORM, Consent, Dedication, Ending, Grant, Suspension
from okuzuke.registry.interests import Interest, MoralConsent, Ownership
from okuzuke.registry.known import Body, Fact, Statements
from okuzuke.registry.parties import Attestation, Capacity, Claim
from okuzuke.registry.uses import Use


def ending(known: Statements, target: Fact, valid_at: datetime) -> Fact | None:
    """Return the ending that has taken effect on the target by `valid_at`, if any.

    An ending takes effect when both recorded and due; void and rescission act from the start once they are known.
    """
    for fact, end in known.about(target.entry, Ending):
        if end.ground in FROM_THE_START or max(end.effective_at, fact.recorded_at) <= valid_at:
            return fact
    return None


def in_force(known: Statements, fact: Fact, valid_at: datetime) -> bool:
    """Say whether a statement was recorded by `valid_at` and has not ended."""
    return fact.recorded_at <= valid_at and ending(known, fact, valid_at) is None


def suspensions(known: Statements, subjects: Iterable[str], use: Use, valid_at: datetime) -> list[Fact]:
    """Return the suspensions that stop new uses of any of the subjects at `valid_at`."""
    return [
        fact
        for subject in subjects
        for fact, suspension in known.about(subject, Suspension)
        if use in suspension.uses
        and in_force(known, fact, valid_at)
        and (suspension.end is None or valid_at < suspension.end)
    ]


def appointment(known: Statements, party: PartyId, valid_at: datetime) -> Fact | None:
    """Return the operator's statement that makes the party a verifier at `valid_at`, if any."""
    for fact, attestation in known.about(party, Attestation):
        if (
            attestation.claim is Claim.APPOINTMENT
            and fact.signer == known.operator
            and _attests(known, fact, attestation, valid_at)
        ):
            return fact
    return None


def attestation(
    known: Statements, target: str, claim: Claim, valid_at: datetime, interested: Collection[PartyId] = ()
) -> list[tuple[Fact, Attestation]]:
    """Return the attestations of this claim on the target by appointed verifiers who have no interest in it.

    `interested` are parties that gain by it beside those on record, such as who asks.
    """
    stated = known.facts.get(Entry(target))
    return [
        (fact, body)
        for fact, body in known.about(target, Attestation)
        if stated is not None
        and body.claim is claim
        and fact.signer not in interested
        and fact.signer not in gainers(known, stated, fact.position)
        and appointment(known, fact.signer, valid_at) is not None
        and _attests(known, fact, body, valid_at)
    ]


def gainers(known: Statements, target: Fact, position: int) -> frozenset[PartyId]:
    """Return who gains by the target being believed, as the log stood before `position`.

    What is recorded later counts nothing: else naming a judge as an owner afterwards would undo the judgment.
    """
    body = target.body
    # A verifier that enters a statement on another's behalf does so in its office, which is no interest.
    parties = {target.signer} if target.capacity is not Capacity.VERIFIER else set()
    if isinstance(body, Grant):
        parties.add(PartyId(body.grantee))
        parties |= {known.operator} if known.operator is not None and body.grantee == PLATFORM else set()
    if isinstance(body, Suspension) and Entry(body.subject) in known.facts:
        stopped = known.facts[Entry(body.subject)]
        parties |= gainers(known, stopped, position) if isinstance(stopped.body, Grant | Dedication) else set()
    if isinstance(body, Grant | Ownership | Authority | Interest | Suspension | Dedication | MoralConsent):
        parties |= concerned(known, body.subject, position)
    beneath = known.facts.get(body.target) if isinstance(body, Consent | Attestation) else None
    if beneath is not None:
        parties |= gainers(known, beneath, position)
    return frozenset(parties | _named(body))


def concerned(known: Statements, subject: str, position: int) -> frozenset[PartyId]:
    """Return who entered the subject or is named to hold something in it, as the log stood before `position`."""
    parties: set[PartyId] = set()
    for scope in known.scopes(subject):
        parties |= known.registrants(scope)
        earlier = (fact.body for fact in known.by_subject.get(scope, ()) if fact.position < position)
        parties |= {party for stated in earlier for party in _named(stated)}
    return frozenset(parties)


def boundaries(
    known: Statements, subjects: Iterable[str], rests_on: Collection[Entry], after: datetime
) -> list[datetime]:
    """Return the instants after `after` at which something on record about the subjects begins or ends, in order.

    Of the grants only those in `rests_on` are read.
    """
    found: set[datetime] = set()
    pending = [*subjects, *rests_on]
    seen = set(pending)
    while pending:
        for fact in known.by_subject.get(pending.pop(), ()):
            found.add(fact.recorded_at)
            if not isinstance(fact.body, Grant) or fact.entry in rests_on:
                found.update(_instants(fact))
                following = {str(fact.entry), str(fact.signer)} - seen
                seen |= following
                pending += following
    return sorted(instant for instant in found if instant > after)


def lasts(start: datetime, end: datetime | None, instant: datetime) -> bool:
    """Say whether the instant lies in [start, end); a period that ends before it starts has none."""
    return start <= instant and (end is None or instant < end)


def _named(body: Body) -> frozenset[PartyId]:
    if isinstance(body, Ownership):
        return frozenset(body.owners)
    if isinstance(body, Authority):
        return frozenset(window.party for window in body.windows if window.party is not None)
    if isinstance(body, Grant):
        return frozenset({PartyId(body.grantee)})
    return frozenset({body.party}) if isinstance(body, Interest) else frozenset()


def _instants(fact: Fact) -> Iterator[datetime]:
    body = fact.body
    if isinstance(body, Interest | Attestation):
        yield body.start
    if isinstance(body, Ending):
        yield body.effective_at
    periods = body.windows if isinstance(body, Authority) else body.allow if isinstance(body, Grant) else ()
    for period in periods:
        yield period.start
        yield from () if period.end is None else (period.end,)
    if isinstance(body, Interest | Attestation | Suspension) and body.end is not None:
        yield body.end


def _attests(known: Statements, fact: Fact, body: Attestation, valid_at: datetime) -> bool:
    return lasts(body.start, body.end, valid_at) and in_force(known, fact, valid_at)
