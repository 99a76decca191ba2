"""What rests on a work or an entry, walked up to the money: outputs, allocations, and who was credited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from okuzuke.cli import options, subjects, words
from okuzuke.cli.call import Call, opened
from okuzuke.cli.shown import money_text, show, table
from okuzuke.core.ids import Entry, PartyId, short
from okuzuke.core.money import Money

if TYPE_CHECKING:
    from okuzuke.archive import Archive
    from okuzuke.ledger.lineage import Step

_OF_OUTPUTS = frozenset({"capture", "shares"})
"""Kinds that name outputs without being beneath them."""


@dataclass(frozen=True, slots=True)
class Credited:
    """What a party was credited with because of the outputs that are affected, in one currency."""

    party: PartyId
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Affected:
    """Everything that rests on a subject, nearest first, and where its money went."""

    subject: str
    steps: tuple[Step, ...]
    outputs: int
    allocations: int
    credited: tuple[Credited, ...]


def affected(context: typer.Context, subject: options.Subject) -> None:
    """List everything recorded that rests on a work or an entry, nearest first, and who was paid because of it."""
    call = Call.of(context)
    with opened(call) as archive:
        about = subjects.subject(archive, subject)
        steps = archive.affected(about)
        found = _affected(archive, about, steps)
    rows = [
        [words.both(step.kind, words.KINDS), f"{step.depth} away", f"through {short(step.through)}", short(step.entry)]
        for step in steps
    ]
    lines = table(rows) or [f"nothing rests on {short(about)}"]
    if found.outputs or found.allocations:
        output, allocation = words.both("output", words.KINDS), words.both("allocation", words.KINDS)
        lines.append(f"{output} {found.outputs}   {allocation} {found.allocations}")
    lines += table([["credited 計上", one.name, money_text(one.amount), short(one.party)] for one in found.credited])
    show(found, lines, as_json=call.json, after=f"okuzuke export {short(about)} --for auditor -o affected.okz")


def _affected(archive: Archive, about: str, steps: tuple[Step, ...]) -> Affected:
    from okuzuke.accounts import store as accounts  # noqa: PLC0415 # SQL is imported by commands that need it

    known = archive.registry.known()
    kinds: dict[Entry, str] = {step.entry: step.kind for step in steps}
    kind = subjects.kind_of(archive, about)
    if kind is not None:
        kinds[Entry(about)] = kind
    outputs = {entry for entry, kind in kinds.items() if kind == "output"}
    named = outputs or _named_outputs(archive, kinds)
    allocations = [entry for entry, kind in kinds.items() if kind == "allocation"]
    sums: Counter[tuple[PartyId, str]] = Counter()
    with archive.database.reading() as connection:
        for entry in allocations:
            for transfer in accounts.transfers(connection, entry):
                because = entry == about or transfer.output in named
                if because and transfer.payee is not None:
                    sums[transfer.payee, transfer.amount.currency] += transfer.amount.sub_units
    credited = tuple(
        Credited(party, known.name(party), Money(amount, currency))
        for (party, currency), amount in sorted(sums.items())
    )
    return Affected(about, steps, len(outputs), len(allocations), credited)


def _named_outputs(archive: Archive, kinds: Mapping[Entry, str]) -> set[Entry]:
    """Return the outputs that the charges and shares among these entries are of.

    Of what stands above outputs, such as rates or a scorer, only these say which outputs they are of.
    """
    from okuzuke.ledger import store  # noqa: PLC0415 # SQL is imported by commands that need it

    with archive.database.reading() as connection:
        naming = [store.recorded(connection, entry) for entry, kind in kinds.items() if kind in _OF_OUTPUTS]
        beneath = {target.entry for item in naming for target in item.statement.rests_on if target.entry is not None}
        return {entry for entry in beneath if store.recorded(connection, entry).statement.kind == "output"}
