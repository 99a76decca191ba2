from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import Json, canonical_bytes, digest
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry
from okuzuke.training.presets import PRESETS, preset, shortened
from okuzuke.training.recipe import Profile, Recipe, is_held_out, order_seed

HERE = Profile("2.13.0", 2, "AVX2")
SEED = "5e" * 32
TAGS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


@pytest.mark.parametrize("name", PRESETS)
def test_a_recipe_is_read_back_as_it_was_written(name: str) -> None:
    recipe = preset(name, 7, HERE)

    assert Recipe.read(recipe.to_bytes()) == recipe
    assert recipe.digest == digest(recipe.to_bytes()).hex()
    assert (recipe.seed, recipe.profile) == (7, HERE)


def test_whatever_changes_in_a_recipe_changes_its_digest() -> None:
    recipe = preset("tiny", 1, HERE)
    others = [
        replace(recipe, seed=2),
        replace(recipe, rate_ppm=recipe.rate_ppm + 1),
        replace(recipe, phases=recipe.phases[1:]),
        replace(recipe, keep_states=()),
        replace(recipe, profile=replace(HERE, threads=1)),
    ]

    assert len({recipe.digest, *(other.digest for other in others)}) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"width": 100, "heads": 3},
        {"size": 30},
        {"channels": 433},
        {"batch": 0},
        {"second_beta_ppm": 1_000_000},
        {"warmup": 1701},
        {"phases": [{"phase": "irrevocable", "steps": 10}]},
        {"phases": []},
        {"keep_states": [5, 5]},
        {"keep_states": ["5"]},
        {"profile": {"torch": "2", "threads": 1, "capability": "AVX2", "deterministic": False}},
        {"format": "okuzuke-recipe/2"},
        {"further": 1},
    ],
)
def test_a_recipe_that_does_not_hold_together_is_refused(change: Mapping[str, Json]) -> None:
    whole = dict(preset("tiny", 1, HERE).to_json())

    with pytest.raises(InputError):
        Recipe.read(canonical_bytes({**whole, **change}))


def test_an_unknown_preset_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        preset("smal", 1, HERE)

    assert caught.value.remedy == "--preset small (of tiny, small, base)"


@given(tags=TAGS, per_mille=st.integers(0, 1000), data=st.data())
def test_works_with_equal_tags_are_on_one_side(tags: list[str], per_mille: int, data: st.DataObject) -> None:
    again = data.draw(st.permutations(tags))

    assert is_held_out(SEED, tags, per_mille) == is_held_out(SEED, again, per_mille)


@given(tags=TAGS)
def test_nothing_and_all_are_held_out_where_the_recipe_says_so_save_what_has_no_tags(tags: list[str]) -> None:
    assert not is_held_out(SEED, tags, 0)
    assert is_held_out(SEED, tags, 1000) is bool(tags)


def test_about_as_many_are_held_out_as_the_recipe_says() -> None:
    assert 160 <= sum(is_held_out(SEED, [str(number)], 100) for number in range(2000)) <= 240


def test_a_family_is_held_out_by_the_number_that_is_written_down() -> None:
    words = b'["okuzuke/held-out/v1","' + SEED.encode() + b'",["a","b"]]'
    number = int(digest(words).hex(), 16) % 1000

    assert is_held_out(SEED, ["b", "a"], number + 1)
    assert not is_held_out(SEED, ["b", "a"], number)


def test_the_order_seed_follows_from_the_snapshot_and_the_seed() -> None:
    seeds = {order_seed(Entry("ab" * 32), 1), order_seed(Entry("ab" * 32), 2), order_seed(Entry("cd" * 32), 1)}

    assert len(seeds) == 3
    assert order_seed(Entry("ab" * 32), 1) in seeds


@pytest.mark.parametrize("steps", [10, 60, 333, 1700])
def test_a_shortened_recipe_holds_together_and_has_as_many_steps_as_asked(steps: int) -> None:
    recipe = shortened(preset("tiny", 1, HERE), steps)

    assert recipe.steps == steps
    assert Recipe.read(recipe.to_bytes()) == recipe


@pytest.mark.parametrize("steps", [9, 1701, -1])
def test_a_recipe_is_neither_lengthened_nor_shortened_to_nothing(steps: int) -> None:
    with pytest.raises(InputError, match="steps of a recipe"):
        shortened(preset("tiny", 1, HERE), steps)
