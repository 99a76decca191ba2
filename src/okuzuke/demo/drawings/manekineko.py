"""Manekineko: the cat that sits in a shop and beckons luck in, the right paw for money, the left for guests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okuzuke.demo.drawings.backdrops import RESTLESS, Backdrop, Ground, paint
from okuzuke.demo.drawings.framing import Framing, framed
from okuzuke.demo.drawings.shapes import (
    BLUSH,
    INK,
    Place,
    area,
    blossom,
    clipped,
    disc,
    oval,
    picture,
    placed,
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
    FOUR = "four in a square"
    DEPTH = "one near and one far"


class Tilt(StrEnum):
    UPRIGHT = "upright"
    LEFT = "leaning left"
    RIGHT = "leaning right"
    FAR_LEFT = "tumbling left"
    FAR_RIGHT = "tumbling right"


class Coat(StrEnum):
    CALICO = "calico cat"
    WHITE = "white cat"
    BLACK = "black cat"
    GOLD = "golden cat"
    RED = "red cat"
    PINK = "pink cat"
    GREY = "grey tabby cat"


class Paw(StrEnum):
    RIGHT = "right paw raised"
    LEFT = "left paw raised"
    BOTH = "both paws raised"


class Eyes(StrEnum):
    ROUND = "round eyes"
    SMILING = "smiling eyes"
    WINK = "winking"
    SLEEPY = "sleepy eyes"


class Charm(StrEnum):
    COIN = "gold coin"
    BREAM = "red sea bream"
    DRUM = "little drum"
    NOTHING = "nothing held"


class Collar(StrEnum):
    BELL = "collar with a bell"
    BIB = "frilled bib"
    SCARF = "spotted scarf"
    BLOSSOM = "collar with a blossom"


@dataclass(frozen=True, slots=True)
class Manekineko:
    """The first three place the figures, the next two paint what stands behind them, the others the cat itself."""

    layout: Layout
    tilt: Tilt
    framing: Framing
    backdrop: Backdrop
    ground: Ground
    coat: Coat
    paw: Paw
    eyes: Eyes
    charm: Charm
    collar: Collar


AXES = (
    tuple(Layout),
    tuple(Tilt),
    tuple(Framing),
    tuple(b for b in Backdrop if b is not Backdrop.MOUNTAIN),
    tuple(Ground),
    tuple(Coat),
    tuple(Paw),
    tuple(Eyes),
    tuple(Charm),
    tuple(Collar),
)

LIVELY = frozenset({*(set(Layout) - {Layout.LARGE}), Tilt.FAR_LEFT, Tilt.FAR_RIGHT, *RESTLESS})
"""What keeps a picture from being calm, see `order`."""


def read(options: tuple[str, ...]) -> Manekineko:
    """Return the options as a value; the tuple is in the order of `AXES`."""
    layout, tilt, framing, backdrop, ground, coat, paw, eyes, charm, collar = options
    return Manekineko(
        Layout(layout),
        Tilt(tilt),
        Framing(framing),
        Backdrop(backdrop),
        Ground(ground),
        Coat(coat),
        Paw(paw),
        Eyes(eyes),
        Charm(charm),
        Collar(collar),
    )


def admitted(options: tuple[str, ...]) -> bool:
    """Say whether the face is in the picture, a paw is free for what is held, and cat and ground can be told apart."""
    asked = read(options)
    faced = asked.tilt not in {Tilt.FAR_LEFT, Tilt.FAR_RIGHT} or asked.layout not in {*_CROPPED, Layout.SIDE}
    free = asked.paw is not Paw.BOTH or asked.charm in {Charm.COIN, Charm.NOTHING}
    return faced and free and (asked.coat, asked.ground) not in _CLASHES


def tags(options: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the picture shows; what is held lies mostly below the edge of a cropped one."""
    asked = read(options)
    return tuple(value for value in options if asked.layout not in _CROPPED or value != asked.charm)


