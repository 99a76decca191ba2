"""From places to a finished model's files: through the gate, the codec and the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from okuzuke.core.canonical import JsonObject
from okuzuke.datasets.loader import Loader
from okuzuke.training import fitting, trainer
from okuzuke.training.division import Division
from okuzuke.training.plan import Plan
from okuzuke.training.progress import Observe
from okuzuke.training.recipe import Recipe
from okuzuke.training.states import States
from okuzuke.training.transcript import Header
from okuzuke.training.weights import model_tensors, tensors_hash, to_bytes


@dataclass(frozen=True, slots=True)
class Files:
    """What a run leaves: the weights' file and their model hash, and the transcript."""

    weights: bytes
    model: str
    transcript: bytes


def material_of(recipe: Recipe, division: Division, loader: Loader, observe: Observe) -> fitting.Material:
    """Return what the trainer reads; `loader` gives the division's trained places. Call it within the profile."""
    pictures = fitting.read(loader, len(division.places), recipe.size, observe)
    fitted = {place.work for family in division.fitted for place in family.places}
    return fitting.fit(pictures, fitted, recipe)


def make(  # a run is what it is given
    recipe: Recipe,
    division: Division,
    header: Header,
    loader: Loader,
    folder: Path,
    bound: Mapping[str, str],
    observe: Observe,
) -> Files:
    """Return the files of a run, taking up what its folder holds; `bound` goes into the weights' metadata."""
    plan = Plan(recipe, division, header.order_seed)
    with trainer.pinned(recipe.profile), States(folder, header, recipe.keep_states) as states:
        material = material_of(recipe, division, loader, observe)
        weights = trainer.train(recipe, plan, material, states, observe)
        tensors = model_tensors(weights, material.codec)
        model = tensors_hash(tensors)
        metadata: JsonObject = {**bound, "model": model}
        return Files(to_bytes(tensors, metadata), model, states.transcript())
