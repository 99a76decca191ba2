"""The sample catalogue: three series of our own under fictional holders, and two public dedications.

The parties of the story sign for the own series; nobody signs for a dedication, and nobody is paid for one.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice

from okuzuke.core.canonical import canonical_bytes
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
    """One picture of the catalogue: PNG bytes, what it shows, and whether it is kept out of every training set."""

    series: str
    name: str
    picture: bytes
    caption: str
    tags: tuple[str, ...]
    options: tuple[str, ...]
    held_out: bool


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
            id="set-figurines",
            title_ja="ねんど人形の図案",
            title_en="Figurine designs",
            kind=Kind.DEDICATION,
            licence=Terms.CC0,
            asked=False,
            evidence=dedications.evidence("set-figurines"),
        ),
        SampleSeries(
            id="set-flowerpots",
            title_ja="鉢植えの図案",
            title_en="Flowerpot designs",
            kind=Kind.DEDICATION,
            licence=Terms.CC0,
            asked=False,
            evidence=dedications.evidence("set-flowerpots"),
        ),
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
    """Yield the first `count` works of a series, 1 to 400, always the same; about a tenth of them is held out."""
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
            held_out=held_out(series_id, drawing.options),
        )
        for drawing in islice(drawn, count)
    )


def held_out(series_id: str, options: tuple[str, ...]) -> bool:
    """Say whether every work with these options stays out of training.

    It depends on the options alone, about one tuple in ten, so that no work held out shares its tuple with one
    that a model saw.
    """
    digest = hashlib.sha256(canonical_bytes([series_id, *options])).digest()
    return int.from_bytes(digest[:4]) % 10 == 0


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


def _credit(series_id: str, found: Evidence) -> list[str]:
    return [
        f"{series_id}",
        f"  source    {found.source_name}, {found.source_url}",
        f"  maker     {found.creator}, {found.creator_url}",
        f"  licence   {found.licence}, {found.licence_url}",
        f"  stated    {found.text.decode()}",
        "  changes   parts, colours, place and size were chosen by this project; rendered at 256 x 256 pixels",
    ]
