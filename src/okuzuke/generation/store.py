"""Requests and outputs in SQL: which request made which output, found by its id or its file."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, insert, select

from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry
from okuzuke.generation.output import Output, output_id
from okuzuke.generation.request import Request
from okuzuke.ledger import store as ledger
from okuzuke.ledger.journal import Check
from okuzuke.ledger.statement import RestsOn
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.registry import store as registry
from okuzuke.storage import schema
from okuzuke.training import store as training

_ANEW = "let the archive make and record it: okuzuke generate PROMPT"


def read_request(item: Recorded) -> Request:
    """Return the request a statement states."""
    if item.statement.kind != "request":
        raise InputError(f"{item.entry} is a {item.statement.kind} and no request", remedy="check the id")
    fields = Fields(item.statement.public, "request")
    request = Request.read(fields, item.sealed)
    fields.end()
    return request


def read_output(item: Recorded) -> Output:
    """Return the output a statement states."""
    if item.statement.kind != "output":
        raise InputError(f"{item.entry} is a {item.statement.kind} and no output", remedy="check the id")
    fields = Fields(item.statement.public, "output")
    output = Output.read(fields, item.sealed)
    fields.end()
    return output


def find_output(connection: Connection, named: str) -> Recorded:
    """Return the output with this output id, entry or signed file; all are 64 lower-case hexadecimal characters."""
    columns = schema.output.c
    query = select(columns.entry).where((columns.output == named) | (columns.entry == named) | (columns.file == named))
    entry = connection.scalar(query.limit(1))
    if entry is None:
        raise InputError(f"no output {named!r} here"[:120], remedy="give an output's id or the SHA-256 of its file")
    return ledger.recorded(connection, Entry(entry))


def outputs_of(connection: Connection, request: Entry) -> tuple[Recorded, ...]:
    """Return what a request made, in order; one that was stopped before its end made nothing."""
    query = select(schema.output.c.entry).where(schema.output.c.request == request).order_by(schema.output.c.at)
    return tuple(ledger.recorded(connection, Entry(entry)) for entry in connection.scalars(query).all())


def capture_of(connection: Connection, request: Entry) -> Recorded:
    """Return the capture that charged a request's outputs."""
    entry = connection.scalar(select(schema.capture.c.entry).where(schema.capture.c.request == request))
    if entry is None:
        raise InputError(f"request {request} was not charged: it made nothing", remedy="type the request again")
    return ledger.recorded(connection, Entry(entry))


def requests(connection: Connection) -> tuple[Entry, ...]:
    """Return every request, oldest first, those that made nothing included."""
    query = select(schema.statement.c.entry).where(schema.statement.c.kind == "request")
    return tuple(Entry(entry) for entry in connection.scalars(query.order_by(schema.statement.c.position)))


def files(connection: Connection) -> frozenset[AssetId]:
    """Return the signed file of every output."""
    return frozenset(AssetId(name) for name in connection.scalars(select(schema.output.c.file)))


def checks() -> Mapping[str, Check]:
    """Return the rule each kind of this store is recorded under: the operator's own, and following from its parts."""
    return {"request": _check_request, "output": _check_output}


def _check_request(connection: Connection, item: Recorded, _handed_in: Submission) -> None:
    registry.check_operator(connection, item)
    request = read_request(item)
    training.read_model(ledger.recorded(connection, request.model))
    if request.prompt is None or request.tags is None or request.user is None:
        raise CheckFailedError("a request is recorded with its prompt, tags and user", remedy=_ANEW)
    if ledger.recorded(connection, Entry(request.user)).statement.kind != "party":
        raise InputError(f"{request.user} is no party", remedy="enter it first: okuzuke party NAME --role user")
    beneath = [target.entry for target in item.statement.rests_on]
    named = [request.model, Entry(request.user)]
    grants = {licence.grant or licence.subject for licence in request.licences}
    if beneath[:2] != named or len(set(beneath)) != len(beneath) or not grants <= set(beneath):
        raise CheckFailedError("a request does not rest on its model, user and licences", remedy=_ANEW)


def _check_output(connection: Connection, item: Recorded, _handed_in: Submission) -> None:
    registry.check_operator(connection, item)
    output = read_output(item)
    request = read_request(ledger.recorded(connection, output.request))
    model = training.read_model(ledger.recorded(connection, request.model))
    named = output_id(model.model, output.request, request.seed, output.index, output.pixel_digest)
    if output.output != named or output.index >= request.count or output.features is None:
        raise CheckFailedError("an output does not follow from its request", remedy=_ANEW)
    if item.statement.rests_on != (RestsOn(entry=output.request),):
        raise CheckFailedError("an output rests on its request", remedy=_ANEW)
    columns = schema.output.c
    alike = select(func.count()).where(columns.request == output.request, columns.at == output.index)
    if connection.scalar(alike) != 1:
        raise CheckFailedError(f"output {output.index} of the request is recorded already", remedy=_ANEW)


def _request(_connection: Connection, item: Recorded) -> None:
    read_request(item)


def _output(connection: Connection, item: Recorded) -> None:
    output = read_output(item)
    taken = connection.scalar(select(schema.output.c.entry).where(schema.output.c.output == output.output))
    if taken is not None:
        raise CheckFailedError(f"output {output.output} is recorded already, by {taken}", remedy=_ANEW)
    connection.execute(
        insert(schema.output),
        {
            "entry": item.entry,
            "request": output.request,
            "at": output.index,
            "output": output.output,
            "file": output.file,
        },
    )


KINDS: Kinds = {("request", 1): _request, ("output", 1): _output}
