"""A snapshot beside what the archive knew when it froze it, as far as a bundle opens both. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.audit.sight import Sight
from okuzuke.core.ids import Entry, RowId, WorkId, short
from okuzuke.core.intervals import parse_instant
from okuzuke.datasets.manifest import Place, Snapshot, Tombstone, check_order, read_place
from okuzuke.datasets.snapshot import Screenings, Terms, standing_of
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Decision, TitleStanding
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Party
from okuzuke.registry.works import Register
from okuzuke.screening.match import Review, Screened, Screening, Standing, sides


@dataclass(frozen=True, slots=True)
class Freeze:
    """`known` and `screenings` are of the statements before the snapshot in the log; `places` the opened rows."""

    stated: Stated
    snapshot: Snapshot
    at: datetime
    known: Statements
    screenings: Screenings
    places: tuple[Place | Tombstone, ...]
    sight: Sight
    _decisions: dict[WorkId, Decision] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        return Terms(self.snapshot.asked, self.snapshot.bases, self.snapshot.title_claimed)

    def sees(self, work: WorkId) -> bool:
        """Say whether all that admitted or refused the work is open, the works screening found like it too."""
        _, screened = self.screenings.newest.get(work, (None, None))
        others = [found.other for found in screened.found] if screened is not None else []
        return self.sight.sees(work) and all(other in self.known.works for other in others)

    def decision(self, work: WorkId) -> Decision:
        """Return the decision on a work that is open, as of the freeze."""
        if work not in self._decisions:
            self._decisions[work] = decide(self.known, replace(self.snapshot.asked, subject=work), self.at, self.at)
        return self._decisions[work]

    def standing(self, work: WorkId) -> Standing:
        """Return where a work that is open stood as far as screening goes."""
        _, screened = self.screenings.newest.get(work, (None, None))
        sides = [work, *(found.other for found in screened.found)] if screened is not None else [work]
        attested = {side for side in sides if self.decision(side).title is TitleStanding.ATTESTED}
        return standing_of(work, self.screenings, attested)


def read_freeze(bundle: Bundle, judged: Judged, stated: Stated) -> Freeze:
    """Return the snapshot with what was known before it, or raise where it contradicts itself or the log."""
    snapshot = stated.body
    assert isinstance(snapshot, Snapshot), "called by type"
    before = [item for item in judged.stated if item.index < stated.index]
    at = parse_instant(snapshot.frozen_at)
    # A freeze dated back to before an ending was recorded would let in what had ended.
    if not max((item.recorded_at for item in before), default=at) <= at <= stated.recorded_at:
        raise failure(
            f"snapshot {short(stated.entry)} was not frozen when it was recorded, but at {snapshot.frozen_at}"
        )
    operator = judged.known.body(judged.known.operator or "", Party)
    if snapshot.title_claimed and not (operator is not None and operator.demo):
        raise failure(f"snapshot {short(stated.entry)} admits titles that are only claimed, outside a demo")
    facts = [item.body for item in before if isinstance(item.body, Fact)]
    works = [work for work in judged.known.works.values() if work.register.position < stated.index]
    known = Statements.of(facts, works)
    keys = bundle.sets.get(snapshot.manifest, ())
    places = tuple(read_place(bundle.rows[key].document) for key in keys if key in bundle.rows)
    _check_places(stated, snapshot, places)
    screenings = _screenings(bundle, known, before, at)
    return Freeze(stated, snapshot, at, known, screenings, places, Sight(known, judged.clouded))


def _check_places(stated: Stated, snapshot: Snapshot, places: Sequence[Place | Tombstone]) -> None:
    check_order(places)
    admitted = [place for place in places if isinstance(place, Place)]
    if len({place.work for place in admitted}) != len(admitted):
        raise failure(f"snapshot {short(stated.entry)} holds a work twice")
    beneath = {target.entry for target in stated.statement.rests_on}
    if snapshot.manifest not in {target.set_root for target in stated.statement.rests_on}:
        raise failure(f"snapshot {short(stated.entry)} does not rest on its manifest")
    for place in admitted:
        if not beneath.issuperset(place.rests_on):
            raise failure(f"snapshot {short(stated.entry)} does not rest on all that work {short(place.work)} rests on")


def _screenings(bundle: Bundle, known: Statements, before: Iterable[Stated], at: datetime) -> Screenings:
    """Return the newest screening of each work and the reviews, in the order of the log."""
    # Of works whose rows are shut only the registrant is seen; what rests on more is not made anew for this reader.
    whose: dict[WorkId, str] = {}
    newest: dict[WorkId, tuple[Entry, Screened]] = {}
    reviews: dict[WorkId, list[tuple[Entry, Review]]] = {}
    for item in before:
        if isinstance(item.body, Fact) and isinstance(item.body.body, Register):
            for key in bundle.sets.get(item.body.body.rows, ()):
                whose.setdefault(WorkId(key), item.body.signer)
        elif isinstance(item.body, Screening):
            for screened in _screened(bundle, item.body):
                _check_screened(known, screened)
                newest[screened.work] = (item.entry, screened)
        elif isinstance(item.body, Review):
            reviews.setdefault(item.body.work, []).append((item.entry, item.body))
    return Screenings(newest, reviews, {**whose, **sides(known, at)})


def _screened(bundle: Bundle, screening: Screening) -> list[Screened]:
    keys = [RowId(key) for key in bundle.sets.get(screening.rows, ())]
    return [Screened.read(bundle.rows[key].document) for key in keys if key in bundle.rows]


def _check_screened(known: Statements, screened: Screened) -> None:
    registered = known.works.get(screened.work)
    if registered is not None and (registered.work.asset, registered.work.iscc) != (screened.asset, screened.iscc):
        raise failure(f"work {short(screened.work)} was screened by another file than it registered")
