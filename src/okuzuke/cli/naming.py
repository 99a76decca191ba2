"""What the archive calls the ids in a draft, so that its signer need not know them by heart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from okuzuke.cli import words
from okuzuke.cli.reading import InFull
from okuzuke.core.canonical import Json
from okuzuke.core.ids import Entry, WorkId
from okuzuke.registry.authority import Authority
from okuzuke.registry.grants import Consent, Dedication, Ending, Grant, Suspension
from okuzuke.registry.interests import Interest, MoralConsent, Ownership
from okuzuke.registry.known import Body, Statements
from okuzuke.registry.parties import Attestation, Party
from okuzuke.registry.sheets import Sheet
from okuzuke.registry.works import Character, Persona, Register, Series

LONGEST = 200
"""Characters of a name in a draft."""
_ID = re.compile(r"[0-9a-f]{64}")
_KINDS: Mapping[type, str] = {
    Register: "register",
    Ownership: "ownership",
    Interest: "interest",
    MoralConsent: "moral",
    Authority: "authority",
    Sheet: "sheet",
    Grant: "grant",
    Consent: "consent",
    Dedication: "dedication",
    Suspension: "suspend",
    Attestation: "attest",
    Ending: "end",
    Persona: "persona",
    Character: "character",
}


def names(known: Statements, read: InFull) -> dict[str, str]:
    """Return what the signer, and every id among the fields, is called; an id that nothing here has stays unnamed."""
    ids = {read.statement.signer or "", *_ids(read.statement.public), *_ids(read.opened)}
    called = {item: _called(known, item) for item in sorted(ids)}
    return {item: text[:LONGEST] for item, text in called.items() if text is not None}


def _ids(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if _ID.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _ids(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _ids(item)


def _called(known: Statements, item: str) -> str | None:
    registered = known.works.get(WorkId(item))
    if registered is not None:
        work = registered.work
        return f"{work.title} ({work.name})" if work.title else work.name
    fact = known.facts.get(Entry(item))
    if fact is None:
        return None
    match fact.body:
        case Party(name=name):
            return name
        case Series(title=title, copyright_line=copyright_line):
            return f"{title} {copyright_line}"
        case Persona(name=name) | Character(name=name):
            return f"{_kind(fact.body)} {name}"
    about = _about(fact.body)
    subject = _called(known, about) if about is not None else None
    stated = f"{_kind(fact.body)} {fact.recorded_at:%Y-%m-%d} {known.name(fact.signer)}"
    return f"{stated}: {subject}" if subject is not None else stated


def _kind(body: Body) -> str:
    return words.both(_KINDS.get(type(body), "statement"), words.KINDS)


def _about(body: Body) -> str | None:
    """Return what a statement is about: its subject, its target or its series."""
    match body:
        case Consent(target=target) | Attestation(target=target) | Ending(target=target):
            return target
        case Register(series=series):
            return series
    subject = getattr(body, "subject", None)
    return subject if isinstance(subject, str) else None
