"""Projections dropped and rebuilt from the originals, and the canonical dump that shows they came out the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, inspect, select, update

from okuzuke.core.canonical import JsonObject, canonical_bytes, encode_base64, salted_digest
from okuzuke.core.errors import CheckFailedError, OkuzukeError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, RowId, SetRoot
from okuzuke.core.intervals import format_instant
from okuzuke.ledger import statement, store, submission
from okuzuke.ledger.statement import RestsOn
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.storage import schema


def rebuild(connection: Connection, kinds: Kinds) -> int:
    """Replay every entry into empty projections and return their number; a changed original is named and refused."""
    for table in reversed(schema.projections):
        connection.execute(delete(table))
    erasures = _erasures(connection)
    count = 0
    for line in connection.execute(select(schema.entry).order_by(schema.entry.c.position)).all():
        if line.position != count:
            raise CheckFailedError(f"entry {count} is missing", remedy="restore the database from a copy")
        count += 1
        if line.document is None:
            _project_erased(connection, line.position, Entry(line.entry), erasures)
        else:
            store.project(connection, store.recorded(connection, Entry(line.entry)), kinds)
    _check_sets(connection)
    return count


def dump_digest(connection: Connection) -> str:
    """Return SHA-256 over every projected table as canonical JSON lines, tables by name, rows in key order."""
    total = hashlib.sha256()
    for table in sorted(schema.projections, key=lambda table: table.name):
        for line in connection.execute(select(table).order_by(*table.primary_key.columns)):
            values = [encode_base64(value) if isinstance(value, bytes) else value for value in line]
            total.update(canonical_bytes([table.name, *values]) + b"\n")
    return total.hexdigest()


def erase_entry(connection: Connection, target: Entry, by: Recorded) -> None:
    """Clear an entry's document, salt, plain digest and disclosures; the leaf stays."""
    connection.execute(
        update(schema.entry)
        .where(schema.entry.c.entry == target)
        .values(salt=None, document=None, statement_digest=None)
    )
    connection.execute(delete(schema.disclosure).where(schema.disclosure.c.entry == target))
    connection.execute(
        update(schema.statement).where(schema.statement.c.entry == target).values(signer=None, erased_by=by.entry)
    )


def erase_row(connection: Connection, target: RowId) -> None:
    """Clear a row's document and salt; its digest keeps its place in its sets."""
    connection.execute(update(schema.row).where(schema.row.c.key == target).values(salt=None, document=None))


def project_erase(connection: Connection, item: Recorded) -> None:
    """Clear what an erasure names; clearing twice is clearing once."""
    public = item.statement.public
    if public.get("entry") is not None:
        erase_entry(connection, Entry(Fields(public["entry"], "erase").digest("entry")), item)
    if public.get("row") is not None:
        erase_row(connection, RowId(Fields(public, "erase").digest("row")))


def copy_originals(source: Connection, target: Connection) -> None:
    """Copy every original's rows into empty tables; a table that an older source lacks stays empty."""
    there = set(inspect(source).get_table_names())
    for table in schema.originals:
        if table is schema.meta or table.name not in there:
            continue
        lines = [dict(line._mapping) for line in source.execute(select(table))]  # noqa: SLF001 # SQLAlchemy's public name
        for start in range(0, len(lines), 500):
            target.execute(insert(table), lines[start : start + 500])


def erasure_of(item: Recorded) -> JsonObject:
    """Return what an erasure repeats of the entry it clears: kind, recorded_at, rests_on and its sets."""
    body = item.statement
    return {
        "entry": item.entry,
        "kind": body.kind,
        "recorded_at": format_instant(item.recorded_at),
        "rests_on": [rests_on.to_json() for rests_on in body.rests_on],
        "sets": list(statement.set_roots(body.public)),
    }


def _erasures(connection: Connection) -> dict[Entry, Recorded]:
    """Return the erasures by what they clear; every document is checked on the way."""
    found: dict[Entry, Recorded] = {}
    query = select(schema.entry.c.entry).where(schema.entry.c.document.is_not(None)).order_by(schema.entry.c.position)
    for name in connection.scalars(query).all():
        item = _checked(connection, Entry(name))
        if item.statement.kind == "erase" and item.statement.public.get("entry") is not None:
            found[Entry(Fields(item.statement.public["entry"], "erase").digest("entry"))] = item
    return found


def _checked(connection: Connection, entry: Entry) -> Recorded:
    try:
        item = store.document(connection, entry)
        if salted_digest(item.salt or b"", item.envelope).hex() == entry:
            return store.opened(item)
    except OkuzukeError as error:
        raise CheckFailedError(f"entry {entry}: {error.message}", remedy="restore it from a copy") from error
    raise CheckFailedError(f"the document of entry {entry} was changed", remedy="restore it from a copy")


def _project_erased(connection: Connection, position: int, entry: Entry, erasures: dict[Entry, Recorded]) -> None:
    by = erasures.get(entry)
    if by is None:
        raise CheckFailedError(f"entry {entry} lost its document without an erasure", remedy="restore it from a copy")
    fields = Fields(by.statement.public["entry"], "erase")
    store.extend_tiles(connection, position, [entry])
    connection.execute(
        insert(schema.statement),
        {
            "entry": entry,
            "position": position,
            "kind": fields.text("kind"),
            "recorded_at": fields.text("recorded_at"),
            "erased_by": by.entry,
        },
    )
    rests_on: Sequence[RestsOn] = [RestsOn.from_fields(item) for item in fields.objects("rests_on")]
    store.insert_edges(connection, entry, [item.to_json() for item in rests_on])
    for root in fields.digests("sets"):
        connection.execute(insert(schema.named_set), {"root": root, "entry": entry})


def _check_sets(connection: Connection) -> None:
    named = select(schema.named_set.c.root).union(select(schema.member.c.root))
    for root in connection.scalars(named.order_by("root")).all():
        submission.check_set(SetRoot(root), store.set_keys(connection, SetRoot(root)))
    lost = select(schema.member.c.key).where(schema.member.c.key.not_in(select(schema.row.c.key)))
    for key in connection.scalars(lost.limit(1)):
        raise CheckFailedError(f"row {key} is missing", remedy="restore the database from a copy")
    keys = [RowId(key) for key in connection.scalars(select(schema.row.c.key))]
    for row in store.rows(connection, keys).values():
        submission.check_row(row)
