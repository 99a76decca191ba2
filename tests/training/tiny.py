"""A run small enough for a test: a dozen steps of a few thousand parameters, on latents drawn from a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from okuzuke.core.ids import AssetId, Entry, WorkId
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.order import Family, Phase, removed
from okuzuke.models.codec import PatchCodec
from okuzuke.registry.decision import Basis
from okuzuke.training import trainer
from okuzuke.training.division import Division
from okuzuke.training.fitting import Material
from okuzuke.training.plan import Plan
from okuzuke.training.presets import preset
from okuzuke.training.progress import Observe, unseen
from okuzuke.training.recipe import Recipe, Span
from okuzuke.training.states import States
from okuzuke.training.transcript import Header
from okuzuke.training.weights import tensors_hash

SEED = "5e" * 32
FAMILIES = 10


class StoppedError(Exception):
    """What an observer raises to cut a run off."""


def name_of(*words: object) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()


def tiny_recipe() -> Recipe:
    """Return a recipe of twelve steps whose every part is small."""
    return replace(
        preset("tiny", 1, trainer.profile_here()),
        preset="test",
        size=16,
        patch=8,
        channels=4,
        width=16,
        depth=2,
        heads=2,
        buckets=4096,
        tag_width=4,
        batch=4,
        warmup=2,
        cooldown=3,
        state_every=5,
        sketch_values=64,
        preview_steps=2,
        held_out_per_mille=200,
        phases=(Span(Phase.IRREVOCABLE, 5), Span(Phase.EVERY, 7)),
        keep_states=(3,),
    )


def division_of(gone: Sequence[int] = (), *, count: int = FAMILIES) -> Division:
    """Return single-work families, the even ones irrevocable; those gone are tombstones."""
    found = []
    for slot in range(count):
        work = WorkId(name_of("work", slot))
        place = Place(slot, work, name_of("item", slot), work, Basis.DEDICATION, None, ())
        found.append(Family(work, (place,), slot % 2 == 0))
    found = list(removed(found, {WorkId(name_of("work", slot)) for slot in gone}))
    return Division(tuple(sorted(found, key=lambda family: family.family)), (), lasting=True)


def material_of(recipe: Recipe) -> Material:
    generator = torch.Generator().manual_seed(7)
    samples = 3 * recipe.patch**2
    codec = PatchCodec(
        recipe.patch, torch.full((samples,), 128.0), torch.eye(samples, recipe.channels), torch.ones(recipe.channels)
    )
    return Material(
        codec,
        torch.randn(FAMILIES, recipe.tokens, recipe.channels, generator=generator),
        torch.randint(0, recipe.buckets, (FAMILIES, recipe.tag_width), generator=generator),
        {WorkId(name_of("work", slot)): slot for slot in range(FAMILIES)},
    )


def header_of(recipe: Recipe) -> Header:
    return Header(
        Entry(name_of("run")), AssetId(recipe.digest), name_of("code"), SEED, recipe.steps, recipe.sketch_values
    )


def trained(
    folder: Path, recipe: Recipe | None = None, observe: Observe = unseen, division: Division | None = None
) -> tuple[str, bytes]:
    """Train into a folder, going on from what it holds; return the weights' hash and the transcript."""
    recipe = recipe or tiny_recipe()
    plan = Plan(recipe, division or division_of(), SEED)
    with States(folder, header_of(recipe), recipe.keep_states) as states:
        weights = trainer.train(recipe, plan, material_of(recipe), states, observe)
        return tensors_hash(weights), states.transcript()
