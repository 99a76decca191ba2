"""Double entry: transfers between named accounts, and what a batch of them leaves in each. Pure.

A transfer has a debit, a credit and an amount above zero, so a batch that does not balance cannot be written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, SetRoot, WorkId
from okuzuke.core.money import INT64_MAX, SCALES, Money


class Kind(StrEnum):
    """The first part of an account's path."""

    CASH = "cash"
    DEFERRED = "deferred"
    POOL = "pool"
    REVENUE = "revenue"
    PAYABLE = "payable"
    ESCROW = "escrow"
    SUSPENSE = "suspense"


class Pool(StrEnum):
    """What a pool gathers in a month: what generations were paid, and what goes to all works alike."""

    GENERATION = "generation"
    COMMON = "common"


_DIGEST = r"[0-9a-f]{64}"
_NAMES: Mapping[Kind, str] = {
    Kind.CASH: "",
    Kind.DEFERRED: _DIGEST,
    Kind.POOL: r"(generation|common):[0-9]{4}-(0[1-9]|1[0-2])",
    Kind.REVENUE: "platform",
    Kind.PAYABLE: _DIGEST,
    Kind.ESCROW: _DIGEST,
    Kind.SUSPENSE: "unattributed",
}
_NEVER_BELOW_ZERO = frozenset({Kind.DEFERRED, Kind.POOL, Kind.PAYABLE, Kind.ESCROW, Kind.SUSPENSE})


@dataclass(frozen=True, slots=True)
class Account:
    """One account of one currency; `name` is the middle of its path, empty for cash.

    >>> platform("JPY").path
    'revenue:platform:JPY'
    """

    kind: Kind
    name: str
    currency: str

    def __post_init__(self) -> None:
        """Refuse a name that the kind does not have, and an unknown currency."""
        if not re.fullmatch(_NAMES[self.kind], self.name) or self.currency not in SCALES:
            raise InputError(f"there is no account {self.path!r}", remedy="see docs/formats.md for the accounts")

    @property
    def path(self) -> str:
        return ":".join(part for part in (self.kind.value, self.name, self.currency) if part)

    @property
    def stays_above_zero(self) -> bool:
        """Whether the balance may never fall below zero: what is owed to somebody cannot be less than nothing."""
        return self.kind in _NEVER_BELOW_ZERO

    @classmethod
    def parse(cls, path: object) -> Account:
        """Return the account with this path; every other spelling is refused."""
        if isinstance(path, str):
            kind, *rest = path.split(":")
            if kind in set(Kind) and rest:
                return cls(Kind(kind), ":".join(rest[:-1]), rest[-1])
        raise InputError(f"there is no account {path!r}"[:200], remedy="see docs/formats.md for the accounts")


def cash(currency: str) -> Account:
    """Return what users paid in; its balance is what came in, and the only one that debits raise."""
    return Account(Kind.CASH, "", currency)


def deferred(lot: str, currency: str) -> Account:
    """Return what is left of a lot of credits that were paid and not yet used."""
    return Account(Kind.DEFERRED, lot, currency)


def pool(what: Pool, month: str, currency: str) -> Account:
    """Return what came in in a month of Asia/Tokyo, written 2026-06, and is not yet shared out."""
    return Account(Kind.POOL, f"{what.value}:{month}", currency)


def platform(currency: str) -> Account:
    """Return what the platform keeps."""
    return Account(Kind.REVENUE, "platform", currency)


def payable(party: PartyId, currency: str) -> Account:
    """Return what is owed to a party."""
    return Account(Kind.PAYABLE, party, currency)


def escrow(family: WorkId, currency: str) -> Account:
    """Return what is held back while somebody contests a family of works."""
    return Account(Kind.ESCROW, family, currency)


