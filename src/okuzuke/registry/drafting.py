"""Who signs a draft, in what names and for how long, and how a draft is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.intervals import format_instant
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.registry.authority import Authority
from okuzuke.registry.interests import Ownership
from okuzuke.registry.known import Statements, check_draft
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import ALL_USES, Use

ANY: Sequence[str] = ("*",)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs and in what right."""

    party: PartyId
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Names:
    """A party's or a title's name in its scripts."""

    name: str
    kana: str | None = None
    romaji: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant until another, or without end."""

    start: datetime
    end: datetime | None = None


def drafted(
    kind: str, signer: Signer, public: JsonObject, rests_on: Sequence[Entry] = (), sealed: JsonObject | None = None
) -> Draft:
    """Return a draft that rests on its signer and on these entries, each named once."""
    beneath = dict.fromkeys([Entry(signer.party), *rests_on])
    stands_on = tuple(RestsOn(entry=entry) for entry in beneath)
    return checked(Draft(kind, signer.party, signer.capacity, public, sealed or {}, stands_on))


def checked(draft: Draft) -> Draft:
    """Return the draft, or raise `InputError` before anyone is asked to sign it."""
    check_draft(draft)
    return draft


def newest(known: Statements, subject: str, body: type[Ownership | Authority]) -> list[Entry]:
    """Return the newest statement of this type about the subject or what it inherits from."""
    for scope in known.scopes(subject):
        found = known.about(scope, body)
        if found:
            return [found[-1][0].entry]
    return []


def use_words(uses: Sequence[Use] | None) -> list[str]:
    """Return the uses as a document has them, every use as "*"."""
    return list(ANY) if uses is None or set(uses) == ALL_USES else [use.value for use in uses]


def instant_word(instant: datetime | None) -> str | None:
    """Return the instant as it is recorded, None for none."""
    return None if instant is None else format_instant(instant)
