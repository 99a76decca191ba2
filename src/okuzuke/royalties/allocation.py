"""Allocation: what one month's captures in one currency came to, and the transfers that divide it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from okuzuke.accounts.book import TransferSet
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry
from okuzuke.core.intervals import Period
from okuzuke.core.money import SCALES, Money

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Allocation:
    """One month's money in one currency, divided. Kind `allocation`; it rests on all it was divided by.

    The amounts are sealed: `revenue` is what was captured, `paid` of it is payable to parties, `kept` the platform's;
    what is left is held back, in the common pool, or unattributed.
    """

    period: str
    """A month of Asia/Tokyo, "2026-06"."""
    currency: str
    captures: int
    transfers: TransferSet
    fees: TransferSet
    """The set of `FeesOf` rows, one an output: what its licences took, so that a payee can divide what was left."""
    revenue: Money | None
    """None, as `paid` and `kept`, where the sealed field stays shut."""
    paid: Money | None
    kept: Money | None

    def to_public(self) -> JsonObject:
        return {
            "period": self.period,
            "currency": self.currency,
            "captures": self.captures,
            "transfers": self.transfers.to_json(),
            "fees": self.fees.to_json(),
        }

    def to_sealed(self) -> JsonObject:
        named = {"revenue": self.revenue, "paid": self.paid, "kept": self.kept}
        return {name: money.to_json() for name, money in named.items() if money is not None}

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Allocation:
        only(sealed, "revenue", "paid", "kept")
        currency = public.text("currency")
        if currency not in SCALES:
            raise InputError(f"unknown currency {currency!r}", remedy=f"use one of {', '.join(SCALES)}")
        return cls(
            month_text(public.text("period")),
            currency,
            public.integer("captures", low=1),
            TransferSet.read(public.object("transfers")),
            TransferSet.read(public.object("fees")),
            _money(sealed, "revenue", currency),
            _money(sealed, "paid", currency),
            _money(sealed, "kept", currency),
        )


@dataclass(frozen=True, slots=True)
class FeesOf:
    """What the licences named in its request took of one output, all together."""

    output: Entry
    fees: Money

    def to_row(self) -> JsonObject:
        return {"output": self.output, "fees": self.fees.to_json()}

    @classmethod
    def read(cls, row: JsonObject) -> FeesOf:
        fields = Fields(row, "fees")
        found = cls(Entry(fields.digest("output")), Money.from_json(fields.raw("fees")))
        fields.end()
        return found


def month_text(text: str) -> str:
    """Return the text if it is a month in its one spelling."""
    if not _MONTH.fullmatch(text):
        raise InputError(f"{text!r} is no month", remedy="write it as 2026-06")
    return text


def month(period: str) -> Period:
    """Return a month of Asia/Tokyo as instants, from its first to the first of the next.

    >>> month("2026-06").start.isoformat()
    '2026-05-31T15:00:00+00:00'
    """
    year, number = (int(part) for part in month_text(period).split("-"))
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    first, last = (datetime(*found, 1, tzinfo=ZoneInfo("Asia/Tokyo")) for found in ((year, number), following))
    return Period(first.astimezone(UTC), last.astimezone(UTC))


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts that are all of this currency."""
    found = list(amounts)
    assert all(money.currency == currency for money in found), "one allocation is of one currency"
    return Money(sum(money.sub_units for money in found), currency)


def _money(sealed: JsonObject, name: str, currency: str) -> Money | None:
    if name not in sealed:
        return None
    money = Money.from_json(sealed[name])
    if money.currency != currency or money.sub_units < 0:
        raise InputError(f"{name} is no amount of {currency}", remedy="see docs/formats.md")
    return money
