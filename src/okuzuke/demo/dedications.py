"""CC0 sets of the package dicebear-styles, drawn from option tuples; licence and maker are read from its metadata.

The set ids, captions and tags are neutral. Maker, source and licence travel as evidence and in NOTICE only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol, TypeAlias, cast

from dicebear import Avatar, Style

from okuzuke.core.errors import InputError
from okuzuke.demo.drawings import Drawing
from okuzuke.demo.drawings.backdrops import TONES, Ground
from okuzuke.demo.drawings.framing import Framing
from okuzuke.demo.drawings.order import well_mixed

CC0_NAME = "CC0 1.0"
CC0_URL = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding that a set is dedicated rests on, as its package states it; `text` is UTF-8."""

    licence: str
    licence_url: str
    source_name: str
    source_url: str
    creator: str
    creator_url: str
    text: bytes


def evidence(set_id: str) -> Evidence:
    """Return what the package says of maker, source and licence; a set that is not CC0 1.0 is refused."""
    meta = _text_tree(_definition(_known(set_id).style)["meta"])
    licence, source, creator = (_text_tree(meta[part]) for part in ("license", "source", "creator"))
    found = Evidence(
        licence=str(licence["name"]),
        licence_url=str(licence["url"]),
        source_name=str(source["name"]),
        source_url=str(source["url"]),
        creator=str(creator["name"]),
        creator_url=str(creator["url"]),
        text=str(licence["text"]).encode(),
    )
    if (found.licence, found.licence_url) != (CC0_NAME, CC0_URL):
        raise InputError(
            f"{set_id} is offered under {found.licence} ({found.licence_url}), not {CC0_NAME}",
            remedy="install a release of dicebear-styles in which it is dedicated",
        )
    return found


def every(set_id: str) -> Iterator[Drawing]:
    """Yield the drawings of a set, at most 400, always in the same order; any first n of them are diverse."""
    drawn = _known(set_id)
    for position, options in enumerate(well_mixed(set_id, drawn.axes(), lambda _: True), 1):
        tags = (drawn.noun, *options)
        yield Drawing(set_id, f"{set_id}-{position:04d}", drawn.draw(options), ", ".join(tags), tags, options)


_Tree: TypeAlias = Mapping[str, object]
_Setting: TypeAlias = str | int | float


class _Axis(Protocol):
    """Some words for a caption and what each asks of the style."""

    def words(self, definition: _Tree) -> Sequence[str]: ...

    def settings(self, word: str) -> Mapping[str, _Setting]: ...


@dataclass(frozen=True, slots=True)
class _Part:
    """The variants of one component: `hornsSmall` of the part called top is the caption's "horns small top"."""

    component: str
    noun: str
    optional: bool = False

    def words(self, definition: _Tree) -> Sequence[str]:
        component = _text_tree(_text_tree(definition["components"])[self.component])
        words = tuple(f"{_spaced(variant)} {self.noun}" for variant in _text_tree(component["variants"]))
        return (*words, f"no {self.noun}") if self.optional else words

    def settings(self, word: str) -> Mapping[str, _Setting]:
        if word == f"no {self.noun}":
            return {f"{self.component}Probability": 0}
        variant = _joined(word.removesuffix(f" {self.noun}"))
        return {f"{self.component}Probability": 100, f"{self.component}Variant": variant}


@dataclass(frozen=True, slots=True)
class _Choice:
    """Words that ask for fixed settings."""

    asks: Mapping[str, Mapping[str, _Setting]]

    def words(self, definition: _Tree) -> Sequence[str]:
        del definition
        return tuple(self.asks)

    def settings(self, word: str) -> Mapping[str, _Setting]:
        return self.asks[word]


def _colours(name: str, noun: str, values: Mapping[str, str]) -> _Choice:
    return _Choice({f"{word} {noun}": {f"{name}Color": value} for word, value in values.items()})


def _framings(base: int, large: float) -> _Choice:
    """Return the places of a figure in percent of the picture; `base` lifts it, `large` is its full scale."""
    places = {
        Framing.CENTRED: (0, base, 0.9),
        Framing.NEARER: (0, base, 1.0),
        Framing.FARTHER: (0, base - 6, 0.66),
        Framing.LEFTWARD: (-16, base, 0.8),
        Framing.RIGHTWARD: (16, base, 0.8),
        Framing.HIGHER: (0, base - 16, 0.74),
        Framing.LOWER: (0, base + 8, 0.82),
    }
    return _Choice(
        {
            str(framing): {"translateX": x, "translateY": y, "scale": round(scale * large, 3)}
            for framing, (x, y, scale) in places.items()
        }
    )


