"""Series of toy pictures drawn by our own code: every picture, caption and tag follows from its options.

A further series is a module with `AXES`, `LIVELY`, `admitted`, `tags` and `draw`, and one line below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from okuzuke.core.errors import InputError
from okuzuke.demo.drawings import daruma, koinobori, kokeshi, manekineko
from okuzuke.demo.drawings.order import well_mixed


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture and what it shows; the caption is its tags in one line."""

    series: str
    name: str
    svg: str
    caption: str
    tags: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Series:
    axes: Sequence[Sequence[str]]
    admitted: Callable[[tuple[str, ...]], bool]
    tags: Callable[[tuple[str, ...]], tuple[str, ...]]
    draw: Callable[[tuple[str, ...]], str]
    lively: frozenset[str] = frozenset()


_ALL = {
    "daruma": _Series(daruma.AXES, daruma.admitted, daruma.tags, daruma.draw, daruma.LIVELY),
    "kokeshi": _Series(kokeshi.AXES, kokeshi.admitted, kokeshi.tags, kokeshi.draw, kokeshi.LIVELY),
    "koinobori": _Series(koinobori.AXES, koinobori.admitted, koinobori.tags, koinobori.draw),
    "manekineko": _Series(manekineko.AXES, manekineko.admitted, manekineko.tags, manekineko.draw, manekineko.LIVELY),
}

SERIES = tuple(_ALL)


@cache
def every(series: str) -> Sequence[Drawing]:
    """Return the 400 drawings of a series, always in the same order; any first n of them are diverse."""
    if series not in _ALL:
        raise InputError(f"there is no series of drawings {series!r}", remedy=f"choose one of: {', '.join(SERIES)}")
    drawn = _ALL[series]
    return tuple(
        _drawing(series, position, options, drawn)
        for position, options in enumerate(well_mixed(series, drawn.axes, drawn.admitted, drawn.lively), 1)
    )


def _drawing(series: str, position: int, options: tuple[str, ...], drawn: _Series) -> Drawing:
    tags = (series, *drawn.tags(options))
    return Drawing(series, f"{series}-{position:04d}", drawn.draw(options), ", ".join(tags), tags, options)
