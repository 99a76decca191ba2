"""The register in SQL: what its statements project, and everything it knows as one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from okuzuke.core.errors import CheckFailedError, InputError, RightsError
from okuzuke.core.ids import AssetId, Entry, PartyId, RowId, SetRoot, WorkId
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.registry import standing
from okuzuke.registry.known import READERS, Fact, Registered, Statements, read_fact
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code, Reason, reason
from okuzuke.registry.works import Register, Slots, Work, deal_slot
from okuzuke.storage import schema


def fact_of(item: Recorded) -> Fact:
    """Return the fact a recorded statement states."""
    return read_fact(item.position, item.entry, item.recorded_at, item.statement, item.sealed)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the register knew when the log had `size` entries, `erasures` of them erasures."""

    known: Statements
    size: int
    erasures: int


def load(connection: Connection) -> Statements:
    """Return everything the register knows, erased statements and rows left out."""
    return load_since(connection, None).known


def load_since(connection: Connection, before: Loaded | None) -> Loaded:
    """Return everything the register knows, reading only what was recorded after `before`.

    An erasure changes what was read before, so after one everything is read again.
    """
    size, erasures = ledger.size(connection), ledger.erasures(connection)
    if before is None or before.erasures != erasures or before.size > size:
        before = Loaded(Statements(), 0, erasures)
    if before.size == size:
        return before
    facts = [fact_of(item) for item in ledger.recorded_all(connection, list(READERS), since=before.size)]
    works = [*before.known.works.values(), *registered(connection, facts)]
    return Loaded(Statements.of([*before.known.facts.values(), *facts], works), size, erasures)


def registered(connection: Connection, facts: Sequence[Fact]) -> list[Registered]:
    """Return the works of the registers among the facts, in log and row order."""
    found: list[Registered] = []
    for fact in facts:
        if isinstance(fact.body, Register):
            keys = ledger.set_keys(connection, fact.body.rows)
            rows = ledger.rows(connection, keys)
            found += [
                Registered(Work.read(WorkId(key), rows[key].document), fact, at)
                for at, key in enumerate(keys)
                if key in rows
            ]
    return found


def check(known: Statements, fact: Fact, works: Sequence[Work] = ()) -> None:
    """Raise `RightsError` in both languages unless the statement's signer may state it now."""
    refused = standing.refusal(known, fact)
    if refused is not None:
        raise refusal_error(refused)
    for work in works:
        for beneath in (*work.based_on, *work.contains):
            if beneath not in known.works:
                raise InputError(
                    f"{work.name} rests on work {beneath}, which is not registered", remedy="register that work first"
                )


def check_key(known: Statements, item: Recorded) -> None:
    """Raise `RightsError` unless the statement is signed with a key its signer holds now."""
    assert item.statement.signer is not None, "only a party's first statement names no signer"
    refused = standing.key_refusal(known, item.statement.signer, item.statement.issuer)
    if refused is not None:
        raise refusal_error(refused)


def check_operator(connection: Connection, item: Recorded) -> None:
    """Raise `RightsError` unless the operator, as such, signed the statement with a key it holds now."""
    parties = ledger.recorded_all(connection, ["party", "key", "party_end"])
    known = Statements.of([fact_of(other) for other in parties if other.position < item.position])
    if item.statement.signer != known.operator or item.statement.capacity != Capacity.OPERATOR:
        raise refusal_error(reason(Code.NOT_OPERATOR))
    check_key(known, item)


def refusal_error(refused: Reason) -> RightsError:
    """Return the error that says a reason in both languages and what to type next."""
    return RightsError(f"{refused.en}\n{refused.ja}", remedy=_REMEDIES.get(refused.code, "ask the party named to sign"))


_REMEDIES = {
    Code.UNKNOWN_SIGNER: "enter the party first: okuzuke party NAME --new-key FILE",
    Code.UNKNOWN_PARTY: "enter that party first, or check its id: okuzuke log show",
    Code.UNKNOWN_SUBJECT: "check the id: okuzuke log show",
    Code.KEY_NOT_VALID: "sign with the key in force; okuzuke party --rotate changes it",
    Code.PARTY_ENDED: "its successor signs as a party of its own",
    Code.NOT_OPERATOR: "the operator types this in the archive",
    Code.NOT_REGISTRANT: "make a series of your own, or ask its registrant",
    Code.NOT_VERIFIER: "the operator appoints verifiers: okuzuke attest PARTY --claim appointment --method TEXT",
    Code.INTERESTED: "ask a verifier who has no interest in it",
    Code.NO_STANDING: "state who holds it first (okuzuke ownership, interest, authority), or give another --capacity",
    Code.WRONG_TARGET: "check the id: okuzuke log show lists the kinds",
    Code.NO_GROUND: "name a ground that the grant names: --ground",
    Code.NOTICE_TOO_SHORT: "give a later day: --effective",
    Code.NO_EVIDENCE: "give the document: --evidence FILE",
    Code.ELSEWHERE: "draft the party in this archive",
}


