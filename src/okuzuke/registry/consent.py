"""May this be done with that? `decide` is pure and total: absent, unknown and unreadable all mean not permitted.

It reads only what was recorded by `known_at`, judges what was true at `valid_at`, and lists every statement its answer
rests on, so that a stranger with those statements comes to the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from okuzuke.core.ids import Entry, PartyId, WorkId, short
from okuzuke.core.intervals import format_instant
from okuzuke.registry import holders as who
from okuzuke.registry.authority import Rule
from okuzuke.registry.decision import Asked, Basis, Decision, Need, State, TitleStanding
from okuzuke.registry.force import boundaries, ending, in_force, suspensions
from okuzuke.registry.grants import FROM_THE_START, Dedication, Ending, Grant, Permission
from okuzuke.registry.holders import Answer, Holders
from okuzuke.registry.interests import Interest, Title
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code, Reason, reason
from okuzuke.registry.scope import ANY, narrowed, overlap
from okuzuke.registry.uses import ADAPTING_USES, MORAL_USES, PERSON_USES, Use, territory_known
from okuzuke.registry.works import Character, Persona, Series

_Line: TypeAlias = Sequence[tuple[Holders, datetime]]
"""Who holds a subject and whom they took it from, with the last instant at which each could agree."""


@dataclass(slots=True)
class _Case:
    """What one grant's permission comes to: gathered, then judged."""

    state: State = State.NOT_ASKED
    holding: Holders | None = None
    """Whose agreement was counted: of those who hold, or of those they took the subject from."""
    binds: bool = False
    """Whether those who held the subject gave it and it has not ended, so that an exclusive one keeps others out."""
    needs: list[Need] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    rests_on: list[Entry] = field(default_factory=list)


def decide(known: Statements, asked: Asked, valid_at: datetime, known_at: datetime) -> Decision:
    """Return whether the use is permitted, by whom, why, and until when.

    Cost: linear in the statements about the subject, its series and the works beneath it.
    """
    known = known.until(known_at)
    if not territory_known(asked.territory):
        asked = replace(asked, territory=None)  # nowhere that a right could be limited to, so everywhere
    decision = _decide_alone(known, asked, valid_at, known_at)
    return _with_beneath(known, decision) if decision.allowed else decision


def _decide_alone(known: Statements, asked: Asked, valid_at: datetime, known_at: datetime) -> Decision:
    """Answer for the subject as if nothing lay beneath it."""
    refused = _refusal_before_asking(known, asked)
    if refused is not None:
        return _refuse(asked, valid_at, known_at, State.NOT_ASKED, [refused])
    scopes = known.scopes(asked.subject)
    place = (asked.medium or ANY, asked.territory or ANY)
    line = tuple(who.line(known, scopes, asked.use, place, valid_at))
    if line:
        decision = _by_grant(known, asked, scopes, line, (valid_at, known_at))
    else:
        decision = _dedicated(known, asked, scopes, valid_at, known_at) or _refuse(
            asked, valid_at, known_at, State.NOT_ASKED, _nobody(known, asked, scopes)
        )
    if not decision.allowed:
        return decision
    later = boundaries(known, scopes, decision.rests_on, valid_at)
    return replace(decision, until=later[0] if later else None)


def _refusal_before_asking(known: Statements, asked: Asked) -> Reason | None:
    fact = known.facts.get(Entry(asked.subject))
    if fact is not None and isinstance(fact.body, Persona | Character):
        return reason(Code.NOT_A_LICENSING_UNIT)
    if WorkId(asked.subject) not in known.works and not (fact is not None and isinstance(fact.body, Series)):
        return reason(Code.UNKNOWN_SUBJECT, detail=short(asked.subject))
    registered = known.works.get(WorkId(asked.subject))
    if registered is not None and known.series_of(registered) is None:
        return reason(Code.UNKNOWN_SUBJECT, detail=short(asked.subject))
    if asked.use in PERSON_USES:
        return reason(Code.PERSON_USE)
    return None


def _nobody(known: Statements, asked: Asked, scopes: Sequence[str]) -> list[Reason]:
    for scope in scopes:
        series = known.body(scope, Series)
        if series is not None and series.public_licence is not None:
            return [reason(Code.PUBLIC_LICENCE, detail=series.public_licence)]
    return [reason(Code.NO_OWNERSHIP, who=next(iter(sorted(known.registrants(asked.subject))), None))]


