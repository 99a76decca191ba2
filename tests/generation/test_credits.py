from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from okuzuke.accounts.book import TransferSet, balances
from okuzuke.accounts.lots import Hold, Lot
from okuzuke.core.canonical import JsonObject, canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError, InputError, RightsError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, SetRoot
from okuzuke.core.money import Money
from okuzuke.generation.credits import (
    Capture,
    Charge,
    Draw,
    Purchase,
    Reserve,
    charge,
    free_left,
    lot_digest,
    paid_in,
    reserve,
)
from okuzuke.ledger.statement import RestsOn

NOW = datetime(2026, 6, 10, tzinfo=UTC)
USER = PartyId("d" * 64)
NAMED = TransferSet(SetRoot("e" * 64), 2)


def entry(number: int) -> Entry:
    return Entry(f"{number:064x}")


def lot(number: int, bought: int, used: int = 0, sub_units: int = 9, currency: str = "JPY") -> Lot:
    return Lot(entry(number), f"{number:064x}", bought, used, Money(sub_units, currency))


def held(free: int, paid: int, currency: str | None = "JPY") -> Hold:
    return Hold("key", USER, 1, free + paid, free, paid, currency if paid else None, NOW, NOW)


def bought(sub_units: Sequence[tuple[int, int, int]]) -> list[Lot]:
    return [lot(at, size, min(used, size), price) for at, (size, used, price) in enumerate(sub_units)]


lots = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)), max_size=4).map(bought)


def test_free_credits_pay_before_paid_ones() -> None:
    assert reserve(3, 5, [lot(1, 5)], []) == Reserve(3, 0, None)
    assert reserve(7, 5, [lot(1, 5)], []) == Reserve(5, 2, "JPY")


def test_the_oldest_unfinished_lot_says_the_currency() -> None:
    wallet = [lot(1, 2, 2), lot(2, 4, currency="USD"), lot(3, 4)]
    assert reserve(3, 0, wallet, []).currency == "USD"


def test_one_charge_is_paid_in_one_currency() -> None:
    wallet = [lot(1, 2, currency="USD"), lot(2, 4), lot(3, 2, currency="USD")]
    assert reserve(4, 0, wallet, []).currency == "USD"
    assert reserve(4, 0, wallet, [held(0, 1, "USD")]).currency == "JPY"
    with pytest.raises(RightsError, match="1 are missing"):
        reserve(5, 0, wallet, [])


def test_too_few_credits_are_refused_naming_how_many_and_what_to_type() -> None:
    with pytest.raises(RightsError, match="no credits: 8 are needed, 3 are missing") as refused:
        reserve(8, 1, [lot(1, 5, 1)], [])
    assert refused.value.exit_code == 3
    assert "不足 3" in refused.value.message
    assert "okuzuke credits buy" in refused.value.remedy


def test_what_is_held_is_not_available() -> None:
    assert reserve(2, 0, [lot(1, 5)], [held(0, 3)]).paid == 2
    with pytest.raises(RightsError, match="1 are missing"):
        reserve(3, 0, [lot(1, 5)], [held(0, 3)])


def test_a_hold_counts_against_the_free_credits_of_every_day_it_is_open_on() -> None:
    assert free_left(30, 10, [held(5, 0), held(7, 3)]) == 8
    assert free_left(3, 5, []) == 0


def test_the_first_outputs_take_the_free_credits() -> None:
    paid = charge(3, 2, 3, [lot(1, 4, 1, 9)], "JPY")
    assert [price.sub_units for price in paid.prices] == [0, 2, 5]
    assert paid.draws == (Draw(entry(1), 1, 4),)


def test_an_output_may_take_the_end_of_one_lot_and_the_beginning_of_the_next() -> None:
    paid = charge(1, 4, 0, [lot(1, 3, 1, 9), lot(2, 5, 0, 10)], "JPY")
    assert [(part.output, part.lot.purchase, part.amount.sub_units) for part in paid.parts] == [
        (0, entry(1), 6),
        (0, entry(2), 4),
    ]
    assert paid.prices == (Money(10, "JPY"),)


def test_lots_of_another_currency_do_not_pay() -> None:
    with pytest.raises(RightsError, match="no credits"):
        charge(1, 2, 0, [lot(1, 5, currency="USD"), lot(2, 1)], "JPY")


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 9), lots)
def test_a_charge_pays_each_credit_once_at_its_own_value(outputs: int, unit: int, free: int, wallet: list[Lot]) -> None:
    needed = outputs * unit
    assume(free + sum(item.left for item in wallet) >= needed)
    paid = charge(outputs, unit, free, wallet, "JPY")
    one_by_one = [item.value(at, at + 1).sub_units for item in wallet for at in range(item.used, item.credits)]
    values = [0] * paid.free + one_by_one[: paid.paid]

    assert (paid.free, paid.paid) == (min(free, needed), needed - min(free, needed))
    assert [price.sub_units for price in paid.prices] == [
        sum(values[at * unit : (at + 1) * unit]) for at in range(outputs)
    ]
    assert len({(part.output, part.lot.purchase) for part in paid.parts}) == len(paid.parts)


