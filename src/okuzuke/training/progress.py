"""What a run tells its observers while it runs, and how fast that is. No clock is read here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from PIL import Image


class Stage(StrEnum):
    """What is under way: works are read through the gate, or steps are made."""

    READING = "reading"
    TRAINING = "training"


Preview: TypeAlias = Callable[[Sequence[Sequence[str]], int], list[Image.Image]]
"""Draws one picture for each list of tags from the averaged weights as they are, from a seed; changes nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """So much of the whole is done: works read, or steps made."""

    stage: Stage
    done: int
    total: int
    loss: float | None = None
    """None while works are read."""
    preview: Preview | None = None
    """None while works are read."""


Observe: TypeAlias = Callable[[Progress], None]
"""Is called after each work and each step; what it raises stops the run, which then goes on from its last state."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a stage went and how long it may still take."""

    per_second: float
    seconds_left: float


class Meter:
    """Measures a stage by the clock it is given; what was done before it first looked does not count."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._begun: dict[Stage, tuple[int, float]] = {}

    def pace(self, progress: Progress) -> Pace | None:
        """Return the pace since the stage began, None as long as there is nothing to measure."""
        now = self._monotonic()
        done, began = self._begun.setdefault(progress.stage, (progress.done, now))
        if progress.done == done or now <= began:
            return None
        rate = (progress.done - done) / (now - began)
        return Pace(rate, (progress.total - progress.done) / rate)


def unseen(_progress: Progress) -> None:
    """Observe nothing."""
