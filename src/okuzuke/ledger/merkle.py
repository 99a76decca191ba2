"""Merkle tree hashes and proofs of RFC 9162 section 2.1 with SHA-256 (the same tree as RFC 6962).

A *node* (height, index) is the root of the complete subtree over the leaves
[index * 2**height, (index + 1) * 2**height). Every root and every proof is folded from nodes, so a log
that keeps nodes serves proofs without reading its leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from okuzuke.core.errors import LedgerError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
_ASK_AGAIN = "ask the log for the proof again, with the checkpoint it belongs to"
_KEEP_BOTH = "keep both checkpoints and their proof: if both are signed, the log shows two histories"

Node: TypeAlias = Callable[[int, int], bytes]
"""Returns the hash of the complete subtree (height, index)."""


@dataclass(frozen=True, slots=True)
class CompactRange:
    """The right edge of a tree: its size and the nodes that cover it, from the left (largest) to the right.

    One node for each bit set in `size`, so a tree of any size grows and gives its root from at most 64 hashes.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse nodes that cannot cover a tree of this size."""
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise LedgerError(
                f"a tree of size {self.size} is not covered by {len(self.nodes)} nodes",
                remedy="rebuild the edge from the tiles",
            )
        check_lengths(self.nodes)

    def extended(self, leaf_hashes: Sequence[bytes]) -> CompactRange:
        """Return the range after the leaf hashes were appended; about one node hash a leaf."""
        check_lengths(leaf_hashes)
        row, height = list(leaf_hashes), 0
        before = list(self.nodes)
        after: list[bytes] = []
        while row:
            if self.size >> height & 1:
                row.insert(0, before.pop())
            if len(row) % 2:
                after.append(row[-1])
            row = _paired(row)
            height += 1
        return CompactRange(self.size + len(leaf_hashes), (*before, *reversed(after)))

    def root(self) -> bytes:
        """Return the Merkle tree hash of all leaves appended so far."""
        return _folded(self.nodes)


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 || data), the hash of an entry as a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over leaf hashes; of no leaves, SHA-256 of nothing (RFC 9162 section 2.1.1)."""
    return CompactRange().extended(hashes).root()


