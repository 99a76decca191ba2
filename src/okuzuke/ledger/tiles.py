"""Tiles and entry bundles: the log as static files (https://c2sp.org/tlog-tiles).

A tile is a row of up to 256 consecutive nodes; its level counts in tiles, so level L holds nodes of height 8 * L.
Only the right-most tile of a level may be partial, and a partial tile is never hashed into the level above.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from okuzuke.core.errors import InputError, LedgerError
from okuzuke.ledger import merkle

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
MAX_ENTRY_BYTES = 65_535

ReadTile: TypeAlias = Callable[[int, int], bytes]
"""Returns the widest stored row of the tile (level, index): its hashes, one after the other, at most 256."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of a tree with its hashes, 32 bytes each, one after the other."""

    level: int
    index: int
    hashes: bytes

    @property
    def coordinate(self) -> Coordinate:
        return Coordinate(self.level, self.index, len(self.hashes) // merkle.HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Where a tile or an entry bundle stands; `level` is `None` for an entry bundle, `width` counts 1 to 256."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Refuse what no tree has."""
        if not (0 <= (self.level or 0) <= MAX_LEVEL and 0 <= self.index < 1 << 63 and 1 <= self.width <= TILE_WIDTH):
            raise InputError(
                f"no tile has level {self.level}, index {self.index} and width {self.width}",
                remedy="name a level of 0 to 63, an index of 0 or more and a width of 1 to 256",
            )

    @property
    def path(self) -> str:
        """Return the path below the log's prefix, which serves as file name too.

        >>> Coordinate(0, 1_234_067, 3).path
        'tile/0/x001/x234/067.p/3'
        """
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return "/".join(["tile", level, *(f"x{group}" for group in groups[:-1]), groups[-1]]) + partial


def parse_path(text: str) -> Coordinate:
    """Return the coordinate of a path; every spelling but the one of `Coordinate.path` is refused."""
    found = _PATH.fullmatch(text)
    if found:
        level, index, width = found.groups()
        coordinate = Coordinate(
            None if level == "entries" else int(level),
            int(re.sub("[x/]", "", index)),
            TILE_WIDTH if width is None else int(width),
        )
        if coordinate.path == text:
            return coordinate
    raise InputError(f"not the path of a tile: {text[:80]!r}", remedy="write a path such as tile/0/x001/x234/067.p/3")


def tiles_of(size: int, since: int = 0) -> Iterator[Coordinate]:
    """Give the tiles of a tree of `size` leaves, level by level, that one of `since` leaves did not have as wide."""
    for level in count():
        hashes, known = size >> TILE_HEIGHT * level, since >> TILE_HEIGHT * level
        if hashes == known:
            return
        yield from _row_of(level, hashes, known)


def bundles_of(size: int, since: int = 0) -> Iterator[Coordinate]:
    """Give the entry bundles of a log of `size` entries that one of `since` entries did not have as wide."""
    return _row_of(None, size, since)


def appended(size: int, leaf_hashes: Sequence[bytes], read_tile: ReadTile) -> list[Tile]:
    """Return the tiles that are new or wider after leaf hashes were appended to a tree of `size` leaves.

    Reads at most one partial tile a level and hashes full tiles only: about one node hash a leaf.
    """
    merkle.check_lengths(leaf_hashes)
    tiles: list[Tile] = []
    row, before = list(leaf_hashes), size
    for level in count():
        if not row:
            break
        first, width = divmod(before, TILE_WIDTH)
        if width:
            row = _row(read_tile, level, first, at_least=width)[:width] + row
        cuts = range(0, len(row), TILE_WIDTH)
        tiles += [Tile(level, first + at // TILE_WIDTH, b"".join(row[at : at + TILE_WIDTH])) for at in cuts]
        row, before = merkle.reduced(row[: len(row) // TILE_WIDTH * TILE_WIDTH], TILE_HEIGHT), first
    return tiles


def node_reader(read_tile: ReadTile, *, tiles_kept: int = 256) -> merkle.Node:
    """Return a reader of nodes for roots and proofs that keeps the nodes of the tiles it last read (33 kB each).

    It knows a partial tile as wide as it first read it: after an append, make a new reader.
    """

    @lru_cache(maxsize=tiles_kept)
    def rows(level: int, index: int) -> list[list[bytes]]:
        row = _row(read_tile, level, index, at_least=1)
        inner = [row]
        while len(inner) < TILE_HEIGHT:
            inner.append(merkle.reduced(inner[-1], 1))
        return inner

    def node(height: int, index: int) -> bytes:
        level, inner = divmod(height, TILE_HEIGHT)
        tile, position = divmod(index, TILE_WIDTH >> inner)
        row = rows(level, tile)[inner]
        if position >= len(row):
            raise _too_short(level, tile)
        return row[position]

    return node


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the entries, each behind its length as big-endian uint16; 1 to 256 of at most 65,535 bytes."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise InputError(f"a bundle holds 1 to 256 entries, not {len(entries)}", remedy="cut the entries by tile")
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise InputError(
                f"an entry of {len(entry)} bytes is above 65535", remedy="log the document's digest instead"
            )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes) -> tuple[bytes, ...]:
    """Return the entries of a bundle; a cut, empty or overfull bundle is a `LedgerError`."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data) or not 1 <= len(entries) <= TILE_WIDTH:
        raise LedgerError(f"{len(data)} bytes are not one bundle of 1 to 256 whole entries", remedy=_FETCH_AGAIN)
    return tuple(entries)


_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_FETCH_AGAIN = "fetch the file again, or rebuild it from the archive"


def _row_of(level: int | None, hashes: int, known: int) -> Iterator[Coordinate]:
    if hashes == known:
        return
    for index in range(known // TILE_WIDTH, hashes // TILE_WIDTH):
        yield Coordinate(level, index)
    if hashes % TILE_WIDTH:
        yield Coordinate(level, hashes // TILE_WIDTH, hashes % TILE_WIDTH)


def _row(read_tile: ReadTile, level: int, index: int, *, at_least: int) -> list[bytes]:
    data = read_tile(level, index)
    width, rest = divmod(len(data), merkle.HASH_BYTES)
    if rest or width > TILE_WIDTH:
        raise LedgerError(f"tile {level}/{index} has {len(data)} bytes: not 1 to 256 hashes", remedy=_FETCH_AGAIN)
    if width < at_least:
        raise _too_short(level, index)
    return [data[at : at + merkle.HASH_BYTES] for at in range(0, len(data), merkle.HASH_BYTES)]


def _too_short(level: int, index: int) -> LedgerError:
    return LedgerError(f"tile {level}/{index} lacks hashes that the tree has", remedy=_FETCH_AGAIN)
