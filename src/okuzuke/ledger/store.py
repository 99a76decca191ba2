"""The log in SQL: entry, salts, sets, edges, tiles and the domain's projection in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest, parse_object, salted_digest
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import Entry, RowId, SetRoot
from okuzuke.core.intervals import format_instant, parse_instant
from okuzuke.ledger import merkle, statement, tiles
from okuzuke.ledger.statement import Statement
from okuzuke.ledger.submission import Row, Submission, check_row, check_set
from okuzuke.storage import schema

SALT_BYTES = 32
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """A statement in the log, as much of it as the reader has: `sealed` holds the opened fields."""

    position: int
    entry: Entry
    recorded_at: datetime
    statement: Statement
    sealed: JsonObject


@dataclass(frozen=True, slots=True)
class Document:
    """An entry's bytes as stored: the envelope, its salt, and the disclosures of its statement."""

    position: int
    entry: Entry
    salt: bytes
    envelope: JsonObject
    disclosures: tuple[str, ...]


Projector: TypeAlias = Callable[[Connection, Recorded], None]
Kinds: TypeAlias = Mapping[tuple[str, int], Projector]


def append(
    connection: Connection, submission: Submission, recorded_at: datetime, salt: bytes, kinds: Kinds
) -> Recorded:
    """Record a signed statement and everything that follows from it; the same document again returns its entry.

    `recorded_at` never runs behind the last entry: a clock that went back is read as the last instant.

    Raises: `InputError` for an unknown kind or shape, `CheckFailedError` for a signature, set, row or disclosure that
    does not hold, or for a statement that rests on what is not in the log.
    """
    statement.verify_proof(submission.document)
    body = statement.read(submission.document)
    if (body.kind, body.version) not in kinds:
        raise InputError(f"unknown kind {body.kind!r} version {body.version}", remedy="use a version that knows it")
    plain = digest(canonical_bytes(submission.document)).hex()
    known = connection.scalar(select(schema.entry.c.entry).where(schema.entry.c.statement_digest == plain))
    if known is not None:
        return recorded(connection, Entry(known))
    statement.check_disclosures(body, submission.disclosures)
    if len(submission.disclosures) != len(body.sealed):
        raise CheckFailedError("a sealed field comes without its disclosure", remedy="hand in the file as drafted")
    _check_sets(body, submission)
    _check_rests_on(connection, body)
    position = size(connection)
    instant = max(format_instant(recorded_at), _last_instant(connection))
    envelope: JsonObject = {"recorded_at": instant, "statement": submission.document}
    entry = Entry(salted_digest(salt, envelope).hex())
    connection.execute(
        insert(schema.entry),
        {
            "position": position,
            "entry": entry,
            "salt": salt,
            "document": canonical_bytes(envelope).decode(),
            "statement_digest": plain,
        },
    )
    _insert(
        connection,
        schema.disclosure,
        [{"entry": entry, "position": at, "text": text} for at, text in enumerate(submission.disclosures)],
    )
    _insert_sets(connection, submission)
    result = recorded(connection, entry)
    project(connection, result, kinds)
    return result


def project(connection: Connection, item: Recorded, kinds: Kinds) -> None:
    """Write everything that follows from an entry; append and rebuild both pass through here."""
    extend_tiles(connection, item.position, [item.entry])
    body = item.statement
    connection.execute(
        insert(schema.statement),
        {
            "entry": item.entry,
            "position": item.position,
            "kind": body.kind,
            "recorded_at": format_instant(item.recorded_at),
            "signer": body.signer,
        },
    )
    insert_edges(connection, item.entry, [rests_on.to_json() for rests_on in body.rests_on])
    _insert(
        connection,
        schema.named_set,
        [{"root": root, "entry": item.entry} for root in statement.set_roots(body.public)],
    )
    kinds[body.kind, body.version](connection, item)


def insert_edges(connection: Connection, entry: Entry, rests_on: Sequence[JsonObject]) -> None:
    """Join an entry to what it rests on."""
    _insert(
        connection,
        schema.edge,
        [
            {
                "entry": entry,
                "at": at,
                "target": target.get("entry", target.get("set")),
                "target_is_set": "set" in target,
                "target_position": target.get("position"),
            }
            for at, target in enumerate(rests_on)
        ],
    )


def extend_tiles(connection: Connection, position: int, entries: Sequence[Entry]) -> None:
    """Grow the tile rows by the leaf hashes of these entries, which start at `position`."""
    leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in entries]
    for tile in tiles.appended(position, leaves, _tile_reader(connection)):
        connection.execute(
            upsert(schema.tile)
            .values(level=tile.level, at=tile.index, hashes=tile.hashes)
            .on_conflict_do_update(index_elements=["level", "at"], set_={"hashes": tile.hashes})
        )


