# ruff: noqa: N806 -- a suffix of capitals names the axes of a tensor
"""The head of a scorer, fitted in closed form after training from integer sums over works.

Everything the fit reads of the works is a count, a sum of features a unit and one Gram matrix, in int64: the order of
the works does not count, and taking a work out again leaves exactly what would be there without it. Letters of shapes:
B works, T tokens, C units (in `fit`) or channels (in `measure`), D features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from okuzuke.attribution.reliability import MOST_TRIALS, Trial
from okuzuke.attribution.scorer import Candidate, Head, best
from okuzuke.core.errors import InputError
from okuzuke.core.ids import AssetId, Entry, WorkId
from okuzuke.datasets.loader import Loader
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.order import Family
from okuzuke.models.features import quantise, work_features
from okuzuke.training import fitting
from okuzuke.training.desk import Ground, Trained
from okuzuke.training.division import unit_of
from okuzuke.training.plan import seed_of
from okuzuke.training.progress import Observe
from okuzuke.training.weights import Opened

BITS = 40
"""Binary places of a head's weights; scores of 2**15 features of 2**15 stay exact integers."""
RIDGE = 0.003
"""The ridge, as a share of each feature's own variance; ten times as much told fewer held-out works apart."""
_WORKS_AT_ONCE = 256
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, slots=True)
class Example:
    """A family as the scorer reads it: the unit it came from and the features of its first work, 16 bits each."""

    family: WorkId
    unit: Entry
    features: tuple[int, ...]


class Moments:
    """Sums over families: how many a unit has, their features a unit, and the Gram matrix of all (int64 [D, D]).

    int64 holds them exactly for up to 2**33 families, as a product of two features is below 2**30.
    """

    def __init__(self, width: int) -> None:
        self.counts: dict[Entry, int] = {}
        self.sums: dict[Entry, Tensor] = {}
        self.gram = torch.zeros((width, width), dtype=torch.int64)

    def add(self, examples: Sequence[Example]) -> None:
        self._count(examples, 1)

    def remove(self, examples: Sequence[Example]) -> None:
        """Leave exactly the sums over the other families."""
        self._count(examples, -1)

    def _count(self, examples: Sequence[Example], sign: int) -> None:
        width = len(self.gram)
        wrong = next((item for item in examples if len(item.features) != width), None)
        if wrong is not None:
            raise InputError(
                f"family {wrong.family} has {len(wrong.features)} features, not {width}",
                remedy="measure every work with the same model",
            )
        features_BD = torch.tensor([item.features for item in examples], dtype=torch.int64).view(-1, width)
        for start in range(0, len(examples), _ROWS_AT_ONCE):
            # A block's sums stay below 2**43, so float64 holds them exactly and BLAS can be used.
            exact_BD = features_BD[start : start + _ROWS_AT_ONCE].double()
            self.gram += sign * (exact_BD.T @ exact_BD).long()
        for example, features_D in zip(examples, features_BD, strict=True):
            count = self.counts.get(example.unit, 0) + sign
            total = self.sums.get(example.unit, torch.zeros_like(features_D)) + sign * features_D
            if count:
                self.counts[example.unit], self.sums[example.unit] = count, total
            else:
                del self.counts[example.unit], self.sums[example.unit]


def calibrated(
    model: Trained, ground: Ground, opened: Opened, read: Callable[[AssetId], bytes], observe: Observe
) -> tuple[Head, Trial]:
    """Return a model's head, fitted on its trained families, and how it did on those held out.

    Every family is read as its first work that is still there, through the gate; one that does not pass raises.
    """
    trained = _first(ground.division.trained)
    held_out = _first(ground.division.held_out)
    places = sorted((place for _, place in (*trained, *held_out)), key=lambda place: place.slot)
    loader = Loader(places, {work: item.work for work, item in ground.known.works.items()}, read)
    measured = measure(opened, loader, len(places), model.recipe.size, model.run.order_seed, observe)

    def examples(found: Sequence[tuple[WorkId, Place]]) -> list[Example]:
        return [Example(family, unit_of(place, ground.known), measured[place.work]) for family, place in found]

    learnt = examples(trained)
    moments = Moments(len(learnt[0].features))
    moments.add(learnt)
    units = [Candidate(unit.unit, unit.basis) for unit in model.model.units]
    head = fit(moments, model.model.model, units)
    return head, evaluate(head, examples(held_out))


