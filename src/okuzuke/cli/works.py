"""What is protected: series, the works entered into them, and characters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import clock, options
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import show, table
from okuzuke.cli.submitting import Voice, resolved, resolved_all, say, voice_of, write_draft
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, PartyId, WorkId, short
from okuzuke.core.plain import plain
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Names, Signer
from okuzuke.registry.parties import Capacity

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.registry.desk import Registration

_LISTED = 20


def series(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="The title as its owners write it.")],
    title_en: Annotated[str, typer.Option(help="The title in English.")],
    copyright_line: Annotated[str, typer.Option(help="The © line as its owners write it.")],
    kana: options.Kana = None,
    registrant: Annotated[
        list[str] | None, typer.Option(help="Who may register works into it; repeat it. Default: the signer.")
    ] = None,
    public_licence: Annotated[str | None, typer.Option(help='Such as "CC BY 4.0"; never read as permission.')] = None,
    source_url: Annotated[str | None, typer.Option(help="Where it was found; sealed.")] = None,
) -> None:
    """Enter works that belong together, as one licensing unit."""
    call = Call.of(context)
    with opened(call) as archive:
        named = [PartyId(party) for party in resolved_all(archive, registrant or [])]
        say(
            call,
            archive,
            lambda signer: drafts.series(
                signer,
                Names(title, kana),
                title_en,
                copyright_line,
                named or [signer.party],
                public_licence=public_licence,
                source_url=source_url,
            ),
            [Capacity.REGISTRANT],
            after="okuzuke register FOLDER --series {entry} --key KEY.pem",
        )


def register(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A folder of pictures, or a .csv that lists them.")],
    series_id: Annotated[str, typer.Option("--series", metavar="SERIES", help="The series they belong to.")],
    published: Annotated[bool, typer.Option("--published", help="Every one has been made public.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out what cannot be read, naming it.")] = False,
) -> None:
    """Enter the pictures of a folder or list into a series; one bad row, and nothing is entered."""
    call = Call.of(context)
    _check_intake(path)
    with opened(call) as archive:
        entry = Entry(resolved(archive, series_id))
        voice = voice_of(call, archive)
        signer = Signer(voice.party, call.capacity or Capacity.REGISTRANT)
        if voice.key is not None:
            done = archive.registry.register(
                path,
                entry,
                signer,
                voice.key,
                published=published,
                skip_bad=skip_bad,
                progress=clock.Progress("read"),
            )
            _show_registered(call, archive, entry, done)
        else:
            _draft(call, archive, path, entry, signer, voice, published=published, skip_bad=skip_bad)


def character(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The character's name.")],
    series_id: Annotated[str, typer.Option("--series", metavar="SERIES", help="The series it belongs to.")],
    drawing: Annotated[list[str] | None, typer.Option(help="A work that shows it; repeat it.")] = None,
    designer: Annotated[str | None, typer.Option(metavar="PARTY", help="Who designed it.")] = None,
    voice: Annotated[str | None, typer.Option(metavar="PERSONA", help="Whose voice it has.")] = None,
    mark: Annotated[list[str] | None, typer.Option(help="A trademark; repeat it.")] = None,
    kana: options.Kana = None,
    romaji: options.Romaji = None,
) -> None:
    """Enter a character: a licensing unit that points at drawings, designer, voice and marks."""
    call = Call.of(context)
    with opened(call) as archive:
        entry = Entry(resolved(archive, series_id))
        drawings = [WorkId(work) for work in resolved_all(archive, drawing or [])]
        designed_by = PartyId(resolved(archive, designer)) if designer is not None else None
        voiced_by = Entry(resolved(archive, voice)) if voice is not None else None
        say(
            call,
            archive,
            lambda signer: drafts.character(
                signer,
                Names(name, kana, romaji),
                entry,
                drawings,
                designer=designed_by,
                voice=voiced_by,
                marks=mark or [],
            ),
            [Capacity.REGISTRANT, Capacity.WINDOW, Capacity.OWNER],
            after="okuzuke log show",
        )


def _draft(
    call: Call,
    archive: Archive,
    path: Path,
    series_id: Entry,
    signer: Signer,
    voice: Voice,
    *,
    published: bool,
    skip_bad: bool,
) -> None:
    if skip_bad:
        raise InputError("a draft takes every row or none", remedy="mend the bad rows, or sign here with --key FILE")
    drafted = archive.registry.draft_register(path, series_id, signer, voice.did, published=published)
    write_draft(call, archive, drafted, "register", voice.did)


def _check_intake(path: Path) -> None:
    """Refuse what is neither a folder nor a list, saying what it is."""
    if not path.exists():
        raise InputError(f"{path} does not exist", remedy="check its spelling; give a folder of pictures or a .csv")
    if path.is_file() and path.suffix.lower() != ".csv":
        raise InputError(
            f"{path} is a file, not a folder", remedy=f"give its folder, {path.parent}, or a .csv that lists it"
        )


def _show_registered(call: Call, archive: Archive, series_id: Entry, done: Registration) -> None:
    # Where a program reads the result, the bad rows are in it.
    for bad in done.bad if not call.json else ():
        line = f" (line {bad.line})" if bad.line else ""
        print(plain(f"bad row {bad.name}{line}: {bad.reason}"), file=sys.stderr)
        print(plain(f"remedy: {bad.remedy}"), file=sys.stderr)
    works = archive.registry.known().works
    rows = [["work", works[work].work.name, short(work)] for work in done.registered[:_LISTED]]
    lines = table(rows)
    if len(done.registered) > _LISTED:
        lines.append(f"and {len(done.registered) - _LISTED} more; --json names them all")
    counts = [f"registered {len(done.registered)}", f"already {len(done.already)}", f"bad {len(done.bad)}"]
    lines += table([[*counts, *([short(done.entry)] if done.entry is not None else [])]])
    show(done, lines, as_json=call.json, after=f"okuzuke consent show {short(series_id)} --use train")
