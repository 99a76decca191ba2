"""What of a style is varied: the words of a caption, and the settings that each of them asks of the style."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from okuzuke.demo.drawings.backdrops import TONES, Ground
from okuzuke.demo.drawings.framing import Framing

Setting: TypeAlias = str | int | float

Axis: TypeAlias = Mapping[str, Mapping[str, Setting]]
"""From the word a person would type to what it asks of the style; the order of the words is part of the set."""


@dataclass(frozen=True, slots=True)
class DedicatedSet:
    """One style of the package with the axes that are varied; the first five make the scene, see `drawings.order`."""

    style: str
    noun: str
    axes: tuple[Axis, ...]
    fixed: Mapping[str, Setting]

    def words(self) -> Sequence[Sequence[str]]:
        """Return the words of each axis."""
        return tuple(tuple(axis) for axis in self.axes)

    def settings(self, options: tuple[str, ...]) -> Mapping[str, Setting]:
        """Return what one word of each axis asks of the style."""
        asked = dict(self.fixed)
        for axis, word in zip(self.axes, options, strict=True):
            asked |= axis[word]
        return asked


def parts(component: str, variants: str, wording: str, without: str | None = None, **words: str) -> Axis:
    """Return an axis of some variants of a component.

    A variant is called by its name in `wording`, or as `words` says; `without` is the word for leaving the component
    out, None if it cannot be.

    >>> list(parts("top", "horns hornsSmall nub", "{} on top", without="bare head", nub="one bump"))
    ['horns on top', 'horns small on top', 'one bump', 'bare head']
    """
    asks: dict[str, Mapping[str, Setting]] = {}
    for variant in variants.split():
        word = words.get(variant, wording.format(_spaced(variant)))
        asks[word] = {f"{component}Probability": 100, f"{component}Variant": variant}
    return asks if without is None else {**asks, without: {f"{component}Probability": 0}}


def also(axis: Axis, **settings: Setting) -> Axis:
    """Return the axis with the same further settings behind every word."""
    return {word: {**asks, **settings} for word, asks in axis.items()}


def colours(names: str, wording: str, values: Mapping[str, str]) -> Axis:
    """Return an axis of colours, each for all the colours of the style that `names` lists."""
    return {wording.format(word): {f"{name}Color": value for name in names.split()} for word, value in values.items()}


def framings(base: int, large: float) -> Axis:
    """Return the places of a whole figure in percent of the picture; `base` lowers it, `large` is its full scale."""
    return {
        str(framing): _at(x, base + y, scale * large)
        for framing, (x, y, scale) in {
            Framing.CENTRED: (0, 0, 0.9),
            Framing.NEARER: (0, 0, 1.0),
            Framing.FARTHER: (0, -6, 0.66),
            Framing.LEFTWARD: (-16, 0, 0.8),
            Framing.RIGHTWARD: (16, 0, 0.8),
            Framing.HIGHER: (0, -16, 0.74),
            Framing.LOWER: (0, 8, 0.82),
        }.items()
    }


def corners(base: int, large: float) -> Axis:
    """Return places beside those of `framings` for a figure whose outline never varies much."""
    return {
        "in the upper left": _at(-20, base - 16, 0.66 * large),
        "in the upper right": _at(20, base - 16, 0.66 * large),
        "in the lower left": _at(-20, base + 12, 0.7 * large),
        "in the lower right": _at(20, base + 12, 0.7 * large),
    }


def busts() -> Axis:
    """Return the places of a figure that the lower edge of the picture cuts off, and still does wherever it is put."""
    return {
        str(framing): _at(x, y, scale)
        for framing, (x, y, scale) in {
            Framing.CENTRED: (0, 8, 0.9),
            Framing.NEARER: (0, 10, 1.16),
            Framing.FARTHER: (0, 18, 0.68),
            Framing.LEFTWARD: (-18, 13, 0.8),
            Framing.RIGHTWARD: (18, 13, 0.8),
            Framing.HIGHER: (0, -2, 1.06),
            Framing.LOWER: (0, 24, 0.98),
        }.items()
    }


def poses(left: str, right: str) -> Axis:
    """Return the sides a figure looks to and leans to; the style's `flip` is `left` where it looks to the left."""
    return {
        "facing left": {"flip": left, "rotate": 0},
        "facing right": {"flip": right, "rotate": 0},
        "leaning back to the right": {"flip": left, "rotate": 14},
        "leaning forward to the left": {"flip": left, "rotate": -14},
        "leaning back to the left": {"flip": right, "rotate": -14},
        "leaning forward to the right": {"flip": right, "rotate": 14},
    }


def _at(x: int, y: int, scale: float) -> Mapping[str, Setting]:
    return {"translateX": x, "translateY": y, "scale": round(scale, 3)}


LEANS: Axis = {
    "upright": {"rotate": 0},
    "leaning left": {"rotate": -14},
    "leaning right": {"rotate": 14},
    "leaning far left": {"rotate": -28},
    "leaning far right": {"rotate": 28},
}

GROUNDS: Axis = {str(ground): {"backgroundColor": TONES[ground].field} for ground in Ground}


LIVELY = frozenset(
    {
        "leaning far left",
        "leaning far right",
        "leaning back to the left",
        "leaning back to the right",
        "leaning forward to the left",
        "leaning forward to the right",
        "lying left",
        "lying right",
        "lying to the left",
        "lying to the right",
        "upside down",
        "falling backwards to the left",
        "falling backwards to the right",
        "standing on its head",
        Framing.FARTHER,
        Framing.LEFTWARD,
        Framing.RIGHTWARD,
        Framing.HIGHER,
        Framing.LOWER,
        *corners(0, 1),
    }
)
"""Words that keep a picture from being calm, see `drawings.order`."""


def _spaced(variant: str) -> str:
    """Return the variant's camel case as words.

    >>> _spaced("hornsSmall")
    'horns small'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", variant).lower()
