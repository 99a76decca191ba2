"""Results as they are shown: aligned lines for a reader, the dataclass as JSON for a program."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

from okuzuke.core.canonical import encode_base64
from okuzuke.core.errors import OkuzukeError
from okuzuke.core.intervals import format_instant
from okuzuke.core.money import Money
from okuzuke.core.plain import plain
from okuzuke.royalties.account import amount_text

GAP = "   "
_WHOLE = 80
"""Characters of a value that a message shows."""
# Messages show values as Python does, in quotes, or as the digits of an id.
_VALUE = re.compile(r"""(?<!\w)(?:'[^'\n]*'|"[^"\n]*")(?!\w)|[0-9a-f]{64,}""")


def show(result: object, lines: Sequence[str], *, as_json: bool, after: str | None = None) -> None:
    """Print a result; for a reader its last line says what can be done next."""
    if as_json:
        print(_json_text(to_json(result)))
        return
    for line in lines:
        print(plain(line))
    if after is not None:
        print(f"next: {plain(after)}")


def error_text(error: OkuzukeError, *, as_json: bool) -> str:
    """Return what went wrong as it is shown: values cut, and only the last line begins with "remedy"."""
    said, then = cut(error.message), cut(error.remedy)
    if as_json:
        return _json_text({"error": said, "remedy": then, "exit": error.exit_code})
    lines = "\n  ".join(plain(line) for line in said.split("\n"))
    return f"error: {lines}\nremedy: {plain(then)}"


def cut(message: str) -> str:
    """Return the message with every long value in it cut.

    >>> cut(f"{'a' * 90!r} is no id") == f"'{'a' * 80}…' is no id"
    True
    """
    return _VALUE.sub(lambda found: _cut_value(found[0]), message)


def to_json(value: object) -> object:  # noqa: PLR0911 # one return a type
    """Return a frozen dataclass, or what it is made of, as JSON.

    Instants become RFC 3339, fractions "1/3", money as statements write it, bytes base64, sets sorted lists.
    """
    match value:
        case None | bool() | int() | float():
            return value
        case str() | Path() | Fraction():
            return str(value)
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case Money():
            return value.to_json()
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
    """Return the rows as aligned lines of plain text; a Japanese character takes two columns.

    >>> table([["ok", "奥付", "a"], ["FAILED", "b", "c"]])
    ['ok       奥付   a', 'FAILED   b      c']
    """
    rows = [[plain(cell) for cell in row] for row in rows]
    widths = [max(width(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows), default=0))]
    return [GAP.join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(row)).rstrip() for row in rows]


def width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def moment(instant: datetime) -> str:
    """Return an instant for a reader, to the second."""
    return format_instant(instant)[:19] + "Z"


def money_text(money: Money) -> str:
    """Return an amount with its currency, every sub-unit written out."""
    return f"{amount_text(money)} {money.currency}"


def _cut_value(value: str) -> str:
    mark = value[0] if value[0] in "'\"" else ""
    inner = value.strip(mark) if mark else value
    return value if len(inner) <= _WHOLE else f"{mark}{inner[:_WHOLE]}…{mark}"


def _json_text(value: object) -> str:
    """Return JSON as text; what is not printable is escaped, as a terminal may show it."""
    lines = json.dumps(value, ensure_ascii=False, indent=2).split("\n")
    return "\n".join("".join(_json_character(character) for character in line) for line in lines)


def _json_character(character: str) -> str:
    return character if plain(character) == character else json.dumps(character)[1:-1]