def draw(options: tuple[str, ...]) -> str:
    """Return the SVG of one picture of beckoning cats."""
    asked = read(options)
    figures = (_cat(asked, place, index) for index, place in enumerate(_PLACES[asked.layout]))
    return picture(paint(asked.backdrop, asked.ground), framed(asked.framing, *figures))


@dataclass(frozen=True, slots=True)
class _Tones:
    """The fur and its shade, the inside of the ears, what is drawn on the face, and the cloth about the neck."""

    fur: str
    shade: str
    ear: str
    ink: str
    cloth: str


_TONES = {
    Coat.CALICO: _Tones("#fdf8ec", "#e2d6c0", "#e88f86", INK, "#c8402f"),
    Coat.WHITE: _Tones("#fdf8ec", "#e2d6c0", "#d8493a", INK, "#d8493a"),
    Coat.BLACK: _Tones("#37343b", "#1f1d22", "#d8493a", "#fdf8ec", "#d8493a"),
    Coat.GOLD: _Tones("#eab53c", "#c68d22", "#c8402f", INK, "#a8322a"),
    Coat.RED: _Tones("#cf4434", "#a5301f", "#f4c763", "#3a1512", "#2f5a8c"),
    Coat.PINK: _Tones("#f0a3ab", "#d67c88", "#fdf0e4", "#4b2a31", "#7a4f94"),
    Coat.GREY: _Tones("#a3a9b5", "#7b8291", "#f0a3ab", INK, "#2f6d62"),
}

_CLASHES = {
    (Coat.CALICO, Ground.CREAM),
    (Coat.WHITE, Ground.CREAM),
    (Coat.BLACK, Ground.CHARCOAL),
    (Coat.BLACK, Ground.NAVY),
    (Coat.GOLD, Ground.MUSTARD),
    (Coat.PINK, Ground.PINK),
    (Coat.GREY, Ground.SAGE),
    (Coat.GREY, Ground.SKY),
}

_PLACES = {
    Layout.LARGE: (Place(128, 146, 0.98),),
    Layout.CLOSE: (Place(128, 194, 1.42),),
    Layout.LEFT: (Place(76, 168, 0.7),),
    Layout.RIGHT: (Place(182, 166, 0.72),),
    Layout.PAIR: (Place(92, 144, 0.84), Place(202, 194, 0.48)),
    Layout.THREE: (Place(46, 178, 0.48), Place(128, 178, 0.48), Place(210, 178, 0.48)),
    Layout.STACK: (Place(128, 188, 0.62), Place(128, 78, 0.52)),
    Layout.PYRAMID: (Place(72, 194, 0.54), Place(184, 194, 0.54), Place(128, 88, 0.54)),
    Layout.BELOW: (Place(128, 226, 1.24),),
    Layout.SIDE: (Place(54, 146, 1.08),),
    Layout.SCATTERED: (
        Place(54, 62, 0.4),
        Place(200, 54, 0.38),
        Place(128, 132, 0.42),
        Place(52, 206, 0.4),
        Place(204, 206, 0.42),
    ),
    Layout.JUMP: (Place(130, 100, 0.74),),
    Layout.TWO: (Place(66, 160, 0.64), Place(190, 160, 0.64)),
    Layout.FOUR: (
        Place(68, 72, 0.5),
        Place(188, 72, 0.5),
        Place(188, 192, 0.5),
        Place(68, 192, 0.5),
    ),
    Layout.DEPTH: (Place(202, 92, 0.44), Place(88, 166, 0.94)),
}

_CROPPED = {Layout.CLOSE, Layout.BELOW}

_TURN = {Tilt.UPRIGHT: 0, Tilt.LEFT: -16, Tilt.RIGHT: 16, Tilt.FAR_LEFT: -38, Tilt.FAR_RIGHT: 38}

_BODY = "M0,-8C40,-8 62,34 64,70C66,92 50,100 0,100C-50,100 -66,92 -64,70C-62,34 -40,-8 0,-8Z"
_HEAD = "M0,-82C46,-82 70,-60 70,-34C70,-4 42,12 0,12C-42,12 -70,-4 -70,-34C-70,-60 -46,-82 0,-82Z"
_EAR = "M22,-70L58,-104Q64,-106 66,-98L70,-40Z"
_INNER = "M38,-72L56,-90Q59,-91 60,-87L62,-56Z"
_ARM = "M46,42Q88,22 84,-38"