def measure(
    opened: Opened, loader: Loader, total: int, size: int, order_seed: str, observe: Observe
) -> Mapping[WorkId, tuple[int, ...]]:
    """Return the features of every work that leaves the gate; one that does not raises.

    A work is noised by its own stream, seeded by the run's order seed and the work's id, so that its features hang on
    no other work and nobody can choose them.
    """
    pictures = fitting.read(loader, total, size, observe)
    found: dict[WorkId, tuple[int, ...]] = {}
    generator = Generator()
    for start in range(0, total, _WORKS_AT_ONCE):
        works = pictures.works[start : start + _WORKS_AT_ONCE]
        latents_BTC = opened.codec.encode(pictures.pictures_NHWC[start : start + _WORKS_AT_ONCE])
        noise_BTC = torch.empty_like(latents_BTC)
        for row, work in enumerate(works):
            generator.manual_seed(seed_of(order_seed, "features", work))
            noise_BTC[row].normal_(generator=generator)
        features_BD = quantise(work_features(opened.transformer, latents_BTC, noise_BTC))
        found |= {work: tuple(row) for work, row in zip(works, features_BD.tolist(), strict=True)}
    return found


def fit(moments: Moments, model: str, units: Sequence[Candidate]) -> Head:
    """Return the ridge head over the units of a model; every unit must have a family.

    Least squares of the units' indicators, each unit weighing alike whatever its number of families: the scatter
    inside units is pooled over families, the scatter between units is taken over units. With unit means mu_c, their
    mean m and C units,

        S = W / N + (1 / C) sum_c (mu_c - m)(mu_c - m)^T,    w_c = (S + ridge diag(S))^-1 (mu_c - m) / C,
        b_c = 1 / C - w_c m,

    so that the scores of all units sum to one. Source: Hastie, Tibshirani and Friedman 2009, The Elements of
    Statistical Learning, 4.2 (linear regression of an indicator matrix) and 3.4.1 (ridge).
    """
    units = sorted(units, key=lambda item: item.unit)
    empty = [item.unit for item in units if item.unit not in moments.counts]
    if empty or len(moments.counts) != len(units):
        raise InputError(
            f"the works and the model name different units: {len(moments.counts)} and {len(units)}",
            remedy="fit the scorer on the model's own snapshot",
        )
    counts_C = torch.tensor([moments.counts[item.unit] for item in units], dtype=torch.float64)
    sums_CD = torch.stack([moments.sums[item.unit] for item in units]).to(torch.float64)
    means_CD = sums_CD / counts_C[:, None]
    within_DD = (moments.gram.to(torch.float64) - means_CD.T @ (means_CD * counts_C[:, None])) / counts_C.sum()
    mean_D = means_CD.mean(dim=0)
    apart_CD = means_CD - mean_D
    scatter_DD = within_DD + apart_CD.T @ apart_CD / len(units)
    # A feature that never moves has no scatter; one squared unit keeps the system from being singular there.
    ridge_D = RIDGE * scatter_DD.diagonal() + 1.0
    weights_CD = torch.linalg.solve(scatter_DD + torch.diag(ridge_D), apart_CD.T).T / len(units)
    bias_C = 1.0 / len(units) - weights_CD @ mean_D
    return Head(
        model,
        BITS,
        tuple(units),
        tuple(tuple(_fixed(value) for value in row) for row in weights_CD.tolist()),
        tuple(_fixed(value) for value in bias_C.tolist()),
    )


def evaluate(head: Head, held_out: Sequence[Example]) -> Trial:
    """Return how often the best-scored unit is the one the family came from.

    Only the first families by id are tried where there are more than a reader can check the bound of.
    """
    scored = {item.unit for item in head.units}
    tried = sorted((item for item in held_out if item.unit in scored), key=lambda item: item.family)[:MOST_TRIALS]
    correct = sum(best(head, item.features) == item.unit for item in tried)
    return Trial(correct, len(tried), len(head.units))


def _first(families: Sequence[Family]) -> list[tuple[WorkId, Place]]:
    return [(family.family, family.first) for family in families if family.first is not None]


def _fixed(value: float) -> int:
    return round(value * (1 << BITS))
