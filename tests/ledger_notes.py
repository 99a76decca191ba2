"""A tiny domain for the ledger's own tests: notes, which may bring rows, and the erasure of a note or a row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, RowId, SetRoot
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
    text = str(item.sealed.get("remark", item.statement.public["text"]))
    line = {"work": item.entry, "screen": item.entry, "key": item.entry, "verdict": text}
    connection.execute(insert(schema.screened), line)
    roots = statement.set_roots(item.statement.public)
    _project_rows(connection, item, [key for root in roots for key in store.set_keys(connection, root)])


def _project_rows(connection: Connection, item: Recorded, row_keys: Sequence[RowId]) -> None:
    for key, row in store.rows(connection, row_keys).items():
        line = {"work": key, "register": item.entry, "position": item.position, "party": AUTHOR, "asset": key}
        connection.execute(upsert(schema.work).on_conflict_do_nothing(), line | {"name": row.document["name"]})
    # A slot is dealt whether or not the row was erased since.
    for at, key in enumerate(row_keys):
        line = {"slot": item.position * 10_000 + at, "work": key}
        connection.execute(upsert(schema.slot).on_conflict_do_nothing(), line)


def _project_erasure(connection: Connection, item: Recorded) -> None:
    fields = Fields(item.statement.public, "erase")
    if fields.has("row"):
        row = RowId(fields.digest("row"))
        rebuild.erase_row(connection, row)
        connection.execute(delete(schema.work).where(schema.work.c.work == row))
    else:
        cleared = fields.object("entry")
        target = Entry(cleared.digest("entry"))
        rebuild.erase_entry(connection, target, item)
        connection.execute(delete(schema.screened).where(schema.screened.c.screen == target))
        connection.execute(delete(schema.work).where(schema.work.c.register == target))
        for root in cleared.digests("sets"):
            row_keys = store.set_keys(connection, SetRoot(root))
            connection.execute(delete(schema.slot).where(schema.slot.c.work.in_(row_keys)))


def _project_refused(connection: Connection, item: Recorded) -> None:
    _project_note(connection, item)
    raise RefusedError(item.entry)


KINDS: Kinds = {("note", 1): _project_note, ("erase", 1): _project_erasure, ("refused", 1): _project_refused}
