"""Screening in SQL: each work's newest row, and the reviews in force."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, choose
from okuzuke.core.ids import Entry, RowId, WorkId
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.registry import store as registry
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.screening.match import Candidate, Review, Screened, Screening, Verdict, review_refusal
from okuzuke.storage import schema


def unscreened(connection: Connection) -> list[Candidate]:
    """Return the works without a screening, in the order they were registered."""
    query = (
        select(schema.work.c.work, schema.work.c.asset)
        .join(schema.statement, schema.statement.c.entry == schema.work.c.register)
        .outerjoin(schema.screened, schema.screened.c.work == schema.work.c.work)
        .where(schema.screened.c.work.is_(None))
        .order_by(schema.statement.c.position, schema.work.c.position)
    )
    return [Candidate(line.work, line.asset) for line in connection.execute(query)]


def newest(connection: Connection) -> dict[WorkId, tuple[Entry, RowId, Screened]]:
    """Return each work's newest row with the statement and the row digest that carry it."""
    lines = connection.execute(select(schema.screened)).all()
    rows = ledger.rows(connection, [RowId(line.key) for line in lines])
    return {
        WorkId(line.work): (Entry(line.screen), RowId(line.key), Screened.read(rows[RowId(line.key)].document))
        for line in lines
        if RowId(line.key) in rows
    }


def newest_of(connection: Connection, work: WorkId) -> tuple[Entry, RowId, Screened]:
    """Return one work's newest row; a work not screened raises `InputError`."""
    line = connection.execute(select(schema.screened).where(schema.screened.c.work == work)).one_or_none()
    if line is None:
        raise InputError(f"work {work} was not screened", remedy="okuzuke screen")
    key = RowId(line.key)
    return Entry(line.screen), key, Screened.read(ledger.rows(connection, [key])[key].document)


def register_of(connection: Connection, work: WorkId) -> Entry | None:
    """Return the statement that entered the work."""
    entry = connection.scalar(select(schema.work.c.register).where(schema.work.c.work == work))
    return None if entry is None else Entry(entry)


def reviews(connection: Connection) -> dict[WorkId, list[tuple[Entry, Review]]]:
    """Return the reviews of each work, oldest first."""
    found: dict[WorkId, list[tuple[Entry, Review]]] = {}
    for item in ledger.recorded_all(connection, ["review"]):
        review = read_review(item)
        found.setdefault(review.work, []).append((item.entry, review))
    return found


def read_review(item: Recorded) -> Review:
    """Return the review a statement states."""
    fields = Fields(item.statement.public, "review")
    review = Review.read(fields, item.sealed)
    fields.end()
    return review


def check_review(known: Statements, item: Recorded) -> None:
    """Raise `RightsError` unless the signer may review, `InputError` unless the outcome is one a person gives."""
    review = read_review(item)
    if review.outcome is Verdict.REVIEW:
        raise InputError("a review decides: no_match or match", remedy="give --outcome no_match or --outcome match")
    capacity = choose(item.statement.capacity, Capacity, "capacity")
    assert item.statement.signer is not None, "only a party's first statement names no signer"
    refused = review_refusal(known, item.statement.signer, capacity, review, item.recorded_at)
    if refused is not None:
        raise registry.refusal_error(refused)


def _screen(connection: Connection, item: Recorded) -> None:
    fields = Fields(item.statement.public, "screen")
    screening = Screening.read(fields, item.sealed)
    fields.end()
    keys = ledger.set_keys(connection, screening.rows)
    rows = ledger.rows(connection, keys)
    for key in keys:
        if key not in rows:
            continue
        screened = Screened.read(rows[key].document)
        values = {"work": screened.work, "screen": item.entry, "key": key, "verdict": screened.verdict.value}
        statement = upsert(schema.screened).values(values)
        connection.execute(statement.on_conflict_do_update(index_elements=["work"], set_=values))
        connection.execute(delete(schema.likeness).where(schema.likeness.c.work == screened.work))
        if screened.found:
            connection.execute(
                insert(schema.likeness),
                [
                    {
                        "work": screened.work,
                        "other": found.other,
                        "likeness": found.likeness.value,
                        "distance": found.distance_bits,
                    }
                    for found in screened.found
                ],
            )


def _review(_connection: Connection, item: Recorded) -> None:
    read_review(item)


KINDS: Kinds = {("screen", 1): _screen, ("review", 1): _review}
