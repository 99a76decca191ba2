"""What is asked of a model, and whether it may be made: rights first. Pure.

Who names a series, a character or an author asks for them alone; who names nobody asks for every unit the model rests
on. A unit whose series are not granted for `generate` now refuses; a grant that was void from the start refuses the
whole model, since nobody can take out of it what it learnt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from okuzuke.core.canonical import Json, JsonObject
from okuzuke.core.errors import InputError, RightsError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry, PartyId, WorkId, short
from okuzuke.core.intervals import parse_instant
from okuzuke.core.plain import plain
from okuzuke.datasets.manifest import Place, Snapshot
from okuzuke.generation.names import NameKind, Prompt, key
from okuzuke.registry import holders
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Decision, State
from okuzuke.registry.grants import FROM_THE_START, Ending
from okuzuke.registry.interests import Interest, InterestKind, Ownership
from okuzuke.registry.known import Statements
from okuzuke.registry.reasons import Code
from okuzuke.registry.scope import ANY
from okuzuke.registry.uses import Use
from okuzuke.registry.words import STATES, USES
from okuzuke.registry.works import Character, Persona, Register, Series
from okuzuke.training.model import Model
from okuzuke.training.vocabulary import Vocabulary

MOST_OUTPUTS = 256
MOST_STEPS = 100
MOST_GUIDANCE_MILLI = 20_000
_SHOWN = 12
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Licence:
    """One use of one series that the request rests on; a dedication has neither grant nor sheet."""

    subject: Entry
    use: Use
    grant: Entry | None
    sheet: Entry | None

    @classmethod
    def read(cls, fields: Fields) -> Licence:
        grant, sheet = fields.optional_digest("grant"), fields.optional_digest("sheet")
        licence = cls(
            Entry(fields.digest("subject")),
            fields.choice("use", Use),
            Entry(grant) if grant is not None else None,
            Entry(sheet) if sheet is not None else None,
        )
        fields.end()
        return licence

    def to_json(self) -> JsonObject:
        return {"subject": self.subject, "use": self.use.value, "grant": self.grant, "sheet": self.sheet}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of a model, by whom. Kind `request`; sealed: `prompt`, `tags`, `user`.

    It rests on the model, the user and everything the decisions about its licences rest on.
    """

    model: Entry
    count: int
    seed: int
    steps: int
    guidance_milli: int
    medium: str
    purpose: str
    territory: str
    licences: tuple[Licence, ...]
    prompt: str | None
    """None where the sealed field stays shut, as of the two below."""
    tags: tuple[str, ...] | None
    """All that the model was led by: the prompt's tags and those of the units it names."""
    user: PartyId | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Request:
        only(sealed, "prompt", "tags", "user")
        opened = Fields(sealed, "sealed")
        return cls(
            Entry(public.digest("model")),
            public.integer("count", low=1, high=MOST_OUTPUTS),
            public.integer("seed"),
            public.integer("steps", low=1, high=MOST_STEPS),
            public.integer("guidance_milli", high=MOST_GUIDANCE_MILLI),
            public.text("medium"),
            public.text("purpose"),
            public.text("territory"),
            tuple(Licence.read(item) for item in public.objects("licences")),
            opened.line("prompt") if "prompt" in sealed else None,
            opened.texts("tags") if "tags" in sealed else None,
            PartyId(opened.digest("user")) if "user" in sealed else None,
        )

    def to_public(self) -> JsonObject:
        return {
            "model": self.model,
            "count": self.count,
            "seed": self.seed,
            "steps": self.steps,
            "guidance_milli": self.guidance_milli,
            "medium": self.medium,
            "purpose": self.purpose,
            "territory": self.territory,
            "licences": [licence.to_json() for licence in self.licences],
        }

    def to_sealed(self) -> JsonObject:
        sealed: dict[str, Json] = {} if self.prompt is None else {"prompt": self.prompt}
        sealed |= {} if self.tags is None else {"tags": list(self.tags)}
        return sealed | ({} if self.user is None else {"user": self.user})


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model as a request sees it: what it knows, and the works it was made from."""

    entry: Entry
    model: Model
    vocabulary: Vocabulary
    snapshot: Snapshot
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request is for, as a grant may narrow it."""

    medium: str = "picture"
    purpose: str = "commercial"
    territory: str = "JP"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request names, before anyone says whether it may be made."""

    series: tuple[Entry, ...]
    """None named means every unit of the model."""
    further: tuple[tuple[str, Use], ...]
    """Questions beyond `generate`: a character's, a persona's, an author's style."""
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """Every decision that a request rests on; all of them are allowed."""

    decisions: tuple[Decision, ...]
    licences: tuple[Licence, ...]
    rests_on: tuple[Entry, ...]


