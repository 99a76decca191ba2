# ruff: noqa: N803, N806, N815 -- a suffix of capitals names the axes of a tensor
"""Is what was asked for what is shown? A small classifier that never saw the model says so of fresh samples.

It learns from held-out works alone: admitted for `train`, not trained on. The samples are an evaluation, so no output
is recorded of them. Shapes: B pictures, C colours, H height, W width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from okuzuke.demo.learning import Learnt
from okuzuke.demo.selling import OWN, trained_units, vocabulary_of
from okuzuke.demo.telling import Telling
from okuzuke.generation.sampler import PASS
from okuzuke.generation.studio import GUIDANCE_MILLI, STEPS
from okuzuke.models import flow
from okuzuke.models.tags import buckets
from okuzuke.registry.pictures import decode
from okuzuke.training.fitting import squared
from okuzuke.training.trainer import pinned

EACH = 32
"""Fresh samples of each series."""

_SIDE = 24
"""What the classifier looks at, in pixels; works and samples are brought to it, so that neither is the sharper."""
_WIDTHS = ((3, 24, 1), (24, 48, 2), (48, 64, 1), (64, 96, 2), (96, 128, 2))
_LESSONS = 350
_BATCH = 64
_RATE = 4e-3
_DECAY = 0.05
_SMOOTHING = 0.05
_MOVED = 3
_BLURRED = 3
_NOISE = 0.3
"""By how many pixels, how many passes and how much at most a work is changed before it is looked at again.

Blur and noise keep it from asking for a sharpness that small samples do not have: with neither, on the same samples, it
knew half of what it knows with both.
"""


@dataclass(frozen=True, slots=True)
class Recognised:
    """How many of each series' fresh samples the classifier took for that series, and on how many works it learnt."""

    right: dict[str, int]
    learnt_from: int

    @property
    def accuracy(self) -> float:
        return self._of(self.right)

    @property
    def own_accuracy(self) -> float:
        return self._of(OWN)

    def _of(self, series: Sequence[str] | dict[str, int]) -> float:
        return round(sum(self.right[name] for name in series) / (len(series) * EACH), 4)


def recognise(telling: Telling, learnt: Learnt) -> Recognised:
    """Return what the classifier makes of fresh samples; the same archive gives the same answer."""
    names = list(trained_units(vocabulary_of(telling, learnt)))
    right: dict[str, int] = {}
    with pinned(learnt.trained.recipe.profile):
        held_out = _held_out(telling, learnt, names)
        net = _taught(held_out.pictures_BCHW, held_out.series_B, len(names))
        samples = _sampled(telling, learnt, held_out.captions)
    with torch.no_grad():
        for at, name in enumerate(names):
            right[name] = int((net(_floats(samples[name])).argmax(1) == at).sum())
    found = Recognised(right, len(held_out.series_B))
    telling.fact("recognised", f"by a classifier that learnt from {found.learnt_from} held-out works alone:")
    for name, number in right.items():
        telling.fact("", f"     {number:>2} of {EACH} fresh samples of {name}")
    telling.fact("", f"     in all {found.accuracy:.1%}; own series {found.own_accuracy:.1%}")
    return found


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """The held-out works as they are looked at, the number of each one's series, captions by series."""

    pictures_BCHW: Tensor
    series_B: Tensor
    captions: dict[str, list[tuple[str, ...]]]


def _held_out(telling: Telling, learnt: Learnt, names: Sequence[str]) -> _HeldOut:
    archive = telling.archive
    ground = archive.training.ground(learnt.trained.model.run)
    units = trained_units(vocabulary_of(telling, learnt))
    size = learnt.trained.recipe.size
    rows: list[Tensor] = []
    numbers: list[int] = []
    captions: dict[str, list[tuple[str, ...]]] = {name: [] for name in names}
    for place in (place for family in ground.division.held_out for place in family.places):
        work = ground.known.works[place.work].work
        picture = squared(decode(archive.blobs.get(work.asset), work.name), size)
        scopes = ground.known.scopes(place.work)
        number = next((at for at, name in enumerate(names) if set(units[name].series) & set(scopes)), None)
        if number is None:
            # Nothing of its series was trained on, so nothing is asked of it.
            continue
        numbers.append(number)
        captions[names[number]].append(work.tags)
        rows.append(torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).view(size, size, 3))
    return _HeldOut(_floats(torch.stack(rows)), torch.tensor(numbers), captions)


