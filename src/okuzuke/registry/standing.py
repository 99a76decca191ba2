"""Who may state what: every signature is by a party's valid key, in a capacity the party holds. Pure.

`refusal` judges one statement against all before it. The archive asks before it records, a verifier asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from okuzuke.core.ids import Entry, PartyId, WorkId, short
from okuzuke.registry.authority import Authority, Suspender
from okuzuke.registry.force import appointment, gainers
from okuzuke.registry.grants import FROM_THE_START, Consent, Dedication, Ending, Grant, Ground, Suspension
from okuzuke.registry.holders import authority, authors, ownership
from okuzuke.registry.interests import Interest, MoralConsent, Ownership
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Attestation, Capacity, Claim, Key, Party, PartyEnd, Role
from okuzuke.registry.reasons import Code, Reason, reason
from okuzuke.registry.sheets import Sheet
from okuzuke.registry.works import Character, Persona, Register, Series, Slots


def refusal(known: Statements, fact: Fact) -> Reason | None:
    """Return why the statement may not be recorded after the known ones, or None if it may."""
    return key_refusal(known, fact.signer, fact.issuer, fact) or _RULES[type(fact.body)](known, fact)


def key_refusal(known: Statements, signer: PartyId, did: str, fact: Fact | None = None) -> Reason | None:
    """Return why the key does not sign for the party after the known statements, or None if it does."""
    if fact is not None and isinstance(fact.body, Party):
        return None if fact.body.did == did else reason(Code.KEY_NOT_VALID, name=fact.body.name)
    if known.body(signer, Party) is None:
        return reason(Code.UNKNOWN_SIGNER)
    if known.about(signer, PartyEnd):
        return reason(Code.PARTY_ENDED, who=signer, name=known.name(signer))
    return None if did in dids(known, signer) else reason(Code.KEY_NOT_VALID, who=signer, name=known.name(signer))


def dids(known: Statements, party: PartyId) -> frozenset[str]:
    """Return the keys a party signs with after the known statements."""
    first = known.body(party, Party)
    valid = {first.did} if first is not None else set()
    for _, key in known.about(party, Key):
        valid |= {key.did} if key.did is not None else set()
        valid -= {key.stops} if key.stops is not None else set()
    return frozenset(valid)


def holds(  # noqa: PLR0911 # one return a capacity
    known: Statements, party: PartyId, capacity: Capacity, subject: str, fact: Fact
) -> bool:
    """Say whether the party holds the capacity for the subject when `fact` is recorded."""
    scopes = known.scopes(subject)
    if capacity is Capacity.REGISTRANT:
        return any(party in known.registrants(scope) for scope in scopes)
    if capacity is Capacity.OWNER:
        held = ownership(known, scopes, fact.recorded_at)
        return held is not None and party in held.owners.owners
    if capacity is Capacity.AUTHOR:
        return any(body.party == party for _, body in authors(known, scopes, fact.recorded_at))
    if capacity is Capacity.WINDOW:
        agreed = _authority_in_force(known, subject, fact)
        return agreed is not None and any(window.party == party for window in agreed.windows)
    if capacity is Capacity.PERSON:
        persona = known.body(subject, Persona)
        return persona is not None and persona.person == party
    if capacity is Capacity.VERIFIER:
        return appointment(known, party, fact.recorded_at) is not None
    if capacity is Capacity.OPERATOR:
        return party == known.operator
    return any(
        body.party == party and body.kind == capacity.value
        for scope in scopes
        for _, body in known.about(scope, Interest)
    )


def _party(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Party), "called by type"
    first = fact.position == 0
    if fact.capacity is not Capacity.SELF or (fact.body.role is Role.OPERATOR) != first:
        return reason(Code.NOT_OPERATOR)
    # Entries can be copied into another log word for word; a party, and so all it signs, is of the log it joined.
    if _held(known, fact.body.did):
        return reason(Code.KEY_TAKEN)
    here = first or any(target.entry == Entry(known.operator or "") for target in fact.rests_on)
    return None if here else reason(Code.ELSEWHERE)


def _key(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Key), "called by type"
    if fact.body.did is not None and _held(known, fact.body.did):
        return reason(Code.KEY_TAKEN)
    return None if fact.capacity is Capacity.SELF else _no_standing(known, fact)


def _held(known: Statements, did: str) -> bool:
    """Say whether any party ever held the key: two parties with one key could attest each other."""
    bodies = (fact.body for fact in known.facts.values())
    return any(body.did == did for body in bodies if isinstance(body, Party | Key))


def _party_end(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, PartyEnd), "called by type"
    if fact.signer == fact.body.party and fact.capacity is Capacity.SELF:
        return None
    if not _by_operator(known, fact):
        return reason(Code.NOT_OPERATOR)
    if known.body(fact.body.party, Party) is None:
        return reason(Code.WRONG_TARGET, detail="party")
    return None if fact.body.evidence_sha256 else reason(Code.NO_EVIDENCE)


def _series(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Series), "called by type"
    if fact.signer in fact.body.registrants and fact.capacity in (Capacity.REGISTRANT, Capacity.OPERATOR):
        return None if fact.capacity is Capacity.REGISTRANT or _by_operator(known, fact) else _no_standing(known, fact)
    return reason(Code.NOT_REGISTRANT, who=fact.signer, name=known.name(fact.signer))


def _register(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Register), "called by type"
    series = known.body(fact.body.series, Series)
    if series is None:
        return reason(Code.WRONG_TARGET, detail="series")
    if fact.signer not in series.registrants or not holds(known, fact.signer, fact.capacity, fact.body.series, fact):
        return reason(Code.NOT_REGISTRANT, who=fact.signer, name=known.name(fact.signer))
    return None


def _operators(known: Statements, fact: Fact) -> Reason | None:
    return None if _by_operator(known, fact) else reason(Code.NOT_OPERATOR)


def _dedication(known: Statements, fact: Fact) -> Reason | None:
    """Judge a finding: the operator's, of what it found and entered itself, never of what somebody else entered."""
    assert isinstance(fact.body, Dedication), "called by type"
    if not _by_operator(known, fact):
        return reason(Code.NOT_OPERATOR)
    return _in_capacity(known, fact, fact.body.subject, {Capacity.OPERATOR}) or (
        None
        if fact.signer in known.registrants(fact.body.subject)
        else reason(Code.NOT_REGISTRANT, who=fact.signer, name=known.name(fact.signer))
    )


