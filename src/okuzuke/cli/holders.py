"""Who holds what: interests, ownership 持分, authority 窓口権, and the sheet 分配表."""

from __future__ import annotations

from typing import Annotated

import typer

from okuzuke.cli import clock, files, options, parsed
from okuzuke.cli.call import Call, opened
from okuzuke.cli.submitting import resolved, say
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.registry import drafts
from okuzuke.registry.authority import Suspender
from okuzuke.registry.drafts import ANY, Span
from okuzuke.registry.interests import Form, InterestKind, Title
from okuzuke.registry.parties import Capacity
from okuzuke.registry.sheets import Line
from okuzuke.registry.uses import Use

_STATERS = (Capacity.REGISTRANT, Capacity.OWNER, Capacity.VERIFIER)


def interest(
    context: typer.Context,
    subject: options.Subject,
    party: Annotated[str, typer.Option(help="Who has the right.")],
    kind: Annotated[InterestKind, typer.Option(help="Which right.")],
    title: Annotated[Title, typer.Option(help="How it was acquired.")],
    use: options.Uses = None,
    territory: options.Territories = None,
    start: options.Start = None,
    until: options.End = None,
) -> None:
    """State a right beside ownership; each use it covers then needs that party's consent too."""
    call = Call.of(context)
    with opened(call) as archive:
        about, holder = resolved(archive, subject), PartyId(resolved(archive, party))
        span = Span(start or clock.now(), until)
        known = archive.registry.known()
        say(
            call,
            archive,
            lambda signer: drafts.interest(
                signer, known, about, holder, kind, title, span, uses=use, territories=territory or ANY
            ),
            _STATERS,
            after=f"okuzuke grant {short(about)} --use train --key OWNER.pem",
        )


def ownership(
    context: typer.Context,
    subject: options.Subject,
    owner: Annotated[list[str], typer.Option(help="PARTY=1/3, once an owner; the parts are sealed.")],
    form: Annotated[Form, typer.Option(help="How they hold together.")],
    title: Annotated[Title, typer.Option(help="How they acquired it.")],
    agreement: options.Agreement = None,
) -> None:
    """State who owns a work or a series, and in what parts."""
    call = Call.of(context)
    with opened(call) as archive:
        about = resolved(archive, subject)
        parts = {PartyId(resolved(archive, name)): part for name, part in parsed.owners(owner).items()}
        paper = files.digest_of(agreement)
        known = archive.registry.known()
        say(
            call,
            archive,
            lambda signer: drafts.ownership(signer, known, about, parts, form, title, agreement=paper),
            _STATERS,
            after=f"okuzuke grant {short(about)} --use train --key OWNER.pem",
        )


def authority(
    context: typer.Context,
    subject: options.Subject,
    window: Annotated[
        list[str],
        typer.Option(help="USE[,USE]=PARTY, =unanimous or =parts:2/3, each [@FROM..UNTIL] in UTC; repeat it."),
    ],
    suspension_by: Annotated[Suspender, typer.Option(help="Who may stop new uses at once.")] = Suspender.ANY_MEMBER,
    agreement: options.Agreement = None,
) -> None:
    """State who may decide for the owners; it is in force once every owner has agreed."""
    call = Call.of(context)
    with opened(call) as archive:
        about = resolved(archive, subject)
        read = [parsed.window(text, clock.now()) for text in window]
        windows = [
            drafts.window(
                item.uses or list(Use),
                item.span,
                item.rule,
                party_id=PartyId(resolved(archive, item.party)) if item.party is not None else None,
                at_least=item.at_least,
            )
            for item in read
        ]
        paper = files.digest_of(agreement)
        known = archive.registry.known()
        say(
            call,
            archive,
            lambda signer: drafts.authority(
                signer, known, about, windows, suspension_by=suspension_by, agreement=paper
            ),
            [Capacity.OWNER],
            after="okuzuke consent give {entry} --key OWNER.pem   # every other owner",
        )


def sheet(
    context: typer.Context,
    subject: options.Subject,
    line: Annotated[
        list[str], typer.Option(help="NAME=PARTY:gross|rest:PPM, in order; the last takes rest:1000000. Sealed.")
    ],
    version_of: Annotated[str | None, typer.Option(metavar="SHEET", help="The sheet this is a new version of.")] = None,
) -> None:
    """State how money is shared: an ordered waterfall."""
    call = Call.of(context)
    with opened(call) as archive:
        about = resolved(archive, subject)
        first = Entry(resolved(archive, version_of)) if version_of is not None else None
        lines = [
            Line(item.name, PartyId(resolved(archive, item.payee)), item.of, item.share_ppm)
            for item in map(parsed.line, line)
        ]
        known = archive.registry.known()
        say(
            call,
            archive,
            lambda signer: drafts.sheet(signer, known, about, lines, first=first),
            [Capacity.OWNER, Capacity.WINDOW],
            after=f"okuzuke grant {short(about)} --use train --sheet {{entry}} --key OWNER.pem",
        )
