"""Decisions made anew from what a bundle opens: who may what, what a snapshot had to admit or refuse. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, RowId, WorkId, short
from okuzuke.core.intervals import format_instant, parse_instant
from okuzuke.datasets.manifest import Place, Snapshot, Tombstone, check_order, item_of, read_place
from okuzuke.datasets.snapshot import Refusal, Screenings, Terms, judge, standing_of
from okuzuke.ledger.statement import Statement
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Decision, TitleStanding
from okuzuke.registry.grants import Dedication, Grant
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Party
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Register, Slots
from okuzuke.screening.match import Review, Screened, Screening


@dataclass(frozen=True, slots=True)
class Remade:
    """How many decisions were made anew, and the answers a reader came for."""

    detail: str
    answers: tuple[str, ...]


def remake(
    bundle: Bundle,
    known: Statements,
    statements: Mapping[Entry, Statement],
    recorded_at: Mapping[Entry, datetime],
) -> Remade:
    """Return the decisions made anew, or raise `CheckFailedError` at the first that comes out otherwise."""
    made = shut = 0
    answers: list[str] = []
    for entry, statement in statements.items():
        if statement.kind == "snapshot":
            admitted, unseen, line = _snapshot(bundle, known, statements, recorded_at, (entry, statement))
            made += admitted
            shut += unseen
            answers.append(line)
    _dedications(bundle, known)
    if recorded_at:
        answers += _answers(bundle, known, max(recorded_at.values()))
    detail = f"{made} made anew and the same"
    return Remade(detail + (f", {shut} shut for this reader" if shut else ""), tuple(answers))


def _snapshot(
    bundle: Bundle,
    known: Statements,
    statements: Mapping[Entry, Statement],
    recorded_at: Mapping[Entry, datetime],
    named: tuple[Entry, Statement],
) -> tuple[int, int, str]:
    entry, statement = named
    snapshot = Snapshot.read(Fields(statement.public, "snapshot"), {})
    at = parse_instant(snapshot.frozen_at)
    if at > recorded_at[entry]:
        raise _failure(f"snapshot {short(entry)} was frozen after it was recorded")
    operator = known.body(known.operator or "", Party)
    if snapshot.title_claimed and not (operator is not None and operator.demo):
        raise _failure(f"snapshot {short(entry)} admits titles that are only claimed, outside a demo")
    screenings = _screenings(bundle, known, statements, recorded_at, at)
    then = known.until(at)
    terms = Terms(snapshot.asked, snapshot.bases, snapshot.title_claimed)
    decisions = {work: decide(then, replace(snapshot.asked, subject=work), at, at) for work in then.works}
    attested = {work for work, decision in decisions.items() if decision.title is TitleStanding.ATTESTED}
    keys = bundle.sets.get(snapshot.manifest, ())
    places = [read_place(bundle.rows[key].document) for key in keys if key in bundle.rows]
    check_order(places)
    made = 0
    for place in places:
        if isinstance(place, Place) and place.work in decisions:
            standing = standing_of(place.work, screenings, attested)
            refused = judge(decisions[place.work], standing, terms)
            if refused is not None:
                raise _failure(f"work {short(place.work)} had to stay out of the snapshot: {refused.en[0]}")
            _check_place(then, place, decisions[place.work], standing.rests_on)
            made += 1
    if bundle.reader == AUDITOR:
        made += _check_complete(bundle, snapshot, decisions, places, screenings, terms, attested)
        _check_slots(then, places)
    line = f"snapshot {short(entry)}: {len(keys)} works, for {snapshot.asked.use}, frozen {snapshot.frozen_at}"
    return made, len(keys) - len(places), line


def _check_place(known: Statements, place: Place, decision: Decision, screened: tuple[Entry, ...]) -> None:
    if place.item != item_of(known.works[place.work].work):
        raise _failure(f"work {short(place.work)}: the item is not its file, caption and tags")
    if place.basis is not decision.basis or place.sheet != decision.sheet:
        raise _failure(f"work {short(place.work)}: its row names another basis or sheet")
    if not set(place.rests_on) >= {*decision.rests_on, *screened}:
        raise _failure(f"work {short(place.work)}: its row does not rest on all that admitted it")


def _check_complete(  # all that a freeze reads
    bundle: Bundle,
    snapshot: Snapshot,
    decisions: Mapping[WorkId, Decision],
    places: list[Place | Tombstone],
    screenings: Screenings,
    terms: Terms,
    attested: set[WorkId],
) -> int:
    """Raise unless every registered work is placed or refused for the reason that comes out again."""
    inside = {place.work for place in places if isinstance(place, Place)}
    stated: dict[WorkId, str] = {}
    for key in bundle.sets.get(snapshot.refused, ()) if snapshot.refused is not None else ():
        if key in bundle.rows:
            fields = Fields(bundle.rows[key].document, "refused")
            stated[WorkId(fields.digest("work"))] = fields.text("refusal")
    for work, decision in decisions.items():
        refused = judge(decision, standing_of(work, screenings, attested), terms)
        expected = refused.refusal if refused is not None else None
        if work in inside:
            continue
        if stated.get(work) == Refusal.UNREADABLE:
            continue  # only who holds the originals can say whether a file could be read
        if expected is None or stated.get(work) != expected:
            raise _failure(f"work {short(work)} was left out as {stated.get(work)}, which does not come out again")
    return len(stated)


def _check_slots(known: Statements, places: list[Place | Tombstone]) -> None:
    dealt: dict[WorkId, int] = {}
    for fact in known.facts.values():
        if isinstance(fact.body, Slots) and fact.body.slots is not None:
            works = sorted(
                (item for item in known.works.values() if item.register.entry == fact.body.register),
                key=lambda item: item.position,
            )
            dealt |= {item.work.work: fact.body.slots[item.position] for item in works}
    for place in places:
        if isinstance(place, Place) and dealt.get(place.work, place.slot) != place.slot:
            raise _failure(f"work {short(place.work)} stands in another slot than it was dealt")


def _screenings(
    bundle: Bundle,
    known: Statements,
    statements: Mapping[Entry, Statement],
    recorded_at: Mapping[Entry, datetime],
    at: datetime,
) -> Screenings:
    newest: dict[WorkId, tuple[Entry, Screened]] = {}
    reviews: dict[WorkId, list[tuple[Entry, Review]]] = {}
    parties: dict[WorkId, PartyId] = {}
    for fact in known.facts.values():
        if isinstance(fact.body, Register):
            parties |= {WorkId(key): fact.signer for key in bundle.sets.get(fact.body.rows, ())}
    order = sorted((entry for entry in statements if recorded_at[entry] <= at), key=lambda entry: recorded_at[entry])
    for entry in order:
        statement = statements[entry]
        if statement.kind == "screen":
            screening = Screening.read(Fields(statement.public, "screen"), {})
            for key in bundle.sets.get(screening.rows, ()):
                if RowId(key) in bundle.rows:
                    screened = Screened.read(bundle.rows[RowId(key)].document)
                    newest[screened.work] = (entry, screened)
        elif statement.kind == "review":
            review = Review.read(Fields(statement.public, "review"), {})
            reviews.setdefault(review.work, []).append((entry, review))
    return Screenings(newest, reviews, parties)


def _dedications(bundle: Bundle, known: Statements) -> None:
    """Raise unless the bundle carries the evidence of every dedication in it."""
    for fact in known.facts.values():
        if isinstance(fact.body, Dedication):
            missing = [asset for asset in fact.body.evidence if asset not in bundle.files]
            if missing:
                raise _failure(
                    f"the evidence {short(missing[0])} of dedication {short(fact.entry)} is not in the bundle"
                )


def _answers(bundle: Bundle, known: Statements, at: datetime) -> list[str]:
    """Return what the bundle's subject comes to at the last instant the bundle knows of."""
    grant = known.body(bundle.subject, Grant)
    if grant is not None:
        asked = [
            Asked(
                grant.subject,
                allow.act,
                grant.grantee,
                _one(allow.purposes, "commercial"),
                _one(allow.territories, "JP"),
                _one(allow.mediums, "picture"),
                _one(allow.models, "okuzuke"),
            )
            for allow in grant.allow
        ]
    elif WorkId(bundle.subject) in known.works:
        asked = [Asked(bundle.subject, Use.TRAIN)]
    else:
        return []
    return [_answer(decide(known, question, at, at), at) for question in asked]


def _one(allowed: tuple[str, ...], otherwise: str) -> str:
    """Return a value the permission names, or the usual one where it names any."""
    return otherwise if "*" in allowed or not allowed else allowed[0]


def _answer(decision: Decision, at: datetime) -> str:
    word = "permitted" if decision.allowed else "not permitted"
    why = "; ".join(reason.en for reason in decision.reasons)
    return f"{decision.asked.use}: {word} ({decision.state}) as of {format_instant(at)}: {why}"


def _failure(message: str) -> CheckFailedError:
    return CheckFailedError(message, remedy="ask the archive for the bundle again, and keep this one as evidence")
