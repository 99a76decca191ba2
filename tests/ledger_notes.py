"""A tiny domain for the ledger's own tests: notes, which may bring rows, and the erasure of a note or a row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, func, insert, select

from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, RowId
from okuzuke.ledger import keys, merkle, rebuild, statement, store, submission
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.storage import schema
from okuzuke.storage.database import Database

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\2")
DID = keys.did_of(KEY.public_key())
AUTHOR = PartyId("a1" * 32)


class RefusedError(Exception):
    """Raised by the projector of a `refused` note, after it has written."""


@contextmanager
def new_log(folder: Path) -> Iterator[Database]:
    database = Database(folder / "okuzuke.db")
    database.create()
    try:
        yield database
    finally:
        database.close()


def draft(kind: str, public: JsonObject, sealed: JsonObject | None = None, rests_on: Sequence[RestsOn] = ()) -> Draft:
    return Draft(kind, AUTHOR, "author", public, sealed or {}, tuple(rests_on))


def signed(made: Draft, sets: Sequence[RowSet] = (), key: Ed25519PrivateKey = KEY) -> Submission:
    did = keys.did_of(key.public_key())
    return submission.signed(submission.drafted(made, did, os.urandom, sets), key, AT)


def note(
    text: str,
    *,
    sealed: JsonObject | None = None,
    rests_on: Sequence[RestsOn] = (),
    sets: Sequence[RowSet] = (),
    kind: str = "note",
) -> Submission:
    public = {"text": text} | {f"rows {at}": rows.to_json() for at, rows in enumerate(sets)}
    return signed(draft(kind, public, sealed, rests_on), sets)


def rows_of(*names: str) -> RowSet:
    return submission.set_of([submission.row_of({"name": name}, os.urandom(32)) for name in names])


def record(connection: Connection, item: Submission, at: datetime = AT) -> Recorded:
    return store.append(connection, item, at, os.urandom(store.SALT_BYTES), KINDS)


def erase_entry(connection: Connection, target: Recorded) -> Recorded:
    return record(connection, signed(draft("erase", {"entry": rebuild.erasure_of(target)})))


def erase_row(connection: Connection, target: RowId) -> Recorded:
    return record(connection, signed(draft("erase", {"row": target})))


def entries(connection: Connection) -> list[Entry]:
    return [
        Entry(entry) for entry in connection.scalars(select(schema.entry.c.entry).order_by(schema.entry.c.position))
    ]


def leaf_hashes(names: Sequence[Entry]) -> list[bytes]:
    return [merkle.leaf_hash(bytes.fromhex(entry)) for entry in names]


def everything(connection: Connection) -> Mapping[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    return {
        table.name: [tuple(line) for line in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in schema.metadata.sorted_tables
    }


def _project_note(connection: Connection, item: Recorded) -> None:
    text = str(item.sealed.get("text", item.statement.public["text"]))
    connection.execute(
        insert(schema.screened), {"work": item.entry, "screen": item.entry, "key": item.entry, "verdict": text}
    )
    for root in statement.set_roots(item.statement.public):
        row_keys = store.set_keys(connection, root)
        found = store.rows(connection, row_keys)
        for key in row_keys:
            _deal_slot(connection, key)
            if key in found:
                _project_row(connection, item, key, str(found[key].document["name"]))


def _deal_slot(connection: Connection, key: RowId) -> None:
    if connection.scalar(select(schema.slot.c.slot).where(schema.slot.c.work == key)) is None:
        dealt = connection.scalar(select(func.count()).select_from(schema.slot))
        connection.execute(insert(schema.slot), {"slot": dealt, "work": key})


def _project_row(connection: Connection, item: Recorded, key: RowId, name: str) -> None:
    line = {"work": key, "register": item.entry, "position": item.position, "party": AUTHOR, "name": name, "asset": key}
    if connection.scalar(select(schema.work.c.work).where(schema.work.c.work == key)) is None:
        connection.execute(insert(schema.work), line)


def _project_erasure(connection: Connection, item: Recorded) -> None:
    fields = Fields(item.statement.public, "erase")
    if fields.has("row"):
        row = RowId(fields.digest("row"))
        rebuild.erase_row(connection, row)
        connection.execute(delete(schema.work).where(schema.work.c.work == row))
    else:
        target = Entry(fields.object("entry").digest("entry"))
        rebuild.erase_entry(connection, target, item)
        connection.execute(delete(schema.screened).where(schema.screened.c.screen == target))


def _project_refused(connection: Connection, item: Recorded) -> None:
    _project_note(connection, item)
    raise RefusedError(item.entry)


KINDS: Kinds = {("note", 1): _project_note, ("erase", 1): _project_erasure, ("refused", 1): _project_refused}
