from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor, nn

from okuzuke.models import flow
from okuzuke.models.transformer import Shape, Transformer

TAGS = torch.tensor([[3, 9], [5, 0], [0, 0]])


def latents(generator: Generator) -> Tensor:
    return torch.randn(3, 4, 6, generator=generator)


def test_times_lie_between_noise_and_clean_and_rise_with_the_normals() -> None:
    found = flow.times(torch.tensor([-6.0, -1.0, 0.0, 1.0, 6.0]))

    assert found.min() > 0
    assert found.max() < 1
    assert found.tolist() == sorted(found.tolist())
    assert found[2].item() == pytest.approx(0.3100, abs=1e-4)


def test_time_nought_is_noise_and_time_one_is_clean(generator: Generator) -> None:
    clean, noise = latents(generator), latents(generator)

    assert torch.equal(flow.noised(clean, torch.zeros(3), noise), noise)
    assert torch.equal(flow.noised(clean, torch.ones(3), noise), clean)


def test_the_loss_is_the_squared_error_of_the_velocity(model: Transformer, generator: Generator) -> None:
    clean, noise, times = latents(generator), latents(generator), torch.tensor([0.1, 0.5, 0.9])
    given = flow.noised(clean, times, noise)
    left = (1 - times)[:, None, None]

    velocity = (model(given, times, TAGS) - given) / left
    found = flow.loss(model, clean, times, noise, TAGS)

    assert found.shape == (3,)
    assert torch.allclose(found, (velocity - (clean - given) / left).square().mean((1, 2)), rtol=1e-4)


def test_an_all_but_clean_example_weighs_no_more_than_one_at_nineteen_twentieths(
    model: Transformer, generator: Generator
) -> None:
    clean = latents(generator)

    found = flow.loss(model, clean, torch.ones(3), latents(generator), TAGS)
    error = model(clean, torch.ones(3), TAGS) - clean

    assert torch.allclose(found, error.square().mean((1, 2)) / 0.05**2, rtol=1e-4)


def test_the_loss_falls_when_a_model_learns_two_pictures_by_heart(generator: Generator) -> None:
    model = Transformer.initialised(Shape(tokens=4, channels=6, width=32, depth=2, heads=2), generator)
    clean, tags = torch.randn(2, 4, 6, generator=generator).repeat(8, 1, 1), torch.tensor([[3], [5]]).repeat(8, 1)
    optimiser = torch.optim.AdamW(model.parameters(), 5e-3)

    losses = []
    for _ in range(120):
        times = flow.times(torch.randn(16, generator=generator))
        loss = flow.loss(model, clean, times, torch.randn(clean.shape, generator=generator), tags).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())

    assert sum(losses[-10:]) < sum(losses[:10]) / 4
    made = flow.sample(model, torch.randn(2, 4, 6, generator=generator), tags[:2], 8, 1.0)
    assert (made - clean[:2]).square().mean() < 0.1


def test_the_same_noise_and_tags_give_the_same_sample(model: Transformer, generator: Generator) -> None:
    noise = latents(generator)

    one, other = (flow.sample(model, noise, TAGS, 5, 2.0) for _ in range(2))

    assert torch.equal(one, other)
    assert not one.requires_grad


def test_one_step_lands_on_the_guided_prediction(model: Transformer, generator: Generator) -> None:
    noise = latents(generator)
    led, free = (model(noise, torch.zeros(3), tags) for tags in (TAGS, torch.zeros_like(TAGS)))

    found = flow.sample(model, noise, TAGS, 1, 3.0)

    assert torch.allclose(found, free + 3 * (led - free), atol=1e-5)


def test_guidance_one_without_tags_is_one_with_any_guidance(model: Transformer, generator: Generator) -> None:
    noise, nothing = latents(generator), torch.zeros_like(TAGS)

    one, other = (flow.sample(model, noise, nothing, 4, guidance) for guidance in (1.0, 3.0))

    assert torch.allclose(one, other, atol=1e-5)


def test_a_step_is_one_forward_of_a_doubled_batch(model: Transformer, generator: Generator) -> None:
    batches: list[int] = []

    def count(_module: nn.Module, inputs: tuple[Tensor, ...], _output: Tensor) -> None:
        batches.append(len(inputs[0]))

    with model.register_forward_hook(count):
        flow.sample(model, latents(generator), TAGS, 6, 1.5)

    assert batches == [6] * 6
