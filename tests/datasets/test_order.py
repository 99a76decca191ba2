from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.ids import Entry, WorkId
from okuzuke.datasets.manifest import Place, Tombstone
from okuzuke.datasets.order import Drawn, Family, Order, Phase, epoch_order, families, irrevocable, of_phase, removed
from okuzuke.registry.decision import Basis
from okuzuke.registry.grants import Effect, Ground, Revocation
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from registry_facts import Book, digest_of, grant_of

SEED = "5e" * 32
SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
PHASES = st.sampled_from(Phase)


def _place(slot: int, family: int | None = None, basis: Basis = Basis.DEDICATION, *rests_on: Entry) -> Place:
    work = WorkId(digest_of("work", slot))
    first = WorkId(digest_of("work", slot if family is None else family))
    return Place(slot, work, digest_of("item", slot), first, basis, None, rests_on)


def _families(sizes: list[int]) -> tuple[Family, ...]:
    slots = iter(range(sum(sizes)))
    places = []
    for size in sizes:
        first, *others = (next(slots) for _ in range(size))
        places += [_place(first), *(_place(slot, first) for slot in others)]
    return families(places, lambda place: place.slot % 2 == 0)


SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=12)


@given(sizes=SIZES, seed=SEEDS, phase=PHASES, chosen=st.integers(0, 11))
def test_removing_a_family_moves_no_other_place(sizes: list[int], seed: str, phase: Phase, chosen: int) -> None:
    found = _families(sizes)
    gone = found[chosen % len(found)]
    drawn = of_phase(found, phase)
    if not drawn:
        return
    after = of_phase(removed(found, {place.work for place in gone.places}), phase)
    count = 3 * len(drawn)

    before = Order(seed, phase, drawn).drawn(0, count)
    now = Order(seed, phase, after).drawn(0, count)

    for one, other in zip(before, now, strict=True):
        if one.family == gone.family:
            assert isinstance(other.member, Tombstone)
            assert (other.family, other.epoch, other.member.slot) == (one.family, one.epoch, one.member.slot)
        else:
            assert one == other


@given(sizes=SIZES, seed=SEEDS, epoch=st.integers(0, 9))
def test_every_family_stands_once_in_an_epoch(sizes: list[int], seed: str, epoch: int) -> None:
    found = _families(sizes)
    order = Order(seed, Phase.EVERY, found)

    drawn = order.drawn(epoch * len(found), len(found))

    assert sorted(item.family for item in drawn) == [family.family for family in found]
    assert {item.epoch for item in drawn} == {epoch}


@given(sizes=SIZES, seed=SEEDS, start=st.integers(0, 40), count=st.integers(0, 40))
def test_any_stretch_is_the_same_whenever_it_is_asked_for(sizes: list[int], seed: str, start: int, count: int) -> None:
    found = _families(sizes)

    alone = Order(seed, Phase.EVERY, found).drawn(start, count)

    assert alone == Order(seed, Phase.EVERY, found).drawn(0, start + count)[start:]


def test_the_order_hangs_on_seed_phase_and_epoch() -> None:
    found = _families([1] * 40)
    orders = {
        epoch_order(SEED, Phase.EVERY, 0, found),
        epoch_order(SEED, Phase.EVERY, 1, found),
        epoch_order(SEED, Phase.IRREVOCABLE, 0, found),
        epoch_order("5f" * 32, Phase.EVERY, 0, found),
    }

    assert len(orders) == 4


def test_the_order_is_that_of_the_mac_that_is_written_down() -> None:
    found = _families([1] * 6)
    macs = {
        family: hmac.new(
            bytes.fromhex(SEED), f'["okuzuke/order/v1","every","3","{family.family}"]'.encode(), hashlib.sha256
        ).digest()
        for family in found
    }

    assert epoch_order(SEED, Phase.EVERY, 3, found) == tuple(sorted(found, key=macs.__getitem__))


def test_a_family_gives_its_members_in_turn_and_a_tombstone_in_its_own() -> None:
    one, two, three = _place(1), _place(4, 1), _place(9, 1)
    found = families([three, Tombstone(4, one.family), one], lambda _place: True)

    assert Order(SEED, Phase.EVERY, found).drawn(0, 4) == (
        Drawn(one.family, 0, one),
        Drawn(one.family, 1, Tombstone(4, one.family)),
        Drawn(one.family, 2, three),
        Drawn(one.family, 3, one),
    )
    assert removed(families([one, two, three], lambda _place: True), {two.work})[0].members == found[0].members


def test_one_revocable_member_makes_its_family_revocable() -> None:
    found = families([_place(0), _place(1, 0), _place(2)], lambda place: place.slot != 1)

    assert [family.family for family in of_phase(found, Phase.IRREVOCABLE)] == [_place(2).family]
    assert len(of_phase(found, Phase.EVERY)) == 2


_LASTING = Revocation(None, Effect.STOP_NEW, (), frozenset({Ground.EXPIRY, Ground.COURT}))


def _granted(revocation: Revocation) -> tuple[Statements, Entry]:
    book = Book()
    holder = book.party("holder")
    series = book.series(holder)
    book.owned(series, holder, holder)
    entry = book.say(holder, Capacity.OWNER, replace(grant_of(series), revocation=revocation))
    return book.known, entry


@pytest.mark.parametrize(
    ("revocation", "lasting"),
    [
        (_LASTING, True),
        (replace(_LASTING, notice_days=30), False),
        (replace(_LASTING, grounds=frozenset({Ground.EXPIRY, Ground.BREACH})), False),
    ],
)
def test_a_grant_is_irrevocable_where_its_holder_alone_cannot_end_it_before_its_term(
    revocation: Revocation, lasting: bool
) -> None:
    known, grant = _granted(revocation)

    assert irrevocable(_place(1, None, Basis.GRANT, grant), known) is lasting


def test_a_dedication_is_irrevocable_unless_it_rests_on_a_work_that_is_not() -> None:
    known, grant = _granted(replace(_LASTING, notice_days=30))

    assert irrevocable(_place(1), known)
    assert not irrevocable(_place(1, None, Basis.DEDICATION, grant), known)


def test_a_granted_work_whose_grant_is_not_seen_counts_as_revocable() -> None:
    assert not irrevocable(_place(1, None, Basis.GRANT, Entry(digest_of("unseen"))), Statements())
