"""The folder of one run: its states and its transcript so far, so that a run that was cut off goes on where it was.

`transcript` grows by a record a step; `state-000123.safetensors` is all of the run after 123 steps. The transcript is
durable before the state that follows it, a state is there whole or not at all, and one process at a time writes.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from okuzuke.core.canonical import canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError, StateError
from okuzuke.training import transcript
from okuzuke.training.transcript import Header, Record
from okuzuke.training.weights import Tensors, from_bytes, tensors_hash, to_bytes

_LAST = 2


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A run after so many steps."""

    steps: int
    tensors: Tensors


def state_digest(steps: int, tensors: Tensors) -> bytes:
    """Return SHA-256 of JCS ["okuzuke/state/v1", steps, digest of the tensors]; steps as a decimal string."""
    return digest(canonical_bytes(["okuzuke/state/v1", str(steps), tensors_hash(tensors)]))


class States:
    """Keeps the states of one run; states of `kept` steps are never pruned. Use it as a context manager."""

    def __init__(self, folder: Path, header: Header, kept: tuple[int, ...] = ()) -> None:
        self._folder = folder
        self._header = header
        self._kept = frozenset(kept)
        self._path = folder / "transcript"

    def __enter__(self) -> Self:
        with _storing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self._folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise StateError(
                f"somebody else is training this run in {self._folder}", remedy="wait for it to end"
            ) from error
        for part in self._folder.glob(".part-*"):  # of a process that was killed while it wrote
            part.unlink()
        self._file: BinaryIO | None = None
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._file is not None:
            # On a full disk the last records cannot leave the buffer; the run goes on from its last state anyway.
            with _quietly():
                self._file.close()
        self._lock.close()

    def newest(self) -> State | None:
        """Return the newest state that is whole and is the one the transcript names, None to begin anew.

        The transcript is cut to that state, and what comes is written after it.
        """
        records = self._records()
        found: State | None = None
        for steps in sorted(self._numbers(), reverse=True):
            record = records[steps - 1] if 0 < steps <= len(records) else None
            found = self._load(steps, record) if record is not None else None
            if found is not None:
                break
        self._begin(found.steps if found is not None else 0)
        return found

    def append(self, record: Record) -> None:
        """Write one record; it is durable with the next state."""
        assert self._file is not None, "a run begins with its newest state"
        with _storing(self._path):
            self._file.write(record.to_bytes())

    def keep(self, state: State) -> None:
        """Make the records so far and then the state durable; earlier states but the last few go."""
        assert self._file is not None, "a run begins with its newest state"
        with _storing(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
        data = to_bytes(state.tensors, {"run": self._header.run, "steps": state.steps})
        with _storing(self._folder):
            _write(self._state(state.steps), data)
            numbers = sorted(self._numbers())
            for steps in numbers[:-_LAST]:
                if steps not in self._kept:
                    self._state(steps).unlink(missing_ok=True)

    def transcript(self) -> bytes:
        """Return the transcript as it stands."""
        assert self._file is not None, "a run begins with its newest state"
        with _storing(self._path):
            self._file.flush()
            return self._path.read_bytes()

    def _records(self) -> tuple[Record, ...]:
        """Return the whole records of this run's transcript, none where it is of another or cannot be read."""
        if not self._path.exists():
            return ()
        data = self._path.read_bytes()
        beginning = self._header.to_bytes()
        if not data.startswith(beginning):
            return ()
        length = len(data) - (len(data) - len(beginning)) % self._header.record_bytes
        try:
            return transcript.read(data[:length]).records
        except CheckFailedError:
            return ()

    def _load(self, steps: int, record: Record) -> State | None:
        try:
            tensors = from_bytes(self._state(steps).read_bytes(), f"the state after step {steps}")
        except (OSError, CheckFailedError):
            return None
        return State(steps, tensors) if state_digest(steps, tensors) == record.state else None

    def _begin(self, steps: int) -> None:
        beginning = self._header.to_bytes()
        length = len(beginning) + steps * self._header.record_bytes
        with _storing(self._path):
            if steps == 0:
                self._path.write_bytes(beginning)
            self._file = self._path.open("r+b")
            self._file.truncate(length)
            self._file.seek(length)

    def _numbers(self) -> Iterator[int]:
        for path in self._folder.glob("state-*.safetensors"):
            number = path.stem.removeprefix("state-")
            if number.isdecimal():
                yield int(number)

    def _state(self, steps: int) -> Path:
        return self._folder / f"state-{steps:06}.safetensors"


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError(
            f"cannot store {path}: {error.strerror}; the run stands at its last state",
            remedy="free room, then type this again: the run goes on from there",
        ) from error


@contextmanager
def _quietly() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


def _write(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        # On a full disk the part itself would take the room that is asked for.
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