def _dedicated(
    known: Statements, asked: Asked, scopes: Sequence[str], valid_at: datetime, known_at: datetime
) -> Decision | None:
    for scope in scopes:
        for fact, _ in known.about(scope, Dedication):
            found = fact.signer == known.operator and fact.signer in known.registrants(scope)
            if found and in_force(known, fact, valid_at):
                stops = _suspended(known, (*scopes, fact.entry), asked.use, valid_at)
                if stops:
                    return _refuse(asked, valid_at, known_at, State.SUSPENDED, stops)
                others = who.interests(known, scopes, asked.use, asked.territory or ANY, valid_at)
                missing = [_interest_missing(known, body) for _, body in others]
                if missing:  # who dedicates a work gives nothing of what others hold in it
                    return _refuse(asked, valid_at, known_at, State.NOT_ASKED, missing)
                return Decision(
                    asked,
                    valid_at,
                    known_at,
                    allowed=True,
                    state=State.GRANTED,
                    basis=Basis.DEDICATION,
                    title=TitleStanding.FOUND,
                    needs=(),
                    reasons=(reason(Code.DEDICATED),),
                    rests_on=_distinct([*known.entered(scopes), fact.entry]),
                    grant=None,
                    sheet=None,
                    until=None,
                )
    return None


def _by_grant(
    known: Statements, asked: Asked, scopes: Sequence[str], line: _Line, instants: tuple[datetime, datetime]
) -> Decision:
    valid_at, known_at = instants
    holding, _ = line[0]
    cases: list[tuple[Fact, Permission, _Case]] = []
    for scope in scopes:
        for fact, grant in known.about(scope, Grant):
            if fact.recorded_at <= valid_at:
                for permission in grant.allow:
                    if permission.act is asked.use:
                        case = _judge(known, asked, scopes, line, (fact, grant, permission), valid_at)
                        cases.append((fact, permission, case))
    _apply_exclusive(cases)
    title, attested_by = who.title(known, [holding], asked.subject, asked.licensee, valid_at)
    stopped = _suspended(known, scopes, asked.use, valid_at)
    if not cases:
        contact = (holding.window.party if holding.window is not None else None) or holding.owners.owners[0]
        missing = reason(Code.NOT_ASKED, who=contact, name=known.name(contact), detail=asked.use)
        unassigned = (
            []
            if holding.window or len(holding.owners.owners) == 1
            else [reason(Code.WINDOW_UNASSIGNED, detail=asked.use)]
        )
        state = State.SUSPENDED if stopped else State.NOT_ASKED
        refused = _refuse(asked, valid_at, known_at, state, [*stopped, missing, *unassigned])
        return replace(refused, title=title)
    # The grant that allows wins; else the one that lacks least, the newer at a tie, explains what is missing.
    fact, _, case = min(cases, key=lambda item: (len(item[2].problems), -item[0].position))
    assert isinstance(fact.body, Grant), "cases come from grants"
    allowed = not case.problems and not stopped
    if case.holding is not None:  # a sale does not make good the title of who granted before it
        title, attested_by = who.title(known, [holding, case.holding], asked.subject, asked.licensee, valid_at)
    return Decision(
        asked,
        valid_at,
        known_at,
        allowed=allowed,
        state=State.GRANTED if allowed else State.SUSPENDED if stopped else case.state,
        basis=Basis.GRANT if allowed else None,
        title=title,
        needs=tuple(case.needs),
        reasons=(reason(Code.GRANTED),) if allowed else (*stopped, *case.problems),
        rests_on=_distinct([*known.entered(scopes), *holding.rests_on, *case.rests_on, *attested_by]),
        grant=fact.entry,
        sheet=fact.body.sheet if allowed else None,
        until=None,
    )


