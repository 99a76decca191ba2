from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest

from okuzuke.attribution.calibrate import BITS, Example, Moments, evaluate, fit
from okuzuke.attribution.scorer import Candidate, Head, linear, score
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, WorkId
from okuzuke.registry.decision import Basis
from registry_facts import digest_of

WIDTH = 24
UNITS = tuple(sorted(Entry(digest_of("unit", at)) for at in range(4)))
CANDIDATES = tuple(Candidate(unit, Basis.GRANT) for unit in UNITS)
MODEL = digest_of("model")


def example(unit: int, number: int, *, apart: int = 900) -> Example:
    """Return a family of a unit: noise from a digest around the unit's own direction."""
    noise = hashlib.shake_128(f"{unit} {number}".encode()).digest(WIDTH * 2)
    spread = [int.from_bytes(noise[at * 2 : at * 2 + 2], "big") % 2001 - 1000 for at in range(WIDTH)]
    own = range(unit * 6, unit * 6 + 6)
    features = tuple(300 + spread[at] + (apart if at in own else 0) for at in range(WIDTH))
    return Example(WorkId(digest_of("family", unit, number)), UNITS[unit], features)


def examples(first: int, number: int, *, apart: int = 900) -> list[Example]:
    return [example(unit, at, apart=apart) for unit in range(4) for at in range(first, first + number)]


def fitted(found: list[Example]) -> Head:
    moments = Moments(WIDTH)
    moments.add(found)
    return fit(moments, MODEL, CANDIDATES)


def test_the_order_of_the_works_does_not_change_a_byte_of_the_head() -> None:
    found = examples(0, 20)

    assert fitted(found).to_bytes() == fitted(found[::-1]).to_bytes()


def test_taking_a_family_out_leaves_exactly_the_head_that_never_saw_it() -> None:
    found = examples(0, 20)
    moments = Moments(WIDTH)
    moments.add(found)
    moments.remove(found[:1])
    without = fit(moments, MODEL, CANDIDATES)

    assert without.to_bytes() == fitted(found[1:]).to_bytes()
    assert without.to_bytes() != fitted(found).to_bytes()


def test_taking_a_whole_unit_out_leaves_no_trace_of_it() -> None:
    found = examples(0, 3)
    moments = Moments(WIDTH)
    moments.add(found)
    moments.remove([item for item in found if item.unit == UNITS[0]])

    assert UNITS[0] not in moments.counts
    assert fit(moments, MODEL, CANDIDATES[1:]) == fit(_of(found[3:]), MODEL, CANDIDATES[1:])


def _of(found: list[Example]) -> Moments:
    moments = Moments(WIDTH)
    moments.add(found)
    return moments


def test_the_scores_of_all_units_sum_to_one_so_that_their_mean_is_chance() -> None:
    head = fitted(examples(0, 20))
    total = sum(linear(head, example(2, 99).features).values())

    # Each of the 25 products of a unit is rounded once, at a feature's scale.
    assert abs(total - 2**BITS) < 4 * WIDTH * 2**12


def test_families_never_seen_are_told_apart_and_the_right_unit_has_most_of_the_money() -> None:
    head = fitted(examples(0, 40))
    held_out = examples(100, 25)
    trial = evaluate(head, held_out)
    own = [score(head, item.features)[item.unit] for item in held_out]

    assert (trial.trials, trial.classes) == (100, 4)
    assert trial.correct >= 95
    assert trial.rho_ppm > 800_000
    assert sum(own) / len(own) > 800_000


def test_where_units_are_alike_the_scorer_is_not_relied_on() -> None:
    trial = evaluate(fitted(examples(0, 40, apart=0)), examples(100, 25, apart=0))

    assert trial.rho_ppm < 5_000


def test_a_unit_of_few_families_is_found_as_well_as_a_unit_of_many() -> None:
    many = [example(0, at) for at in range(200)]
    few = [example(unit, at) for unit in (1, 2, 3) for at in range(12)]
    trial = evaluate(fitted([*many, *few]), examples(300, 25))

    assert trial.correct >= 85


def test_a_unit_without_a_family_cannot_be_fitted() -> None:
    moments = Moments(WIDTH)
    moments.add([item for item in examples(0, 3) if item.unit != UNITS[3]])

    with pytest.raises(InputError, match="different units"):
        fit(moments, MODEL, CANDIDATES)


def test_features_of_another_width_are_refused() -> None:
    with pytest.raises(InputError, match="features"):
        Moments(WIDTH + 1).add(examples(0, 1))


def test_held_out_families_of_units_outside_the_model_are_no_trial() -> None:
    head = fit(_of([item for item in examples(0, 9) if item.unit != UNITS[0]]), MODEL, CANDIDATES[1:])

    assert evaluate(head, examples(50, 5)).trials == 15


def test_a_feature_that_never_moves_does_not_upset_the_fit() -> None:
    still = [Example(item.family, item.unit, (*item.features[:-1], 77)) for item in examples(0, 20)]
    head = fitted(still)

    assert evaluate(head, still).correct >= 70
    assert all(one.unit < two.unit for one, two in pairwise(head.units))
