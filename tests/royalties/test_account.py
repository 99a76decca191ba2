from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import SCALES, Money
from okuzuke.royalties.account import (
    GETA,
    HEADINGS,
    AccountLine,
    Encoding,
    StatementOfAccount,
    amount_text,
    balance,
    to_csv,
)
from registry_facts import digest_of

PARTY = PartyId(digest_of("party"))


def _line(sub_units: int, day: int = 3, name: str = "原作", title: str = "だるま百態") -> AccountLine:
    return AccountLine(
        date(2026, 6, day),
        "2026-06",
        digest_of("output", sub_units, day),
        Entry(digest_of("sheet")),
        title,
        name,
        Money(sub_units, "JPY"),
        Entry(digest_of("allocation")),
        Entry(digest_of("shares", day)),
    )


def _statement(*lines: AccountLine, name: str = "山田絵子") -> StatementOfAccount:
    return StatementOfAccount(PARTY, name, "2026-06", (balance("JPY", [Money(7, "JPY")], lines),))


def _rows(data: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


@given(st.lists(st.integers(1, 10**12)), st.lists(st.integers(0, 10**12)))
def test_the_lines_and_the_opening_balance_sum_to_the_closing_one(earned: list[int], before: list[int]) -> None:
    found = balance("JPY", [Money(amount, "JPY") for amount in before], map(_line, earned))

    assert found.opening.sub_units + sum(line.amount.sub_units for line in found.lines) == found.closing.sub_units
    assert found.closing.sub_units == sum(before) + sum(earned)


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(sorted(SCALES)))
def test_an_amount_is_written_with_every_sub_unit(sub_units: int, currency: str) -> None:
    text = amount_text(Money(sub_units, currency))
    whole, rest = text.split(".")

    assert int(whole + rest) == sub_units
    assert len(rest) == SCALES[currency]


@pytest.mark.parametrize(("encoding", "read_as"), [(Encoding.UTF8, "utf-8-sig"), (Encoding.CP932, "cp932")])
def test_a_statement_reads_back_from_csv_in_both_encodings(encoding: Encoding, read_as: str) -> None:
    lines = (_line(12_500_000, 2), _line(3, 9, "窓口手数料（10％）"))
    written = to_csv(_statement(*lines), encoding)
    title, headings, opening, one, two, closing = _rows(written.data, read_as)

    assert written.replaced == ()
    assert title == ["使用料計算書", "山田絵子", PARTY, "2026-06"]
    assert tuple(headings) == HEADINGS
    assert (opening[0], opening[8]) == ("期首残高", "0.000007")
    assert one[:5] == ["明細", "JPY", "2026-06-02", "2026-06", lines[0].output]
    assert one[5:] == ["だるま百態", lines[0].unit, "原作", "12.500000", lines[0].allocation, lines[0].shares]
    assert (two[2], two[7], two[8]) == ("2026-06-09", "窓口手数料（10％）", "0.000003")
    assert (closing[0], closing[8]) == ("期末残高", "12.500010")


def test_utf_8_carries_the_mark_by_which_a_spreadsheet_knows_it() -> None:
    assert to_csv(_statement()).data.startswith(b"\xef\xbb\xbf")


def test_a_character_windows_31j_lacks_is_shown_as_a_geta_and_said() -> None:
    statement = _statement(_line(1, title="𠮷野の桜🌸"), name="𠮷田")
    written = to_csv(statement, Encoding.CP932)
    rows = _rows(written.data, "cp932")

    assert written.replaced == ("𠮷", "🌸")
    assert rows[0][1] == f"{GETA}田"
    assert rows[3][5] == f"{GETA}野の桜{GETA}"
    assert to_csv(statement).replaced == ()


def test_the_wave_dash_that_windows_writes_otherwise_is_no_lost_character() -> None:
    written = to_csv(_statement(_line(1, title="春〜夏−秋—冬")), Encoding.CP932)

    assert written.replaced == ()
    assert _rows(written.data, "cp932")[3][5] == "春～夏－秋―冬"


@pytest.mark.parametrize("name", ["=1+1", "+81", "-x", "@SUM(A1)"])
def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(name: str) -> None:
    written = to_csv(_statement(_line(1, name=name)))

    assert _rows(written.data, "utf-8-sig")[3][7] == f"'{name}"


def test_accounts_of_two_currencies_are_never_added() -> None:
    dollars = replace(_line(5), amount=Money(5, "USD"))
    statement = replace(
        _statement(_line(3)),
        balances=(balance("JPY", [], [_line(3)]), balance("USD", [], [dollars])),
    )
    kinds = [(row[0], row[1], row[8]) for row in _rows(to_csv(statement).data, "utf-8-sig")[2:]]

    assert kinds == [
        ("期首残高", "JPY", "0.000000"),
        ("明細", "JPY", "0.000003"),
        ("期末残高", "JPY", "0.000003"),
        ("期首残高", "USD", "0.000000"),
        ("明細", "USD", "0.000005"),
        ("期末残高", "USD", "0.000005"),
    ]
