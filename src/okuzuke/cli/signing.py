"""Signing elsewhere: a draft is read in words and signed, with no archive and from the base install."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from okuzuke.cli import clock, files, words
from okuzuke.cli.call import Call
from okuzuke.cli.shown import show, table
from okuzuke.core.canonical import Json, JsonObject
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.ledger import keys, statement, submission
from okuzuke.ledger.statement import Statement
from okuzuke.ledger.submission import Submission
from okuzuke.registry.known import READERS, read_body

_LISTED = 20
# `statement.read` reads signed statements; an unsigned one has no proof yet to read.
_NO_PROOF: JsonObject = {
    "@context": None,
    "type": None,
    "cryptosuite": None,
    "created": "1970-01-01T00:00:00.000000Z",
    "verificationMethod": None,
    "proofPurpose": None,
    "proofValue": None,
}


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
    read, opened = _read(handed_in)
    path = None
    if key is not None:
        signed = submission.signed(handed_in, keys.load(key), clock.now())
        path = output or file.with_name(file.name.removesuffix(".json") + ".signed.json")
        files.write_new(path, signed.to_bytes())
    rows = tuple(handed_in.rows[row].document for members in handed_in.sets.values() for row in members)
    result = Signed(path, read.kind, read.capacity, read.signer, read.issuer, read.public, opened, rows)
    lines = _lines(read, opened, rows)
    lines.append(f"signed 署名済み   {path}" if path is not None else "not signed 未署名")
    command = {"moral": "consent moral", "consent": "consent give", "dedication": "dedicate"}.get(read.kind, read.kind)
    command = {"key": "party", "party_end": "party"}.get(command, command)
    after = f"okuzuke {command} --signed {path}" if path is not None else f"okuzuke sign {file} --key KEY.pem"
    show(result, lines, as_json=call.json, after=after)


def _read(handed_in: Submission) -> tuple[Statement, JsonObject]:
    """Return the statement and its opened fields; what a signer cannot see in full is refused."""
    read = statement.read({"proof": _NO_PROOF, **handed_in.document})
    opened = statement.check_disclosures(read, handed_in.disclosures)
    if len(opened) != len(read.sealed):
        raise CheckFailedError(
            "the draft seals a field that it does not open", remedy="ask for the draft with every field open"
        )
    if read.kind in READERS:
        read_body(read.kind, read.public, opened)
    else:
        _review(read, opened)
    sets = statement.set_roots(read.public)
    if {root: len(members) for root, members in handed_in.sets.items()} != sets:
        raise CheckFailedError("the draft and its rows differ", remedy="ask for the draft as it was written")
    for root, members in handed_in.sets.items():
        submission.check_set(root, members)
    for row in handed_in.rows.values():
        submission.check_row(row)
    if {member for members in handed_in.sets.values() for member in members} != set(handed_in.rows):
        raise CheckFailedError("rows of the draft are missing", remedy="ask for the draft as it was written")
    return read, opened


def _review(read: Statement, opened: JsonObject) -> None:
    from okuzuke.screening.match import Review  # noqa: PLC0415 # only a review needs it

    if read.kind != "review":
        raise CheckFailedError(f"a {read.kind!r} is signed by nobody elsewhere", remedy="check which file this is")
    fields = Fields(read.public, read.kind)
    Review.read(fields, opened)
    fields.end()


def _lines(read: Statement, opened: JsonObject, rows: tuple[JsonObject, ...]) -> list[str]:
    heading = [
        ["statement 記載", words.both(read.kind, words.KINDS)],
        ["capacity 資格", words.both(read.capacity, words.CAPACITIES)],
        ["signer 署名者", read.signer or "a new party 新しい当事者"],
        ["key 鍵", read.issuer],
        ["rests on 根拠", f"{len(read.rests_on)} statements"],
    ]
    lines = table(heading)
    lines += ["public 公開項目", *_members(read.public, "  ")]
    if opened:
        lines += ["sealed 封緘項目", *_members(opened, "  ")]
    if rows:
        lines.append(f"rows 行   {len(rows)}")
        lines += [f"  {row.get('name', '')}   {row.get('asset', '')}" for row in rows[:_LISTED]]
        lines += [f"  and {len(rows) - _LISTED} more in the file"] if len(rows) > _LISTED else []
    return lines


def _members(value: Mapping[str, Json], indent: str) -> list[str]:
    lines: list[str] = []
    for name, item in value.items():
        label = f"{indent}{words.both(name, words.FIELDS)}"
        if isinstance(item, Mapping):
            lines += [label, *_members(item, indent + "  ")]
        elif isinstance(item, list | tuple) and any(isinstance(part, Mapping) for part in item):
            for at, part in enumerate(item, start=1):
                lines.append(f"{label} {at}")
                lines += _members(part, indent + "  ") if isinstance(part, Mapping) else [f"{indent}  {_value(part)}"]
        else:
            lines.append(f"{label}: {_value(item)}")
    return lines


def _value(item: Json) -> str:
    match item:
        case None:
            return "none なし"
        case bool():
            return "yes はい" if item else "no いいえ"
        case str():
            return "any すべて" if item == "*" else words.both(item, words.USES)
        case int():
            return str(item)
        case _:
            return ", ".join(_value(part) for part in item) or "none なし"
