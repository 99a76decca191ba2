"""What is protected and how it is grouped: works with their rows, series, personas and characters, and slots."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot, WorkId
from okuzuke.registry.intake import WorkType

SLOTS_PER_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Series:
    """Works that belong together, as one licensing unit. Kind `series`.

    Only `registrants` may register works into it. `public_licence` names a licence found on the source (CC BY ...),
    which is shown and never read as permission.
    """

    title: str
    title_kana: str | None
    title_en: str
    copyright_line: str
    registrants: tuple[PartyId, ...]
    public_licence: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Series:
        only(sealed, "source_url", "credit")
        return cls(
            public.text("title"),
            public.optional_text("title_kana"),
            public.text("title_en"),
            public.text("copyright_line"),
            tuple(PartyId(party) for party in public.digests("registrants")),
            public.optional_text("public_licence"),
        )


@dataclass(frozen=True, slots=True)
class Persona:
    """A person's likeness and voice, never a work. Kind `persona`; sealed: `legal_name`, `guardian`, `agency`."""

    name: str
    person: PartyId

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Persona:
        only(sealed, "legal_name", "guardian", "agency")
        return cls(public.text("name"), PartyId(public.digest("person")))


@dataclass(frozen=True, slots=True)
class Character:
    """A licensing unit that points at drawings, designer, voice and marks. Kind `character`."""

    name: str
    name_kana: str | None
    name_romaji: str | None
    series: Entry
    drawings: tuple[WorkId, ...]
    designer: PartyId | None
    voice: Entry | None
    marks: tuple[str, ...]

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Character:
        only(sealed, "notes")
        return cls(
            public.text("name"),
            public.optional_text("name_kana"),
            public.optional_text("name_romaji"),
            Entry(public.digest("series")),
            tuple(WorkId(work) for work in public.digests("drawings")),
            PartyId(public.digest("designer")) if public.has("designer") else None,
            Entry(public.digest("voice")) if public.has("voice") else None,
            public.texts("marks"),
        )


@dataclass(frozen=True, slots=True)
class Register:
    """Works entered as one set of rows. Kind `register`; a work's id is its row digest."""

    series: Entry
    rows: SetRoot
    size: int

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Register:
        only(sealed)
        rows = public.object("rows")
        register = cls(Entry(public.digest("series")), SetRoot(rows.digest("root")), rows.integer("size", low=1))
        rows.end()
        return register


@dataclass(frozen=True, slots=True)
class Slots:
    """The operator's dealing of permanent places to the works of one register, in row order. Kind `slots`."""

    register: Entry
    slots: tuple[int, ...] | None
    """None where the sealed field stays shut."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Slots:
        only(sealed, "slots")
        slots = None
        if "slots" in sealed:
            items = Fields(sealed, "sealed").items("slots")
            slots = tuple(item for item in items if isinstance(item, int) and item >= 0)
            if len(slots) != len(items) or len(set(slots)) != len(slots):
                raise InputError("slots are not distinct integers", remedy="deal them with okuzuke register")
        return cls(Entry(public.digest("register")), slots)


@dataclass(frozen=True, slots=True)
class Work:
    """One row of a register: what the file is, what it is called, what it says, what it rests on."""

    work: WorkId
    name: str
    type: WorkType
    asset: AssetId
    iscc: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    title: str | None
    caption: str
    tags: tuple[str, ...]
    published: bool
    based_on: tuple[WorkId, ...]
    contains: tuple[WorkId, ...]

    @classmethod
    def read(cls, work: WorkId, row: JsonObject) -> Work:
        fields = Fields(row, "work")
        value = cls(
            work,
            fields.text("name"),
            fields.choice("type", WorkType),
            AssetId(fields.digest("asset")),
            fields.text("iscc"),
            fields.text("media_type"),
            fields.integer("width", low=1),
            fields.integer("height", low=1),
            fields.integer("size_bytes", low=1),
            fields.optional_text("title"),
            fields.line("caption"),
            fields.texts("tags"),
            fields.truth("published"),
            tuple(WorkId(item) for item in fields.digests("based_on")),
            tuple(WorkId(item) for item in fields.digests("contains")),
        )
        fields.end()
        return value

    def to_row(self) -> JsonObject:
        """Return the row this work was read from."""
        return {
            "name": self.name,
            "type": self.type.value,
            "asset": self.asset,
            "iscc": self.iscc,
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
            "size_bytes": self.size_bytes,
            "title": self.title,
            "caption": self.caption,
            "tags": list(self.tags),
            "published": self.published,
            "based_on": list(self.based_on),
            "contains": list(self.contains),
        }


def deal_slot(slot_key: bytes, work: WorkId, taken: Collection[int]) -> int:
    """Return the work's place: newest block of 65,536, first free HMAC-SHA-256(key, work id || counter) mod 65,536.

    `taken` holds every slot dealt before; blocks fill one after the other, so the newest block follows from its size.
    The counter is 4 bytes, big-endian.
    """
    block = len(taken) // SLOTS_PER_BLOCK
    counter = 0
    while True:
        mac = hmac.new(slot_key, bytes.fromhex(work) + counter.to_bytes(4, "big"), hashlib.sha256).digest()
        slot = block * SLOTS_PER_BLOCK + int.from_bytes(mac, "big") % SLOTS_PER_BLOCK
        if slot not in taken:
            return slot
        counter += 1
