# ruff: noqa: N803, N806 -- a suffix of capitals names the axes of a tensor
"""A small diffusion transformer that predicts the clean latents, led by the time and by tags.

Letters of shapes: B examples, T tokens (patches), C latent channels, K tags of an example, D width, N heads.
Sources: Peebles & Xie 2023, Scalable Diffusion Models with Transformers, section 3.2 (adaLN-Zero);
Chen et al. 2023, PixArt-alpha, section 2.3 (adaLN-single); Henry et al. 2020, Query-Key Normalization;
Li & He 2025, Back to Basics: Let Denoising Generative Models Denoise (prediction of the clean example).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F  # noqa: N812

from okuzuke.models.tags import BUCKETS

_FREQUENCIES = 64
_MODULATIONS = 6
# With the customary 0.02 places and tags start too faint to be told apart, and a short training pays for it: on 1 560
# pictures the squared error after 50 CPU-seconds was 0.455, against 0.423 with 0.5 and 0.2.
_PLACE_DEVIATION = 1.0
_TAG_DEVIATION = 0.5


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that decide a transformer's parameters; `width` is a multiple of `heads`."""

    tokens: int
    channels: int
    width: int
    depth: int
    heads: int
    buckets: int = BUCKETS


class Transformer(nn.Module):
    """Predicts clean latents from noisy ones. Its state is its parameters; it has no buffers and no dropout.

    `Transformer(shape)` waits for `load_state_dict`; `initialised` makes one that can be trained.
    The tags' embeddings are added up and join the time: at sixteen tokens an attended caption would nearly double the
    sequence, and a sum lets a lone tag weigh what it weighs among others.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        assert shape.width % shape.heads == 0, "heads share the width evenly"
        width = shape.width
        self.shape = shape
        self.embed = nn.Linear(shape.channels, width)
        self.positions = nn.Parameter(torch.empty(shape.tokens, width))
        self.time = nn.Sequential(nn.Linear(2 * _FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width))
        self.tags = nn.Embedding(shape.buckets, width, padding_idx=0)
        self.caption = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Linear(width, _MODULATIONS * width)
        self.blocks = nn.ModuleList(Block(width, shape.heads) for _ in range(shape.depth))
        self.closing = nn.Linear(width, 2 * width)
        self.predict = nn.Linear(width, shape.channels)

    @classmethod
    def initialised(cls, shape: Shape, generator: Generator) -> Transformer:
        """Return a transformer whose every parameter is decided by the generator: at first it predicts zeros."""
        model = cls(shape)
        deviations = {"positions": _PLACE_DEVIATION, "tags.weight": _TAG_DEVIATION}
        zeros = {model.modulation.weight, model.closing.weight, model.predict.weight}
        for name, parameter in model.named_parameters():
            if name.endswith("_norm"):
                nn.init.ones_(parameter)
            elif parameter in zeros or name.endswith(("bias", "table")):
                nn.init.zeros_(parameter)
            elif name in deviations:
                nn.init.normal_(parameter, std=deviations[name], generator=generator)
            else:
                nn.init.xavier_uniform_(parameter, generator=generator)
        with torch.no_grad():
            model.tags.weight[0] = 0
        return model

    def forward(self, x_BTC: Tensor, t_B: Tensor, tags_BK: Tensor) -> Tensor:
        """Return the predicted clean latents [B, T, C].

        Time 0 is noise and 1 is clean; tags are buckets, 0 none, and a row of zeros is unconditional.
        """
        caption_BD: Tensor = self.caption(self.tags(tags_BK).sum(1))
        state_BD = F.silu(self.time(_waves(t_B)) + caption_BD)
        modulation_B6D: Tensor = self.modulation(state_BD).unflatten(1, (_MODULATIONS, -1))
        hidden_BTD: Tensor = self.embed(x_BTC) + self.positions
        for block in self.blocks:
            hidden_BTD = block(hidden_BTD, modulation_B6D)
        shift_BD, scale_BD = self.closing(state_BD).chunk(2, 1)
        predicted_BTC: Tensor = self.predict(_modulated(hidden_BTD, shift_BD, scale_BD))
        return predicted_BTC


class Block(nn.Module):
    """Attention and a two-layer network, each behind a gate that is closed at first."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.table = nn.Parameter(torch.empty(_MODULATIONS, width))
        self.attend = nn.Linear(width, 3 * width)
        self.query_norm = nn.Parameter(torch.empty(width // heads))
        self.key_norm = nn.Parameter(torch.empty(width // heads))
        self.join = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, hidden_BTD: Tensor, modulation_B6D: Tensor) -> Tensor:
        """Return the hidden states after the block."""
        modulation_6BD = (modulation_B6D + self.table).unbind(1)
        shift_BD, scale_BD, gate_BD, wide_shift_BD, wide_scale_BD, wide_gate_BD = modulation_6BD
        mixed_BTD = self._mix(_modulated(hidden_BTD, shift_BD, scale_BD))
        hidden_BTD = hidden_BTD + gate_BD[:, None] * mixed_BTD
        wide_BTD = F.gelu(self.widen(_modulated(hidden_BTD, wide_shift_BD, wide_scale_BD)), approximate="tanh")
        narrow_BTD: Tensor = self.narrow(wide_BTD)
        return hidden_BTD + wide_gate_BD[:, None] * narrow_BTD

    def _mix(self, hidden_BTD: Tensor) -> Tensor:
        parts_BTD = self.attend(hidden_BTD).chunk(3, 2)
        query, key, value = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts_BTD)
        query = F.rms_norm(query, self.query_norm.shape, self.query_norm)
        key = F.rms_norm(key, self.key_norm.shape, self.key_norm)
        mixed_BNTD = F.scaled_dot_product_attention(query, key, value)
        joined: Tensor = self.join(mixed_BNTD.transpose(1, 2).flatten(2))
        return joined


def _modulated(hidden_BTD: Tensor, shift_BD: Tensor, scale_BD: Tensor) -> Tensor:
    normal_BTD = F.layer_norm(hidden_BTD, hidden_BTD.shape[-1:])
    return normal_BTD * (1 + scale_BD[:, None]) + shift_BD[:, None]


def _waves(t_B: Tensor) -> Tensor:
    """Return cosines and sines of 1000 t, [B, 128].

    Wavelengths run from 0.006 to 63 times the interval [0, 1].
    Source: Vaswani et al. 2017, Attention Is All You Need, section 3.5.
    """
    steps = torch.arange(_FREQUENCIES, dtype=t_B.dtype, device=t_B.device) / _FREQUENCIES
    angles = 1000 * t_B[:, None] * torch.exp(-math.log(10_000) * steps)
    return torch.cat([angles.cos(), angles.sin()], 1)
