from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from okuzuke.core.canonical import digest
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import AssetId, Entry, WorkId
from okuzuke.datasets.loader import Loader
from okuzuke.datasets.manifest import Place, Tombstone, item_of
from okuzuke.registry.decision import Basis
from okuzuke.registry.works import Work
from registry_facts import digest_of, work_of


def _png(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (shade, 40, 80)).save(out, "PNG")
    return out.getvalue()


def _stored(shade: int, slot: int) -> tuple[Place, Work, bytes]:
    data = _png(shade)
    work = replace(work_of(f"work {shade}"), asset=AssetId(digest(data).hex()), caption="red", tags=("red",))
    place = Place(slot, work.work, item_of(work), work.work, Basis.GRANT, None, (Entry(digest_of("grant")),))
    return place, work, data


def _gate(*stored: tuple[Place, Work, bytes]) -> tuple[Loader, dict[WorkId, Work], dict[AssetId, bytes]]:
    works = {work.work: work for _, work, _ in stored}
    files = {work.asset: data for _, work, data in stored}
    return Loader([place for place, _, _ in stored], works, files.__getitem__), works, files


def test_an_item_passes_with_its_picture_caption_and_tags() -> None:
    loader, _, _ = _gate(_stored(200, 1), _stored(10, 2))

    items = list(loader)

    assert [item.place.slot for item in items] == [1, 2]
    assert items[0].picture.getpixel((0, 0)) == (200, 40, 80)
    assert (items[0].caption, items[0].tags) == ("red", ("red",))
    assert [passage.problem for passage in loader.passages] == [None, None]


@pytest.mark.parametrize("field", ["caption", "tags", "asset"])
def test_an_item_whose_row_commits_to_something_else_never_reaches_a_batch(field: str) -> None:
    place, work, data = _stored(200, 1)
    changed = {"caption": "blue", "tags": ("blue",), "asset": AssetId(digest(b"other").hex())}
    loader, works, files = _gate((place, work, data))
    works[work.work] = replace(work, **{field: changed[field]})  # type: ignore[arg-type]
    files[AssetId(digest(b"other").hex())] = b"other"

    assert list(loader) == []
    assert loader.passages[0].problem is not None


def test_a_missing_or_broken_file_is_a_refusal_and_the_next_item_still_passes() -> None:
    one, two, three = _stored(1, 1), _stored(2, 2), _stored(3, 3)

    def read(asset: AssetId) -> bytes:
        if asset == one[1].asset:
            raise CheckFailedError("gone", remedy="put it back")
        return {two[1].asset: two[2], three[1].asset: three[2]}[asset]

    broken = two[2][:40]
    work = replace(two[1], asset=AssetId(digest(broken).hex()))
    place = replace(two[0], item=item_of(work))
    files = {work.asset: broken, three[1].asset: three[2]}
    works = {one[1].work: one[1], work.work: work, three[1].work: three[1]}
    loader = Loader([one[0], place, three[0]], works, lambda asset: files.get(asset) or read(asset))

    passed = [item.place.slot for item in loader]

    assert passed == [3]
    assert [passage.problem is None for passage in loader.passages] == [False, False, True]


def test_a_tombstone_yields_nothing_and_is_no_refusal() -> None:
    place, work, data = _stored(200, 5)
    loader = Loader([Tombstone(2, work.work), place], {work.work: work}, {work.asset: data}.__getitem__)

    assert [item.place.slot for item in loader] == [5]
    assert [passage.slot for passage in loader.passages] == [5]
