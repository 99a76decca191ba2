"""Koinobori: the carp streamers that fly in May, one for each of the family."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from okuzuke.demo.drawings.backdrops import Backdrop, Ground, paint
from okuzuke.demo.drawings.framing import Framing, framed
from okuzuke.demo.drawings.shapes import (
    CREAM,
    INK,
    Place,
    area,
    box,
    clipped,
    disc,
    mirrored,
    moved,
    number,
    picture,
    placed,
    ring,
    stroke,
    turned,
)


class Layout(StrEnum):
    POLE = "three on a pole"
    PAIR = "two on a pole"
    TALL = "five on a tall pole"
    ROPE = "five on a rope"
    CLOSE = "one close up"
    CLIMB = "two climbing"
    CIRCLE = "four in a circle"
    PASSING = "two passing"
    DISTANT = "pole in the distance"
    SCHOOL = "a school of six"
    DIVE = "one diving"
    ARCH = "three in an arch"


class Wind(StrEnum):
    STRONG = "strong wind from the left"
    BREEZE = "light breeze from the left"
    GUSTS = "gusty wind from the left"
    CALM = "faint wind from the left"
    STRONG_BACK = "strong wind from the right"
    BREEZE_BACK = "light breeze from the right"
    GUSTS_BACK = "gusty wind from the right"
    CALM_BACK = "faint wind from the right"


class Colours(StrEnum):
    CLASSIC = "classic colours"
    SPRING = "spring colours"
    AUTUMN = "autumn colours"
    SEA = "sea colours"
    DUSK = "dusk colours"
    FIRE = "fire colours"


class Scales(StrEnum):
    ROUND = "round scales"
    BANDS = "banded scales"
    NET = "net scales"
    SPOTS = "spotted scales"


class Top(StrEnum):
    WHEEL = "arrow wheel"
    BALL = "golden ball"
    STREAMER = "five-coloured streamer"


@dataclass(frozen=True, slots=True)
class Koinobori:
    """The first three place the figures, the next two paint what stands behind them, the others the carp themselves."""

    layout: Layout
    wind: Wind
    framing: Framing
    backdrop: Backdrop
    ground: Ground
    colours: Colours
    scales: Scales
    top: Top


AXES = (
    tuple(Layout),
    tuple(Wind),
    tuple(Framing),
    tuple(b for b in Backdrop if b not in {Backdrop.TABLE, Backdrop.WINDOW}),
    tuple(Ground),
    tuple(Colours),
    tuple(Scales),
    tuple(Top),
)


def read(options: tuple[str, ...]) -> Koinobori:
    """Return the options as a value; the tuple is in the order of `AXES`."""
    layout, wind, framing, backdrop, ground, colours, scales, top = options
    return Koinobori(
        Layout(layout),
        Wind(wind),
        Framing(framing),
        Backdrop(backdrop),
        Ground(ground),
        Colours(colours),
        Scales(scales),
        Top(top),
    )


def admitted(options: tuple[str, ...]) -> bool:
    """Say whether the carp can be told from the ground."""
    asked = read(options)
    return (asked.colours, asked.ground) not in _CLASHES


def tags(options: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the picture shows; only a pole has a top."""
    asked = read(options)
    return tuple(value for value in options if asked.layout in _POLES or value != asked.top)


def draw(options: tuple[str, ...]) -> str:
    """Return the SVG of one koinobori picture."""
    asked = read(options)
    carps = "".join(_carp(asked, place, index) for index, place in enumerate(_PLACES[asked.layout]))
    scene = framed(asked.framing, _rigging(asked), carps)
    return picture(paint(asked.backdrop, asked.ground), mirrored(scene) if asked.wind in _FROM_THE_RIGHT else scene)


@dataclass(frozen=True, slots=True)
class _Tones:
    body: str
    scale: str
    fin: str


_BLACK = _Tones("#3d3a41", "#5d5963", "#e0a63c")
_RED = _Tones("#c8432f", "#e2735b", "#f6dfae")
_BLUE = _Tones("#3f6ea3", "#6f9bc7", "#f6dfae")
_PINK = _Tones("#dd8391", "#efb2b6", "#fbf2df")
_GREEN = _Tones("#55896d", "#84b094", "#f6dfae")
_YELLOW = _Tones("#e3b043", "#f2d184", "#c8432f")
_ORANGE = _Tones("#dd7f3d", "#efa970", "#fbf2df")
_BROWN = _Tones("#84553d", "#a97a5c", "#f2d184")
_NAVY = _Tones("#2e4a7b", "#5573a5", "#f6dfae")
_TEAL = _Tones("#3e8b8e", "#74b3b2", "#fbf2df")
_WHITE = _Tones("#fbf6ea", "#dccfb2", "#c8432f")
_PURPLE = _Tones("#75639b", "#9f8fc0", "#f2d184")

