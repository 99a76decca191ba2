"""The model: train it on a snapshot, fit its scorer, and show who contributed to what it made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import clock, subjects, words
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import show, table
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, short
from okuzuke.training.presets import shortened

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.attribution.desk import Fitted
    from okuzuke.training.desk import Trained

_PRESET = "tiny"
_NEEDS_SNAPSHOT = "okuzuke snapshot --list names them; okuzuke train SNAPSHOT"


@dataclass(frozen=True, slots=True)
class Trial:
    """How far a model's scorer can be relied on, and what that rests on."""

    entry: Entry
    correct: int
    """Held-out families that were given most to the unit they came from."""
    trials: int
    classes: int
    rho_ppm: int
    basis: str


@dataclass(frozen=True, slots=True)
class Learned:
    """A model as it is listed; `trial` is None before its scorer was fitted."""

    entry: Entry
    name: str
    model: str
    """The model hash."""
    steps: int
    bases: tuple[str, ...]
    units: int
    snapshot: Entry
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit contributed to an output."""

    unit: Entry
    name: str
    basis: str
    ppm: int


@dataclass(frozen=True, slots=True)
class Attributed:
    """Who contributed to an output; the parts sum to 1,000,000."""

    entry: Entry
    """The shares' statement."""
    output: str
    """The output id."""
    scorer: Entry
    parts: tuple[Share, ...]


def train(
    context: typer.Context,
    snapshot: Annotated[str | None, typer.Argument(help="The snapshot, by the beginning of its id.")] = None,
    preset: Annotated[str, typer.Option(help="tiny takes minutes on two cores, small hours; base wants more.")] = (
        _PRESET
    ),
    seed: Annotated[int, typer.Option(help="What order, noise and weights derive from.")] = 1,
    name: Annotated[str | None, typer.Option(help="What the model is called. Default: by its recipe.")] = None,
    steps: Annotated[int | None, typer.Option(help="Fewer steps than the preset's, for a quick try.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the models there are.")] = False,
) -> None:
    """Train a model on a snapshot and fit its scorer; a run that was cut off goes on to the same bits.

    Exits with 1 where the loss is no number any more or a work fails the gate, 2 for a preset or snapshot that is not
    there, 3 for a snapshot of another use, 4 where torch or room on the disk is missing.
    """
    call = Call.of(context)
    with opened(call) as archive:
        if listing:
            _show_models(call, archive)
            return
        if snapshot is None:
            raise InputError("no snapshot is named", remedy=_NEEDS_SNAPSHOT)
        frozen = Entry(subjects.subject(archive, snapshot))
        watch = clock.Watch()
        recipe = archive.training.recipe(preset, seed)
        recipe = recipe if steps is None else shortened(recipe, steps)
        trained = archive.training.train(frozen, recipe, name=name, observe=watch)
        learned = _learned(trained, archive.attribution.fit(trained.entry, watch))
    lines = table([_model_row(learned), _trial_row(learned.trial)])
    after = f'okuzuke generate "TAG, TAG" --series TITLE -n 8 -o pictures --model {short(learned.entry)}'
    show(learned, lines, as_json=call.json, after=after)


def attribute(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="A model, or an output by its id, its entry or its file.")],
) -> None:
    """Fit a model's scorer anew, or show who contributed to an output.

    Exits with 1 where a work fails the gate, 2 for what is neither a model nor an output, 4 where torch is missing.
    """
    call = Call.of(context)
    with opened(call) as archive:
        entry = Entry(subjects.subject(archive, subject))
        kind = subjects.kind_of(archive, entry)
        if kind == "model":
            learned = _learned(archive.training.read(entry), archive.attribution.fit(entry, clock.Watch()))
            lines = table([_model_row(learned), _trial_row(learned.trial)])
            show(learned, lines, as_json=call.json, after='okuzuke generate "TAG, TAG" -o pictures')
        elif kind == "output":
            _show_shares(call, archive, entry)
        else:
            what = f"a {kind}" if kind is not None else "no statement"
            raise InputError(
                f"{short(entry)} is {what}, neither a model nor an output",
                remedy="okuzuke train --list names the models; okuzuke log show the outputs",
            )


def _show_models(call: Call, archive: Archive) -> None:
    found = [_learned(trained, archive.attribution.scorer_of(trained.entry)) for trained in archive.training.models()]
    lines = table([_model_row(learned) for learned in found]) or ["no model yet モデルはまだありません"]
    after = 'okuzuke generate "TAG, TAG" --series TITLE -n 8 -o pictures' if found else _NEEDS_SNAPSHOT
    show(found, lines, as_json=call.json, after=after)


def _learned(trained: Trained, fitted: Fitted | None) -> Learned:
    from okuzuke.attribution.scorer import HELD_OUT  # noqa: PLC0415 # help needs no scorer

    model = trained.model
    trial = None
    if fitted is not None:
        scorer = fitted.scorer
        trial = Trial(fitted.entry, scorer.correct, scorer.trials, scorer.classes, scorer.rho_ppm, HELD_OUT)
    bases = tuple(basis.value for basis in model.bases)
    return Learned(
        trained.entry, model.name, model.model, model.steps, bases, len(model.units), trained.run.snapshot, trial
    )


def _model_row(learned: Learned) -> list[str]:
    bases = ", ".join(words.both(basis, words.BASES) for basis in learned.bases)
    counts = [f"steps {learned.steps}", f"units {learned.units}", bases]
    return [
        words.both("model", words.KINDS),
        learned.name,
        *counts,
        f"hash {short(learned.model)}",
        short(learned.entry),
    ]


def _trial_row(trial: Trial | None) -> list[str]:
    assert trial is not None, "it was fitted just now"
    right = f"{trial.correct} of {trial.trials} right"
    told = f"{right} ({trial.correct / trial.trials:.1%})" if trial.trials else "nothing was held out"
    rho = f"rho {percent(trial.rho_ppm)}"
    basis = f"by {trial.basis} 学習外の作品による"
    return [words.both("scorer", words.KINDS), told, f"of {trial.classes} units", rho, basis, "", short(trial.entry)]


def percent(ppm: int) -> str:
    """Return parts per million as a percentage, all of it.

    >>> percent(123_456)
    '12.3456 %'
    """
    return f"{ppm // 10_000}.{ppm % 10_000:04} %"


def _show_shares(call: Call, archive: Archive, entry: Entry) -> None:
    from okuzuke.royalties.terms import unit_title  # noqa: PLC0415 # help needs no register

    shared = archive.attribution.shares_of(entry)
    output = archive.studio.output(entry).output.output
    known = archive.registry.known()
    parts = tuple(
        Share(part.unit, unit_title(known, part.unit), part.basis.value, part.ppm)
        for part in sorted(shared.parts, key=lambda part: (-part.ppm, part.unit))
    )
    heading = table([[words.both("output", words.KINDS), short(output)]])
    rows = [["share 寄与", percent(part.ppm), part.name, words.both(part.basis, words.BASES), short(part.unit)]
            for part in parts]  # fmt: skip
    result = Attributed(shared.entry, output, shared.shares.scorer, parts)
    after = f"okuzuke export {short(entry)} --for auditor -o output.okz"
    show(result, [*heading, *table(rows)], as_json=call.json, after=after)
