"""The sample catalogue: four series of our own under fictional holders, and eight public dedications.

The parties of the story sign for the own series; nobody signs for a dedication, and nobody is paid for one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice

from okuzuke.core.errors import InputError
from okuzuke.demo import dedications, drawings
from okuzuke.demo.dedications import Evidence
from okuzuke.demo.drawings.order import LONGEST
from okuzuke.demo.drawings.render import png

NOTICE_HEADER = "okuzuke\nCopyright 2026 the okuzuke authors\n"


class Kind(StrEnum):
    OWN = "own"
    DEDICATION = "dedication"


class Terms(StrEnum):
    """On what terms a series is offered; only `GRANT` is an opt-in."""

    GRANT = "by signed grant"
    CC_BY = "CC BY 4.0"
    CC0 = "CC0 1.0"


@dataclass(frozen=True, slots=True)
class SampleSeries:
    """One series of the catalogue.

    `holder_*` describes the fictional holder, None for a dedication, which has no payee; `evidence` is what the
    finding of a dedication rests on, None for an own series. `asked` is false where nobody asked the author to opt in.
    """

    id: str
    title_ja: str
    title_en: str
    kind: Kind
    licence: Terms
    asked: bool
    holder_ja: str | None = None
    holder_en: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of the catalogue: PNG bytes and what it shows; in a series, equal tags mean equal options."""

    series: str
    name: str
    picture: bytes
    caption: str
    tags: tuple[str, ...]
    options: tuple[str, ...]


@cache
def catalogue() -> tuple[SampleSeries, ...]:
    """Return the series in the order of the report; the evidence is read from the installed package."""
    return (
        SampleSeries(
            id="daruma",
            title_ja="だるま百態",
            title_en="A Hundred Daruma",
            kind=Kind.OWN,
            licence=Terms.GRANT,
            asked=True,
            holder_ja="架空の製作委員会",
            holder_en="a fictional production committee",
        ),
        SampleSeries(
            id="kokeshi",
            title_ja="こけし暦",
            title_en="Kokeshi Almanac",
            kind=Kind.OWN,
            licence=Terms.GRANT,
            asked=True,
            holder_ja="架空のイラストレーター（筆名で活動）",
            holder_en="a fictional freelance illustrator who works under a pen name",
        ),
        SampleSeries(
            id="koinobori",
            title_ja="鯉のぼりの空",
            title_en="Koinobori Sky",
            kind=Kind.OWN,
            licence=Terms.CC_BY,
            asked=False,
            holder_ja="架空の作者（CC BYで公開、本人には未照会）",
            holder_en="a fictional author who published under CC BY and was not asked",
        ),
        SampleSeries(
            id="manekineko",
            title_ja="招き猫の商店街",
            title_en="Maneki-neko Arcade",
            kind=Kind.OWN,
            licence=Terms.GRANT,
            asked=True,
            holder_ja="架空の制作会社（自社作品）",
            holder_en="a fictional studio, its own work",
        ),
        _dedicated("set-figurines", "ねんど人形の図案", "Figurine designs"),
        _dedicated("set-flowerpots", "鉢植えの図案", "Flowerpot designs"),
        _dedicated("set-hillsides", "丘の風景の図案", "Hillside designs"),
        _dedicated("set-blockbots", "ブロックロボットの図案", "Block robot designs"),
        _dedicated("set-portraits", "人物画の図案", "Portrait designs"),
        _dedicated("set-pixel-faces", "ドット絵の顔の図案", "Pixel face designs"),
        _dedicated("set-block-people", "ブロック人形の図案", "Block people designs"),
        _dedicated("set-paper-faces", "切り紙の顔の図案", "Paper face designs"),
    )


def series(series_id: str) -> SampleSeries:
    """Return the series of that id."""
    for known in catalogue():
        if known.id == series_id:
            return known
    ids = [known.id for known in catalogue()]
    near = difflib.get_close_matches(series_id, ids, 1, 0) or ids
    raise InputError(f"there is no sample series {series_id!r}", remedy=f"the nearest is {near[0]!r}")


def works(series_id: str, count: int) -> Iterator[Sample]:
    """Yield the first `count` works of a series, 1 to 400, always the same."""
    known = series(series_id)
    if not 1 <= count <= LONGEST:
        raise InputError(f"a sample series has 1 to {LONGEST} works, not {count}", remedy=f"ask for {LONGEST} at most")
    drawn = drawings.every(series_id) if known.kind is Kind.OWN else dedications.every(series_id)
    return (
        Sample(
            series=series_id,
            name=drawing.name,
            picture=png(drawing.svg),
            caption=drawing.caption,
            tags=drawing.tags,
            options=drawing.options,
        )
        for drawing in islice(drawn, count)
    )


def credits() -> str:  # noqa: A001 - the shadowed builtin is a text of the interactive prompt
    """Return what NOTICE says of the sample works, made from the metadata of the sets."""
    own = ", ".join(known.id for known in catalogue() if known.kind is Kind.OWN)
    lines = [
        "Sample works",
        "",
        f"The series {own} are drawn by this project's own code.",
        "The parties that hold them in the demonstration are fictional.",
        "",
        "The demonstration also draws public dedications from the package dicebear-styles:",
    ]
    for known in catalogue():
        if known.evidence is not None:
            lines += ["", *_credit(known.id, known.evidence)]
    lines += [
        "",
        "The makers named above took no part in okuzuke, were not asked, and their names imply no endorsement.",
        "A set leaves the catalogue on its maker's objection.",
    ]
    return "\n".join(lines) + "\n"


def notice() -> str:
    """Return the whole NOTICE file."""
    return f"{NOTICE_HEADER}\n{credits()}"


def _dedicated(set_id: str, title_ja: str, title_en: str) -> SampleSeries:
    return SampleSeries(
        id=set_id,
        title_ja=title_ja,
        title_en=title_en,
        kind=Kind.DEDICATION,
        licence=Terms.CC0,
        asked=False,
        evidence=dedications.evidence(set_id),
    )


def _credit(series_id: str, found: Evidence) -> list[str]:
    return [
        f"{series_id}",
        f"  source    {found.source_name}, {found.source_url}",
        f"  maker     {found.creator}, {found.creator_url}",
        f"  licence   {found.licence}, {found.licence_url}",
        f"  stated    {found.text.decode()}",
        "  changes   parts, colours, place and size were chosen by this project; rendered at 256 x 256 pixels",
    ]
