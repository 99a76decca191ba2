"""The demonstration's story, told small."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

from okuzuke.datasets.order import Phase
from okuzuke.demo.story import Summary, run
from okuzuke.training.recipe import Recipe, Span

WORKS = 5
"""Works a series, few enough for every run of the tests; four of them are reposted."""


@dataclass(frozen=True, slots=True)
class Told:
    path: Path
    summary: Summary
    printed: str


def tell(path: Path, works: int = WORKS) -> Told:
    printed = io.StringIO()
    with redirect_stdout(printed):
        summary = run(path, 1, works, hasty)
    return Told(path, summary, printed.getvalue())


def hasty(recipe: Recipe) -> Recipe:
    """Return the recipe of a small model that learns in twelve steps what little can be learnt in them."""
    phases = (Span(Phase.IRREVOCABLE, 4), Span(Phase.EVERY, 8))
    sizes = replace(recipe, size=32, patch=8, channels=24, width=48, depth=2, heads=2, batch=16, sketch_values=16)
    return replace(sizes, phases=phases, warmup=2, cooldown=4, state_every=3, keep_states=(), held_out_per_mille=300)
