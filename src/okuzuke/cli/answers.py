"""A decision as a rights desk or its lawyer reads it: question, answer, who is needed, why, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from okuzuke.cli import words
from okuzuke.cli.call import Call
from okuzuke.cli.shown import GAP, moment, show, table
from okuzuke.core.errors import RightsError
from okuzuke.core.ids import Entry, WorkId, short
from okuzuke.registry.decision import Decision, Need, State
from okuzuke.registry.grants import PLATFORM
from okuzuke.registry.known import Statements
from okuzuke.registry.reasons import Code
from okuzuke.registry.works import Series

if TYPE_CHECKING:
    from okuzuke.archive import Archive

_LABEL = 8
_INDENT = " " * _LABEL + GAP


def show_decision(call: Call, archive: Archive, decision: Decision) -> None:
    """Show the answer; a refusal leaves with its exit code."""
    known = archive.registry.known()
    cited = _cited(archive, decision)
    needs = [_need(known, cited, need) for need in decision.needs]
    until = moment(decision.until) if decision.until is not None else "no end on record"
    rests_on = [[kind, date, short(entry)] for entry, (kind, date) in cited.items()]
    lines = [
        *(line for label, text in _question(known, decision) for line in _labelled(label, [text])),
        *(line for label, text in _answer(decision) for line in _labelled(label, [text])),
        *_labelled("needs", table(needs)),
        *(line for reason in decision.reasons for line in [*_labelled("reason", [reason.ja]), f"{_INDENT}{reason.en}"]),
        *_labelled("valid at", [moment(decision.valid_at)]),
        *_labelled("known at", [moment(decision.known_at)]),
        *_labelled("until", [until]),
        *_labelled("rests on", table(rests_on)),
    ]
    show(decision, lines, as_json=call.json, after=_after(decision))
    if not decision.allowed:
        raise typer.Exit(RightsError.exit_code)


def _labelled(label: str, texts: Sequence[str]) -> list[str]:
    return [f"{label:<{_LABEL}}{GAP}{text}" for text in texts]


def _question(known: Statements, decision: Decision) -> list[tuple[str, str]]:
    asked = decision.asked
    licensee = asked.licensee or PLATFORM
    who = known.name(licensee) if Entry(licensee) in known.facts else licensee
    scope = (f"purpose {asked.purpose}", f"territory {asked.territory}", f"medium {asked.medium}")
    return [
        ("question", f"may {who} use {_name(known, asked.subject)} for {words.both(asked.use, words.USES)}?"),
        ("scope", ", ".join((*scope, f"model family {asked.model_family}"))),
    ]


def _answer(decision: Decision) -> list[tuple[str, str]]:
    refused = "not permitted " + ("不許諾" if decision.state is State.DECLINED else "許諾未取得")
    return [
        ("answer", "permitted 許諾あり" if decision.allowed else refused),
        ("state", words.both(decision.state, words.STATES)),
        ("basis", words.both(decision.basis, words.BASES) if decision.basis is not None else "none なし"),
        ("title", words.both(decision.title, words.TITLES)),
    ]


def _need(known: Statements, cited: dict[Entry, tuple[str, str]], need: Need) -> list[str]:
    who = known.name(need.party) if need.party is not None else "-"
    by = ", ".join(f"{' '.join(cited[entry])} {short(entry)}" for entry in need.covered_by)
    return [words.both(need.role, words.NEEDS), who, f"covered by {by}" if by else "missing 未取得"]


def _cited(archive: Archive, decision: Decision) -> dict[Entry, tuple[str, str]]:
    """Return kind and date of every statement the answer names."""
    from okuzuke.ledger import store  # noqa: PLC0415 # SQL is imported by commands that need it

    named = dict.fromkeys([*decision.rests_on, *(entry for need in decision.needs for entry in need.covered_by)])
    with archive.database.reading() as connection:
        items = [store.recorded(connection, entry) for entry in named]
    return {item.entry: (words.both(item.statement.kind, words.KINDS), moment(item.recorded_at)[:10]) for item in items}


def _name(known: Statements, subject: str) -> str:
    registered = known.works.get(WorkId(subject))
    if registered is not None:
        return f"the work {registered.work.title or registered.work.name} ({short(subject)})"
    series = known.body(subject, Series)
    return f"the series {series.title} ({short(subject)})" if series is not None else short(subject)


def _after(decision: Decision) -> str:
    asked = decision.asked
    codes = {reason.code for reason in decision.reasons}
    if decision.allowed:
        return f"okuzuke snapshot --use {asked.use}"
    if Code.NO_OWNERSHIP in codes:
        return f"okuzuke ownership {short(asked.subject)} --owner PARTY=1 --form sole --title creation --key KEY.pem"
    if Code.MORAL_MISSING in codes:
        return f"okuzuke consent moral {short(asked.subject)} --use {asked.use} --key AUTHOR.pem"
    if decision.grant is not None and decision.state is State.NEGOTIATING:
        return f"okuzuke consent give {short(decision.grant)} --key MEMBER.pem   # each who is missing"
    return f"okuzuke grant {short(asked.subject)} --use {asked.use} --key OWNER.pem"
