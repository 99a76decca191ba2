"""The one place of the command line that reads a clock."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

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