@given(
    st.integers(1, 9), st.lists(st.integers(1, 4), min_size=1, max_size=9), st.integers(0, 9) | st.integers(0, 2**62)
)
def test_a_lot_used_up_in_any_steps_is_paid_out_to_the_last_sub_unit(
    unit: int, counts: list[int], sub_units: int
) -> None:
    left = lot(1, unit * sum(counts), 0, sub_units)
    charges: list[Charge] = []
    for count in counts:
        charges.append(charge(count, unit, 0, [left], "JPY"))
        left = lot(1, left.credits, charges[-1].draws[-1].last, sub_units)
    moves = [move for paid in charges for move in paid.moves([entry(at) for at in range(9)], "2026-06")]

    assert sum(price.sub_units for paid in charges for price in paid.prices) == sub_units
    assert balances(moves).get("pool:generation:2026-06:JPY", 0) == sub_units
    assert left.left == 0


def test_transfers_name_the_output_they_pay_and_nothing_worth_nothing_moves() -> None:
    paid = charge(3, 1, 1, [lot(1, 2, 0, 1)], "JPY")
    (only,) = paid.moves([entry(7), entry(8), entry(9)], "2026-06")
    assert (only.output, only.amount) == (entry(9), Money(1, "JPY"))
    assert only.debit.path == f"deferred:{entry(1)}:JPY"


def test_a_lot_is_named_by_user_and_reference() -> None:
    name = digest(canonical_bytes(["okuzuke/lot/v1", USER, "pay-1"])).hex()
    assert lot_digest(USER, "pay-1") == name
    (move,) = paid_in(USER, "pay-1", Money(9, "JPY"))
    assert (move.debit.path, move.credit.path) == ("cash:JPY", f"deferred:{name}:JPY")


PURCHASE = Purchase(entry(1), NAMED, USER, 10, Money(9, "JPY"), "pay-1")
CAPTURE = Capture(
    entry(1), 2, NAMED, USER, 1, 3, (Draw(entry(4), 2, 5),), (Money(1, "JPY"), Money(8, "JPY")), Money(3, "JPY")
)


def read_purchase(public: JsonObject, sealed: JsonObject) -> Purchase:
    fields = Fields(public, "purchase")
    found = Purchase.read(fields, sealed)
    fields.end()
    return found


def read_capture(public: JsonObject, sealed: JsonObject) -> Capture:
    fields = Fields(public, "capture")
    found = Capture.read(fields, sealed)
    fields.end()
    return found


def test_bodies_are_read_back_as_they_were_said() -> None:
    assert read_purchase(PURCHASE.to_public(), PURCHASE.to_sealed()) == PURCHASE
    assert read_capture(CAPTURE.to_public(), CAPTURE.to_sealed()) == CAPTURE
    free = Capture(entry(1), 1, None, USER, 1, 0, (), (Money(0, "JPY"),), Money(0, "JPY"))
    assert read_capture(free.to_public(), free.to_sealed()) == free


@pytest.mark.parametrize("name", sorted(CAPTURE.to_sealed()))
def test_a_reader_without_one_sealed_field_reads_the_others(name: str) -> None:
    sealed = {key: value for key, value in CAPTURE.to_sealed().items() if key != name}
    found = read_capture(CAPTURE.to_public(), sealed)
    assert getattr(found, name) is None
    with pytest.raises(CheckFailedError, match="is not open here"):
        Capture(CAPTURE.request, 1, None, USER, 1, 0, None, None, None).to_sealed()


@pytest.mark.parametrize(
    "change",
    [
        {"free": True},
        {"free": 1.0},
        {"paid": -1},
        {"paid": 2**60},
        {"lots": [{"lot": "x", "first": 0, "last": 1}]},
        {"lots": [{"lot": "a" * 64, "first": 0, "last": 1, "price": 1}]},
        {"prices": [5]},
        {"prices": [Money(-1, "JPY").to_json()]},
        {"cost": None},
        {"cost": Money(-1, "JPY").to_json()},
        {"tip": 1},
    ],
)
def test_a_sealed_field_of_another_shape_is_refused(change: JsonObject) -> None:
    with pytest.raises(InputError):
        read_capture(CAPTURE.to_public(), {**CAPTURE.to_sealed(), **change})


@pytest.mark.parametrize("change", [{"outputs": 0}, {"outputs": True}, {"request": "x"}, {"transfers": {}}, {"x": 1}])
def test_a_public_face_of_another_shape_is_refused(change: JsonObject) -> None:
    with pytest.raises(InputError):
        read_capture({**CAPTURE.to_public(), **change}, CAPTURE.to_sealed())


def test_what_a_capture_rests_on_is_read_by_its_parts() -> None:
    beneath = CAPTURE.beneath([RestsOn(entry=entry(at)) for at in (1, 9, 5, 6, 4)])
    assert (beneath.rates, beneath.outputs, beneath.lots) == (entry(9), (entry(5), entry(6)), (entry(4),))


@pytest.mark.parametrize("numbers", [(2, 9, 5, 6, 4), (1, 9, 5), (1, 9, 5, 5, 4), ()])
def test_a_capture_that_rests_on_something_else_is_refused(numbers: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="rest"):
        CAPTURE.beneath([RestsOn(entry=entry(at)) for at in numbers])
