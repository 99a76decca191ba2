"""What a stranger gets and checks: export, verify, rebuild, and the log itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import files, words
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import moment, show, table
from okuzuke.cli.submitting import resolved
from okuzuke.core.canonical import digest
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import Entry, short

if TYPE_CHECKING:
    from okuzuke.audit.verifier import Report

_READERS = ("public", "auditor")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written."""

    path: Path
    subject: str
    reader: str
    size_bytes: int


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
    subject: Annotated[str, typer.Argument(help="A snapshot, grant, work or other entry.")],
    reader: Annotated[str, typer.Option("--for", metavar="READER", help="public, auditor or a party.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The bundle to write, FILE.okz.")],
) -> None:
    """Write the evidence bundle on a subject, opened only as far as its reader may see."""
    call = Call.of(context)
    with opened(call) as archive:
        about = resolved(archive, subject)
        made_for = reader if reader in _READERS else resolved(archive, reader)
        data = archive.export(about, made_for).to_bytes()
    files.write_new(output, data)
    lines = table([["exported", str(output), f"for {reader}", f"{len(data)} bytes", short(about)]])
    after = f"okuzuke verify {output} --trust TRUST   # okuzuke log trust -o TRUST writes one"
    show(Exported(output, about, made_for, len(data)), lines, as_json=call.json, after=after)


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A bundle FILE.okz, or a picture beside its bundle.")],
    trust: Annotated[Path | None, typer.Option(help="What you believe: the log's key and policy.")] = None,
) -> None:
    """Check a bundle offline, joint by joint; the last line is the conclusion, and a failure exits with 1."""
    from okuzuke.audit import trust as trusts  # noqa: PLC0415 # the verifier is not needed to show help
    from okuzuke.audit import verifier  # noqa: PLC0415

    call = Call.of(context)
    bundle = _bundle_of(file)
    pinned = trusts.read(trust) if trust is not None else None
    data = files.read(bundle)
    report = verifier.verify(data, pinned)
    if bundle != file and report.holds:
        report = _about_picture(report, data, file)
    rows = [["ok" if joint.holds else "FAILED", str(joint.joint), joint.detail] for joint in report.joints]
    show(report, [*table(rows), *report.answers, report.conclusion], as_json=call.json)
    if report.conclusion.startswith("FAILED"):
        raise typer.Exit(CheckFailedError.exit_code)


def rebuild(
    context: typer.Context,
    into: Annotated[Path | None, typer.Option(help="Build everything in this new folder instead.")] = None,
) -> None:
    """Drop every projection and make it anew from the statements; what comes out must be the same."""
    call = Call.of(context)
    with opened(call) as archive:
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


def _bundle_of(file: Path) -> Path:
    """Return the bundle to check: the file, or the one that lies beside a picture."""
    if file.suffix.lower() not in _PICTURES:
        return file
    for beside in (file.with_name(f"{file.name}.okz"), file.with_suffix(".okz")):
        if beside.exists():
            return beside
    raise InputError(f"{file} is no bundle", remedy="give the .okz file that okuzuke export wrote")


def _about_picture(report: Report, data: bytes, picture: Path) -> Report:
    """Return the report, failed where the bundle opens no work with the picture's bytes."""
    from okuzuke.audit import bundle as bundles  # noqa: PLC0415 # only a picture asks

    bundle, _ = bundles.parse(data)
    asset = digest(files.read(picture)).hex()
    if any(row.document.get("asset") == asset for row in bundle.rows.values()) or asset in bundle.files:
        return report
    return replace(report, conclusion=f"FAILED: the bundle opens no work with the bytes of {picture}")


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
