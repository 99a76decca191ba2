"""Kokeshi: the turned wooden doll with a round head, a plain body and a painted dress."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okuzuke.demo.drawings.backdrops import RESTLESS, Backdrop, Ground, paint
from okuzuke.demo.drawings.framing import Framing, framed
from okuzuke.demo.drawings.shapes import (
    BLUSH,
    INK,
    WOOD,
    Place,
    area,
    blossom,
    box,
    clipped,
    disc,
    oval,
    picture,
    placed,
    ring,
    stroke,
)


class Layout(StrEnum):
    STANDING = "one standing"
    CLOSE = "portrait"
    LEFT = "standing at the left"
    RIGHT = "standing at the right"
    PAIR = "a pair"
    PARENT = "parent and child"
    THREE = "a row of three"
    FIVE = "a row of five"
    BELOW = "looking in from below"
    LYING = "lying down"
    CIRCLE = "four in a circle"
    DEPTH = "near and far"
    STEPS = "four by height"
    ROWS = "six in two rows"


class Pose(StrEnum):
    STRAIGHT = "straight"
    LEFT = "bowing left"
    RIGHT = "bowing right"
    HOPPING = "hopping"
    HEAD = "head tilted"


class Dress(StrEnum):
    RED = "red dress"
    NAVY = "navy dress"
    GREEN = "green dress"
    MUSTARD = "mustard dress"
    LILAC = "lilac dress"
    WHITE = "white dress"
    ROSE = "rose dress"


class Cloth(StrEnum):
    BLOSSOM = "plum blossom cloth"
    STRIPES = "striped cloth"
    CHECKS = "checked cloth"
    DOTS = "dotted cloth"
    WAVES = "wave cloth"
    BANDS = "turned bands"


class Shape(StrEnum):
    COLUMN = "straight body"
    BELL = "bell-shaped body"
    EGG = "round body"
    WAIST = "waisted body"


class Hair(StrEnum):
    BOB = "bobbed hair"
    KNOT = "topknot"
    BUNS = "two buns"
    RIBBON = "red ribbon"


class Gaze(StrEnum):
    CLOSED = "eyes closed"
    OPEN = "eyes open"
    WINK = "winking"
    SMILING = "smiling eyes"


@dataclass(frozen=True, slots=True)
class Kokeshi:
    """The first three place the figures, the next two paint what stands behind them, the others the doll itself."""

    layout: Layout
    pose: Pose
    framing: Framing
    backdrop: Backdrop
    ground: Ground
    dress: Dress
    cloth: Cloth
    shape: Shape
    hair: Hair
    gaze: Gaze


AXES = (
    tuple(Layout),
    tuple(Pose),
    tuple(Framing),
    tuple(Backdrop),
    tuple(Ground),
    tuple(Dress),
    tuple(Cloth),
    tuple(Shape),
    tuple(Hair),
    tuple(Gaze),
)

LIVELY = frozenset({*(set(Layout) - {Layout.STANDING}), *RESTLESS})
"""What keeps a picture from being calm, see `order`."""


def read(options: tuple[str, ...]) -> Kokeshi:
    """Return the options as a value; the tuple is in the order of `AXES`."""
    layout, pose, framing, backdrop, ground, dress, cloth, shape, hair, gaze = options
    return Kokeshi(
        Layout(layout),
        Pose(pose),
        Framing(framing),
        Backdrop(backdrop),
        Ground(ground),
        Dress(dress),
        Cloth(cloth),
        Shape(shape),
        Hair(hair),
        Gaze(gaze),
    )


def admitted(options: tuple[str, ...]) -> bool:
    """Say whether dress and ground can be told apart."""
    asked = read(options)
    return (asked.dress, asked.ground) not in _CLASHES


def tags(options: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the picture shows; the body's shape lies mostly below the edge of a cropped one."""
    asked = read(options)
    return tuple(value for value in options if asked.layout not in _CROPPED or value != asked.shape)


def draw(options: tuple[str, ...]) -> str:
    """Return the SVG of one kokeshi picture."""
    asked = read(options)
    figures = (_doll(asked, place, index) for index, place in enumerate(_PLACES[asked.layout]))
    return picture(paint(asked.backdrop, asked.ground), framed(asked.framing, *figures))


@dataclass(frozen=True, slots=True)
class _Tones:
    cloth: str
    figure: str
    sash: str


