"""What the story came to, as the report and the summary read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from okuzuke.archive import Archive
from okuzuke.audit.verifier import Report
from okuzuke.demo.contest import Contest
from okuzuke.demo.freezing import Drill, Taken
from okuzuke.demo.opening import Moment
from okuzuke.demo.tampering import Tried
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Recorded


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle handed to a reader, and what verifying its file came to."""

    reader: str
    file: Path
    checked: Report


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything the report shows that it does not read from the archive."""

    moments: tuple[Moment, ...]
    contest: Contest
    taken: tuple[Taken, ...]
    drill: Drill
    bundled: tuple[Bundled, ...]
    tried: tuple[Tried, ...]
    log: tuple[Recorded, ...]


def read_log(archive: Archive) -> tuple[Recorded, ...]:
    """Return every statement of the log in its order."""
    with archive.database.reading() as connection:
        return tuple(ledger.recorded_all(connection))
