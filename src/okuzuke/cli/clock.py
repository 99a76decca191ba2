"""The one place of the command line that reads a clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okuzuke.training import progress

_EVERY_S = 2.0


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 # the command line is a reader of the clock


class Progress:
    """Says on stderr how far long work has come, how fast, and how long it will take; short work says nothing."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._begun = self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Tell that `done` of `total` are finished."""
        instant = time.monotonic()
        if instant - self._told < _EVERY_S or not done:
            return
        self._told = instant
        rate = done / (instant - self._begun)
        left_s = round((total - done) / rate)
        print(f"{self._what}   {done} of {total}   {rate:.1f} a second   {left_s} s left", file=sys.stderr)


class Watch:
    """Says on stderr how far a run has come, how fast it goes and how long it may take; short work says nothing."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        from okuzuke.training.progress import Meter  # noqa: PLC0415 # help needs no pictures

        self._monotonic = monotonic
        self._meter = Meter(monotonic)
        self._told = monotonic()

    def __call__(self, seen: progress.Progress) -> None:
        """Tell what is done, once every other second."""
        pace = self._meter.pace(seen)
        instant = self._monotonic()
        if pace is None or instant - self._told < _EVERY_S:
            return
        self._told = instant
        rate = f"{pace.per_second:.1f} a second   {round(pace.seconds_left)} s left"
        loss = f"   loss {seen.loss:.4f}" if seen.loss is not None else ""
        print(f"{seen.stage.value}   {seen.done} of {seen.total}   {rate}{loss}", file=sys.stderr, flush=True)