_FAMILIES = {
    Colours.CLASSIC: (_BLACK, _RED, _BLUE),
    Colours.SPRING: (_PINK, _GREEN, _YELLOW),
    Colours.AUTUMN: (_ORANGE, _BROWN, _YELLOW),
    Colours.SEA: (_NAVY, _TEAL, _WHITE),
    Colours.DUSK: (_PURPLE, _PINK, _YELLOW),
    Colours.FIRE: (_RED, _ORANGE, _WHITE),
}

_CLASHES = {
    (Colours.CLASSIC, Ground.CHARCOAL),
    (Colours.SEA, Ground.NAVY),
    (Colours.SEA, Ground.CREAM),
    (Colours.FIRE, Ground.CREAM),
    (Colours.SPRING, Ground.PINK),
    (Colours.AUTUMN, Ground.MUSTARD),
}

_POLES = {Layout.POLE, Layout.PAIR, Layout.TALL, Layout.DISTANT}

_PLACES = {
    Layout.POLE: (Place(46, 66, 0.98), Place(46, 136, 0.82), Place(46, 198, 0.64)),
    Layout.PAIR: (Place(60, 84, 0.92), Place(60, 168, 0.92)),
    Layout.TALL: tuple(Place(92, 66 + 39 * step, 0.64 - 0.05 * step) for step in range(5)),
    Layout.ROPE: tuple(Place(22 + 50 * step, 62 + 16 * (2 - abs(step - 2)), 0.56, 62) for step in range(5)),
    Layout.CLOSE: (Place(30, 128, 1.62),),
    Layout.CLIMB: (Place(136, 20, 0.95, 118), Place(214, 66, 0.86, 118)),
    Layout.CIRCLE: (
        Place(52, 64, 0.66),
        Place(192, 52, 0.66, 90),
        Place(204, 192, 0.66, 180),
        Place(64, 204, 0.66, 270),
    ),
    Layout.PASSING: (Place(122, 76, 0.78, flipped=True), Place(128, 180, 0.8)),
    Layout.DISTANT: (Place(150, 124, 0.44), Place(150, 156, 0.38), Place(150, 184, 0.32)),
    Layout.SCHOOL: tuple(
        Place(14 + 124 * (step % 2), 44 + 76 * (step // 2) + 26 * (step % 2), 0.56) for step in range(6)
    ),
    Layout.DIVE: (Place(166, 222, 1.08, 236),),
    Layout.ARCH: (Place(36, 176, 0.8, -62), Place(72, 70, 0.72, -4), Place(226, 92, 0.74, 76)),
}


@dataclass(frozen=True, slots=True)
class _Flight:
    """How the wind holds a carp: its droop in degrees, and height and count of the waves along its body."""

    droop: float
    height: float
    waves: float


_FLIGHTS = {
    Wind.STRONG: _Flight(-4, 5, 1.0),
    Wind.BREEZE: _Flight(14, 12, 1.0),
    Wind.GUSTS: _Flight(-16, 16, 1.6),
    Wind.CALM: _Flight(34, 9, 0.6),
    Wind.STRONG_BACK: _Flight(-4, 5, 1.0),
    Wind.BREEZE_BACK: _Flight(14, 12, 1.0),
    Wind.GUSTS_BACK: _Flight(-16, 16, 1.6),
    Wind.CALM_BACK: _Flight(34, 9, 0.6),
}

_FROM_THE_RIGHT = {Wind.STRONG_BACK, Wind.BREEZE_BACK, Wind.GUSTS_BACK, Wind.CALM_BACK}

_LENGTH = 190.0


def _carp(asked: Koinobori, place: Place, index: int) -> str:
    """Return one carp whose mouth is at the place and which flies to its right."""
    family = _FAMILIES[asked.colours]
    tones, flight = family[index % len(family)], _FLIGHTS[asked.wind]
    spine = _spine(flight, index)
    body = _outline(spine)
    eye_x, eye_y = spine(0.13)
    parts = (
        _fins(spine, tones),
        clipped(f"carp{index}", body, area(body, tones.body), _scales(asked.scales, spine, tones), _head(spine, tones)),
        disc(eye_x, eye_y - 10, 11, "#ffffff") + disc(eye_x, eye_y - 10, 6, INK),
        f'<ellipse cx="0" cy="0" rx="7" ry="29" fill="{CREAM}" stroke="{tones.fin}" stroke-width="4"/>',
    )
    return placed(place, turned(flight.droop * (0.4 if place.turn else 1), *parts))


_Spine = Callable[[float], tuple[float, float]]


def _spine(flight: _Flight, index: int) -> _Spine:
    """Return the middle line of a carp as a function of the part of its length, from mouth 0 to tail 1."""
    phase = 0.9 * index

    def at(part: float) -> tuple[float, float]:
        wave = math.sin(2 * math.pi * flight.waves * part + phase) - math.sin(phase)
        return _LENGTH * part, flight.height * wave * min(1.0, 1.6 * part)

    return at


def _half_width(part: float) -> float:
    """Return half the height of the streamer: widest behind the head, narrow before the tail, which spreads."""
    if part > 0.84:
        return 15 + 16 * (part - 0.84) / 0.16
    return 29 + 5 * math.sin(math.pi * min(1.0, part / 0.5)) - 19 * max(0.0, part - 0.3) / 0.54


def _outline(spine: _Spine) -> str:
    parts = [step / 28 for step in range(29)]
    upper = [(x, y - _half_width(p)) for p in parts for x, y in (spine(p),)]
    lower = [(x, y + _half_width(p)) for p in reversed(parts) for x, y in (spine(p),)]
    notch_x, notch_y = spine(0.88)
    points = [*upper, (notch_x, notch_y), *lower]
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points) + "Z"


def _fins(spine: _Spine, tones: _Tones) -> str:
    (back_x, back_y), (belly_x, belly_y) = spine(0.42), spine(0.5)
    back = area(f"M{number(back_x - 26)},{number(back_y - 26)}q26,-26 56,-4l-8,12Z", tones.fin)
    belly = area(f"M{number(belly_x - 16)},{number(belly_y + 20)}q10,28 36,20l-10,-24Z", tones.fin)
    return back + belly


def _head(spine: _Spine, tones: _Tones) -> str:
    x, y = spine(0.27)
    gill = stroke(f"M{number(x - 6)},{number(y - 36)}q22,36 0,72", tones.fin, 7)
    return area(f"M-10,-60H{number(x - 6)}V{number(y - 36)}q22,36 0,72V60H-10Z", tones.body) + gill


def _scales(scales: Scales, spine: _Spine, tones: _Tones) -> str:
    match scales:
        case Scales.ROUND:
            rows = ((step, spine(0.96 - 0.085 * step)) for step in range(9))
            spots = ((x, y + 17 * lane + 8.5 * (step % 2)) for step, (x, y) in rows for lane in range(-3, 3))
            return "".join(disc(x, y, 11, tones.scale) + ring(x, y, 11, tones.body, 3.5) for x, y in spots)
        case Scales.BANDS:
            bands = (spine(0.34 + 0.15 * step) for step in range(5))
            return "".join(box((x, y - 50), (14, 100), tones.scale) for x, y in bands)
        case Scales.NET:
            knots = (spine(0.28 + 0.1 * step) for step in range(9))
            lines = (f"M{number(x)},{number(y - 40)}l30,80M{number(x + 30)},{number(y - 40)}l-30,80" for x, y in knots)
            return stroke("".join(lines), tones.scale, 4)
        case Scales.SPOTS:
            rows = ((step, spine(0.38 + 0.13 * step)) for step in range(5))
            spots = ((x, y + (14 if step % 2 else -12)) for step, (x, y) in rows)
            return "".join(disc(x, y, 9, tones.scale) + disc(x, y, 4, tones.fin) for x, y in spots)


def _rigging(asked: Koinobori) -> str:
    if asked.layout is Layout.ROPE:
        return stroke("M-58,16Q128,172 314,16", INK, 3)
    if asked.layout not in _POLES:
        return ""
    first = _PLACES[asked.layout][0]
    size = 0.5 if asked.layout is Layout.DISTANT else 1.0
    head = first.y - 44 * size
    pole = box((first.x - 3 * size, head), (6 * size, 320 - head), "#7a5a43", 2)
    return pole + moved(first.x, head, f'<g transform="scale({number(size)})">{_top(asked.top)}</g>')


def _top(top: Top) -> str:
    match top:
        case Top.WHEEL:
            arms = (
                turned(45 * step, box((-2, -16), (4, 16), "#c8432f"), disc(0, -16, 4, "#e3b043")) for step in range(8)
            )
            return "".join(arms) + disc(0, 0, 5, CREAM)
        case Top.BALL:
            return disc(0, 0, 11, "#e3b043") + disc(-3, -3, 3, "#fbf0d2")
        case Top.STREAMER:
            colours = ("#3f6ea3", "#c8432f", "#e3b043", "#fbf6ea", "#55896d")
            ribbons = (
                stroke(f"M2,{4 * step - 4}q40,-14 70,{2 * step} t60,{step}", tone, 4)
                for step, tone in enumerate(colours)
            )
            return "".join(ribbons) + disc(0, 0, 7, "#e3b043")
