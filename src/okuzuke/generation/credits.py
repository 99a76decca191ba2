"""Credits: who bought them, and which of them pay for what was made. Pure, read by verifiers too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from okuzuke.accounts import book
from okuzuke.accounts.book import Pool, Transfer, TransferSet
from okuzuke.accounts.lots import Hold, Lot, available
from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError, InputError, RightsError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.intervals import format_instant
from okuzuke.core.money import Money
from okuzuke.ledger.statement import RestsOn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Purchase:
    """Credits sold. Kind `purchase`; sealed: `user`, `credits`, `price`, `reference`; rests on [rates, user].

    `reference` is what the payment is called where it was made; one reference of a user is one lot. A sealed field is
    None where it stays shut.
    """

    rates: Entry
    transfers: TransferSet
    user: PartyId | None
    credits: int | None
    price: Money | None
    reference: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Purchase:
        only(sealed, "user", "credits", "price", "reference")
        opened = Fields(sealed, "sealed")
        return cls(
            Entry(public.digest("rates")),
            TransferSet.read(public.object("transfers")),
            PartyId(opened.digest("user")) if "user" in sealed else None,
            opened.integer("credits", low=1) if "credits" in sealed else None,
            Money.from_json(sealed["price"]) if "price" in sealed else None,
            opened.text("reference") if "reference" in sealed else None,
        )

    def to_public(self) -> JsonObject:
        return {"rates": self.rates, "transfers": self.transfers.to_json()}

    def to_sealed(self) -> JsonObject:
        return {
            "user": self.user,
            "credits": self.credits,
            "price": opened(self.price, "price").to_json(),
            "reference": self.reference,
        }

    def lot(self, purchase: Entry) -> Lot:
        """Return the lot as it was bought; `purchase` is the statement's entry."""
        name = lot_digest(opened(self.user, "user"), opened(self.reference, "reference"))
        return Lot(purchase, name, opened(self.credits, "credits"), 0, opened(self.price, "price"))


@dataclass(frozen=True, slots=True)
class Draw:
    """Credits `first` up to, not with, `last` of a lot: so many of it were used before, and so many after."""

    lot: Entry
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Capture:
    """What outputs cost and who paid. Kind `capture`; rests on [request, rates, each output, each lot].

    Sealed: `user`, `free` and `paid` (credits), `lots`, `prices` (one an output, zero for free), `cost` (metered).
    """

    request: Entry
    outputs: int
    transfers: TransferSet | None
    """None where all was free."""
    user: PartyId | None
    free: int | None
    paid: int | None
    lots: tuple[Draw, ...] | None
    prices: tuple[Money, ...] | None
    cost: Money | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Capture:
        only(sealed, "user", "free", "paid", "lots", "prices", "cost")
        opened = Fields(sealed, "sealed")
        public.raw("transfers")
        return cls(
            Entry(public.digest("request")),
            public.integer("outputs", low=1),
            TransferSet.read(public.object("transfers")) if public.has("transfers") else None,
            PartyId(opened.digest("user")) if "user" in sealed else None,
            opened.integer("free") if "free" in sealed else None,
            opened.integer("paid") if "paid" in sealed else None,
            tuple(_draw(fields) for fields in opened.objects("lots")) if "lots" in sealed else None,
            tuple(_amount(value) for value in opened.items("prices")) if "prices" in sealed else None,
            _amount(sealed["cost"]) if "cost" in sealed else None,
        )

    def to_public(self) -> JsonObject:
        return {
            "request": self.request,
            "outputs": self.outputs,
            "transfers": self.transfers.to_json() if self.transfers is not None else None,
        }

    def to_sealed(self) -> JsonObject:
        return {
            "user": self.user,
            "free": self.free,
            "paid": self.paid,
            "lots": [{"lot": at.lot, "first": at.first, "last": at.last} for at in opened(self.lots, "lots")],
            "prices": [price.to_json() for price in opened(self.prices, "prices")],
            "cost": opened(self.cost, "cost").to_json(),
        }

    def beneath(self, rests_on: Sequence[RestsOn]) -> Beneath:
        """Return what the statement rests on by its parts; another order or number is refused."""
        entries = [item.entry for item in rests_on if item.entry is not None]
        if len(entries) != len(rests_on) or len(set(entries)) != len(entries) or len(entries) < 2 + self.outputs:
            raise InputError("a capture does not rest on its request, rates and outputs", remedy="capture it anew")
        if entries[0] != self.request:
            raise InputError("a capture rests on another request than it names", remedy="capture it anew")
        end = 2 + self.outputs
        return Beneath(entries[1], tuple(entries[2:end]), tuple(entries[end:]))


@dataclass(frozen=True, slots=True)
class Beneath:
    """What a capture rests on besides its request: the rates in force, the outputs in their order, the lots drawn."""

    rates: Entry
    outputs: tuple[Entry, ...]
    lots: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Reserve:
    """What would pay: free credits, then paid ones of one currency; None where nothing is paid."""

    free: int
    paid: int
    currency: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one output takes from one lot; `output` counts from 0."""

    output: int
    lot: Lot
    amount: Money


@dataclass(frozen=True, slots=True)
class Charge:
    """Which credits pay, and what each output costs by them."""

    free: int
    paid: int
    draws: tuple[Draw, ...]
    prices: tuple[Money, ...]
    parts: tuple[Part, ...]

    def moves(self, outputs: Sequence[Entry], month: str) -> tuple[Transfer, ...]:
        """Return the transfers that follow: from each lot to the month's pool, a row for each output and lot."""
        return tuple(
            Transfer(
                book.deferred(part.lot.lot, part.amount.currency),
                book.pool(Pool.GENERATION, month, part.amount.currency),
                part.amount,
                output=outputs[part.output],
            )
            for part in self.parts
            if part.amount.sub_units > 0
        )


