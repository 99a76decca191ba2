"""What is in force at an instant: endings, suspensions, appointments and attestations. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from okuzuke.core.ids import PartyId
from okuzuke.core.intervals import Period
from okuzuke.registry.grants import FROM_THE_START, Ending, Suspension
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Attestation, Claim
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
    known: Statements, target: str, claim: Claim, valid_at: datetime, interested: Collection[PartyId]
) -> list[tuple[Fact, Attestation]]:
    """Return the attestations of this claim on the target by appointed verifiers who have no interest in it."""
    return [
        (fact, body)
        for fact, body in known.about(target, Attestation)
        if body.claim is claim
        and fact.signer not in interested
        and appointment(known, fact.signer, valid_at) is not None
        and _attests(known, fact, body, valid_at)
    ]


def _attests(known: Statements, fact: Fact, body: Attestation, valid_at: datetime) -> bool:
    return Period(body.start, body.end).covers(valid_at) and in_force(known, fact, valid_at)
