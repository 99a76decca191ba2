from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import AssetId, Entry, WorkId
from okuzuke.datasets.manifest import Place, Tombstone, check_order, families, item_digest, item_of, read_place
from okuzuke.registry.decision import Basis
from registry_facts import digest_of, work_of

WORKS = [WorkId(digest_of("w", at)) for at in range(8)]
SLOTS = {work: at * 7 for at, work in enumerate(WORKS)}


def _place(slot: int) -> Place:
    return Place(slot, WORKS[0], digest_of("item"), WORKS[0], Basis.GRANT, None, (Entry(digest_of("grant")),))


def test_a_place_and_a_tombstone_round_trip() -> None:
    tombstone = Tombstone(9, WORKS[1])

    assert read_place(_place(3).to_row()) == _place(3)
    assert read_place(tombstone.to_row()) == tombstone


def test_a_tombstone_holds_nothing_of_the_work() -> None:
    assert Tombstone(9, WORKS[1]).to_row() == {"slot": 9, "family": WORKS[1], "tombstone": True}


@pytest.mark.parametrize("change", [{"caption": "x"}, {"basis": "wish"}, {"slot": -1}, {"item": "short"}])
def test_a_row_of_another_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        read_place({**_place(3).to_row(), **change})  # type: ignore[dict-item]


def test_places_out_of_slot_order_or_doubled_are_refused() -> None:
    check_order([_place(1), Tombstone(2, WORKS[1]), _place(3)])

    for slots in ([2, 1], [1, 1]):
        with pytest.raises(CheckFailedError, match="order"):
            check_order([_place(slot) for slot in slots])


def test_the_item_is_the_asset_the_caption_and_the_tags_and_nothing_else() -> None:
    # SHA-256 of the JCS text ["0…0","a red daruma",["daruma","red"]], computed with sha256sum.
    assert (
        item_digest("0" * 64, "a red daruma", ("daruma", "red"))  # type: ignore[arg-type]
        == "2c5cd4f5356f9f833e8450afd4e9ab0a54229c144e077fcf1ada111265fa5174"
    )
    work = work_of("one")
    assert item_of(work) == item_digest(work.asset, work.caption, work.tags)


def test_a_work_alone_is_its_own_family() -> None:
    assert families(SLOTS, [], {}) == {work: work for work in WORKS}


def test_a_family_is_named_by_the_work_at_its_lowest_slot() -> None:
    found = families(SLOTS, [(WORKS[5], WORKS[2]), (WORKS[2], WORKS[7])], {})

    assert {found[WORKS[at]] for at in (2, 5, 7)} == {WORKS[2]}


def test_a_family_keeps_its_name_when_a_lower_slot_joins_later() -> None:
    found = families(SLOTS, [(WORKS[0], WORKS[4])], {WORKS[4]: WORKS[4]})

    assert found[WORKS[0]] == found[WORKS[4]] == WORKS[4]


@given(st.lists(st.tuples(st.sampled_from(WORKS), st.sampled_from(WORKS)), max_size=12))
def test_families_do_not_depend_on_the_order_in_which_likenesses_are_told(
    alike: list[tuple[WorkId, WorkId]],
) -> None:
    told = families(SLOTS, alike, {})

    assert families(SLOTS, list(reversed(alike)), {}) == told
    assert all(told[one] == told[two] for one, two in alike)


@given(st.text(), st.lists(st.text()))
def test_an_item_is_the_digest_of_the_canonical_form_whatever_the_texts(caption: str, tags: list[str]) -> None:
    asset = AssetId(digest_of("asset"))

    assert item_digest(asset, caption, tags) == digest(canonical_bytes([asset, caption, tags])).hex()


def test_a_caption_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="no text"):
        item_digest(AssetId(digest_of("asset")), "\ud800", ())
