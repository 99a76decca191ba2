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

    def following(target: str) -> list[str]:
        query = select(schema.edge.c.entry).where(schema.edge.c.target == target).distinct()
        found = list(connection.scalars(query))
        # What rests on a statement's set rests on the statement.
        sets = connection.scalars(select(schema.named_set.c.root).where(schema.named_set.c.entry == target))
        return found + [root for root in sets if root not in targets]

    reached = reachable(targets, following)
    kinds = {line.entry: line.kind for line in connection.execute(select(schema.statement))}
    depths: dict[str, int] = {}
    steps: list[Step] = []
    for node, parent in reached.items():
        depths[node] = 0 if parent is None else depths[parent] + (node in kinds)
        if parent is not None and node in kinds:
            steps.append(Step(Entry(node), kinds[node], parent, depths[node]))
    return tuple(steps)


def naming(connection: Connection, set_root: SetRoot) -> list[Entry]:
    """Return the statements whose public face names the set."""
    query = (
        select(schema.named_set.c.entry).where(schema.named_set.c.root == set_root).order_by(schema.named_set.c.entry)
    )
    return [Entry(entry) for entry in connection.scalars(query)]
