from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, update

from okuzuke.core.errors import StateError
from okuzuke.storage import schema
from okuzuke.storage.database import Database


class StoppedError(Exception):
    """Stands for whatever ends a transaction half way."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "okuzuke.db", wait_ms=20)
    database.create()
    yield database
    database.close()


def keep(connection: Connection, name: str, value: str = "") -> None:
    connection.execute(insert(schema.meta), {"name": name, "value": value})


def stop_half_way(database: Database) -> None:
    with database.writing() as connection:
        keep(connection, "half")
        raise StoppedError


def write_until_full(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        keep(connection, "half")
        keep(connection, "large", "x" * 1_000_000)


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(schema.meta.c.name).order_by(schema.meta.c.name)))


def test_an_acknowledged_commit_survives_a_power_cut(database: Database) -> None:
    with database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_what_was_written_is_read_by_another_program(database: Database) -> None:
    with database.writing() as connection:
        keep(connection, "origin")
    assert names(Database(database.path)) == ["origin", "schema_version"]


def test_a_transaction_that_stops_half_way_leaves_nothing(database: Database) -> None:
    with pytest.raises(StoppedError):
        stop_half_way(database)
    assert names(database) == ["schema_version"]


def test_a_second_writer_is_told_that_another_is_writing(database: Database) -> None:
    second = Database(database.path, wait_ms=20)
    with database.writing() as connection:
        keep(connection, "first")
        with pytest.raises(StateError, match=r"another process is writing to .*okuzuke\.db"), second.writing():
            pytest.fail("two transactions wrote at once")
    assert names(database) == ["first", "schema_version"]


def test_the_second_writer_writes_once_the_first_has_ended(database: Database) -> None:
    second = Database(database.path, wait_ms=20)
    with database.writing() as connection:
        keep(connection, "first")
    with second.writing() as connection:
        keep(connection, "second")
    assert names(database) == ["first", "schema_version", "second"]


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    counted = select(func.count()).select_from(schema.meta)
    with database.reading() as reader:
        before = reader.scalar(counted)
        with database.writing() as connection:
            keep(connection, "new")
        assert reader.scalar(counted) == before
    assert names(database) == ["new", "schema_version"]


def test_a_full_disk_is_said_and_nothing_is_recorded(database: Database) -> None:
    with pytest.raises(StateError, match="is full; nothing of this was recorded"):
        write_until_full(database)
    assert names(database) == ["schema_version"]


def test_tables_of_this_version_are_accepted(database: Database) -> None:
    database.check_version()


def test_tables_of_another_version_are_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(schema.meta).values(value="999"))
    with pytest.raises(StateError, match="has tables of version 999, this program reads version 2"):
        database.check_version()


def test_a_second_archive_is_never_laid_over_the_first(database: Database) -> None:
    with database.writing() as connection:
        keep(connection, "origin")
    with pytest.raises(StateError, match="holds an archive already"):
        database.create()
    assert names(database) == ["origin", "schema_version"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="unable to open database file"):
        Database(tmp_path / "missing" / "okuzuke.db").check_version()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "okuzuke.db"
    path.write_bytes(b"a letter to the archive\n" * 100)
    with pytest.raises(StateError, match="file is not a database"):
        Database(path).check_version()


def test_a_damaged_database_is_said(database: Database) -> None:
    database.close()
    content = bytearray(database.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.path.write_bytes(content)
    with pytest.raises(StateError, match="malformed"):
        database.check_version()


def test_every_table_is_an_original_or_a_projection() -> None:
    assert {table.name for table in schema.originals} >= {"entry", "disclosure", "member", "row", "checkpoint"}
    assert {table.name for table in schema.projections} >= {"statement", "edge", "named_set", "tile"}
    assert set(schema.originals) | set(schema.projections) == set(schema.metadata.sorted_tables)
