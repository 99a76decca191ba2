"""The log in SQL: what append promises, what it refuses, and that a killed writer loses nothing it acknowledged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

import ledger_notes
from ledger_notes import AT, DID, KEY, RefusedError, entries, everything, leaf_hashes, note, record, rows_of
from okuzuke.core.canonical import JsonObject, canonical_bytes, parse_object, salted_digest
from okuzuke.core.errors import CheckFailedError, InputError, LedgerError, StateError
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.ledger import merkle, rebuild, statement, store, submission
from okuzuke.ledger.statement import RestsOn
from okuzuke.ledger.submission import Submission
from okuzuke.storage import schema
from okuzuke.storage.database import Database

ROWS = rows_of("Kokeshi", "Daruma", "Koinobori")
OTHER_ROWS = rows_of("Maneki-neko")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Database]:
    with ledger_notes.new_log(tmp_path) as database:
        yield database


def refused(log: Database, item: Submission, error: type[Exception], match: str | None = None) -> None:
    """Assert that an append is refused and that the database is afterwards what it was before."""
    with log.reading() as connection:
        before = everything(connection)
    with pytest.raises(error, match=match), log.writing() as connection:
        record(connection, item)
    with log.reading() as connection:
        assert everything(connection) == before


def record_all(connection: Connection, *items: Submission) -> list[Entry]:
    return [record(connection, item).entry for item in items]


def test_a_recorded_statement_is_given_back_with_its_sealed_fields(log: Database) -> None:
    with log.writing() as connection:
        recorded = record(connection, note("a", sealed={"fee": "61000000"}))
    with log.reading() as connection:
        assert store.recorded(connection, recorded.entry) == recorded
    assert (recorded.position, recorded.recorded_at, recorded.sealed) == (0, AT, {"fee": "61000000"})
    assert recorded.statement.public == {"text": "a"}


def test_an_entry_is_sha_256_over_salt_and_envelope(log: Database) -> None:
    item = note("a")
    with log.writing() as connection:
        recorded = store.append(connection, item, AT, bytes(32), ledger_notes.KINDS)
        found = store.document(connection, recorded.entry)
    envelope: JsonObject = {"recorded_at": "2026-12-01T09:00:00.000000Z", "statement": item.document}
    assert recorded.entry == salted_digest(bytes(32), envelope).hex()
    assert (found.salt, found.envelope, found.position) == (bytes(32), envelope, 0)
    assert statement.verify_proof(item.document) == DID


@pytest.mark.parametrize("length", [0, 31, 33])
def test_an_entry_is_never_made_with_a_short_salt(log: Database, length: int) -> None:
    with pytest.raises(InputError, match="a salt has 32 bytes"), log.writing() as connection:
        store.append(connection, note("a"), AT, bytes(length), ledger_notes.KINDS)


def test_the_same_document_again_returns_its_entry_and_takes_no_position(log: Database) -> None:
    item = note("a", sealed={"fee": "1"}, sets=[ROWS])
    with log.writing() as connection:
        first = record(connection, item)
    with log.reading() as connection:
        before = everything(connection)
    with log.writing() as connection:
        again = record(connection, item, AT + timedelta(days=1))
    with log.reading() as connection:
        assert everything(connection) == before
    assert again == first


def test_the_same_words_signed_again_are_another_statement(log: Database) -> None:
    item = submission.drafted(ledger_notes.draft("note", {"text": "a"}), DID, os.urandom)
    with log.writing() as connection:
        first = record(connection, submission.signed(item, KEY, AT))
        second = record(connection, submission.signed(item, KEY, AT + timedelta(seconds=1)))
    assert (first.position, second.position) == (0, 1)
    assert first.entry != second.entry


def test_recorded_at_never_goes_back_when_the_clock_does(log: Database) -> None:
    clock = [AT, AT - timedelta(hours=1), AT + timedelta(microseconds=1), AT - timedelta(days=400)]
    with log.writing() as connection:
        instants = [record(connection, note(str(number)), at).recorded_at for number, at in enumerate(clock)]
    later = AT + timedelta(microseconds=1)
    assert instants == [AT, AT, later, later]


@pytest.mark.parametrize(("kind", "version"), [("unknown", 1), ("note", 2), ("note", 0)])
def test_an_unknown_kind_or_version_is_refused_and_nothing_is_written(log: Database, kind: str, version: int) -> None:
    made = replace(ledger_notes.draft(kind, {"text": "a"}), version=version)
    refused(log, ledger_notes.signed(made), InputError, f"unknown kind '{kind}' version {version}")


def test_a_statement_whose_signature_does_not_hold_is_refused(log: Database) -> None:
    item = note("a")
    document = parse_object(canonical_bytes(item.document).replace(b'"text":"a"', b'"text":"b"'), "document")
    refused(log, replace(item, document=document), CheckFailedError, "does not verify")


def test_an_unsigned_draft_is_refused(log: Database) -> None:
    item = submission.drafted(ledger_notes.draft("note", {"text": "a"}), DID, os.urandom)
    refused(log, item, CheckFailedError, "carries no proof")


def test_the_disclosure_of_another_statement_is_refused(log: Database) -> None:
    other = note("b", sealed={"fee": "1"})
    item = replace(note("a", sealed={"fee": "1"}), disclosures=other.disclosures)
    refused(log, item, CheckFailedError, "the sealed field 'fee' is not the one that was signed")


GROUNDS = [
    RestsOn(entry=Entry("e1" * 32)),
    RestsOn(set_root=SetRoot("5e" * 32)),
    RestsOn(set_root=ROWS.root, position=3),
    RestsOn(set_root=OTHER_ROWS.root, position=1),
]


@pytest.mark.parametrize("ground", GROUNDS, ids=["an entry", "a set", "a position", "a position in its own set"])
def test_a_statement_that_rests_on_what_is_not_there_is_refused(log: Database, ground: RestsOn) -> None:
    with log.writing() as connection:
        record(connection, note("shelf", sets=[ROWS]))
    item = note("a", rests_on=[ground], sets=[OTHER_ROWS])
    refused(log, item, CheckFailedError, "which is not in this archive")


def test_a_statement_rests_on_entries_sets_positions_and_its_own_set(log: Database) -> None:
    with log.writing() as connection:
        shelf = record(connection, note("shelf", sets=[ROWS]))
        grounds = (
            RestsOn(entry=shelf.entry),
            RestsOn(set_root=ROWS.root),
            RestsOn(set_root=ROWS.root, position=2),
            RestsOn(set_root=OTHER_ROWS.root),
            RestsOn(set_root=OTHER_ROWS.root, position=0),
        )
        recorded = record(connection, note("a", rests_on=grounds, sets=[OTHER_ROWS]))
        edges = connection.execute(select(schema.edge).order_by(schema.edge.c.at)).all()
    assert recorded.statement.rests_on == grounds
    assert [(line.target, line.target_is_set, line.target_position) for line in edges] == [
        (shelf.entry, False, None),
        (ROWS.root, True, None),
        (ROWS.root, True, 2),
        (OTHER_ROWS.root, True, None),
        (OTHER_ROWS.root, True, 0),
    ]


def test_a_set_is_kept_in_its_order_with_its_rows(log: Database) -> None:
    with log.writing() as connection:
        record(connection, note("shelf", sets=[ROWS, OTHER_ROWS]))
    with log.reading() as connection:
        assert store.set_keys(connection, ROWS.root) == tuple(row.key for row in ROWS.rows)
        assert store.rows(connection, store.set_keys(connection, ROWS.root)) == {row.key: row for row in ROWS.rows}
        assert store.set_keys(connection, SetRoot("5e" * 32)) == ()


def test_two_statements_may_name_one_set(log: Database) -> None:
    with log.writing() as connection:
        record(connection, note("first", sets=[ROWS]))
        record(connection, note("second", sets=[ROWS]))
        assert store.set_keys(connection, ROWS.root) == tuple(row.key for row in ROWS.rows)


def test_a_set_of_more_rows_than_one_query_takes_is_read_whole(log: Database) -> None:
    many = rows_of(*(f"work {number}" for number in range(1203)))
    with log.writing() as connection:
        record(connection, note("shelf", sets=[many]))
        assert len(store.rows(connection, store.set_keys(connection, many.root))) == 1203


SHELF = note("shelf", sets=[ROWS])
FIRST = ROWS.rows[0]
KEYS = tuple(row.key for row in ROWS.rows)
BROKEN: dict[str, tuple[Submission, str]] = {
    "a set that is not handed in": (replace(SHELF, sets={}, rows={}), "name different sets"),
    "a set that is not named": (
        replace(note("a"), sets={ROWS.root: KEYS}, rows={row.key: row for row in ROWS.rows}),
        "name different sets",
    ),
    "a set in another order": (replace(SHELF, sets={ROWS.root: KEYS[::-1]}), "have another root"),
    "a set with a row less": (replace(SHELF, sets={ROWS.root: KEYS[1:]}), "have another root"),
    "a row that is missing": (
        replace(SHELF, rows={key: row for key, row in SHELF.rows.items() if key != FIRST.key}),
        "rows are not all in the file",
    ),
    "a row of no set": (
        replace(SHELF, rows={**SHELF.rows, OTHER_ROWS.rows[0].key: OTHER_ROWS.rows[0]}),
        "rows are not all in the file",
    ),
    "a row that was changed": (
        replace(SHELF, rows={**SHELF.rows, FIRST.key: replace(FIRST, document={"name": "x"})}),
        f"row {FIRST.key} was changed",
    ),
    "a row with another salt": (
        replace(SHELF, rows={**SHELF.rows, FIRST.key: replace(FIRST, salt=bytes(32))}),
        f"row {FIRST.key} was changed",
    ),
    "a set of another size": (
        replace(
            ledger_notes.signed(ledger_notes.draft("note", {"text": "a", "rows": {"root": ROWS.root, "size": 4}})),
            sets=SHELF.sets,
            rows=SHELF.rows,
        ),
        "has another size",
    ),
    "a set that names a row twice": (
        note("a", sets=[submission.set_of([FIRST, FIRST])]),
        "has another size",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_set_that_is_not_whole_is_refused(log: Database, case: str) -> None:
    item, message = BROKEN[case]
    refused(log, item, CheckFailedError, message)


def test_an_erased_row_does_not_come_back_through_a_second_set(log: Database) -> None:
    with log.writing() as connection:
        record(connection, SHELF)
        ledger_notes.erase_row(connection, FIRST.key)
    again = note("again", sets=[submission.set_of([FIRST])])
    refused(log, again, CheckFailedError, f"row {FIRST.key} was erased from this archive")


def test_a_projector_that_raises_leaves_nothing(log: Database) -> None:
    with log.writing() as connection:
        record(connection, note("a"))
    item = note("b", sealed={"fee": "1"}, rests_on=[], sets=[ROWS], kind="refused")
    refused(log, item, RefusedError)


def test_what_came_before_in_a_refused_transaction_is_not_recorded_either(log: Database) -> None:
    with log.reading() as connection:
        before = everything(connection)
    with pytest.raises(CheckFailedError), log.writing() as connection:
        record_all(connection, note("a"), note("b", rests_on=[GROUNDS[0]]))
    with log.reading() as connection:
        assert everything(connection) == before


def test_root_and_inclusion_proofs_are_those_of_the_tree_at_every_size(log: Database) -> None:
    with log.writing() as connection:
        names = record_all(connection, *(note(str(number)) for number in range(40)))
    leaves = leaf_hashes(names)
    with log.reading() as connection:
        assert (store.size(connection), entries(connection)) == (40, names)
        for size in range(1, 41):
            root = store.root(connection, size)
            assert root == merkle.root(leaves[:size])
            for position in range(size):
                proof = store.inclusion(connection, position, size)
                merkle.verify_inclusion(leaves[position], position, size, proof, root)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_tiles_are_the_same_however_the_log_grew(tmp_path_factory: pytest.TempPathFactory, batches: list[int]) -> None:
    names = [Entry(salted_digest(bytes(32), {"number": number}).hex()) for number in range(sum(batches))]
    with ledger_notes.new_log(tmp_path_factory.mktemp("log")) as log, log.writing() as connection:
        start = 0
        for batch in batches:
            store.extend_tiles(connection, start, names[start : start + batch])
            start += batch
        assert store.root(connection, start) == merkle.root(leaf_hashes(names))
        proof = store.inclusion(connection, start // 2, start)
        assert proof == merkle.inclusion_proof(leaf_hashes(names), start // 2)


def test_an_empty_log_has_the_root_of_no_leaves(log: Database) -> None:
    with log.reading() as connection:
        assert store.size(connection) == 0
        assert store.root(connection, 0) == merkle.EMPTY_ROOT


def test_a_log_proves_nothing_beyond_its_size(log: Database) -> None:
    with log.writing() as connection:
        record(connection, note("a"))
        for ask in (lambda: store.root(connection, 2), lambda: store.inclusion(connection, 0, 2)):
            with pytest.raises(LedgerError):
                ask()


def test_an_unknown_entry_has_no_document(log: Database) -> None:
    with log.reading() as connection, pytest.raises(CheckFailedError, match=f"no entry {'e1' * 32} in this archive"):
        store.document(connection, Entry("e1" * 32))


def test_an_erased_entry_says_that_it_was_erased(log: Database) -> None:
    with log.writing() as connection:
        recorded = record(connection, note("a"))
        ledger_notes.erase_entry(connection, recorded)
        with pytest.raises(CheckFailedError, match=f"the document of entry {recorded.entry} was erased"):
            store.recorded(connection, recorded.entry)


def test_every_statement_is_read_in_log_order_but_the_erased(log: Database) -> None:
    with log.writing() as connection:
        made = [record(connection, note(str(number), sealed={"fee": str(number)})) for number in range(3)]
        erasure = ledger_notes.erase_entry(connection, made[1])
    with log.reading() as connection:
        assert list(store.recorded_all(connection)) == [made[0], made[2], erasure]
        assert list(store.recorded_all(connection, ["erase"])) == [erasure]
        assert list(store.recorded_all(connection, [])) == []


def test_a_second_writer_is_refused_and_the_first_keeps_its_place(log: Database) -> None:
    second = Database(log.path, wait_ms=20)
    with log.writing() as connection:
        recorded = record(connection, note("a"))
        with pytest.raises(StateError, match="another process is writing"), second.writing() as other:
            record(other, note("b"))
    with second.writing() as connection:
        assert record(connection, note("b")).position == recorded.position + 1


WRITER = """
import sys
from pathlib import Path
from ledger_notes import note, record
from okuzuke.storage.database import Database

