"""Offline proof that an entry stands in the log, after https://c2sp.org/tlog-proof."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import digest, encode_base64
from okuzuke.core.errors import LedgerError, OkuzukeError
from okuzuke.ledger import checkpoint, merkle, policy, receipt
from okuzuke.ledger.checkpoint import Checkpoint
from okuzuke.ledger.policy import Policy
from okuzuke.ledger.receipt import Receipt

# Entry 2 of the five-entry log that transparency-dev/tessera publishes under testdata/log, as a tlog-proof.
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TESSERA_RECEIPT = """\
c2sp.org/tlog-proof@v1
index 2
9xWrP6pdBx5uKsS7mU1b9zWUPcw3mdoNCF55gM+5M2o=
T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=
zMKa4OAqd7D0V4wawXST15z0JiEEkprIBPkfxOesWvA=

example.com/log/testdata
5
gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ=

— example.com/log/testdata M9e0lmn5eDHyHP10zJObZdFAX2y1V8fdDKBi4IiHbDYf1TCUBwxZOhqwv2QZCqrdda2zTRTrmnwjwscN5RBTEmZUYAs=
"""
TESSERA = policy.parse(f"log {TESSERA_KEY}\nquorum none\n")

ORIGIN = "okuzuke.example/log"
LOG = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
LOG_KEY = checkpoint.VerifierKey(ORIGIN, checkpoint.SignatureType.ED25519, LOG.public_key().public_bytes_raw())
PINNED = Policy("none").with_log(LOG_KEY)
ENTRIES = [digest(bytes([number])) for number in range(13)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
NOTES = {size: checkpoint.sign(Checkpoint(ORIGIN, size, merkle.root(LEAVES[:size])), ORIGIN, LOG) for size in range(14)}


def receipt_of(index: int, size: int) -> Receipt:
    return Receipt(index, merkle.inclusion_proof(LEAVES[:size], index), NOTES[size])


def test_an_entry_of_another_log_is_proven() -> None:
    found = receipt.verify(TESSERA_RECEIPT, b"three", TESSERA)
    assert (found.checkpoint.origin, found.checkpoint.size) == ("example.com/log/testdata", 5)
    assert receipt.parse(TESSERA_RECEIPT).text == TESSERA_RECEIPT


def test_another_entry_is_not_proven() -> None:
    with pytest.raises(LedgerError, match="leaf 2 is not in the tree of size 5"):
        receipt.verify(TESSERA_RECEIPT, b"four", TESSERA)


@pytest.mark.parametrize("size", range(1, 14))
def test_every_entry_under_every_checkpoint_has_a_receipt(size: int) -> None:
    for index in range(size):
        text = receipt_of(index, size).text
        assert receipt.parse(text) == receipt_of(index, size)
        assert receipt.verify(text, ENTRIES[index], PINNED).checkpoint.size == size


def test_the_only_entry_needs_no_hashes() -> None:
    assert receipt_of(0, 1).text == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTES[1]}"


def test_extra_data_travels_with_the_receipt() -> None:
    sent = Receipt(0, (), NOTES[1], extra=b"for the reader")
    assert sent.text.startswith("c2sp.org/tlog-proof@v1\nextra Zm9yIHRoZSByZWFkZXI=\nindex 0\n\n")
    assert receipt.parse(sent.text) == sent


def test_a_checkpoint_of_an_unknown_log_is_refused() -> None:
    with pytest.raises(LedgerError, match="no key that is trusted here"):
        receipt.verify(receipt_of(3, 9).text, ENTRIES[3], TESSERA)


def test_a_missing_witness_is_refused() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\2")
    key = checkpoint.VerifierKey(
        "w.example", checkpoint.SignatureType.COSIGNATURE, private.public_key().public_bytes_raw()
    )
    witnessed = policy.parse(f"log {LOG_KEY}\nwitness W {key}\nquorum W\n")
    sent = receipt_of(3, 9)
    with pytest.raises(LedgerError, match="quorum W is not reached"):
        receipt.verify(sent.text, ENTRIES[3], witnessed)

    text = checkpoint.split_note(sent.note).text
    signed = (1).to_bytes(8, "big") + private.sign(f"cosignature/v1\ntime 1\n{text}".encode())
    line = f"— w.example {encode_base64(key.key_id + signed)}\n"
    assert receipt.verify(sent.text + line, ENTRIES[3], witnessed).checkpoint.size == 9


def test_a_receipt_fits_one_index_and_one_checkpoint() -> None:
    proof = receipt_of(3, 9).proof
    for index, size in ((2, 9), (4, 9), (9, 9), (3, 8), (3, 10), (0, 0)):
        with pytest.raises(LedgerError):
            receipt.verify(Receipt(index, proof, NOTES[size]).text, ENTRIES[3], PINNED)


GOOD = receipt_of(3, 9).text
STEP = encode_base64(receipt_of(3, 9).proof[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD.replace("@v1", "@v2"),
        "\n" + GOOD,
        GOOD.replace("index 3", "index 03"),
        GOOD.replace("index 3", "index  3"),
        GOOD.replace("index 3", "index -3"),
        GOOD.replace("index 3", "index ٣"),
        GOOD.replace("index 3", "index 3 "),
        GOOD.replace("index 3", f"index {'9' * 5_000}"),
        GOOD.replace("index 3\n", ""),
        GOOD.replace("index 3", "extra \nindex 3"),
        GOOD.replace("index 3", "extra !!\nindex 3"),
        GOOD.replace("index 3", "extra QR==\nindex 3"),
        GOOD.replace("index 3", "extra QQ==\nextra QQ==\nindex 3"),
        GOOD.replace("index 3", "index 3\nextra QQ=="),
        GOOD.replace(STEP, STEP[:-1]),
        GOOD.replace(STEP, STEP + "\r"),
        GOOD.replace(STEP, f" {STEP}"),
        GOOD.replace(STEP, f"{STEP}\n\n"),
        GOOD.replace(STEP, "\n".join([STEP] * 64)),
        GOOD.replace(STEP, STEP[:-2] + chr(ord(STEP[-2]) + 1) + "="),
        GOOD.partition("\n\n")[0],
        GOOD.partition("\n\n")[0] + "\n\n",
        GOOD.partition("—")[0],
        GOOD[:-1],
        GOOD + "\n",
        GOOD.replace("\n", "\r\n"),
    ],
)
def test_a_receipt_has_one_spelling(text: str) -> None:
    with pytest.raises(LedgerError):
        receipt.parse(text)


@given(st.integers(0, GOOD.index("—") - 1), st.characters(exclude_categories=[]))
def test_no_character_above_the_signature_can_change(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    if changed != GOOD:
        with pytest.raises(LedgerError):
            receipt.verify(changed, ENTRIES[3], PINNED)


@given(
    st.lists(
        st.sampled_from(["c2sp.org/tlog-proof@v1", "\n", "index ", "extra ", "0", STEP, "— a ", "AAAAAAAA", "é"])
    ).map("".join)
)
def test_no_text_breaks_the_reader_of_receipts(text: str) -> None:
    for start in ("", "c2sp.org/tlog-proof@v1\nindex 0"):
        with suppress(OkuzukeError):
            assert receipt.parse(start + text).text == start + text


@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.text(max_size=3))
def test_a_mangled_receipt_is_refused_or_proves_the_same_entry(start: int, end: int, inserted: str) -> None:
    try:
        found = receipt.verify(GOOD[:start] + inserted + GOOD[end:], ENTRIES[3], PINNED)
    except OkuzukeError:
        return
    assert found.checkpoint.size == 9
