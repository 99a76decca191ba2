"""From works to a data set: screen, review, snapshot."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import files, options, parsed, words
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import show, table
from okuzuke.cli.submitting import hand_in, resolved, resolved_all, voice_of
from okuzuke.cli.values import chosen
from okuzuke.core.errors import InputError, StateError
from okuzuke.core.ids import Entry, WorkId, short
from okuzuke.registry.decision import Basis
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Verdict

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.datasets.desk import Frozen

_NEEDS_NUMPY = "pip install 'okuzuke[screen]'"


def screen(context: typer.Context) -> None:
    """Compare every new work with every other; what is like another party's waits for a person."""
    call = Call.of(context)
    with opened(call) as archive:
        try:
            run = archive.screening.run()
        except ModuleNotFoundError as error:
            raise StateError(f"screening needs {error.name}", remedy=_NEEDS_NUMPY) from error
    counts = ["screened", f"{run.screened} works", f"{run.changed} earlier ones changed", f"{run.review} for review"]
    lines = table([[*counts, *([short(run.entry)] if run.entry is not None else [])]])
    after = "okuzuke review" if run.review else "okuzuke snapshot --use train"
    show(run, lines, as_json=call.json, after=after)


def review(
    context: typer.Context,
    work: Annotated[str | None, typer.Argument(help="The work that was looked at; without it, what waits.")] = None,
    outcome: Annotated[Verdict | None, typer.Option(help="no_match, or match where it is a copy.")] = None,
    other: Annotated[
        list[str] | None, typer.Option(help="A work it was held beside; repeat it. Default: all that was found.")
    ] = None,
    evidence: options.Evidence = None,
) -> None:
    """List what waits for a person, or record a verifier's word on one work."""
    call = Call.of(context)
    with opened(call) as archive:
        if work is None:
            _show_waiting(call, archive)
            return
        if outcome not in (Verdict.NO_MATCH, Verdict.MATCH):
            raise InputError(f"no outcome for {work}", remedy="give --outcome no_match or --outcome match")
        voice = voice_of(call, archive)
        reviewed = WorkId(resolved(archive, work))
        others = [WorkId(item) for item in resolved_all(archive, other)] if other else None
        paper = files.digest_of(evidence)
        draft = archive.screening.draft_review(voice.party, reviewed, outcome, others, paper)
        hand_in(call, archive, draft, voice, after="okuzuke review")


def snapshot(
    context: typer.Context,
    use: Annotated[Use | None, typer.Option(metavar="USE", help="What the data set is for, such as train.")] = None,
    basis: Annotated[list[str] | None, typer.Option(help="grant, dedication; default: grant alone.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the snapshots there are.")] = False,
) -> None:
    """Freeze every work that may be used now; the rest stay out, each with its reason."""
    call = Call.of(context)
    with opened(call) as archive:
        if listing:
            _show_snapshots(call, archive)
            return
        if use is None:
            raise InputError("a snapshot is for one use", remedy="give --use train, or --list")
        bases = [chosen(item, Basis, "--basis") for item in parsed.listed(basis or [Basis.GRANT])]
        frozen = archive.datasets.snapshot(use, bases)
    bundle = f"okuzuke export {short(frozen.entry)} --for public -o snapshot.okz"
    after = f"okuzuke train {short(frozen.entry)} --preset tiny" if use is Use.TRAIN else bundle
    show(frozen, [*table([_counts(frozen)]), *_refusals(frozen)], as_json=call.json, after=after)


def _show_waiting(call: Call, archive: Archive) -> None:
    waiting = archive.screening.waiting()
    known = archive.registry.known()
    rows = [
        [
            "waits",
            known.name(item.party),
            item.name,
            f"{found.likeness} of {known.works[found.other].work.name} {short(found.other)}",
            f"{found.distance_bits} bits",
            short(item.work),
        ]
        for item in waiting
        for found in item.found
    ]
    after = (
        f"okuzuke review {short(waiting[0].work)} --outcome no_match --key VERIFIER.pem"
        if waiting
        else "okuzuke snapshot --use train"
    )
    show(waiting, table(rows) or ["nothing waits for review"], as_json=call.json, after=after)


def _show_snapshots(call: Call, archive: Archive) -> None:
    found = [archive.datasets.read(entry) for entry in archive.datasets.snapshots()]
    lines = table([_counts(frozen) for frozen in found]) or ["no snapshot yet"]
    show(found, lines, as_json=call.json, after="okuzuke train SNAPSHOT --preset tiny")


def _counts(frozen: Frozen) -> list[str]:
    families = len({place.family for place in frozen.places})
    return [
        "frozen",
        f"admitted {len(frozen.places)}",
        f"families {families}",
        f"refused {len(frozen.refused)}",
        short(Entry(frozen.entry)),
    ]


def _refusals(frozen: Frozen) -> list[str]:
    """Return the refusals by reason with their counts, the most frequent first, in both languages."""
    counted = Counter((item.refusal, item.ja, item.en) for item in frozen.refused)
    lines: list[str] = []
    for (refusal, japanese, english), count in counted.most_common():
        lines.append(f"refused {count}   {words.both(refusal, words.REFUSALS)}")
        lines += [f"   {sentence}" for pair in zip(japanese, english, strict=True) for sentence in pair]
    return lines
