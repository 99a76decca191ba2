"""The log as static files, against https://c2sp.org/tlog-tiles and trees held in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okuzuke.core.errors import InputError, LedgerError, OkuzukeError
from okuzuke.ledger import merkle, tiles
from okuzuke.ledger.tiles import Coordinate

HASHES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(1_300)]
# Entry bundle and level-0 tile of five entries, as transparency-dev/tessera publishes them under testdata/log.
BUNDLE = "00036f6e65000374776f000574687265650004666f7572000466697665"
ENTRIES = (b"one", b"two", b"three", b"four", b"five")


class StoredTiles(dict[tuple[int, int], bytes]):
    """Tile rows by (level, index), as a store keeps them: one row a tile, the widest."""

    def append(self, size: int, hashes: list[bytes]) -> list[tiles.Tile]:
        grown = tiles.appended(size, hashes, self.read)
        self.update({(tile.level, tile.index): tile.hashes for tile in grown})
        return grown

    def read(self, level: int, index: int) -> bytes:
        return self[level, index]


def stored(size: int) -> StoredTiles:
    store = StoredTiles()
    store.append(0, HASHES[:size])
    return store


@pytest.mark.parametrize(
    ("coordinate", "path"),
    [
        (Coordinate(0, 1_234_067), "tile/0/x001/x234/067"),
        (Coordinate(0, 0, 1), "tile/0/000.p/1"),
        (Coordinate(63, 999, 255), "tile/63/999.p/255"),
        (Coordinate(1, 1_000), "tile/1/x001/000"),
        (Coordinate(None, 67, 12), "tile/entries/067.p/12"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(coordinate: Coordinate, path: str) -> None:
    assert coordinate.path == path
    assert tiles.parse_path(path) == coordinate


@given(st.none() | st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_path_leads_back_to_its_tile(level: int | None, index: int, width: int) -> None:
    coordinate = Coordinate(level, index, width)
    assert tiles.parse_path(coordinate.path) == coordinate


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/../../../keys/log",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "checkpoint",
        "",
    ],
)
def test_a_path_has_one_spelling(path: str) -> None:
    with pytest.raises(InputError):
        tiles.parse_path(path)


@given(st.text(st.sampled_from("tile/entries0123456789x.p\n"), max_size=40))
def test_no_text_breaks_the_reader_of_paths(text: str) -> None:
    with suppress(OkuzukeError):
        assert tiles.parse_path(text).path == text


def test_a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() -> None:
    coordinates = list(tiles.tiles_of(70_000))
    assert sum(tile.level == 0 and tile.width == 256 for tile in coordinates) == 273
    assert [tile for tile in coordinates if tile.level != 0 or tile.width < 256] == [
        Coordinate(0, 273, 112),
        Coordinate(1, 0),
        Coordinate(1, 1, 17),
        Coordinate(2, 0, 1),
    ]


def test_a_full_tile_makes_the_first_hash_of_the_next_level() -> None:
    assert list(tiles.tiles_of(255)) == [Coordinate(0, 0, 255)]
    assert list(tiles.tiles_of(256)) == [Coordinate(0, 0), Coordinate(1, 0, 1)]
    assert list(tiles.tiles_of(0)) == []


@given(st.integers(0, 140_000), st.integers(0, 140_000))
def test_two_trees_share_the_tiles_that_did_not_grow(size1: int, size2: int) -> None:
    before, after = sorted((size1, size2))
    known, grown = set(tiles.tiles_of(before)), set(tiles.tiles_of(after, since=before))
    assert grown == set(tiles.tiles_of(after)) - known
    assert set(tiles.bundles_of(after, since=before)) == set(tiles.bundles_of(after)) - set(tiles.bundles_of(before))


def test_every_tile_holds_the_roots_of_its_subtrees() -> None:
    store = stored(1_300)
    for (level, index), row in store.items():
        leaves = 256**level
        for place in range(len(row) // 32):
            start = (index * 256 + place) * leaves
            assert row[place * 32 : place * 32 + 32] == merkle.root(HASHES[start : start + leaves])


def test_a_log_of_sixty_six_thousand_entries_reaches_the_third_level() -> None:
    hashes = (HASHES * 51)[:66_000]
    store = StoredTiles()
    grown = store.append(0, hashes)
    assert [tile.coordinate for tile in grown] == list(tiles.tiles_of(66_000))
    assert store[2, 0] == merkle.root(hashes[:65_536])
    assert merkle.root_at(tiles.node_reader(store.read), 66_000) == merkle.root(hashes)


@given(st.lists(st.integers(0, 300), max_size=6))
@settings(max_examples=40, deadline=None)
def test_tiles_grown_in_any_batches_are_the_same_tiles(batches: list[int]) -> None:
    store, size = StoredTiles(), 0
    for asked in batches:
        width = min(asked, len(HASHES) - size)
        grown = store.append(size, HASHES[size : size + width])
        assert [tile.coordinate for tile in grown] == list(tiles.tiles_of(size + width, since=size))
        size += width
    assert store == stored(size)


@given(st.integers(1, 1_300), st.data())
@settings(max_examples=60, deadline=None)
def test_proofs_from_tiles_are_those_of_the_whole_tree(size: int, data: st.DataObject) -> None:
    node = tiles.node_reader(stored(size).read)
    index, before = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert merkle.root_at(node, size) == merkle.root(HASHES[:size])
    assert merkle.prove_inclusion(node, index, size) == merkle.inclusion_proof(HASHES[:size], index)
    assert merkle.prove_consistency(node, before, size) == merkle.consistency_proof(HASHES[:size], before)


def test_tiles_that_grew_since_still_prove_an_older_checkpoint() -> None:
    node = tiles.node_reader(stored(1_300).read)
    for size in (1, 7, 255, 256, 257, 700):
        assert merkle.root_at(node, size) == merkle.root(HASHES[:size])
        assert merkle.prove_inclusion(node, size - 1, size) == merkle.inclusion_proof(HASHES[:size], size - 1)


def test_an_append_repeated_after_a_crash_gives_the_same_tiles() -> None:
    store = stored(300)
    once = store.append(300, HASHES[300:700])
    assert store.append(300, HASHES[300:700]) == once


@pytest.mark.parametrize(
    ("torn", "message"),
    [
        (lambda row: row[:-1], "not 1 to 256 hashes"),
        (lambda row: row[:-32], "lacks hashes"),
        (lambda _: b"", "lacks hashes"),
        (lambda row: row * 300, "not 1 to 256 hashes"),
    ],
)
def test_a_torn_tile_is_refused(torn: Callable[[bytes], bytes], message: str) -> None:
    store = stored(300)
    store[0, 1] = torn(store[0, 1])
    with pytest.raises(LedgerError, match=message):
        store.append(300, HASHES[300:301])
    with pytest.raises(LedgerError, match=message):
        merkle.prove_inclusion(tiles.node_reader(store.read), 298, 300)


def test_only_whole_hashes_enter_a_tile() -> None:
    with pytest.raises(LedgerError, match="32 bytes, not 31"):
        StoredTiles().append(0, [bytes(31)])


def test_the_published_bundle_is_read_and_written() -> None:
    assert tiles.decode_bundle(bytes.fromhex(BUNDLE)) == ENTRIES
    assert tiles.encode_bundle(ENTRIES).hex() == BUNDLE


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert tiles.decode_bundle(tiles.encode_bundle(entries)) == tuple(entries)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader_of_bundles(data: bytes) -> None:
    with suppress(OkuzukeError):
        assert tiles.encode_bundle(tiles.decode_bundle(data)) == data


def test_an_entry_has_at_most_65535_bytes() -> None:
    assert tiles.decode_bundle(tiles.encode_bundle([bytes(65_535)])) == (bytes(65_535),)
    with pytest.raises(InputError, match="65536 bytes is above 65535"):
        tiles.encode_bundle([bytes(65_536)])


def test_a_bundle_is_neither_cut_nor_empty_nor_overfull() -> None:
    whole = bytes.fromhex(BUNDLE)
    for data in (whole[:-1], whole + b"\0", b"", bytes(2 * 257)):
        with pytest.raises(LedgerError, match="not one bundle"):
            tiles.decode_bundle(data)
    for entries in ([], [b""] * 257):
        with pytest.raises(InputError, match="1 to 256 entries"):
            tiles.encode_bundle(entries)
