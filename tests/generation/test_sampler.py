from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch

from atelier import Atelier
from okuzuke.core.ids import Entry
from okuzuke.generation.sampler import Ordered, Sampled, noise_seed, sample
from okuzuke.training.recipe import Recipe
from okuzuke.training.weights import Opened

ORDER = Ordered(Entry("ab" * 32), ("daruma", "red"), 7, 1, 4, 2000)


@pytest.fixture(scope="module")
def opened(prepared: Atelier) -> Opened:
    """The trained model with weights shaken up: after a few steps it would draw the same grey for everything."""
    found = prepared.training.open(prepared.model)
    transformer = copy.deepcopy(found.transformer)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in transformer.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.2)
    return replace(found, transformer=transformer)


@pytest.fixture(scope="module")
def recipe(prepared: Atelier) -> Recipe:
    return prepared.training.read(prepared.model).recipe


def _pixels(made: Sampled) -> list[bytes]:
    return [picture.samples for picture in made.pictures]


def test_pictures_are_rgb_squares_with_integer_features_and_a_cost(opened: Opened, recipe: Recipe) -> None:
    made = sample(opened, recipe, ORDER)

    picture = made.pictures[0]
    assert (len(picture.samples), picture.size) == (recipe.size**2 * 3, recipe.size)
    assert len(picture.features) == 4 * recipe.width
    assert all(-(2**15) <= feature < 2**15 for feature in picture.features)
    assert made.cpu_microseconds > 0


def test_the_same_order_gives_the_same_pictures_and_features(opened: Opened, recipe: Recipe) -> None:
    assert sample(opened, recipe, ORDER).pictures == sample(opened, recipe, ORDER).pictures


@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_a_picture_does_not_hang_on_how_many_were_asked_for(opened: Opened, recipe: Recipe, count: int) -> None:
    eight = sample(opened, recipe, replace(ORDER, count=8)).pictures

    assert sample(opened, recipe, replace(ORDER, count=count)).pictures == eight[:count]
    assert len({picture.samples for picture in eight}) == 8


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, seed=8),
        replace(ORDER, request=Entry("cd" * 32)),
        replace(ORDER, tags=("kokeshi",)),
        replace(ORDER, steps=5),
        replace(ORDER, guidance_milli=3000),
    ],
)
def test_whatever_the_order_names_changes_the_picture(opened: Opened, recipe: Recipe, other: Ordered) -> None:
    assert _pixels(sample(opened, recipe, other)) != _pixels(sample(opened, recipe, ORDER))


def test_the_order_of_tags_changes_nothing(opened: Opened, recipe: Recipe) -> None:
    turned = replace(ORDER, tags=("red", "daruma"))

    assert _pixels(sample(opened, recipe, turned)) == _pixels(sample(opened, recipe, ORDER))


def test_noise_seeds_follow_from_request_seed_and_index_alone() -> None:
    request = Entry("ab" * 32)

    assert noise_seed(request, 7, 0) == 139_075_129_956_792_715
    assert len({noise_seed(request, seed, index) for seed in range(5) for index in range(5)}) == 25
    assert noise_seed(request, 1, 11) != noise_seed(request, 11, 1)
