"""The archive's mark 台帳印: a vermilion stamp cut from an output's id, grey and struck where the record fails. Pure.

It says what the ledger holds and never that an author approved; it is not a 検印. The signs are nobody's name: strokes
of even weight folded to fill their field, in the manner of nine-fold seal script 九畳篆, read from no dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from okuzuke.core.canonical import canonical_bytes, digest
from okuzuke.core.ids import digest_text, short

VERMILION = "#c73e2b"
GREY = "#7d786e"
NAMES = ("台帳印", "the archive's mark")
_SAYS = {
    True: (
        "この生成物の識別子から彫られた印。台帳の記載に不一致はありません。権利者の承認・監修を示すものではありません。",
        "A stamp cut from this output's id: no joint of its record fails. It is not an approval by the rights holders.",
    ),
    False: (
        "灰色に線を引いた印。台帳の記載に不一致があるか、根拠が初めに遡って失われています。",
        "A stamp in grey with a stroke across: a joint of its record fails, or a basis was undone from the start.",
    ),
}
_LAYOUTS = ((2, 2), (2, 2), (1, 2), (2, 1), (2, 3), (3, 2))
"""Signs in the right column and in the left; a stamp is read from the right."""
_FIELD = (13.0, 87.0)
_BETWEEN_COLUMNS = 4.6
_BETWEEN_SIGNS = 5.4
_STROKE = 3.3
_ROUNDING = 1.9

T = TypeVar("T")
Point = tuple[float, float]
Stroke = tuple[Point, ...]


def mark_svg(output_id: str, *, sound: bool, size: int = 96) -> str:
    """Return the mark of an output as SVG of `size` pixels: the same id gives the same bytes, another id another stamp.

    The colour is the element's own `color`, so a stylesheet may set another for a dark page.
    """
    digest_text(output_id, "the output id")
    chance = _Chance(output_id)
    name = f"mark-{output_id[:16]}{'' if sound else '-struck'}"
    strokes = "".join(_path(stroke, chance) for stroke in _signs(chance))
    labels = "".join(
        f'<{element} id="{name}-{element}-{lang}" lang="{lang}">{text}</{element}>'
        for element, said in (("title", NAMES), ("desc", _SAYS[sound]))
        for lang, text in zip(("ja", "en"), said, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="{size}" height="{size}" role="img" '
        f'aria-labelledby="{name}-title-ja {name}-title-en" aria-describedby="{name}-desc-ja {name}-desc-en" '
        f'color="{VERMILION if sound else GREY}" data-mark="{short(output_id)}">{labels}'
        f"{_ink(name, chance, struck=not sound)}"
        f'<g mask="url(#{name}-ink)"><g filter="url(#{name}-cut)" fill="none" stroke="currentColor" '
        f'stroke-linejoin="round">{_frame(chance)}{strokes}</g></g>'
        f"{'' if sound else _STRUCK}</svg>"
    )


class _Chance:
    """Choices that follow from the id alone, in the order they are asked for."""

    def __init__(self, output_id: str) -> None:
        self._bytes = _stream(output_id)

    def below(self, bound: int) -> int:
        """Return a number from 0 to under `bound`, which is at most 2**16."""
        return (next(self._bytes) << 16 | next(self._bytes) << 8 | next(self._bytes)) % bound

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.below(1001) / 1000

    def one(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]


def _stream(output_id: str) -> Iterator[int]:
    for block in count():
        yield from digest(canonical_bytes(["okuzuke/mark/v1", output_id, str(block)]))


def _signs(chance: _Chance) -> list[Stroke]:
    """Return the strokes of every sign, set in two columns that fill the field."""
    low, high = _FIELD
    width = (high - low - _BETWEEN_COLUMNS) / 2
    strokes: list[Stroke] = []
    for left, signs in zip((high - width, low), chance.one(_LAYOUTS), strict=True):
        height = (high - low - _BETWEEN_SIGNS * (signs - 1)) / signs
        for place in range(signs):
            top = low + place * (height + _BETWEEN_SIGNS)
            across, down = 6, round(height / 5.6)
            strokes.extend(
                tuple((left + x * width / across, top + y * height / down) for x, y in stroke)
                for stroke in _sign(across, down, chance)
            )
    return strokes


def _sign(width: int, height: int, chance: _Chance) -> list[Stroke]:
    """Return one sign on a grid of width x height spaces: parts below each other, side by side, or one in another."""
    build = chance.below(8)
    if build < 3:
        return _stack(width, height, chance)
    if build < 6:
        narrow = chance.one((2, 3))
        left, right = chance.one(((narrow, width - narrow - 1), (width - narrow - 1, narrow)))
        return _stack(left, height, chance) + _moved(_stack(right, height, chance), left + 1, 0)
    if build == 6 or height < 5:
        return _gate_of(width, height) + _moved(_stack(width - 2, height - 1, chance), 1, 1)
    roof = [_line((width / 2, 0), (width / 2, 1)), *_moved(_gate_of(width, height - 1), 0, 1)]
    return roof + _moved(_stack(width - 2, height - 2, chance), 1, 2)


def _stack(width: int, height: int, chance: _Chance) -> list[Stroke]:
    """Return parts below each other, one space apart, that fill the height exactly."""
    chosen: list[_Part] = []
    left = height
    while fitting := [part for part in _PARTS if part.fits(width, left, chosen)]:
        part = chance.one(fitting)
        chosen.append(part)
        left -= part.least + 1
    left += 1
    heights = [part.least for part in chosen]
    growing = [at for at, part in enumerate(chosen) if part.least] or [0]
    for _ in range(left):
        heights[chance.one(growing)] += 1
    strokes: list[Stroke] = []
    top = 0
    for part, tall in zip(chosen, heights, strict=True):
        drawn = part.draw(width, tall)
        if chance.below(2):
            drawn = [tuple((width - x, y) for x, y in stroke) for stroke in drawn]
        strokes += _moved(drawn, 0, top)
        top += tall + 1
    return strokes


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a sign: the least height and width it can be drawn at, in spaces of the grid."""

    draw: Callable[[int, int], list[Stroke]]
    least: int
    narrowest: int = 2

    def fits(self, width: int, left: int, chosen: Sequence[_Part]) -> bool:
        """Say whether it can come next; a sign has no part twice running, and no more than two single bars."""
        spare = left - self.least
        again = (chosen and chosen[-1] is self) or sum(part is self for part in chosen) > 1
        return width >= self.narrowest and (spare == 0 or spare >= 1) and spare >= 0 and not again


