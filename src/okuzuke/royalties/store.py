"""Allocations in SQL: captures not divided yet, those that are, and what an account was credited with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from okuzuke.accounts import store as accounts
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry
from okuzuke.core.intervals import format_instant
from okuzuke.core.money import Money
from okuzuke.generation.credits import Capture
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.royalties.allocation import Allocation, month
from okuzuke.storage import schema


@dataclass(frozen=True, slots=True)
class Credited:
    """What one transfer of a statement left in an account, and what it was for."""

    entry: Entry
    amount: Money
    output: Entry | None
    unit: Entry | None
    line: str | None


def read_allocation(item: Recorded) -> Allocation:
    """Return the allocation a statement states."""
    fields = Fields(item.statement.public, "allocation")
    allocation = Allocation.read(fields, item.sealed)
    fields.end()
    return allocation


def read_capture(item: Recorded) -> Capture:
    """Return the capture a statement states."""
    fields = Fields(item.statement.public, "capture")
    capture = Capture.read(fields, item.sealed)
    fields.end()
    return capture


def undivided(connection: Connection, period: str) -> list[Recorded]:
    """Return the captures of a month that were paid and that no allocation rests on, oldest first."""
    span = month(period)
    assert span.end is not None, "a month ends"
    found = (
        select(schema.statement.c.entry)
        .where(
            schema.statement.c.kind == "capture",
            schema.statement.c.recorded_at >= format_instant(span.start),
            schema.statement.c.recorded_at < format_instant(span.end),
        )
        .order_by(schema.statement.c.position)
    )
    divided = (
        select(schema.edge.c.target)
        .join(schema.statement, schema.statement.c.entry == schema.edge.c.entry)
        .where(schema.statement.c.kind == "allocation")
    )
    entries = connection.scalars(found.where(schema.statement.c.entry.not_in(divided))).all()
    items = [ledger.recorded(connection, Entry(entry)) for entry in entries]
    return [item for item in items if read_capture(item).transfers is not None]


def dividing(connection: Connection, capture: Entry, currency: str) -> list[Entry]:
    """Return the allocations in a currency that rest on a capture."""
    query = (
        select(schema.statement.c.entry)
        .join(schema.edge, schema.edge.c.entry == schema.statement.c.entry)
        .where(schema.edge.c.target == capture, schema.statement.c.kind == "allocation")
        .order_by(schema.statement.c.position)
    )
    items = [ledger.recorded(connection, Entry(entry)) for entry in connection.scalars(query)]
    return [item.entry for item in items if read_allocation(item).currency == currency]


def credited(connection: Connection, path: str) -> list[Credited]:
    """Return every transfer that touched an account, in log order; what left it is below zero."""
    query = (
        select(schema.transfer)
        .join(schema.statement, schema.statement.c.entry == schema.transfer.c.entry)
        .where((schema.transfer.c.credit == path) | (schema.transfer.c.debit == path))
        .order_by(schema.statement.c.position, schema.transfer.c.at)
    )
    return [
        Credited(
            Entry(line.entry),
            Money(line.sub_units if line.credit == path else -line.sub_units, line.currency),
            Entry(line.output) if line.output is not None else None,
            Entry(line.unit) if line.unit is not None else None,
            line.line,
        )
        for line in connection.execute(query)
    ]


def _allocation(connection: Connection, item: Recorded) -> None:
    accounts.project_transfers(connection, item.entry, read_allocation(item).transfers)


KINDS: Kinds = {("allocation", 1): _allocation}
