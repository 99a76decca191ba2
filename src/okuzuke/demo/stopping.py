"""What is refused, and what stops: prompts nobody may have answered, a stop drill, a grant that ends by notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from okuzuke.core.errors import OkuzukeError, RightsError
from okuzuke.core.ids import Entry, WorkId
from okuzuke.demo.alone import Held
from okuzuke.demo.cast import BROADCASTER, STUDIO, VISITOR
from okuzuke.demo.catalogue import series
from okuzuke.demo.freezing import WITH_DEDICATIONS, Taken, freeze
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.telling import Telling
from okuzuke.registry import drafts
from okuzuke.registry.grants import Grant, Ground
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use

NOTICE_ON, ENDED_ON = 101, 135
"""Days of the calendar."""

_TOO_MANY = 60


@dataclass(frozen=True, slots=True)
class Denied:
    """A request that came to nothing: what was typed, and what was said to it."""

    prompt: str
    count: int
    error: OkuzukeError


@dataclass(frozen=True, slots=True)
class Drill:
    """A suspension and its end; `seconds` from the statement to the first refusal, None if an earlier run took it.

    `remains` counts what rests on the suspended grant and stays as it is, by kind.
    """

    suspended: Entry
    resumed: Entry
    seconds: float | None
    remains: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ended:
    """A grant ended by notice, the snapshot after it, and the works that left with it."""

    end: Entry
    taken: Taken
    gone: tuple[WorkId, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """The unhappy half."""

    denied: tuple[Denied, ...]
    drill: Drill
    ended: Ended


def stop(telling: Telling, daruma: Entry, held: Held, before: Taken) -> Stopped:
    """Ask for what is not to be had, stop a series and let it go on, and end a grant by notice."""
    denied = _deny(telling)
    drill = _drill(telling, daruma)
    telling.day(NOTICE_ON)
    return Stopped(denied, drill, _end(telling, held, before))


def _deny(telling: Telling) -> tuple[Denied, ...]:
    asked = ((f"{series('koinobori').title_ja}の絵", 1), ("darumma", 1), ("daruma", _TOO_MANY))
    return tuple(_denied(telling, prompt, count) for prompt, count in asked)


def _denied(telling: Telling, prompt: str, count: int) -> Denied:
    """Ask for pictures that are refused, and print everything that is said."""
    user = telling.parties[VISITOR.name]
    studio = telling.archive.studio
    error = telling.refused(f"ask {prompt}", lambda: studio.generate(prompt, user=user, count=count))
    telling.fact("generate", f"“{prompt}” -n {count}: exit {error.exit_code}")
    for line in error.message.splitlines():
        telling.fact("", f"     {line.strip()}")
    telling.fact("", f"     → {error.remedy}")
    return Denied(prompt, count, error)


def _drill(telling: Telling, subject: Entry) -> Drill:
    """Let one member stop new uses; the time is that of the statement and the first picture refused after it."""
    owner = telling.signer(BROADCASTER, Capacity.OWNER)
    archive, user, seconds = telling.archive, telling.parties[VISITOR.name], list[float]()

    def act() -> Entry:
        began = perf_counter()
        draft = drafts.suspend(owner, archive.registry.known(), subject, None, None)
        entry = archive.registry.say(draft, telling.seed.key(BROADCASTER.name)).entry
        try:
            archive.studio.generate(DARUMA, user=user)
        except RightsError:
            seconds.append(perf_counter() - began)
            return entry
        raise AssertionError("a suspension stops new pictures")

    suspended = telling.step("suspend", act)
    took = f"{seconds[0]:.3f} s from the statement to the first refusal" if seconds else "recorded by an earlier run"
    telling.fact("suspend", f"{BROADCASTER.names.name} alone stops new uses of だるま百態: {took}", suspended)
    for reason in telling.ask(subject, Use.GENERATE).reasons:
        telling.fact("  ja", reason.ja)
        telling.fact("  en", reason.en)
    grant = next(fact.entry for fact, body in archive.registry.known().about(subject, Grant) if body.sheet is not None)
    remains = Counter(step.kind for step in archive.affected(grant))
    kept = ", ".join(f"{kind} {remains[kind]}" for kind in ("model", "output", "capture", "allocation"))
    telling.fact("remains", f"{kept}: what was made and paid stays on record", grant)
    resumed = telling.say(
        "end suspension",
        BROADCASTER,
        lambda _: drafts.end(owner, suspended, Ground.NOTICE, telling.since().start),
    )
    decision = telling.ask(subject, Use.GENERATE)
    telling.fact("end", f"the suspension is taken back: generate {decision.state}", resumed)
    return Drill(suspended, resumed, seconds[0] if seconds else None, dict(remains))


def _end(telling: Telling, held: Held, before: Taken) -> Ended:
    """Let the studio end its grant by notice, and freeze again once that has taken effect."""
    owner = telling.signer(STUDIO, Capacity.OWNER)
    term = timedelta(days=31)
    ended = telling.say(
        "end manekineko",
        STUDIO,
        lambda _: drafts.end(owner, held.grant, Ground.NOTICE, telling.since().start + term),
    )
    last = telling.since().start + term
    telling.fact("end", f"招き猫の商店街, by 30 days' notice: ends {last:%Y-%m-%d}", ended)
    telling.day(ENDED_ON)
    taken = freeze(telling, "C", WITH_DEDICATIONS)
    was, now = ({place.work for place in item.frozen.places} for item in (before, taken))
    known = telling.archive.registry.known()
    gone = tuple(sorted(was - now))
    assert now < was, "nothing came in"
    assert all(held.series in known.scopes(work) for work in gone), "nothing else left"
    assert not any(held.series in known.scopes(work) for work in now), "nothing of it stayed"
    telling.fact("left", f"C is B without its {len(gone)} works, and is otherwise the same", ended)
    return Ended(ended, taken, gone)
