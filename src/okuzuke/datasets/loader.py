"""The gate: an item leaves it only if its bytes, caption and tags are those the manifest row commits to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from okuzuke.core.canonical import digest
from okuzuke.core.errors import CheckFailedError, OkuzukeError
from okuzuke.core.ids import AssetId, WorkId
from okuzuke.datasets.manifest import Place, Tombstone, item_digest
from okuzuke.registry.pictures import decode
from okuzuke.registry.works import Work


@dataclass(frozen=True, slots=True)
class Item:
    """What a trainer receives of one work: its place, its caption and tags, and its picture as 8-bit RGB."""

    place: Place
    caption: str
    tags: tuple[str, ...]
    picture: Image.Image


@dataclass(frozen=True, slots=True)
class Passage:
    """One decision of the gate; `problem` is None where the item passed."""

    slot: int
    work: WorkId
    problem: str | None


class Loader:
    """Iterates over the places of a manifest in slot order; any error is a refusal, and every decision is kept.

    `works` gives the register's rows, `read` a file's bytes. Tombstones yield nothing.
    """

    def __init__(
        self,
        places: Sequence[Place | Tombstone],
        works: Mapping[WorkId, Work],
        read: Callable[[AssetId], bytes],
    ) -> None:
        self._places = places
        self._works = works
        self._read = read
        self.passages: list[Passage] = []

    def __iter__(self) -> Iterator[Item]:
        for place in self._places:
            if isinstance(place, Tombstone):
                continue
            try:
                item = self._pass(place)
            except OkuzukeError as error:
                self.passages.append(Passage(place.slot, place.work, str(error)))
                continue
            self.passages.append(Passage(place.slot, place.work, None))
            yield item

    def _pass(self, place: Place) -> Item:
        work = self._works.get(place.work)
        if work is None:
            raise CheckFailedError(f"work {place.work} is not in the register", remedy="restore its row from a copy")
        data = self._read(work.asset)
        if item_digest(AssetId(digest(data).hex()), work.caption, work.tags) != place.item:
            raise CheckFailedError(f"work {place.work} is not the item its row commits to", remedy="restore it")
        return Item(place, work.caption, work.tags, decode(data, work.name))