def _cat(asked: Manekineko, place: Place, index: int) -> str:
    tones = _TONES[asked.coat]
    drop = 176 if asked.layout is Layout.JUMP else 99
    shadow = placed(Place(place.x, place.y, place.scale), oval(0, drop, (66, 9), "#00000026"))
    stands = Place(place.x, place.y, place.scale, place.turn + _TURN[asked.tilt])
    raised = _raised(asked.paw, tones)
    body = (
        _tail(tones),
        clipped(f"body{index}", _BODY, area(_BODY, tones.fur), _coat_on_body(asked.coat)),
        _feet(tones),
        _resting(asked, tones),
        _ears(tones, asked.coat),
        clipped(f"head{index}", _HEAD, area(_HEAD, tones.fur), _coat_on_head(asked.coat)),
        _face(asked.eyes, tones),
        _collar(asked.collar, tones),
        raised,
    )
    return shadow + placed(stands, *body)


def _tail(tones: _Tones) -> str:
    return stroke("M-50,84Q-84,88 -80,58", tones.shade, 17)


def _feet(tones: _Tones) -> str:
    rim = oval(-31, 92, (27, 13), tones.shade) + oval(31, 92, (27, 13), tones.shade)
    toes = "".join(stroke(f"M{x},89v8", tones.shade, 3) for x in (-37, -26, 26, 37))
    return rim + oval(-31, 92, (24, 11), tones.fur) + oval(31, 92, (24, 11), tones.fur) + toes


def _raised(paw: Paw, tones: _Tones) -> str:
    """Return the beckoning arms; the cat's right is the picture's left."""
    arm = (
        stroke(_ARM, tones.shade, 37)
        + disc(82, -46, 24, tones.shade)
        + stroke(_ARM, tones.fur, 31)
        + disc(82, -46, 21, tones.fur)
        + disc(82, -42, 9, tones.ear)
        + "".join(disc(x, y, 4.5, tones.ear) for x, y in ((70, -54), (82, -59), (94, -54)))
    )
    other = f'<g transform="scale(-1,1)">{arm}</g>'
    return {Paw.LEFT: arm, Paw.RIGHT: other, Paw.BOTH: other + arm}[paw]


def _resting(asked: Manekineko, tones: _Tones) -> str:
    """Return what is held before the belly and the paw that holds it, on the side that does not beckon."""
    held = _charm(asked.charm)
    if asked.paw is Paw.BOTH:
        return held
    arm = stroke("M-48,34Q-52,62 -24,64", tones.shade, 31) + stroke("M-48,34Q-52,62 -24,64", tones.fur, 25)
    paw = disc(-22, 64, 15, tones.fur) + stroke("M-16,58l6,3M-15,66h7", tones.shade, 3)
    limb = arm + paw
    return held + (limb if asked.paw is Paw.LEFT else f'<g transform="scale(-1,1)">{limb}</g>')


def _charm(charm: Charm) -> str:
    match charm:
        case Charm.COIN:
            coin = oval(0, 60, (25, 36), "#b97c1c") + oval(0, 60, (21, 32), "#f6cf5e")
            return coin + stroke("M-10,42h20M-10,52h20M0,62v20", "#b97c1c", 5)
        case Charm.BREAM:
            tail = area("M26,62L52,44Q48,62 54,82Z", "#d0402f")
            fish = area("M-40,66Q-14,30 32,62Q-8,98 -40,66Z", "#e2573f") + area("M-16,50Q4,30 20,52Z", "#d0402f")
            return tail + fish + disc(-24, 62, 4.5, "#fdf8ec") + disc(-24, 62, 2.5, INK)
        case Charm.DRUM:
            skin = disc(0, 62, 30, "#9c3b2b") + disc(0, 62, 22, "#fdf3dd")
            return skin + "".join(disc(x, y, 5, "#2f4a78") for x, y in ((0, 52), (-9, 67), (9, 67)))
        case Charm.NOTHING:
            return ""