def wish(known: Statements, learnt: Learnt, prompt: Prompt, series: Sequence[Entry]) -> Wish:
    """Return what a prompt and the series named beside it ask for, the named units' own tags first."""
    named = list(series)
    further: list[tuple[str, Use]] = []
    learnt_series = set(_series_of(learnt))
    called = {key(name.text) for name in prompt.names if name.subject in learnt_series}
    for name in prompt.names:
        if name.kind is NameKind.SERIES:
            # Whoever opens a series of the same name later must not stop what the model has learnt under it.
            if name.subject in learnt_series or key(name.text) not in called:
                named.append(name.subject)
        elif name.kind is NameKind.CHARACTER:
            character = known.body(name.subject, Character)
            assert character is not None, "names are of what is on record"
            named.append(character.series)
            further.append((character.series, Use.CHARACTER))
        elif name.kind is NameKind.PERSONA:
            further.append((name.subject, Use.LIKENESS))
        else:
            made = _made(known, PartyId(name.subject))
            made = [item for item in made if item in _series_of(learnt)] or made
            named += made
            further += [(item, Use.STYLE) for item in made]
    units = learnt.vocabulary.units
    named += [item for tag in prompt.tags for unit in own_tags(learnt).get(tag, ()) for item in units[unit].series]
    tags = [tag for words in units.values() if set(words.series) & set(named) for tag in words.tags]
    return Wish(_distinct(named), _distinct(further), _distinct([*tags, *prompt.tags]))


def own_tags(learnt: Learnt) -> Mapping[str, tuple[Entry, ...]]:
    """Return the tags that name a unit: every trained work of it carries the tag, and no other's work does."""
    families = {unit.unit: unit.families for unit in learnt.model.units}
    bearers: dict[str, list[Entry]] = {}
    for unit, words in learnt.vocabulary.units.items():
        for tag in words.tags:
            bearers.setdefault(tag, []).append(unit)
    return {
        tag: tuple(units)
        for tag, units in bearers.items()
        if len(units) == 1 and learnt.vocabulary.tags.get(tag, 0) <= families.get(units[0], 0)
    }


def permit(known: Statements, learnt: Learnt, wanted: Wish, terms: Terms, at: datetime) -> Permit:
    """Return what permits the wish now, or raise `RightsError` that says who is missing and whom to ask.

    A series that is permitted and that this model has not learnt raises `InputError`. Cost: the decisions on the named
    series, or on all of the model's, and on those of their works that somebody has said something about.
    """
    known = known.until(at)
    _refuse_taint(known, learnt, at)
    asked = replace(
        learnt.snapshot.asked, use=Use.GENERATE, medium=terms.medium, purpose=terms.purpose, territory=terms.territory
    )
    series = wanted.series or (() if wanted.further else _series_of(learnt))
    questions = [replace(asked, subject=subject) for item in series for subject in _subjects(known, learnt, item)]
    if not wanted.series:
        lost = (place.work for place in learnt.places if place.work not in known.works)
        questions += [replace(asked, subject=work) for work in lost]
    questions += [replace(asked, subject=subject, use=use) for subject, use in wanted.further]
    decisions = [decide(known, question, at, at) for question in _distinct(questions)]
    refused = [decision for decision in decisions if not decision.allowed]
    if refused:
        raise _refusal(known, refused, named=bool(wanted.series or wanted.further))
    _check_learnt(known, learnt, wanted)
    licences = [
        Licence(_series(known, decision.asked.subject), decision.asked.use, decision.grant, decision.sheet)
        for decision in decisions
    ]
    rests_on = [entry for decision in decisions for entry in decision.rests_on]
    return Permit(tuple(decisions), _distinct(licences), _distinct(rests_on))


def _subjects(known: Statements, learnt: Learnt, series: Entry) -> Iterator[str]:
    """Yield the series, and those of its works that may be answered differently from it.

    The series itself is left out where each of its works in the model has had something said about it alone.
    """
    works = [place.work for place in learnt.places if _entered(known, place.work) == series]
    apart = [work for work in works if _stands_apart(known, work)]
    if not works or len(apart) < len(works):
        yield series
    yield from apart


def _stands_apart(known: Statements, work: WorkId) -> bool:
    registered = known.works[work].work
    beneath = registered.based_on or registered.contains
    return bool(known.by_subject.get(work) or beneath or not registered.published) or len(known.scopes(work)) == 1


def _refuse_taint(known: Statements, learnt: Learnt, at: datetime) -> None:
    """Raise where a work would not have entered the snapshot had it been known then that a grant was void."""
    ends = (fact.body for fact in known.facts.values())
    void = {end.target for end in ends if isinstance(end, Ending) and end.ground in FROM_THE_START}
    if not void:
        return
    frozen_at = parse_instant(learnt.snapshot.frozen_at)
    for place in learnt.places:
        if void & set(place.rests_on):
            decision = decide(known, replace(learnt.snapshot.asked, subject=place.work), frozen_at, at)
            if not decision.allowed:
                told = "\n".join(_told(known, decision))
                raise RightsError(
                    f"the model {plain(learnt.model.name)} learnt from a work whose permission never took effect; "
                    f"nothing is made with it\n"
                    f"モデル「{plain(learnt.model.name)}」は、初めから効力のない許諾のもとで学習したため使用できません\n{told}",
                    remedy="train a model without it: okuzuke snapshot --use train, then okuzuke train SNAPSHOT",
                )