def _line(*points: Point) -> Stroke:
    return points


def _moved(strokes: Sequence[Stroke], x: float, y: float) -> list[Stroke]:
    return [tuple((at + x, down + y) for at, down in stroke) for stroke in strokes]


def _box(x: float, y: float, right: float, bottom: float) -> Stroke:
    return ((x, y), (right, y), (right, bottom), (x, bottom), (x, y))


def _bars(width: float, *heights: float) -> list[Stroke]:
    return [_line((0, y), (width, y)) for y in heights]


def _gate_of(width: float, height: float) -> list[Stroke]:
    return [_line((0, height), (0, 0), (width, 0), (width, height))]


def _cup_of(width: float, height: float) -> list[Stroke]:
    return [_line((0, 0), (0, height), (width, height), (width, 0))]


def _bar(w: int, h: int) -> list[Stroke]:
    return _bars(w, 0) if h == 0 else [_box(0, 0, w, h)]


def _mouth(w: int, h: int) -> list[Stroke]:
    return [_box(0, 0, w, h)] if h < 3 else [_box(0, 0, w, h), *_bars(w, *range(2, h - 1, 2))]


def _ladder(w: int, h: int) -> list[Stroke]:
    return [_box(0, 0, w, h), *_bars(w, *range(1, h))]


