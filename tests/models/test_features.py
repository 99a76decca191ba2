from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from okuzuke.models import features, flow
from okuzuke.models.features import TIMES, Tap, quantise, tapped, work_features
from okuzuke.models.transformer import Transformer

TAGS = torch.tensor([[3, 9], [5, 0], [8, 0]])
WIDTH = 32


def latents(generator: Generator) -> Tensor:
    return torch.randn(3, 4, 6, generator=generator)


def test_listening_adds_no_forward_and_changes_no_sample(model: Transformer, generator: Generator) -> None:
    noise, forwards = latents(generator), list[int]()

    def count(_module: nn.Module, inputs: tuple[Tensor, ...], _output: Tensor) -> None:
        forwards.append(len(inputs[0]))

    silent = flow.sample(model, noise, TAGS, 8, 1.5)
    with model.register_forward_hook(count), Tap(model) as tap:
        heard = flow.sample(model, noise, TAGS, 8, 1.5, tap)

    assert forwards == [6] * 8
    assert torch.equal(heard, silent)


def test_what_is_heard_is_the_middle_block_without_tags_at_the_fixed_times(
    model: Transformer, generator: Generator
) -> None:
    inputs: list[Tensor] = []

    def keep(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
        inputs.append(given[0][:3])

    with model.register_forward_pre_hook(keep), Tap(model) as tap:
        flow.sample(model, latents(generator), TAGS, 8, 1.5, tap)
    hidden: list[Tensor] = []

    def pool(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        hidden.extend([output.mean(1), output.var(1, correction=0).sqrt()])

    with torch.no_grad(), model.blocks[1].register_forward_hook(pool):
        for step, time in zip((4, 6), TIMES, strict=True):
            model(inputs[step], torch.full((3,), time), torch.zeros(3, 1, dtype=torch.int64))

    assert tap.features().shape == (3, 2 * len(TIMES) * WIDTH)
    assert torch.allclose(tap.features(), torch.cat(hidden, 1), atol=1e-5)


def test_the_hook_is_gone_after_listening(model: Transformer, generator: Generator) -> None:
    with Tap(model) as tap:
        flow.sample(model, latents(generator), TAGS, 4, 1.0, tap)
    before = tap.features()

    flow.sample(model, latents(generator), TAGS, 4, 1.0)

    assert torch.equal(tap.features(), before)


def test_the_steps_listened_to_are_those_nearest_to_the_fixed_times() -> None:
    assert tapped(4) == (2, 3)
    assert tapped(8) == (4, 6)
    assert tapped(20) == (10, 15)
    assert tapped(1) == (0, 0)


def test_a_work_has_the_same_features_under_the_same_noise(model: Transformer, generator: Generator) -> None:
    works, noise = latents(generator), latents(generator)

    one, other = (work_features(model, works, noise) for _ in range(2))

    assert one.shape == (3, 2 * len(TIMES) * WIDTH)
    assert torch.equal(one, other)
    assert not torch.equal(one, work_features(model, works, latents(generator)))


def test_a_work_is_heard_at_the_times_of_the_sampler(model: Transformer, generator: Generator) -> None:
    works, noise, heard = latents(generator), latents(generator), list[float]()

    def keep(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
        heard.extend({*given[1].tolist()})
        assert not given[2].any()

    with model.register_forward_pre_hook(keep):
        work_features(model, works, noise)

    assert heard == [step / 8 for step in tapped(8)]


def test_quantised_features_fit_sixteen_bits_and_round_half_to_even() -> None:
    given = torch.tensor([0.0, 1.5, 2.5, -1.5, 1e9, -1e9]) / features.SCALE

    found = quantise(given)

    assert found.dtype == torch.int16
    assert found.tolist()[:4] == [0, 2, 2, -2]
    assert quantise(torch.tensor([1e9, -1e9])).tolist() == [32_767, -32_767]