def _refusal(known: Statements, refused: Sequence[Decision], *, named: bool) -> RightsError:
    lines = [line for decision in refused[:_SHOWN] for line in _told(known, decision)]
    if len(refused) > _SHOWN:
        lines.append(f"and {len(refused) - _SHOWN} more / ほか{len(refused) - _SHOWN}件")
    asked = list(dict.fromkeys(name for decision in refused for name in _whom(known, decision)))
    remedy = f"ask {', '.join(asked)}: {_typed(refused[0])}"
    return RightsError("\n".join(lines), remedy=remedy if named else f"{remedy}; or name a series: --series TITLE")


def _typed(decision: Decision) -> str:
    """Return what whoever is asked would type."""
    asked, codes = decision.asked, {reason.code for reason in decision.reasons}
    subject = short(asked.subject)
    if Code.NO_OWNERSHIP in codes:
        return f"okuzuke ownership {subject} --owner PARTY=1 --form sole --title creation --key KEY.pem"
    if decision.state is State.SUSPENDED or not codes.isdisjoint({Code.NOT_A_LICENSING_UNIT, Code.UNKNOWN_SUBJECT}):
        return f"okuzuke consent show {subject} --use {asked.use}"
    if Code.MORAL_MISSING in codes:
        return f"okuzuke consent moral {subject} --use {asked.use} --key AUTHOR.pem"
    if decision.grant is not None and decision.state is State.NEGOTIATING:
        return f"okuzuke consent give {short(decision.grant)} --key MEMBER.pem"
    return f"okuzuke grant {subject} --use {asked.use} --key OWNER.pem"


def _told(known: Statements, decision: Decision) -> list[str]:
    """Return a refusal in both languages: what, its state, all reasons, whom to ask."""
    use, state, title = decision.asked.use, decision.state, _title(known, decision.asked.subject)
    answer = "不許諾" if state is State.DECLINED else "許諾未取得"
    whom = ", ".join(_whom(known, decision))
    return [
        f"{title}: {use} is not permitted ({state}); ask {whom}",
        f"{title}：「{USES[use]}」は{answer}です（{STATES[state]}）。問い合わせ先：{whom}",
        *(f"  {text}" for reason in decision.reasons for text in (reason.en, reason.ja)),
    ]


def _whom(known: Statements, decision: Decision) -> list[str]:
    """Return the names of those who can change a refusal: whom its reasons name, else who holds the subject."""
    parties = [reason.who for reason in decision.reasons if reason.who is not None]
    asked = decision.asked
    if not parties:
        place = (asked.medium or ANY, asked.territory or ANY)
        scopes = known.scopes(asked.subject)
        held = holders.holders(known, scopes, asked.use, place, decision.valid_at)
        persona = known.body(asked.subject, Persona)
        if persona is not None:
            parties = [persona.person]
        elif held is not None:
            window = held.window.party if held.window is not None else None
            parties = list(held.owners.owners) if window is None else [window]
        else:
            parties = sorted(known.registrants(asked.subject)) or [PartyId(known.operator or "")]
    return [plain(known.name(party)) for party in dict.fromkeys(parties)]


def _check_learnt(known: Statements, learnt: Learnt, wanted: Wish) -> None:
    inside = _series_of(learnt)
    missing = [_title(known, series) for series in wanted.series if series not in inside]
    if missing:
        titles = ", ".join(_title(known, series) for series in inside)
        raise InputError(
            f"this model has not learnt {', '.join(missing)}, though it is permitted\n"
            f"許諾はありますが、このモデルは学習していません：{'、'.join(missing)}",
            remedy=f"name one that it has learnt: {titles}",
        )


def _series_of(learnt: Learnt) -> tuple[Entry, ...]:
    """Return the series whose works the model was trained on."""
    return _distinct([item for words in learnt.vocabulary.units.values() for item in words.series])


def _made(known: Statements, party: PartyId) -> list[Entry]:
    """Return the series that a party is stated to own or to have made, in whole or in one of their works."""
    found: list[Entry] = []
    for fact in known.facts.values():
        body = fact.body
        owns = isinstance(body, Ownership) and party in body.owners
        made = isinstance(body, Interest) and body.kind is InterestKind.AUTHOR and body.party == party
        if (owns or made) and isinstance(body, Ownership | Interest):
            found.append(_series(known, body.subject))
        elif isinstance(body, Character) and body.designer == party:
            found.append(body.series)
    return list(_distinct(found))


def _series(known: Statements, subject: str) -> Entry:
    """Return the series of a work, or the subject itself."""
    return _entered(known, WorkId(subject)) or Entry(subject)


def _entered(known: Statements, work: WorkId) -> Entry | None:
    registered = known.works.get(work)
    register = registered.register.body if registered is not None else None
    return register.series if isinstance(register, Register) else None


def _title(known: Statements, subject: str) -> str:
    series = known.body(_series(known, subject), Series)
    persona = known.body(subject, Persona)
    work = known.works.get(WorkId(subject))
    if series is None:
        return plain(persona.name) if persona is not None else short(subject)
    return plain(f"{series.title} ({series.title_en})" + (f", {work.work.name}" if work is not None else ""))


def _distinct(items: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
