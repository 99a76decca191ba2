"""The list that commits to a data set: one row a work in slot order, tombstones in the places of removed ones. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from okuzuke.core.canonical import JsonObject, digest
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry, SetRoot, WorkId, digest_text
from okuzuke.core.intervals import format_instant
from okuzuke.registry.decision import Asked, Basis
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Work


@dataclass(frozen=True, slots=True)
class Place:
    """One admitted work. `item` is all the trainer reads of it; `sheet` is null for a dedication."""

    slot: int
    work: WorkId
    item: str
    family: WorkId
    basis: Basis
    sheet: Entry | None
    rests_on: tuple[Entry, ...]

    def to_row(self) -> JsonObject:
        return {
            "slot": self.slot,
            "work": self.work,
            "item": self.item,
            "family": self.family,
            "basis": self.basis.value,
            "sheet": self.sheet,
            "rests_on": list(self.rests_on),
        }


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The empty place of a removed work, so that no other place moves."""

    slot: int
    family: WorkId

    def to_row(self) -> JsonObject:
        return {"slot": self.slot, "family": self.family, "tombstone": True}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen data set. Kind `snapshot`; `manifest` is the set of its places, `refused` of what stayed out and why."""

    manifest: SetRoot
    size: int
    refused: SetRoot | None
    asked: Asked
    """The question every place answers, its subject the empty text."""
    bases: frozenset[Basis]
    frozen_at: str
    title_claimed: bool
    """Whether titles that are only claimed were let in, as a demo does."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Snapshot:
        only(sealed)
        rows = public.object("manifest")
        refused = public.object("refused") if public.has("refused") else None
        snapshot = cls(
            SetRoot(rows.digest("root")),
            rows.integer("size", low=1),
            SetRoot(refused.digest("root")) if refused is not None else None,
            Asked(
                "",
                public.choice("use", Use),
                public.text("licensee"),
                public.text("purpose"),
                public.text("territory"),
                public.text("medium"),
                public.text("model_family"),
            ),
            frozenset(public.choices("bases", Basis)),
            format_instant(public.instant("frozen_at")),
            public.truth("title_claimed"),
        )
        rows.end()
        if refused is not None:
            refused.integer("size", low=1)
            refused.end()
        return snapshot


def read_place(row: JsonObject) -> Place | Tombstone:
    """Return the place or tombstone in a manifest row."""
    fields = Fields(row, "place")
    slot = fields.integer("slot")
    if fields.has("tombstone"):
        tombstone = Tombstone(slot, WorkId(fields.digest("family")))
        if not fields.truth("tombstone"):
            raise CheckFailedError(f"slot {slot} is no tombstone", remedy="ask for the manifest as it was frozen")
        fields.end()
        return tombstone
    place = Place(
        slot,
        WorkId(fields.digest("work")),
        fields.digest("item"),
        WorkId(fields.digest("family")),
        fields.choice("basis", Basis),
        Entry(fields.digest("sheet")) if fields.has("sheet") else None,
        tuple(Entry(digest_text(entry, "rests_on")) for entry in fields.digests("rests_on")),
    )
    fields.end()
    return place


def item_digest(asset: AssetId, caption: str, tags: Sequence[str]) -> str:
    """Return SHA-256 of the JCS list [asset SHA-256, caption, tags]: all that the trainer reads of a work."""
    # Lists of texts have one JCS form, which the standard encoder writes too, at a tenth of the cost: the gate asks for
    # it of every item it loads.
    try:
        return digest(json.dumps([asset, caption, [*tags]], ensure_ascii=False, separators=(",", ":")).encode()).hex()
    except UnicodeEncodeError as error:
        raise InputError(f"a caption or tag is no text: {error}", remedy="use Unicode without surrogates") from error


def item_of(work: Work) -> str:
    """Return the item digest of a registered work."""
    return item_digest(work.asset, work.caption, work.tags)


def check_order(places: Sequence[Place | Tombstone]) -> None:
    """Raise unless the places stand in the order of their slots, each slot once."""
    numbers = [place.slot for place in places]
    if numbers != sorted(set(numbers)):
        raise CheckFailedError("the manifest is not in the order of its slots", remedy="ask for it as it was frozen")


def families(
    slots: Mapping[WorkId, int], alike: Collection[tuple[WorkId, WorkId]], earlier: Mapping[WorkId, WorkId]
) -> dict[WorkId, WorkId]:
    """Return the family of each work: its copies count once, under the work at their lowest slot.

    A work that an earlier snapshot placed keeps its family; a new copy of it joins that family.
    """
    parent = {work: work for work in slots}

    def top(work: WorkId) -> WorkId:
        while parent[work] != work:
            parent[work] = parent[parent[work]]
            work = parent[work]
        return work

    for one, two in alike:
        if one in slots and two in slots:
            first, second = sorted((top(one), top(two)), key=lambda work: slots[work])
            parent[second] = first
    placed: dict[WorkId, WorkId] = {}
    for work in sorted(earlier, key=lambda work: slots.get(work, -1)):
        if work in slots:
            placed.setdefault(top(work), earlier[work])
    return {work: earlier.get(work) or placed.get(top(work)) or top(work) for work in slots}