def size(connection: Connection) -> int:
    """Return the number of entries."""
    last = connection.scalar(select(func.max(schema.entry.c.position)))
    return 0 if last is None else last + 1


def entries(connection: Connection) -> list[Entry]:
    """Return every entry in log order, the erased too."""
    return [Entry(name) for name in connection.scalars(select(schema.entry.c.entry).order_by(schema.entry.c.position))]


def root(connection: Connection, tree_size: int) -> bytes:
    """Return the RFC 9162 root of the first `tree_size` entries, from the tile rows."""
    return merkle.root_at(tiles.node_reader(_tile_reader(connection)), tree_size)


def kept_checkpoint(connection: Connection, tree_size: int) -> str | None:
    """Return the note signed for a tree of this size, None where none was."""
    note = connection.scalar(select(schema.checkpoint.c.note).where(schema.checkpoint.c.size == tree_size))
    return None if note is None else str(note)


def keep_checkpoint(connection: Connection, tree_size: int, note: str) -> str:
    """Keep a signed note for ever and return it; where another was first, return that one."""
    kept = kept_checkpoint(connection, tree_size)
    if kept is None:
        connection.execute(insert(schema.checkpoint), {"size": tree_size, "note": note})
    return kept or note


def inclusion(connection: Connection, position: int, tree_size: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of an entry, from the tile rows."""
    return merkle.prove_inclusion(tiles.node_reader(_tile_reader(connection)), position, tree_size)


def document(connection: Connection, entry: Entry) -> Document:
    """Return an entry's document; erased and unknown entries raise `CheckFailedError`."""
    found = connection.execute(select(schema.entry).where(schema.entry.c.entry == entry)).one_or_none()
    if found is None:
        raise CheckFailedError(f"no entry {entry} in this archive", remedy="check the id")
    if found.document is None:
        raise CheckFailedError(f"the document of entry {entry} was erased", remedy="its erasure statement says why")
    texts = connection.scalars(
        select(schema.disclosure.c.text)
        .where(schema.disclosure.c.entry == entry)
        .order_by(schema.disclosure.c.position)
    )
    return Document(found.position, entry, found.salt, parse_object(found.document, f"entry {entry}"), tuple(texts))


def is_erased(connection: Connection, entry: Entry) -> bool:
    """Say whether the entry stands in the log without its document."""
    query = select(schema.entry.c.position).where(schema.entry.c.entry == entry, schema.entry.c.document.is_(None))
    return connection.scalar(query) is not None


def recorded(connection: Connection, entry: Entry) -> Recorded:
    """Return an entry's statement with every field this archive can open."""
    return opened(document(connection, entry))


def opened(item: Document) -> Recorded:
    """Return the statement in a document with the fields its disclosures open."""
    body = item.envelope["statement"]
    assert isinstance(body, Mapping), "an envelope holds a statement"
    parsed = statement.read(body)
    sealed: dict[str, Json] = statement.check_disclosures(parsed, item.disclosures)
    return Recorded(item.position, item.entry, parse_instant(item.envelope["recorded_at"]), parsed, sealed)


def erasures(connection: Connection) -> int:
    """Return how many erasures are recorded: what was read before one must be read again."""
    query = select(func.count()).select_from(schema.statement).where(schema.statement.c.kind == "erase")
    return connection.scalar(query) or 0


def recorded_all(connection: Connection, kinds: Sequence[str] | None = None, since: int = 0) -> Iterator[Recorded]:
    """Yield every statement that is not erased, in log order from position `since`, of these kinds only if given."""
    query = (
        select(schema.entry)
        .join(schema.statement, schema.statement.c.entry == schema.entry.c.entry)
        .where(schema.entry.c.document.is_not(None), schema.entry.c.position >= since)
        .order_by(schema.entry.c.position)
    )
    opening = (
        select(schema.disclosure)
        .join(schema.statement, schema.statement.c.entry == schema.disclosure.c.entry)
        .where(schema.statement.c.position >= since)
        .order_by(schema.disclosure.c.entry, schema.disclosure.c.position)
    )
    if kinds is not None:
        query = query.where(schema.statement.c.kind.in_(kinds))
        opening = opening.where(schema.statement.c.kind.in_(kinds))
    texts: dict[str, list[str]] = {}
    for line in connection.execute(opening):
        texts.setdefault(line.entry, []).append(line.text)
    for found in connection.execute(query):
        envelope = parse_object(found.document, f"entry {found.entry}")
        disclosures = tuple(texts.get(found.entry, ()))
        yield opened(Document(found.position, Entry(found.entry), found.salt, envelope, disclosures))


def set_keys(connection: Connection, set_root: SetRoot) -> tuple[RowId, ...]:
    """Return the row digests of a set in their order; an unknown set is empty."""
    query = select(schema.member.c.key).where(schema.member.c.root == set_root).order_by(schema.member.c.position)
    return tuple(RowId(key) for key in connection.scalars(query))


def rows(connection: Connection, keys: Sequence[RowId]) -> dict[RowId, Row]:
    """Return the rows that are not erased, by digest."""
    found: dict[RowId, Row] = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(schema.row).where(
            schema.row.c.key.in_(keys[start : start + _CHUNK]), schema.row.c.document.is_not(None)
        )
        for line in connection.execute(query):
            key = RowId(line.key)
            found[key] = Row(key, line.salt, parse_object(line.document, f"row {key}"))
    return found


def erased_rows(connection: Connection, keys: Sequence[RowId]) -> set[RowId]:
    """Return those of the row digests whose rows were erased."""
    found: set[RowId] = set()
    for start in range(0, len(keys), _CHUNK):
        query = select(schema.row.c.key).where(
            schema.row.c.key.in_(keys[start : start + _CHUNK]), schema.row.c.document.is_(None)
        )
        found.update(map(RowId, connection.scalars(query)))
    return found


def _check_sets(body: Statement, submission: Submission) -> None:
    named = statement.set_roots(body.public)
    if set(named) != set(submission.sets):
        raise CheckFailedError("the statement and the file name different sets", remedy="hand in the file as drafted")
    for set_root, keys in submission.sets.items():
        check_set(set_root, keys)
        if len(keys) != named[set_root] or len(set(keys)) != len(keys):
            raise CheckFailedError(f"set {set_root} has another size", remedy="hand in the file as drafted")
    if {key for keys in submission.sets.values() for key in keys} != set(submission.rows):
        raise CheckFailedError("a set's rows are not all in the file", remedy="hand in the file as drafted")
    for row in submission.rows.values():
        check_row(row)


def _check_rests_on(connection: Connection, body: Statement) -> None:
    named = statement.set_roots(body.public)
    for target in body.rests_on:
        if target.entry is not None:
            found = connection.scalar(select(schema.entry.c.position).where(schema.entry.c.entry == target.entry))
        elif target.set_root in named:
            found = 0 if target.position is None or target.position < named[target.set_root] else None
        else:
            query = select(schema.member.c.position).where(schema.member.c.root == target.set_root)
            if target.position is not None:
                query = query.where(schema.member.c.position == target.position)
            found = connection.scalar(query.limit(1))
        if found is None:
            raise CheckFailedError(
                f"this {body.kind} rests on {target.entry or target.set_root}, which is not in this archive",
                remedy="record what it rests on first",
            )


def _insert_sets(connection: Connection, submission: Submission) -> None:
    erased = erased_rows(connection, list(submission.rows))
    if erased:
        raise CheckFailedError(f"row {min(erased)} was erased from this archive", remedy="draft the set without it")
    for set_root, keys in submission.sets.items():
        if not set_keys(connection, set_root):
            members = [{"root": set_root, "position": at, "key": key} for at, key in enumerate(keys)]
            _insert(connection, schema.member, members)
    stored = rows(connection, list(submission.rows))
    _insert(
        connection,
        schema.row,
        [
            {"key": row.key, "salt": row.salt, "document": canonical_bytes(row.document).decode()}
            for row in submission.rows.values()
            if row.key not in stored
        ],
    )


def _insert(connection: Connection, table: Table, lines: Sequence[Mapping[str, object]]) -> None:
    if lines:
        connection.execute(insert(table), [dict(line) for line in lines])


def last_instant(connection: Connection) -> datetime | None:
    """Return when the newest entry was recorded, None in an empty log."""
    text = _last_instant(connection)
    return parse_instant(text) if text else None


def _last_instant(connection: Connection) -> str:
    query = select(schema.statement.c.recorded_at).order_by(schema.statement.c.position.desc()).limit(1)
    return connection.scalar(query) or ""


def _tile_reader(connection: Connection) -> Callable[[int, int], bytes]:
    def read(level: int, index: int) -> bytes:
        query = select(schema.tile.c.hashes).where(schema.tile.c.level == level, schema.tile.c.at == index)
        return connection.scalar(query) or b""

    return read
