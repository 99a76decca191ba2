"""What a capture is divided under, read off the register: sheets' versions, prices, contested families. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from okuzuke.core.ids import Entry, WorkId, short
from okuzuke.datasets.order import Family
from okuzuke.generation.request import Licence
from okuzuke.registry import holders
from okuzuke.registry.decision import Basis
from okuzuke.registry.force import in_force
from okuzuke.registry.grants import Consent, Grant
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.prices import Price
from okuzuke.registry.scope import ANY
from okuzuke.registry.sheets import Line, Sheet
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Character, Persona, Series
from okuzuke.royalties.split import Fee, Unit
from okuzuke.training.division import unit_of
from okuzuke.training.model import Model


@dataclass(frozen=True, slots=True)
class Version:
    """A sheet as it stood at an instant: the statement of its newest version by then, and its lines."""

    entry: Entry
    lines: tuple[Line, ...] | None
    """None where they cannot be read here."""


def version_at(known: Statements, sheet: Entry, at: datetime) -> Version | None:
    """Return the newest version of a sheet in force at `at`, whichever version names it; None for what is no sheet.

    The first version is agreed to with the grant that names it. A later one counts once every owner has agreed to it,
    or the window that decides for them signed it: no co-owner moves the others' money alone.
    """
    body = known.body(sheet, Sheet)
    if body is None:
        return None
    first = body.first or sheet
    versions = [
        Version(fact.entry, version.lines)
        for fact, version in known.about(body.subject, Sheet)
        if fact.recorded_at <= at
        and first in (fact.entry, version.first)
        and (version.first is None or _agreed(known, fact, body.subject, at))
    ]
    return versions[-1] if versions else None


def versions_at(known: Statements, sheets: Collection[Entry], at: datetime) -> dict[Entry, Version]:
    """Return the version of each sheet that has one."""
    found = {sheet: version_at(known, sheet, at) for sheet in sheets}
    return {sheet: version for sheet, version in found.items() if version is not None}


def waterfalls(versions: Mapping[Entry, Version]) -> dict[Entry, tuple[Line, ...]]:
    """Return the lines of each version that can be read."""
    return {sheet: version.lines for sheet, version in versions.items() if version.lines is not None}


def fees_of(known: Statements, licences: Sequence[Licence]) -> tuple[Fee, ...]:
    """Return what the licences named in a request cost; one permission of one grant is asked for once.

    A request may name one grant for several of its series' works, and an output is made once.
    """
    asked = {(licence.grant, licence.use): licence for licence in licences if licence.grant is not None}
    return tuple(Fee(licence.sheet, _price(known, licence)) for licence in asked.values())


def units_of(
    known: Statements, model: Model, trained: Sequence[Family], contested: Collection[WorkId]
) -> tuple[Unit, ...]:
    """Return the model's units with those of their trained families of which a work is contested.

    A family belongs to the unit of its first work, as the model counts it. Of a dedication nobody is paid, so nothing
    of it is held back.
    """
    held: dict[Entry, list[WorkId]] = {}
    for family in trained:
        if family.first is None or family.first.basis is Basis.DEDICATION:
            continue
        if any(place.work in contested for place in family.places):
            held.setdefault(unit_of(family.first, known), []).append(family.family)
    return tuple(
        Unit(unit.unit, unit.basis, unit.families, tuple(sorted(held.get(unit.unit, ())))) for unit in model.units
    )


def unit_title(known: Statements, unit: Entry) -> str:
    """Return what a unit's money is for as its holder calls it: the series, the character or the persona."""
    fact = known.facts.get(unit)
    if fact is not None and isinstance(fact.body, Sheet | Grant):
        for scope in known.scopes(fact.body.subject):
            named = known.facts.get(Entry(scope))
            if named is not None and isinstance(named.body, Series):
                return named.body.title
            if named is not None and isinstance(named.body, Character | Persona):
                return named.body.name
    return short(unit)


def _agreed(known: Statements, fact: Fact, subject: str, at: datetime) -> bool:
    if fact.capacity is Capacity.WINDOW:
        return True
    held = holders.holders(known, known.scopes(subject), Use.GENERATE, (ANY, ANY), at)
    # The last word of each counts.
    said = {
        consent.signer: body.agrees
        for consent, body in known.about(fact.entry, Consent)
        if in_force(known, consent, at)
    }
    agreed = {fact.signer} | {party for party, agrees in said.items() if agrees}
    return held is not None and {*held.owners.owners} <= agreed


def _price(known: Statements, licence: Licence) -> Price | None:
    grant = known.body(licence.grant or "", Grant)
    if grant is None or grant.prices is None:
        return None
    prices = zip(grant.allow, grant.prices, strict=True)
    return next((price for permission, price in prices if permission.act is licence.use), None)