def inclusion_proof(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return PATH(index, D) over all leaf hashes, from the leaf's sibling upwards (RFC 9162 section 2.1.3.1)."""
    return prove_inclusion(nodes_of(hashes), index, len(hashes))


def consistency_proof(hashes: Sequence[bytes], size1: int) -> tuple[bytes, ...]:
    """Return PROOF(size1, D) from the first `size1` leaf hashes to all of them (RFC 9162 section 2.1.4.1)."""
    return prove_consistency(nodes_of(hashes), size1, len(hashes))


def nodes_of(hashes: Sequence[bytes]) -> Node:
    """Return a reader of every node over these leaf hashes, held in memory (twice the leaves)."""
    check_lengths(hashes)
    rows = [list(hashes)]
    while len(rows[-1]) > 1:
        rows.append(_paired(rows[-1]))
    return lambda height, index: rows[height][index]


def root_at(node: Node, size: int) -> bytes:
    """Return the root of the tree's first `size` leaves, reading one node for each bit set in `size`."""
    if size < 0:
        raise LedgerError(f"no tree has size {size}", remedy="ask for size 0 or more")
    return _range_hash(node, 0, size)


def prove_inclusion(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 9162 section 2.1.3.1, read from nodes."""
    if not 0 <= index < size:
        raise LedgerError(f"a tree of size {size} has no leaf {index}", remedy="ask with a later checkpoint")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(node, middle, end))
            end = middle
        else:
            path.append(_range_hash(node, start, middle))
            start = middle
    return tuple(reversed(path))


def prove_consistency(node: Node, size1: int, size2: int) -> tuple[bytes, ...]:
    """Return PROOF(size1, D[size2]) of RFC 9162 section 2.1.4.1, read from nodes; empty for equal sizes."""
    _check_sizes(size1, size2)
    start, end = 0, size2
    path: list[bytes] = []
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            path.append(_range_hash(node, middle, end))
            end = middle
        else:
            path.append(_range_hash(node, start, middle))
            start = middle
    # The verifier holds the old root itself, so the last subtree is sent only where it is not the whole old tree.
    if start:
        path.append(_range_hash(node, start, end))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Accept a leaf hash at `index` of the tree (size, root_hash), else raise `LedgerError`.

    Source: RFC 9162 section 2.1.3.2.
    """
    check_lengths((leaf, root_hash, *proof))
    if not 0 <= index < size:
        raise LedgerError(f"a tree of size {size} has no leaf {index}", remedy=_ASK_AGAIN)
    position, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise LedgerError(
                f"the inclusion proof of leaf {index} is too long: {len(proof)} hashes", remedy=_ASK_AGAIN
            )
        if position & 1 or position == last:
            found = node_hash(step, found)
            skipped = _trailing_zeros(position)
            position, last = position >> skipped, last >> skipped
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    if last:
        raise LedgerError(f"the inclusion proof of leaf {index} is too short: {len(proof)} hashes", remedy=_ASK_AGAIN)
    if found != root_hash:
        raise LedgerError(f"leaf {index} is not in the tree of size {size} with this root", remedy=_ASK_AGAIN)


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Accept the tree (size1, root1) as the beginning of (size2, root2), else raise `LedgerError`.

    Size 0 is refused: it is the beginning of every tree, and nothing would be proven.
    Source: RFC 9162 section 2.1.4.2.
    """
    _check_sizes(size1, size2)
    check_lengths((root1, root2, *proof))
    if size1 == size2:
        if proof or root1 != root2:
            raise LedgerError(f"two trees of size {size1} differ", remedy=_KEEP_BOTH)
        return
    if not proof:
        raise LedgerError(f"no proof that size {size1} is the beginning of {size2}", remedy=_ASK_AGAIN)
    if size1 & (size1 - 1) == 0:
        proof = (root1, *proof)
    skipped = _trailing_zeros(size1)
    position, last = (size1 - 1) >> skipped, (size2 - 1) >> skipped
    found1 = found2 = proof[0]
    for step in proof[1:]:
        if last == 0:
            raise LedgerError(f"the consistency proof {size1} to {size2} is too long", remedy=_ASK_AGAIN)
        if position & 1 or position == last:
            found1, found2 = node_hash(step, found1), node_hash(step, found2)
            skipped = _trailing_zeros(position)
            position, last = position >> skipped, last >> skipped
        else:
            found2 = node_hash(found2, step)
        position, last = position >> 1, last >> 1
    if last:
        raise LedgerError(f"the consistency proof {size1} to {size2} is too short", remedy=_ASK_AGAIN)
    if found1 != root1 or found2 != root2:
        raise LedgerError(
            f"the tree of size {size1} is not the beginning of the tree of size {size2}", remedy=_KEEP_BOTH
        )


def reduced(row: Sequence[bytes], height: int) -> list[bytes]:
    """Return the nodes `height` levels above a row of nodes; an incomplete right end is left out."""
    nodes = list(row)
    for _ in range(height):
        nodes = _paired(nodes)
    return nodes


def check_lengths(hashes: Sequence[bytes]) -> None:
    """Refuse what is no SHA-256 hash by its length."""
    wrong = set(map(len, hashes)) - {HASH_BYTES}
    if wrong:
        raise LedgerError(f"a SHA-256 hash has 32 bytes, not {wrong.pop()}", remedy=_ASK_AGAIN)


def _paired(row: Sequence[bytes]) -> list[bytes]:
    # One iterator taken twice was the quickest of six ways measured.
    sha256, pairs = hashlib.sha256, iter(row)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]


def _range_hash(node: Node, start: int, end: int) -> bytes:
    """Return MTH(D[start:end]); `start` is a multiple of the largest power of two in `end - start`."""
    nodes: list[bytes] = []
    for height in reversed(range((end - start).bit_length())):
        if (end - start) >> height & 1:
            nodes.append(node(height, start >> height))
            start += 1 << height
    return _folded(nodes)


def _folded(nodes: Sequence[bytes]) -> bytes:
    if not nodes:
        return EMPTY_ROOT
    found = nodes[-1]
    for left in reversed(nodes[:-1]):
        found = node_hash(left, found)
    return found


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0


def _check_sizes(size1: int, size2: int) -> None:
    if not 0 < size1 <= size2:
        raise LedgerError(
            f"no consistency proof leads from size {size1} to size {size2}", remedy="name sizes with 0 < old <= new"
        )
