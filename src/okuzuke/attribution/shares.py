"""Shares: who contributed to one output, a row a unit, in parts per million that sum exactly. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okuzuke.attribution.scorer import WHOLE_PPM
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.registry.decision import Basis


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit contributed to one output; a unit that contributed nothing has no row."""

    output: Entry
    unit: Entry
    basis: Basis
    ppm: int

    def to_row(self) -> JsonObject:
        return {"output": self.output, "unit": self.unit, "basis": self.basis.value, "ppm": self.ppm}

    @classmethod
    def read(cls, row: JsonObject) -> Part:
        fields = Fields(row, "part")
        part = cls(
            Entry(fields.digest("output")),
            Entry(fields.digest("unit")),
            fields.choice("basis", Basis),
            fields.integer("ppm", low=1, high=WHOLE_PPM),
        )
        fields.end()
        return part


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of one output. Kind `shares`; it rests on the output and on the scorer that gave them."""

    output: Entry
    """The output's statement."""
    scorer: Entry
    parts: SetRoot
    size: int

    def to_public(self) -> JsonObject:
        return {"output": self.output, "scorer": self.scorer, "parts": {"root": self.parts, "size": self.size}}

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Shares:
        only(sealed)
        parts = public.object("parts")
        shares = cls(
            Entry(public.digest("output")),
            Entry(public.digest("scorer")),
            SetRoot(parts.digest("root")),
            parts.integer("size", low=1),
        )
        parts.end()
        return shares


def parts_of(output: Entry, scored: Mapping[Entry, int], bases: Mapping[Entry, Basis]) -> tuple[Part, ...]:
    """Return the rows of an output's shares, in the order of their units."""
    return tuple(Part(output, unit, bases[unit], scored[unit]) for unit in sorted(scored) if scored[unit])


def check_parts(shares: Shares, parts: Sequence[Part]) -> None:
    """Raise unless the rows are this output's, a unit each, and sum to 1,000,000 ppm."""
    units = [part.unit for part in parts]
    if any(part.output != shares.output for part in parts) or units != sorted(set(units)) or len(units) != shares.size:
        raise CheckFailedError("the parts are not one row a unit of this output", remedy="ask for them as recorded")
    if sum(part.ppm for part in parts) != WHOLE_PPM:
        raise CheckFailedError("the parts of an output do not sum to the whole", remedy="ask for them as recorded")
