"""Distribution 分配: an ordered waterfall of lines, versioned; who is paid is no question of who agrees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry, PartyId

PPM = 1_000_000


class Of(StrEnum):
    """What a line's share is taken of: all that came in, or what the lines above left."""

    GROSS = "gross"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the waterfall, in parts per million."""

    name: str
    payee: PartyId
    of: Of
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """How money for a subject is shared. Kind `sheet`; its id is the entry of its first version.

    Sealed: `lines` (name, payee, of, share_ppm), in order; the last line takes the rest, 1,000,000 ppm of it.
    """

    subject: str
    first: Entry | None
    """None in the first version, the first version's entry in later ones."""
    lines: tuple[Line, ...] | None
    """None where the sealed field stays shut."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Sheet:
        only(sealed, "lines", "notes")
        first = Entry(public.digest("sheet")) if public.has("sheet") else None
        lines = tuple(_line(item) for item in Fields(sealed, "sealed").objects("lines")) if "lines" in sealed else None
        if lines is not None:
            _check(lines)
        return cls(public.digest("subject"), first, lines)


def _line(fields: Fields) -> Line:
    line = Line(
        fields.text("name"),
        PartyId(fields.digest("payee")),
        fields.choice("of", Of),
        fields.integer("share_ppm", low=1, high=PPM),
    )
    fields.end()
    return line


def _check(lines: tuple[Line, ...]) -> None:
    if not lines or lines[-1].of is not Of.REST or lines[-1].share_ppm != PPM:
        raise InputError("the last line does not take the whole rest", remedy="end with NAME=PARTY:rest:1000000")
    if sum(line.share_ppm for line in lines if line.of is Of.GROSS) > PPM:
        raise InputError("the lines take more than came in", remedy="lower the gross lines to 1000000 ppm in all")