_DRESSES = {
    Dress.RED: _Tones("#c5432f", "#f5d9a8", "#2f4a78"),
    Dress.NAVY: _Tones("#33507f", "#f3e6c8", "#c5432f"),
    Dress.GREEN: _Tones("#53836a", "#f3e2b4", "#e0a63c"),
    Dress.MUSTARD: _Tones("#dfa23b", "#a83a2a", "#53836a"),
    Dress.LILAC: _Tones("#8b7fae", "#f4e9e6", "#dfa23b"),
    Dress.WHITE: _Tones("#faf4e6", "#c5432f", "#33507f"),
    Dress.ROSE: _Tones("#d97f8a", "#fbeee0", "#8b7fae"),
}

_CLASHES = {
    (Dress.NAVY, Ground.NAVY),
    (Dress.GREEN, Ground.SAGE),
    (Dress.MUSTARD, Ground.MUSTARD),
    (Dress.WHITE, Ground.CREAM),
    (Dress.ROSE, Ground.PINK),
}

_CROPPED = {Layout.CLOSE, Layout.BELOW}

_PLACES = {
    Layout.STANDING: (Place(128, 146, 0.96),),
    Layout.CLOSE: (Place(128, 222, 1.6),),
    Layout.LEFT: (Place(70, 152, 0.86),),
    Layout.RIGHT: (Place(188, 160, 0.8),),
    Layout.PAIR: (Place(74, 146, 0.8), Place(182, 146, 0.8)),
    Layout.PARENT: (Place(90, 144, 0.96), Place(194, 186, 0.54)),
    Layout.THREE: (Place(46, 164, 0.6), Place(128, 164, 0.6), Place(210, 164, 0.6)),
    Layout.FIVE: tuple(Place(32 + 48 * step, 186 - 12 * (step % 2), 0.46) for step in range(5)),
    Layout.BELOW: (Place(128, 252, 1.5),),
    Layout.LYING: (Place(128, 170, 1.0, 90),),
    Layout.CIRCLE: (
        Place(128, 66, 0.54),
        Place(190, 128, 0.54, 90),
        Place(128, 190, 0.54, 180),
        Place(66, 128, 0.54, 270),
    ),
    Layout.STEPS: (Place(216, 150, 0.78), Place(146, 170, 0.6), Place(88, 184, 0.46), Place(40, 194, 0.36)),
    Layout.ROWS: tuple(Place(50 + 78 * (step % 3), 84 + 108 * (step // 3), 0.44) for step in range(6)),
    Layout.DEPTH: (Place(198, 92, 0.44), Place(82, 168, 1.12)),
}

_TURN = {Pose.STRAIGHT: 0, Pose.LEFT: -16, Pose.RIGHT: 16, Pose.HOPPING: 8, Pose.HEAD: 0}

_BODIES = {
    Shape.COLUMN: "M-30,-14C-34,20 -36,60 -36,98Q0,108 36,98C36,60 34,20 30,-14Z",
    Shape.BELL: "M-24,-14C-28,30 -44,60 -54,96Q0,112 54,96C44,60 28,30 24,-14Z",
    Shape.EGG: "M-26,-14C-62,14 -62,78 -34,98Q0,106 34,98C62,78 62,14 26,-14Z",
    Shape.WAIST: "M-32,-14C-42,20 -20,40 -26,58C-32,72 -44,84 -46,98Q0,108 46,98C44,84 32,72 26,58C20,40 42,20 32,-14Z",
}


def _doll(asked: Kokeshi, place: Place, index: int) -> str:
    tones = _DRESSES[asked.dress]
    shadow = "" if place.turn else placed(place, oval(0, 99, (52, 8), "#00000026"))
    lift = min(24, 30 * place.scale) if asked.pose is Pose.HOPPING else 0
    stands = Place(place.x, place.y - lift, place.scale, place.turn + _TURN[asked.pose])
    outline = _BODIES[asked.shape]
    nod = (14 if index % 2 == 0 else -14) if asked.pose is Pose.HEAD else 0
    head = Place(0, -48, 1, nod)
    return shadow + placed(
        stands,
        clipped(f"body{index}", outline, area(outline, tones.cloth), _cloth(asked.cloth, tones), _collar(tones)),
        placed(head, _back_hair(asked.hair), disc(0, 0, 47, WOOD), _fringe(asked.hair), _face(asked.gaze)),
    )


def _collar(tones: _Tones) -> str:
    cross = stroke("M-26,-16L8,22M26,-16L-8,22", tones.figure, 8)
    return (
        area("M-16,-16L0,10L16,-16Z", WOOD)
        + cross
        + box((-70, 40), (140, 17), tones.sash)
        + disc(0, 48, 7, tones.figure)
    )


def _cloth(cloth: Cloth, tones: _Tones) -> str:
    match cloth:
        case Cloth.BLOSSOM:
            return "".join(
                blossom(x, y, 15, tones.figure, tones.sash)
                for x, y in ((-24, 20), (27, 24), (-16, 80), (24, 76), (0, 102))
            )
        case Cloth.STRIPES:
            return "".join(box((x, -20), (7, 130), tones.figure) for x in range(-56, 60, 18))
        case Cloth.CHECKS:
            cells = ((x, y) for x in range(-60, 60, 15) for y in range(-20, 110, 15) if (x + y) % 2)
            return "".join(box(cell, (15, 15), tones.figure) for cell in cells)
        case Cloth.DOTS:
            return "".join(
                disc(x + (y % 2) * 9, y, 5, tones.figure) for y in range(-9, 110, 17) for x in range(-54, 60, 18)
            )
        case Cloth.WAVES:
            arcs = ((x + 12 * (row % 2), 68 + 13 * row) for row in range(4) for x in range(-60, 60, 24))
            return "".join(disc(x, y, 12, tones.cloth) + ring(x, y, 10, tones.figure, 4) for x, y in arcs)
        case Cloth.BANDS:
            heights = ((-2, 5), (10, 10), (28, 4), (64, 10), (80, 4), (90, 12))
            return "".join(box((-70, y), (140, high), tones.figure) for y, high in heights)


def _back_hair(hair: Hair) -> str:
    bob = area("M-50,14C-58,-36 -34,-55 0,-55C34,-55 58,-36 50,14C46,26 36,26 32,14L-32,14C-36,26 -46,26 -50,14Z", INK)
    match hair:
        case Hair.BOB:
            return bob
        case Hair.KNOT:
            return disc(0, -60, 17, INK) + box((-14, -52), (28, 8), "#c5432f", 4) + bob
        case Hair.BUNS:
            return disc(-40, -40, 19, INK) + disc(40, -40, 19, INK) + bob
        case Hair.RIBBON:
            bow = area("M0,-54L-30,-72Q-36,-54 -30,-40Z", "#c5432f") + area("M0,-54L30,-72Q36,-54 30,-40Z", "#c5432f")
            return bob + bow + disc(0, -55, 8, "#a43325")


def _fringe(hair: Hair) -> str:
    locks = area("M-47,-4C-44,-38 -26,-48 0,-48C26,-48 44,-38 47,-4Q34,-16 28,-22Q0,-10 -28,-22Q-34,-16 -47,-4Z", INK)
    gleam = stroke("M-24,-37Q-12,-43 0,-43", "#5a565c", 4)
    return locks + gleam + (blossom(30, -30, 11, "#e2707a", "#f5d9a8") if hair is Hair.BOB else "")


def _face(gaze: Gaze) -> str:
    eyes = {
        Gaze.CLOSED: stroke("M-26,4q8,8 16,0M10,4q8,8 16,0", INK, 3.5),
        Gaze.OPEN: oval(-18, 4, (5, 7), INK)
        + oval(18, 4, (5, 7), INK)
        + disc(-16, 1, 2, "#ffffff")
        + disc(20, 1, 2, "#ffffff"),
        Gaze.WINK: oval(-18, 4, (5, 7), INK) + disc(-16, 1, 2, "#ffffff") + stroke("M11,7q8,-9 16,0", INK, 3.5),
        Gaze.SMILING: stroke("M-27,8q9,-13 18,0M9,8q9,-13 18,0", INK, 3.5),
    }[gaze]
    cheeks = disc(-30, 17, 8, BLUSH) + disc(30, 17, 8, BLUSH)
    return cheeks + eyes + stroke("M-2,12q2,3 4,0", "#b98b5f", 2.5) + stroke("M-6,24q6,6 12,0", "#c5432f", 4)