def lot_digest(user: PartyId, reference: str) -> str:
    """Return SHA-256 of the JCS list ["okuzuke/lot/v1", user, reference], which names a lot in its account."""
    return digest(canonical_bytes(["okuzuke/lot/v1", user, reference])).hex()


def paid_in(user: PartyId, reference: str, price: Money) -> tuple[Transfer, ...]:
    """Return the transfers of a purchase: the price, from cash to what is deferred of the lot."""
    lot = book.deferred(lot_digest(user, reference), price.currency)
    return (Transfer(book.cash(price.currency), lot, price),)


def free_left(free_per_day: int, captured: int, holds: Sequence[Hold]) -> int:
    """Return the free credits left of a day; an open hold counts on every day until it closes."""
    return max(0, free_per_day - captured - sum(hold.free for hold in holds))


def reserve(needed: int, free: int, lots: Sequence[Lot], holds: Sequence[Hold]) -> Reserve:
    """Return what pays `needed` credits: today's free ones first, then lots of one currency, the oldest's first.

    Raises: `RightsError` naming how many are missing, where neither suffices.
    """
    paid = max(0, needed - free)
    if paid == 0:
        return Reserve(needed, 0, None)
    wallet = available(lots, holds)
    for currency, left in wallet.items():
        if left >= paid:
            return Reserve(needed - paid, paid, currency)
    missing = paid - max(wallet.values(), default=0)
    held = sum(hold.free + hold.paid for hold in holds)
    until = format_instant(max(hold.expires_at for hold in holds))[:16] if holds else ""
    also = f"\n{held} are held by a generation under way or cut off, until {until}Z at the latest" if held else ""
    also_ja = f"\n生成中または中断した依頼が {held} を確保しています（遅くとも {until}Z まで）" if held else ""
    raise RightsError(
        f"no credits: {needed} are needed, {missing} are missing{also}\n"
        f"クレジットが足りません: 必要 {needed}、不足 {missing}{also_ja}",
        remedy="buy some: okuzuke credits buy; free ones come back at midnight in Tokyo",
    )


def charge(outputs: int, unit_credits: int, free: int, lots: Sequence[Lot], currency: str) -> Charge:
    """Return how outputs of `unit_credits` each are paid: free credits first, then the currency's lots, oldest first.

    The first outputs take the free credits. Prices are the lots' own values, so every split of a lot sums to its price.

    >>> charge(3, 1, 1, [Lot(Entry("a"), "b", 3, 0, Money(10, "JPY"))], "JPY").prices[2]
    Money(sub_units=3, currency='JPY')
    """
    needed = outputs * unit_credits
    paid = max(0, needed - free)
    draws = _draws(paid, [lot for lot in lots if lot.price.currency == currency])
    by_entry = {lot.purchase: lot for lot in lots}
    parts = _parts(needed - paid, unit_credits, draws, by_entry)
    prices = [0] * outputs
    for part in parts:
        prices[part.output] += part.amount.sub_units
    return Charge(needed - paid, paid, draws, tuple(Money(price, currency) for price in prices), parts)


def opened(value: T | None, name: str) -> T:
    """Return a sealed field, or raise `CheckFailedError` where it stays shut."""
    if value is None:
        raise CheckFailedError(f"the sealed field {name!r} is not open here", remedy="read it in the archive")
    return value


def _draws(paid: int, lots: Sequence[Lot]) -> tuple[Draw, ...]:
    draws: list[Draw] = []
    rest = paid
    for lot in lots:
        taken = min(rest, lot.left)
        if taken:
            draws.append(Draw(lot.purchase, lot.used, lot.used + taken))
        rest -= taken
    if rest:
        raise RightsError(
            f"no credits: {rest} of {paid} are missing\nクレジットが足りません: 不足 {rest}",
            remedy="buy some: okuzuke credits buy",
        )
    return tuple(draws)


def _parts(free: int, unit_credits: int, draws: Sequence[Draw], lots: Mapping[Entry, Lot]) -> tuple[Part, ...]:
    """Cut each draw where an output ends; the credits stand in one row, the free ones first."""
    parts: list[Part] = []
    place = free
    for drawn in draws:
        first = drawn.first
        while first < drawn.last:
            output = place // unit_credits
            last = min(drawn.last, first + (output + 1) * unit_credits - place)
            lot = lots[drawn.lot]
            parts.append(Part(output, lot, lot.value(first, last)))
            place, first = place + last - first, last
    return tuple(parts)


def _amount(value: Json) -> Money:
    money = Money.from_json(value)
    if money.sub_units < 0:
        raise InputError(f"a price or cost of {money.sub_units}", remedy="give zero or more")
    return money


def _draw(fields: Fields) -> Draw:
    drawn = Draw(Entry(fields.digest("lot")), fields.integer("first"), fields.integer("last", low=1))
    fields.end()
    return drawn
