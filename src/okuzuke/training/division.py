"""Who is trained on, who is held out, on whom the codec is fitted, and which units they belong to. Pure.

A stranger with the manifest's places, the works' tags and the register comes to the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, WorkId
from okuzuke.datasets.manifest import Place, Tombstone
from okuzuke.datasets.order import Family, Phase, families, irrevocable, of_phase
from okuzuke.registry.decision import Basis
from okuzuke.registry.grants import Dedication, Grant
from okuzuke.registry.known import Statements
from okuzuke.registry.sheets import Sheet
from okuzuke.registry.works import Series
from okuzuke.training.model import Unit
from okuzuke.training.recipe import Recipe, is_held_out

FITTED_AT_LEAST = 256
"""Under so many irrevocable works a codec fitted on them alone would not know the others."""


@dataclass(frozen=True, slots=True)
class Division:
    """The families of a manifest as a run takes them, each in the order of their ids."""

    trained: tuple[Family, ...]
    held_out: tuple[Family, ...]
    lasting: bool
    """Whether the irrevocable trained part is large enough to be fitted and begun on alone."""

    @property
    def fitted(self) -> tuple[Family, ...]:
        """The families whose works the codec is fitted on."""
        return of_phase(self.trained, Phase.IRREVOCABLE) if self.lasting else self.trained

    @property
    def places(self) -> tuple[Place, ...]:
        """Every trained work, in slot order."""
        return tuple(sorted((place for family in self.trained for place in family.places), key=_slot))


def divide(
    places: Sequence[Place | Tombstone],
    tags: Mapping[WorkId, Sequence[str]],
    known: Statements,
    recipe: Recipe,
    seed: str,
) -> Division:
    """Return the division that a recipe and an order seed make of a manifest; nothing left to train on is refused.

    A family all of whose members were removed has no tags to judge by and keeps a trained place.
    """
    trained: list[Family] = []
    held_out: list[Family] = []
    for family in families(places, lambda place: irrevocable(place, known)):
        words = tags[family.first.work] if family.first is not None else ()
        (held_out if is_held_out(seed, words, recipe.held_out_per_mille) else trained).append(family)
    if not any(family.places for family in trained):
        raise InputError("nothing is left to train on", remedy="freeze more works, or hold fewer out")
    lasting = sum(len(family.places) for family in of_phase(trained, Phase.IRREVOCABLE)) >= FITTED_AT_LEAST
    return Division(tuple(trained), tuple(held_out), lasting)


def unit_of(place: Place, known: Statements) -> Entry:
    """Return what a work is paid and counted under: its sheet, its dedication, or its grant where that has no sheet."""
    if place.sheet is not None:
        return place.sheet
    body = Dedication if place.basis is Basis.DEDICATION else Grant
    own = next((entry for entry in place.rests_on if known.body(entry, body) is not None), None)
    if own is None:
        raise InputError(f"work {place.work} names no {place.basis}", remedy="check the register this rests on")
    return own


def units(found: Sequence[Family], known: Statements) -> tuple[Unit, ...]:
    """Return the units of these families, sorted; a family counts once, for its first member that is still there."""
    counted = Counter(_unit(family, known) for family in found if family.first is not None)
    return tuple(Unit(unit, basis, unit_name(unit, known), number) for (unit, basis), number in sorted(counted.items()))


def unit_name(unit: Entry, known: Statements) -> str:
    """Return the title of the series a unit speaks of, or of the series of the one work it speaks of."""
    fact = known.facts.get(unit)
    if fact is None or not isinstance(fact.body, Sheet | Grant | Dedication):
        raise InputError(f"{unit} is no sheet, grant or dedication", remedy="check the register this rests on")
    for scope in known.scopes(fact.body.subject):
        series = known.body(scope, Series)
        if series is not None:
            return series.title
    raise InputError(f"the series of {unit} is not in the register", remedy="check the register this rests on")


def _unit(family: Family, known: Statements) -> tuple[Entry, Basis]:
    assert family.first is not None, "only families that are still there have a unit"
    return unit_of(family.first, known), family.first.basis


def _slot(place: Place) -> int:
    return place.slot
