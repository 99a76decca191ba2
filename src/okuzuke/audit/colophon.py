"""The colophon 奥付 of one output: everything its last page shows, from a bundle that was verified. Pure.

What is sealed comes only in `Opened`, and a colophon for the public cannot be given one. `leaf` sets the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry
from okuzuke.core.money import Money
from okuzuke.core.pages import WHOLE, Both, Named
from okuzuke.registry.decision import Basis
from okuzuke.registry.uses import Use

MEDIA_TYPES = frozenset({"image/png", "image/webp", "image/jpeg"})


class Reader(StrEnum):
    """Whom the page is for; everyone but the public may be shown what was opened to them."""

    PUBLIC = "public"
    USER = "user"
    PAYEE = "payee"
    AUDITOR = "auditor"


class Force(StrEnum):
    """How a basis stands now; void and rescission undo it from the start, the others never look back."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    DISPUTED = "disputed"
    ENDED = "ended"
    VOID = "void"
    RESCISSION = "rescission"


class Destination(StrEnum):
    """The kind of account that money went to."""

    PLATFORM = "platform"
    PAYEE = "payee"
    COMMON = "common"
    ESCROW = "escrow"
    SUSPENSE = "suspense"


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture itself, small as it was made, with what it shows."""

    data: bytes
    media_type: str
    width: int
    height: int
    shows: Both


@dataclass(frozen=True, slots=True)
class Made:
    """By which model, and when."""

    model: Named
    number: int
    trained_at: datetime
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """Works the model learned from under one sheet or one dedication, and why it might; `changed` is when it fell."""

    name: Named
    basis: Basis
    force: Force
    since: datetime
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence named in the request; without a grant it rests on a dedication."""

    subject: Named
    use: Use
    grant: Entry | None


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's share of the output, in parts per million."""

    unit: Named
    ppm: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What went to one account: to whom, for which unit and line of its sheet, where there are such."""

    destination: Destination
    amount: Money
    payee: Named | None = None
    unit: Named | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened to one reader: a payee sees its own parts and lines, an auditor all; None is what stayed shut."""

    reader: Named
    asked: str | None = None
    tags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    price: Money | None = None
    paid: tuple[Paid, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where the ledger holds the output, and under which checkpoint."""

    entry: Entry
    index: int
    recorded_at: datetime
    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A joint that does not hold: its name, and the verifier's own words."""

    joint: Both
    detail: str


@dataclass(frozen=True, slots=True)
class Check:
    """What verifying came to: the files it needs, whether the log's key was pinned, and the joints that failed."""

    bundle: str
    trust: str
    pinned: bool
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Colophon:
    """Everything the page shows; `copyright_lines` stand as their owners wrote them."""

    output_id: str
    number: int
    series: tuple[Named, ...]
    picture: Picture
    made: Made
    copyright_lines: tuple[str, ...]
    units: tuple[Unit, ...]
    licences: tuple[Licence, ...]
    human_contribution: str
    user_licence: str
    recorded: Recorded
    check: Check
    demo: bool
    reader: Reader = Reader.PUBLIC
    opened: Opened | None = None

    def __post_init__(self) -> None:
        """Refuse sealed fields on a public page, a picture that could run, and parts or money beyond the whole."""
        if (self.reader is Reader.PUBLIC) != (self.opened is None):
            raise InputError(
                f"a page for {self.reader} {'opens' if self.opened else 'lacks'} sealed fields",
                remedy="pass what was opened for every reader but the public",
            )
        if self.picture.media_type not in MEDIA_TYPES:
            raise InputError(
                f"a picture of type {self.picture.media_type!r}", remedy=f"use one of {', '.join(sorted(MEDIA_TYPES))}"
            )
        if self.opened is not None:
            _check_sums(self.opened)

    @property
    def undone(self) -> tuple[Unit, ...]:
        """The units whose basis was undone from the start."""
        return tuple(unit for unit in self.units if unit.force in (Force.VOID, Force.RESCISSION))

    @property
    def sound(self) -> bool:
        """Whether every joint holds and no basis was undone."""
        return not self.check.failures and not self.undone


def _check_sums(opened: Opened) -> None:
    whole = sum(part.ppm for part in opened.parts)
    price = opened.price
    if not 0 <= whole <= WHOLE or any(part.ppm < 0 for part in opened.parts):
        raise InputError(f"parts of {whole} ppm", remedy="give parts from 0 that sum to at most 1000000")
    if opened.paid and price is None:
        raise InputError("money went somewhere and no price is opened", remedy="open the price too")
    if price is not None and (
        any(item.amount.currency != price.currency for item in opened.paid)
        or sum(item.amount.sub_units for item in opened.paid) > price.sub_units
    ):
        raise InputError("what was paid is not within the price", remedy="give the transfers of this output only")
