# ruff: noqa: N806, N815 -- a suffix of capitals names the axes of a tensor
"""The loop. A run is decided by its recipe, its plan and its material: begun anew, cut off or resumed, the same bits.

Everything random in a step follows from (order seed, step, place in the batch), so no generator outlives a place. All
parameters lie in one vector, and so do gradient, average and both moments of AdamW, which makes one step one pass.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import torch
from PIL import Image
from torch import Generator, Tensor

from okuzuke.core.errors import CheckFailedError, StateError
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.order import Drawn
from okuzuke.models import flow
from okuzuke.models.codec import PatchCodec
from okuzuke.models.tags import buckets
from okuzuke.models.transformer import Transformer
from okuzuke.training.fitting import Material
from okuzuke.training.plan import Plan, batch_digest, seed_of
from okuzuke.training.progress import Observe, Progress, Stage
from okuzuke.training.recipe import Profile, Recipe
from okuzuke.training.states import State, States, state_digest
from okuzuke.training.transcript import Record
from okuzuke.training.weights import Tensors, shape_of

PARTS = 2
"""A batch is learnt in so many parts, side by side, and their gradients are added in order: the same bits on any number
of cores. One thread an operation and two parts took 0.06 s a step where two threads an operation took 0.12 s."""

_EPSILON = 1e-8
_LOWER = "train with a recipe whose rate_ppm is lower"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step reads; `weights_B` is 0 where a removed work stood."""

    x_BTC: Tensor
    t_B: Tensor
    noise_BTC: Tensor
    tags_BK: Tensor
    weights_B: Tensor


def profile_here() -> Profile:
    """Return the profile of a run on this machine: one thread an operation, whatever else the process uses."""
    return Profile(str(torch.__version__), 1, torch.backends.cpu.get_cpu_capability())


@contextmanager
def pinned(profile: Profile) -> Iterator[None]:
    """Run in that profile, or raise `StateError` where this machine cannot: the bits would be others."""
    here = profile_here()
    if (here.torch, here.capability) != (profile.torch, profile.capability):
        raise StateError(
            f"the recipe is for torch {profile.torch} on {profile.capability}, here is {here.torch} on "
            f"{here.capability}: the same bits cannot come out",
            remedy="run it where both are as in the recipe, or train anew from a preset",
        )
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(profile.threads)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic)


def train(recipe: Recipe, plan: Plan, material: Material, states: States, observe: Observe) -> Tensors:
    """Return the averaged weights after the recipe's last step, going on from the newest state there is.

    Raises: `CheckFailedError` where the loss or the gradient is no number any more; the last state stays.
    """
    with pinned(recipe.profile):
        learner = Learner(recipe, plan.seed)
        newest = states.newest()
        if newest is not None:
            learner.restore(newest)
        while learner.steps < recipe.steps:
            step = learner.steps
            drawn = plan.batch(step)
            loss, sketch = learner.learn(batch(recipe, plan.seed, step, drawn, material))
            done = step + 1
            state = learner.state() if _keeps(recipe, done) else None
            kept = state_digest(done, state.tensors) if state is not None else None
            states.append(Record(step, batch_digest(drawn), loss, sketch, kept))
            if state is not None:
                states.keep(state)
            observe(Progress(Stage.TRAINING, done, recipe.steps, loss, _Preview(learner, material.codec)))
        return learner.averaged()


