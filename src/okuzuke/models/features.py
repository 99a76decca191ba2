# ruff: noqa: N803, N806 -- a suffix of capitals names the axes of a tensor
"""Features: what a model's middle block holds of a picture when no tags tell it what to see.

Of each channel the mean and the deviation over the patches: what a picture is made of, and how unevenly. With the means
alone a head knew .85 of the held-out works of eleven series, with both .95 (one model of 1,700 steps, 313 works).
A generated picture's are heard in the sampler's own unconditional forwards and cost none; a work's are those of the
same block for the work's latents noised to the same times. Shapes: B examples, T tokens, C channels, D width.
Source: Baranchuk et al. 2022, Label-Efficient Semantic Segmentation with Diffusion Models, section 3 (block and time).
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import torch
from torch import Tensor, nn

from okuzuke.models.flow import noised
from okuzuke.models.transformer import Transformer

TIMES = (0.5, 0.75)
"""When features are taken, 0 noise and 1 clean. A sampler of 4, 8, 12, .. steps stands at exactly these times."""

SCALE = 256
_LARGEST = 32_767


class Tap:
    """Hears the unconditional half of a doubled batch in the middle block, at the steps nearest to `TIMES`.

    Used as `with Tap(model) as tap:` around one `flow.sample(.., tap=tap)`; then `tap.features()`.
    """

    def __init__(self, model: Transformer) -> None:
        self._block = _middle(model)
        self._heard: dict[int, Tensor] = {}
        self._step = 0
        self._wanted: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        self._hook = self._block.register_forward_hook(self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hook.remove()

    def __call__(self, step: int, steps: int) -> None:
        """Expect the forward of that step."""
        self._step = step
        self._wanted = tapped(steps)

    def features(self) -> Tensor:
        """Return the features [B, 2 len(TIMES) D] of the pictures that were sampled."""
        return torch.cat([self._heard[step] for step in self._wanted], 1)

    def _hear(self, _module: nn.Module, _inputs: tuple[Tensor, ...], hidden_2BTD: Tensor) -> None:
        if self._step in self._wanted:
            self._heard[self._step] = _pooled(hidden_2BTD.chunk(2)[1])


def tapped(steps: int) -> tuple[int, ...]:
    """Return the sampler's steps nearest to `TIMES`, of two equally near the earlier; a few steps may repeat.

    >>> tapped(8), tapped(3)
    ((4, 6), (1, 2))
    """
    return tuple(min(range(steps), key=lambda step: abs(step - time * steps)) for time in TIMES)


@torch.no_grad()
def work_features(model: Transformer, latents_BTC: Tensor, noise_BTC: Tensor) -> Tensor:
    """Return the features [B, 2 len(TIMES) D] of given latents under given noise."""
    heard: list[Tensor] = []
    hook = _middle(model).register_forward_hook(lambda _module, _inputs, hidden_BTD: heard.append(_pooled(hidden_BTD)))
    nothing_B1 = torch.zeros(len(latents_BTC), 1, dtype=torch.int64)
    try:
        for time in TIMES:
            t_B = torch.full((len(latents_BTC),), time, dtype=latents_BTC.dtype)
            model(noised(latents_BTC, t_B, noise_BTC), t_B, nothing_B1)
    finally:
        hook.remove()
    return torch.cat(heard, 1)


def quantise(features: Tensor) -> Tensor:
    """Return the features as int16: times 256, rounded half to even, held within -32 767 and 32 767."""
    return (features * SCALE).round().clamp(-_LARGEST, _LARGEST).to(torch.int16)


def _pooled(hidden_BTD: Tensor) -> Tensor:
    deviation_BD, mean_BD = torch.std_mean(hidden_BTD, 1, correction=0)
    return torch.cat([mean_BD, deviation_BD], 1)


def _middle(model: Transformer) -> nn.Module:
    return model.blocks[model.shape.depth // 2]
