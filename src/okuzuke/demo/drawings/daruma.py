"""Daruma: the round papier-mache figure whose eyes are painted when a wish is made and when it came true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okuzuke.demo.drawings.backdrops import RESTLESS, Backdrop, Ground, paint
from okuzuke.demo.drawings.framing import Framing, framed
from okuzuke.demo.drawings.shapes import (
    BLUSH,
    CREAM,
    INK,
    Place,
    area,
    blossom,
    clipped,
    disc,
    moved,
    oval,
    picture,
    placed,
    ring,
    stroke,
)


class Layout(StrEnum):
    LARGE = "one large"
    CLOSE = "close up"
    LEFT = "small at the left"
    RIGHT = "small at the right"
    PAIR = "large and small"
    THREE = "three in a row"
    STACK = "stack of two"
    PYRAMID = "pyramid of three"
    BELOW = "peeking from below"
    SIDE = "peeking from the side"
    SCATTERED = "five scattered"
    JUMP = "jumping"
    TWO = "two side by side"
    TOWER = "tower of three"
    FOUR = "four in a square"


class Tilt(StrEnum):
    UPRIGHT = "upright"
    LEFT = "leaning left"
    RIGHT = "leaning right"
    OVER = "upside down"
    LYING = "lying on its side"


class Colours(StrEnum):
    RED = "red and gold"
    WHITE = "white and red"
    NAVY = "navy and white"
    GOLD = "gold and red"
    GREEN = "green and gold"
    PINK = "pink and white"
    BLACK = "black and gold"


class Eyes(StrEnum):
    BLANK = "blank eyes"
    ONE = "one eye painted"
    BOTH = "both eyes painted"
    SMILING = "smiling eyes"


class Face(StrEnum):
    STERN = "stern"
    CALM = "calm"
    CHEERFUL = "cheerful"
    SURPRISED = "surprised"


class Emblem(StrEnum):
    BLOSSOM = "plum emblem"
    FAN = "fan emblem"
    ARCS = "wave emblem"
    RINGS = "ring emblem"


class Topping(StrEnum):
    BARE = "bare head"
    MANDARIN = "mandarin on top"
    SPARROW = "sparrow on top"
    BAND = "headband"


@dataclass(frozen=True, slots=True)
class Daruma:
    """The first three place the figures, the next two paint what stands behind them, the others the figure itself."""

    layout: Layout
    tilt: Tilt
    framing: Framing
    backdrop: Backdrop
    ground: Ground
    colours: Colours
    eyes: Eyes
    face: Face
    emblem: Emblem
    topping: Topping


AXES = (
    tuple(Layout),
    tuple(Tilt),
    tuple(Framing),
    tuple(b for b in Backdrop if b is not Backdrop.ROOFS),
    tuple(Ground),
    tuple(Colours),
    tuple(Eyes),
    tuple(Face),
    tuple(Emblem),
    tuple(Topping),
)

LIVELY = frozenset({*(set(Layout) - {Layout.LARGE}), Tilt.OVER, Tilt.LYING, *RESTLESS})
"""What keeps a picture from being calm, see `order`."""


def read(options: tuple[str, ...]) -> Daruma:
    """Return the options as a value; the tuple is in the order of `AXES`."""
    layout, tilt, framing, backdrop, ground, colours, eyes, face, emblem, topping = options
    return Daruma(
        Layout(layout),
        Tilt(tilt),
        Framing(framing),
        Backdrop(backdrop),
        Ground(ground),
        Colours(colours),
        Eyes(eyes),
        Face(face),
        Emblem(emblem),
        Topping(topping),
    )


def admitted(options: tuple[str, ...]) -> bool:
    """Say whether the face is in the picture, the topping can stay on, and figure and ground can be told apart."""
    asked = read(options)
    balanced = asked.tilt not in {Tilt.OVER, Tilt.LYING} or asked.topping in {Topping.BARE, Topping.BAND}
    faced = asked.tilt not in {Tilt.OVER, Tilt.LYING} or asked.layout not in _PARTLY
    return balanced and faced and (asked.colours, asked.ground) not in _CLASHES


def tags(options: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the picture shows; the emblem lies mostly below the edge of a cropped one."""
    asked = read(options)
    return tuple(value for value in options if asked.layout not in _CROPPED or value != asked.emblem)


def draw(options: tuple[str, ...]) -> str:
    """Return the SVG of one daruma picture."""
    asked = read(options)
    places = _PLACES[asked.layout]
    figures = (_figure(asked, place, index) for index, place in enumerate(places))
    return picture(paint(asked.backdrop, asked.ground), framed(asked.framing, *figures))


