"""Scorers and shares in SQL: found by what they rest on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from okuzuke.attribution.scorer import Scorer
from okuzuke.attribution.shares import Part, Shares, check_parts
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.storage import schema


@dataclass(frozen=True, slots=True)
class Shared:
    """The shares of one output as recorded."""

    entry: Entry
    shares: Shares
    parts: tuple[Part, ...]


def read_scorer(item: Recorded) -> Scorer:
    """Return the scorer a statement states."""
    fields = Fields(item.statement.public, "scorer")
    scorer = Scorer.read(fields, item.sealed)
    fields.end()
    return scorer


def newest_scorer(connection: Connection, model: Entry) -> Recorded | None:
    """Return the scorer recorded last for a model, None where none was."""
    entry = connection.scalar(_resting_on(model, "scorer").order_by(schema.statement.c.position.desc()).limit(1))
    return None if entry is None else ledger.recorded(connection, Entry(entry))


def shares_of(connection: Connection, output: Entry) -> Shared | None:
    """Return the shares of an output's statement, None where none were recorded."""
    entry = connection.scalar(_resting_on(output, "shares").order_by(schema.statement.c.position).limit(1))
    return None if entry is None else read_shares(connection, ledger.recorded(connection, Entry(entry)))


def read_shares(connection: Connection, item: Recorded) -> Shared:
    """Return the shares a statement states with their parts; parts that are not the whole raise."""
    fields = Fields(item.statement.public, "shares")
    shares = Shares.read(fields, item.sealed)
    fields.end()
    keys = ledger.set_keys(connection, shares.parts)
    rows = ledger.rows(connection, keys)
    if len(rows) != len(keys):
        raise CheckFailedError(f"the parts {shares.parts} are not whole in this archive", remedy="check the id")
    parts = tuple(Part.read(rows[key].document) for key in keys)
    check_parts(shares, parts)
    return Shared(item.entry, shares, parts)


def _resting_on(target: Entry, kind: str) -> Select[tuple[str]]:
    return (
        select(schema.statement.c.entry)
        .join(schema.edge, schema.edge.c.entry == schema.statement.c.entry)
        .where(schema.edge.c.target == target, schema.statement.c.kind == kind)
    )


def _scorer(_connection: Connection, item: Recorded) -> None:
    read_scorer(item)


def _shares(connection: Connection, item: Recorded) -> None:
    read_shares(connection, item)


KINDS: Kinds = {("scorer", 1): _scorer, ("shares", 1): _shares}
