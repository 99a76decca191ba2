"""Projections are dropped and rebuilt, to the last row; an original that was changed or lost is named and refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, delete, func, insert, select, update

import ledger_notes
from ledger_notes import AUTHOR, KINDS, everything, leaf_hashes, note, record, rows_of
from okuzuke.core.errors import CheckFailedError
from okuzuke.ledger import merkle, rebuild, store
from okuzuke.ledger.statement import RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.storage import schema
from okuzuke.storage.database import Database

ROWS = rows_of("Kokeshi", "Daruma", "Koinobori")
OTHER_ROWS = rows_of("Maneki-neko", "Maiko")
MORE_ROWS = rows_of("Tanuki")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Database]:
    with ledger_notes.new_log(tmp_path) as database:
        yield database


@pytest.fixture
def told(log: Database) -> list[Recorded]:
    """Record five statements that use everything a statement can hold."""
    with log.writing() as connection:
        party = record(connection, note("party"))
        shelf = record(connection, note("shelf", rests_on=[RestsOn(entry=party.entry)], sets=[ROWS]))
        grounds = [RestsOn(entry=party.entry), RestsOn(set_root=ROWS.root), RestsOn(set_root=ROWS.root, position=1)]
        sealed = record(connection, note("grant", sealed={"remark": "花子", "fee": "1"}, rests_on=grounds))
        second = record(
            connection, note("second", rests_on=[RestsOn(entry=sealed.entry)], sets=[OTHER_ROWS, MORE_ROWS])
        )
        last = record(connection, note("last", rests_on=[RestsOn(entry=second.entry)]))
    return [party, shelf, sealed, second, last]


def assert_rebuilt_the_same(log: Database) -> None:
    with log.reading() as connection:
        before, digest, size = everything(connection), rebuild.dump_digest(connection), store.size(connection)
    with log.writing() as connection:
        assert rebuild.rebuild(connection, KINDS) == size
    with log.reading() as connection:
        assert everything(connection) == before
        assert rebuild.dump_digest(connection) == digest


def test_an_empty_archive_rebuilds_to_nothing(log: Database) -> None:
    assert_rebuilt_the_same(log)


def test_a_rebuilt_archive_is_the_same_to_the_last_row(log: Database, told: list[Recorded]) -> None:
    assert_rebuilt_the_same(log)


def test_projections_that_were_dropped_or_falsified_come_back(log: Database, told: list[Recorded]) -> None:
    with log.writing() as connection:
        digest = rebuild.dump_digest(connection)
        connection.execute(update(schema.statement).values(kind="forged"))
        connection.execute(update(schema.work).values(name="forged"))
        for table in (schema.tile, schema.edge, schema.named_set, schema.slot):
            connection.execute(delete(table))
        assert rebuild.dump_digest(connection) != digest
        rebuild.rebuild(connection, KINDS)
        assert rebuild.dump_digest(connection) == digest


@pytest.mark.parametrize("table", schema.projections, ids=lambda table: table.name)
def test_the_dump_shows_a_change_in_every_projection(log: Database, table: Table) -> None:
    with log.writing() as connection:
        before = rebuild.dump_digest(connection)
        connection.execute(
            insert(table), {column.name: _any_value(column.type.python_type) for column in table.columns}
        )
        assert rebuild.dump_digest(connection) != before


def _any_value(kind: type) -> object:
    return b"\1" if kind is bytes else kind(1)


def test_the_dump_does_not_depend_on_the_order_of_writing(log: Database, told: list[Recorded]) -> None:
    with log.writing() as connection:
        before = rebuild.dump_digest(connection)
        lines = connection.execute(select(schema.work)).mappings().all()
        connection.execute(delete(schema.work))
        connection.execute(insert(schema.work), [dict(line) for line in reversed(lines)])
        assert rebuild.dump_digest(connection) == before


@pytest.mark.parametrize("at", range(5))
def test_after_an_erasure_the_rebuilt_archive_is_the_erased_one(log: Database, told: list[Recorded], at: int) -> None:
    with log.writing() as connection:
        ledger_notes.erase_entry(connection, told[at])
    assert_rebuilt_the_same(log)


def test_after_several_erasures_the_rebuilt_archive_is_the_erased_one(log: Database, told: list[Recorded]) -> None:
    with log.writing() as connection:
        ledger_notes.erase_row(connection, ROWS.rows[1].key)
        ledger_notes.erase_entry(connection, told[2])
        record(connection, note("in between", sets=[rows_of("Kappa")]))
        ledger_notes.erase_row(connection, OTHER_ROWS.rows[0].key)
        ledger_notes.erase_entry(connection, told[4])
    assert_rebuilt_the_same(log)


def test_after_the_erasure_of_every_row_the_slots_stay_dealt(log: Database, told: list[Recorded]) -> None:
    with log.writing() as connection:
        for row in (*ROWS.rows, *OTHER_ROWS.rows, *MORE_ROWS.rows):
            ledger_notes.erase_row(connection, row.key)
        assert connection.scalar(select(func.count()).select_from(schema.slot)) == 6
        assert connection.scalar(select(func.count()).select_from(schema.work)) == 0
        assert store.rows(connection, store.set_keys(connection, ROWS.root)) == {}
    assert_rebuilt_the_same(log)


def test_an_erased_statement_leaves_its_leaf_and_nothing_of_what_it_said(log: Database, told: list[Recorded]) -> None:
    sealed = told[2]
    with log.writing() as connection:
        leaves = leaf_hashes(ledger_notes.entries(connection))
        ledger_notes.erase_entry(connection, sealed)
    with log.reading() as connection:
        after = everything(connection)
        assert ledger_notes.entries(connection)[2] == sealed.entry
        assert store.root(connection, 5) == merkle.root(leaves)
    assert after["disclosure"] == []
    assert [line for line in after["entry"] if line[1] == sealed.entry] == [(2, sealed.entry, None, None, None)]
    assert "花子" not in str(after)


def test_an_erasure_keeps_kind_instant_grounds_and_sets_and_forgets_the_signer(
    log: Database, told: list[Recorded]
) -> None:
    second = told[3]
    with log.writing() as connection:
        erasure = ledger_notes.erase_entry(connection, second)
        line = connection.execute(select(schema.statement).where(schema.statement.c.entry == second.entry)).one()
    assert second.statement.signer == AUTHOR
    assert (line.kind, line.recorded_at, line.signer, line.erased_by) == (
        "note",
        "2026-12-01T09:00:00.000000Z",
        None,
        erasure.entry,
    )
    assert erasure.statement.public["entry"] == {
        "entry": second.entry,
        "kind": "note",
        "recorded_at": "2026-12-01T09:00:00.000000Z",
        "rests_on": [{"entry": told[2].entry}],
        "sets": [OTHER_ROWS.root, MORE_ROWS.root],
    }


def change_document(connection: Connection, told: list[Recorded]) -> str:
    altered = func.replace(schema.entry.c.document, '"shelf"', '"shelb"')
    connection.execute(update(schema.entry).where(schema.entry.c.entry == told[1].entry).values(document=altered))
    return f"the document of entry {told[1].entry} was changed"


def garble_document(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(update(schema.entry).where(schema.entry.c.entry == told[1].entry).values(document="{"))
    return f"entry {told[1].entry}"


def change_salt(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(update(schema.entry).where(schema.entry.c.entry == told[1].entry).values(salt=bytes(32)))
    return f"the document of entry {told[1].entry} was changed"


def lose_salt(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(update(schema.entry).where(schema.entry.c.entry == told[1].entry).values(salt=None))
    return f"entry {told[1].entry}"


def rename_entry(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(update(schema.entry).where(schema.entry.c.entry == told[4].entry).values(entry="e1" * 32))
    return f"the document of entry {'e1' * 32} was changed"


def lose_entry(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(delete(schema.entry).where(schema.entry.c.position == 2))
    return "entry 2 is missing"


def lose_first_entry(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(delete(schema.entry).where(schema.entry.c.position == 0))
    return "entry 0 is missing"


def lose_document(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(update(schema.entry).where(schema.entry.c.entry == told[1].entry).values(document=None))
    return f"entry {told[1].entry} lost its document without an erasure"


def change_disclosure(connection: Connection, told: list[Recorded]) -> str:
    other = record(connection, note("other", sealed={"fee": "2"}))
    text = store.document(connection, other.entry).disclosures[0]
    first = (schema.disclosure.c.entry == told[2].entry, schema.disclosure.c.position == 0)
    connection.execute(update(schema.disclosure).where(*first).values(text=text))
    return f"entry {told[2].entry}: the sealed field 'fee' is not the one that was signed"


def lose_set(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(delete(schema.member).where(schema.member.c.root == ROWS.root))
    return f"the rows of set {ROWS.root} have another root"


def lose_member(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(delete(schema.member).where(schema.member.c.root == ROWS.root, schema.member.c.position == 2))
    return f"the rows of set {ROWS.root} have another root"


def exchange_member(connection: Connection, told: list[Recorded]) -> str:
    changed = update(schema.member).where(schema.member.c.root == ROWS.root, schema.member.c.position == 0)
    connection.execute(changed.values(key=OTHER_ROWS.rows[0].key))
    return f"the rows of set {ROWS.root} have another root"


def change_row(connection: Connection, told: list[Recorded]) -> str:
    key = ROWS.rows[0].key
    connection.execute(update(schema.row).where(schema.row.c.key == key).values(document='{"name":"forged"}'))
    return f"row {key} was changed"


def lose_row(connection: Connection, told: list[Recorded]) -> str:
    connection.execute(delete(schema.row).where(schema.row.c.key == ROWS.rows[0].key))
    return f"row {ROWS.rows[0].key} is missing"


DAMAGES: list[Callable[[Connection, list[Recorded]], str]] = [
    change_document,
    garble_document,
    change_salt,
    lose_salt,
    rename_entry,
    lose_entry,
    lose_first_entry,
    lose_document,
    change_disclosure,
    lose_set,
    lose_member,
    exchange_member,
    change_row,
    lose_row,
]


def rebuild_in(log: Database) -> int:
    with log.writing() as connection:
        return rebuild.rebuild(connection, KINDS)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_original_is_named_and_refused_and_the_projections_stay(
    log: Database, told: list[Recorded], damage: Callable[[Connection, list[Recorded]], str]
) -> None:
    with log.writing() as connection:
        message = damage(connection, told)
        before = everything(connection)
    with pytest.raises(CheckFailedError, match=message):
        rebuild_in(log)
    with log.reading() as connection:
        assert everything(connection) == before


def test_an_erasure_that_is_itself_lost_excuses_nothing(log: Database, told: list[Recorded]) -> None:
    with log.writing() as connection:
        ledger_notes.erase_entry(connection, told[1])
        last = connection.scalar(select(func.max(schema.entry.c.position)))
        connection.execute(delete(schema.entry).where(schema.entry.c.position == last))
    with pytest.raises(CheckFailedError, match=f"entry {told[1].entry} lost its document without an erasure"):
        rebuild_in(log)


def test_an_erasure_of_one_entry_does_not_excuse_another(log: Database, told: list[Recorded]) -> None:
    with log.writing() as connection:
        ledger_notes.erase_entry(connection, told[1])
        lose_document(connection, [told[0], told[3]])
    with pytest.raises(CheckFailedError, match=f"entry {told[3].entry} lost its document"):
        rebuild_in(log)


def test_a_kind_that_this_program_no_longer_knows_is_not_passed_over(log: Database, told: list[Recorded]) -> None:
    with pytest.raises(KeyError), log.writing() as connection:
        rebuild.rebuild(connection, {})