def _field(w: int, h: int) -> list[Stroke]:
    return [_box(0, 0, w, h), _line((0, h / 2), (w, h / 2)), _line((w / 2, 0), (w / 2, h))]


def _king(w: int, h: int) -> list[Stroke]:
    return [*_bars(w, *range(h + 1)), _line((w / 2, 0), (w / 2, h))]


def _gate(w: int, h: int) -> list[Stroke]:
    return [*_gate_of(w, h), _line((w / 2, 1), (w / 2, h))]


def _moon(w: int, h: int) -> list[Stroke]:
    return [*_gate_of(w, h), *_bars(w, *range(1, h))]


def _hill(w: int, h: int) -> list[Stroke]:
    return [*_cup_of(w, h), _line((w / 2, 0), (w / 2, h))]


def _tree(w: int, h: int) -> list[Stroke]:
    arms = h // 2
    return [*_cup_of(w, arms), *_moved(_gate_of(w, h - arms - 1), 0, arms + 1), _line((w / 2, 0), (w / 2, h))]


def _hand(w: int, h: int) -> list[Stroke]:
    return [_line((0, 0), (w, 0), (w, h), (0, h)), *[_line((0, y), (w, y)) for y in range(1, h)]]


def _fold(w: int, h: int) -> list[Stroke]:
    turns: list[Point] = []
    for y in range(h + 1):
        turns += [(0, y), (w, y)] if y % 2 == 0 else [(w, y), (0, y)]
    return [tuple(turns)]


def _legs(w: int, h: int) -> list[Stroke]:
    left = [(w / 2 - 0.5 * (w % 2 + 1), 0), (w / 2 - 0.5 * (w % 2 + 1), h), (0, h), (0, 1)]
    return [tuple(left), tuple((w - x, y) for x, y in left)]


def _heart(w: int, h: int) -> list[Stroke]:
    return [*_cup_of(w, h), *_moved(_cup_of(w - 2, h - 1), 1, 0), _line((w / 2, 0), (w / 2, h - 2))]


def _door(w: int, h: int) -> list[Stroke]:
    return [*_gate_of(w, h), *_moved(_gate_of(w - 2, h - 1), 1, 1), _line((w / 2, 2), (w / 2, h))]


def _coil(w: int, h: int) -> list[Stroke]:
    return [_line((w, h), (0, h), (0, 0), (w, 0), (w, h - 1), (1, h - 1), (1, 1), (w - 1, 1))]


def _river(w: int, h: int) -> list[Stroke]:
    return [_line((x, 0), (x, h)) for x in range(w + 1)]


_PARTS = (
    _Part(_bar, 0),
    _Part(_mouth, 1),
    _Part(_ladder, 2),
    _Part(_field, 2, 4),
    _Part(_king, 2),
    _Part(_gate, 2),
    _Part(_moon, 2),
    _Part(_hill, 1),
    _Part(_tree, 3),
    _Part(_hand, 2),
    _Part(_fold, 2),
    _Part(_legs, 2, 4),
    _Part(_heart, 2, 4),
    _Part(_door, 2, 4),
    _Part(_coil, 3, 4),
    _Part(_river, 2),
)


def _path(stroke: Stroke, chance: _Chance, width: float = _STROKE) -> str:
    """Return a stroke whose corners are rounded and whose weight and ends are a hand's, not a machine's."""
    points = [(x + chance.between(-0.25, 0.25), y + chance.between(-0.2, 0.2)) for x, y in stroke]
    closed = stroke[0] == stroke[-1]
    if closed:
        points[-1] = points[0]
    weight = width * chance.between(0.93, 1.09)
    return f'<path stroke-width="{weight:.2f}" d="{_rounded(points, closed=closed)}"/>'


