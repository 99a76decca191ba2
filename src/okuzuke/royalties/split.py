"""How one paid output is divided: platform, declared fees, attributed and common part, then down each sheet. Pure.

All of it is integers of sub-units. Every division is either rounded down with the remainder going on to the next step,
or shared out by largest remainder, so that what comes out is what went in, to the sub-unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okuzuke.accounts import book
from okuzuke.accounts.book import Account, Pool, Transfer
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.money import Money, allocate
from okuzuke.registry.decision import Basis
from okuzuke.registry.prices import Per, Price, PriceModel
from okuzuke.registry.sheets import PPM, Line, Of

_OTHERS = ""
"""Sorts before every id, so that a tie of remainders goes to what is not contested, or has no sheet."""


@dataclass(frozen=True, slots=True)
class Paid:
    """An output somebody paid for: its statement, what was captured for it, and the Tokyo month of the capture."""

    output: Entry
    price: Money
    month: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the model as money meets it: how many families were trained on, and which of them are contested."""

    unit: Entry
    basis: Basis
    families: int
    contested: tuple[WorkId, ...] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """A licence named in the request: the sheet its money goes to, and what it costs. None is a licence without one."""

    sheet: Entry | None
    price: Price | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a capture was split under: the platform's share, the scorer's reliability, the model's units."""

    platform_share_ppm: int
    rho_ppm: int
    units: tuple[Unit, ...]
    waterfalls: Mapping[Entry, tuple[Line, ...]]
    """Each sheet's lines in its newest version recorded by the capture; a sheet without readable ones is absent."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What an output's price becomes, before any sheet divides it; the amounts sum to the price."""

    kept: int
    sheets: Mapping[Entry, int]
    """What falls to each sheet: its fee, its attributed and its common part."""
    common: int
    """What falls to dedications, and so to the common pool: nobody may be paid for them."""
    unattributed: int
    """Fees of licences that name no sheet."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one line of a waterfall takes."""

    line: Line
    amount: int


def split(paid: Paid, fees: Sequence[Fee], parts: Mapping[Entry, int], terms: Terms) -> tuple[Transfer, ...]:
    """Return the transfers that divide one paid output, out of the pool of its month; they sum to its price.

    `parts` are its shares, which sum to 1,000,000 ppm. The order in which anything is named changes nothing.
    """
    stages = divide(paid.price, fees, parts, terms)
    currency = paid.price.currency
    pool = book.pool(Pool.GENERATION, paid.month, currency)
    units = {unit.unit: unit for unit in terms.units}

    found: list[Transfer] = []

    def move(
        credit: Account, amount: int, unit: Entry | None = None, line: str | None = None, payee: PartyId | None = None
    ) -> None:
        if amount:
            found.append(Transfer(pool, credit, Money(amount, currency), paid.output, unit, line, payee))

    move(book.platform(currency), stages.kept)
    move(book.pool(Pool.COMMON, paid.month, currency), stages.common)
    move(book.suspense(currency), stages.unattributed)
    for sheet in sorted(stages.sheets):
        held, free = withhold(stages.sheets[sheet], units.get(sheet))
        for family, amount in held.items():
            move(book.escrow(family, currency), amount, sheet)
        lines = terms.waterfalls.get(sheet)
        if lines is None:
            move(book.suspense(currency), free, sheet)
            continue
        for run in waterfall(free, lines):
            move(book.payable(run.line.payee, currency), run.amount, sheet, run.line.name, run.line.payee)
    assert sum(transfer.amount.sub_units for transfer in found) == paid.price.sub_units, "a split loses nothing"
    return tuple(found)


def divide(price: Money, fees: Sequence[Fee], parts: Mapping[Entry, int], terms: Terms) -> Stages:
    """Return what falls to whom before the sheets: platform, fees, then rho attributed and the rest common."""
    units = {unit.unit: unit for unit in terms.units}
    if not set(parts) <= set(units) or sum(parts.values()) != PPM:
        raise CheckFailedError(
            "the shares name a unit the model does not have", remedy="check the shares: okuzuke log show"
        )
    kept = price.sub_units * terms.platform_share_ppm // PPM
    asked = _declared(price, fees, price.sub_units - kept)
    rest = price.sub_units - kept - sum(asked.values())
    attributed = rest * terms.rho_ppm // PPM
    by_shares = allocate(attributed, {unit: parts.get(unit, 0) for unit in units})
    by_families = allocate(rest - attributed, {unit.unit: unit.families for unit in terms.units})
    sheets: dict[Entry, int] = {}
    common = 0
    for name, unit in units.items():
        part = by_shares[name] + by_families[name]
        if unit.basis is Basis.DEDICATION:
            common += part
        else:
            sheets[name] = part
    for sheet, fee in asked.items():
        if sheet is not None:
            sheets[sheet] = sheets.get(sheet, 0) + fee
    return Stages(kept, sheets, common, asked.get(None, 0))


def declared(price: Money, fees: Sequence[Fee], platform_share_ppm: int) -> int:
    """Return what the licences of a request take of one output together, no more than the platform leaves."""
    highest = price.sub_units - price.sub_units * platform_share_ppm // PPM
    return sum(_declared(price, fees, highest).values())


def fee_of(price: Price | None, captured: Money) -> int:
    """Return what a licence asks of one output: its fixed price a generation, or its share of what was captured.

    A price in another currency, a tariff, and a price for anything but a generation ask nothing here: there is no
    recorded rate to convert by, and nothing was counted that they could be asked of.
    """
    if price is None:
        return 0
    if price.model is PriceModel.FIXED and price.per is Per.GENERATION and price.amount is not None:
        return max(0, price.amount.sub_units) if price.amount.currency == captured.currency else 0
    if price.model is PriceModel.SHARE and price.share_ppm is not None:
        return captured.sub_units * price.share_ppm // PPM
    return 0


def withhold(amount: int, unit: Unit | None) -> tuple[dict[WorkId, int], int]:
    """Return what contested families hold back of a unit's money, each its family's part, and what is left to pay."""
    if unit is None or not unit.contested:
        return {}, amount
    contested = sorted(set(unit.contested))
    free = max(0, unit.families - len(contested))
    held = allocate(amount, {_OTHERS: free, **dict.fromkeys(contested, 1)})
    return {WorkId(family): held[family] for family in contested if held[family]}, held[_OTHERS]


def waterfall(amount: int, lines: Sequence[Line]) -> tuple[Run, ...]:
    """Return what each line takes, in order: gross lines of all that came in, the others of what is left there.

    A gross line below others takes no more than they left; the last line takes the rest.
    """
    left = amount
    runs: list[Run] = []
    for line in lines[:-1]:
        of = amount if line.of is Of.GROSS else left
        taken = min(of * line.share_ppm // PPM, left)
        runs.append(Run(line, taken))
        left -= taken
    return (*runs, Run(lines[-1], left))


def _declared(price: Money, fees: Sequence[Fee], highest: int) -> dict[Entry | None, int]:
    """Return the fees by sheet; where they ask for more than there is, what there is in proportion."""
    asked: dict[str, int] = {}
    for fee in fees:
        key = fee.sheet or _OTHERS
        asked[key] = asked.get(key, 0) + fee_of(fee.price, price)
    if sum(asked.values()) > highest:
        asked = allocate(highest, asked)
    return {Entry(sheet) if sheet else None: fee for sheet, fee in asked.items() if fee}
