"""Where every series stands for every use, as of an instant: what a rights desk looks at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from okuzuke.archive import Archive
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, WorkId
from okuzuke.datasets.snapshot import Refused, Screenings, Terms, judge, standing_of
from okuzuke.ledger import store as ledger
from okuzuke.registry import store as registry
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Basis, Decision, State, TitleStanding
from okuzuke.registry.known import Statements
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Register
from okuzuke.screening.match import Review, Screened, Screening, sides

USES = (
    Use.TRAIN,
    Use.CAPTION,
    Use.EMBED,
    Use.GENERATE,
    Use.CHARACTER,
    Use.EDIT,
    Use.PUBLISH_OUTPUT,
    Use.MERCHANDISE,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered for one work: the decision, and why screening or the title keeps the work out, if they do."""

    decision: Decision
    refused: Refused | None

    @property
    def state(self) -> State:
        return self.decision.state if self.refused is None else self.refused.state


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer that most works of a series have for a use; `alike` of `works` have it."""

    use: Use
    answered: Answered
    alike: int
    works: int


@dataclass(frozen=True, slots=True)
class Line:
    """One series of the board."""

    series: Entry
    cells: tuple[Cell, ...]


def board(archive: Archive, at: datetime) -> tuple[Line, ...]:
    """Return every series with a cell for each use, as of `at`."""
    known = archive.registry.known().until(at)
    screenings = screenings_at(archive, at)
    answers = {use: answers_at(known, screenings, use, at, title_claimed=archive.settings.demo) for use in USES}
    members = series_works(known)
    return tuple(
        Line(series, tuple(_cell(use, [answers[use][work] for work in works]) for use in USES))
        for series, works in members.items()
    )


def answers_at(
    known: Statements, screenings: Screenings, use: Use, at: datetime, *, title_claimed: bool
) -> dict[WorkId, Answered]:
    """Return what a snapshot that admits every basis would decide on each work at `at`."""
    asked = Asked("", use)
    terms = Terms(asked, frozenset(Basis), title_claimed)
    decisions = {work: decide(known, replace(asked, subject=work), at, at) for work in known.works}
    attested = {work for work, decision in decisions.items() if decision.title is TitleStanding.ATTESTED}
    return {
        work: Answered(decision, judge(decision, standing_of(work, screenings, attested), terms))
        for work, decision in decisions.items()
    }


def series_works(known: Statements) -> dict[Entry, list[WorkId]]:
    """Return the works of each series in the order in which they were entered."""
    found: dict[Entry, list[WorkId]] = {}
    for work, registered in known.works.items():
        assert isinstance(registered.register.body, Register), "works come from registers"
        found.setdefault(registered.register.body.series, []).append(work)
    return found


def screenings_at(archive: Archive, at: datetime) -> Screenings:
    """Return what screening had found and persons had said by `at`."""
    newest: dict[WorkId, tuple[Entry, Screened]] = {}
    reviews: dict[WorkId, list[tuple[Entry, Review]]] = {}
    with archive.database.reading() as connection:
        for item in ledger.recorded_all(connection, ["screen", "review"]):
            if item.recorded_at > at:
                break
            fields = Fields(item.statement.public, item.statement.kind)
            if item.statement.kind == "review":
                review = Review.read(fields, item.sealed)
                reviews.setdefault(review.work, []).append((item.entry, review))
                continue
            keys = ledger.set_keys(connection, Screening.read(fields, item.sealed).rows)
            rows = ledger.rows(connection, keys)
            screened = (Screened.read(rows[key].document) for key in keys if key in rows)
            newest |= {found.work: (item.entry, found) for found in screened}
        known = registry.load(connection).until(at)
        whose = {**registry.registrants(connection, known), **sides(known, at)}
    return Screenings(newest, reviews, whose)


def _cell(use: Use, answered: Sequence[Answered]) -> Cell:
    said = Counter((item.state, item.refused.ja if item.refused is not None else ()) for item in answered)
    (state, ja), alike = said.most_common(1)[0]
    same = (item for item in answered if item.state is state and (item.refused.ja if item.refused else ()) == ja)
    return Cell(use, next(same), alike, len(answered))