def _rounded(points: Sequence[Point], *, closed: bool) -> str:
    if closed:
        first = _toward(points[0], points[1], 0.5)
        points = [first, *points[1:], first]
    said = [f"M{points[0][0]:.2f} {points[0][1]:.2f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _near(corner, before), _near(corner, after)
        said.append(f"L{enter[0]:.2f} {enter[1]:.2f}Q{corner[0]:.2f} {corner[1]:.2f} {leave[0]:.2f} {leave[1]:.2f}")
    said.append("Z" if closed else f"L{points[-1][0]:.2f} {points[-1][1]:.2f}")
    return "".join(said)


def _near(corner: Point, other: Point) -> Point:
    length = max(abs(other[0] - corner[0]), abs(other[1] - corner[1]))
    return _toward(corner, other, min(_ROUNDING / length, 0.5) if length else 0)


def _toward(start: Point, end: Point, part: float) -> Point:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _frame(chance: _Chance) -> str:
    """Return the border: round-cornered, heavier than the signs, worn a little out of square."""
    low = [4.2 + chance.between(-0.5, 0.5) for _ in range(4)]
    high = [95.8 + chance.between(-0.5, 0.5) for _ in range(4)]
    corner = 7.0
    path = (
        f"M{low[0] + corner:.2f} {low[1]:.2f}L{high[0] - corner:.2f} {low[2]:.2f}Q{high[0]:.2f} {low[2]:.2f} "
        f"{high[0]:.2f} {low[2] + corner:.2f}L{high[1]:.2f} {high[2] - corner:.2f}Q{high[1]:.2f} {high[2]:.2f} "
        f"{high[1] - corner:.2f} {high[2]:.2f}L{low[3] + corner:.2f} {high[3]:.2f}Q{low[3]:.2f} {high[3]:.2f} "
        f"{low[3]:.2f} {high[3] - corner:.2f}L{low[0]:.2f} {low[1] + corner:.2f}Q{low[0]:.2f} {low[1]:.2f} "
        f"{low[0] + corner:.2f} {low[1]:.2f}Z"
    )
    return f'<path stroke-width="4.6" d="{path}"/>'


def _ink(name: str, chance: _Chance, *, struck: bool) -> str:
    """Return the cut's rough edge and the ink's own gaps; a struck mark leaves paper along both sides of the stroke."""
    seed = chance.below(1 << 15)
    chips = "".join(_chip(chance) for _ in range(5))
    gap = '<path d="M8 92L92 8" stroke="#000" stroke-width="12"/>' if struck else ""
    return (
        f'<defs><filter id="{name}-cut" x="0" y="0" width="100" height="100" filterUnits="userSpaceOnUse">'
        f'<feTurbulence type="fractalNoise" baseFrequency="0.22" numOctaves="2" seed="{seed}" result="grain"/>'
        '<feDisplacementMap in="SourceGraphic" in2="grain" scale="1.25" xChannelSelector="R" yChannelSelector="G" '
        'result="cut"/>'
        f'<feTurbulence type="fractalNoise" baseFrequency="0.11" numOctaves="3" seed="{seed + 1}"/>'
        '<feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 -10 7.8" result="wear"/>'
        '<feComposite in="cut" in2="wear" operator="in"/></filter>'
        f'<mask id="{name}-ink" maskUnits="userSpaceOnUse" x="0" y="0" width="100" height="100">'
        f'<rect width="100" height="100" fill="#fff"/>{chips}{gap}</mask></defs>'
    )


def _chip(chance: _Chance) -> str:
    """Return a nick in the border, where a worn stamp loses its edge first."""
    along = chance.between(12, 88)
    x, y = chance.one(((along, 1.4), (along, 98.6), (1.4, along), (98.6, along)))
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{chance.between(0.7, 1.9):.1f}" fill="#000"/>'


_STRUCK = '<path d="M7 93L93 7" fill="none" stroke="currentColor" stroke-width="4.4" stroke-linecap="round"/>'
