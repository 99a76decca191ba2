# ruff: noqa: N803 -- a suffix of capitals names the axes of a tensor
"""Closed-form codec: pictures to latents and back by the principal components of their patches.

Everything it learns is a sum over works of whole numbers, so a work's share is exact and can be taken out again
without a trace. Nothing is trained and nothing comes from a model of somebody else.
Letters of shapes: B pictures, H height, W width, T patches of a picture row by row, P samples of a patch (patch x
patch x 3, row-major), C latent channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

_COLOURS = 3
_ROWS_AT_ONCE = 16_384
_PREFIX = "codec."


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Count, sum and sum of outer products of patches: `total` int64 [P], `outer` int64 [P, P].

    Sums of whole numbers: adding is exact in any order, and what was added can be taken out exactly. Room for 10^14
    patches before a sum could overflow.
    """

    count: int
    total: Tensor
    outer: Tensor

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.count + other.count, self.total + other.total, self.outer + other.outer)

    def __sub__(self, other: Moments) -> Moments:
        return Moments(self.count - other.count, self.total - other.total, self.outer - other.outer)


def moments(pictures_BHWC: Tensor, patch: int) -> Moments:
    """Return the moments of all patches of uint8 RGB pictures; of no pictures, zeros."""
    rows = _patches(pictures_BHWC, patch).flatten(0, 1)
    total = rows.sum(0, dtype=torch.int64)
    outer = torch.zeros(rows.shape[1], rows.shape[1], dtype=torch.int64)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        # A block's sums stay far below 2^53, so float64 holds them exactly and BLAS can be used.
        exact = rows[start : start + _ROWS_AT_ONCE].double()
        outer += (exact.T @ exact).long()
    return Moments(len(rows), total, outer)


class PatchCodec:
    """Encodes patches as `(patch - mean) @ basis * scale`: float32 `mean` [P], `basis` [P, C], `scale` [C]."""

    def __init__(self, patch: int, mean: Tensor, basis: Tensor, scale: Tensor) -> None:
        assert mean.shape == (patch * patch * _COLOURS,), "the mean is one patch"
        assert basis.shape == (len(mean), len(scale)), "the basis has a column for each channel"
        self.patch = patch
        self.mean = mean
        self.basis = basis
        self.scale = scale

    @classmethod
    def fit(cls, moments: Moments, patch: int, channels: int) -> PatchCodec:
        """Return the codec of the `channels` strongest principal components, each divided by variance^(1/4).

        Half-way whitening leaves the strong components stronger, as the eye wants, without the weak ones drowning in
        the noise of training; the mean square of a latent over the corpus is 1. Of a component's two signs the one
        that makes its largest entry positive is taken. The same moments give the same codec where library versions,
        instruction set and thread count agree.
        Source: Jolliffe 2002, Principal Component Analysis, sections 1.1 and 2.1 (variance^(1/2) would whiten fully).
        """
        samples = len(moments.total)
        assert moments.count > 0, "a codec is fitted on at least one patch"
        assert 0 < channels <= samples, "there are no more components than samples in a patch"
        mean = moments.total.double() / moments.count
        covariance = moments.outer.double() / moments.count - torch.outer(mean, mean)
        ascending, vectors = torch.linalg.eigh(covariance)
        # Below one squared grey level nothing can be seen, and dividing by it would only amplify rounding.
        variance = ascending.flip(0)[:channels].clamp(min=1)
        basis = vectors.flip(1)[:, :channels]
        largest = basis.gather(0, basis.abs().argmax(0, keepdim=True))
        scale = variance.pow(-0.25) / variance.sqrt().mean().sqrt()
        return cls(patch, mean.float(), (basis * largest.sign()).float().contiguous(), scale.float())

    def encode(self, pictures_BHWC: Tensor) -> Tensor:
        """Return the latents [B, T, C], float32, of uint8 RGB pictures whose sides are multiples of the patch."""
        return (_patches(pictures_BHWC, self.patch).float() - self.mean) @ self.basis * self.scale

    def decode(self, latents_BTC: Tensor, size: int) -> Tensor:
        """Return the uint8 RGB pictures [B, size, size, 3] of latents."""
        side, patch = size // self.patch, self.patch
        assert latents_BTC.shape[1] == side * side, "a picture has as many latents as patches"
        patches = (latents_BTC / self.scale) @ self.basis.T + self.mean
        blocks = patches.reshape(-1, side, side, patch, patch, _COLOURS)
        pictures = blocks.transpose(2, 3).reshape(-1, size, size, _COLOURS)
        return pictures.round().clamp(0, 255).to(torch.uint8)

    def tensors(self) -> dict[str, Tensor]:
        """Return what `from_tensors` needs, under names that begin with `codec.`; the patch follows from the shapes."""
        return {f"{_PREFIX}mean": self.mean, f"{_PREFIX}basis": self.basis, f"{_PREFIX}scale": self.scale}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> PatchCodec:
        """Return the codec whose `tensors()` are among these; others are ignored."""
        mean, basis, scale = (tensors[f"{_PREFIX}{name}"] for name in ("mean", "basis", "scale"))
        return cls(round((len(mean) / _COLOURS) ** 0.5), mean, basis, scale)


def _patches(pictures_BHWC: Tensor, patch: int) -> Tensor:
    """Return the patches [B, T, P] of uint8 pictures."""
    count, height, width, colours = pictures_BHWC.shape
    assert pictures_BHWC.dtype == torch.uint8, "pictures have 8 bits a sample"
    assert colours == _COLOURS, "pictures are RGB"
    assert height % patch == 0, "patches fill the height"
    assert width % patch == 0, "patches fill the width"
    down, across = height // patch, width // patch
    blocks = pictures_BHWC.reshape(count, down, patch, across, patch, colours)
    return blocks.transpose(2, 3).reshape(count, down * across, patch * patch * colours)
