from __future__ import annotations

from datetime import UTC, datetime

import pytest

from okuzuke.accounts.book import TransferSet
from okuzuke.accounts.rates import tokyo_month
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import SetRoot
from okuzuke.core.money import Money
from okuzuke.royalties.allocation import Allocation, month
from registry_facts import TICK, digest_of

ALLOCATION = Allocation(
    "2026-06",
    "JPY",
    3,
    TransferSet(SetRoot(digest_of("transfers")), 12),
    TransferSet(SetRoot(digest_of("fees")), 4),
    Money(60_000_000, "JPY"),
    Money(40_000_000, "JPY"),
    Money(12_000_000, "JPY"),
)


def _read(public: JsonObject, sealed: JsonObject) -> Allocation:
    fields = Fields(public, "allocation")
    allocation = Allocation.read(fields, sealed)
    fields.end()
    return allocation


def test_an_allocation_reads_back_as_itself_and_without_its_amounts_for_a_stranger() -> None:
    assert _read(ALLOCATION.to_public(), ALLOCATION.to_sealed()) == ALLOCATION

    shut = _read(ALLOCATION.to_public(), {})
    assert (shut.revenue, shut.paid, shut.kept) == (None, None, None)
    assert shut.transfers == ALLOCATION.transfers


@pytest.mark.parametrize(
    "change", [{"period": "2026-6"}, {"period": "2026-13"}, {"currency": "EUR"}, {"captures": 0}, {"more": 1}]
)
def test_an_allocation_of_another_shape_is_refused(change: JsonObject) -> None:
    with pytest.raises(InputError):
        _read({**ALLOCATION.to_public(), **change}, {})


@pytest.mark.parametrize("sealed", [{"revenue": Money(1, "USD").to_json()}, {"kept": 1}, {"more": 1}])
def test_an_amount_in_another_currency_is_refused(sealed: JsonObject) -> None:
    with pytest.raises(InputError):
        _read(ALLOCATION.to_public(), sealed)


@pytest.mark.parametrize("period", ["2026-06", "2026-12", "2024-02"])
def test_a_month_is_tokyos_from_its_first_instant_to_its_last(period: str) -> None:
    span = month(period)
    assert span.end is not None

    assert tokyo_month(span.start) == tokyo_month(span.end - TICK) == period
    assert tokyo_month(span.start - TICK) != period != tokyo_month(span.end)
    assert span.start.tzinfo is UTC


def test_the_day_in_tokyo_begins_nine_hours_before_utcs() -> None:
    assert month("2027-01").start == datetime(2026, 12, 31, 15, tzinfo=UTC)