database = Database(Path(sys.argv[1]))
for number in range(100_000):
    with database.writing() as connection:
        entry = record(connection, note(f"{sys.argv[2]} {number}", sealed={"fee": "1"})).entry
    print(entry, flush=True)
"""


def acknowledged_before_kill(path: Path, name: str, count: int) -> list[Entry]:
    """Return what a writer acknowledged before it was killed without warning, at least `count` entries."""
    command = [sys.executable, "-c", WRITER, str(path), name]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(count)]
        writer.kill()
        lines += writer.stdout.readlines()
    return [Entry(line.strip()) for line in lines]


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.endurance)])
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(log: Database, rounds: int) -> None:
    acknowledged: list[Entry] = []
    for number in range(rounds):
        acknowledged += acknowledged_before_kill(log.path, str(number), 1 + number % 20)
    with Database(log.path).reading() as connection:
        found = entries(connection)
        assert [entry for entry in found if entry in set(acknowledged)] == acknowledged
        # A kill may fall between a commit and its acknowledgement, once a round.
        assert len(found) <= len(acknowledged) + rounds
        assert store.root(connection, len(found)) == merkle.root(leaf_hashes(found))
        assert len(list(store.recorded_all(connection))) == len(found)
        before = rebuild.dump_digest(connection)
    with log.writing() as connection:
        assert rebuild.rebuild(connection, ledger_notes.KINDS) == len(found)
        assert rebuild.dump_digest(connection) == before
        assert record(connection, note("after")).position == len(found)
