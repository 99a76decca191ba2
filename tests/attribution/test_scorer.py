from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.attribution.reliability import reliability_ppm
from okuzuke.attribution.scorer import Candidate, Head, Scorer, best, check_units, linear, score
from okuzuke.core.canonical import JsonObject, canonical_bytes, parse_object
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry
from okuzuke.registry.decision import Basis
from registry_facts import digest_of

MODEL = digest_of("model")
integers = st.integers(-(2**40), 2**40)


def units(number: int) -> tuple[Entry, ...]:
    return tuple(sorted(Entry(digest_of("unit", at)) for at in range(number)))


@st.composite
def heads(draw: st.DrawFn) -> Head:
    width, number = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    weights = draw(st.lists(st.tuples(*[integers] * width), min_size=number, max_size=number))
    bias = draw(st.tuples(*[integers] * number))
    return Head(MODEL, 40, tuple(Candidate(unit, Basis.GRANT) for unit in units(number)), tuple(weights), bias)


@st.composite
def scored(draw: st.DrawFn) -> tuple[Head, list[int]]:
    head = draw(heads())
    features = st.lists(st.integers(-(2**15), 2**15 - 1), min_size=head.width, max_size=head.width)
    return head, draw(features)


def head_of(*bias: int) -> Head:
    """Return a head whose scores are its biases."""
    candidates = tuple(Candidate(unit, Basis.GRANT) for unit in units(len(bias)))
    return Head(MODEL, 40, candidates, ((0,),) * len(bias), bias)


@given(scored())
def test_the_parts_of_an_output_sum_to_the_whole_and_only_units_of_the_head_have_one(
    found: tuple[Head, list[int]],
) -> None:
    head, features = found
    parts = score(head, features)

    assert sum(parts.values()) == 1_000_000
    assert set(parts) == {item.unit for item in head.units}
    assert all(part >= 0 for part in parts.values())


@given(scored())
def test_no_unit_below_the_mean_of_all_scores_has_a_part_and_a_higher_score_never_has_less(
    found: tuple[Head, list[int]],
) -> None:
    head, features = found
    scores, parts = linear(head, features), score(head, features)
    mean_times = sum(scores.values())

    if len(set(scores.values())) > 1:
        assert all(parts[unit] == 0 for unit in scores if scores[unit] * len(scores) <= mean_times)
    for one in scores:
        for two in scores:
            assert scores[one] <= scores[two] or parts[one] >= parts[two] - 1


@given(scored(), st.integers(-1000, 1000), st.integers(1, 1000))
def test_shifting_or_scaling_all_scores_changes_no_part(found: tuple[Head, list[int]], shift: int, factor: int) -> None:
    head, features = found
    shifted = replace(
        head,
        weights=tuple(tuple(weight * factor for weight in row) for row in head.weights),
        bias=tuple(bias * factor + shift for bias in head.bias),
    )

    assert score(shifted, features) == score(head, features)


@given(scored())
def test_a_head_reads_back_as_itself_and_scores_the_same(found: tuple[Head, list[int]]) -> None:
    head, features = found
    read = Head.parse(head.to_bytes())

    assert read == head
    assert score(read, features) == score(head, features)


def test_what_stands_out_twice_as_far_has_four_times_the_part() -> None:
    # The mean is 3: the first lies 4 above it, the second 2 above, the others below.
    parts = score(head_of(7, 5, 0, 0), [1])

    assert list(parts.values()) == [800_000, 200_000, 0, 0]


def test_where_no_score_stands_out_all_units_share_alike() -> None:
    assert list(score(head_of(5, 5, 5), [1]).values()) == [333_334, 333_333, 333_333]
    assert list(score(head_of(-8), [1]).values()) == [1_000_000]


def test_the_best_unit_is_the_highest_score_and_the_first_of_equals() -> None:
    assert best(head_of(1, 9, 9), [0]) == units(3)[1]


@pytest.mark.parametrize("features", [[], [1, 2], [True], [1.0], ["1"], [2**15 + 1]])
def test_features_of_another_shape_are_refused(features: list[int]) -> None:
    with pytest.raises(InputError):
        score(head_of(1, 2), features)


def test_a_head_over_other_units_than_its_models_is_refused() -> None:
    head = head_of(1, 2)
    named = dict.fromkeys(units(2), Basis.GRANT)

    check_units(head, named)
    for others in (
        dict.fromkeys(units(1), Basis.GRANT),
        dict.fromkeys(units(3), Basis.GRANT),
        named | {units(2)[0]: Basis.DEDICATION},
    ):
        with pytest.raises(CheckFailedError, match="other units"):
            check_units(head, others)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "okuzuke-head/2"},
        {"bits": -1},
        {"bits": 64},
        {"weights": [[0]]},
        {"weights": [[0], [0, 1]]},
        {"weights": [[], []]},
        {"weights": [["0"], [0]]},
        {"weights": [0, 0]},
        {"bias": [0]},
        {"bias": [0, True]},
        {"units": []},
        {"units": [{"unit": units(2)[1], "basis": "grant"}, {"unit": units(2)[0], "basis": "grant"}]},
        {"units": [{"unit": units(2)[0], "basis": "grant"}, {"unit": units(2)[0], "basis": "grant"}]},
        {"units": [{"unit": units(2)[0], "basis": "wish"}, {"unit": units(2)[1], "basis": "grant"}]},
        {"more": 1},
    ],
)
def test_a_head_file_of_another_shape_is_refused(change: JsonObject) -> None:
    value = parse_object(head_of(1, 2).to_bytes(), "head")

    with pytest.raises(InputError):
        Head.parse(canonical_bytes({**value, **change}))


def test_a_second_spelling_of_a_head_file_is_refused() -> None:
    with pytest.raises(CheckFailedError, match="canonical"):
        Head.parse(head_of(1, 2).to_bytes() + b"\n")


def _scorer(correct: int = 40, trials: int = 50, classes: int = 4) -> Scorer:
    rho = reliability_ppm(correct, trials, classes)
    return Scorer(Entry(MODEL), AssetId(digest_of("head")), rho, correct, trials, classes)


def test_a_scorer_reads_back_as_itself() -> None:
    fields = Fields(_scorer().to_public(), "scorer")

    assert Scorer.read(fields, {}) == _scorer()
    fields.end()


@pytest.mark.parametrize(
    "change",
    [{"rho_ppm": 990_000}, {"correct": 50}, {"correct": 51}, {"classes": 2}, {"classes": 0}, {"basis": "a feeling"}],
)
def test_a_rho_that_does_not_follow_from_its_trials_is_refused(change: JsonObject) -> None:
    with pytest.raises((CheckFailedError, InputError)):
        Scorer.read(Fields({**_scorer().to_public(), **change}, "scorer"), {})
