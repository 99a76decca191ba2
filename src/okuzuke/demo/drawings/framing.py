"""How near the figures stand, whatever the series."""

from __future__ import annotations

from enum import StrEnum

from okuzuke.demo.drawings.shapes import number


class Framing(StrEnum):
    CENTRED = "centred"
    NEARER = "nearer"
    FARTHER = "farther"
    LEFTWARD = "off to the left"
    RIGHTWARD = "off to the right"
    HIGHER = "set high"
    LOWER = "set low"


_SHIFTS = {
    Framing.CENTRED: (0, 0, 1.0),
    Framing.NEARER: (0, 8, 1.12),
    Framing.FARTHER: (0, -16, 0.78),
    Framing.LEFTWARD: (-22, 4, 0.94),
    Framing.RIGHTWARD: (22, 4, 0.94),
    Framing.HIGHER: (0, -26, 0.92),
    Framing.LOWER: (0, 26, 0.96),
}


def framed(framing: Framing, *parts: str) -> str:
    """Return the parts shifted and scaled about the middle of the lower edge."""
    x, y, scale = _SHIFTS[framing]
    shift = f"translate({number(128 + x)},{number(256 + y)}) scale({number(scale)}) translate(-128,-256)"
    return f'<g transform="{shift}">{"".join(parts)}</g>'
