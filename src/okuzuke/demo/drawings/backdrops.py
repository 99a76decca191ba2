"""What stands behind the figures: a ground colour and one of the traditional patterns or scenes on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from okuzuke.demo.drawings.framing import Framing
from okuzuke.demo.drawings.shapes import SIDE, area, blossom, box, disc, polygon, ring, stroke


class Ground(StrEnum):
    CREAM = "cream ground"
    NAVY = "navy ground"
    SKY = "pale blue ground"
    MUSTARD = "mustard ground"
    SAGE = "sage ground"
    PINK = "pink ground"
    CHARCOAL = "charcoal ground"


class Backdrop(StrEnum):
    WAVES = "wave background"
    CHECKS = "checked background"
    STRIPES = "striped background"
    DOTS = "dotted background"
    SUN = "sun background"
    MOUNTAIN = "mountain background"
    MIST = "mist background"
    BAMBOO = "bamboo background"
    BLOSSOMS = "plum blossom background"
    WINDOW = "round window background"
    ARROWS = "arrow feather background"
    TABLE = "table background"
    HEMP = "hemp leaf background"
    ROOFS = "rooftop background"
    HILLS = "hill background"


RESTLESS = frozenset(
    {
        Backdrop.WAVES,
        Backdrop.CHECKS,
        Backdrop.STRIPES,
        Backdrop.DOTS,
        Backdrop.BAMBOO,
        Backdrop.ARROWS,
        Backdrop.HEMP,
        Backdrop.ROOFS,
        Framing.FARTHER,
        Framing.LEFTWARD,
        Framing.RIGHTWARD,
        Framing.HIGHER,
    }
)
"""Patterns and places that draw the eye away from the figure."""


@dataclass(frozen=True, slots=True)
class Tones:
    """Three tones of one ground: the field, the pattern on it and the light that is used sparingly."""

    field: str
    pattern: str
    light: str


TONES = {
    Ground.CREAM: Tones("#f8efdd", "#e3cda3", "#e9a07c"),
    Ground.NAVY: Tones("#2d4166", "#48669a", "#f0d9a0"),
    Ground.SKY: Tones("#c9e1e3", "#86b7c2", "#fbf4e4"),
    Ground.MUSTARD: Tones("#efc871", "#d99a35", "#fbf0d2"),
    Ground.SAGE: Tones("#c6d3b0", "#8ca778", "#f7f0dc"),
    Ground.PINK: Tones("#f6d3c9", "#e39c90", "#fdf3e6"),
    Ground.CHARCOAL: Tones("#37353b", "#5b575f", "#e8b65a"),
}


def paint(backdrop: Backdrop, ground: Ground) -> str:
    """Return the SVG of a whole background."""
    tones = TONES[ground]
    return box((0, 0), (SIDE, SIDE), tones.field) + _PAINTERS[backdrop](tones)


def _waves(tones: Tones) -> str:
    parts = []
    for row in range(10):
        for column in range(-1, 5):
            x, y = 64 * column + 32 * (row % 2) + 16, 32 * row - 8
            parts += [disc(x, y, 34, tones.field), ring(x, y, 29, tones.pattern, 8), ring(x, y, 13, tones.pattern, 7)]
    return "".join(parts)


def _checks(tones: Tones) -> str:
    cells = ((column, row) for row in range(4) for column in range(4) if (row + column) % 2)
    return "".join(box((64 * column, 64 * row), (64, 64), tones.pattern) for column, row in cells)


def _stripes(tones: Tones) -> str:
    starts = range(-256, 256, 72)
    return "".join(area(polygon([(x, 256), (x + 256, 0), (x + 290, 0), (x + 34, 256)]), tones.pattern) for x in starts)


def _dots(tones: Tones) -> str:
    spots = ((64 * column + 32 * (row % 2), 56 * row + 16) for row in range(5) for column in range(5))
    return "".join(disc(x, y, 19, tones.pattern) for x, y in spots)


def _sun(tones: Tones) -> str:
    ground = area("M0,196 Q128,168 256,196 V256 H0Z", tones.pattern)
    return disc(190, 74, 62, tones.light) + ground


def _mountain(tones: Tones) -> str:
    slope = area("M-30,226 L96,66 Q128,46 160,66 L286,226Z", tones.pattern)
    snow = area("M96,66 Q128,46 160,66 L192,106 L170,96 L150,118 L128,98 L106,118 L86,96 L64,106Z", tones.light)
    return slope + snow + box((0, 218), (256, 38), tones.light)


def _mist(tones: Tones) -> str:
    bars = ((-30, 30, 150), (70, 56, 220), (150, 104, 180), (-40, 130, 140), (-20, 182, 200), (120, 208, 200))
    return "".join(box((x, y), (wide, 26), tones.pattern, 13) for x, y, wide in bars)


def _bamboo(tones: Tones) -> str:
    parts = []
    for x, shift in ((14, 0), (74, 40), (158, 20), (222, 60)):
        parts += [box((x, y), (26, 74), tones.pattern, 6) for y in range(shift - 80, 256, 78)]
    leaves = (
        "M40,70 q34,-22 52,2 q-30,12 -52,-2Z",
        "M184,150 q30,-26 54,-6 q-26,16 -54,6Z",
        "M74,196 q-34,-20 -50,4 q28,10 50,-4Z",
    )
    return "".join(parts) + "".join(area(leaf, tones.light) for leaf in leaves)


def _blossoms(tones: Tones) -> str:
    spots = ((34, 40, 40), (136, 22, 28), (224, 64, 44), (72, 126, 26), (26, 206, 36), (226, 176, 30), (150, 232, 38))
    branch = stroke("M-10,120 Q60,70 120,90 T270,10", tones.pattern, 9)
    return branch + "".join(blossom(x, y, radius, tones.pattern, tones.light) for x, y, radius in spots)


def _window(tones: Tones) -> str:
    return (
        box((0, 0), (SIDE, SIDE), tones.pattern)
        + disc(128, 122, 108, tones.light)
        + box((0, 226), (256, 30), tones.field)
    )


def _arrows(tones: Tones) -> str:
    parts = []
    for column in range(4):
        for row in range(-1, 4):
            x, y = 64 * column, 86 * row + 43 * (column % 2)
            parts.append(
                area(
                    polygon([(x, y), (x + 32, y + 30), (x + 64, y), (x + 64, y + 43), (x + 32, y + 73), (x, y + 43)]),
                    tones.pattern,
                )
            )
    return "".join(parts)


def _table(tones: Tones) -> str:
    return box((0, 164), (256, 92), tones.pattern) + box((0, 156), (256, 8), tones.light)


def _hemp(tones: Tones) -> str:
    corners = ((96 * column + 48 * (row % 2), 83 * row + 20) for column in range(-1, 4) for row in range(-1, 4))
    lines = (
        f"M{x},{y}h96l-48,83l-48,-83l48,28l48,-28M{x + 48},{y + 28}v55l48,-28l48,28M{x + 96},{y + 55}v-55"
        for x, y in corners
    )
    return stroke("".join(lines), tones.pattern, 5)


def _roofs(tones: Tones) -> str:
    parts = [disc(52, 56, 30, tones.light)]
    for x, y in ((150, 176), (-20, 190), (76, 214)):
        parts += [
            area(
                f"M{x},{y + 34} Q{x + 30},{y + 26} {x + 44},{y} H{x + 86} Q{x + 100},{y + 26} {x + 130},{y + 34}Z",
                tones.pattern,
            )
        ]
        parts += [box((x + 14, y + 34), (102, 60), tones.light), box((x + 54, y + 46), (24, 60), tones.pattern)]
    return "".join(parts)


def _hills(tones: Tones) -> str:
    far = area("M0,170 Q60,96 130,150 T256,120 V256 H0Z", tones.pattern)
    near = area("M0,214 Q80,170 160,206 T256,196 V256 H0Z", tones.light)
    return far + near


_PAINTERS: dict[Backdrop, Callable[[Tones], str]] = {
    Backdrop.WAVES: _waves,
    Backdrop.CHECKS: _checks,
    Backdrop.STRIPES: _stripes,
    Backdrop.DOTS: _dots,
    Backdrop.SUN: _sun,
    Backdrop.MOUNTAIN: _mountain,
    Backdrop.MIST: _mist,
    Backdrop.BAMBOO: _bamboo,
    Backdrop.BLOSSOMS: _blossoms,
    Backdrop.WINDOW: _window,
    Backdrop.ARROWS: _arrows,
    Backdrop.TABLE: _table,
    Backdrop.HEMP: _hemp,
    Backdrop.ROOFS: _roofs,
    Backdrop.HILLS: _hills,
}