def _taught(works_BCHW: Tensor, series_B: Tensor, classes: int) -> nn.Module:
    """Return a classifier that saw each work many times, never twice alike."""
    generator = Generator().manual_seed(1)
    torch.manual_seed(1)
    net = _Classifier(classes)
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=_LESSONS)
    for lesson in range(_LESSONS):
        chosen = torch.randint(len(works_BCHW), (_BATCH,), generator=generator)
        passes = int(torch.randint(1, _BLURRED + 1, (1,), generator=generator)) if lesson % 2 else 0
        seen = _blurred(_moved(works_BCHW[chosen], generator), passes)
        strength_B111 = _NOISE * torch.rand(_BATCH, 1, 1, 1, generator=generator)
        seen = seen + strength_B111 * torch.randn(seen.shape, generator=generator)
        loss = functional.cross_entropy(net(seen), series_B[chosen], label_smoothing=_SMOOTHING)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return net.eval()


class _Classifier(nn.Module):
    """Five convolutions, then mean and maximum over the picture, then one layer."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(before, after, 3, stride, 1), nn.BatchNorm2d(after), nn.ReLU())
                for before, after, stride in _WIDTHS
            )
        )
        self.last = nn.Linear(2 * _WIDTHS[-1][1], classes)

    def forward(self, pictures_BCHW: Tensor) -> Tensor:
        hidden_BCHW = self.blocks(pictures_BCHW)
        answer: Tensor = self.last(torch.cat([hidden_BCHW.mean((2, 3)), hidden_BCHW.amax((2, 3))], 1))
        return answer


def _moved(pictures_BCHW: Tensor, generator: Generator) -> Tensor:
    down, right = torch.randint(0, 2 * _MOVED + 1, (2,), generator=generator).tolist()
    padded = functional.pad(pictures_BCHW, (_MOVED,) * 4, mode="replicate")
    return padded[:, :, down : down + _SIDE, right : right + _SIDE]


def _blurred(pictures_BCHW: Tensor, passes: int) -> Tensor:
    """Return the pictures after so many passes of a binomial filter over three pixels each way."""
    row = torch.tensor([0.25, 0.5, 0.25])
    kernel = (row[:, None] * row).expand(3, 1, 3, 3)
    for _ in range(passes):
        padded = functional.pad(pictures_BCHW, (1,) * 4, mode="replicate")
        pictures_BCHW = functional.conv2d(padded, kernel, groups=3)
    return pictures_BCHW


def _sampled(telling: Telling, learnt: Learnt, captions: dict[str, list[tuple[str, ...]]]) -> dict[str, Tensor]:
    """Return fresh samples of each trained series, asked for by captions of works that the model never saw."""
    opened = telling.archive.training.open(learnt.trained.entry)
    recipe = learnt.trained.recipe
    generator = Generator().manual_seed(telling.seed.number)
    found: dict[str, Tensor] = {}
    for name, words in trained_units(opened.vocabulary).items():
        asked = captions[name] or [words.tags]
        passes: list[Tensor] = []
        for first in range(0, EACH, PASS):
            noise_BTC = torch.randn(PASS, recipe.tokens, recipe.channels, generator=generator)
            tags_BK = buckets([asked[at % len(asked)] for at in range(first, first + PASS)], recipe.tag_width)
            latents_BTC = flow.sample(opened.transformer, noise_BTC, tags_BK, STEPS, GUIDANCE_MILLI / 1000)
            passes.append(opened.codec.decode(latents_BTC, recipe.size))
        found[name] = torch.cat(passes)
    return found


def _floats(pictures_BHWC: Tensor) -> Tensor:
    """Return 8-bit samples as numbers from -1 to 1, colours first, at the side that is looked at."""
    pictures_BCHW = pictures_BHWC.permute(0, 3, 1, 2).float() / 127.5 - 1
    return functional.interpolate(pictures_BCHW, size=(_SIDE, _SIDE), mode="area")
