from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.accounts import book
from okuzuke.accounts.book import Account, Kind, Pool, Transfer, TransferSet, applied, balances
from okuzuke.core.canonical import JsonObject, canonical_bytes, parse_object
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.money import INT64_MAX, Money

A, B = "a" * 64, "b" * 64
ACCOUNTS = (
    book.cash("JPY"),
    book.deferred(A, "JPY"),
    book.pool(Pool.GENERATION, "2026-06", "JPY"),
    book.pool(Pool.COMMON, "2026-06", "JPY"),
    book.platform("JPY"),
    book.payable(PartyId(A), "JPY"),
    book.escrow(WorkId(B), "JPY"),
    book.suspense("JPY"),
)
pairs = st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=2, unique=True)
small = st.builds(lambda pair, sub_units: Transfer(pair[0], pair[1], Money(sub_units, "JPY")), pairs, st.integers(1, 9))
texts = st.one_of(st.none(), st.sampled_from((A, B)))
full = st.builds(
    lambda move, output, unit, line, payee: Transfer(
        move.debit,
        move.credit,
        move.amount,
        output and Entry(output),
        unit and Entry(unit),
        line,
        payee and PartyId(payee),
    ),
    small,
    texts,
    texts,
    st.sampled_from((None, "原作", "窓口手数料")),
    texts,
)


def test_the_paths_of_the_accounts_are_the_ones_that_are_recorded() -> None:
    assert [account.path for account in ACCOUNTS] == [
        "cash:JPY",
        f"deferred:{A}:JPY",
        "pool:generation:2026-06:JPY",
        "pool:common:2026-06:JPY",
        "revenue:platform:JPY",
        f"payable:{A}:JPY",
        f"escrow:{B}:JPY",
        "suspense:unattributed:JPY",
    ]


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.path[:20])
def test_a_path_is_read_back_as_its_account(account: Account) -> None:
    assert Account.parse(account.path) == account


@pytest.mark.parametrize(
    "path",
    [
        "",
        "cash",
        "cash:",
        "cash:EUR",
        "cash:x:JPY",
        "CASH:JPY",
        "cash:JPY\n",
        "deferred:JPY",
        f"deferred:{A.upper()}:JPY",
        f"deferred:{A}\n:JPY",
        f"deferred:{A}:JPY:JPY",
        "pool:generation:2026-13:JPY",
        "pool:generation:2026-6:JPY",
        "pool:views:2026-06:JPY",
        "revenue:tips:JPY",
        "suspense:JPY",
        "rounding:JPY",
        None,
        7,
        ["cash", "JPY"],
    ],
)
def test_another_path_names_no_account(path: object) -> None:
    with pytest.raises(InputError, match="there is no account"):
        Account.parse(path)


def test_what_is_owed_stays_above_zero_and_cash_and_income_need_not() -> None:
    free = {Kind.CASH, Kind.REVENUE}
    assert {account.kind for account in ACCOUNTS if not account.stays_above_zero} == free


@pytest.mark.parametrize("sub_units", [0, -1, True, 1.0, INT64_MAX + 1, float("nan")])
def test_a_transfer_moves_whole_sub_units_above_zero(sub_units: int) -> None:
    with pytest.raises(InputError):
        Transfer(ACCOUNTS[0], ACCOUNTS[1], Money(sub_units, "JPY"))


def test_a_transfer_stays_in_one_currency() -> None:
    with pytest.raises(InputError, match="USD from cash:JPY"):
        Transfer(ACCOUNTS[0], ACCOUNTS[1], Money(1, "USD"))
    with pytest.raises(InputError, match="JPY from cash:USD"):
        Transfer(book.cash("USD"), ACCOUNTS[1], Money(1, "JPY"))


def test_a_transfer_from_an_account_to_itself_is_refused() -> None:
    with pytest.raises(InputError, match="to itself"):
        Transfer(ACCOUNTS[0], ACCOUNTS[0], Money(1, "JPY"))


