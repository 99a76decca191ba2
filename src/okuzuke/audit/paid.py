"""Money held against shares and rates: every split made anew, its transfers compared to the sub-unit. Pure.

An auditor's bundle opens all of it. A payee's opens its own lines: there a part that was shared out by largest
remainder may lie a sub-unit or two above what the payee can compute alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from okuzuke.accounts import book
from okuzuke.accounts.book import Kind, Pool, Transfer
from okuzuke.accounts.rates import Rates, tokyo_month
from okuzuke.attribution.scorer import Scorer
from okuzuke.attribution.shares import Shares
from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.audit.learnt import division_of
from okuzuke.audit.shared import parts
from okuzuke.core.ids import Entry, SetRoot, WorkId, short
from okuzuke.core.money import Money
from okuzuke.generation.credits import Capture
from okuzuke.generation.output import Output
from okuzuke.generation.request import Request
from okuzuke.registry.decision import Basis
from okuzuke.registry.grants import Grant
from okuzuke.registry.sheets import PPM, Line
from okuzuke.royalties.allocation import Allocation, FeesOf
from okuzuke.royalties.split import Fee, Paid, Terms, Unit, declared, fee_of, split, waterfall
from okuzuke.royalties.terms import fees_of, versions_at, waterfalls
from okuzuke.training.division import unit_of
from okuzuke.training.model import Model

_Key: TypeAlias = tuple[str | None, str | None]
"""A line of a sheet and whom it pays."""
_OPEN_TO_ROUNDING = 3
"""The attributed and the common part may each have taken one remainder: none, one or two sub-units in all."""


def check_payments(bundle: Bundle, judged: Judged) -> str:
    """Return what the allocations of the bundle come to, nothing where there is none; the first that fails raises."""
    allocated: set[Entry] = set()
    made = unmade = 0
    for item, allocation in judged.all(Allocation):
        found = _Allocated(bundle, judged, item, allocation)
        if allocated.intersection(found.captures) or len(found.captures) != allocation.captures:
            raise failure(f"allocation {short(item.entry)} divides a capture twice, or counts them otherwise")
        allocated.update(found.captures)
        again, shut = (found.check_exact(), 0) if found.whole else found.check_own()
        made, unmade = made + again, unmade + shut
    if not allocated:
        return ""
    rest = f"; {unmade} not: what they were divided by is shut for this reader" if unmade else ""
    return f"{made} payments made anew from {len(allocated)} captures{rest}"


def transfers(bundle: Bundle, root: SetRoot) -> tuple[Transfer, ...]:
    """Return the transfers of a set that are open to this reader."""
    keys = bundle.sets.get(root, ())
    return tuple(Transfer.from_json(bundle.rows[key].document) for key in keys if key in bundle.rows)


@dataclass(frozen=True, slots=True)
class _Sale:
    """One paid output with all that its price is divided by; `parts` are those open to the reader."""

    paid: Paid
    fees: tuple[Fee, ...]
    grants: tuple[tuple[Entry, Entry | None], ...]
    """The grants that were named, each with its sheet."""
    parts: Mapping[Entry, int]
    fees_open: bool
    """Whether the reader sees what each of the licences costs."""
    rates: Rates
    scorer: Scorer
    model: Model
    at: Stated


class _Allocated:
    """One allocation, the transfers of it that are open, and the statements it rests on."""

    def __init__(self, bundle: Bundle, judged: Judged, item: Stated, allocation: Allocation) -> None:
        self._bundle = bundle
        self._judged = judged
        self._item = item
        self._allocation = allocation
        self._beneath = {target.entry for target in item.statement.rests_on if target.entry is not None}
        self._opened = transfers(bundle, allocation.transfers.root)
        stated = (bundle.rows.get(key) for key in bundle.sets.get(allocation.fees.root, ()))
        self._fees = {
            found.output: found.fees for row in stated if row is not None for found in [FeesOf.read(row.document)]
        }
        self.captures = [at.entry for at, _ in judged.all(Capture) if at.entry in self._beneath]

    @property
    def whole(self) -> bool:
        """Whether every transfer is open."""
        return len(self._opened) == self._allocation.transfers.size

    def check_exact(self) -> int:
        """Return how many transfers came out anew as they stand."""
        expected: Counter[Transfer] = Counter()
        self._check_whole()
        for sale in self._sales():
            self._check_contested(sale)
            expected.update(split(sale.paid, sale.fees, sale.parts, self._terms(sale)))
            self._check_fees(sale)
        wrong = (Counter(self._opened) - expected) or (expected - Counter(self._opened))
        for transfer in wrong:
            raise self._failure(f"{transfer.amount.sub_units} sub-units to {transfer.credit.path} do not follow")
        self._check_totals()
        return len(self._opened)

    def check_own(self) -> tuple[int, int]:
        """Return how many of the reader's lines came out anew, and how many could not be made."""
        own = [row for row in self._opened if row.credit.kind is Kind.PAYABLE]
        if len(set(own)) != len(own):
            raise self._failure("one line is paid twice and does not follow")
        sales = {sale.paid.output: sale for sale in self._sales()}
        possible: dict[tuple[Entry, Entry], Mapping[_Key, set[int]] | None] = {}
        made = 0
        for row in own:
            if row.output not in sales or row.unit is None or row.payee is None:
                raise self._failure("a payment is for an output whose price is not here, and does not follow")
            pool = book.pool(Pool.GENERATION, self._allocation.period, self._allocation.currency)
            if (row.debit, row.credit) != (pool, book.payable(row.payee, self._allocation.currency)):
                raise self._failure(f"a payment from {row.debit.path} to {row.credit.path} does not follow")
            if row.payee == self._bundle.reader and row.output not in self._fees:
                raise self._failure(f"what licences took of output {short(row.output)} is shut, and does not follow")
            key = (row.output, row.unit)
            if key not in possible:
                possible[key] = self._possible(sales[row.output], row.unit)
            amounts = possible[key]
            if amounts is None:
                continue
            if row.amount.sub_units not in amounts.get((row.line, row.payee), ()):
                raise self._failure(f"{row.amount.sub_units} sub-units for output {short(row.output)} do not follow")
            made += 1
        return made, len(own) - made

    def _possible(self, sale: _Sale, unit: Entry) -> Mapping[_Key, set[int]] | None:
        """Return what each line of a sheet may take of this sale; None where price, fees or sheet are shut."""
        lines = self._waterfalls(sale).get(unit)
        price = sale.paid.price.sub_units
        highest = price - price * sale.rates.platform_share_ppm // PPM
        taken = self._fees.get(sale.paid.output)
        own_open = all(self._opens(grant) for grant, sheet in sale.grants if sheet == unit)
        if lines is None or taken is None or not own_open or taken.sub_units >= highest:
            return None
        if sale.fees_open:
            self._check_fees(sale)
        asked = taken.sub_units
        own = sum(fee_of(fee.price, sale.paid.price) for fee in sale.fees if fee.sheet == unit)
        attributed = (highest - asked) * sale.scorer.rho_ppm // PPM
        families = {each.unit: each.families for each in sale.model.units}
        least = own + attributed * sale.parts.get(unit, 0) // PPM
        least += (highest - asked - attributed) * families.get(unit, 0) // sum(families.values())
        least -= sum(
            row.amount.sub_units
            for row in self._opened
            if row.credit.kind is Kind.ESCROW and (row.output, row.unit) == (sale.paid.output, unit)
        )
        found: dict[_Key, set[int]] = {}
        for more in range(_OPEN_TO_ROUNDING):
            for run in waterfall(max(0, least + more), lines):
                found.setdefault((run.line.name, run.line.payee), set()).add(run.amount)
        return found

    def _sales(self) -> Iterator[_Sale]:
        """Yield every paid output; what a capture's prices hide from this reader is passed over."""
        shares = {said.output: (item, said) for item, said in self._judged.all(Shares)}
        for entry in self.captures:
            at, capture = self._judged.beneath(self._item, entry, Capture)
            beneath = capture.beneath(at.statement.rests_on)
            if tokyo_month(at.recorded_at) != self._allocation.period:
                raise self._failure(f"capture {short(entry)} is not of {self._allocation.period}, and does not follow")
            for output, price in zip(beneath.outputs, capture.prices or (), strict=capture.prices is not None):
                if price.sub_units and price.currency == self._allocation.currency:
                    if output not in shares or shares[output][0].entry not in self._beneath:
                        raise self._failure(
                            f"the shares of output {short(output)} are not beneath it: it does not follow"
                        )
                    yield self._sale(at, beneath.rates, Paid(output, price, self._allocation.period), shares[output])

    def _sale(self, at: Stated, rates_entry: Entry, paid: Paid, shares: tuple[Stated, Shares]) -> _Sale:
        judged, (scored, said) = self._judged, shares
        _, rates = judged.beneath(at, rates_entry, Rates)
        scorer_item, scorer = judged.beneath(scored, said.scorer, Scorer)
        _, model = judged.beneath(scorer_item, scorer.model, Model)
        made, output = judged.beneath(scored, paid.output, Output)
        _, request = judged.beneath(made, output.request, Request)
        known = judged.before(at.index)
        grants = tuple((licence.grant, licence.sheet) for licence in request.licences if licence.grant is not None)
        fees_open = all(self._opens(grant) for grant, _ in grants)
        found = {part.unit: part.ppm for part in parts(self._bundle, said)}
        return _Sale(paid, fees_of(known, request.licences), grants, found, fees_open, rates, scorer, model, at)

    def _check_fees(self, sale: _Sale) -> None:
        taken = declared(sale.paid.price, sale.fees, sale.rates.platform_share_ppm)
        if self._fees.get(sale.paid.output) != Money(taken, sale.paid.price.currency):
            raise self._failure(f"what licences took of output {short(sale.paid.output)} does not follow")

    def _opens(self, entry: Entry) -> bool:
        """Say whether this reader sees what a grant costs."""
        item = self._judged.by_entry.get(entry)
        grant = self._judged.known.body(entry, Grant)
        if item is None or grant is None:
            return False
        opened = len(self._bundle.disclosures.get(entry, ()))
        return grant.prices is not None or opened == len(item.statement.sealed)

    def _terms(self, sale: _Sale) -> Terms:
        contested = self._contested(sale.paid.output)
        units = tuple(
            Unit(unit.unit, unit.basis, unit.families, contested.get(unit.unit, ())) for unit in sale.model.units
        )
        return Terms(sale.rates.platform_share_ppm, sale.scorer.rho_ppm, units, self._waterfalls(sale))

    def _waterfalls(self, sale: _Sale) -> dict[Entry, tuple[Line, ...]]:
        sheets = {unit.unit for unit in sale.model.units if unit.basis is Basis.GRANT}
        sheets |= {fee.sheet for fee in sale.fees if fee.sheet is not None}
        known = self._judged.before(sale.at.index)
        return waterfalls(versions_at(known, sorted(sheets), sale.at.recorded_at))

    def _contested(self, output: Entry) -> dict[Entry, tuple[WorkId, ...]]:
        """Return the families whose money this output's rows hold back, which the operator says are contested."""
        found: dict[Entry, list[WorkId]] = {}
        for row in self._opened:
            if row.credit.kind is Kind.ESCROW and row.output == output and row.unit is not None:
                found.setdefault(row.unit, []).append(WorkId(row.credit.name))
        return {unit: tuple(families) for unit, families in found.items()}

    def _check_whole(self) -> None:
        """Raise where an earlier paid capture of the month is in no allocation, as far as the log is here."""
        divided = {
            entry.entry
            for item, _ in self._judged.all(Allocation)
            if item.index <= self._item.index
            for entry in item.statement.rests_on
        }
        for at, capture in self._judged.all(Capture):
            due = capture.transfers is not None and tokyo_month(at.recorded_at) == self._allocation.period
            paid = [price for price in capture.prices or () if price.currency == self._allocation.currency]
            if due and paid and at.index < self._item.index and at.entry not in divided:
                raise self._failure(f"capture {short(at.entry)} is left out, and what is divided does not follow")

    def _check_contested(self, sale: _Sale) -> None:
        """Raise where money is held back for a family that the model was not trained on under that unit."""
        held = self._contested(sale.paid.output)
        if not held:
            return
        item, model = next(found for found in self._judged.all(Model) if found[1] == sale.model)
        division = division_of(self._bundle, self._judged, item, model)
        if division is None:
            return
        known = self._judged.before(item.index)
        trained = {
            family.family: unit_of(family.first, known) for family in division.trained if family.first is not None
        }
        for unit, families in held.items():
            if any(trained.get(family) != unit for family in families):
                raise self._failure("money is held back for a family that was not trained on; it does not follow")

    def _check_totals(self) -> None:
        stated = (self._allocation.revenue, self._allocation.paid, self._allocation.kept)
        sums = (None, Kind.PAYABLE, Kind.REVENUE)
        totals = [
            sum(row.amount.sub_units for row in self._opened if kind is None or row.credit.kind is kind)
            for kind in sums
        ]
        opened = [money.sub_units for money in stated if money is not None]
        if self._bundle.reader == AUDITOR and opened != totals:
            raise self._failure("the totals it states do not follow")

    def _failure(self, what: str) -> Exception:
        return failure(f"allocation {short(self._item.entry)}: {what} from price, rates, shares and sheet")
