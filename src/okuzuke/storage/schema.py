"""Every table, in one schema for every engine.

*Originals* cannot be recomputed: entries with their documents and salts, disclosures, sets, rows, checkpoints,
idempotency keys. *Projections* are dropped and rebuilt from them (`okuzuke rebuild`). Digests are 64 lower-case
hexadecimal characters; instants are RFC 3339 UTC texts with microseconds, so they sort as they stand.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

VERSION = 1

metadata = MetaData()

_ORIGINAL = {"original": True}
_PROJECTION = {"original": False}

meta = Table("meta", metadata, Column("name", String, primary_key=True), Column("value", Text), info=_ORIGINAL)

entry = Table(
    "entry",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", String(64), nullable=False, unique=True),
    Column("salt", LargeBinary),  # null with the document once erased
    Column("document", Text),
    Column("statement_digest", String(64), unique=True),  # plain, so for the database only; null once erased
    info=_ORIGINAL,
)
disclosure = Table(
    "disclosure",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    info=_ORIGINAL,
)
member = Table(
    "member",
    metadata,
    Column("root", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False, index=True),
    info=_ORIGINAL,
)
row = Table(
    "row",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("salt", LargeBinary),
    Column("document", Text),
    info=_ORIGINAL,
)
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    info=_ORIGINAL,
)
request = Table(
    "request",
    metadata,
    Column("key", String, primary_key=True),
    Column("body_digest", String(64), nullable=False),
    Column("entry", String(64), nullable=False),
    info=_ORIGINAL,
)

statement = Table(
    "statement",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("kind", String, nullable=False, index=True),
    Column("recorded_at", String, nullable=False),
    Column("signer", String(64)),
    Column("erased_by", String(64)),
    info=_PROJECTION,
)
edge = Table(
    "edge",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    Column("target", String(64), nullable=False, index=True),
    Column("target_is_set", Boolean, nullable=False),
    Column("target_position", BigInteger),
    info=_PROJECTION,
)
named_set = Table(
    "named_set",
    metadata,
    Column("root", String(64), primary_key=True),
    Column("entry", String(64), primary_key=True),
    info=_PROJECTION,
)
tile = Table(
    "tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    info=_PROJECTION,
)
work = Table(
    "work",
    metadata,
    Column("work", String(64), primary_key=True),
    Column("register", String(64), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("party", String(64), nullable=False, index=True),
    Column("series", String(64), index=True),
    Column("name", String, nullable=False),
    Column("asset", String(64), nullable=False, index=True),
    info=_PROJECTION,
)
slot = Table(
    "slot",
    metadata,
    Column("slot", BigInteger, primary_key=True, autoincrement=False),
    Column("work", String(64), nullable=False, unique=True),  # stays when the work's row is erased
    info=_PROJECTION,
)
screened = Table(
    "screened",
    metadata,
    Column("work", String(64), primary_key=True),
    Column("screen", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("verdict", String, nullable=False),
    info=_PROJECTION,
)
likeness = Table(
    "likeness",
    metadata,
    Column("work", String(64), primary_key=True),
    Column("other", String(64), primary_key=True),
    Column("likeness", String, nullable=False),
    Column("distance", Integer, nullable=False),
    info=_PROJECTION,
)
place = Table(
    "place",
    metadata,
    Column("root", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", BigInteger, nullable=False),
    Column("work", String(64), index=True),  # null in a tombstone
    Column("family", String(64), nullable=False),
    info=_PROJECTION,
)

Index("likeness_by_other", likeness.c.other)

projections = tuple(table for table in metadata.sorted_tables if not table.info["original"])
originals = tuple(table for table in metadata.sorted_tables if table.info["original"])
