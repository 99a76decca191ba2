"""From tags to pictures: each one follows from the request, the seed and its own number, whatever else is made.

Shapes: B pictures of one pass, T tokens, C latent channels, K tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time_ns

import torch
from torch import Generator, Tensor

from okuzuke.core.canonical import canonical_bytes, digest
from okuzuke.core.ids import Entry
from okuzuke.models import flow
from okuzuke.models.features import Tap, quantise
from okuzuke.models.tags import buckets
from okuzuke.training.recipe import Recipe
from okuzuke.training.weights import Opened

PASS = 4
"""Pictures of one pass. Always as many, even for one: a matrix product's rounding hangs on its height, and a picture
must not hang on how many were asked for."""

_SEED_BITS = 63


@dataclass(frozen=True, slots=True)
class Ordered:
    """What decides the pixels, beside the model; `guidance_milli` are thousandths."""

    request: Entry
    tags: tuple[str, ...]
    seed: int
    count: int
    steps: int
    guidance_milli: int


@dataclass(frozen=True, slots=True)
class Picture:
    """8-bit RGB samples, row-major, of a square of `size`, and its features, integers of 16 bits."""

    samples: bytes
    size: int
    features: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """The pictures in their order, and the processor time all of them took."""

    pictures: tuple[Picture, ...]
    cpu_microseconds: int


def sample(opened: Opened, recipe: Recipe, ordered: Ordered) -> Sampled:
    """Return the pictures of an order; the first k of n are those of the same order for k.

    The same order gives the same bits on one build of torch, thread count and instruction set.
    """
    began = process_time_ns()
    pictures: list[Picture] = []
    for first in range(0, ordered.count, PASS):
        made = _pass(opened, recipe, ordered, first)
        pictures += made[: ordered.count - first]
    return Sampled(tuple(pictures), (process_time_ns() - began) // 1000)


def noise_seed(request: Entry, seed: int, index: int) -> int:
    """Return the 63-bit seed of a picture's noise.

    The first bits of SHA-256 of JCS ["okuzuke/noise/v1", request, seed, index], numbers as decimals.
    """
    data = digest(canonical_bytes(["okuzuke/noise/v1", request, str(seed), str(index)]))
    return int.from_bytes(data[:8], "big") >> (64 - _SEED_BITS)


def _pass(opened: Opened, recipe: Recipe, ordered: Ordered, first: int) -> list[Picture]:
    noise_BTC = torch.stack([_noise(recipe, ordered, index) for index in range(first, first + PASS)])  # noqa: N806
    tags_BK = buckets([ordered.tags] * PASS, recipe.tag_width)  # noqa: N806
    with Tap(opened.transformer) as tap:
        guidance = ordered.guidance_milli / 1000
        latents_BTC = flow.sample(opened.transformer, noise_BTC, tags_BK, ordered.steps, guidance, tap)  # noqa: N806
    features = quantise(tap.features())
    decoded = opened.codec.decode(latents_BTC, recipe.size)
    return [_picture(samples, heard) for samples, heard in zip(decoded, features, strict=True)]


def _noise(recipe: Recipe, ordered: Ordered, index: int) -> Tensor:
    generator = Generator().manual_seed(noise_seed(ordered.request, ordered.seed, index))
    return torch.randn(recipe.tokens, recipe.channels, generator=generator)


def _picture(samples: Tensor, features: Tensor) -> Picture:
    heard: Sequence[int] = features.tolist()
    return Picture(samples.contiguous().numpy().tobytes(), samples.shape[0], tuple(heard))
