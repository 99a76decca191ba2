from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import digest
from okuzuke.core.errors import OkuzukeError
from okuzuke.core.ids import AssetId, Entry
from okuzuke.training import transcript
from okuzuke.training.transcript import Header, Record

HEADER = Header(Entry("01" * 32), AssetId("02" * 32), "03" * 32, "04" * 32, 4, 2)
RECORDS = tuple(
    Record(
        step,
        digest(b"batch %d" % step),
        0.5 / (step + 1),
        struct.pack("<2f", step, -1),
        None if step % 2 else digest(b"s"),
    )
    for step in range(4)
)
DATA = HEADER.to_bytes() + b"".join(record.to_bytes() for record in RECORDS)


def test_a_transcript_is_read_back_as_it_was_written() -> None:
    told = transcript.read(DATA)

    assert told.header == HEADER
    assert [record.step for record in told.records] == [0, 1, 2, 3]
    assert [record.state for record in told.records] == [record.state for record in RECORDS]
    assert told.records[3].sketch_values == (3.0, -1.0)
    assert told.whole


def test_the_head_is_the_chain_that_is_written_down() -> None:
    head = digest(HEADER.to_bytes())
    for record in RECORDS:
        head = digest(head + record.to_bytes())

    assert transcript.read(DATA).head == head.hex()


@given(at=st.integers(0, len(DATA) - 1), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(at: int, bit: int) -> None:
    changed = bytearray(DATA)
    changed[at] ^= 1 << bit

    with pytest.raises(OkuzukeError):
        transcript.verify(bytes(changed), transcript.read(DATA).head)


@given(length=st.integers(0, len(DATA) - 1))
def test_no_byte_can_be_missing(length: int) -> None:
    with pytest.raises(OkuzukeError):
        transcript.verify(DATA[:length], transcript.read(DATA).head)


def test_a_run_that_is_under_way_has_a_head_of_its_own_at_each_step() -> None:
    size = HEADER.record_bytes
    cuts = [transcript.read(DATA[: len(HEADER.to_bytes()) + size * done]) for done in range(5)]

    assert [len(cut.records) for cut in cuts] == [0, 1, 2, 3, 4]
    assert all(one.head != two.head for one, two in pairwise(cuts))
    assert [cut.whole for cut in cuts] == [False, False, False, False, True]


def test_another_batch_than_the_order_gives_is_found() -> None:
    head = transcript.read(DATA).head
    batches = [record.batch for record in RECORDS]

    transcript.verify(DATA, head, batches)

    with pytest.raises(OkuzukeError, match="step 2"):
        transcript.verify(DATA, head, [*batches[:2], digest(b"another"), batches[3]])
