"""What a stranger gets: bundles, colophons, the log itself and the trust that pins it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from okuzuke.cli import account, files, subjects, words
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import moment, show, table
from okuzuke.cli.submitting import resolved
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.registry.parties import Party
from okuzuke.royalties.allocation import month_text

if TYPE_CHECKING:
    from okuzuke.archive import Archive

Reader: TypeAlias = Annotated[str, typer.Option("--for", metavar="READER", help="public, auditor or a party.")]
_READERS = ("public", "auditor")


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written."""

    path: Path
    subject: str
    reader: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Page:
    """A colophon that was written, and what its bundle's check came to."""

    path: Path
    entry: Entry
    output: str
    reader: str
    size_bytes: int
    conclusion: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """A trust file that was written."""

    path: Path
    log: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the log; its kind is `erased` and the rest None where its document is gone."""

    position: int
    kind: str
    recorded_at: datetime | None
    signer: str | None
    entry: Entry | None


def export(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(help="An output, model, snapshot, grant, work or other entry; with --period a party.")
    ],
    reader: Reader,
    output: Annotated[Path, typer.Option("--output", "-o", help="The bundle to write, FILE.okz.")],
    period: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="The party's statement of account of this month.")
    ] = None,
    line: Annotated[
        int | None, typer.Option(help="With --period: one line of it, numbered as okuzuke account shows it.")
    ] = None,
) -> None:
    """Write the evidence bundle on a subject, opened only as far as its reader may see."""
    from okuzuke.audit.exporter import Wanted  # noqa: PLC0415 # SQL is imported by commands that need it

    call = Call.of(context)
    if line is not None and period is None:
        raise InputError(f"line {line} of no month", remedy="give --period YYYY-MM too")
    with opened(call) as archive:
        about = subjects.subject(archive, subject)
        made_for = _made_for(archive, reader)
        earned = None
        if period is not None:
            month_text(period)
            if archive.registry.known().body(about, Party) is None:
                raise InputError(
                    f"{short(about)} is no party and has no statement of account", remedy="leave --period out"
                )
            earned = account.output_of(archive, PartyId(about), period, line) if line is not None else None
        data = next(iter(archive.exports([Wanted(about, made_for, period, earned)]))).to_bytes()
    files.write_new(output, data)
    lines = table([["exported", str(output), f"for {reader}", f"{len(data)} bytes", short(about)]])
    after = f"okuzuke verify {output} --trust TRUST   # okuzuke log trust -o TRUST writes one"
    show(Exported(output, about, made_for, len(data)), lines, as_json=call.json, after=after)


def colophon(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="OUTPUT", help="An output by its id, its entry or its file.")],
    reader: Reader,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write, FILE.html.")],
) -> None:
    """Write an output's colophon 奥付, a page made from its verified bundle.

    Exits with 1 where a joint fails; the page is written then too, its mark struck out.
    """
    from okuzuke.audit import verifier  # noqa: PLC0415 # help needs no verifier
    from okuzuke.audit.colophon_of import colophon as page_of  # noqa: PLC0415

    call = Call.of(context)
    with opened(call) as archive:
        made = subjects.output(archive, subject)
        made_for = _made_for(archive, reader)
        data = archive.export(made.entry, made_for).to_bytes()
        pinned = archive.trust()
    report = verifier.verify(data, pinned)
    beside = output.with_suffix(".okz")
    page = page_of(data, pinned, bundle=beside.name).encode("utf-8")
    files.write_new(output, page)
    line = ["colophon 奥付", str(output), f"for {reader}", f"{len(page)} bytes", short(made.output.output)]
    result = Page(output, made.entry, made.output.output, made_for, len(page), report.conclusion)
    after = f"okuzuke export {short(made.entry)} --for {reader} -o {beside}"
    show(result, [*table([line]), report.conclusion], as_json=call.json, after=after)
    if not report.holds:
        raise typer.Exit(CheckFailedError.exit_code)


def rebuild(
    context: typer.Context,
    into: Annotated[Path | None, typer.Option(help="Build everything in this new folder instead.")] = None,
) -> None:
    """Drop every projection and make it anew from the statements; what comes out must be the same."""
    call = Call.of(context)
    # Tables of an older version can only be built anew beside.
    with opened(call, any_version=into is not None) as archive:
        rebuilt = archive.rebuild() if into is None else archive.rebuild_into(into)
    if rebuilt.before != rebuilt.after:
        raise CheckFailedError(
            f"the projections were {rebuilt.before} and came out {rebuilt.after}",
            remedy="the rebuilt ones follow from the statements; keep the old copy and find what changed it",
        )
    lines = table([["rebuilt", f"{rebuilt.entries} entries", "the same dump", rebuilt.after]])
    show(rebuilt, lines, as_json=call.json, after="okuzuke log show")


def log_show(context: typer.Context) -> None:
    """List the entries in their order: when, what, and by whom."""
    from okuzuke.ledger import store  # noqa: PLC0415 # SQL is imported by commands that need it

    call = Call.of(context)
    with opened(call) as archive:
        known = archive.registry.known()
        with archive.database.reading() as connection:
            found = {
                item.position: Line(
                    item.position,
                    item.statement.kind,
                    item.recorded_at,
                    known.name(item.statement.signer or item.entry),
                    item.entry,
                )
                for item in store.recorded_all(connection)
            }
            size = store.size(connection)
    listed = [found.get(at) or Line(at, "erased", None, None, None) for at in range(size)]
    show(listed, _log_lines(listed), as_json=call.json, after="okuzuke export ENTRY --for public -o entry.okz")


def log_checkpoint(context: typer.Context) -> None:
    """Print the log's signed head, a C2SP checkpoint, and nothing else."""
    call = Call.of(context)
    with opened(call) as archive:
        note = archive.journal.checkpoint()
    if call.json:
        show({"checkpoint": note}, [], as_json=True)
    else:
        sys.stdout.write(note)


def log_trust(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="The trust file to write.")],
) -> None:
    """Write what a reader pins to believe this archive's log."""
    call = Call.of(context)
    with opened(call) as archive:
        trust = archive.trust()
    files.write_new(output, trust.to_bytes())
    pinned = Pinned(output, str(trust.log), trust.demo)
    lines = table([["trust", str(output), pinned.log]])
    show(pinned, lines, as_json=call.json, after=f"okuzuke verify FILE.okz --trust {output}")


def _made_for(archive: Archive, reader: str) -> str:
    return reader if reader in _READERS else resolved(archive, reader)


def _log_lines(listed: Sequence[Line]) -> list[str]:
    return table(
        [
            [
                str(line.position),
                moment(line.recorded_at) if line.recorded_at is not None else "-",
                words.both(line.kind, words.KINDS),
                line.signer or "-",
                short(line.entry) if line.entry is not None else "-",
            ]
            for line in listed
        ]
    )
