from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.accounts.rates import (
    Pack,
    Rates,
    Tariff,
    default_rates,
    in_force,
    lot_value,
    tokyo_day,
    tokyo_month,
)
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry
from okuzuke.core.intervals import parse_instant
from okuzuke.core.money import Money

DAWN = datetime(2026, 6, 1, tzinfo=UTC)
RATES = default_rates(DAWN)


def read(public: JsonObject, sealed: JsonObject | None = None) -> Rates:
    fields = Fields(public, "rates")
    rates = Rates.read(fields, sealed or {})
    fields.end()
    return rates


def tariff(position: int, recorded: int, effective: int) -> Tariff:
    rates = replace(RATES, effective_from=DAWN + timedelta(days=effective))
    return Tariff(Entry(f"{position:064x}"), position, DAWN + timedelta(days=recorded), rates)


def test_the_default_gives_thirty_credits_a_day_and_sells_ten_for_four_dollars() -> None:
    assert RATES.free_per_day == 30
    assert RATES.pack(10, "USD").price == Money(4_000_000, "USD")
    assert (RATES.picture_credits, RATES.clip_credits) == (1, 8)


def test_a_table_is_read_back_as_it_was_said() -> None:
    assert read(RATES.to_public()) == RATES


@pytest.mark.parametrize("name", sorted(RATES.to_public()))
def test_a_table_without_one_of_its_fields_is_refused(name: str) -> None:
    public = {key: value for key, value in RATES.to_public().items() if key != name}
    with pytest.raises(InputError, match=name):
        read(public)


PRICE = {"amount": "10", "currency": "JPY", "scale": 6}


@pytest.mark.parametrize(
    "change",
    [
        {"free_per_day": True},
        {"free_per_day": 1.0},
        {"free_per_day": -1},
        {"free_per_day": 10**9},
        {"picture_credits": 0},
        {"clip_credits": "8"},
        {"platform_share_ppm": 1_000_001},
        {"effective_from": "2026-06-01"},
        {"packs": [{"credits": 0, "price": PRICE}]},
        {"packs": [{"credits": 11, "price": PRICE}]},
        {"packs": [{"credits": 10, "price": PRICE, "bonus": 1}]},
        {"packs": [{"credits": 10, "price": PRICE}, {"credits": 10, "price": PRICE}]},
        {"packs": [{"credits": 10, "price": 10}]},
        {"cpu_second": [PRICE, PRICE]},
        {"cpu_second": [{**PRICE, "amount": "-1"}]},
        {"tip": 1},
    ],
)
def test_a_table_of_another_shape_is_refused(change: JsonObject) -> None:
    with pytest.raises(InputError):
        read({**RATES.to_public(), **change})


def test_nothing_of_a_table_is_sealed() -> None:
    with pytest.raises(InputError, match="packs"):
        read(RATES.to_public(), {"packs": []})


@pytest.mark.parametrize(("number", "currency"), [(9, "USD"), (10, "USDC"), (-10, "USD"), (10.0, "USD")])
def test_a_pack_that_is_not_sold_is_refused_naming_what_is(number: int, currency: str) -> None:
    with pytest.raises(InputError, match="no pack") as refused:
        RATES.pack(number, currency)
    assert "10 in USD" in refused.value.remedy


def test_one_is_not_true() -> None:
    single = replace(RATES, packs=(Pack(1, Money(1, "JPY")),))
    assert single.pack(1, "JPY").credits == 1
    with pytest.raises(InputError, match="no pack of True"):
        single.pack(True, "JPY")


def test_processor_time_is_metered_by_the_microsecond_and_rounded_down() -> None:
    assert RATES.metered(1_500_000, "USD") == Money(21, "USD")
    assert RATES.metered(71_428, "USD") == Money(0, "USD")
    assert RATES.metered(1_500_000, "USDC") == Money(0, "USDC")


def test_a_table_is_in_force_from_the_very_instant_it_says_and_not_before() -> None:
    old, new = tariff(1, 0, 0), tariff(2, 1, 5)
    begins = DAWN + timedelta(days=5)
    assert in_force([old, new], begins - timedelta(microseconds=1)) == old
    assert in_force([old, new], begins) == new


def test_a_table_never_holds_before_it_is_recorded() -> None:
    backdated = tariff(2, 3, -90)
    assert in_force([backdated], DAWN) is None
    assert in_force([tariff(1, 0, 0), backdated], DAWN + timedelta(days=2)) == tariff(1, 0, 0)
    assert in_force([tariff(1, 0, 0), backdated], DAWN + timedelta(days=3)) == backdated


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6), st.integers(0, 9))
def test_the_last_word_that_has_begun_holds(said: list[tuple[int, int]], day: int) -> None:
    recorded = sorted(when for when, _ in said)
    tables = [tariff(at, when, effective) for at, (when, (_, effective)) in enumerate(zip(recorded, said, strict=True))]
    begun = [
        item.position
        for item, (_, effective) in zip(tables, said, strict=True)
        if effective <= day and recorded[item.position] <= day
    ]
    found = in_force(list(reversed(tables)), DAWN + timedelta(days=day))
    assert (found.position if found else None) == (begun[-1] if begun else None)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-06-01T14:59:59Z", date(2026, 6, 1)),
        ("2026-06-01T14:59:59.999999Z", date(2026, 6, 1)),
        ("2026-06-01T15:00:00Z", date(2026, 6, 2)),
    ],
)
def test_a_day_begins_at_midnight_in_tokyo(instant: str, day: date) -> None:
    assert tokyo_day(parse_instant(instant)) == day


def test_a_month_begins_at_midnight_in_tokyo() -> None:
    assert tokyo_month(parse_instant("2026-06-30T14:59:59Z")) == "2026-06"
    assert tokyo_month(parse_instant("2026-06-30T15:00:00Z")) == "2026-07"


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(InputError, match="without a zone"):
        tokyo_day(datetime(2026, 6, 1))  # noqa: DTZ001 # what is refused


@given(st.integers(0, 9) | st.integers(0, 2**63 - 1), st.integers(1, 9), st.data())
def test_any_partition_of_a_lot_sums_to_its_price(sub_units: int, number: int, data: st.DataObject) -> None:
    price = Money(sub_units, "JPY")
    cuts = sorted({0, number, *data.draw(st.lists(st.integers(0, number)))})
    parts = [lot_value(price, number, first, last) for first, last in pairwise(cuts)]
    assert sum(part.sub_units for part in parts) == sub_units
    assert all(0 <= part.sub_units <= sub_units for part in parts)


@pytest.mark.parametrize(("first", "last", "number"), [(-1, 2, 3), (2, 1, 3), (0, 4, 3), (0, 0, 0)])
def test_credits_outside_their_lot_have_no_value(first: int, last: int, number: int) -> None:
    with pytest.raises(InputError, match="of a lot of"):
        lot_value(Money(10, "JPY"), number, first, last)