def _persona(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Persona), "called by type"
    own = fact.signer == fact.body.person and fact.capacity is Capacity.PERSON
    return None if own else _no_standing(known, fact)


def _character(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Character), "called by type"
    return _in_capacity(known, fact, fact.body.series, {Capacity.REGISTRANT, Capacity.OWNER, Capacity.WINDOW})


def _ownership(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Ownership), "called by type"
    return _unknown_party(known, fact.body.owners) or _by_holder_or_judge(known, fact, fact.body.subject)


def _interest(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Interest), "called by type"
    return _unknown_party(known, [fact.body.party]) or _by_holder_or_judge(known, fact, fact.body.subject)


def _moral(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, MoralConsent), "called by type"
    return _in_capacity(known, fact, fact.body.subject, {Capacity.AUTHOR})


def _authority(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Authority), "called by type"
    parties = [window.party for window in fact.body.windows if window.party is not None]
    return _unknown_party(known, parties) or _in_capacity(known, fact, fact.body.subject, {Capacity.OWNER})


def _sheet(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Sheet), "called by type"
    if fact.body.first is not None:
        first = known.body(fact.body.first, Sheet)
        if first is None or first.first is not None or first.subject != fact.body.subject:
            return reason(Code.WRONG_TARGET, detail="sheet")
    payees = [line.payee for line in fact.body.lines or ()]
    allowed = {Capacity.OWNER, Capacity.WINDOW}
    return _unknown_party(known, payees) or _in_capacity(known, fact, fact.body.subject, allowed)


_GRANTORS = frozenset(
    {
        Capacity.OWNER,
        Capacity.WINDOW,
        Capacity.UNDERLYING,
        Capacity.PUBLICATION,
        Capacity.EXCLUSIVE,
        Capacity.NEIGHBOURING,
        Capacity.VERIFIER,
    }
)


