"""Signing elsewhere: a draft is read in words and signed, with no archive and from the base install."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from okuzuke.cli import clock, files, words
from okuzuke.cli.call import Call
from okuzuke.cli.naming import LONGEST
from okuzuke.cli.reading import InFull, command_for, read_in_full
from okuzuke.cli.shown import show, table
from okuzuke.core.canonical import Json, JsonObject
from okuzuke.ledger import keys, submission

_LISTED = 20
_NOTE = (
    "「」 are names as the drafter gives them; the signature does not cover them",
    "「」内の名称は作成者の説明であり、署名の対象ではありません",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a draft says, all of it; `path` is None where it was only read."""

    path: Path | None
    kind: str
    capacity: str
    signer: str | None
    did: str
    public: JsonObject
    opened: JsonObject
    rows: tuple[JsonObject, ...]
    names: Mapping[str, str]
    """What the drafter calls the ids; no signature covers it."""


def sign(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A draft, as --draft wrote it.")],
    key: Annotated[Path | None, typer.Option(help="The signer's key (PEM). Without it the draft is only read.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: FILE with the ending .signed.json.")
    ] = None,
) -> None:
    """Show in words what a draft says, sign it, and write the signed file; no archive is needed."""
    call = Call.of(context)
    handed_in = submission.parse(files.read(file))
    full = read_in_full(handed_in)
    read = full.statement
    path = None
    if key is not None:
        signed = submission.signed(handed_in, keys.load(key), clock.now())
        path = output or file.with_name(file.name.removesuffix(".json") + ".signed.json")
        files.write_new(path, signed.to_bytes())
    rows = tuple(handed_in.rows[row].document for members in handed_in.sets.values() for row in members)
    names = handed_in.names
    result = Signed(path, read.kind, read.capacity, read.signer, read.issuer, read.public, full.opened, rows, names)
    lines = _lines(full, rows, names)
    lines.append(f"signed 署名済み   {path}" if path is not None else "not signed 未署名")
    recording = f"okuzuke {command_for(read.kind, file)} --signed {path}"
    after = recording if path is not None else f"okuzuke sign {file} --key KEY.pem"
    show(result, lines, as_json=call.json, after=after)


def _lines(full: InFull, rows: tuple[JsonObject, ...], names: Mapping[str, str]) -> list[str]:
    read = full.statement
    heading = [
        ["statement 記載", words.both(read.kind, words.KINDS)],
        ["capacity 資格", words.both(read.capacity, words.CAPACITIES)],
        ["signer 署名者", _value(read.signer, names) if read.signer else "a new party 新しい当事者"],
        ["key 鍵", read.issuer],
        ["rests on 根拠", f"{len(read.rests_on)} statements"],
    ]
    lines = table(heading)
    lines += ["public 公開項目", *_members(read.public, "  ", names)]
    if full.opened:
        lines += ["sealed 封緘項目", *_members(full.opened, "  ", names)]
    if rows:
        lines.append(f"rows 行   {len(rows)}")
        lines += [f"  {row.get('name', '')}   {row.get('asset', '')}" for row in rows[:_LISTED]]
        lines += [f"  and {len(rows) - _LISTED} more in the file"] if len(rows) > _LISTED else []
    return [*lines, *(_NOTE if names else ())]


def _members(value: Mapping[str, Json], indent: str, names: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for name, item in value.items():
        label = f"{indent}{words.both(name, words.FIELDS)}"
        inner = indent + "  "
        if isinstance(item, Mapping):
            lines += [label, *_members(item, inner, names)]
        elif isinstance(item, list | tuple) and any(isinstance(part, Mapping) for part in item):
            for at, part in enumerate(item, start=1):
                lines.append(f"{label} {at}")
                lines += _members(part, inner, names) if isinstance(part, Mapping) else [inner + _value(part, names)]
        else:
            lines.append(f"{label}: {_value(item, names)}")
    return lines


def _value(item: Json, names: Mapping[str, str]) -> str:
    match item:
        case None:
            return "none なし"
        case bool():
            return "yes はい" if item else "no いいえ"
        case str():
            shown = "any すべて" if item == "*" else words.both(item, words.USES)
            # A name must not close its own quotation and go on as if it were signed.
            return f"{shown} 「{names[item][:LONGEST].replace('」', '』')}」" if item in names else shown
        case int():
            return str(item)
        case _:
            return ", ".join(_value(part, names) for part in item) or "none なし"
