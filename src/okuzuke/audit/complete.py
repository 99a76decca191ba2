"""A whole freeze made anew from the whole log before it: each work placed or refused as the rule says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.evidence import failure
from okuzuke.audit.freeze import Freeze
from okuzuke.audit.judged import Judged
from okuzuke.core.ids import WorkId, short
from okuzuke.datasets.manifest import Place, Snapshot, read_place
from okuzuke.datasets.snapshot import Refusal, Refused, Selection, select
from okuzuke.registry.works import Register, Slots


def check_complete(bundle: Bundle, judged: Judged, freeze: Freeze) -> tuple[int, int]:
    """Return how many works were placed and refused anew, and of how many what bears on them was erased.

    Raises unless each came out as the snapshot says. That a file could not be read is its operator's word.
    """
    dealt = _dealt(bundle, freeze)
    fair = {work: item for work, item in freeze.known.works.items() if work in dealt and freeze.sees(work)}
    for work in freeze.known.works:
        if work not in fair and not judged.clouded:
            raise failure(f"work {short(work)} was dealt no slot, or what it rests on is not in the bundle")
    expected = select(
        replace(freeze.known, works=fair),
        freeze.screenings,
        dealt,
        _earlier_families(bundle, judged, freeze),
        freeze.terms,
        freeze.at,
    )
    if judged.clouded:
        # An erased work may have been the head of a family, so the families cannot be told any more.
        families = {place.work: place.family for place in freeze.places if isinstance(place, Place)}
        places = tuple(replace(place, family=families.get(place.work, place.family)) for place in expected.places)
        expected = replace(expected, places=places)
    return _compare(bundle, judged, freeze, expected)


def check_place(place: Place, expected: Place) -> None:
    """Raise unless a row says of its work what comes out again, and rests on at least what that rests on."""
    if place.item != expected.item:
        raise failure(f"work {short(place.work)}: the item is not its file, caption and tags")
    if (place.basis, place.sheet) != (expected.basis, expected.sheet):
        raise failure(f"work {short(place.work)}: its row names another basis or sheet")
    if place.slot != expected.slot:
        raise failure(f"work {short(place.work)} stands in another slot than it was dealt")
    if place.family != expected.family:
        raise failure(f"work {short(place.work)} counts in another family than its likenesses make")
    if not set(place.rests_on) >= set(expected.rests_on):
        raise failure(f"work {short(place.work)}: its row does not rest on all that admitted it")


def refused_though_placed(refused: Refused) -> Exception:
    return failure(f"work {short(refused.work)} had to stay out of the snapshot: {refused.en[0]}")


def _compare(bundle: Bundle, judged: Judged, freeze: Freeze, expected: Selection) -> tuple[int, int]:
    placed = {place.work: place for place in freeze.places if isinstance(place, Place)}
    left_out = _left_out(bundle, freeze.snapshot)
    for refused in expected.refused:
        if refused.work in placed:
            raise refused_though_placed(refused)
        _check_left_out(left_out.get(refused.work), refused)
    for place in expected.places:
        stated = left_out.get(place.work)
        if place.work in placed:
            check_place(placed[place.work], place)
        elif stated is None or stated.refusal is not Refusal.UNREADABLE:
            why = "without a word" if stated is None else f"as {stated.refusal}"
            raise failure(f"work {short(place.work)} was left out {why}, though it had to enter")
    if placed.keys() & left_out.keys():
        raise failure(f"work {short(min(placed.keys() & left_out.keys()))} is both placed and left out")
    made = {place.work for place in expected.places} | {refused.work for refused in expected.refused}
    rest = (placed.keys() | left_out.keys()) - made
    for work in rest:
        rests_on = placed[work].rests_on if work in placed else ()
        if work not in freeze.known.works and judged.clouded.isdisjoint((work, *rests_on)):
            raise failure(f"work {short(work)} is placed or left out and stands in no register")
    return len(made), len(rest)


def _check_left_out(stated: Refused | None, expected: Refused) -> None:
    if stated is None or (stated.refusal, stated.state) != (expected.refusal, expected.state):
        said = "unsaid" if stated is None else f"{stated.refusal} ({stated.state})"
        again = f"{expected.refusal} ({expected.state})"
        raise failure(f"work {short(expected.work)} was left out as {said}; what comes out again is {again}")
    if _told(stated) != _told(expected):
        raise failure(f"work {short(expected.work)} was left out for other reasons than those that come out again")


def _told(refused: Refused) -> tuple[str, list[tuple[str, str | None, str]]]:
    return refused.detail, [(reason.code.value, reason.who, reason.detail) for reason in refused.reasons]


def _left_out(bundle: Bundle, snapshot: Snapshot) -> dict[WorkId, Refused]:
    found: dict[WorkId, Refused] = {}
    for key in bundle.sets.get(snapshot.refused, ()) if snapshot.refused is not None else ():
        if key in bundle.rows:
            refused = Refused.read(bundle.rows[key].document)
            if refused.work in found:
                raise failure(f"work {short(refused.work)} is left out twice")
            found[refused.work] = refused
    return found


def _dealt(bundle: Bundle, freeze: Freeze) -> dict[WorkId, int]:
    """Return the slot of every work: one dealing a register, one slot a work, none dealt twice."""
    dealt: dict[WorkId, int] = {}
    taken: set[int] = set()
    for fact in freeze.known.facts.values():
        if not isinstance(fact.body, Slots):
            continue
        register = freeze.known.body(fact.body.register, Register)
        slots = fact.body.slots
        if register is None or slots is None:
            continue
        keys = bundle.sets.get(register.rows, ())
        if len(keys) != len(slots) or not taken.isdisjoint(slots) or any(WorkId(key) in dealt for key in keys):
            raise failure(f"slots {short(fact.entry)} deal a place twice, or not one a work")
        taken.update(slots)
        dealt |= {WorkId(key): slot for key, slot in zip(keys, slots, strict=True)}
    return dealt


def _earlier_families(bundle: Bundle, judged: Judged, freeze: Freeze) -> Mapping[WorkId, WorkId]:
    """Return the family each work was first frozen in, by the snapshots before this one."""
    families: dict[WorkId, WorkId] = {}
    for item in judged.stated:
        if isinstance(item.body, Snapshot) and item.index < freeze.stated.index:
            for key in bundle.sets.get(item.body.manifest, ()):
                place = read_place(bundle.rows[key].document) if key in bundle.rows else None
                if isinstance(place, Place):
                    families.setdefault(place.work, place.family)
    return families