@given(full)
def test_a_row_is_read_back_as_its_transfer(transfer: Transfer) -> None:
    row = parse_object(canonical_bytes(transfer.to_json()), "a row")
    assert Transfer.from_json(row) == transfer


ROW = Transfer(ACCOUNTS[0], ACCOUNTS[1], Money(5, "JPY")).to_json()


@pytest.mark.parametrize("name", sorted(ROW))
def test_a_row_without_one_of_its_fields_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=name):
        Transfer.from_json({key: value for key, value in ROW.items() if key != name})


@pytest.mark.parametrize(
    "change",
    [
        {"memo": "tip"},
        {"amount": 5},
        {"amount": {"amount": "5.0", "currency": "JPY", "scale": 6}},
        {"amount": {"amount": "0", "currency": "JPY", "scale": 6}},
        {"amount": {"amount": "-5", "currency": "JPY", "scale": 6}},
        {"amount": {"amount": "9223372036854775808", "currency": "JPY", "scale": 6}},
        {"output": "x"},
        {"payee": 1},
        {"line": ""},
        {"debit": "cash:USD"},
    ],
)
def test_a_row_of_another_shape_is_refused(change: JsonObject) -> None:
    with pytest.raises(InputError):
        Transfer.from_json({**ROW, **change})


def test_a_set_of_no_transfers_has_no_name() -> None:
    with pytest.raises(InputError, match="size"):
        TransferSet.read(Fields({"root": A, "size": 0}, "transfers"))


@given(st.lists(small, max_size=12))
def test_cash_is_the_sum_of_every_other_account(batch: list[Transfer]) -> None:
    found = balances(batch)
    cash = found.pop("cash:JPY", 0)
    assert sum(found.values()) == cash


@given(st.lists(small, max_size=12), st.lists(small, max_size=12))
def test_balances_of_two_batches_add_up(one: list[Transfer], two: list[Transfer]) -> None:
    apart = [balances(one), balances(two)]
    both = balances([*one, *two])
    assert both == {path: sum(found.get(path, 0) for found in apart) for path in both}


@given(st.lists(st.lists(small, max_size=4), max_size=8))
def test_no_account_that_owes_is_ever_below_zero(batches: list[list[Transfer]]) -> None:
    held: dict[str, int] = {}
    accepted: list[Transfer] = []
    for batch in batches:
        wanted = balances([*accepted, *batch])
        allowed = all(wanted[path] >= 0 for path in balances(batch) if Account.parse(path).stays_above_zero)
        try:
            held |= applied(held, batch)
        except CheckFailedError:
            assert not allowed
            continue
        assert allowed
        accepted += batch
    assert held == balances(accepted)


def test_a_batch_is_judged_as_a_whole_not_row_by_row() -> None:
    pays, fills = (
        Transfer(ACCOUNTS[1], ACCOUNTS[2], Money(5, "JPY")),
        Transfer(ACCOUNTS[0], ACCOUNTS[1], Money(5, "JPY")),
    )
    assert applied({}, [pays, fills])[ACCOUNTS[2].path] == 5
    with pytest.raises(CheckFailedError, match="would fall to -5"):
        applied({}, [pays])


def test_a_balance_beyond_int64_is_refused() -> None:
    path = ACCOUNTS[5].path
    assert applied({path: INT64_MAX - 1}, [Transfer(ACCOUNTS[0], ACCOUNTS[5], Money(1, "JPY"))])[path] == INT64_MAX
    with pytest.raises(InputError, match="beyond int64"):
        applied({path: INT64_MAX}, [Transfer(ACCOUNTS[0], ACCOUNTS[5], Money(1, "JPY"))])


def test_a_currency_is_one_of_the_known() -> None:
    with pytest.raises(InputError, match="there is no account"):
        book.payable(PartyId(A), "yen")
