"""What credits cost and what the platform keeps: effective-dated tables, the day of a quota, a lot's value. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry
from okuzuke.core.intervals import format_instant
from okuzuke.core.money import Money

PPM = 1_000_000
MOST_CREDITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Pack:
    """Credits sold at once, and their price."""

    credits: int
    price: Money


@dataclass(frozen=True, slots=True)
class Rates:
    """One table of rates. Kind `rates`; nothing of it is sealed, it rests on the operator."""

    effective_from: datetime
    """From when it is meant to hold; it never holds before it is recorded."""
    free_per_day: int
    """Free credits of a user on each day of Asia/Tokyo."""
    picture_credits: int
    clip_credits: int
    packs: tuple[Pack, ...]
    platform_share_ppm: int
    cpu_second: tuple[Money, ...]
    """What a second of one processor costs the platform, once in each currency."""

    def __post_init__(self) -> None:
        """Refuse packs that nobody could tell apart, credits worth nothing, and a cost said twice."""
        packs = [(pack.credits, pack.price.currency) for pack in self.packs]
        if len(set(packs)) != len(packs):
            raise InputError("one pack has two prices in one currency", remedy="keep one of them")
        for pack in self.packs:
            if pack.price.sub_units < pack.credits:
                raise InputError(
                    f"{pack.credits} credits at {pack.price.sub_units} sub-units of {pack.price.currency}",
                    remedy="ask at least one sub-unit a credit",
                )
        currencies = [cost.currency for cost in self.cpu_second]
        if len(set(currencies)) != len(currencies) or any(cost.sub_units < 0 for cost in self.cpu_second):
            raise InputError("cpu_second is below zero or said twice in one currency", remedy="give each once")

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Rates:
        only(sealed)
        return cls(
            public.instant("effective_from"),
            public.integer("free_per_day", high=MOST_CREDITS),
            public.integer("picture_credits", low=1, high=MOST_CREDITS),
            public.integer("clip_credits", low=1, high=MOST_CREDITS),
            tuple(_pack(fields) for fields in public.objects("packs")),
            public.integer("platform_share_ppm", high=PPM),
            tuple(Money.from_json(value) for value in public.items("cpu_second")),
        )

    def to_public(self) -> JsonObject:
        return {
            "effective_from": format_instant(self.effective_from),
            "free_per_day": self.free_per_day,
            "picture_credits": self.picture_credits,
            "clip_credits": self.clip_credits,
            "packs": [{"credits": pack.credits, "price": pack.price.to_json()} for pack in self.packs],
            "platform_share_ppm": self.platform_share_ppm,
            "cpu_second": [cost.to_json() for cost in self.cpu_second],
        }

    def pack(self, number: int, currency: str) -> Pack:
        """Return the pack of so many credits in this currency, or an `InputError` that lists what is sold."""
        for pack in self.packs:
            if pack.credits == number and type(number) is int and pack.price.currency == currency:
                return pack
        sold = ", ".join(f"{pack.credits} in {pack.price.currency}" for pack in self.packs)
        raise InputError(f"no pack of {number!r} credits in {currency}", remedy=f"choose one of: {sold or 'none yet'}")

    def metered(self, cpu_microseconds: int, currency: str) -> Money:
        """Return what so much processor time costs, rounded down to a sub-unit; zero where the table has no rate."""
        rate = next((cost.sub_units for cost in self.cpu_second if cost.currency == currency), 0)
        return Money(rate * cpu_microseconds // 1_000_000, currency)


@dataclass(frozen=True, slots=True)
class Tariff:
    """A table of rates as the log holds it."""

    entry: Entry
    position: int
    recorded_at: datetime
    rates: Rates


def default_rates(effective_from: datetime) -> Rates:
    """Return the table an archive begins with: 30 credits a day free, 10 credits for 4 USD or 600 JPY."""
    return Rates(
        effective_from,
        free_per_day=30,
        picture_credits=1,
        clip_credits=8,
        packs=(Pack(10, Money(4_000_000, "USD")), Pack(10, Money(600_000_000, "JPY"))),
        platform_share_ppm=200_000,
        cpu_second=(Money(14, "USD"), Money(2_100, "JPY")),
    )


def in_force(tariffs: Sequence[Tariff], at: datetime) -> Tariff | None:
    """Return the last recorded table that had begun at the instant, None where none had.

    A table begins when it says so, but never before it is recorded.
    """
    begun = [item for item in tariffs if max(item.rates.effective_from, item.recorded_at) <= at]
    return max(begun, key=lambda item: item.position, default=None)


def tokyo_day(at: datetime) -> date:
    """Return the day in Asia/Tokyo, on which a quota counts.

    >>> from okuzuke.core.intervals import parse_instant
    >>> [str(tokyo_day(parse_instant(text))) for text in ("2026-06-01T14:59:59Z", "2026-06-01T15:00:00Z")]
    ['2026-06-01', '2026-06-02']
    """
    if at.tzinfo is None:
        raise InputError("an instant without a zone has no day in Tokyo", remedy="pass an aware UTC instant")
    return at.astimezone(ZoneInfo("Asia/Tokyo")).date()


def tokyo_month(at: datetime) -> str:
    """Return the month in Asia/Tokyo to which income belongs, written 2026-06."""
    return tokyo_day(at).isoformat()[:7]


def lot_value(price: Money, credits: int, first: int, last: int) -> Money:  # noqa: A002 # the domain's word
    """Return what credits `first` up to, not with, `last` of a lot are worth: floor(P*last/N) - floor(P*first/N).

    Any partition of a lot sums to its price exactly. Source: cumulative rounding.

    >>> [lot_value(Money(10, "JPY"), 3, at, at + 1).sub_units for at in range(3)]
    [3, 3, 4]
    """
    if not 0 <= first <= last <= credits or credits == 0:
        raise InputError(f"credits {first} to {last} of a lot of {credits}", remedy="stay within the lot")
    return Money(price.sub_units * last // credits - price.sub_units * first // credits, price.currency)


def _pack(fields: Fields) -> Pack:
    pack = Pack(fields.integer("credits", low=1, high=MOST_CREDITS), Money.from_json(fields.raw("price")))
    fields.end()
    return pack
