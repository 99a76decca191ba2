from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.attribution.shares import Part, Shares, check_parts, parts_of
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.core.money import allocate
from okuzuke.registry.decision import Basis
from registry_facts import digest_of

OUTPUT = Entry(digest_of("output"))
UNITS = sorted(Entry(digest_of("unit", at)) for at in range(5))
BASES = dict.fromkeys(UNITS, Basis.GRANT)
weights = st.dictionaries(st.sampled_from(UNITS), st.integers(0, 1000), min_size=1).filter(lambda w: any(w.values()))


def _shares(size: int) -> Shares:
    return Shares(OUTPUT, Entry(digest_of("scorer")), SetRoot(digest_of("root")), size)


@given(weights)
def test_the_parts_of_a_score_are_whole_and_a_unit_without_a_part_has_no_row(found: dict[Entry, int]) -> None:
    scored = {Entry(unit): part for unit, part in allocate(1_000_000, dict(found.items())).items()}
    parts = parts_of(OUTPUT, scored, BASES)

    check_parts(_shares(len(parts)), parts)
    assert {part.unit: part.ppm for part in parts} == {unit: ppm for unit, ppm in scored.items() if ppm}
    assert [Part.read(part.to_row()) for part in parts] == list(parts)


def test_shares_read_back_as_themselves() -> None:
    fields = Fields(_shares(3).to_public(), "shares")

    assert Shares.read(fields, {}) == _shares(3)
    fields.end()


def _parts() -> tuple[Part, Part]:
    return Part(OUTPUT, UNITS[0], Basis.GRANT, 600_000), Part(OUTPUT, UNITS[1], Basis.DEDICATION, 400_000)


def test_parts_that_are_not_the_whole_of_this_output_are_refused() -> None:
    one, two = _parts()
    check_parts(_shares(2), (one, two))

    for wrong in (
        (one,),
        (one, replace(two, ppm=400_001)),
        (two, one),
        (one, replace(two, unit=one.unit)),
        (one, replace(two, output=Entry(digest_of("another")))),
    ):
        with pytest.raises(CheckFailedError):
            check_parts(_shares(2), wrong)


@pytest.mark.parametrize("change", [{"ppm": 0}, {"ppm": 1_000_001}, {"ppm": True}, {"basis": "wish"}, {"more": 1}])
def test_a_part_of_another_shape_is_refused(change: JsonObject) -> None:
    with pytest.raises(InputError):
        Part.read({**_parts()[0].to_row(), **change})