def _judge(
    known: Statements,
    asked: Asked,
    scopes: Sequence[str],
    line: _Line,
    granted: tuple[Fact, Grant, Permission],
    valid_at: datetime,
) -> _Case:
    fact, grant, permission = granted
    case = _holders_agree(known, line, (fact, asked.use))
    case.rests_on.insert(0, fact.entry)
    case.problems += narrowed(asked, grant, permission)
    case.problems += _suspended(known, [fact.entry], asked.use, valid_at)
    for interest, body in who.interests(known, scopes, asked.use, asked.territory or ANY, valid_at):
        case.rests_on.append(interest.entry)
        capacity = Capacity(body.kind.value)
        _agrees(known, case, fact, (capacity, body.party, _interest_missing(known, body)), valid_at)
    _authors_agree(known, case, scopes, asked, valid_at)
    ended = ending(known, fact, valid_at)
    if permission.exclusive and ended is None and (permission.end is None or valid_at < permission.end):
        case.binds = _given(known, asked, scopes, fact, line, valid_at)
    codes = {problem.code for problem in case.problems}
    if ended is not None:
        assert isinstance(ended.body, Ending), "an ending ends"
        code = Code.VOIDED if ended.body.ground in FROM_THE_START else Code.ENDED
        case.problems.insert(0, reason(code, who=ended.signer, detail=ended.body.ground))
        case.state = State.ENDED
    elif Code.SUSPENDED in codes:
        case.state = State.SUSPENDED
    elif Code.DECLINED in codes:
        case.state = State.DECLINED
    elif valid_at < permission.start:
        case.problems.append(reason(Code.NOT_YET, detail=format_instant(permission.start)))
    elif not permission.period.covers(valid_at):
        assert permission.end is not None, "a period without end covers all that follows its start"
        case.problems.append(reason(Code.EXPIRED, detail=format_instant(permission.end)))
        case.state = State.ENDED
    elif any(not need.covered_by for need in case.needs):
        case.state = State.NEGOTIATING
    return case


def _holders_agree(known: Statements, line: _Line, target: tuple[Fact, Use]) -> _Case:
    """Return what the owners' agreement comes to: of those who hold, else of those they took it from (63-2)."""
    cases = []
    for holding, instant in line:
        case = _Case(holding=holding, rests_on=list(holding.rests_on))
        if holding.owners.title is Title.TRANSFER and target[1] in ADAPTING_USES:
            case.problems.append(reason(Code.RIGHTS_27_28))
        _owners_agree(known, case, holding, target, instant)
        if not case.problems:
            return case
        cases.append(case)
    return cases[0]


def _given(known: Statements, asked: Asked, scopes: Sequence[str], fact: Fact, line: _Line, valid_at: datetime) -> bool:
    """Say whether everyone who then held the subject once agreed to the grant; to take back later undoes nothing."""
    ownerships = {holding.ownership.entry for holding, _ in line}
    place = (asked.medium or ANY, asked.territory or ANY)
    for instant in who.instants(known, fact, valid_at):
        holding = who.holders(known, scopes, asked.use, place, instant)
        if holding is not None and holding.ownership.entry in ownerships:
            case = _Case()
            _owners_agree(known, case, holding, (fact, asked.use), instant)
            if not case.problems:
                return True
    return False


def _owners_agree(
    known: Statements, case: _Case, holding: Holders, target: tuple[Fact, Use], valid_at: datetime
) -> None:
    fact, use = target
    window = holding.window
    if window is not None and window.rule is Rule.WINDOW:
        missing = reason(Code.WINDOW_MISSING, who=window.party, name=known.name(window.party))
        _agrees(known, case, fact, (Capacity.WINDOW, window.party, missing), valid_at)
        return
    if window is not None and window.rule is Rule.PARTS and window.at_least is not None:
        _parts_agree(known, case, holding, fact, valid_at)
        return
    before = len(case.problems)
    for owner in holding.owners.owners:
        missing = reason(Code.OWNER_MISSING, who=owner, name=known.name(owner))
        _agrees(known, case, fact, (Capacity.OWNER, owner, missing), valid_at)
    if window is None and len(holding.owners.owners) > 1 and len(case.problems) > before:
        case.problems.insert(before, reason(Code.WINDOW_UNASSIGNED, detail=use))


def _parts_agree(known: Statements, case: _Case, holding: Holders, fact: Fact, valid_at: datetime) -> None:
    at_least = holding.window.at_least if holding.window is not None else None
    assert at_least is not None, "a rule by parts has a threshold"
    agreed: list[PartyId] = []
    entries: list[Entry] = []
    for owner in holding.owners.owners:
        answer = who.said(known, fact, owner, Capacity.OWNER, valid_at)
        if answer.answer is Answer.AGREED:
            agreed.append(owner)
            entries += answer.entries
    enough = bool(agreed) and who.parts_agreed(holding.owners, agreed) >= at_least
    case.needs.append(Need("parts", None, tuple(entries) if enough else ()))
    case.rests_on += entries
    if not enough:
        case.problems.append(reason(Code.PARTS_MISSING, detail=str(at_least)))


