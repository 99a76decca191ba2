"""Who may decide for the owners: windows 窓口権 per use, medium, territory and period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import PartyId
from okuzuke.core.intervals import Period
from okuzuke.registry.interests import read_part
from okuzuke.registry.uses import Use, read_territories, read_uses


class Rule(StrEnum):
    """How the owners decide: one window company, all of them, or parts that reach a threshold."""

    WINDOW = "window"
    UNANIMOUS = "unanimous"
    PARTS = "parts"


class Suspender(StrEnum):
    """Who may stop new uses at once."""

    ANY_MEMBER = "any_member"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Window:
    """The decision rule for some uses; what no window names is 窓口未定, and so needs every owner."""

    uses: frozenset[Use]
    mediums: tuple[str, ...]
    territories: tuple[str, ...]
    start: datetime
    end: datetime | None
    rule: Rule
    party: PartyId | None
    at_least: Fraction | None

    def covers(self, use: Use, medium: str, territory: str, instant: datetime) -> bool:
        return (
            use in self.uses
            and ("*" in self.mediums or medium in self.mediums)
            and ("*" in self.territories or territory in self.territories)
            and Period(self.start, self.end).covers(instant)
        )


@dataclass(frozen=True, slots=True)
class Authority:
    """The owners' agreement on who decides. Kind `authority`; in force once every owner has signed it."""

    subject: str
    windows: tuple[Window, ...]
    suspender: Suspender
    agreement_sha256: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Authority:
        only(sealed, "clause")
        return cls(
            public.digest("subject"),
            tuple(_window(fields) for fields in public.objects("windows")),
            public.choice("suspension_by", Suspender),
            public.optional_digest("agreement_sha256"),
        )


def _window(fields: Fields) -> Window:
    rule = fields.choice("rule", Rule)
    party = PartyId(fields.digest("party")) if fields.has("party") else None
    at_least = read_part(fields.text("at_least"), "at_least") if fields.has("at_least") else None
    if (rule is Rule.WINDOW) != (party is not None) or (rule is Rule.PARTS) != (at_least is not None):
        raise InputError(f"a window by rule {rule} lacks or doubles its decider", remedy="give a party or at_least")
    window = Window(
        read_uses(fields, "uses"),
        fields.texts("mediums"),
        read_territories(fields, "territories"),
        fields.instant("from"),
        fields.optional_instant("until"),
        rule,
        party,
        at_least,
    )
    Period(window.start, window.end)
    fields.end()
    return window
