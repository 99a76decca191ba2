"""Recipes to start from, by name. Pure."""

from __future__ import annotations

from dataclasses import replace

from okuzuke.core.errors import InputError
from okuzuke.datasets.order import Phase
from okuzuke.models.tags import BUCKETS, nearest
from okuzuke.training.recipe import Profile, Recipe, Span

_NOWHERE = Profile("", 1, "")

_TINY = Recipe(
    preset="tiny",
    seed=0,
    size=48,
    patch=12,
    channels=32,
    width=128,
    depth=5,
    heads=4,
    buckets=BUCKETS,
    tag_width=16,
    batch=64,
    rate_ppm=3000,
    warmup=50,
    cooldown=850,
    first_beta_ppm=900_000,
    second_beta_ppm=950_000,
    decay_ppm=10_000,
    clip_ppm=1_000_000,
    ema_ppm=990_000,
    tag_dropout_per_mille=500,
    prompt_dropout_per_mille=100,
    held_out_per_mille=200,
    state_every=250,
    sketch_values=256,
    preview_guidance_milli=2000,
    preview_steps=8,
    phases=(Span(Phase.IRREVOCABLE, 200), Span(Phase.EVERY, 1500)),
    keep_states=(200,),
    profile=_NOWHERE,
)
_SMALL = replace(
    _TINY,
    preset="small",
    size=64,
    patch=16,
    channels=48,
    width=192,
    depth=6,
    heads=3,
    rate_ppm=1500,
    cooldown=4000,
    ema_ppm=998_000,
    held_out_per_mille=100,
    state_every=500,
    phases=(Span(Phase.IRREVOCABLE, 2000), Span(Phase.EVERY, 6000)),
    keep_states=(2000,),
)
_BASE = replace(
    _SMALL,
    preset="base",
    size=128,
    channels=64,
    width=384,
    depth=12,
    heads=6,
    tag_width=32,
    batch=128,
    rate_ppm=500,
    warmup=1000,
    cooldown=30_000,
    ema_ppm=999_500,
    held_out_per_mille=20,
    state_every=1000,
    phases=(Span(Phase.IRREVOCABLE, 20_000), Span(Phase.EVERY, 40_000)),
    keep_states=(20_000,),
)
_LEAST_STEPS = 10
PRESETS = {recipe.preset: recipe for recipe in (_TINY, _SMALL, _BASE)}


def shortened(recipe: Recipe, steps: int) -> Recipe:
    """Return the recipe with fewer steps, each phase, the warm-up and the cool-down in proportion."""
    if not _LEAST_STEPS <= steps <= recipe.steps:
        raise InputError(
            f"{steps} steps of a recipe of {recipe.steps}", remedy=f"give {_LEAST_STEPS} to {recipe.steps}"
        )
    early = tuple(replace(span, steps=span.steps * steps // recipe.steps) for span in recipe.phases[:-1])
    kept = tuple(span for span in early if span.steps)
    last = replace(recipe.phases[-1], steps=steps - sum(span.steps for span in kept))
    return replace(
        recipe,
        warmup=recipe.warmup * steps // recipe.steps,
        cooldown=recipe.cooldown * steps // recipe.steps,
        phases=(*kept, last),
        keep_states=tuple(at * steps // recipe.steps for at in recipe.keep_states if at * steps // recipe.steps),
    )


def preset(name: str, seed: int, profile: Profile) -> Recipe:
    """Return the preset as a recipe for this machine; an unknown name is refused with the nearest known one.

    `tiny` takes about two minutes on two idle cores; `small` about twenty; `base` is for a machine with more.
    """
    if name not in PRESETS:
        known = ", ".join(PRESETS)
        raise InputError(f"there is no preset {name!r}", remedy=f"--preset {nearest(name, PRESETS, 1)[0]} (of {known})")
    return replace(PRESETS[name], seed=seed, profile=profile)
