# ruff: noqa: N803, N806 -- a suffix of capitals names the axes of a tensor
"""Flow matching: how noise becomes latents along straight lines, and how a model learns it.

Time runs from 0 (noise) to 1 (clean): x_t = t x + (1 - t) noise. The model predicts x; the velocity follows from it.
Everything random is handed in. Shapes: B examples, T tokens, C channels, K tags.
Sources: Liu et al. 2022, Flow Straight and Fast, eq. 1; Lipman et al. 2023, Flow Matching for Generative Modeling;
Esser et al. 2024, Scaling Rectified Flow Transformers, section 3.1 (logit-normal times);
Li & He 2025, Back to Basics: Let Denoising Generative Models Denoise, section 4 (x-prediction under a velocity loss);
Ho & Salimans 2022, Classifier-Free Diffusion Guidance, eq. 6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from okuzuke.models.transformer import Transformer

Announce: TypeAlias = Callable[[int, int], None]
"""Is told before each forward of the sampler: the step, and how many steps there are.

The forward's batch is doubled: first the examples with their tags, then the same examples without any.
"""

_LOGIT_MEAN = -0.8
_LOGIT_DEVIATION = 0.8
_LEAST_LEFT = 0.05


def times(normal_B: Tensor) -> Tensor:
    """Return training times in (0, 1) from standard normals: sigmoid(-0.8 + 0.8 normal), the noisy side oftener.

    Source: Esser et al. 2024, section 3.1; mean, deviation and the floor of `loss` as in Li & He 2025.
    """
    return torch.sigmoid(_LOGIT_MEAN + _LOGIT_DEVIATION * normal_B)


def noised(x_BTC: Tensor, t_B: Tensor, noise_BTC: Tensor) -> Tensor:
    """Return x_t = t x + (1 - t) noise. Source: Liu et al. 2022, eq. 1."""
    t_B11 = t_B[:, None, None]
    return t_B11 * x_BTC + (1 - t_B11) * noise_BTC


def loss(model: Transformer, x_BTC: Tensor, t_B: Tensor, noise_BTC: Tensor, tags_BK: Tensor) -> Tensor:
    """Return the mean squared error of the velocity, one value per example [B].

    The predicted velocity is (prediction - x_t) / (1 - t), the true one (x - x_t) / (1 - t), so their difference is
    (prediction - x) / (1 - t). The divisor is kept at 0.05 or more, lest an all but clean example outweigh all others.
    Source: Li & He 2025, section 4.
    """
    predicted_BTC = model(noised(x_BTC, t_B, noise_BTC), t_B, tags_BK)
    left_B11 = (1 - t_B).clamp(min=_LEAST_LEFT)[:, None, None]
    error: Tensor = ((predicted_BTC - x_BTC) / left_B11).square().mean((1, 2))
    return error


@torch.no_grad()
def sample(
    model: Transformer,
    noise_BTC: Tensor,
    tags_BK: Tensor,
    steps: int,
    guidance: float,
    tap: Announce | None = None,
) -> Tensor:
    """Return the latents that noise becomes in `steps` equal Euler steps; the last one lands on the prediction.

    Guidance 1 follows the tags alone, more exaggerates what they change. Each step is one forward of a doubled batch.
    """
    nothing_BK = torch.zeros_like(tags_BK)
    both_2BK = torch.cat([tags_BK, nothing_BK])
    x_BTC = noise_BTC
    for step in range(steps):
        if tap is not None:
            tap(step, steps)
        t_2B = torch.full((len(both_2BK),), step / steps, dtype=x_BTC.dtype)
        led_BTC, free_BTC = model(torch.cat([x_BTC, x_BTC]), t_2B, both_2BK).chunk(2)
        clean_BTC = free_BTC + guidance * (led_BTC - free_BTC)
        # x + (clean - x) / (1 - t) / steps, where (1 - t) steps is the number of steps left.
        x_BTC = x_BTC + (clean_BTC - x_BTC) / (steps - step)
    return x_BTC
