"""A model trained on what a snapshot admits, and the scorer that says who contributed to what it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import TypeAlias

from okuzuke.attribution.scorer import Scorer
from okuzuke.core.ids import Entry
from okuzuke.core.pages import percent
from okuzuke.demo.freezing import Taken
from okuzuke.demo.telling import Telling
from okuzuke.training.desk import Trained
from okuzuke.training.progress import Meter, Progress
from okuzuke.training.recipe import Recipe

PRESET = "tiny"
_EVERY_SECONDS = 5.0

Shape: TypeAlias = Callable[[Recipe], Recipe]
"""What makes the preset's recipe the story's."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The story's model and its scorer; `train_seconds` are those of this run, 0 where an earlier one trained."""

    trained: Trained
    scorer_entry: Entry
    scorer: Scorer
    train_seconds: float


def learn(telling: Telling, taken: Taken, shape: Shape) -> Learnt:
    """Train on the snapshot, however often that is interrupted, and fit the model's scorer."""
    training = telling.archive.training
    recipe = shape(training.recipe(PRESET, telling.seed.number))
    watch = _Watch(telling)
    began = perf_counter()
    entry = telling.step("train", lambda: training.train(taken.frozen.entry, recipe, observe=watch).entry, "model")
    seconds = perf_counter() - began if watch.looked else 0.0
    trained = training.read(entry)
    telling.fact("model", trained.model.name, entry)
    telling.fact("", f"     hash {trained.model.model}")
    run = trained.run
    telling.fact(
        "",
        f"     {run.trained} families learnt from, {run.held_out} held out; {trained.model.steps} steps",
        run.snapshot,
    )
    attribution = telling.archive.attribution
    fitted = telling.step("fit scorer", lambda: attribution.fit(entry).entry)
    found = attribution.scorer_of(entry)
    assert found is not None, "the step recorded a scorer"
    scorer = found.scorer
    told = f"{scorer.correct} of {scorer.trials} held-out works told apart among {scorer.classes} units"
    telling.fact("scorer", f"{told}; rho {percent(scorer.rho_ppm)}", fitted)
    return Learnt(trained, fitted, scorer, round(seconds, 3))


class _Watch:
    """Prints how far a run is every few seconds, and lets its model be recorded alike however it came about."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._meter = Meter(monotonic)
        self._last = monotonic()
        self.looked = False

    def __call__(self, progress: Progress) -> None:
        if not self.looked:
            self._telling.halfway("record model")
            self.looked = True
        pace = self._meter.pace(progress)
        now = monotonic()
        if pace is None or (now - self._last < _EVERY_SECONDS and progress.done < progress.total):
            return
        self._last = now
        left = f"{pace.per_second:.1f} a second, {pace.seconds_left:.0f} s left"
        loss = f"  loss {progress.loss:.3f}" if progress.loss is not None else ""
        self._telling.fact(progress.stage.value, f"{progress.done:>4} of {progress.total}  {left}{loss}")
