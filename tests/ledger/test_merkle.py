"""The Merkle tree of RFC 9162 section 2.1, against published values and a naive reading of the RFC."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import LedgerError
from okuzuke.ledger import merkle

# The eight leaves of certificate-transparency's own tests and their roots, as transparency-dev/merkle publishes them.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_LEAF_5_IN_8 = [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
PROOF_FROM_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
UP_TO = 40
HASHES = [merkle.leaf_hash(str(number).encode()) for number in range(UP_TO)]


def naive_root(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = largest_power_below(len(hashes))
    return hashlib.sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


def naive_path(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = largest_power_below(len(hashes))
    if m < k:
        return [*naive_path(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_subproof(m: int, hashes: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    if m == len(hashes):
        return [] if whole else [naive_root(hashes)]
    k = largest_power_below(len(hashes))
    if m <= k:
        return [*naive_subproof(m, hashes[:k], whole=whole), naive_root(hashes[k:])]
    return [*naive_subproof(m - k, hashes[k:], whole=False), naive_root(hashes[:k])]


def largest_power_below(number: int) -> int:
    power = 1
    while power * 2 < number:
        power *= 2
    return power


def hexadecimal(hashes: Sequence[bytes]) -> list[str]:
    return [step.hex() for step in hashes]


def test_the_published_trees_have_their_published_roots() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    assert [merkle.root(hashes[:size]).hex() for size in range(9)] == ROOTS


def test_the_published_proofs_are_given() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    assert hexadecimal(merkle.inclusion_proof(hashes, 5)) == PATH_OF_LEAF_5_IN_8
    assert hexadecimal(merkle.consistency_proof(hashes, 6)) == PROOF_FROM_6_TO_8


@pytest.mark.parametrize("size", range(UP_TO + 1))
def test_every_root_is_that_of_a_naive_tree(size: int) -> None:
    hashes = HASHES[:size]
    assert merkle.root(hashes) == merkle.root_at(merkle.nodes_of(HASHES), size) == naive_root(hashes)


@pytest.mark.parametrize("size", range(1, UP_TO + 1))
def test_every_inclusion_proof_is_that_of_a_naive_tree_and_convinces(size: int) -> None:
    hashes = HASHES[:size]
    for index in range(size):
        proof = merkle.inclusion_proof(hashes, index)
        assert list(proof) == naive_path(index, hashes)
        merkle.verify_inclusion(hashes[index], index, size, proof, merkle.root(hashes))


@pytest.mark.parametrize("size", range(1, UP_TO + 1))
def test_every_consistency_proof_is_that_of_a_naive_tree_and_convinces(size: int) -> None:
    hashes = HASHES[:size]
    for before in range(1, size + 1):
        proof = merkle.consistency_proof(hashes, before)
        assert list(proof) == naive_subproof(before, hashes)
        merkle.verify_consistency(before, size, proof, merkle.root(hashes[:before]), merkle.root(hashes))


@pytest.mark.parametrize("size", range(2, 18))
def test_a_proof_convinces_for_no_other_leaf(size: int) -> None:
    hashes = HASHES[:size]
    root = merkle.root(hashes)
    for index in range(size):
        proof = merkle.inclusion_proof(hashes, index)
        for other in set(range(-1, size + 2)) - {index}:
            with pytest.raises(LedgerError):
                merkle.verify_inclusion(hashes[index], other, size, proof, root)


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, UP_TO))
    return draw(st.integers(0, size - 1)), size


@st.composite
def damages(draw: st.DrawFn) -> Callable[[Sequence[bytes]], list[bytes]]:
    at, byte, bit = draw(st.integers(0, 9)), draw(st.integers(0, 31)), draw(st.integers(0, 7))
    kind = draw(st.sampled_from(["flip", "drop", "repeat", "cut", "lengthen"]))

    def damaged(hashes: Sequence[bytes]) -> list[bytes]:
        changed = list(hashes) or [bytes(32)]
        place = at % len(changed)
        step = changed[place]
        changed[place : place + 1] = {
            "flip": [step[:byte] + bytes([step[byte] ^ 1 << bit]) + step[byte + 1 :]],
            "drop": [],
            "repeat": [step, step],
            "cut": [step[:-1]],
            "lengthen": [step + b"\0"],
        }[kind]
        return changed

    return damaged


@given(inclusions(), damages())
def test_a_damaged_inclusion_proof_is_refused(
    place: tuple[int, int], damaged: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    index, size = place
    proof = merkle.inclusion_proof(HASHES[:size], index)
    changed = damaged(proof)
    if changed != list(proof):
        with pytest.raises(LedgerError):
            merkle.verify_inclusion(HASHES[index], index, size, changed, merkle.root(HASHES[:size]))


@given(inclusions(), damages())
def test_a_damaged_consistency_proof_is_refused(
    place: tuple[int, int], damaged: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    before, size = place[0] + 1, place[1]
    proof = merkle.consistency_proof(HASHES[:size], before)
    changed = damaged(proof)
    root1, root2 = merkle.root(HASHES[:before]), merkle.root(HASHES[:size])
    if changed != list(proof):
        with pytest.raises(LedgerError):
            merkle.verify_consistency(before, size, changed, root1, root2)


@given(st.integers(1, UP_TO), st.integers(1, UP_TO), st.integers(0, UP_TO - 1))
def test_a_rewritten_history_has_no_consistency_proof(size1: int, size2: int, rewritten: int) -> None:
    before, after = sorted((size1, size2))
    changed = list(HASHES[:after])
    place = rewritten % before
    changed[place] = merkle.leaf_hash(b"another history")
    root1, root2 = merkle.root(HASHES[:before]), merkle.root(changed)
    for proof in (merkle.consistency_proof(changed, before), merkle.consistency_proof(HASHES[:after], before)):
        with pytest.raises(LedgerError):
            merkle.verify_consistency(before, after, proof, root1, root2)


def test_nothing_is_proven_from_an_empty_tree() -> None:
    empty = merkle.root([])
    with pytest.raises(LedgerError, match="from size 0"):
        merkle.consistency_proof(HASHES, 0)
    for size in (0, 1, 5):
        with pytest.raises(LedgerError, match="from size 0"):
            merkle.verify_consistency(0, size, [], empty, merkle.root(HASHES[:size]))


def test_no_proof_leads_back_to_a_smaller_tree() -> None:
    with pytest.raises(LedgerError, match="from size 5 to size 4"):
        merkle.verify_consistency(5, 4, [], merkle.root(HASHES[:5]), merkle.root(HASHES[:4]))


def test_one_size_has_one_root() -> None:
    with pytest.raises(LedgerError, match="two trees of size 5 differ"):
        merkle.verify_consistency(5, 5, [], merkle.root(HASHES[:5]), merkle.root(HASHES[1:6]))


def test_a_tree_has_no_leaf_beyond_its_size() -> None:
    for index in (-1, 5):
        with pytest.raises(LedgerError, match=f"a tree of size 5 has no leaf {index}"):
            merkle.inclusion_proof(HASHES[:5], index)


def test_what_is_no_sha256_hash_is_refused() -> None:
    with pytest.raises(LedgerError, match="32 bytes, not 31"):
        merkle.root([bytes(31)])
    with pytest.raises(LedgerError, match="32 bytes, not 33"):
        merkle.verify_inclusion(bytes(33), 0, 1, [], bytes(33))
    with pytest.raises(LedgerError, match="32 bytes, not 0"):
        merkle.verify_consistency(1, 1, [], b"", b"")


@given(st.lists(st.integers(0, 9), max_size=12))
def test_a_tree_grown_in_any_batches_is_the_same_tree(batches: list[int]) -> None:
    edge, hashes = merkle.CompactRange(), (HASHES * 3)[: sum(batches)]
    for start, width in zip([sum(batches[:at]) for at in range(len(batches))], batches, strict=True):
        edge = edge.extended(hashes[start : start + width])
    assert edge == merkle.CompactRange().extended(hashes)
    assert edge.root() == naive_root(hashes)


def test_an_edge_that_does_not_cover_its_size_is_refused() -> None:
    with pytest.raises(LedgerError, match="size 3 is not covered by 1 nodes"):
        merkle.CompactRange(3, (HASHES[0],))
