"""Which works enter a data set: each decided, screened and counted once; every other refused with its reason. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, WorkId, short
from okuzuke.datasets.manifest import Place, families, item_of
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Basis, Decision, State, TitleStanding
from okuzuke.registry.known import Statements
from okuzuke.registry.reasons import Code, Reason, reason
from okuzuke.registry.words import japanese
from okuzuke.screening.match import Likeness, Review, Screened, Standing, Verdict, standing


class Refusal(StrEnum):
    """Why a work stayed out."""

    NOT_PERMITTED = "not_permitted"
    BASIS = "basis"
    TITLE_CLAIMED = "title_claimed"
    NOT_SCREENED = "not_screened"
    IN_REVIEW = "in_review"
    COPY = "copy"
    UNREADABLE = "unreadable"


_WORDS: Mapping[Refusal, tuple[str, str]] = {
    Refusal.BASIS: (
        "根拠「{detail}」の作品はこのデータセットの対象外です（--basis で指定できます）。",
        "Its basis, {detail}, is not one this snapshot admits (--basis names them).",
    ),
    Refusal.TITLE_CLAIMED: (
        "権利関係が申告のみで、第三者確認者の確認がありません。",
        "Its title is only claimed; a disinterested verifier has not attested it.",
    ),
    Refusal.NOT_SCREENED: (
        "照合が済んでいません（okuzuke screen）。",
        "It was not screened yet: okuzuke screen.",
    ),
    Refusal.IN_REVIEW: (
        "他の権利者の作品と一致または類似しており、確認待ちです（{detail}件）。",
        "It is like works of another party and waits for a person's review ({detail} in all).",
    ),
    Refusal.COPY: (
        "第三者確認者が他の作品の複製と判断しました。",
        "A verifier found it to be a copy of another work.",
    ),
    Refusal.UNREADABLE: (
        "ファイルが記録と一致しないか読み取れません。",
        "Its file is missing or is not the one on record.",
    ),
}


@dataclass(frozen=True, slots=True)
class Screenings:
    """What screening knows, as the snapshot reads it."""

    newest: Mapping[WorkId, tuple[Entry, Screened]]
    reviews: Mapping[WorkId, Sequence[tuple[Entry, Review]]]
    whose: Mapping[WorkId, str]
    """Whose side each work is on (`screening.match.sides`)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A work that stayed out: the kind of refusal, its state, and the register's reasons where it was not permitted.

    A row keeps codes, never sentences, so that a better wording changes no signed record.
    """

    work: WorkId
    refusal: Refusal
    state: State
    detail: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def ja(self) -> tuple[str, ...]:
        """The sentences in Japanese."""
        if self.refusal is Refusal.NOT_PERMITTED:
            return tuple(reason.ja for reason in self.reasons)
        return (_WORDS[self.refusal][0].format(detail=japanese(self.detail)),)

    @property
    def en(self) -> tuple[str, ...]:
        """The sentences in English."""
        if self.refusal is Refusal.NOT_PERMITTED:
            return tuple(reason.en for reason in self.reasons)
        return (_WORDS[self.refusal][1].format(detail=self.detail),)

    def to_row(self) -> JsonObject:
        return {
            "work": self.work,
            "refusal": self.refusal.value,
            "state": self.state.value,
            "detail": self.detail,
            "reasons": [
                {"code": reason.code.value, "who": reason.who, "detail": reason.detail} for reason in self.reasons
            ],
        }

    @classmethod
    def read(cls, row: JsonObject, name: Callable[[str], str] = short) -> Refused:
        """Return what a row keeps; `name` gives the names that its sentences call parties by."""
        fields = Fields(row, "refused")
        refused = cls(
            WorkId(fields.digest("work")),
            fields.choice("refusal", Refusal),
            fields.choice("state", State),
            fields.line("detail"),
            tuple(_read_reason(item, name) for item in fields.objects("reasons")),
        )
        fields.end()
        return refused


@dataclass(frozen=True, slots=True)
class Selection:
    """What a freeze would commit to: places in slot order, and everything refused."""

    places: tuple[Place, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a snapshot is asked for; `asked` carries an empty subject."""

    asked: Asked
    bases: frozenset[Basis]
    title_claimed: bool


