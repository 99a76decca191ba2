"""Results as they are shown: aligned lines for a reader, the dataclass as JSON for a program."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from okuzuke.core.canonical import encode_base64
from okuzuke.core.intervals import format_instant

GAP = "   "


def show(result: object, lines: Sequence[str], *, as_json: bool, after: str | None = None) -> None:
    """Print a result; for a reader its last line says what can be done next."""
    if as_json:
        print(json.dumps(to_json(result), ensure_ascii=False, indent=2))
        return
    for line in lines:
        print(line)
    if after is not None:
        print(f"next: {after}")


def to_json(value: object) -> object:  # noqa: PLR0911 # one return a type
    """Return a frozen dataclass, or what it is made of, as JSON.

    Instants become RFC 3339, fractions "1/3", bytes base64, sets sorted lists.
    """
    match value:
        case None | bool() | int() | float():
            return value
        case str() | Path() | Fraction():
            return str(value)
        case datetime():
            return format_instant(value)
        case bytes():
            return encode_base64(value)
        case Mapping():
            return {str(name): to_json(item) for name, item in value.items()}
        case set() | frozenset():
            return [to_json(item) for item in sorted(value)]
        case Sequence():
            return [to_json(item) for item in value]
    assert dataclasses.is_dataclass(value), f"{type(value).__name__} is no result"
    return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as aligned lines; a Japanese character takes two columns.

    >>> table([["ok", "奥付", "a"], ["FAILED", "b", "c"]])
    ['ok       奥付   a', 'FAILED   b      c']
    """
    widths = [max(width(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows), default=0))]
    return [GAP.join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(row)).rstrip() for row in rows]


def width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def moment(instant: datetime) -> str:
    """Return an instant for a reader, to the second."""
    return format_instant(instant)[:19] + "Z"
