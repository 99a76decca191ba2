"""Paid credits as lots, and holds that set credits aside while a generation runs. Pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from okuzuke.accounts.rates import lot_value
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import Money


@dataclass(frozen=True, slots=True)
class Lot:
    """Credits bought at once; they are used from the first on and go to nobody else."""

    purchase: Entry
    lot: str
    """The digest that names it in its account."""
    credits: int
    used: int
    price: Money

    @property
    def left(self) -> int:
        return self.credits - self.used

    def value(self, first: int, last: int) -> Money:
        """Return what credits `first` up to, not with, `last` are worth."""
        return lot_value(self.price, self.credits, first, last)


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits set aside for some outputs until they are captured, voided, or `expires_at` comes."""

    key: str
    user: PartyId
    outputs: int
    unit_credits: int
    free: int
    paid: int
    currency: str | None
    """Of the lots that are to pay, None where nothing is paid."""
    opened_at: datetime
    expires_at: datetime


def available(lots: Iterable[Lot], holds: Iterable[Hold]) -> dict[str, int]:
    """Return the paid credits that nothing holds, by currency, the currency of the oldest unfinished lot first."""
    found: dict[str, int] = {}
    for lot in lots:
        if lot.left == 0:
            continue
        found[lot.price.currency] = found.get(lot.price.currency, 0) + lot.left
    for hold in holds:
        if hold.currency is not None:
            found[hold.currency] = found.get(hold.currency, 0) - hold.paid
    return found
