"""What the statements of a bundle say, each read as its kind and placed in the log. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from okuzuke.accounts.rates import Rates
from okuzuke.attribution.scorer import Scorer
from okuzuke.attribution.shares import Shares
from okuzuke.audit.bundle import Document
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry, RowId, SetRoot, short
from okuzuke.core.intervals import format_instant, parse_instant
from okuzuke.datasets.manifest import Snapshot
from okuzuke.generation.credits import Capture, Purchase
from okuzuke.generation.output import Output
from okuzuke.generation.request import Request
from okuzuke.ledger import statement
from okuzuke.ledger.statement import RestsOn, Statement
from okuzuke.registry.known import READERS, Fact, read_fact
from okuzuke.royalties.allocation import Allocation
from okuzuke.screening.match import Review, Screening
from okuzuke.training.model import Model
from okuzuke.training.run import Run


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an `erase` cleared: an entry, of which it repeats the rest, or a row."""

    entry: Entry | None
    kind: str
    recorded_at: datetime | None
    rests_on: tuple[RestsOn, ...]
    sets: tuple[SetRoot, ...]
    row: RowId | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Erasure:
        only(sealed, "reason")
        row = public.optional_digest("row")
        if (row is None) != public.has("entry"):
            raise InputError("an erasure clears an entry or a row", remedy="ask the archive for the bundle again")
        if row is not None:
            return cls(None, "row", None, (), (), RowId(row))
        cleared = public.object("entry")
        erasure = cls(
            Entry(cleared.digest("entry")),
            cleared.text("kind"),
            cleared.instant("recorded_at"),
            tuple(RestsOn.from_fields(item) for item in cleared.objects("rests_on")),
            tuple(map(SetRoot, cleared.digests("sets"))),
            None,
        )
        cleared.end()
        return erasure


Other: TypeAlias = (
    Screening
    | Snapshot
    | Review
    | Erasure
    | Run
    | Model
    | Scorer
    | Rates
    | Purchase
    | Request
    | Output
    | Capture
    | Shares
    | Allocation
)

OTHERS: Mapping[str, Callable[[Fields, JsonObject], Other]] = {
    "screen": Screening.read,
    "snapshot": Snapshot.read,
    "review": Review.read,
    "erase": Erasure.read,
    "run": Run.read,
    "model": Model.read,
    "scorer": Scorer.read,
    "rates": Rates.read,
    "purchase": Purchase.read,
    "request": Request.read,
    "output": Output.read,
    "capture": Capture.read,
    "shares": Shares.read,
    "allocation": Allocation.read,
}


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement of the bundle at its place in the log; `body` is a fact of the register or of a later stage."""

    index: int
    entry: Entry
    recorded_at: datetime
    statement: Statement
    body: Fact | Other


def read_stated(index: int, entry: Entry, document: Document, parsed: Statement, texts: Sequence[str]) -> Stated:
    """Return the statement read as its kind; an unknown kind, version or member raises."""
    at = recorded_at(document)
    sealed = statement.check_disclosures(parsed, texts)
    if parsed.version != 1 or parsed.kind not in {*READERS, *OTHERS}:
        raise failure(f"{short(entry)} is of the unknown kind {parsed.kind} version {parsed.version}")
    if parsed.kind in READERS:
        return Stated(index, entry, at, parsed, read_fact(index, entry, at, parsed, sealed))
    fields = Fields(parsed.public, parsed.kind)
    body = OTHERS[parsed.kind](fields, sealed)
    fields.end()
    return Stated(index, entry, at, parsed, body)


def recorded_at(document: Document) -> datetime:
    """Return when the archive says it recorded the document; a second spelling of the instant is refused."""
    instant = parse_instant(document.envelope["recorded_at"])
    if format_instant(instant) != document.envelope["recorded_at"]:
        raise failure(f"recorded_at has a second spelling: {document.envelope['recorded_at']!r}")
    return instant


def kind_of(document: Document) -> str:
    """Return the kind a document claims, for a message about a document that may not be readable."""
    body = document.envelope.get("statement")
    subject = body.get("credentialSubject") if isinstance(body, Mapping) else None
    kind = subject.get("kind") if isinstance(subject, Mapping) else None
    return kind if isinstance(kind, str) else "document"


def failure(message: str) -> CheckFailedError:
    """Return the error of a joint that does not hold."""
    return CheckFailedError(message, remedy="ask the archive for the bundle again, and keep this one as evidence")
