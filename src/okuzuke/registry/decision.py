"""A question to the register and its answer, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from okuzuke.core.ids import Entry, PartyId
from okuzuke.registry.grants import PLATFORM
from okuzuke.registry.reasons import Reason
from okuzuke.registry.uses import Use


class State(StrEnum):
    """Where a work stands for a use, as a rights desk's board shows it."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    NEGOTIATING = "negotiating"
    DECLINED = "declined"
    GRANTED = "granted"
    SUSPENDED = "suspended"
    ENDED = "ended"
    DISPUTED = "disputed"


class Basis(StrEnum):
    """Why a use is permitted."""

    GRANT = "grant"
    DEDICATION = "dedication"


class TitleStanding(StrEnum):
    """How well the title behind an answer is supported; `found` is the operator's finding of a dedication.

    `unstated` is the title of a refusal that did not come to the question of who owns the subject.
    """

    UNSTATED = "unstated"

    CLAIMED = "claimed"
    ATTESTED = "attested"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: may this licensee do this with the subject, there, for that?

    A None matches only a permission that is not narrowed in that respect.
    """

    subject: str
    use: Use
    licensee: str | None = PLATFORM
    purpose: str | None = "commercial"
    territory: str | None = "JP"
    medium: str | None = "picture"
    model_family: str | None = "okuzuke"


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody whose agreement the use needs, and the statements that give it; none means it is missing."""

    role: str
    party: PartyId | None
    covered_by: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with all it rests on."""

    asked: Asked
    valid_at: datetime
    known_at: datetime
    allowed: bool
    state: State
    basis: Basis | None
    title: TitleStanding
    needs: tuple[Need, ...]
    reasons: tuple[Reason, ...]
    rests_on: tuple[Entry, ...]
    grant: Entry | None
    sheet: Entry | None
    until: datetime | None
    """When the answer must be asked again at the latest; None means no end is on record."""
