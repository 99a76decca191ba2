"""Every signature judged as of its entry: whose key, in what capacity, and what can no longer be judged. Pure.

What was erased cannot be read, so what it bore on is *clouded*: a clouded statement that does not hold by what is left
is set aside. It convicts nobody, and nothing is permitted by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.evidence import Erasure, Stated, failure
from okuzuke.core.fields import choose
from okuzuke.core.ids import AssetId, Entry, RowId, SetRoot, WorkId, short
from okuzuke.ledger.submission import Row
from okuzuke.registry import standing
from okuzuke.registry.intake import WorkType
from okuzuke.registry.known import Fact, Registered, Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code, Reason, reason
from okuzuke.registry.works import Register, Work
from okuzuke.screening.match import Review, Verdict, review_refusal

B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Judged:
    """The statements that hold, in log order; `known` has the register's facts and the works whose rows are open."""

    stated: tuple[Stated, ...]
    known: Statements
    set_aside: frozenset[Entry]
    """Statements that cannot be judged any more, for what they rest on was erased."""
    clouded: frozenset[str]
    """Everything that an erased statement or one set aside was, or bore on."""
    erasures: tuple[Erasure, ...]
    by_entry: Mapping[Entry, Stated] = field(default_factory=dict)

    def all(self, body: type[B]) -> list[tuple[Stated, B]]:
        """Return the statements of one type, in log order."""
        return [(item, item.body) for item in self.stated if isinstance(item.body, body)]

    def beneath(self, above: Stated, entry: Entry, body: type[B]) -> tuple[Stated, B]:
        """Return the statement of this type that `above` rests on under this entry, or raise."""
        item = self.by_entry.get(entry)
        if entry not in {target.entry for target in above.statement.rests_on}:
            raise failure(f"{above.statement.kind} {short(above.entry)} names {short(entry)} and does not rest on it")
        if item is None or not isinstance(item.body, body):
            raise failure(f"{above.statement.kind} {short(above.entry)} names {short(entry)}, which is something else")
        return item, item.body

    def before(self, index: int) -> Statements:
        """Return what the register knew before an entry, as far as the bundle opens it."""
        facts = [item.body for item in self.stated if item.index < index and isinstance(item.body, Fact)]
        return Statements.of(facts, [work for work in self.known.works.values() if work.register.position < index])

    @property
    def erased_rows(self) -> frozenset[RowId]:
        return frozenset(item.row for item in self.erasures if item.row is not None)

    @property
    def erased(self) -> Mapping[Entry, Erasure]:
        return {item.entry: item for item in self.erasures if item.entry is not None}


def judge(bundle: Bundle, stated: Sequence[Stated]) -> Judged:
    """Return the statements judged one by one, each against those before it; the first that fails raises."""
    walk = _Walk(bundle.sets, bundle.rows)
    erasures = tuple(item.body for item in stated if isinstance(item.body, Erasure))
    # The operator signs for the whole log; were it clouded, every statement could be set aside.
    operator = {item.entry for item in stated if item.index == 0}
    walk.clouded.update(set(_cleared(erasures, bundle.sets)) - operator)
    held: list[Stated] = []
    for item in stated:
        refused = walk.refusal(item)
        if refused is None:
            walk.add(item)
            held.append(item)
        elif isinstance(item.body, Fact | Review) and not walk.clouded.isdisjoint(_bears_on(item)):
            walk.set_aside.add(item.entry)
            walk.clouded.update({item.entry, *_bears_on(item)} - operator)
        else:
            raise failure(f"{item.statement.kind} {short(item.entry)}: {refused.en}")
    known = Statements.of(walk.facts.values(), walk.opened)
    by_entry = {item.entry: item for item in held}
    return Judged(tuple(held), known, frozenset(walk.set_aside), frozenset(walk.clouded), erasures, by_entry)


class _Walk:
    """The log so far. Works whose rows are shut stand in it by their ids alone, which is all that standing asks."""

    def __init__(self, sets: Mapping[SetRoot, Sequence[RowId]], rows: Mapping[RowId, Row]) -> None:
        self._sets = sets
        self._rows = rows
        self.facts: dict[Entry, Fact] = {}
        self.opened: list[Registered] = []
        self.set_aside: set[Entry] = set()
        self.clouded: set[str] = set()
        self._works: dict[WorkId, Registered] = {}
        self._by_subject: dict[str, list[Fact]] = {}
        # One value over growing indexes: a new one a statement would cost the square of the log.
        self.known = Statements(self.facts, self._works, self._by_subject)

    def refusal(self, item: Stated) -> Reason | None:
        if isinstance(item.body, Fact):
            return standing.refusal(self.known, item.body)
        signer = item.statement.signer
        capacity = choose(item.statement.capacity, Capacity, "capacity")
        if signer is None:
            return reason(Code.UNKNOWN_SIGNER)
        refused = standing.key_refusal(self.known, signer, item.statement.issuer)
        if refused is not None:
            return refused
        if isinstance(item.body, Review):
            decided = item.body.outcome is not Verdict.REVIEW
            refused = review_refusal(self.known, signer, capacity, item.body, item.recorded_at)
            return refused if decided else reason(Code.WRONG_TARGET, detail="no_match, match")
        by_operator = signer == self.known.operator and capacity is Capacity.OPERATOR
        return None if by_operator else reason(Code.NOT_OPERATOR)

    def add(self, item: Stated) -> None:
        fact = item.body
        if not isinstance(fact, Fact):
            return
        self.facts[fact.entry] = fact
        for subject in Statements.of([fact]).by_subject:
            self._by_subject.setdefault(subject, []).append(fact)
        if isinstance(fact.body, Register):
            for at, key in enumerate(self._sets.get(fact.body.rows, ())):
                self._enter(fact, at, key)

    def _enter(self, register: Fact, at: int, key: RowId) -> None:
        work = WorkId(key)
        if key in self._rows:
            self.opened.append(Registered(Work.read(work, self._rows[key].document), register, at))
        self._works.setdefault(work, Registered(_unseen(work), register, at))


def _unseen(work: WorkId) -> Work:
    nothing = AssetId("")
    return Work(
        work, "", WorkType.PICTURE, nothing, "", "", 0, 0, 0, None, "", (), published=False, based_on=(), contains=()
    )


def _cleared(erasures: Iterable[Erasure], sets: Mapping[SetRoot, Sequence[RowId]]) -> Iterator[str]:
    """Yield what the erasures cleared and what that bore on."""
    for erasure in erasures:
        if erasure.row is not None:
            yield erasure.row
        if erasure.entry is not None:
            yield erasure.entry
            yield from (target.entry for target in erasure.rests_on if target.entry is not None)
            yield from (key for root in erasure.sets for key in sets.get(root, ()))


def _bears_on(item: Stated) -> Iterator[str]:
    """Yield what a statement is about, rests on and is signed by."""
    yield from (target.entry for target in item.statement.rests_on if target.entry is not None)
    if item.statement.signer is not None:
        yield item.statement.signer
    if isinstance(item.body, Fact):
        yield from Statements.of([item.body]).by_subject
    if isinstance(item.body, Review):
        yield from (item.body.work, *item.body.others)