def batch(recipe: Recipe, seed: str, step: int, drawn: Sequence[Drawn], material: Material) -> Batch:
    """Return what a step reads. A place's stream gives, in this order: its time, its dropouts, its noise.

    The dropouts are uniform numbers: whether all tags stay away, whether they are thinned, how likely each is then to
    stay away, and one for each tag. Thinned by all degrees, a lone tag is learnt as well as a whole caption.
    """
    size, width = len(drawn), recipe.tag_width
    normal_B, uniform_BK = torch.empty(size), torch.empty(size, 3 + width)
    noise_BTC = torch.empty(size, recipe.tokens, recipe.channels)
    generator = Generator()
    for place in range(size):
        generator.manual_seed(seed_of(seed, "place", str(step), str(place)))
        normal_B[place : place + 1].normal_(generator=generator)
        uniform_BK[place].uniform_(generator=generator)
        noise_BTC[place].normal_(generator=generator)
    there = [isinstance(item.member, Place) for item in drawn]
    rows = torch.tensor([material.rows[item.member.work] if isinstance(item.member, Place) else 0 for item in drawn])
    there_B1 = uniform_BK[:, :1] >= recipe.prompt_dropout_per_mille / 1000
    whole_B1 = uniform_BK[:, 1:2] >= recipe.tag_dropout_per_mille / 1000
    kept_BK = there_B1 & (whole_B1 | (uniform_BK[:, 3:] >= uniform_BK[:, 2:3]))
    return Batch(
        material.latents_NTC[rows],
        flow.times(normal_B),
        noise_BTC,
        material.tags_NK[rows] * kept_BK,
        torch.tensor(there, dtype=torch.float32),
    )


