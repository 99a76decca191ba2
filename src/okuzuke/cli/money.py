"""Money: the table of rates, credits bought and left, and a month's income divided."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import files, options, subjects, words
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import moment, money_text, show, table
from okuzuke.cli.training import percent
from okuzuke.core.canonical import parse_object
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.core.money import Money

if TYPE_CHECKING:
    from okuzuke.accounts.rates import Rates
    from okuzuke.royalties.desk import Posted

_REFERENCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class RecordedRates:
    """A table of rates as the log holds it."""

    entry: Entry
    rates: Rates


@dataclass(frozen=True, slots=True)
class Bought:
    """A pack of credits that was bought; the same reference is the same purchase."""

    entry: Entry
    user: PartyId
    credits: int
    price: Money
    reference: str


@dataclass(frozen=True, slots=True)
class Lot:
    """Credits that were bought at once, and how many of them are left."""

    entry: Entry
    credits: int
    left: int
    price: Money


@dataclass(frozen=True, slots=True)
class Purse:
    """What a user can spend now; what open holds will take is in `held` and not in the two before it."""

    user: PartyId
    free: int
    paid: int
    held: int
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True)
class Divided:
    """One currency's allocation of a month: what came in, what went to parties, what the platform keeps, the rest."""

    entry: Entry
    currency: str
    captures: int
    revenue: Money
    paid: Money
    kept: Money
    held: Money
    """In the common pool, held back for who contests, or waiting for somebody to be named."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month's allocations; none where nothing was left to divide."""

    period: str
    allocations: tuple[Divided, ...]


def rates(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--file", help="Record this table instead: JSON as --json shows it under rates.")
    ] = None,
) -> None:
    """Show the table of rates in force, or record one.

    A table never holds before it is recorded. Exits with 2 for a file that is no table of rates.
    """
    call = Call.of(context)
    with opened(call) as archive:
        if file is None:
            tariff = archive.till.rates_at(archive.journal.now())
            found = RecordedRates(tariff.entry, tariff.rates)
        else:
            table_ = _read_rates(file)
            found = RecordedRates(archive.till.set_rates(table_).entry, table_)
    show(found, _rates_lines(found), as_json=call.json, after="okuzuke credits buy --pack CREDITS")


def credits_buy(
    context: typer.Context,
    pack: Annotated[int, typer.Option(help="How many credits; okuzuke rates lists the packs.")],
    currency: Annotated[str, typer.Option(help="What the pack is paid in.")] = "USD",
    user: options.User = None,
    reference: Annotated[
        str | None, typer.Option(help="What the payment is called where it was made. Default: a fresh one.")
    ] = None,
) -> None:
    """Record that a user bought a pack of credits; the same reference is never sold twice.

    Exits with 2 for a pack that is not sold, or a reference that paid for another one.
    """
    call = Call.of(context)
    named = reference or secrets.token_hex(_REFERENCE_BYTES)
    with opened(call) as archive:
        buyer = subjects.party(archive, user)
        entry = archive.till.buy(buyer, pack, currency, named)
        lot = next(lot for lot in archive.till.balance(buyer).lots if lot.purchase == entry)
        name = archive.registry.known().name(buyer)
    bought = Bought(entry, buyer, lot.credits, lot.price, named)
    cells = [f"{bought.credits} credits", money_text(bought.price), f"for {name}", f"reference {named}", short(entry)]
    after = f'okuzuke generate "TAG, TAG" --series TITLE -n 8 -o pictures --user {short(buyer)}'
    show(bought, table([["bought クレジット購入", *cells]]), as_json=call.json, after=after)


def credits_show(context: typer.Context, user: options.User = None) -> None:
    """Show what a user can spend now: today's free credits, paid ones, and what is held."""
    call = Call.of(context)
    with opened(call) as archive:
        owner = subjects.party(archive, user)
        balance = archive.till.balance(owner)
        name = archive.registry.known().name(owner)
    lots = tuple(Lot(lot.purchase, lot.credits, lot.left, lot.price) for lot in balance.lots)
    purse = Purse(owner, balance.free_left, balance.paid, balance.held, lots)
    cells = [name, f"free today 本日の無料分 {purse.free}", f"paid 有料分 {purse.paid}", f"held 確保中 {purse.held}"]
    rows = [["lot", f"{lot.left} of {lot.credits} left", money_text(lot.price), short(lot.entry)] for lot in lots]
    lines = [*table([["credits クレジット", *cells, short(owner)]]), *table(rows)]
    show(purse, lines, as_json=call.json, after=f"okuzuke credits buy --pack CREDITS --user {short(owner)}")


def allocate(
    context: typer.Context,
    period: Annotated[str, typer.Option(metavar="YYYY-MM", help="A month of Asia/Tokyo.")],
) -> None:
    """Divide what a month's paid pictures earned among those whose works made them.

    Free pictures earn nothing; a second call finds nothing new and exits with 0 too.
    """
    call = Call.of(context)
    with opened(call) as archive:
        done = archive.royalties.allocate(period)
    month = Month(done.period, tuple(_divided(posted) for posted in done.posted))
    rows = [
        [
            words.both("allocation", words.KINDS),
            month.period,
            f"revenue 収入 {money_text(item.revenue)}",
            f"paid 権利者へ {money_text(item.paid)}",
            f"kept 運営分 {money_text(item.kept)}",
            f"held 留保・共通分 {money_text(item.held)}",
            short(item.entry),
        ]
        for item in month.allocations
    ]
    nothing = f"nothing of {period} is left to divide 分配する収入はありません"
    show(month, table(rows) or [nothing], as_json=call.json, after=f"okuzuke account PARTY --period {period}")


def _read_rates(file: Path) -> Rates:
    from okuzuke.accounts.rates import Rates  # noqa: PLC0415 # help needs no rates

    fields = Fields(parse_object(files.read(file), str(file)), "rates")
    read = Rates.read(fields, {})
    fields.end()
    return read


def _rates_lines(found: RecordedRates) -> list[str]:
    rates_ = found.rates
    return table(
        [
            [words.both("rates", words.KINDS), f"from {moment(rates_.effective_from)}", short(found.entry)],
            ["free 無料分", f"{rates_.free_per_day} credits a day, Asia/Tokyo"],
            ["picture 静止画", f"{rates_.picture_credits} credits"],
            ["clip 動画", f"{rates_.clip_credits} credits"],
            *(["pack 購入単位", f"{pack.credits} credits", money_text(pack.price)] for pack in rates_.packs),
            ["platform 運営分", percent(rates_.platform_share_ppm)],
            *(["cpu second 処理1秒の原価", money_text(cost)] for cost in rates_.cpu_second),
        ]
    )


def _divided(posted: Posted) -> Divided:
    allocation = posted.allocation
    revenue, paid, kept = allocation.revenue, allocation.paid, allocation.kept
    assert revenue is not None, "the archive's own allocation is open"
    assert paid is not None, "the archive's own allocation is open"
    assert kept is not None, "the archive's own allocation is open"
    held = Money(revenue.sub_units - paid.sub_units - kept.sub_units, allocation.currency)
    return Divided(posted.entry, allocation.currency, allocation.captures, revenue, paid, kept, held)