@dataclass(frozen=True, slots=True)
class _Tones:
    body: str
    shade: str
    trim: str


_RED = _Tones("#c8402f", "#a93122", "#edbb55")
_WHITE = _Tones("#fbf6ea", "#e6dcc6", "#c8402f")
_NAVY = _Tones("#2f4a78", "#223759", "#f5ecd7")
_GOLD = _Tones("#e3ab3f", "#c78d27", "#b93a2b")
_GREEN = _Tones("#4e7d63", "#3b624d", "#edbb55")
_PINK = _Tones("#e08d96", "#c9727e", "#fdf3e6")
_BLACK = _Tones("#3a373d", "#28262a", "#edbb55")

_PAIRS = {
    Colours.RED: (_RED, _GOLD),
    Colours.WHITE: (_WHITE, _RED),
    Colours.NAVY: (_NAVY, _WHITE),
    Colours.GOLD: (_GOLD, _RED),
    Colours.GREEN: (_GREEN, _GOLD),
    Colours.PINK: (_PINK, _WHITE),
    Colours.BLACK: (_BLACK, _GOLD),
}

_CLASHES = {
    (Colours.WHITE, Ground.CREAM),
    (Colours.NAVY, Ground.NAVY),
    (Colours.NAVY, Ground.CHARCOAL),
    (Colours.GOLD, Ground.MUSTARD),
    (Colours.GREEN, Ground.SAGE),
    (Colours.PINK, Ground.PINK),
    (Colours.BLACK, Ground.CHARCOAL),
    (Colours.BLACK, Ground.NAVY),
}

_PLACES = {
    Layout.LARGE: (Place(128, 142, 0.98),),
    Layout.CLOSE: (Place(128, 198, 1.34),),
    Layout.LEFT: (Place(74, 178, 0.62),),
    Layout.RIGHT: (Place(184, 172, 0.66),),
    Layout.PAIR: (Place(96, 138, 0.82), Place(200, 188, 0.46)),
    Layout.THREE: (Place(46, 180, 0.4), Place(128, 180, 0.4), Place(210, 180, 0.4)),
    Layout.STACK: (Place(128, 186, 0.66), Place(128, 82, 0.46)),
    Layout.PYRAMID: (Place(74, 192, 0.52), Place(182, 192, 0.52), Place(128, 102, 0.52)),
    Layout.BELOW: (Place(128, 232, 1.18),),
    Layout.SIDE: (Place(52, 146, 1.06),),
    Layout.SCATTERED: (
        Place(56, 62, 0.36),
        Place(196, 52, 0.34),
        Place(130, 128, 0.42),
        Place(52, 204, 0.38),
        Place(206, 202, 0.4),
    ),
    Layout.JUMP: (Place(132, 96, 0.68),),
    Layout.TWO: (Place(66, 164, 0.58), Place(190, 164, 0.58)),
    Layout.TOWER: (Place(128, 204, 0.46), Place(128, 124, 0.38), Place(128, 58, 0.31)),
    Layout.FOUR: (Place(68, 76, 0.5), Place(188, 76, 0.5), Place(188, 190, 0.5), Place(68, 190, 0.5)),
}

_CROPPED = {Layout.CLOSE, Layout.BELOW}
_PARTLY = {*_CROPPED, Layout.SIDE}

_TURN = {Tilt.UPRIGHT: 0, Tilt.LEFT: -24, Tilt.RIGHT: 24, Tilt.OVER: 180, Tilt.LYING: 90}

_BODY = "M0,-98C62,-98 102,-58 102,6C102,68 64,98 0,98C-64,98 -102,68 -102,6C-102,-58 -62,-98 0,-98Z"
_MASK = "M0,-58C20,-76 68,-66 70,-24C72,16 40,32 0,32C-40,32 -72,16 -70,-24C-68,-66 -20,-76 0,-58Z"


def _figure(asked: Daruma, place: Place, index: int) -> str:
    tones = _PAIRS[asked.colours][index % 2]
    drop = 200 if asked.layout is Layout.JUMP else 97
    shadow = placed(Place(place.x, place.y, place.scale), oval(0, drop, (78, 10), "#00000026"))
    stands = Place(place.x, place.y, place.scale, place.turn + _TURN[asked.tilt])
    body = (
        clipped(f"body{index}", _BODY, area(_BODY, tones.body), _shade(tones), _emblem(asked.emblem, tones)),
        area(_MASK, "#f8dfc3" if tones.body != _WHITE.body else "#fbe3cd"),
        stroke(_MASK, tones.trim, 5),
        _face(asked.face),
        _eyes(asked.eyes),
        _topping(asked.topping, tones),
    )
    return shadow + placed(stands, *body)


