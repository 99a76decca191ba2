"""Data sets frozen from what may be used, and a stop drill: one member's word, and how soon nothing new is used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from time import perf_counter

from okuzuke.core.ids import Entry
from okuzuke.datasets.desk import Frozen
from okuzuke.demo.cast import BROADCASTER
from okuzuke.demo.telling import Telling
from okuzuke.registry import drafts
from okuzuke.registry.decision import Asked, Basis
from okuzuke.registry.grants import Ground
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use

GRANTS = frozenset({Basis.GRANT})
WITH_DEDICATIONS = frozenset({Basis.GRANT, Basis.DEDICATION})


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot of the story under the letter the pages call it by."""

    letter: str
    bases: frozenset[Basis]
    frozen: Frozen

    @property
    def refused(self) -> Counter[str]:
        """How many works stayed out, by refusal."""
        return Counter(item.refusal.value for item in self.frozen.refused)


@dataclass(frozen=True, slots=True)
class Drill:
    """A suspension and its end; `seconds` from the statement to the first refusal, None if an earlier run took it."""

    suspended: Entry
    resumed: Entry
    seconds: float | None


def snapshots(telling: Telling, subject: Entry) -> tuple[tuple[Taken, ...], Drill]:
    """Freeze grants only, then with dedications, then while one member has suspended the committee's series."""
    taken = [_freeze(telling, "A", GRANTS), _freeze(telling, "B", WITH_DEDICATIONS)]
    _load(telling, taken[-1])
    suspended, seconds = _suspend(telling, subject)
    taken.append(_freeze(telling, "C", WITH_DEDICATIONS))
    owner = telling.signer(BROADCASTER, Capacity.OWNER)
    resumed = telling.say(
        "end suspension",
        BROADCASTER,
        lambda _: drafts.end(owner, suspended, Ground.NOTICE, telling.since().start),
    )
    decision = telling.ask(subject, Use.TRAIN)
    telling.fact("end", f"the suspension is taken back: train {decision.state}", resumed)
    return tuple(taken), Drill(suspended, resumed, seconds)


def _freeze(telling: Telling, letter: str, bases: frozenset[Basis]) -> Taken:
    datasets = telling.archive.datasets
    entry = telling.step(f"snapshot {letter}", lambda: datasets.snapshot(Use.TRAIN, bases).entry)
    taken = Taken(letter, bases, datasets.read(entry))
    names = "+".join(sorted(bases))
    count, refused = len(taken.frozen.places), len(taken.frozen.refused)
    telling.fact(f"snapshot {letter}", f"{count:>4} works admitted, {refused} refused  --basis {names}", entry)
    telling.fact("", f"     root {taken.frozen.manifest}")
    for refusal, number in sorted(taken.refused.items()):
        telling.fact("refused", f"{number:>4} {refusal}")
    return taken


def _load(telling: Telling, taken: Taken) -> None:
    gate = telling.archive.datasets.loader(taken.frozen.entry)
    passed = sum(1 for _ in gate)
    telling.fact("gate", f"{passed:>4} of {len(taken.frozen.places)} items are what their rows commit to")


def _suspend(telling: Telling, subject: Entry) -> tuple[Entry, float | None]:
    """Let one member stop new uses; the time is that of the statement and the first question after it."""
    seconds: list[float] = []
    owner = telling.signer(BROADCASTER, Capacity.OWNER)
    registry = telling.archive.registry

    def act() -> Entry:
        began = perf_counter()
        entry = registry.say(
            drafts.suspend(owner, registry.known(), subject, None, None), telling.seed.key(BROADCASTER.name)
        ).entry
        refused = not registry.decide(Asked(subject, Use.TRAIN)).allowed
        seconds.append(perf_counter() - began)
        assert refused, "a suspension stops new uses"
        return entry

    entry = telling.step("suspend", act)
    took = f"{seconds[0]:.3f} s from the statement to the first refusal" if seconds else "recorded by an earlier run"
    telling.fact("suspend", f"{BROADCASTER.names.name} alone stops new uses of だるま百態: {took}", entry)
    for reason in telling.ask(subject, Use.TRAIN).reasons:
        telling.fact("  ja", reason.ja)
        telling.fact("  en", reason.en)
    return entry, seconds[0] if seconds else None
