"""Royalties as their users call them: divide a month's income once, and show each party its statement of account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.accounts import store as accounts
from okuzuke.accounts.book import Kind, TransferSet, payable
from okuzuke.accounts.rates import tokyo_day, tokyo_month
from okuzuke.attribution import store as attribution
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.core.money import SCALES, Money
from okuzuke.generation import store as generation
from okuzuke.ledger import store as ledger
from okuzuke.ledger import submission
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.registry import store as registry
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, Party
from okuzuke.royalties import store
from okuzuke.royalties.account import AccountLine, Balance, StatementOfAccount, balance
from okuzuke.royalties.allocation import Allocation, FeesOf, month_text, total
from okuzuke.royalties.reading import Divided, Reader
from okuzuke.royalties.store import Credited
from okuzuke.royalties.terms import unit_title
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Posted:
    """An allocation as recorded; its amounts are open."""

    entry: Entry
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class Allocated:
    """What one call divided: an allocation a currency, none where nothing was left to divide."""

    period: str
    posted: tuple[Posted, ...]


class Royalties:
    """Divides what was captured, and reads what is owed to whom."""

    def __init__(self, journal: Journal, blobs: Blobs, operator_key: Ed25519PrivateKey | None) -> None:
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key
        self._loaded: registry.Loaded | None = None
        """What was last read of what is committed; within a transaction it is read on from, never replaced."""

    def allocate(self, period: str) -> Allocated:
        """Divide every paid capture of a month of Asia/Tokyo that is not divided yet, one allocation a currency.

        Free outputs earn nothing. A second call finds nothing new and records nothing; two at once cannot divide the
        same capture, since each finds and records within the one writing transaction.
        """
        month_text(period)
        at = self._journal.now()
        with self._journal.writing() as connection:
            captures = store.undivided(connection, period)
            if not captures:
                return Allocated(period, ())
            at = max(at, ledger.last_instant(connection) or at)
            reader = Reader(connection, self._blobs.get, self._known(connection), at)
            divided = [output for item in captures for output in reader.divided(item)]
            currencies = sorted({output.price.currency for output in divided})
            posted = [
                self._post(connection, period, currency, [item for item in divided if item.price.currency == currency])
                for currency in currencies
            ]
        return Allocated(period, tuple(posted))

    def account(self, party: PartyId, period: str | None = None) -> StatementOfAccount:
        """Return a party's statement of account for a month, or from the beginning; a stranger's id is refused.

        A balance of no month is that of the ledger's own account; the opening one is of the months before.
        """
        if period is not None:
            month_text(period)
        with self._journal.database.reading() as connection:
            known = registry.load(connection)
            if known.body(party, Party) is None:
                raise InputError(f"no party {party!r} here"[:120], remedy="check the id: okuzuke log show")
            found = [self._balance(connection, known, party, currency, period) for currency in sorted(SCALES)]
        shown = tuple(item for item in found if item.lines or item.closing.sub_units)
        return StatementOfAccount(party, known.name(party), period, shown)

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of this stage is recorded under."""
        return {"allocation": self._check_allocation}

    def _post(self, connection: Connection, period: str, currency: str, divided: Sequence[Divided]) -> Posted:
        moves = [move for output in divided for move in output.transfers]
        rows = submission.set_of([submission.row_of(move.to_json(), self._journal.entropy(32)) for move in moves])
        fees = submission.set_of([submission.row_of(row, self._journal.entropy(32)) for row in _fees(divided)])
        allocation = Allocation(
            period,
            currency,
            len({output.capture for output in divided}),
            TransferSet(rows.root, len(rows.rows)),
            TransferSet(fees.root, len(fees.rows)),
            total((output.price for output in divided), currency),
            total((move.amount for move in moves if move.credit.kind is Kind.PAYABLE), currency),
            total((move.amount for move in moves if move.credit.kind is Kind.REVENUE), currency),
        )
        if self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to allocate")
        draft = Draft(
            "allocation",
            self._known(connection).operator,
            Capacity.OPERATOR,
            allocation.to_public(),
            allocation.to_sealed(),
            _beneath(divided),
        )
        item = self._journal.record_in(connection, self._journal.signed(draft, self._operator_key, [rows, fees]))
        return Posted(item.entry, allocation)

    def _balance(
        self, connection: Connection, known: Statements, party: PartyId, currency: str, period: str | None
    ) -> Balance:
        before: list[Money] = []
        lines: list[AccountLine] = []
        periods: dict[Entry, str] = {}
        for item in store.credited(connection, payable(party, currency).path):
            if item.entry not in periods:
                periods[item.entry] = store.read_allocation(ledger.recorded(connection, item.entry)).period
            allocated = periods[item.entry]
            if period is None or allocated == period:
                lines.append(_line(connection, known, item, allocated))
            elif allocated < period:
                before.append(item.amount)
        return balance(currency, before, lines)

    def _known(self, connection: Connection) -> Statements:
        with self._journal.database.reading() as committed:
            self._loaded = registry.load_since(committed, self._loaded)
        return registry.load_since(connection, self._loaded).known

    def _check_allocation(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        known = self._known(connection)
        registry.check_operator(connection, item)
        allocation = store.read_allocation(item)
        entries = [target.entry for target in item.statement.rests_on if target.entry is not None]
        beneath = [ledger.recorded(connection, entry) for entry in entries]
        captures = [found for found in beneath if found.statement.kind == "capture"]
        reader = Reader(connection, self._blobs.get, known, item.recorded_at)
        found = [output for capture in captures for output in reader.divided(capture)]
        due = [output for output in found if output.price.currency == allocation.currency]
        for capture in captures:
            if len(store.dividing(connection, capture.entry, allocation.currency)) > 1:
                raise CheckFailedError(f"capture {short(capture.entry)} is divided already", remedy="allocate anew")
            if tokyo_month(capture.recorded_at) != allocation.period:
                raise CheckFailedError(f"capture {short(capture.entry)} is of another month", remedy="allocate anew")
        moves = tuple(move for output in due for move in output.transfers)
        keys = ledger.set_keys(connection, allocation.fees.root)
        fees = ledger.rows(connection, keys)
        if (
            len(captures) != allocation.captures
            or accounts.set_of(connection, allocation.transfers) != moves
            or item.statement.rests_on != _beneath(due)
            or [fees[key].document for key in keys] != _fees(due)
        ):
            raise CheckFailedError("the allocation does not follow from its captures", remedy="okuzuke allocate")


def _fees(divided: Sequence[Divided]) -> list[JsonObject]:
    return [FeesOf(output.output, output.fees).to_row() for output in divided]


def _beneath(divided: Sequence[Divided]) -> tuple[RestsOn, ...]:
    """Return what an allocation rests on, each once: rates, captures, shares, and the sheet versions used."""
    entries = [
        *(output.rates for output in divided),
        *(output.capture for output in divided),
        *(output.shares for output in divided),
        *sorted({version for output in divided for version in output.versions}),
    ]
    return tuple(RestsOn(entry=entry) for entry in dict.fromkeys(entries))


def _line(connection: Connection, known: Statements, item: Credited, period: str) -> AccountLine:
    assert item.output is not None, "what is allocated is an output's"
    assert item.unit is not None, "a party is paid for a unit"
    assert item.line is not None, "a party is paid by a line"
    shared = attribution.shares_of(connection, item.output)
    assert shared is not None, "what is allocated has shares"
    output = generation.read_output(ledger.recorded(connection, item.output))
    return AccountLine(
        tokyo_day(generation.capture_of(connection, output.request).recorded_at),
        period,
        output.output,
        item.unit,
        unit_title(known, item.unit),
        item.line,
        item.amount,
        item.entry,
        shared.entry,
    )