def suspense(currency: str) -> Account:
    """Return what nobody can be named for yet."""
    return Account(Kind.SUSPENSE, "unattributed", currency)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money from one account to another, and what it is for where it is for one output, unit, line or payee."""

    debit: Account
    credit: Account
    amount: Money
    output: Entry | None = None
    unit: Entry | None = None
    line: str | None = None
    payee: PartyId | None = None

    def __post_init__(self) -> None:
        """Refuse what is no amount above zero, another currency on one side, and a transfer that moves nothing."""
        if type(self.amount.sub_units) is not int or self.amount.sub_units <= 0:
            raise InputError(
                f"a transfer of {self.amount.sub_units!r} {self.amount.currency}",
                remedy="transfer whole sub-units, above zero",
            )
        if not self.debit.currency == self.credit.currency == self.amount.currency:
            raise InputError(
                f"{self.amount.currency} from {self.debit.path} to {self.credit.path}",
                remedy="keep one transfer in one currency",
            )
        if self.debit == self.credit:
            raise InputError(f"a transfer from {self.debit.path} to itself", remedy="name two accounts")

    def to_json(self) -> JsonObject:
        """Return the row of a set of transfers."""
        return {
            "debit": self.debit.path,
            "credit": self.credit.path,
            "amount": self.amount.to_json(),
            "output": self.output,
            "unit": self.unit,
            "line": self.line,
            "payee": self.payee,
        }

    @classmethod
    def from_json(cls, row: JsonObject) -> Transfer:
        """Return the transfer in a row; a missing or unknown field is refused."""
        fields = Fields(row, "transfer")
        for name in ("output", "unit", "line", "payee"):
            fields.raw(name)
        output, unit = fields.optional_digest("output"), fields.optional_digest("unit")
        payee = fields.optional_digest("payee")
        transfer = cls(
            Account.parse(fields.raw("debit")),
            Account.parse(fields.raw("credit")),
            Money.from_json(fields.raw("amount")),
            Entry(output) if output is not None else None,
            Entry(unit) if unit is not None else None,
            fields.optional_text("line"),
            PartyId(payee) if payee is not None else None,
        )
        fields.end()
        return transfer


@dataclass(frozen=True, slots=True)
class TransferSet:
    """How a statement's public face names its transfers: the root over their rows, and their number."""

    root: SetRoot
    size: int

    def to_json(self) -> JsonObject:
        return {"root": self.root, "size": self.size}

    @classmethod
    def read(cls, fields: Fields) -> TransferSet:
        named = cls(SetRoot(fields.digest("root")), fields.integer("size", low=1))
        fields.end()
        return named


def balances(transfers: Iterable[Transfer]) -> dict[str, int]:
    """Return what the transfers leave in each account they touch, by path.

    Credits raise a balance and debits lower it; in cash it is the other way, so that cash is the sum of all others.
    """
    found: dict[str, int] = {}
    for transfer in transfers:
        for account, sub_units in (
            (transfer.debit, -transfer.amount.sub_units),
            (transfer.credit, transfer.amount.sub_units),
        ):
            signed = -sub_units if account.kind is Kind.CASH else sub_units
            found[account.path] = found.get(account.path, 0) + signed
    return found


def applied(before: Mapping[str, int], batch: Iterable[Transfer]) -> dict[str, int]:
    """Return the balances of the touched accounts once the whole batch stands; missing ones begin at zero.

    Raises: `CheckFailedError` where an account that owes would fall below zero, `InputError` beyond int64.
    """
    after = {path: before.get(path, 0) + moved for path, moved in balances(batch).items()}
    for path, balance in after.items():
        if not -INT64_MAX <= balance <= INT64_MAX:
            raise InputError(f"{path} would hold {balance}, beyond int64", remedy="split the amount")
        if balance < 0 and Account.parse(path).stays_above_zero:
            raise CheckFailedError(
                f"{path} holds {before.get(path, 0)} and would fall to {balance}",
                remedy="transfer no more than the account holds: okuzuke account",
            )
    return after