def _grant(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Grant), "called by type"
    if fact.body.sheet is not None:
        sheet = known.body(fact.body.sheet, Sheet)
        if sheet is None or sheet.subject not in known.scopes(fact.body.subject):
            return reason(Code.WRONG_TARGET, detail="sheet")
    return _in_capacity(known, fact, fact.body.subject, _GRANTORS)


def _consent(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Consent), "called by type"
    target = known.facts.get(fact.body.target)
    if target is None or not isinstance(target.body, Grant | Authority | Ownership | Sheet):
        return reason(Code.WRONG_TARGET, detail="grant, authority, ownership, sheet")
    if isinstance(target.body, Ownership) and fact.capacity is Capacity.OWNER and fact.signer in target.body.owners:
        return None  # who is to take a part may accept it before it is theirs
    subject = target.body.subject
    refused = _in_capacity(known, fact, subject, _GRANTORS - {Capacity.VERIFIER})
    if refused is None or not isinstance(target.body, Grant):
        return refused
    # Who holds something in a single work of the series is asked too, so it may answer too.
    beneath = (work for work in known.works if subject in known.scopes(work))
    return None if any(holds(known, fact.signer, fact.capacity, work, fact) for work in beneath) else refused


_CLAIMED_OF: Mapping[Claim, type] = {
    Claim.TITLE: Ownership,
    Claim.AUTHORITY: Authority,
    Claim.IDENTITY: Party,
    Claim.CONTRACT: Grant,
    Claim.APPOINTMENT: Party,
}


def _attest(known: Statements, fact: Fact) -> Reason | None:
    body = fact.body
    assert isinstance(body, Attestation), "called by type"
    target = known.facts.get(body.target)
    if target is None or not isinstance(target.body, _CLAIMED_OF[body.claim]):
        return reason(Code.WRONG_TARGET, detail=_CLAIMED_OF[body.claim].__name__.lower())
    if body.claim is Claim.APPOINTMENT:
        appoints = isinstance(target.body, Party) and target.body.role is Role.VERIFIER
        return _operators(known, fact) if appoints else reason(Code.WRONG_TARGET, detail="verifier")
    if fact.capacity is not Capacity.VERIFIER or appointment(known, fact.signer, fact.recorded_at) is None:
        return reason(Code.NOT_VERIFIER, who=fact.signer, name=known.name(fact.signer))
    if body.evidence_sha256 is None:
        return reason(Code.NO_EVIDENCE)
    if fact.signer in gainers(known, target, fact.position):
        return reason(Code.INTERESTED, who=fact.signer, name=known.name(fact.signer))
    return None


def _suspend(known: Statements, fact: Fact) -> Reason | None:
    assert isinstance(fact.body, Suspension), "called by type"
    subject = fact.body.subject
    target = known.facts.get(Entry(subject))
    if target is not None and isinstance(target.body, Grant | Dedication):
        subject = target.body.subject
    if fact.capacity is Capacity.OWNER:
        agreed = _authority_in_force(known, subject, fact)
        if agreed is not None and agreed.suspender is Suspender.WINDOW:
            return _no_standing(known, fact)
    return _in_capacity(known, fact, subject, frozenset(Capacity) - {Capacity.SELF})


def _end(known: Statements, fact: Fact) -> Reason | None:
    body = fact.body
    assert isinstance(body, Ending), "called by type"
    target = known.facts.get(body.target)
    endable = Grant | Suspension | Dedication | Consent | Attestation | Interest | MoralConsent | Authority
    if target is None or not isinstance(target.body, endable):
        return reason(Code.WRONG_TARGET, detail="grant, suspension, dedication, consent, attestation, interest")
    if body.ground in FROM_THE_START | {Ground.COURT}:
        judged = fact.capacity is Capacity.VERIFIER and appointment(known, fact.signer, fact.recorded_at) is not None
        if not judged and not (isinstance(target.body, Dedication) and _by_operator(known, fact)):
            return reason(Code.NOT_VERIFIER, who=fact.signer, name=known.name(fact.signer))
        if judged and fact.signer in gainers(known, target, fact.position):
            return reason(Code.INTERESTED, who=fact.signer, name=known.name(fact.signer))
        return None if body.evidence_sha256 else reason(Code.NO_EVIDENCE)
    if isinstance(target.body, Grant):
        return _end_grant(known, fact, target, target.body)
    # A right on record is given up by who has it: else a registrant could strike out the author beside the committee.
    may_end = target.body.party if isinstance(target.body, Interest) else target.signer
    return None if fact.signer == may_end else _no_standing(known, fact)


