from __future__ import annotations

import pytest
import torch
from torch import Generator

from okuzuke.models.transformer import Shape, Transformer

SHAPE = Shape(tokens=4, channels=6, width=32, depth=3, heads=2)


def made(seed: int) -> Transformer:
    return Transformer.initialised(SHAPE, Generator().manual_seed(seed))


def test_the_prediction_has_the_shape_of_the_latents(model: Transformer, generator: Generator) -> None:
    latents = torch.randn(5, 4, 6, generator=generator)

    predicted = model(latents, torch.rand(5, generator=generator), torch.ones(5, 3, dtype=torch.int64))

    assert predicted.shape == latents.shape
    assert predicted.dtype == torch.float32


def test_a_fresh_model_predicts_zeros(generator: Generator) -> None:
    predicted = made(1)(torch.randn(2, 4, 6, generator=generator), torch.rand(2), torch.ones(2, 1, dtype=torch.int64))

    assert torch.equal(predicted, torch.zeros(2, 4, 6))


def test_one_seed_gives_one_model_whatever_was_drawn_before() -> None:
    torch.manual_seed(1)
    one = made(7).state_dict()
    torch.manual_seed(2)
    other = made(7).state_dict()

    assert all(torch.equal(one[name], other[name]) for name in one)
    assert all(torch.isfinite(parameter).all() for parameter in one.values())


def test_another_seed_gives_another_model() -> None:
    assert not torch.equal(made(7).embed.weight, made(8).embed.weight)


def test_the_state_is_the_parameters_and_brings_a_model_back(model: Transformer, generator: Generator) -> None:
    again = Transformer(SHAPE)
    again.load_state_dict(model.state_dict())
    latents, times = torch.randn(2, 4, 6, generator=generator), torch.tensor([0.1, 0.9])
    tags = torch.tensor([[3, 9], [5, 0]])

    assert set(model.state_dict()) == {name for name, _ in model.named_parameters()}
    assert torch.equal(again(latents, times, tags), model(latents, times, tags))


@pytest.mark.parametrize("width", [1, 4])
def test_zeros_for_tags_are_no_tags_however_many(model: Transformer, generator: Generator, width: int) -> None:
    latents, times = torch.randn(2, 4, 6, generator=generator), torch.tensor([0.1, 0.9])

    free = model(latents, times, torch.zeros(2, 9, dtype=torch.int64))

    assert torch.equal(model(latents, times, torch.zeros(2, width, dtype=torch.int64)), free)
    assert not torch.equal(model(latents, times, torch.tensor([[7], [7]])), free)


def test_zeros_beside_a_tag_change_nothing(model: Transformer, generator: Generator) -> None:
    latents, times = torch.randn(1, 4, 6, generator=generator), torch.tensor([0.4])

    assert torch.equal(model(latents, times, torch.tensor([[7, 0, 0]])), model(latents, times, torch.tensor([[7]])))


def test_no_tag_stays_zero_while_others_are_learned(model: Transformer, generator: Generator) -> None:
    latents = torch.randn(2, 4, 6, generator=generator)

    model(latents, torch.tensor([0.1, 0.9]), torch.tensor([[3, 0], [0, 0]])).square().sum().backward()

    gradient = model.tags.weight.grad
    assert gradient is not None
    assert torch.equal(model.tags.weight[0], torch.zeros(32))
    assert torch.equal(gradient[0], torch.zeros(32))
    assert gradient[3].abs().sum() > 0
