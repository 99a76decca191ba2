"""What rests on what: the one graph, walked down for proof and up for consequence."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, select

from okuzuke.core.ids import Entry, SetRoot
from okuzuke.storage import schema

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Step:
    """An entry that rests on what was asked about, and the nearest thing below it that it rests on."""

    entry: Entry
    kind: str
    through: str
    depth: int


def reachable(start: Iterable[Node], following: Callable[[Node], Iterable[Node]]) -> dict[Node, Node | None]:
    """Return every node on some path from `start`, each with the node it was first reached from, nearest first."""
    reached: dict[Node, Node | None] = dict.fromkeys(start)
    queue = deque(reached)
    while queue:
        node = queue.popleft()
        for target in following(node):
            if target not in reached:
                reached[target] = node
                queue.append(target)
    return reached


def beneath(connection: Connection, entries: Iterable[Entry]) -> dict[Entry, Entry | None]:
    """Return the entries and everything they rest on; a set stands for the statements that name it."""

    def following(entry: Entry) -> list[Entry]:
        found: list[Entry] = []
        query = select(schema.edge).where(schema.edge.c.entry == entry).order_by(schema.edge.c.at)
        for line in connection.execute(query):
            found += naming(connection, SetRoot(line.target)) if line.target_is_set else [Entry(line.target)]
        return found

    return reachable(entries, following)


def above(connection: Connection, targets: Mapping[str, str]) -> tuple[Step, ...]:
    """Return the statements that rest on the targets (entries or set roots, each with its label), nearest first."""
    kinds: dict[str, str] = {}
    through: dict[str, str] = {}

    def following(target: str) -> list[str]:
        # What rests on a statement's set rests on the statement: the set is on the way, but no step of its own.
        sets = connection.scalars(select(schema.named_set.c.root).where(schema.named_set.c.entry == target))
        query = (
            select(schema.statement.c.entry, schema.statement.c.kind, schema.edge.c.target)
            .join(schema.edge, schema.edge.c.entry == schema.statement.c.entry)
            .where(schema.edge.c.target.in_([target, *sets]))
            .order_by(schema.statement.c.position, schema.edge.c.at)
        )
        found = connection.execute(query).all()
        for line in found:
            kinds[line.entry] = line.kind
            through.setdefault(line.entry, line.target)
        return [line.entry for line in found]

    depths: dict[str, int] = {}
    steps: list[Step] = []
    for node, parent in reachable(targets, following).items():
        depths[node] = 0 if parent is None else depths[parent] + 1
        if parent is not None:
            steps.append(Step(Entry(node), kinds[node], through[node], depths[node]))
    return tuple(steps)


def naming(connection: Connection, set_root: SetRoot) -> list[Entry]:
    """Return the statements whose public face names the set."""
    query = (
        select(schema.named_set.c.entry).where(schema.named_set.c.root == set_root).order_by(schema.named_set.c.entry)
    )
    return [Entry(entry) for entry in connection.scalars(query)]
