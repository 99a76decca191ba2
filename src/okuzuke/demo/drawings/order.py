"""The fixed, well-mixed order in which the combinations of a series' options are drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence

LONGEST = 400
"""A series has at most so many works: enough for a small model, few enough to look at."""

FIGURE = 3
SCENE = 5
"""The first three axes of every series place its figures, the next two paint what stands behind them."""


CALM = 160
"""So many works of a series begin it calmly, where a small model learns from them."""


def well_mixed(
    series: str,
    axes: Sequence[Sequence[str]],
    admitted: Callable[[tuple[str, ...]], bool],
    lively: Collection[str] = (),
) -> Iterator[tuple[str, ...]]:
    """Yield up to 400 option tuples, one value of each axis; any beginning of the order is diverse.

    The candidates follow SHA-256 of series and position. The first 160 hold no *lively* word, so that the figures stand
    alike and differ in what they are; each has a scene of its own. Of the others one is passed over
    when an earlier one places its figures alike, or agrees with it in four of the five axes of the scene: colour and
    face alone leave two pictures so much alike that screening would take one for a copy of the other.
    """
    calm = _calm(series, axes, admitted, frozenset(lively)) if lively else ()
    yield from calm
    taken: set[tuple[str | None, ...]] = set()
    for options in calm:
        taken |= {options[:FIGURE], *_all_but_one(options[:SCENE])}
    count = len(calm)
    for position in range(100 * LONGEST):
        options = _candidate(f"{series}/{position}", axes)
        near = {options[:FIGURE], *_all_but_one(options[:SCENE])}
        if taken.isdisjoint(near) and admitted(options):
            taken |= near
            count += 1
            yield options
        if count == LONGEST:
            return


def _calm(
    series: str,
    axes: Sequence[Sequence[str]],
    admitted: Callable[[tuple[str, ...]], bool],
    lively: frozenset[str],
) -> tuple[tuple[str, ...], ...]:
    """Return the calm beginning of a series: as many as there are up to 160, each of a scene of its own."""
    quiet = [[word for word in axis if word not in lively] for axis in axes]
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for position in range(20 * LONGEST):
        options = _candidate(f"{series}/calm/{position}", quiet)
        if options[:SCENE] not in found and admitted(options):
            found[options[:SCENE]] = options
        if len(found) == CALM:
            break
    return tuple(found.values())


def _candidate(seed: str, axes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    digest = hashlib.sha256(seed.encode()).digest()
    draws = (int.from_bytes(digest[2 * place : 2 * place + 2]) for place in range(len(axes)))
    return tuple(str(axis[draw % len(axis)]) for axis, draw in zip(axes, draws, strict=True))


def _all_but_one(scene: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
    """Yield the scene with each place blanked in turn: two that share one of these differ in one place only."""
    return ((*scene[:place], None, *scene[place + 1 :]) for place in range(len(scene)))
