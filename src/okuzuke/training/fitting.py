# ruff: noqa: N815 -- a suffix of capitals names the axes of a tensor
"""Works through the gate to tensors, and the codec fitted on them; nothing else in training reads a picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from PIL import Image, ImageOps
from torch import Tensor

from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import WorkId
from okuzuke.datasets.loader import Loader
from okuzuke.models.codec import PatchCodec, moments
from okuzuke.models.tags import buckets
from okuzuke.training.progress import Observe, Progress, Stage
from okuzuke.training.recipe import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What the trainer reads, a row a work: latents [N, T, C] float32 and tags' buckets [N, K]."""

    codec: PatchCodec
    latents_NTC: Tensor
    tags_NK: Tensor
    rows: Mapping[WorkId, int]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Works as they left the gate: RGB pictures [N, size, size, 3] uint8, and their tags."""

    pictures_NHWC: Tensor
    tags: tuple[tuple[str, ...], ...]
    works: tuple[WorkId, ...]


def read(loader: Loader, total: int, size: int, observe: Observe) -> Pictures:
    """Return the loader's works at the recipe's size; a work the gate refuses raises, for then it is another run."""
    rows: list[Tensor] = []
    tags: list[tuple[str, ...]] = []
    works: list[WorkId] = []
    for item in loader:
        rows.append(_row(item.picture, size))
        tags.append(item.tags)
        works.append(item.place.work)
        observe(Progress(Stage.READING, len(works), total))
    refused = [passage for passage in loader.passages if passage.problem is not None]
    if refused:
        raise CheckFailedError(
            f"{len(refused)} works of the snapshot do not pass the gate, the first: {refused[0].problem}",
            remedy="restore their files, or freeze a snapshot without them",
        )
    return Pictures(torch.stack(rows), tuple(tags), tuple(works))


def fit(pictures: Pictures, fitted: Collection[WorkId], recipe: Recipe) -> Material:
    """Return the material of a run: the codec is fitted on the works in `fitted`, as a sum over them."""
    rows = {work: row for row, work in enumerate(pictures.works)}
    chosen = torch.tensor([rows[work] for work in pictures.works if work in fitted])
    codec = PatchCodec.fit(moments(pictures.pictures_NHWC[chosen], recipe.patch), recipe.patch, recipe.channels)
    return Material(
        codec,
        codec.encode(pictures.pictures_NHWC),
        buckets(pictures.tags, recipe.tag_width),
        rows,
    )


def squared(picture: Image.Image, size: int) -> Image.Image:
    """Return the whole picture in a square of that side: scaled by Lanczos' filter, the rest white."""
    return ImageOps.pad(picture, (size, size), Image.Resampling.LANCZOS, color="white")


def _row(picture: Image.Image, size: int) -> Tensor:
    return torch.frombuffer(bytearray(squared(picture, size).tobytes()), dtype=torch.uint8).view(size, size, 3)
