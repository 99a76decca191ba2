from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.attribution import reliability
from okuzuke.attribution.reliability import MOST_TRIALS, PPM, lower_bound_ppm, reliability_ppm
from okuzuke.core.errors import InputError

WILKS = [(0, 59), (1, 93), (2, 124), (3, 153), (4, 181)]
"""Failures and the smallest number of trials that then shows 95 % at 95 % confidence (Wilks 1941; NUREG/CR-7127)."""

counts = st.integers(1, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@pytest.mark.parametrize(("failures", "trials"), WILKS)
def test_the_bound_agrees_with_the_published_sample_sizes_of_wilks(failures: int, trials: int) -> None:
    assert lower_bound_ppm(trials - failures, trials) >= 950_000
    assert lower_bound_ppm(trials - 1 - failures, trials - 1) < 950_000


@pytest.mark.parametrize(("trials", "bound"), [(1, 50_000), (2, 223_606), (5, 549_280), (10, 741_134), (22, 872_694)])
def test_without_a_failure_the_bound_is_the_root_of_one_in_twenty(trials: int, bound: int) -> None:
    assert lower_bound_ppm(trials, trials) == bound


def test_the_tail_agrees_with_the_interval_printed_for_binom_test_in_r() -> None:
    # R's ?binom.test after Conover 1971: 682 of 925 has the two-sided 95 % interval 0.7076683 to 0.7654066.
    at_the_lower_end = Fraction(reliability._tail(682, 925, 707_668), PPM**925)

    assert abs(at_the_lower_end - Fraction(1, 40)) < Fraction(1, 10_000)


@given(counts)
def test_the_bound_is_the_last_ppm_at_which_chance_explains_at_most_one_in_twenty(found: tuple[int, int]) -> None:
    correct, trials = found
    bound = lower_bound_ppm(correct, trials)

    def likelihood(p_ppm: int) -> Fraction:
        p = Fraction(p_ppm, PPM)
        return sum((comb(trials, n) * p**n * (1 - p) ** (trials - n) for n in range(correct, trials + 1)), Fraction(0))

    if correct:
        assert likelihood(bound) <= Fraction(1, 20) < likelihood(bound + 1)
    else:
        assert bound == 0


@given(counts)
def test_one_more_success_never_lowers_the_bound(found: tuple[int, int]) -> None:
    correct, trials = found
    assert lower_bound_ppm(min(correct + 1, trials), trials) >= lower_bound_ppm(correct, trials)


@pytest.mark.parametrize(("correct", "trials"), [(-1, 3), (4, 3), (1, MOST_TRIALS + 1)])
def test_what_is_no_count_of_successes_is_refused(correct: int, trials: int) -> None:
    with pytest.raises(InputError, match="no count of successes"):
        lower_bound_ppm(correct, trials)


@given(counts, st.integers(1, 40))
def test_rho_lies_between_nothing_and_the_whole_and_is_the_corrected_bound_squared(
    found: tuple[int, int], classes: int
) -> None:
    rho = reliability_ppm(*found, classes)
    bound = Fraction(lower_bound_ppm(*found), PPM)

    assert 0 <= rho < PPM
    if classes > 1:
        corrected = max(Fraction(0), (bound - Fraction(1, classes)) / (1 - Fraction(1, classes)))
        assert rho == corrected**2 * PPM // 1


def test_a_scorer_no_better_than_chance_is_not_relied_on() -> None:
    assert reliability_ppm(25, 100, 4) == 0
    assert reliability_ppm(0, 0, 4) == 0


def test_where_there_is_one_unit_there_is_nothing_to_tell_apart() -> None:
    assert reliability_ppm(50, 50, 1) == 0
