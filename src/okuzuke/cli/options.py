"""Options that several commands share, each described once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from okuzuke.core.intervals import parse_instant
from okuzuke.registry.uses import Use

_INSTANT = "INSTANT"
_USES = ", ".join(Use)

Subject: TypeAlias = Annotated[
    str, typer.Argument(help="A work, series or other entry, by the first 8 or more characters of its id.")
]
Kana: TypeAlias = Annotated[str | None, typer.Option(help="The name in kana.")]
Romaji: TypeAlias = Annotated[str | None, typer.Option(help="The name in Latin letters.")]
LegalName: TypeAlias = Annotated[str | None, typer.Option(help="The legal name; sealed.")]
AskedUse: TypeAlias = Annotated[Use, typer.Option("--use", metavar="USE", help=f"One of {_USES}.")]
Uses: TypeAlias = Annotated[
    list[Use] | None, typer.Option("--use", metavar="USE", help=f"Repeat it; without it every use: {_USES}.")
]
NamedUses: TypeAlias = Annotated[list[Use], typer.Option("--use", metavar="USE", help=f"Repeat it: {_USES}.")]
Start: TypeAlias = Annotated[
    datetime | None,
    typer.Option(
        "--from", parser=parse_instant, metavar=_INSTANT, help="In UTC, a day or 2026-12-01T09:00:00Z. Default: now."
    ),
]
End: TypeAlias = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        parser=parse_instant,
        metavar=_INSTANT,
        help="In UTC: a day means its first instant. Default: no end.",
    ),
]
ValidAt: TypeAlias = Annotated[
    datetime | None,
    typer.Option(parser=parse_instant, metavar=_INSTANT, help="When it was to be true, in UTC. Default: now."),
]
KnownAt: TypeAlias = Annotated[
    datetime | None,
    typer.Option(parser=parse_instant, metavar=_INSTANT, help="What was known by then, in UTC. Default: now."),
]
Effective: TypeAlias = Annotated[
    datetime | None,
    typer.Option(
        parser=parse_instant,
        metavar=_INSTANT,
        help="In UTC. Default: now; by notice, the first day after the notice has run.",
    ),
]
Agreement: TypeAlias = Annotated[Path | None, typer.Option(help="The agreement's file; its SHA-256 is stated.")]
Evidence: TypeAlias = Annotated[Path | None, typer.Option(help="A document; its SHA-256 is stated.")]
Territories: TypeAlias = Annotated[list[str] | None, typer.Option("--territory", help="A territory; repeat it.")]
User: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="PARTY", help="Whose credits, by the beginning of the party's id. Default: the operator."),
]