def _shade(tones: _Tones) -> str:
    return area("M-110,60Q0,118 110,60V110H-110Z", tones.shade)


def _eyes(eyes: Eyes) -> str:
    if eyes is Eyes.SMILING:
        return "".join(stroke(f"M{x - 15},-16q15,-20 30,0", INK, 6) for x in (-29, 29))
    whites = "".join(disc(x, -20, 18, "#ffffff") + ring(x, -20, 18, INK, 3) for x in (-29, 29))
    painted = {Eyes.BLANK: (), Eyes.ONE: (-27,), Eyes.BOTH: (-27, 27)}[eyes]
    return whites + "".join(disc(x, -19, 10, INK) + disc(x + 3, -23, 3, "#ffffff") for x in painted)


def _face(face: Face) -> str:
    brows, mouth = {
        Face.STERN: (("M-56,-58Q-32,-60 -12,-42", "M56,-58Q32,-60 12,-42"), stroke("M-14,20Q0,12 14,20", "#9c2f25", 5)),
        Face.CALM: (("M-54,-46Q-34,-58 -14,-48", "M54,-46Q34,-58 14,-48"), stroke("M-11,16H11", "#9c2f25", 5)),
        Face.CHEERFUL: (
            ("M-56,-46Q-36,-66 -16,-50", "M56,-46Q36,-66 16,-50"),
            area("M-17,10Q0,16 17,10Q12,28 0,28Q-12,28 -17,10Z", "#9c2f25"),
        ),
        Face.SURPRISED: (("M-50,-54Q-34,-66 -18,-56", "M50,-54Q34,-66 18,-56"), oval(0, 18, (7, 9), "#9c2f25")),
    }[face]
    whiskers = stroke("M-10,4Q-30,0 -44,14M10,4Q30,0 44,14", INK, 5)
    cheeks = disc(-52, 2, 9, BLUSH) + disc(52, 2, 9, BLUSH)
    return (
        cheeks + "".join(stroke(brow, INK, 9) for brow in brows) + whiskers + stroke("M-3,-2Q0,2 3,-2", INK, 3) + mouth
    )


def _emblem(emblem: Emblem, tones: _Tones) -> str:
    sides = stroke("M-86,-20Q-78,44 -44,80M86,-20Q78,44 44,80", tones.trim, 6)
    middle = {
        Emblem.BLOSSOM: blossom(0, 64, 24, tones.trim, tones.body),
        Emblem.FAN: area("M0,86L-36,56Q0,34 36,56Z", tones.trim) + stroke("M0,86L-14,52M0,86L14,52", tones.body, 3),
        Emblem.ARCS: stroke(
            "".join(f"M{x},{y}a14,14 0 0 1 28,0" for x, y in ((-40, 80), (-14, 80), (12, 80), (-27, 62), (-1, 62))),
            tones.trim,
            5,
        ),
        Emblem.RINGS: ring(0, 64, 20, tones.trim, 6) + disc(0, 64, 8, tones.trim),
    }[emblem]
    return sides + middle


def _topping(topping: Topping, tones: _Tones) -> str:
    match topping:
        case Topping.BARE:
            return ""
        case Topping.MANDARIN:
            return (
                disc(0, -112, 24, "#ee9038")
                + area("M0,-134q20,-14 30,2q-18,10 -30,-2Z", "#4e7d63")
                + disc(0, -134, 4, "#3b624d")
            )
        case Topping.SPARROW:
            wing = area("M-20,-124q22,-10 34,8q-20,16 -34,-8Z", "#8a5a3c")
            head = disc(24, -130, 14, "#b07a51") + disc(28, -132, 3, INK) + area("M37,-132l12,4l-12,4Z", INK)
            return moved(
                -4, 6, area("M-52,-130L-20,-122L-26,-106Z", "#8a5a3c"), oval(0, -116, (28, 18), "#d9b48c"), head, wing
            )
        case Topping.BAND:
            band = stroke("M-76,-64Q0,-100 76,-64", CREAM, 15) + stroke(
                "M-76,-64Q0,-100 76,-64", tones.trim if tones.trim != "#f5ecd7" else "#c8402f", 4
            )
            return band + area("M70,-70l34,-22l4,20Z", CREAM) + area("M72,-64l38,2l-12,18Z", CREAM)
