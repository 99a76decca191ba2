"""Everything that decides a run, as one value. Its JCS bytes are the recipe file, their SHA-256 its digest. Pure.

All numbers are whole: `_ppm` are millionths, `_milli` and `_per_mille` thousandths. What a recipe leaves out is fixed
by the code whose digest the run names: AdamW with epsilon 1e-8 (Loshchilov & Hutter 2019, algorithm 2) that decays what
has two dimensions or more, the gradient clipped by its norm, a rate that rises linearly for `warmup` steps, stays, and
falls linearly over the last `cooldown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from okuzuke.core.canonical import JsonObject, canonical_bytes, digest, parse_object
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry
from okuzuke.datasets.order import Phase

FORMAT = "okuzuke-recipe/1"
BEACON = "self"
"""Where the order seed's chance comes from: the archive itself, so the operator could have tried several seeds."""

_REMEDY = "start from a preset: okuzuke train SNAPSHOT --preset tiny"


@dataclass(frozen=True, slots=True)
class Profile:
    """The machine's part: only where all of it is equal are the same bits promised."""

    torch: str
    threads: int
    capability: str
    """The instruction set that torch uses, such as AVX2 or AVX512."""


@dataclass(frozen=True, slots=True)
class Span:
    """So many steps of one phase."""

    phase: Phase
    steps: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """A run before it runs; sizes are in pixels, samples and features."""

    preset: str
    seed: int
    size: int
    patch: int
    channels: int
    width: int
    depth: int
    heads: int
    buckets: int
    tag_width: int
    """How many tags of a work are read."""
    batch: int
    rate_ppm: int
    warmup: int
    cooldown: int
    first_beta_ppm: int
    second_beta_ppm: int
    decay_ppm: int
    clip_ppm: int
    ema_ppm: int
    tag_dropout_per_mille: int
    """How often some of a work's tags are kept back, a share that is drawn anew each time."""
    prompt_dropout_per_mille: int
    """How often all tags are kept back, from which guidance lives."""
    held_out_per_mille: int
    state_every: int
    sketch_values: int
    preview_guidance_milli: int
    preview_steps: int
    phases: tuple[Span, ...]
    keep_states: tuple[int, ...]
    """Steps whose states stay, beside the last two."""
    profile: Profile

    @property
    def steps(self) -> int:
        return sum(span.steps for span in self.phases)

    @property
    def tokens(self) -> int:
        return (self.size // self.patch) ** 2

    @property
    def digest(self) -> str:
        return digest(self.to_bytes()).hex()

    def to_bytes(self) -> bytes:
        return canonical_bytes(self.to_json())

    def to_json(self) -> JsonObject:
        return {
            "format": FORMAT,
            "preset": self.preset,
            **{name: getattr(self, name) for name in _NUMBERS},
            "phases": [{"phase": span.phase.value, "steps": span.steps} for span in self.phases],
            "keep_states": list(self.keep_states),
            "profile": {
                "torch": self.profile.torch,
                "threads": self.profile.threads,
                "capability": self.profile.capability,
                "deterministic": True,
            },
        }

    @classmethod
    def read(cls, data: bytes) -> Recipe:
        """Return the recipe in a file; an unknown field or a shape that no model has is refused."""
        top = Fields(parse_object(data, "the recipe"), "recipe")
        if top.text("format") != FORMAT:
            raise InputError("this file is no recipe of this version", remedy=_REMEDY)
        recipe = cls(
            preset=top.text("preset"),
            **{name: top.integer(name) for name in _NUMBERS},
            phases=tuple(_span(item) for item in top.objects("phases")),
            keep_states=_steps(top.items("keep_states")),
            profile=_profile(top.object("profile")),
        )
        top.end()
        _check(recipe)
        return recipe


_NUMBERS = tuple(item.name for item in fields(Recipe) if item.type == "int")


def order_seed(snapshot: Entry, seed: int) -> str:
    """Return the digest that order, noise, times and first weights follow from."""
    return digest(canonical_bytes(["okuzuke/order-seed/v1", BEACON, snapshot, str(seed)])).hex()


def is_held_out(seed: str, tags: Sequence[str], per_mille: int) -> bool:
    """Say whether a family whose first member has these tags stays out of training; equal tags, equal side.

    The rule: SHA-256(JCS ["okuzuke/held-out/v1", order seed, sorted tags]) as a number, mod 1000, is under `per_mille`.
    Families without tags would all fall on one side and so are never held out.
    """
    words = canonical_bytes(["okuzuke/held-out/v1", seed, sorted(tags)])
    return bool(tags) and int.from_bytes(digest(words), "big") % 1000 < per_mille


def _span(item: Fields) -> Span:
    span = Span(item.choice("phase", Phase), item.integer("steps", low=1))
    item.end()
    return span


def _profile(item: Fields) -> Profile:
    profile = Profile(item.text("torch"), item.integer("threads", low=1), item.text("capability"))
    if not item.truth("deterministic"):
        raise InputError("a run that is not deterministic cannot be replayed", remedy="write deterministic: true")
    item.end()
    return profile


def _steps(items: Sequence[object]) -> tuple[int, ...]:
    steps = tuple(item for item in items if isinstance(item, int) and not isinstance(item, bool) and item > 0)
    if len(steps) != len(items) or list(steps) != sorted(set(steps)):
        raise InputError("keep_states are not ascending steps", remedy=_REMEDY)
    return steps


def _check(recipe: Recipe) -> None:
    positive = ("size", "patch", "width", "depth", "heads", "batch", "rate_ppm", "state_every", "sketch_values")
    problem = next((f"{name} is 0" for name in positive if getattr(recipe, name) == 0), None)
    parts = [
        name for name in _NUMBERS if name.endswith(("_beta_ppm", "ema_ppm")) and getattr(recipe, name) >= 1_000_000
    ]
    if problem is None and parts:
        problem = f"{parts[0]} is not under 1000000"
    elif problem is None and recipe.size % recipe.patch:
        problem = f"patches of {recipe.patch} do not fill pictures of {recipe.size}"
    elif problem is None and recipe.width % recipe.heads:
        problem = f"{recipe.heads} heads do not share a width of {recipe.width}"
    elif problem is None and not 0 < recipe.channels <= 3 * recipe.patch**2:
        problem = f"a patch of {recipe.patch} has no {recipe.channels} components"
    elif problem is None and [span.phase for span in recipe.phases][-1:] != [Phase.EVERY]:
        problem = "the last phase does not draw from every family"
    elif problem is None and recipe.warmup + recipe.cooldown > recipe.steps:
        problem = "warm-up and cool-down are longer than the run"
    if problem is not None:
        raise InputError(f"the recipe does not hold together: {problem}", remedy=_REMEDY)
