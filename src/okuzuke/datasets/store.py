"""Snapshots in SQL: the places of every frozen manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, select

from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, SetRoot, WorkId
from okuzuke.datasets.manifest import Place, Snapshot, Tombstone, check_order, read_place
from okuzuke.datasets.snapshot import Refused
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.storage import schema


def read_snapshot(item: Recorded) -> Snapshot:
    """Return the snapshot a statement states."""
    fields = Fields(item.statement.public, "snapshot")
    snapshot = Snapshot.read(fields, item.sealed)
    fields.end()
    return snapshot


def places(connection: Connection, manifest: SetRoot) -> tuple[Place | Tombstone, ...]:
    """Return a manifest's places in slot order; an erased or unknown row raises `CheckFailedError`."""
    keys = ledger.set_keys(connection, manifest)
    rows = ledger.rows(connection, keys)
    missing = [key for key in keys if key not in rows]
    if missing or not keys:
        raise CheckFailedError(f"manifest {manifest} is not whole in this archive", remedy="check the id")
    return tuple(read_place(rows[key].document) for key in keys)


def refused(connection: Connection, snapshot: Snapshot, name: Callable[[str], str]) -> tuple[Refused, ...]:
    """Return what stayed out of a snapshot, in the order it was judged; `name` gives parties' names."""
    if snapshot.refused is None:
        return ()
    keys = ledger.set_keys(connection, snapshot.refused)
    rows = ledger.rows(connection, keys)
    return tuple(Refused.read(rows[key].document, name) for key in keys if key in rows)


def snapshots(connection: Connection) -> list[Entry]:
    """Return every snapshot, oldest first."""
    query = select(schema.statement.c.entry).where(schema.statement.c.kind == "snapshot")
    return [Entry(entry) for entry in connection.scalars(query.order_by(schema.statement.c.position))]


def snapshots_with(connection: Connection, work: WorkId) -> list[SetRoot]:
    """Return the manifests that hold the work."""
    query = select(schema.place.c.root).where(schema.place.c.work == work).order_by(schema.place.c.root)
    return [SetRoot(root) for root in connection.scalars(query)]


def earlier_families(connection: Connection) -> dict[WorkId, WorkId]:
    """Return the family each work was first frozen in."""
    query = (
        select(schema.place.c.work, schema.place.c.family)
        .join(schema.named_set, schema.named_set.c.root == schema.place.c.root)
        .join(schema.statement, schema.statement.c.entry == schema.named_set.c.entry)
        .where(schema.place.c.work.is_not(None))
        .order_by(schema.statement.c.position.desc())
    )
    return {WorkId(line.work): WorkId(line.family) for line in connection.execute(query)}


def _snapshot(connection: Connection, item: Recorded) -> None:
    snapshot = read_snapshot(item)
    keys = ledger.set_keys(connection, snapshot.manifest)
    rows = ledger.rows(connection, keys)
    found: Sequence[tuple[int, Place | Tombstone]] = [
        (at, read_place(rows[key].document)) for at, key in enumerate(keys) if key in rows
    ]
    check_order([place for _, place in found])
    if found:
        connection.execute(
            insert(schema.place),
            [
                {
                    "root": snapshot.manifest,
                    "position": at,
                    "slot": place.slot,
                    "work": place.work if isinstance(place, Place) else None,
                    "family": place.family,
                }
                for at, place in found
            ],
        )


KINDS: Kinds = {("snapshot", 1): _snapshot}