def submitted_works(submission: Submission) -> tuple[Work, ...]:
    """Return the works in a register on its way in."""
    return tuple(Work.read(WorkId(key), row.document) for key, row in submission.rows.items())


def deal(connection: Connection, slot_key: bytes, works: Sequence[WorkId]) -> tuple[int, ...]:
    """Return a permanent place for each work, in order; nothing is written."""
    taken = set(connection.scalars(select(schema.slot.c.slot)))
    dealt: list[int] = []
    for work in works:
        slot = deal_slot(slot_key, work, taken)
        taken.add(slot)
        dealt.append(slot)
    return tuple(dealt)


def slots(connection: Connection) -> dict[WorkId, int]:
    """Return every work's place."""
    return {WorkId(line.work): line.slot for line in connection.execute(select(schema.slot))}


def registered_names(connection: Connection, party: PartyId, series: Entry) -> dict[tuple[str, AssetId], WorkId]:
    """Return what the party has registered into the series already, by name and file."""
    query = select(schema.work).where(schema.work.c.party == party, schema.work.c.series == series)
    return {(line.name, AssetId(line.asset)): WorkId(line.work) for line in connection.execute(query)}


def sets_with(connection: Connection, row: RowId) -> list[SetRoot]:
    """Return the sets that hold a row."""
    query = select(schema.member.c.root).where(schema.member.c.key == row).order_by(schema.member.c.root)
    return [SetRoot(root) for root in connection.scalars(query)]


def is_row(connection: Connection, row: RowId) -> bool:
    """Say whether the digest is a row's that is still there."""
    query = select(schema.row.c.key).where(schema.row.c.key == row, schema.row.c.document.is_not(None))
    return connection.scalar(query) is not None


def is_work(connection: Connection, work: WorkId) -> bool:
    """Say whether the digest is a registered work's."""
    return connection.scalar(select(schema.work.c.work).where(schema.work.c.work == work)) is not None


def registrants(connection: Connection, known: Statements) -> dict[WorkId, PartyId]:
    """Return who entered each work, those whose rows were erased included."""
    return {
        WorkId(key): fact.signer
        for fact in known.facts.values()
        if isinstance(fact.body, Register)
        for key in ledger.set_keys(connection, fact.body.rows)
    }


def resolve(connection: Connection, beginning: str) -> str:
    """Return the one entry or work whose id begins so; eight characters are enough to try."""
    if len(beginning) < 8 or any(character not in "0123456789abcdef" for character in beginning):
        raise InputError(f"{beginning!r} is no id", remedy="give at least the first 8 characters of an id")
    pattern = beginning + "%"
    entries = select(schema.statement.c.entry).where(schema.statement.c.entry.like(pattern))
    works = select(schema.work.c.work).where(schema.work.c.work.like(pattern))
    roots = select(schema.named_set.c.root).where(schema.named_set.c.root.like(pattern))
    found = sorted({*connection.scalars(entries), *connection.scalars(works), *connection.scalars(roots)})
    if len(found) != 1:
        problem = "nothing here has" if not found else f"{len(found)} things here have"
        raise InputError(f"{problem} an id that begins {beginning}", remedy="give more of the id, or check it")
    return str(found[0])


def _register(connection: Connection, item: Recorded) -> None:
    fact = fact_of(item)
    assert isinstance(fact.body, Register), "projected by kind"
    keys = ledger.set_keys(connection, fact.body.rows)
    rows = ledger.rows(connection, keys)
    entered = connection.scalar(select(schema.work.c.work).where(schema.work.c.work.in_(keys)).limit(1))
    if entered is not None:
        raise InputError(f"work {entered} is registered already", remedy="draft the register anew: okuzuke register")
    lines = []
    for at, key in enumerate(keys):
        if key in rows:
            work = Work.read(WorkId(key), rows[key].document)
            lines.append(
                {
                    "work": work.work,
                    "register": item.entry,
                    "position": at,
                    "party": fact.signer,
                    "series": fact.body.series,
                    "name": work.name,
                    "asset": work.asset,
                }
            )
    if lines:
        connection.execute(insert(schema.work), lines)


def _slots(connection: Connection, item: Recorded) -> None:
    fact = fact_of(item)
    assert isinstance(fact.body, Slots), "projected by kind"
    query = select(schema.named_set.c.root).where(schema.named_set.c.entry == fact.body.register)
    keys = ledger.set_keys(connection, SetRoot(connection.scalars(query).one()))
    if fact.body.slots is None or len(keys) != len(fact.body.slots):
        raise CheckFailedError(f"slots {item.entry} and their register differ in size", remedy="deal one slot a work")
    connection.execute(
        insert(schema.slot), [{"slot": slot, "work": key} for key, slot in zip(keys, fact.body.slots, strict=True)]
    )


def _nothing(_connection: Connection, _item: Recorded) -> None:
    """Project nothing: the rules read the statement itself."""


_PROJECTORS = {"register": _register, "slots": _slots}
KINDS: Kinds = {(kind, 1): _PROJECTORS.get(kind, _nothing) for kind in READERS}
