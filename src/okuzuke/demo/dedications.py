"""CC0 sets of the package dicebear-styles, drawn from option tuples; licence and maker are read from its metadata.

The set ids, captions and tags are neutral. Maker, source and licence travel as evidence and in NOTICE only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias, cast

from dicebear import Avatar, Style

from okuzuke.core.errors import InputError
from okuzuke.demo import sets
from okuzuke.demo.drawings import Drawing
from okuzuke.demo.drawings.order import well_mixed
from okuzuke.demo.sets.axes import LIVELY, DedicatedSet

CC0_NAME = "CC0 1.0"
CC0_URL = "https://creativecommons.org/publicdomain/zero/1.0/"

SETS = tuple(sets.SETS)


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
    for position, options in enumerate(well_mixed(set_id, drawn.words(), lambda _: True, LIVELY), 1):
        tags = (drawn.noun, *options)
        yield Drawing(set_id, f"{set_id}-{position:04d}", _svg(drawn, options), ", ".join(tags), tags, options)


_WHOLE_PICTURE = re.compile(r'<g clip-path="url\(#clip-[0-9a-f]+\)">')
"""The package clips every drawing to the picture, which cuts nothing off and takes the renderer most of its time."""

_Tree: TypeAlias = Mapping[str, object]


def _svg(drawn: DedicatedSet, options: tuple[str, ...]) -> str:
    asked: dict[str, object] = {"seed": "okuzuke", **drawn.settings(options)}
    if "animation" in _text_tree(_definition(drawn.style)["components"]):
        asked["animationVariant"] = "none"
    return _WHOLE_PICTURE.sub("<g>", str(Avatar(_style(drawn.style), asked)), count=1)


def _known(set_id: str) -> DedicatedSet:
    if set_id not in sets.SETS:
        raise InputError(f"there is no dedicated set {set_id!r}", remedy=f"choose one of: {', '.join(SETS)}")
    return sets.SETS[set_id]


@cache
def _definition(style: str) -> _Tree:
    return _text_tree(json.loads(files("dicebear_styles").joinpath(f"{style}.json").read_text("utf-8")))


@cache
def _style(style: str) -> Style:
    return Style(dict(_definition(style)))


def _text_tree(value: object) -> _Tree:
    assert isinstance(value, dict), value
    return cast("_Tree", value)
