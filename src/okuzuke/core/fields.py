"""Strict reading of JSON objects: every field is named, typed and accounted for, anything else is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from okuzuke.core.canonical import Json, JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.ids import digest_text
from okuzuke.core.intervals import format_instant, parse_instant

_HIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """Reads one object field by field; `end` refuses what nobody read, so an unknown field never passes unseen."""

    def __init__(self, value: object, what: str) -> None:
        if not isinstance(value, Mapping):
            raise self._error(what, "is not an object")
        self._value: JsonObject = value
        self._what = what
        self._read: set[str] = set()

    def end(self) -> None:
        """Raise if the object holds a field that was not read."""
        unknown = sorted(set(self._value) - self._read)
        if unknown:
            raise self._error(self._what, f"has an unknown field {unknown[0]!r}")

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        self._read.add(name)
        return self._value.get(name) is not None

    def text(self, name: str, *, lines: bool = False) -> str:
        """Return a text of one line, or of several where `lines` is true."""
        value = self._get(name)
        if not isinstance(value, str) or not value or len(value) > 4096:
            raise self._error(f"{self._what}.{name}", f"is not a text of 1 to 4096 characters: {value!r}"[:160])
        return self._shown(name, value, lines=lines)

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def line(self, name: str) -> str:
        """Return a text that may be empty."""
        value = self._get(name)
        if not isinstance(value, str) or len(value) > 4096:
            raise self._error(f"{self._what}.{name}", "is not a text")
        return self._shown(name, value)

    def digest(self, name: str) -> str:
        return digest_text(self._get(name), f"{self._what}.{name}")

    def optional_digest(self, name: str) -> str | None:
        return self.digest(name) if self.has(name) else None

    def digests(self, name: str) -> tuple[str, ...]:
        return tuple(digest_text(item, f"{self._what}.{name}") for item in self.items(name))

    def texts(self, name: str, *, lines: bool = False) -> tuple[str, ...]:
        values = self.items(name)
        for value in values:
            if not isinstance(value, str) or not value or len(value) > 4096:
                raise self._error(f"{self._what}.{name}", f"holds something that is not a text: {value!r}"[:160])
        return tuple(self._shown(name, str(value), lines=lines) for value in values)

    def integer(self, name: str, *, low: int = 0, high: int = 2**53 - 1) -> int:
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._error(f"{self._what}.{name}", f"is not an integer from {low} to {high}: {value!r}"[:160])
        return value

    def truth(self, name: str) -> bool:
        value = self._get(name)
        if not isinstance(value, bool):
            raise self._error(f"{self._what}.{name}", "is not true or false")
        return value

    def instant(self, name: str) -> datetime:
        """Return an instant in the one spelling that is recorded: RFC 3339 UTC with microseconds and Z."""
        value = self._get(name)
        instant = parse_instant(value)
        if format_instant(instant) != value:
            raise self._error(f"{self._what}.{name}", f"is not an instant with microseconds and Z: {value!r}")
        return instant

    def optional_instant(self, name: str) -> datetime | None:
        return self.instant(name) if self.has(name) else None

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        return choose(self._get(name), choices, f"{self._what}.{name}")

    def choices(self, name: str, choices: type[Choice]) -> tuple[Choice, ...]:
        return tuple(choose(item, choices, f"{self._what}.{name}") for item in self.items(name))

    def items(self, name: str) -> Sequence[Json]:
        value = self._get(name)
        if not isinstance(value, list | tuple):
            raise self._error(f"{self._what}.{name}", "is not a list")
        return value

    def object(self, name: str) -> Fields:
        return Fields(self._get(name), f"{self._what}.{name}")

    def objects(self, name: str) -> tuple[Fields, ...]:
        return tuple(Fields(item, f"{self._what}.{name}[{at}]") for at, item in enumerate(self.items(name)))

    def raw(self, name: str) -> Json:
        return self._get(name)

    def _shown(self, name: str, value: str, *, lines: bool = False) -> str:
        """Refuse what a reader could not see or what would turn the line around: control and direction characters."""
        seen = value.replace("\n", "") if lines else value
        hidden = next((one for one in seen if one in _TURNING or unicodedata.category(one) in _HIDDEN), None)
        if hidden is not None:
            raise self._error(f"{self._what}.{name}", f"holds the control character U+{ord(hidden):04X}")
        return value

    def _get(self, name: str) -> Json:
        self._read.add(name)
        if name not in self._value:
            raise self._error(self._what, f"lacks the field {name!r}")
        return self._value[name]

    @staticmethod
    def _error(what: str, problem: str) -> InputError:
        return InputError(f"{what} {problem}", remedy="see docs/formats.md for the shape of this document")


def choose(value: object, choices: type[Choice], what: str) -> Choice:
    """Return the member of a closed set, or an `InputError` that lists the set."""
    try:
        return choices(str(value))
    except ValueError as error:
        raise InputError(f"{what} is {value!r}", remedy=f"use one of {', '.join(choices)}") from error


def only(value: JsonObject, *known: str) -> None:
    """Raise unless every field of the object is one of these; none has to be there, as sealed fields may stay shut."""
    fields = Fields(value, "sealed")
    for name in known:
        fields.has(name)
    fields.end()
