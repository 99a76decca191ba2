from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, WorkId
from okuzuke.datasets.manifest import Place, Tombstone
from okuzuke.datasets.order import Phase
from okuzuke.registry.decision import Basis
from okuzuke.registry.grants import Dedication, Grant
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.training.division import FITTED_AT_LEAST, Division, divide, unit_of, units
from okuzuke.training.plan import Plan, spans
from okuzuke.training.vocabulary import Vocabulary, vocabulary
from registry_facts import DAWN, PAPER, Book, digest_of, grant_of
from training.tiny import SEED, tiny_recipe

RECIPE = replace(tiny_recipe(), held_out_per_mille=500)


def _place(slot: int, family: int | None = None, basis: Basis = Basis.DEDICATION, *rests_on: Entry) -> Place:
    work = WorkId(digest_of("work", slot))
    first = WorkId(digest_of("work", slot if family is None else family))
    return Place(slot, work, digest_of("item", slot), first, basis, None, rests_on)


def _divided(places: list[Place | Tombstone], tags: Mapping[int, tuple[str, ...]]) -> Division:
    words = {WorkId(digest_of("work", slot)): found for slot, found in tags.items()}
    return divide(places, words, Statements(), RECIPE, SEED)


def test_a_family_stands_on_the_side_of_its_first_member() -> None:
    places: list[Place | Tombstone] = [_place(slot, slot - slot % 2) for slot in range(40)]
    tags = {slot: (f"tag {slot}",) for slot in range(40)}

    whole = _divided(places, tags)
    others = _divided(places, {slot: words if slot % 2 == 0 else ("else",) for slot, words in tags.items()})

    assert whole == others
    assert len(whole.trained) + len(whole.held_out) == 20
    assert whole.trained
    assert whole.held_out


def test_a_family_that_is_all_tombstones_keeps_a_trained_place() -> None:
    gone = Tombstone(3, WorkId(digest_of("work", 3)))

    found = _divided([_place(1), gone], {1: ()})

    assert [family.members for family in found.trained if family.first is None] == [(gone,)]


def test_a_manifest_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(InputError, match="nothing is left"):
        _divided([Tombstone(3, WorkId(digest_of("work", 3)))], {})


@pytest.mark.parametrize(("works", "lasting"), [(FITTED_AT_LEAST, True), (FITTED_AT_LEAST - 1, False)])
def test_the_codec_is_fitted_on_what_lasts_where_that_is_enough(works: int, lasting: bool) -> None:
    places: list[Place | Tombstone] = [_place(slot) for slot in range(works)]
    places += [_place(works + slot, None, Basis.GRANT) for slot in range(4)]

    found = _divided(places, dict.fromkeys(range(works + 4), ()))

    assert found.lasting is lasting
    assert len(found.fitted) == (works if lasting else works + 4)
    assert [span.phase for span in spans(RECIPE, found)] == (
        [Phase.IRREVOCABLE, Phase.EVERY] if lasting else [Phase.EVERY]
    )
    assert sum(span.steps for span in spans(RECIPE, found)) == RECIPE.steps
    assert len(Plan(RECIPE, found, SEED).batch(0)) == RECIPE.batch


def _register() -> tuple[Book, list[Place]]:
    """Return two works granted without a sheet, a copy of one of them that was found dedicated, and one dedicated."""
    book = Book()
    holder = book.party("holder")
    granted, found = book.series(holder), book.series(book.operator)
    works = [book.work(granted, holder), book.work(granted, holder), book.work(found, book.operator)]
    works.append(book.work(found, book.operator))
    book.owned(granted, holder, holder)
    grant = book.say(holder, Capacity.OWNER, grant_of(granted))
    dedication = book.say(
        book.operator,
        Capacity.OPERATOR,
        Dedication(found, "CC0-1.0", "https://cc0.example", "https://source.example", DAWN, (PAPER,)),  # type: ignore[arg-type] # any digest
    )
    places = [
        Place(0, works[0], digest_of(0), works[0], Basis.GRANT, None, (granted, grant)),
        Place(1, works[1], digest_of(1), works[1], Basis.GRANT, None, (granted, grant)),
        Place(2, works[2], digest_of(2), works[0], Basis.DEDICATION, None, (found, dedication, grant)),
        Place(3, works[3], digest_of(3), works[3], Basis.DEDICATION, None, (found, dedication)),
    ]
    return book, places


def test_a_unit_is_the_sheet_else_the_dedication_else_the_grant() -> None:
    book, places = _register()
    sheet = Entry(digest_of("sheet"))

    assert unit_of(replace(places[0], sheet=sheet), book.known) == sheet
    assert book.known.body(unit_of(places[0], book.known), Grant) is not None
    assert book.known.body(unit_of(places[2], book.known), Dedication) is not None
    with pytest.raises(InputError, match="names no grant"):
        unit_of(replace(places[0], rests_on=()), book.known)


def test_a_family_counts_once_for_the_unit_of_its_first_member() -> None:
    book, places = _register()
    division = divide(places, {place.work: () for place in places}, book.known, RECIPE, SEED)

    counted = units(division.trained, book.known)

    assert {unit.basis: unit.families for unit in counted} == {Basis.GRANT: 2, Basis.DEDICATION: 1}
    assert [unit.unit for unit in counted] == sorted(unit.unit for unit in counted)


def test_a_vocabulary_counts_families_and_shares_what_every_work_of_a_unit_carries() -> None:
    book, places = _register()
    words = (("red", "round"), ("red",), ("red", "copy"), ("blue",))
    tags = {place.work: found for place, found in zip(places, words, strict=True)}
    division = divide(places, tags, book.known, replace(RECIPE, held_out_per_mille=0), SEED)

    found = vocabulary(division.trained, tags, book.known)

    assert found.tags == {"blue": 1, "copy": 1, "red": 2, "round": 1}
    assert found.units[unit_of(places[0], book.known)].tags == ("red",)
    assert Vocabulary.read(found.to_bytes()) == found
