"""The few SVG shapes that the drawings are made of, as strings whose bytes never vary."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

SIDE = 256
"""Width and height of every drawing in its own units."""

INK = "#2b2a2e"
CREAM = "#faf3e3"
WOOD = "#f1dbb8"
BLUSH = "#eba394"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure of about 200 units stands in the picture.

    Its origin, scale, clockwise turn in degrees, and whether it faces the other way.
    """

    x: float
    y: float
    scale: float
    turn: float = 0.0
    flipped: bool = False


def number(value: float) -> str:
    """Return the value with at most two decimals in one spelling.

    >>> number(12.0), number(-0.001), number(0.504)
    ('12', '0', '0.5')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def disc(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}"/>'


def oval(x: float, y: float, radii: tuple[float, float], fill: str) -> str:
    wide, high = radii
    return f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(wide)}" ry="{number(high)}" fill="{fill}"/>'


def ring(x: float, y: float, radius: float, line: str, width: float) -> str:
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="none" '
        f'stroke="{line}" stroke-width="{number(width)}"/>'
    )


def box(corner: tuple[float, float], size: tuple[float, float], fill: str, radius: float = 0) -> str:
    (x, y), (wide, high) = corner, size
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}" '
        f'rx="{number(radius)}" fill="{fill}"/>'
    )


def area(path: str, fill: str) -> str:
    return f'<path d="{path}" fill="{fill}"/>'


def stroke(path: str, line: str, width: float) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{line}" stroke-width="{number(width)}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def polygon(points: Iterable[tuple[float, float]]) -> str:
    """Return the path of a closed polygon through the points."""
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points) + "Z"


def turned(degrees: float, *parts: str) -> str:
    """Return the parts turned clockwise about their origin."""
    return f'<g transform="rotate({number(degrees)})">{"".join(parts)}</g>'


def moved(x: float, y: float, *parts: str) -> str:
    return f'<g transform="translate({number(x)},{number(y)})">{"".join(parts)}</g>'


def placed(place: Place, *parts: str) -> str:
    """Return the parts, drawn about their own origin, at a place in the picture."""
    wide = -place.scale if place.flipped else place.scale
    turn = f"rotate({number(place.turn)}) scale({number(wide)},{number(place.scale)})"
    transform = f"translate({number(place.x)},{number(place.y)}) {turn}"
    return f'<g transform="{transform}">{"".join(parts)}</g>'


def mirrored(*parts: str) -> str:
    """Return the parts as in a mirror that stands on the picture's vertical axis."""
    return f'<g transform="translate({SIDE},0) scale(-1,1)">{"".join(parts)}</g>'


def clipped(name: str, outline: str, *parts: str) -> str:
    """Return the parts cut off at the outline; `name` is unique inside one picture."""
    return f'<clipPath id="{name}"><path d="{outline}"/></clipPath><g clip-path="url(#{name})">{"".join(parts)}</g>'


def blossom(x: float, y: float, radius: float, petal: str, heart: str) -> str:
    """Return a plum blossom of five round petals."""
    angles = (math.radians(72 * step - 90) for step in range(5))
    petals = (
        disc(x + 0.58 * radius * math.cos(a), y + 0.58 * radius * math.sin(a), 0.44 * radius, petal) for a in angles
    )
    return "".join(petals) + disc(x, y, 0.24 * radius, heart)


def picture(*parts: str) -> str:
    """Return the whole SVG document of 256 by 256 units."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">'
        f"{''.join(parts)}</svg>"
    )
