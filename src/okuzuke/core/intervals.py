"""Instants and half-open periods [start, end), in aware UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from okuzuke.core.errors import InputError

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Period:
    """The instants t with start <= t < end; `None` as end means without end."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse naive instants and a period that ends before it starts."""
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise InputError("a period needs instants with a zone", remedy="write 2026-12-01T00:00:00Z")
        if self.end is not None and self.end < self.start:
            raise InputError(
                f"a period ends ({format_instant(self.end)}) before it starts ({format_instant(self.start)})",
                remedy="give an end after the start",
            )

    def covers(self, instant: datetime) -> bool:
        """Say whether the instant lies in the period; the end itself does not.

        >>> Period(parse_instant("2026-12-01"), parse_instant("2027-12-01")).covers(parse_instant("2027-12-01"))
        False
        """
        return self.start <= instant and (self.end is None or instant < self.end)

    def overlaps(self, other: Period) -> bool:
        """Say whether some instant lies in both."""
        ends = [period.end for period in (self, other) if period.end is not None]
        return not ends or max(self.start, other.start) < min(ends)


def parse_instant(text: object) -> datetime:
    """Return an instant from RFC 3339 UTC (seconds or microseconds, Z) or a date (its first instant in UTC)."""
    if isinstance(text, str):
        try:
            if _DATE.fullmatch(text):
                return datetime.combine(date.fromisoformat(text), time(), UTC)
            if _INSTANT.fullmatch(text):
                return datetime.fromisoformat(text)
        except ValueError:
            pass  # a well-formed text may still name no day of the calendar
    raise InputError(f"not an instant: {text!r}", remedy="write 2026-12-01 or 2026-12-01T09:00:00Z")


def format_instant(instant: datetime) -> str:
    """Return RFC 3339 UTC with microseconds and Z, the one spelling that is recorded.

    >>> format_instant(parse_instant("2026-12-01"))
    '2026-12-01T00:00:00.000000Z'
    """
    if instant.tzinfo is None:
        raise InputError("an instant without a zone cannot be recorded", remedy="pass an aware UTC instant")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
