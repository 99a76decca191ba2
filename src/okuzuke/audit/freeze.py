"""What the archive knew when it froze a snapshot, as far as a bundle opens it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.audit.evidence import Stated
from okuzuke.audit.judged import Judged
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import Entry, PartyId, RowId, WorkId, short
from okuzuke.core.intervals import format_instant, parse_instant
from okuzuke.datasets.manifest import Place, Snapshot, Tombstone, check_order, item_of, read_place
from okuzuke.datasets.snapshot import Refused, Screenings, Terms, judge, standing_of
from okuzuke.registry.authority import Authority, Rule
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Decision, TitleStanding
from okuzuke.registry.interests import Ownership
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Party
from okuzuke.registry.works import Register
from okuzuke.screening.match import Review, Screened, Screening


@dataclass(frozen=True)
class Sight:
    """How much of what bears on a work a bundle opens."""

    known: Statements
    clouded: frozenset[str]

    def sees(self, subject: str) -> bool:
        """Say whether an answer about the subject can be made anew: nothing it needs is shut, sealed or erased."""
        return all(self._sees_alone(node) for node in (subject, *self._beneath(subject)))