def _authors_agree(known: Statements, case: _Case, scopes: Sequence[str], asked: Asked, valid_at: datetime) -> None:
    registered = known.works.get(WorkId(asked.subject))
    published = registered is None or registered.work.published
    if asked.use not in MORAL_USES and published:
        return
    authors = who.authors(known, scopes, valid_at)
    if not authors:
        case.problems.append(reason(Code.AUTHOR_UNKNOWN))
        case.needs.append(Need("moral", None, ()))
    for fact, body in authors:
        given = who.moral_consent(known, scopes, body.party, asked.use, published=published, valid_at=valid_at)
        case.needs.append(Need("moral", body.party, (given.entry,) if given is not None else ()))
        case.rests_on.append(fact.entry)
        if given is None:
            case.problems.append(reason(Code.MORAL_MISSING, who=body.party, name=known.name(body.party)))
        else:
            case.rests_on.append(given.entry)


def _agrees(
    known: Statements,
    case: _Case,
    fact: Fact,
    need: tuple[Capacity, PartyId | None, Reason],
    valid_at: datetime,
) -> None:
    capacity, party, missing = need
    assert party is not None, "a need that is not by parts names its party"
    answer = who.said(known, fact, party, capacity, valid_at)
    covered = answer.entries if answer.answer is Answer.AGREED else ()
    case.needs.append(Need(capacity.value, party, covered))
    case.rests_on += answer.entries
    if answer.answer is Answer.DECLINED:
        case.problems.append(reason(Code.DECLINED, who=party, name=known.name(party)))
    elif answer.answer is Answer.SILENT:
        case.problems.append(missing)


def _apply_exclusive(cases: Sequence[tuple[Fact, Permission, _Case]]) -> None:
    """Refuse what an earlier exclusive permission that binds leaves no room for, naming it; the earliest first."""
    ordered = sorted(cases, key=lambda item: item[0].position)
    for first, permission, case in ordered:
        refused = any(problem.code is Code.EXCLUSIVE for problem in case.problems)
        if refused or not case.binds:
            continue
        for later, other, judged in ordered:
            if later.position > first.position and _grantee(later) != _grantee(first) and overlap(permission, other):
                judged.problems.append(reason(Code.EXCLUSIVE, who=first.signer, detail=short(first.entry)))


def _grantee(fact: Fact) -> str:
    assert isinstance(fact.body, Grant), "cases come from grants"
    return fact.body.grantee


def _with_beneath(known: Statements, decision: Decision) -> Decision:
    """Refuse a derivative where a work beneath is not permitted (Copyright Act 28); its title is the weakest of all."""
    rests_on = list(decision.rests_on)
    ends = [decision.until]
    title = decision.title
    for beneath in _beneath(known, WorkId(decision.asked.subject)):
        asked = replace(decision.asked, subject=beneath)
        answer = _decide_alone(known, asked, decision.valid_at, decision.known_at)
        if not answer.allowed:
            problem = reason(Code.BENEATH, detail=short(beneath))
            reasons = [problem, *answer.reasons]
            return _refuse(decision.asked, decision.valid_at, decision.known_at, answer.state, reasons)
        rests_on += answer.rests_on
        ends.append(answer.until)
        title = TitleStanding.CLAIMED if answer.title is TitleStanding.CLAIMED else title
    until = min((end for end in ends if end is not None), default=None)
    return replace(decision, rests_on=_distinct(rests_on), until=until, title=title)


def _beneath(known: Statements, work: WorkId) -> Iterator[WorkId]:
    """Yield every work beneath this one once, the nearest first; a chain may be longer than Python's stack."""
    pending = [work]
    seen = {work}
    for above in pending:
        registered = known.works.get(above)
        for beneath in (*registered.work.based_on, *registered.work.contains) if registered is not None else ():
            if beneath not in seen:
                seen.add(beneath)
                pending.append(beneath)
                yield beneath


def _suspended(known: Statements, subjects: Sequence[str], use: Use, valid_at: datetime) -> list[Reason]:
    stops = suspensions(known, subjects, use, valid_at)
    return [reason(Code.SUSPENDED, who=stop.signer, name=known.name(stop.signer)) for stop in stops]


def _interest_missing(known: Statements, body: Interest) -> Reason:
    return reason(Code.INTEREST_MISSING, who=body.party, name=known.name(body.party), detail=body.kind)


def _refuse(asked: Asked, valid_at: datetime, known_at: datetime, state: State, reasons: Sequence[Reason]) -> Decision:
    return Decision(
        asked,
        valid_at,
        known_at,
        allowed=False,
        state=state,
        basis=None,
        title=TitleStanding.UNSTATED,
        needs=(),
        reasons=tuple(reasons),
        rests_on=(),
        grant=None,
        sheet=None,
        until=None,
    )


def _distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys(entries))