_LEANS = _Choice(
    {
        "upright": {"rotate": 0},
        "leaning left": {"rotate": -14},
        "leaning right": {"rotate": 14},
        "leaning far left": {"rotate": -28},
        "leaning far right": {"rotate": 28},
    }
)
_GROUNDS = _Choice({str(ground): {"backgroundColor": TONES[ground].field} for ground in Ground})


@dataclass(frozen=True, slots=True)
class _Set:
    """One style of the package with the axes that are varied; the first five make the scene, see `order`."""

    style: str
    noun: str
    parts: tuple[_Axis, ...]
    fixed: Mapping[str, _Setting]

    def axes(self) -> Sequence[Sequence[str]]:
        definition = _definition(self.style)
        return tuple(part.words(definition) for part in self.parts)

    def draw(self, options: tuple[str, ...]) -> str:
        asked: dict[str, object] = {"seed": "okuzuke", "animationVariant": "none", **self.fixed}
        for part, word in zip(self.parts, options, strict=True):
            asked |= part.settings(word)
        return str(Avatar(_style(self.style), asked))


_FIGURES = _colours(
    "body",
    "figure",
    {
        "terracotta": "#c4795c",
        "salmon": "#d99277",
        "straw": "#e0bd6a",
        "moss": "#8ba06b",
        "teal": "#83b0a4",
        "blue": "#86a5c3",
        "purple": "#9793bd",
        "rose": "#cd8ea6",
    },
)
_POTS = _colours(
    "pot",
    "pot",
    {
        "sky blue": "#7dd3fc",
        "lavender": "#c4b5fd",
        "coral": "#fda4af",
        "apricot": "#fdba74",
        "lemon": "#fcd34d",
        "lime": "#bef264",
        "mint": "#6ee7b9",
        "grey": "#e2e8f0",
    },
)
_LEAVES = _colours("plant", "leaves", {"fresh": "#4ade80", "mint": "#6ee7b9", "deep": "#10b981"})

_SETS = {
    "set-figurines": _Set(
        style="clay",
        noun="figurine",
        parts=(
            _Part("body", "shape"),
            _LEANS,
            _framings(-2, 1.12),
            _GROUNDS,
            _FIGURES,
            _Part("top", "top", optional=True),
            _Part("pattern", "pattern", optional=True),
            _Part("eyes", "eyes"),
            _Part("mouth", "mouth"),
        ),
        fixed={"accentColor": "#b3a696"},
    ),
    "set-flowerpots": _Set(
        style="sprouts",
        noun="flowerpot",
        parts=(
            _Part("plant", "plant"),
            _LEANS,
            _framings(-10, 1.0),
            _GROUNDS,
            _Part("pot", "pot shape"),
            _POTS,
            _LEAVES,
            _Part("pattern", "pattern", optional=True),
            _Part("eyes", "eyes"),
            _Part("mouth", "mouth"),
        ),
        fixed={"bloomColor": "#fb7185", "cheeksProbability": 0},
    ),
}

SETS = tuple(_SETS)


def _known(set_id: str) -> _Set:
    if set_id not in _SETS:
        raise InputError(f"there is no dedicated set {set_id!r}", remedy=f"choose one of: {', '.join(_SETS)}")
    return _SETS[set_id]


@cache
def _definition(style: str) -> _Tree:
    return _text_tree(json.loads(files("dicebear_styles").joinpath(f"{style}.json").read_text("utf-8")))


@cache
def _style(style: str) -> Style:
    return Style(dict(_definition(style)))


def _text_tree(value: object) -> _Tree:
    assert isinstance(value, dict), value
    return cast("_Tree", value)


def _spaced(variant: str) -> str:
    """Return the variant's camel case as words.

    >>> _spaced("hornsSmall")
    'horns small'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", variant).lower()


def _joined(words: str) -> str:
    """Return the words as the variant's camel case.

    >>> _joined("horns small")
    'hornsSmall'
    """
    first, *others = words.split(" ")
    return first + "".join(other.capitalize() for other in others)
