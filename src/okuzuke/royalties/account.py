"""The holder's page: a statement of account 使用料計算書, each line with the evidence under it, and its two CSV forms.

Pure. Amounts are shown whole: the sub-units are written out, nothing is rounded before a payout.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import SCALES, Money

GETA = "〓"
"""What a Japanese printer sets for a character it does not have."""
_SAME = str.maketrans({"\u301c": "\uff5e", "\u2212": "\uff0d", "\u2014": "\u2015", "\u2016": "\u2225"})
"""Characters for which Windows uses another code point of the same JIS character: wave dash, minus, dash, parallel."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Encoding(StrEnum):
    """How a CSV file is written: for most programs, or for spreadsheets and accounts that know only Windows-31J."""

    UTF8 = "utf-8"
    CP932 = "cp932"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One amount a party earned: the day the output was paid for, and the statements it can be followed down by."""

    day: date
    """In Asia/Tokyo."""
    period: str
    output: str
    """The output's id."""
    unit: Entry
    unit_name: str
    line: str
    """What the waterfall calls it."""
    amount: Money
    allocation: Entry
    shares: Entry


@dataclass(frozen=True, slots=True)
class Balance:
    """A party's account in one currency: what it held before the period, what came, what it held after."""

    currency: str
    opening: Money
    lines: tuple[AccountLine, ...]
    closing: Money


@dataclass(frozen=True, slots=True)
class StatementOfAccount:
    """What a party earned, one account a currency: amounts of two currencies are never added."""

    party: PartyId
    party_name: str
    period: str | None
    """None means from the beginning to now."""
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A file and the characters it could not hold, each shown in it as 〓."""

    data: bytes
    replaced: tuple[str, ...]


def balance(currency: str, before: Iterable[Money], lines: Iterable[AccountLine]) -> Balance:
    """Return an account whose closing balance is the opening one and every line."""
    shown = tuple(sorted(lines, key=lambda line: (line.day, line.output, line.unit, line.line, line.allocation)))
    opening = sum(money.sub_units for money in before)
    closing = opening + sum(line.amount.sub_units for line in shown)
    return Balance(currency, Money(opening, currency), shown, Money(closing, currency))


def amount_text(money: Money) -> str:
    """Return an amount in whole currency with every sub-unit, as it is recorded.

    >>> amount_text(Money(12_034_500, "JPY")), amount_text(Money(-1, "USD"))
    ('12.034500', '-0.000001')
    """
    scale = SCALES[money.currency]
    whole, rest = divmod(abs(money.sub_units), 10**scale)
    return f"{'-' if money.sub_units < 0 else ''}{whole}.{rest:0{scale}d}"


HEADINGS = (
    "種別",
    "通貨",
    "日付",
    "対象月",
    "生成物ID",
    "許諾対象",
    "許諾対象ID",
    "分配項目",
    "金額",
    "分配記録",
    "寄与記録",
)
"""Kind of line, currency, day, period, output, unit, unit's id, line of the waterfall, amount, allocation, shares."""


def to_csv(statement: StatementOfAccount, encoding: Encoding = Encoding.UTF8) -> Written:
    """Return the statement as CSV (RFC 4180): a title, headings, an opening, the lines and a closing a currency.

    UTF-8 is written with a byte order mark, by which a spreadsheet knows it. A text that a spreadsheet would run as a
    formula is written behind an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["使用料計算書", _safe(statement.party_name), statement.party, statement.period or "全期間"])
    writer.writerow(HEADINGS)
    for item in statement.balances:
        writer.writerow(_total("期首残高", item.opening))
        writer.writerows(_row(line) for line in item.lines)
        writer.writerow(_total("期末残高", item.closing))
    text = out.getvalue()
    if encoding is Encoding.UTF8:
        return Written(text.encode("utf-8-sig"), ())
    return _windows(text)


def _row(line: AccountLine) -> Sequence[str]:
    return (
        "明細",
        line.amount.currency,
        line.day.isoformat(),
        line.period,
        line.output,
        _safe(line.unit_name),
        line.unit,
        _safe(line.line),
        amount_text(line.amount),
        line.allocation,
        line.shares,
    )


def _total(kind: str, money: Money) -> Sequence[str]:
    return (kind, money.currency, "", "", "", "", "", "", amount_text(money), "", "")


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _windows(text: str) -> Written:
    replaced: dict[str, None] = {}
    shown: list[str] = []
    for character in text.translate(_SAME):
        try:
            character.encode("cp932")
        except UnicodeEncodeError:
            replaced[character] = None
            shown.append(GETA)
        else:
            shown.append(character)
    return Written("".join(shown).encode("cp932"), tuple(replaced))
