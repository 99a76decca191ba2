"""Decisions made anew from what a bundle opens: who may what, what a snapshot had to admit or refuse. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from okuzuke.attribution.scorer import Scorer
from okuzuke.attribution.shares import Shares
from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.audit.complete import check_complete, check_place, refused_though_placed
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.freeze import Freeze, read_freeze
from okuzuke.audit.judged import Judged
from okuzuke.audit.made import check_licences
from okuzuke.audit.sight import Sight
from okuzuke.core.ids import Entry, WorkId, short
from okuzuke.core.intervals import format_instant
from okuzuke.datasets.manifest import Place, Snapshot, item_of
from okuzuke.datasets.snapshot import judge
from okuzuke.generation.credits import Capture
from okuzuke.generation.output import Output
from okuzuke.generation.request import Request
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Decision
from okuzuke.registry.grants import Grant
from okuzuke.registry.uses import Use
from okuzuke.royalties.allocation import Allocation
from okuzuke.training.model import Model
from okuzuke.training.run import Run

_MADE = (Run, Model, Scorer, Request, Output, Capture, Shares, Allocation)


@dataclass(frozen=True, slots=True)
class Remade:
    """How many decisions were made anew, and the answers a reader came for."""

    detail: str
    answers: tuple[str, ...]


def remake(bundle: Bundle, judged: Judged, indices: Collection[int]) -> Remade:
    """Return the decisions made anew, or raise `CheckFailedError` at the first that comes out otherwise.

    `indices` are the places in the log that the bundle proves, those of erased entries too.
    """
    made = unmade = 0
    answers: list[str] = []
    for item in judged.stated:
        if isinstance(item.body, Snapshot):
            again, shut = _snapshot(bundle, judged, item, indices)
            made += again
            unmade += shut
            answers.append(
                f"snapshot {short(item.entry)}: {item.body.size} works, for {item.body.asked.use}, "
                f"frozen {item.body.frozen_at}"
            )
    _check_whole(bundle, judged, indices)
    again, shut = check_licences(judged)
    made, unmade = made + again, unmade + shut
    if judged.stated:
        answers += _answers(bundle, judged, max(item.recorded_at for item in judged.stated))
    detail = f"{made} made anew and the same"
    detail += f", {unmade} not: what they rest on is shut for this reader or erased" if unmade else ""
    return Remade(detail, tuple(answers))


def _check_whole(bundle: Bundle, judged: Judged, indices: Collection[int]) -> None:
    """Raise where an auditor's bundle on something made or paid lacks an entry of the log before it."""
    subject = judged.by_entry.get(Entry(bundle.subject))
    if bundle.reader != AUDITOR or subject is None or not isinstance(subject.body, _MADE):
        return
    missing = set(range(subject.index)).difference(indices)
    if missing:
        raise failure(
            f"an auditor's bundle holds the whole log up to its {subject.statement.kind}; here {len(missing)} entries "
            f"are missing, the first of them {min(missing)}"
        )


def _snapshot(bundle: Bundle, judged: Judged, item: Stated, indices: Collection[int]) -> tuple[int, int]:
    """Return how many decisions were made anew and how many could not be."""
    freeze = read_freeze(bundle, judged, item)
    if bundle.reader == AUDITOR:
        missing = set(range(item.index)).difference(indices)
        if not missing:
            return check_complete(bundle, judged, freeze)
        if bundle.subject == item.entry:
            raise failure(
                f"an auditor's bundle holds the whole log up to its snapshot; here {len(missing)} entries are missing, "
                f"the first of them {min(missing)}"
            )
    places = [place for place in freeze.places if isinstance(place, Place)]
    made = sum(_check_alone(bundle, judged, freeze, place) for place in places)
    return made, freeze.snapshot.size - len(freeze.places) + len(places) - made


def _check_alone(bundle: Bundle, judged: Judged, freeze: Freeze, place: Place) -> bool:
    """Make one place's decision anew and say whether it could be; raise where it comes out otherwise."""
    if not judged.clouded.isdisjoint((place.work, *place.rests_on)):
        return False
    if place.work not in freeze.known.works:
        if bundle.reader == AUDITOR:
            raise failure(f"work {short(place.work)} stands in the snapshot and in no register")
        return False
    if not freeze.sees(place.work):
        return False
    decision = freeze.decision(place.work)
    standing = freeze.standing(place.work)
    refused = judge(decision, standing, freeze.terms)
    if refused is not None:
        raise refused_though_placed(refused)
    assert decision.basis is not None, "what is allowed has a basis"
    work = freeze.known.works[place.work].work
    rests_on = (*decision.rests_on, *standing.rests_on)
    check_place(
        place, Place(place.slot, work.work, item_of(work), place.family, decision.basis, decision.sheet, rests_on)
    )
    return True


def _answers(bundle: Bundle, judged: Judged, at: datetime) -> list[str]:
    """Return what the bundle's subject comes to at the last instant the bundle knows of."""
    known = judged.known
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
    sight = Sight(known, judged.clouded)
    return [
        _answer(decide(known, question, at, at), at)
        if sight.sees(question.subject)
        else f"{question.use}: cannot be decided anew from what this bundle opens"
        for question in asked
    ]


def _one(allowed: tuple[str, ...], otherwise: str) -> str:
    """Return a value the permission names, or the usual one where it names any."""
    return otherwise if "*" in allowed or not allowed else allowed[0]


def _answer(decision: Decision, at: datetime) -> str:
    word = "permitted" if decision.allowed else "not permitted"
    why = "; ".join(reason.en for reason in decision.reasons)
    return f"{decision.asked.use}: {word} ({decision.state}) as of {format_instant(at)}: {why}"