class Learner:
    """A network with its optimiser and its average, after some number of steps."""

    def __init__(self, recipe: Recipe, seed: str) -> None:
        self.recipe = recipe
        self.steps = 0
        generator = Generator().manual_seed(seed_of(seed, "weights"))
        self.model = Transformer.initialised(shape_of(recipe), generator)
        parameters = list(self.model.parameters())
        self._flat = torch.cat([parameter.detach().flatten() for parameter in parameters])
        self._gradient = torch.zeros(_rounded(len(self._flat), recipe.sketch_values))
        self._average = self._flat.clone()
        self._first = torch.zeros_like(self._flat)
        self._second = torch.zeros_like(self._flat)
        self._parameters = parameters
        self._gradients = list(self._views(self._gradient))
        self._pool = ThreadPoolExecutor(PARTS)
        self._signs = _signs(seed, len(self._gradient)).view(-1, recipe.sketch_values)
        for parameter, weights in zip(parameters, self._views(self._flat), strict=True):
            parameter.data = weights
        self._decayed = [parameter.data for parameter in parameters if parameter.ndim >= 2]

    def learn(self, read: Batch) -> tuple[float, bytes]:
        """Make one step; return its loss and the sketch of its gradient, not yet clipped."""
        size = len(read.t_B)
        cuts = [size * part // PARTS for part in range(PARTS + 1)]
        parts = [slice(start, end) for start, end in pairwise(cuts) if end > start]
        learnt = list(self._pool.map(lambda part: self._learn_part(read, part), parts))
        value = sum(loss for loss, _ in learnt)
        for gradient, *found in zip(self._gradients, *(gradients for _, gradients in learnt), strict=True):
            gradient.copy_(found[0])
            for further in found[1:]:
                gradient.add_(further)
        norm = self._gradient.norm().item()
        if not math.isfinite(value) or not math.isfinite(norm):
            raise CheckFailedError(
                f"the run diverged at step {self.steps}: loss {value}, norm of the gradient {norm}; "
                "its last good state is kept",
                remedy=_LOWER,
            )
        sketch = (self._gradient.view_as(self._signs) * self._signs).sum(0)
        self._update(norm)
        self.steps += 1
        return value, sketch.numpy().tobytes()

    def _learn_part(self, read: Batch, part: slice) -> tuple[float, tuple[Tensor, ...]]:
        """Return what some places of a batch add to its loss, and to the gradient of each parameter."""
        losses_B = flow.loss(self.model, read.x_BTC[part], read.t_B[part], read.noise_BTC[part], read.tags_BK[part])
        # The denominator is the batch, tombstones counted, so that no other place weighs more for a removal.
        loss = (losses_B * read.weights_B[part]).sum() / len(read.t_B)
        return loss.item(), torch.autograd.grad(loss, self._parameters)

    def averaged(self) -> Tensors:
        """Return the averaged weights by name; they are views that the next step changes."""
        names = [name for name, _ in self.model.named_parameters()]
        return dict(zip(names, self._views(self._average), strict=True))

    def state(self) -> State:
        """Return all that the next step depends on."""
        return State(self.steps, self._tensors())

    def restore(self, state: State) -> None:
        """Take up where a state left off."""
        for name, tensor in self._tensors().items():
            tensor.copy_(state.tensors[name])
        self.steps = state.steps

    def _tensors(self) -> dict[str, Tensor]:
        return {
            "weights": self._flat,
            "average": self._average,
            "adam.first": self._first,
            "adam.second": self._second,
        }

    def _views(self, flat: Tensor) -> Iterator[Tensor]:
        at = 0
        for parameter in self.model.parameters():
            yield flat[at : at + parameter.numel()].view(parameter.shape)
            at += parameter.numel()

    def _update(self, norm: float) -> None:
        recipe, done = self.recipe, self.steps + 1
        gradient = self._gradient[: len(self._flat)]
        clip = recipe.clip_ppm / 1e6
        if norm > clip:
            gradient.mul_(clip / norm)
        first, second = recipe.first_beta_ppm / 1e6, recipe.second_beta_ppm / 1e6
        rate = learning_rate(recipe, self.steps)
        self._first.lerp_(gradient, 1 - first)
        self._second.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        for weights in self._decayed:
            weights.mul_(1 - rate * recipe.decay_ppm / 1e6)
        # The gradient has been read; its room takes the divisor.
        divisor = torch.sqrt(self._second, out=gradient).div_(math.sqrt(1 - second**done)).add_(_EPSILON)
        self._flat.addcdiv_(self._first, divisor, value=-rate / (1 - first**done))
        # A young average follows sooner, else the first weights would stay in it for the whole of a short run.
        keep = min(recipe.ema_ppm / 1e6, done / (done + 9))
        self._average.lerp_(self._flat, 1 - keep)


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the rate of a step: up over the warm-up, down over the cool-down, flat between."""
    rise = (step + 1) / recipe.warmup if step < recipe.warmup else 1.0
    left = recipe.steps - step
    fall = left / (recipe.cooldown + 1) if left <= recipe.cooldown else 1.0
    return recipe.rate_ppm / 1e6 * min(rise, fall)


class _Preview:
    """Draws from the averaged weights as they stand; nothing of the run depends on it."""

    def __init__(self, learner: Learner, codec: PatchCodec) -> None:
        self._learner = learner
        self._codec = codec

    def __call__(self, prompts: Sequence[Sequence[str]], seed: int) -> list[Image.Image]:
        recipe = self._learner.recipe
        model = Transformer(shape_of(recipe))
        model.load_state_dict(self._learner.averaged(), assign=True)
        generator = Generator().manual_seed(seed)
        noise_BTC = torch.randn(len(prompts), recipe.tokens, recipe.channels, generator=generator)
        tags_BK = buckets(prompts, recipe.tag_width)
        guidance = recipe.preview_guidance_milli / 1000
        latents_BTC = flow.sample(model, noise_BTC, tags_BK, recipe.preview_steps, guidance)
        pictures_BHWC = self._codec.decode(latents_BTC, recipe.size)
        return [Image.fromarray(picture_HWC.numpy()) for picture_HWC in pictures_BHWC]


def _keeps(recipe: Recipe, done: int) -> bool:
    return done % recipe.state_every == 0 or done in recipe.keep_states or done == recipe.steps


def _signs(seed: str, count: int) -> Tensor:
    drawn = hashlib.shake_256(bytes.fromhex(seed) + b"sketch").digest((count + 7) // 8)
    bits = torch.frombuffer(bytearray(drawn), dtype=torch.uint8)[:, None] >> torch.arange(7, -1, -1) & 1
    return 1 - 2 * bits.flatten()[:count].float()


def _rounded(count: int, row: int) -> int:
    return -(-count // row) * row
