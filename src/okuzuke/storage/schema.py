"""Every table, in one schema for every engine.

*Originals* cannot be recomputed: entries with their documents and salts, disclosures, sets, rows, checkpoints,
idempotency keys. *Projections* are dropped and rebuilt from them (`okuzuke rebuild`). Digests are 64 lower-case
hexadecimal characters; instants are RFC 3339 UTC texts with microseconds, so they sort as they stand.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

VERSION = 2
"""2 added the tables of outputs and money."""

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
hold = Table(  # a row is an open hold; capture, void and expiry take it away
    "hold",
    metadata,
    Column("key", String, primary_key=True),
    Column("user", String(64), nullable=False, index=True),
    Column("outputs", Integer, nullable=False),
    Column("unit_credits", Integer, nullable=False),
    Column("free", Integer, nullable=False),
    Column("paid", Integer, nullable=False),
    Column("currency", String),  # null where nothing is paid
    Column("opened_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
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
output = Table(
    "output",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("at", Integer, nullable=False),
    Column("output", String(64), nullable=False, unique=True),
    Column("file", String(64), nullable=False, index=True),
    info=_PROJECTION,
)
transfer = Table(
    "transfer",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("debit", String, nullable=False, index=True),
    Column("credit", String, nullable=False, index=True),
    Column("currency", String, nullable=False),
    Column("sub_units", BigInteger, CheckConstraint("sub_units > 0"), nullable=False),
    Column("output", String(64)),
    Column("unit", String(64)),
    Column("line", String),
    Column("payee", String(64), index=True),
    info=_PROJECTION,
)
account = Table(  # the sums of `transfer`, kept so that one capture does not add up a whole month
    "account",
    metadata,
    Column("account", String, primary_key=True),
    Column("balance", BigInteger, nullable=False),
    info=_PROJECTION,
)
lot = Table(
    "lot",
    metadata,
    Column("purchase", String(64), primary_key=True),
    Column("lot", String(64), nullable=False, unique=True),
    Column("position", BigInteger, nullable=False),
    Column("user", String(64), nullable=False, index=True),
    Column("credits", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("currency", String, nullable=False),
    Column("sub_units", BigInteger, nullable=False),
    info=_PROJECTION,
)
capture = Table(
    "capture",
    metadata,
    Column("entry", String(64), primary_key=True),
    Column("request", String(64), nullable=False, unique=True),
    Column("user", String(64), nullable=False),
    Column("day", String, nullable=False),  # of Asia/Tokyo
    Column("free", Integer, nullable=False),
    Column("paid", Integer, nullable=False),
    info=_PROJECTION,
)

Index("likeness_by_other", likeness.c.other)
Index("output_by_request", output.c.request, output.c.at)
Index("capture_by_day", capture.c.user, capture.c.day)

projections = tuple(table for table in metadata.sorted_tables if not table.info["original"])
originals = tuple(table for table in metadata.sorted_tables if table.info["original"])
