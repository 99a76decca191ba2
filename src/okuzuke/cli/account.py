"""The statement of account 使用料計算書: its lines numbered, so that each can be exported with its chain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import files, subjects
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import money_text, show, table
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.core.money import Money
from okuzuke.royalties.account import AccountLine, Encoding, StatementOfAccount, to_csv

if TYPE_CHECKING:
    from okuzuke.archive import Archive


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line with its number among the party's lines of its month, by which `export --line` names it."""

    number: int
    line: AccountLine


@dataclass(frozen=True, slots=True)
class Balance:
    """A party's account in one currency."""

    currency: str
    opening: Money
    lines: tuple[Numbered, ...]
    closing: Money


@dataclass(frozen=True, slots=True)
class Csv:
    """A CSV file that was written, and the characters it shows as 〓."""

    path: Path
    encoding: Encoding
    replaced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A statement of account; `period` None means from the beginning, `csv` None that none was asked for."""

    party: PartyId
    party_name: str
    period: str | None
    balances: tuple[Balance, ...]
    csv: Csv | None


def account(
    context: typer.Context,
    party: Annotated[str, typer.Argument(help="The party, by the beginning of its id.")],
    period: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="A month of Asia/Tokyo. Default: from the beginning.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write it to this file too.")] = None,
    encoding: Annotated[
        Encoding | None, typer.Option(help="With --csv: utf-8 (default), or cp932 for what knows only Windows-31J.")
    ] = None,
) -> None:
    """Show a party's statement of account 使用料計算書, a balance a currency, every line with its evidence.

    Exits with 2 for an id that is no party, 4 where the CSV file is there already or cannot be written.
    """
    call = Call.of(context)
    if encoding is not None and csv is None:
        raise InputError("an encoding is for a file", remedy="give --csv FILE too")
    with opened(call) as archive:
        statement = archive.royalties.account(PartyId(subjects.subject(archive, party)), period)
    written = _written(statement, csv, encoding or Encoding.UTF8) if csv is not None else None
    shown = _numbered(statement, written)
    first = next((item for balance in shown.balances for item in balance.lines), None)
    after = f"okuzuke allocate --period {period or 'YYYY-MM'}"
    if first is not None:
        line = f"--period {first.line.period} --line {first.number}"
        after = f"okuzuke export {short(shown.party)} {line} --for {short(shown.party)} -o line.okz"
    show(shown, _lines(shown), as_json=call.json, after=after)


def output_of(archive: Archive, party: PartyId, period: str, number: int) -> Entry:
    """Return the output that the line of this number of a month's statement is of, by its statement's entry."""
    shown = _numbered(archive.royalties.account(party, period), None)
    lines = {item.number: item.line for balance in shown.balances for item in balance.lines}
    if number not in lines:
        raise InputError(
            f"no line {number} in {period}; {len(lines)} lines are there",
            remedy=f"see their numbers: okuzuke account {short(party)} --period {period}",
        )
    return archive.studio.output(lines[number].output).entry


def _numbered(statement: StatementOfAccount, csv: Csv | None) -> Account:
    # A line has the number that the statement of its own month gives it, whichever statement shows it.
    last: Counter[str] = Counter()
    balances: list[Balance] = []
    for item in statement.balances:
        lines: list[Numbered] = []
        for line in item.lines:
            last[line.period] += 1
            lines.append(Numbered(last[line.period], line))
        balances.append(Balance(item.currency, item.opening, tuple(lines), item.closing))
    return Account(statement.party, statement.party_name, statement.period, tuple(balances), csv)


def _written(statement: StatementOfAccount, path: Path, encoding: Encoding) -> Csv:
    written = to_csv(statement, encoding)
    files.write_new(path, written.data)
    return Csv(path, encoding, written.replaced)


def _lines(shown: Account) -> list[str]:
    period = shown.period or "from the beginning 全期間"
    lines = table([["使用料計算書 statement of account", shown.party_name, period, short(shown.party)]])
    for item in shown.balances:
        lines.append(f"opening 期首残高   {money_text(item.opening)}")
        lines += table([_row(numbered) for numbered in item.lines])
        lines.append(f"closing 期末残高   {money_text(item.closing)}")
    if not shown.balances:
        lines.append("nothing was credited 計上額はありません")
    if shown.csv is not None:
        lines.append(f"written CSV   {shown.csv.path}   {shown.csv.encoding}")
        if shown.csv.replaced:
            lines.append(f"shown as 〓 there 〓に置換   {' '.join(shown.csv.replaced)}")
    return lines


def _row(numbered: Numbered) -> list[str]:
    line = numbered.line
    return [
        f"line {numbered.number}",
        line.day.isoformat(),
        line.period,
        line.unit_name,
        line.line,
        money_text(line.amount),
        f"output {short(line.output)}",
        short(line.allocation),
    ]
