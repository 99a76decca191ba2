"""What the story came to, as the report and the summary read it."""

from __future__ import annotations

from dataclasses import dataclass

from okuzuke.archive import Archive
from okuzuke.demo.contest import Contest
from okuzuke.demo.freezing import Taken
from okuzuke.demo.handing import Handed
from okuzuke.demo.later import Disputed, Settled
from okuzuke.demo.learning import Learnt
from okuzuke.demo.opening import Moment
from okuzuke.demo.recognition import Recognised
from okuzuke.demo.selling import Sold
from okuzuke.demo.stopping import Stopped
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Recorded


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything the report shows that it does not read from the archive."""

    moments: tuple[Moment, ...]
    contest: Contest
    taken: tuple[Taken, ...]
    """A, B and C; the model was trained on B."""
    learnt: Learnt
    sold: Sold
    recognised: Recognised
    disputed: Disputed
    settled: Settled
    exact: bool
    """Whether every output's parts come to the whole and its money to its price."""
    stopped: Stopped
    handed: Handed
    log: tuple[Recorded, ...]


def read_log(archive: Archive) -> tuple[Recorded, ...]:
    """Return every statement of the log in its order."""
    with archive.database.reading() as connection:
        return tuple(ledger.recorded_all(connection))