def _end_grant(known: Statements, fact: Fact, target: Fact, grant: Grant) -> Reason | None:
    """Judge a forward ending: by one of those who gave it or now hold, on a ground it names, after its notice."""
    body = fact.body
    assert isinstance(body, Ending), "called by type"
    gave = {consent.signer for consent, said in known.about(target.entry, Consent) if said.agrees}
    gave |= {target.signer} if target.capacity is not Capacity.VERIFIER else set()
    held = ownership(known, known.scopes(grant.subject), fact.recorded_at)
    gave |= set(held.owners.owners) if held is not None else set()
    for _, paper in known.about(target.entry, Attestation):
        gave |= set(paper.signatories)
    if fact.signer not in gave:
        return _no_standing(known, fact)
    if body.ground not in grant.revocation.grounds:
        return reason(Code.NO_GROUND, detail=body.ground)
    if body.ground is Ground.EXPIRY and any(
        allowed.end is None or body.effective_at < allowed.end for allowed in grant.allow
    ):
        return reason(Code.NO_GROUND, detail=body.ground)
    if body.ground is Ground.NOTICE:
        days = grant.revocation.notice_days
        if days is None:
            return reason(Code.NO_GROUND, detail=body.ground)
        if body.effective_at < fact.recorded_at + timedelta(days=days):
            return reason(Code.NOTICE_TOO_SHORT, detail=str(days))
    return None


def _by_holder_or_judge(known: Statements, fact: Fact, subject: str) -> Reason | None:
    """Judge a statement of who holds what: by who entered or owns the subject, or by a verifier without interest."""
    refused = _in_capacity(known, fact, subject, {Capacity.REGISTRANT, Capacity.OWNER, Capacity.VERIFIER})
    if refused is None and fact.capacity is Capacity.VERIFIER and fact.signer in gainers(known, fact, fact.position):
        return reason(Code.INTERESTED, who=fact.signer, name=known.name(fact.signer))
    return refused


def _authority_in_force(known: Statements, subject: str, fact: Fact) -> Authority | None:
    """Return the authority that every owner has agreed to when `fact` is recorded."""
    scopes = known.scopes(subject)
    held = ownership(known, scopes, fact.recorded_at)
    agreed = authority(known, scopes, held.owners, fact.recorded_at) if held is not None else None
    return agreed.body if agreed is not None else None


def _in_capacity(
    known: Statements, fact: Fact, subject: str, allowed: frozenset[Capacity] | set[Capacity]
) -> Reason | None:
    known_subject = WorkId(subject) in known.works or Entry(subject) in known.facts
    if not known_subject:
        return reason(Code.UNKNOWN_SUBJECT, detail=subject)
    if fact.capacity in allowed and holds(known, fact.signer, fact.capacity, subject, fact):
        return None
    return _no_standing(known, fact)


def _unknown_party(known: Statements, parties: Iterable[PartyId]) -> Reason | None:
    """Return the refusal of a statement that names as a party what is none, since nobody could ever agree for it."""
    missing = next((party for party in parties if known.body(party, Party) is None), None)
    return None if missing is None else reason(Code.UNKNOWN_PARTY, detail=short(missing))


def _by_operator(known: Statements, fact: Fact) -> bool:
    return fact.capacity is Capacity.OPERATOR and fact.signer == known.operator


def _no_standing(known: Statements, fact: Fact) -> Reason:
    return reason(Code.NO_STANDING, who=fact.signer, name=known.name(fact.signer), detail=fact.capacity)


_RULES: Mapping[type, Callable[[Statements, Fact], Reason | None]] = {
    Party: _party,
    Key: _key,
    PartyEnd: _party_end,
    Series: _series,
    Register: _register,
    Slots: _operators,
    Dedication: _dedication,
    Persona: _persona,
    Character: _character,
    Ownership: _ownership,
    Interest: _interest,
    MoralConsent: _moral,
    Authority: _authority,
    Sheet: _sheet,
    Grant: _grant,
    Consent: _consent,
    Attestation: _attest,
    Suspension: _suspend,
    Ending: _end,
}
