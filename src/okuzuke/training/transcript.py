"""What a run wrote down of itself, step by step, in one hash chain. Pure.

The file is a header, one line of JCS and a line feed,

    {"code","format":"okuzuke-transcript/1","order_seed","recipe","run","sketch_values","steps"}

then one record a step, in order, all of one length; numbers are little-endian:

    bytes  what
    4      the step, unsigned, from 0
    32     batch: SHA-256 of the JCS list of the items' digests in order, null for a tombstone
    4      loss: IEEE 754 binary32, the mean over the places of the batch
    4 n    sketch of the gradient before it is clipped: n binary32 (n = sketch_values)
    32     state: digest of the whole state after the step where one was taken, else zeros

The chain: head(-1) = SHA-256(header line with its line feed), head(k) = SHA-256(head(k-1) || record k).

Sketch (Charikar, Chen & Farach-Colton 2002, section 3, with neighbours in different counters): g is the gradient of all
parameters, one after the other in the model's order, and sketch[j] the sum of sign(i) g[i] over all i that are j mod n,
where sign(i) is -1 where bit i, the highest first, of SHAKE-256(the order seed's 32 bytes || "sketch") is set, else 1.
In expectation the distance of two sketches is that of the gradients.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okuzuke.core.canonical import JsonObject, canonical_bytes, digest, parse_object
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry

FORMAT = "okuzuke-transcript/1"
NO_STATE = bytes(32)
_REMEDY = "ask for the transcript that the model names"


@dataclass(frozen=True, slots=True)
class Header:
    """Which run a transcript is of; the chain begins with it."""

    run: Entry
    recipe: AssetId
    code: str
    order_seed: str
    steps: int
    sketch_values: int

    @property
    def record_bytes(self) -> int:
        return 72 + 4 * self.sketch_values

    def to_bytes(self) -> bytes:
        members: JsonObject = {
            "format": FORMAT,
            "run": self.run,
            "recipe": self.recipe,
            "code": self.code,
            "order_seed": self.order_seed,
            "steps": self.steps,
            "sketch_values": self.sketch_values,
        }
        return canonical_bytes(members) + b"\n"


@dataclass(frozen=True, slots=True)
class Record:
    """One step. `state` is None where none was taken."""

    step: int
    batch: bytes
    loss: float
    sketch: bytes
    state: bytes | None

    def to_bytes(self) -> bytes:
        head = struct.pack("<I32sf", self.step, self.batch, self.loss)
        return head + self.sketch + (self.state or NO_STATE)

    @property
    def sketch_values(self) -> tuple[float, ...]:
        return struct.unpack(f"<{len(self.sketch) // 4}f", self.sketch)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript that holds together: its records are in order, and `head` is the last of its chain."""

    header: Header
    records: tuple[Record, ...]
    head: str

    @property
    def whole(self) -> bool:
        """Whether the run came to its end."""
        return len(self.records) == self.header.steps


def chained(head: bytes, record: bytes) -> bytes:
    """Return the head after a record."""
    return digest(head + record)


def read(data: bytes) -> Transcript:
    """Return the transcript in a file; a cut or disordered one is refused. Cost: linear in its length."""
    line, feed, rest = data.partition(b"\n")
    header = _header(line, feed)
    if len(rest) % header.record_bytes:
        raise CheckFailedError(f"the transcript of run {header.run} is cut inside a record", remedy=_REMEDY)
    head = digest(line + feed)
    records = tuple(_records(rest, header))
    for at, record in enumerate(records):
        if record.step != at or at >= header.steps or not math.isfinite(record.loss):
            raise CheckFailedError(f"record {at} of the transcript is not that of step {at}", remedy=_REMEDY)
    for start in range(0, len(rest), header.record_bytes):
        head = chained(head, rest[start : start + header.record_bytes])
    return Transcript(header, records, head.hex())


def verify(data: bytes, head: str, batches: Sequence[bytes] = ()) -> Transcript:
    """Return the whole transcript whose chain ends in `head`, or raise at what is otherwise.

    `batches` are the batch digests recomputed from the manifest (`training.plan`), where the caller has them.
    """
    transcript = read(data)
    if transcript.head != head or not transcript.whole:
        raise CheckFailedError("the transcript does not end in the head that was recorded", remedy=_REMEDY)
    for record, batch in zip(transcript.records, batches, strict=False):
        if record.batch != batch:
            raise CheckFailedError(
                f"step {record.step} read another batch than its place in the order", remedy="ask how the run was made"
            )
    return transcript


def _header(line: bytes, feed: bytes) -> Header:
    fields = Fields(parse_object(line, "the transcript's header"), "transcript")
    if not feed or fields.text("format") != FORMAT:
        raise CheckFailedError("this file is no transcript of this version", remedy=_REMEDY)
    header = Header(
        Entry(fields.digest("run")),
        AssetId(fields.digest("recipe")),
        fields.digest("code"),
        fields.digest("order_seed"),
        fields.integer("steps", low=1, high=2**32 - 1),
        fields.integer("sketch_values", low=1, high=2**20),
    )
    fields.end()
    if header.to_bytes() != line + feed:
        raise CheckFailedError("the transcript's header is not canonical", remedy=_REMEDY)
    return header


def _records(rest: bytes, header: Header) -> Iterator[Record]:
    for start in range(0, len(rest), header.record_bytes):
        record = rest[start : start + header.record_bytes]
        step, batch, loss = struct.unpack_from("<I32sf", record)
        state = record[-32:]
        yield Record(step, batch, loss, record[40:-32], None if state == NO_STATE else state)
