"""Data sets frozen from what may be used, on grants alone and with dedications beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from okuzuke.datasets.desk import Frozen
from okuzuke.demo.telling import Telling
from okuzuke.registry.decision import Basis
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


def snapshots(telling: Telling) -> tuple[Taken, ...]:
    """Freeze grants only, then with dedications, and let the second through the gate."""
    taken = (freeze(telling, "A", GRANTS), freeze(telling, "B", WITH_DEDICATIONS))
    gate = telling.archive.datasets.loader(taken[-1].frozen.entry)
    passed = sum(1 for _ in gate)
    telling.fact("gate", f"{passed:>4} of {len(taken[-1].frozen.places)} items are what their rows commit to")
    return taken


def freeze(telling: Telling, letter: str, bases: frozenset[Basis]) -> Taken:
    """Freeze what may be used to train now, on these bases."""
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
