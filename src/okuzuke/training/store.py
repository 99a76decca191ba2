"""Runs and models in the log. Nothing is projected: the statements themselves are read."""

from __future__ import annotations

from sqlalchemy import Connection, select

from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.storage import schema
from okuzuke.training.model import Model
from okuzuke.training.run import Run


def read_run(item: Recorded) -> Run:
    """Return the run a statement states."""
    if item.statement.kind != "run":
        raise InputError(f"{item.entry} is a {item.statement.kind} and no run", remedy="check the id")
    fields = Fields(item.statement.public, "run")
    run = Run.read(fields, item.sealed)
    fields.end()
    return run


def read_model(item: Recorded) -> Model:
    """Return the model a statement states."""
    if item.statement.kind != "model":
        raise InputError(
            f"{item.entry} is a {item.statement.kind} and no model", remedy="see the models: okuzuke train --list"
        )
    fields = Fields(item.statement.public, "model")
    model = Model.read(fields, item.sealed)
    fields.end()
    return model


def runs(connection: Connection, snapshot: Entry, recipe: AssetId) -> list[tuple[Entry, Run]]:
    """Return the runs of a recipe on a snapshot, oldest first."""
    found = [(entry, read_run(ledger.recorded(connection, entry))) for entry in _entries(connection, "run")]
    return [(entry, run) for entry, run in found if (run.snapshot, run.recipe) == (snapshot, recipe)]


def models(connection: Connection) -> list[tuple[Entry, Model]]:
    """Return every model, oldest first."""
    return [(entry, read_model(ledger.recorded(connection, entry))) for entry in _entries(connection, "model")]


def model_of(connection: Connection, run: Entry) -> Entry | None:
    """Return the model that came of a run, None while there is none."""
    return next((entry for entry, model in models(connection) if model.run == run), None)


def _entries(connection: Connection, kind: str) -> list[Entry]:
    query = select(schema.statement.c.entry).where(schema.statement.c.kind == kind)
    return [Entry(entry) for entry in connection.scalars(query.order_by(schema.statement.c.position))]


def _run(_connection: Connection, item: Recorded) -> None:
    read_run(item)


def _model(_connection: Connection, item: Recorded) -> None:
    read_model(item)


KINDS: Kinds = {("run", 1): _run, ("model", 1): _model}
