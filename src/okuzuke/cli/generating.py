"""Pictures: made where it is permitted and paid, written with the public bundle of each beside it."""

from __future__ import annotations

import os
import re
import secrets
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import files, options, parsed, subjects
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import money_text, show, table
from okuzuke.core.canonical import digest
from okuzuke.core.errors import StateError
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.core.money import Money
from okuzuke.core.plain import plain

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.generation.studio import Generated

_KEY_BYTES = 8
_STEPS = 8
_GUIDANCE = "2.0"
_ENDING = ".png"
_LONGEST_NAME = 40
_ID = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture and its public bundle as they were written; `output` is the output id, `entry` its statement."""

    path: Path
    bundle: Path
    output: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Charged:
    """What was taken for the pictures: free and paid credits, their price, and what making them cost the platform."""

    free: int
    paid: int
    price: Money
    cost: Money


@dataclass(frozen=True, slots=True)
class Generation:
    """What a request made; typed again with the same `key`, it makes and charges nothing more."""

    request: Entry
    user: PartyId
    key: str
    pictures: tuple[Drawn, ...]
    charged: Charged


def generate(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help='Tags of the model and names of series: "daruma, red, calm".')],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write the pictures into.")],
    series: Annotated[list[str] | None, typer.Option(help="A series by its title or id; repeat it.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", help="How many pictures.")] = 1,
    user: options.User = None,
    model: Annotated[str | None, typer.Option(help="The model, by the beginning of its id. Default: the newest.")] = (
        None
    ),
    seed: Annotated[int | None, typer.Option(help="What the noise derives from. Default: drawn.")] = None,
    steps: Annotated[int, typer.Option(help="Steps of the sampler.")] = _STEPS,
    guidance: Annotated[str, typer.Option(help="How closely the tags are followed, 0 to 10.")] = _GUIDANCE,
    key: Annotated[
        str | None, typer.Option(help="A name of the order: typed again with it, nothing is charged twice.")
    ] = None,
) -> None:
    """Make pictures, each with its public bundle beside it; nothing is charged that was not made.

    Exits with 2 for a word the model has not learnt, naming the nearest, 3 where a permission or credits are missing,
    4 where torch or room on the disk is missing.
    """
    call = Call.of(context)
    guided = parsed.thousandths(guidance, "--guidance")
    name = key or secrets.token_hex(_KEY_BYTES)
    _check_writable(output)
    with opened(call) as archive:
        asked_by = subjects.party(archive, user)
        made = archive.studio.generate(
            prompt,
            user=asked_by,
            series=[_series(archive, text) for text in series or ()],
            count=count,
            seed=seed,
            model=Entry(subjects.subject(archive, model)) if model is not None else None,
            steps=steps,
            guidance_milli=guided,
            key=name,
        )
        try:
            pictures = _written(call, archive, made, output, _stem(series[0] if series else prompt))
        except StateError as error:
            # What was charged must not be lost with the disk: the same order gives the same pictures.
            raise StateError(
                f"{error.message}; the pictures are recorded, charged and kept in the archive",
                remedy=f"{error.remedy}; then type it again with --key {name}, which charges nothing",
            ) from error
    done = Generation(made.request, asked_by, name, pictures, _charged(made))
    show(done, _lines(done), as_json=call.json, after=_after(done))


def _check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written into before anything is charged; it is made only when it is needed."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise StateError(f"{nearest} is no folder that may be written into", remedy="name another folder")


def _series(archive: Archive, text: str) -> str:
    """Return a series' id in full, or its title as it was typed."""
    return subjects.subject(archive, text) if _ID.fullmatch(text) else text


def _written(call: Call, archive: Archive, made: Generated, folder: Path, stem: str) -> tuple[Drawn, ...]:
    """Write every picture, then every bundle; what a cut-off command has written already stays as it is."""
    from okuzuke.audit.exporter import Wanted  # noqa: PLC0415 # SQL is imported by commands that need it

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"cannot make {folder}: {error.strerror}", remedy="free room or mend the path") from error
    taken = sorted(folder.glob(f"{stem}-*{_ENDING}"))
    there = {digest(files.read(path)).hex(): path for path in taken}
    paths = _paths(folder, stem, taken, [one.output.file for one in made.outputs], there)
    for at, (one, path) in enumerate(zip(made.outputs, paths, strict=True)):
        if one.output.file not in there:
            files.write_new(path, archive.blobs.get(one.output.file))
        if not at and not call.json:
            print(plain(f"first picture 最初の1枚   {path}"), flush=True)
    bundles = archive.exports([Wanted(one.entry, "public") for one in made.outputs])
    drawn: list[Drawn] = []
    for one, path, bundle in zip(made.outputs, paths, bundles, strict=True):
        beside = path.with_name(f"{path.name}.okz")
        if not beside.exists():
            files.write_new(beside, bundle.to_bytes())
        drawn.append(Drawn(path, beside, one.output.output, one.entry))
    return tuple(drawn)


def _paths(
    folder: Path, stem: str, taken: Sequence[Path], wanted: Sequence[str], there: Mapping[str, Path]
) -> list[Path]:
    """Return where each picture lies: where it is already, else under the next free number."""
    numbers = [int(found[1]) for path in taken if (found := re.search(r"-(\d{4,9})\.png$", path.name)) is not None]
    number = max(numbers, default=0)
    paths: list[Path] = []
    for asset in wanted:
        if asset in there:
            paths.append(there[asset])
        else:
            number += 1
            paths.append(folder / f"{stem}-{number:04}{_ENDING}")
    return paths


def _stem(text: str) -> str:
    """Return a name for files from what was asked for.

    >>> _stem("daruma, red / calm"), _stem("だるま百態"), _stem("…")
    ('daruma-red-calm', 'だるま百態', 'picture')
    """
    words = "".join(character if character.isalnum() else " " for character in text).split()
    return "-".join(words)[:_LONGEST_NAME].strip("-") or "picture"


def _charged(made: Generated) -> Charged:
    capture = made.capture
    free, paid, prices, cost = capture.free, capture.paid, capture.prices, capture.cost
    assert free is not None, "the archive's own capture is open"
    assert paid is not None, "the archive's own capture is open"
    assert prices, "the archive's own capture is open, and something was made"
    assert cost is not None, "the archive's own capture is open"
    return Charged(free, paid, Money(sum(price.sub_units for price in prices), prices[0].currency), cost)


def _lines(done: Generation) -> list[str]:
    rows = [["picture 生成物", str(one.path), f"output {short(one.output)}", short(one.entry)] for one in done.pictures]
    charged = done.charged
    cells = [
        f"free 無料分 {charged.free}",
        f"paid 有料分 {charged.paid}",
        f"price 価格 {money_text(charged.price)}",
        f"metered cost 原価 {money_text(charged.cost)}",
        short(done.request),
    ]
    return [*table(rows), *table([["charged 課金", *cells]])]


def _after(done: Generation) -> str:
    first = shlex.quote(str(done.pictures[0].path))
    return f"okuzuke verify {first} --trust TRUST   # okuzuke log trust -o TRUST writes one"
