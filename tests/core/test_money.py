from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import InputError
from okuzuke.core.money import INT64_MAX, SCALES, Money, allocate

totals = st.integers(-INT64_MAX, INT64_MAX)
weights = st.dictionaries(st.text(max_size=4), st.integers(0, 2**40), max_size=12)
shares = weights.filter(lambda found: any(found.values()))
amounts = st.builds(Money, totals, st.sampled_from(sorted(SCALES)))

YEN = {"amount": "61000000", "currency": "JPY", "scale": 6}


@given(totals, shares)
def test_an_allocation_neither_makes_nor_loses_money(total: int, given_shares: dict[str, int]) -> None:
    assert sum(allocate(total, given_shares).values()) == total


@given(totals, shares)
def test_everyone_gets_their_exact_part_rounded_down_or_up(total: int, given_shares: dict[str, int]) -> None:
    weight_sum = sum(given_shares.values())
    for key, part in allocate(abs(total), given_shares).items():
        assert part - abs(total) * given_shares[key] // weight_sum in (0, 1)


@given(totals, shares)
def test_a_weight_of_zero_gets_zero(total: int, given_shares: dict[str, int]) -> None:
    parts = allocate(total, given_shares | {"nobody": 0})
    assert parts["nobody"] == 0
    assert all(parts[key] == 0 for key, weight in given_shares.items() if weight == 0)


@given(totals, shares)
def test_a_reversal_mirrors_its_original(total: int, given_shares: dict[str, int]) -> None:
    assert allocate(-total, given_shares) == {key: -part for key, part in allocate(total, given_shares).items()}


@given(totals, shares.flatmap(lambda found: st.permutations(list(found.items()))))
def test_the_order_in_which_weights_are_named_changes_nothing(total: int, named: list[tuple[str, int]]) -> None:
    assert list(allocate(total, dict(named)).items()) == list(allocate(total, dict(sorted(named))).items())


@given(totals, shares, st.integers(1, 1000))
def test_only_the_proportion_of_weights_counts(total: int, given_shares: dict[str, int], factor: int) -> None:
    scaled = {key: weight * factor for key, weight in given_shares.items()}
    assert allocate(total, scaled) == allocate(total, given_shares)


def test_remainders_go_to_the_largest_and_ties_to_the_first_key() -> None:
    assert allocate(10, {"b": 1, "a": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert allocate(10, {"a": 70, "b": 12, "c": 18}) == {"a": 7, "b": 1, "c": 2}


def test_nothing_is_allocated_among_nobody() -> None:
    assert allocate(0, {}) == {}
    assert allocate(0, {"a": 0}) == {"a": 0}


@pytest.mark.parametrize("nobody", [{}, {"a": 0, "b": 0}])
def test_money_that_has_nobody_to_go_to_is_refused(nobody: dict[str, int]) -> None:
    with pytest.raises(InputError, match="5 sub-units have nobody to go to"):
        allocate(5, nobody)


@pytest.mark.parametrize("total", [0, 5, -5])
def test_a_negative_weight_is_refused(total: int) -> None:
    with pytest.raises(InputError, match="a weight is negative"):
        allocate(total, {"a": 2, "b": -1})


@given(amounts)
def test_an_amount_reads_back_as_itself(amount: Money) -> None:
    assert Money.from_json(amount.to_json()) == amount


@pytest.mark.parametrize(
    "value",
    [
        YEN | {"amount": 61_000_000},
        YEN | {"amount": "61.0"},
        YEN | {"amount": "061"},
        YEN | {"amount": "+61"},
        YEN | {"amount": "-0"},
        YEN | {"amount": ""},
        YEN | {"amount": " 61"},
        YEN | {"amount": "61\n"},
        YEN | {"amount": "6１"},
        YEN | {"amount": "6e7"},
        YEN | {"amount": "9" * 19},
        YEN | {"amount": "9" * 5000},
        YEN | {"scale": 0},
        YEN | {"scale": "6"},
        YEN | {"scale": True},
        YEN | {"currency": "EUR"},
        YEN | {"currency": "jpy"},
        YEN | {"note": "x"},
        {"amount": "61000000", "currency": "JPY"},
        [("amount", "61000000"), ("currency", "JPY"), ("scale", 6)],
        "61000000",
        None,
    ],
)
def test_any_other_shape_of_an_amount_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        Money.from_json(value)


@pytest.mark.parametrize("sub_units", [2**63, -(2**63)])
def test_an_amount_beyond_int64_is_refused(sub_units: int) -> None:
    with pytest.raises(InputError, match="does not fit int64"):
        Money(sub_units, "JPY")