def select(
    known: Statements,
    screenings: Screenings,
    slots: Mapping[WorkId, int],
    earlier_families: Mapping[WorkId, WorkId],
    terms: Terms,
    at: datetime,
) -> Selection:
    """Return the places and refusals of a freeze at `at`, which is both what was true and what was known."""
    known = known.until(at)
    decisions = {work: decide(known, replace(terms.asked, subject=work), at, at) for work in known.works}
    attested = {work for work, decision in decisions.items() if decision.title is TitleStanding.ATTESTED}
    admitted: dict[WorkId, tuple[Decision, Standing]] = {}
    refused: list[Refused] = []
    for work in sorted(known.works, key=lambda work: slots[work]):
        place = standing_of(work, screenings, attested)
        no = judge(decisions[work], place, terms)
        if no is None:
            admitted[work] = (decisions[work], place)
        else:
            refused.append(no)
    kept = {work: slots[work] for work in admitted}
    alike = _copies(screenings, kept)
    family = families(kept, alike, earlier_families)
    places = tuple(
        Place(
            slots[work],
            work,
            item_of(known.works[work].work),
            family[work],
            _basis(decision),
            decision.sheet,
            tuple(dict.fromkeys((*decision.rests_on, *place.rests_on))),
        )
        for work, (decision, place) in admitted.items()
    )
    return Selection(places, tuple(refused))


def standing_of(work: WorkId, screenings: Screenings, attested: Collection[WorkId]) -> Standing:
    """Return where the work stands as far as screening goes."""
    screen, screened = screenings.newest.get(work, (None, None))
    return standing(screened, screen, screenings.reviews.get(work, ()), screenings.whose, attested)


def judge(decision: Decision, place: Standing, terms: Terms) -> Refused | None:
    """Return why the work stays out, or None if it enters."""
    work = WorkId(decision.asked.subject)
    if not decision.allowed:
        return Refused(work, Refusal.NOT_PERMITTED, decision.state, reasons=decision.reasons)
    refusal, detail = None, ""
    if decision.basis not in terms.bases:
        refusal, detail = Refusal.BASIS, str(decision.basis)
    elif decision.title not in (TitleStanding.ATTESTED, TitleStanding.FOUND) and not terms.title_claimed:
        refusal = Refusal.TITLE_CLAIMED
    elif place.verdict is None:
        refusal = Refusal.NOT_SCREENED
    elif place.verdict is Verdict.REVIEW:
        refusal, detail = Refusal.IN_REVIEW, str(len(place.against))
    elif place.verdict is Verdict.MATCH:
        refusal = Refusal.COPY
    if refusal is None:
        return None
    state = State.DISPUTED if refusal in (Refusal.IN_REVIEW, Refusal.COPY) else decision.state
    return Refused(work, refusal, state, detail)


def _read_reason(fields: Fields, name: Callable[[str], str]) -> Reason:
    who = PartyId(fields.digest("who")) if fields.has("who") else None
    called = name(who) if who is not None else ""
    told = reason(fields.choice("code", Code), who=who, name=called, detail=fields.line("detail"))
    fields.end()
    return told


def _basis(decision: Decision) -> Basis:
    assert decision.basis is not None, "what is allowed has a basis"
    return decision.basis


def _copies(screenings: Screenings, kept: Collection[WorkId]) -> list[tuple[WorkId, WorkId]]:
    return [
        (work, found.other)
        for work, (_, screened) in screenings.newest.items()
        for found in screened.found
        if work in kept and found.other in kept and found.likeness in (Likeness.SAME_FILE, Likeness.COPY)
    ]
