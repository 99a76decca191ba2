"""Money by commands: rates, credits, a month divided, statements of account and the way from a line to its grant."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cli.press import FREE, Press, rates, this_month
from cli_desk import Desk

_DARUMA = "だるま百態"


def amount(money: dict[str, object]) -> int:
    return int(str(money["amount"]))


def test_the_table_in_force_is_shown_and_its_json_is_what_file_reads(pressed: Press, press: Press) -> None:
    shown = pressed.desk.json("rates")
    said = pressed.desk.type("rates").out

    again = press.desk.json("rates", "--file", rates(press.desk))

    assert again["rates"] == shown["rates"]
    assert again["entry"] != shown["entry"]
    assert f"{FREE} credits a day" in said
    assert "10 credits   " in said
    assert "platform 運営分" in said


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"platform_share_ppm": 1_000_001}, "platform_share_ppm"),
        ({"surprise": 1}, "unknown field 'surprise'"),
        ({"effective_from": "tomorrow"}, "tomorrow"),
        ({"packs": [{"credits": 10, "price": {"amount": 4.5, "currency": "USD", "scale": 6}}]}, "not an integer"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_and_not_recorded(
    press: Press, changed: dict[str, object], words: str
) -> None:
    said = press.desk.type("rates", "--file", rates(press.desk, **changed))

    assert said.code == 2
    assert words in said.err
    assert press.desk.log().count("rates") == 2


def test_credits_are_bought_for_the_operator_where_nobody_is_named(desk: Desk) -> None:
    bought = desk.json("credits", "buy", "--pack", "10")
    shown = desk.json("credits", "show")

    assert bought["price"] == {"amount": "4000000", "currency": "USD", "scale": 6}
    assert len(bought["reference"]) == 32
    assert (shown["user"], shown["paid"], shown["free"], shown["held"]) == (bought["user"], 10, 30, 0)
    assert [lot["left"] for lot in shown["lots"]] == [10]


def test_one_reference_is_one_purchase(press: Press) -> None:
    pay = ["credits", "buy", "--pack", "10", "--user", press.user, "--reference", "bank 7"]

    first, again = press.desk.json(*pay), press.desk.json(*pay)
    other = press.desk.type(*pay, "--currency", "JPY")

    assert first == again
    assert other.code == 2
    assert "used for something else" in other.err
    assert press.desk.json("credits", "show", "--user", press.user)["paid"] == 10


def test_a_pack_that_is_not_sold_is_told_what_is(pressed: Press) -> None:
    said = pressed.desk.type("credits", "buy", "--pack", "11")

    assert said.code == 2
    assert "10 in USD" in said.err


def test_a_purse_is_read_in_both_languages(earned: Press) -> None:
    said = earned.desk.type("credits", "show", "--user", earned.user)

    assert "free today 本日の無料分 0" in said.out
    assert "lot   7 of 10 left   600.000000 JPY" in said.out


def test_a_month_is_divided_once_and_to_the_last_sub_unit(press: Press) -> None:
    press.paid().generate("red", "-n", FREE + 3)

    first = press.desk.json("allocate", "--period", this_month())
    again = press.desk.json("allocate", "--period", this_month())
    said = press.desk.type("allocate", "--period", this_month())

    (divided,) = first["allocations"]
    parts = [amount(divided[name]) for name in ("paid", "kept", "held")]
    assert sum(parts) == amount(divided["revenue"]) == 180_000_000
    assert again["allocations"] == []
    assert said.out.startswith(f"nothing of {this_month()} is left to divide 分配する収入はありません")
    assert press.desk.log().count("allocation") == 1


def test_free_pictures_earn_nothing(press: Press) -> None:
    press.generate("red", "-n", FREE)

    assert press.desk.json("allocate", "--period", this_month())["allocations"] == []


@pytest.mark.parametrize("period", ["2026-13", "2026", "now"])
def test_what_is_no_month_is_refused(pressed: Press, period: str) -> None:
    for arguments in (["allocate"], ["account", pressed.user]):
        said = pressed.desk.type(*arguments, "--period", period)

        assert said.code == 2
        assert "is no month" in said.err


def test_a_statement_of_account_sums_to_its_closing_and_numbers_its_lines(earned: Press) -> None:
    shown = earned.desk.json("account", earned.parties[_DARUMA], "--period", this_month())
    said = earned.desk.type("account", earned.parties[_DARUMA]).out

    (balance,) = shown["balances"]
    assert set(shown) == {"party", "party_name", "period", "balances", "csv"}
    assert [item["number"] for item in balance["lines"]] == list(range(1, len(balance["lines"]) + 1))
    assert sum(amount(item["line"]["amount"]) for item in balance["lines"]) == amount(balance["closing"])
    assert said.startswith("使用料計算書 statement of account   だるま百態   from the beginning 全期間")
    assert "opening 期首残高   0.000000 JPY" in said
    assert "line 1   " in said
    assert f"--period {this_month()} --line 1 --for {earned.parties[_DARUMA]}" in said.splitlines()[-1]


def test_a_party_that_earned_nothing_has_an_empty_statement(earned: Press) -> None:
    said = earned.desk.type("account", earned.parties["鯉のぼりの空"])

    assert said.code == 0
    assert "nothing was credited 計上額はありません" in said.out


def test_what_is_no_party_has_no_statement(earned: Press) -> None:
    assert earned.desk.type("account", earned.snapshot).code == 2


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_statement_is_written_as_csv_in_both_encodings(earned: Press, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "account.csv"
    party = earned.parties[_DARUMA]

    shown = earned.desk.json("account", party, "--csv", file, "--encoding", encoding)

    text = file.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    rows = list(csv.reader(text.splitlines()))
    assert rows[0][:2] == ["使用料計算書", _DARUMA]
    assert [row[0] for row in rows[2:]] == ["期首残高", *["明細"] * (len(rows) - 4), "期末残高"]
    assert shown["csv"] == {"path": str(file), "encoding": encoding, "replaced": []}


def test_a_csv_file_is_never_overwritten_and_an_encoding_needs_one(earned: Press, tmp_path: Path) -> None:
    file = tmp_path / "account.csv"
    file.write_text("mine")

    over = earned.desk.type("account", earned.parties[_DARUMA], "--csv", file)
    alone = earned.desk.type("account", earned.parties[_DARUMA], "--encoding", "cp932")

    assert (over.code, alone.code) == (4, 2)
    assert file.read_text() == "mine"


def test_a_payee_follows_one_line_to_its_grant_from_its_own_bundle(earned: Press, tmp_path: Path) -> None:
    party = earned.parties[_DARUMA]
    month = ["--period", this_month()]
    one, all_ = tmp_path / "line.okz", tmp_path / "month.okz"
    earned.desk.json("export", party, *month, "--line", 1, "--for", party, "-o", one)
    earned.desk.json("export", party, *month, "--for", party, "-o", all_)
    line = earned.desk.json("account", party, *month)["balances"][0]["lines"][0]["line"]

    for file in (one, all_):
        said = earned.desk.type("verify", file, "--trust", earned.trust())
        assert said.code == 0
        assert "payments made anew" in said.out
    delivered = list(json.loads(one.read_bytes())["files"])
    assert earned.desk.json("attribute", line["output"])["output"] == line["output"]
    assert any(earned.desk.type("attribute", asset[:16]).code == 0 for asset in delivered)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--line", "1"], "line 1 of no month"),
        (["--period", this_month(), "--line", "99"], "no line 99"),
        (["--period", "2020-01"], "nothing is paid"),
    ],
)
def test_a_line_that_is_not_there_is_not_exported(
    earned: Press, tmp_path: Path, arguments: list[str], words: str
) -> None:
    said = earned.desk.type("export", earned.parties[_DARUMA], *arguments, "--for", "auditor", "-o", tmp_path / "l.okz")

    assert said.code == 2
    assert words in said.err
    assert not (tmp_path / "l.okz").exists()


def test_a_work_has_no_statement_of_account_to_export(earned: Press, tmp_path: Path) -> None:
    work = earned.works[_DARUMA][:12]

    said = earned.desk.type("export", work, "--period", this_month(), "--for", "auditor", "-o", tmp_path / "w.okz")

    assert said.code == 2
    assert "is no party" in said.err


def test_a_work_leads_up_to_the_payees_and_what_they_were_credited(earned: Press) -> None:
    found = earned.desk.json("affected", earned.works[_DARUMA])
    said = earned.desk.type("affected", earned.works[_DARUMA]).out

    shown = {title: earned.desk.json("account", earned.parties[title])["balances"] for title in (_DARUMA, "こけし暦")}
    closings = {title: amount(balances[0]["closing"]) for title, balances in shown.items() if balances}
    assert {one["name"]: amount(one["amount"]) for one in found["credited"]} == closings
    assert (found["outputs"], found["allocations"]) == (FREE + 3, 1)
    assert f"output 生成物 {FREE + 3}   allocation 分配 1" in said
    assert "credited 計上" in said


def test_an_output_leads_only_to_what_was_credited_for_it(earned: Press) -> None:
    line = earned.desk.json("account", earned.parties[_DARUMA])["balances"][0]["lines"][0]["line"]

    found = earned.desk.json("affected", line["output"][:16])

    credited = {one["name"]: amount(one["amount"]) for one in found["credited"]}
    assert credited[_DARUMA] == amount(line["amount"])
    assert found["outputs"] == 1


def test_a_free_output_leads_to_nobody(earned: Press) -> None:
    free = earned.desk.json("affected", earned.pictures / "だるま百態-0001.png")

    assert free["credited"] == []
    assert "shares" in {step["kind"] for step in free["steps"]}


def test_work_nobody_learnt_from_leads_to_nobody(earned: Press) -> None:
    found = earned.desk.json("affected", earned.works["鯉のぼりの空"])

    assert (found["outputs"], found["credited"]) == (0, [])


def test_the_rates_lead_to_every_payee_of_captures_under_them(earned: Press) -> None:
    table = earned.desk.json("rates")["entry"]

    found = earned.desk.json("affected", table)

    everybody = earned.desk.json("affected", earned.works[_DARUMA])
    assert found["credited"] == everybody["credited"]
