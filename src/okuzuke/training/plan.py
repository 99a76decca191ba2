"""What each step of a run reads, before it runs: phases, batches and the seeds of everything random in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from okuzuke.core.canonical import canonical_bytes, digest
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.order import Drawn, Order, Phase, of_phase
from okuzuke.training.division import Division
from okuzuke.training.recipe import Recipe, Span

_SEED_BITS = 63


def spans(recipe: Recipe, division: Division) -> tuple[Span, ...]:
    """Return the phases as they are run: where the irrevocable part is too small, the last phase takes its steps."""
    if division.lasting:
        return recipe.phases
    return (Span(Phase.EVERY, recipe.steps),)


class Plan:
    """The batches of a run by step, 0 to steps - 1; any of them can be asked for at once."""

    def __init__(self, recipe: Recipe, division: Division, seed: str) -> None:
        self.recipe = recipe
        self.seed = seed
        self._starts: list[tuple[int, Order]] = []
        start = 0
        for span in spans(recipe, division):
            self._starts.append((start, Order(seed, span.phase, of_phase(division.trained, span.phase))))
            start += span.steps

    def batch(self, step: int) -> tuple[Drawn, ...]:
        """Return the places of a step's batch, in order."""
        start, order = next(item for item in reversed(self._starts) if item[0] <= step)
        return order.drawn((step - start) * self.recipe.batch, self.recipe.batch)


def batch_digest(batch: Sequence[Drawn]) -> bytes:
    """Return SHA-256 of the JCS list of the items' digests in order, null for a tombstone."""
    return digest(canonical_bytes([item.member.item if isinstance(item.member, Place) else None for item in batch]))


def seed_of(order_seed: str, *words: str) -> int:
    """Return the 63-bit seed of one stream of chance: the first bits of SHA-256 of JCS ["okuzuke/chance/v1", ...].

    The words of a place in a batch are "place", the step and its number in the batch; those of the weights "weights".
    """
    data = digest(canonical_bytes(["okuzuke/chance/v1", order_seed, *words]))
    return int.from_bytes(data[:8], "big") >> (64 - _SEED_BITS)
