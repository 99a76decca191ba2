from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

import ledger_notes
from ledger_notes import note, record, rows_of
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.ledger import lineage
from okuzuke.ledger.lineage import Step
from okuzuke.ledger.statement import RestsOn
from okuzuke.storage.database import Database

SETS = [rows_of(f"first {number}", f"second {number}") for number in range(3)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Database]:
    with ledger_notes.new_log(tmp_path) as database:
        yield database


@dataclass(frozen=True)
class Story:
    """A party registers works, grants them, and a snapshot of them is trained on; a second party stands apart."""

    party: Entry
    register: Entry
    grant: Entry
    snapshot: Entry
    run: Entry
    apart: Entry


WORKS, MANIFEST = SETS[0], SETS[1]


def on(entry: Entry) -> RestsOn:
    return RestsOn(entry=entry)


def tell(connection: Connection) -> Story:
    party = record(connection, note("party")).entry
    register = record(connection, note("register", rests_on=[on(party)], sets=[WORKS])).entry
    grant = record(connection, note("grant", rests_on=[on(party), RestsOn(set_root=WORKS.root)])).entry
    snapshot = record(connection, note("snapshot", rests_on=[on(grant)], sets=[MANIFEST])).entry
    run = record(connection, note("run", rests_on=[RestsOn(set_root=MANIFEST.root, position=1)])).entry
    apart = record(connection, note("apart")).entry
    return Story(party, register, grant, snapshot, run, apart)


def test_beneath_a_statement_lies_all_that_it_rests_on(log: Database) -> None:
    with log.writing() as connection:
        story = tell(connection)
        found = lineage.beneath(connection, [story.run])
    assert found == {
        story.run: None,
        story.snapshot: story.run,
        story.grant: story.snapshot,
        story.party: story.grant,
        story.register: story.grant,
    }


def test_beneath_a_statement_that_rests_on_nothing_lies_itself_alone(log: Database) -> None:
    with log.writing() as connection:
        story = tell(connection)
        assert lineage.beneath(connection, [story.apart]) == {story.apart: None}


def test_above_a_statement_stands_all_that_rests_on_it_nearest_first(log: Database) -> None:
    with log.writing() as connection:
        story = tell(connection)
        found = lineage.above(connection, {story.register: "the register"})
    assert found == (
        Step(story.grant, "note", WORKS.root, 1),
        Step(story.snapshot, "note", story.grant, 2),
        Step(story.run, "note", MANIFEST.root, 3),
    )


def test_above_a_set_stands_what_rests_on_it_and_not_what_names_it(log: Database) -> None:
    with log.writing() as connection:
        story = tell(connection)
        found = lineage.above(connection, {MANIFEST.root: "the manifest"})
    assert found == (Step(story.run, "note", MANIFEST.root, 1),)


def test_above_several_targets_each_statement_stands_once(log: Database) -> None:
    with log.writing() as connection:
        story = tell(connection)
        found = lineage.above(connection, {story.party: "party", WORKS.root: "works"})
    assert [(step.entry, step.depth) for step in found] == [
        (story.register, 1),
        (story.grant, 1),
        (story.snapshot, 2),
        (story.run, 3),
    ]


def test_nothing_stands_above_what_nobody_rests_on(log: Database) -> None:
    with log.writing() as connection:
        story = tell(connection)
        assert lineage.above(connection, {story.apart: "apart", story.run: "run", "7f" * 32: "unknown"}) == ()


def test_a_way_through_a_set_is_no_longer_than_one_through_an_entry(log: Database) -> None:
    with log.writing() as connection:
        register = record(connection, note("register", sets=[WORKS])).entry
        direct = record(connection, note("direct", rests_on=[on(register)])).entry
        longer = record(connection, note("longer", rests_on=[on(direct)])).entry
        grant = record(connection, note("grant", rests_on=[RestsOn(set_root=WORKS.root)])).entry
        both = record(connection, note("both", rests_on=[on(longer), on(grant)])).entry
        found = {step.entry: step for step in lineage.above(connection, {register: "the register"})}
    assert found[both] == Step(both, "note", grant, 2)


def test_what_rested_on_an_erased_statement_is_still_found(log: Database) -> None:
    with log.writing() as connection:
        register = record(connection, note("register", sets=[WORKS]))
        grant = record(connection, note("grant", rests_on=[on(register.entry), RestsOn(set_root=WORKS.root)]))
        run = record(connection, note("run", rests_on=[on(grant.entry)]))
        ledger_notes.erase_entry(connection, grant)
        assert [step.entry for step in lineage.above(connection, {register.entry: ""})] == [grant.entry, run.entry]
        assert set(lineage.beneath(connection, [run.entry])) == {run.entry, grant.entry, register.entry}


def test_every_statement_that_names_a_set_is_found(log: Database) -> None:
    with log.writing() as connection:
        named = [record(connection, note(text, sets=[WORKS])).entry for text in ("first", "second")]
        assert lineage.naming(connection, WORKS.root) == sorted(named)
        assert lineage.naming(connection, SetRoot("5e" * 32)) == []


def test_a_graph_is_walked_nearest_first_and_each_node_once() -> None:
    graph = {"a": ["b", "c"], "b": ["d"], "c": ["d", "a"], "d": ["a"], "e": ["a"]}
    assert list(lineage.reachable(["a"], lambda node: graph[node]).items()) == [
        ("a", None),
        ("b", "a"),
        ("c", "a"),
        ("d", "b"),
    ]


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[list[int], list[int], list[int]]]:
    """Give for each statement the earlier statements and the sets it rests on, and the sets it names."""
    made: list[tuple[list[int], list[int], list[int]]] = []
    known: set[int] = set()
    for number in range(draw(st.integers(1, 9))):
        grounds = draw(st.lists(st.integers(0, number - 1), max_size=2, unique=True)) if number else []
        named = draw(st.lists(st.integers(0, 2), max_size=1, unique=True))
        known |= set(named)
        sets = draw(st.lists(st.sampled_from(sorted(known)), max_size=2, unique=True)) if known else []
        made.append((grounds, sets, named))
    return made


@settings(max_examples=40)
@given(graphs())
def test_one_statement_stands_above_another_exactly_where_the_other_lies_beneath_it(
    tmp_path_factory: pytest.TempPathFactory, graph: list[tuple[list[int], list[int], list[int]]]
) -> None:
    with ledger_notes.new_log(tmp_path_factory.mktemp("log")) as log, log.writing() as connection:
        made: list[Entry] = []
        for grounds, sets, named in graph:
            rests_on = [on(made[at]) for at in grounds] + [RestsOn(set_root=SETS[at].root) for at in sets]
            item = note(str(len(made)), rests_on=rests_on, sets=[SETS[at] for at in named])
            made.append(record(connection, item).entry)
        below = {entry: lineage.beneath(connection, [entry]) for entry in made}
        for entry in made:
            steps = lineage.above(connection, {entry: ""})
            assert {step.entry for step in steps} == {top for top in made if entry in below[top]} - {entry}
            assert [step.depth for step in steps] == sorted(step.depth for step in steps)
            assert {step.entry: step.depth for step in steps} == {
                step.entry: way_length(below[step.entry], entry) for step in steps
            }


def way_length(reached: dict[Entry, Entry | None], bottom: Entry) -> int:
    length, at = 0, reached[bottom]
    while at is not None:
        length, at = length + 1, reached[at]
    return length
