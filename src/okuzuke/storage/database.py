"""One engine: SQLite in WAL mode with synchronous=FULL; a committed transaction survives a power cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.pool import NullPool

from okuzuke.core.errors import StateError
from okuzuke.storage import schema

__all__ = ["Connection", "Database"]


class Database:
    """Reads see one consistent state; writes happen one transaction at a time."""

    def __init__(self, path: Path, *, wait_ms: int = 5000) -> None:
        """Take `wait_ms`, how long a writer waits for another one before it gives up."""
        self.path = path
        self._engine = _engine(path, wait_ms)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the archive."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one writing transaction: all of it is durable afterwards, or nothing."""
        with (
            self._translated(),
            self._engine.connect().execution_options(okuzuke_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            reason = str(error.orig)
            if "locked" in reason:
                raise StateError(
                    f"another process is writing to {self.path}", remedy="wait for it to end, then type this again"
                ) from error
            if "full" in reason:
                raise StateError(
                    f"the disk of {self.path} is full; nothing of this was recorded", remedy="free room, then try again"
                ) from error
            raise StateError(f"{self.path}: {reason}", remedy="check the disk and the archive's path") from error
        except DatabaseError as error:
            # SQLite reports a damaged file by the bare class; the subclasses are mistakes of ours.
            if type(error.orig) is not sqlite3.DatabaseError:
                raise
            raise StateError(f"{self.path}: {error.orig}", remedy="restore the database from a copy") from error

    def create(self) -> None:
        """Lay every table and record the schema's version."""
        try:
            with self.writing() as connection:
                schema.metadata.create_all(connection)
                connection.execute(insert(schema.meta), [{"name": "schema_version", "value": str(schema.VERSION)}])
        except IntegrityError as error:
            raise StateError(f"{self.path} holds an archive already", remedy="name another folder") from error

    def check_version(self) -> None:
        """Raise unless the tables are of this program's version."""
        found = self._version()
        if found != str(schema.VERSION):
            raise StateError(
                f"{self.path} has tables of version {found}, this program reads version {schema.VERSION}",
                remedy="build it anew beside: okuzuke rebuild --into NEW-FOLDER; or use the okuzuke that wrote it",
            )

    def is_current(self) -> bool:
        """Say whether the tables are of this program's version."""
        return self._version() == str(schema.VERSION)

    def _version(self) -> str | None:
        with self.reading() as connection:
            return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.name == "schema_version"))

    def forget(self) -> None:
        """Empty the write-ahead log, so that what a committed erasure cleared is in no file any more."""
        with self._translated(), self._engine.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


def _engine(path: Path, wait_ms: int) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN is deferred; isolation_level None leaves BEGIN to the listener below.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {wait_ms:d}")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased leaves no bytes in free pages
        full = connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert mode == "wal", "an archive's database runs in WAL mode"
        assert full, "synchronous=NORMAL loses acknowledged commits on power loss"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred BEGIN would let two writers both read the old head, so a writer takes the lock first.
        write = connection.get_execution_options().get("okuzuke_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