def _ears(tones: _Tones, coat: Coat) -> str:
    ear = area(_EAR, tones.fur) + area(_INNER, tones.ear)
    dark = area(_EAR, "#3a3438") + area(_INNER, tones.ear)
    return f'<g transform="scale(-1,1)">{ear}</g>' + (dark if coat is Coat.CALICO else ear)


def _coat_on_body(coat: Coat) -> str:
    match coat:
        case Coat.CALICO:
            return disc(54, 84, 30, "#e2903f") + disc(-62, 40, 28, "#3a3438")
        case Coat.GREY:
            return stroke("M-70,34h26M-72,56h24M-70,78h22M70,34h-26M72,56h-24M70,78h-22", "#656b79", 8)
        case Coat.WHITE | Coat.BLACK | Coat.GOLD | Coat.RED | Coat.PINK:
            return ""


def _coat_on_head(coat: Coat) -> str:
    match coat:
        case Coat.CALICO:
            return oval(-48, -74, (38, 30), "#e2903f") + oval(56, -70, (32, 28), "#3a3438")
        case Coat.GREY:
            return stroke("M0,-86v24M-19,-86v18M19,-86v18M-76,-26h18M76,-26h-18", "#656b79", 8)
        case Coat.WHITE | Coat.BLACK | Coat.GOLD | Coat.RED | Coat.PINK:
            return ""


def _face(eyes: Eyes, tones: _Tones) -> str:
    cheeks = disc(-47, -18, 10, BLUSH) + disc(47, -18, 10, BLUSH)
    nose = area("M-7,-25Q0,-29 7,-25Q5,-18 0,-16Q-5,-18 -7,-25Z", "#e0685f")
    mouth = stroke("M-16,-12Q-8,-3 0,-13Q8,-3 16,-12", tones.ink, 4.5)
    whiskers = stroke("M-60,-30l-22,-5M-60,-22l-23,3M60,-30l22,-5M60,-22l23,3", tones.ink, 3)
    return cheeks + _eyes(eyes, tones) + nose + mouth + whiskers


def _eyes(eyes: Eyes, tones: _Tones) -> str:
    def gazing(x: int) -> str:
        white = oval(x, -42, (13, 15), "#ffffff")
        return white + oval(x, -42, (8, 12), INK) + disc(x + 3, -47, 3.5, "#ffffff")

    def arched(x: int) -> str:
        return stroke(f"M{x - 13},-36q13,-17 26,0", tones.ink, 6)

    match eyes:
        case Eyes.ROUND:
            return gazing(-28) + gazing(28)
        case Eyes.SMILING:
            return arched(-28) + arched(28)
        case Eyes.WINK:
            return gazing(-28) + arched(28)
        case Eyes.SLEEPY:
            return stroke("M-41,-44q13,14 26,0M15,-44q13,14 26,0", tones.ink, 6)


def _collar(collar: Collar, tones: _Tones) -> str:
    band = stroke("M-44,8Q0,30 44,8", tones.cloth, 13)
    match collar:
        case Collar.BELL:
            bell = disc(0, 26, 14, "#b97c1c") + disc(0, 25, 12, "#f6cf5e")
            return band + bell + stroke("M-10,26h20M0,28v7", "#8a5a12", 3)
        case Collar.BIB:
            lace = "".join(
                disc(x, y, 9, "#fdf3dd") for x, y in ((-40, 17), (-24, 28), (-8, 34), (8, 34), (24, 28), (40, 17))
            )
            return lace + area("M-46,6Q0,22 46,6Q36,34 0,36Q-36,34 -46,6Z", tones.cloth)
        case Collar.SCARF:
            cloth = area("M-48,4Q0,22 48,4L8,48Q0,54 -8,48Z", tones.cloth)
            return cloth + "".join(disc(x, y, 4.5, "#fdf3dd") for x, y in ((-22, 20), (0, 24), (22, 20), (0, 40)))
        case Collar.BLOSSOM:
            return band + blossom(0, 24, 17, "#fbd3d6", "#d8493a")
