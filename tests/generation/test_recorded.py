"""What the log takes in of requests and outputs, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atelier import Atelier
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError, OkuzukeError, RightsError
from okuzuke.core.ids import AssetId, Entry, PartyId
from okuzuke.generation import store
from okuzuke.generation.output import Output, output_id, pixel_digest
from okuzuke.generation.request import Licence, Request
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use

PIXELS = pixel_digest(bytes(3), 1, 1, 1, 3)


def _say(
    atelier: Atelier, kind: str, public: JsonObject, sealed: JsonObject, *beneath: str, by: PartyId | None = None
) -> Recorded:
    rests_on = tuple(RestsOn(entry=Entry(entry)) for entry in beneath)
    draft = Draft(kind, by or atelier.operator, Capacity.OPERATOR, public, sealed, rests_on)
    return atelier.say(draft)


def _request(atelier: Atelier) -> Request:
    licence = Licence(atelier.series_of["daruma"], Use.GENERATE, atelier.grants["daruma"], None)
    return Request(
        atelier.model, 2, 7, 8, 2000, "picture", "commercial", "JP", (licence,), "red", ("red",), atelier.user
    )


def _asked(atelier: Atelier) -> Recorded:
    request = _request(atelier)
    beneath = (atelier.model, atelier.user, atelier.grants["daruma"])
    return _say(atelier, "request", request.to_public(), request.to_sealed(), *beneath)


def _output(atelier: Atelier, request: Entry, index: int = 0) -> Output:
    named = output_id(atelier.training.read(atelier.model).model.model, request, 7, index, PIXELS)
    return Output.made(request, index, named, PIXELS, AssetId("12" * 32), 32, (1, 2))


def _made(atelier: Atelier, output: Output) -> Recorded:
    return _say(atelier, "output", output.to_public(), output.to_sealed(), output.request)


def test_a_request_and_its_outputs_are_read_as_they_were_said(atelier: Atelier) -> None:
    request = _asked(atelier)
    first, second = (_output(atelier, request.entry, index) for index in range(2))

    items = [_made(atelier, output) for output in (second, first)]

    with atelier.archive.database.reading() as connection:
        assert store.read_request(request) == _request(atelier)
        assert store.requests(connection) == (request.entry,)
        assert [store.read_output(item) for item in store.outputs_of(connection, request.entry)] == [first, second]
        assert store.find_output(connection, first.output).entry == items[1].entry
        assert store.files(connection) == {first.file}
        with pytest.raises(InputError, match="was not charged"):
            store.capture_of(connection, request.entry)


def test_only_the_operator_records_requests_and_outputs(atelier: Atelier) -> None:
    request = _request(atelier)
    stranger = atelier.parties["daruma"]

    with pytest.raises(RightsError, match="Only the operator"):
        _say(atelier, "request", request.to_public(), request.to_sealed(), atelier.model, by=stranger)
    made = _output(atelier, _asked(atelier).entry)
    with pytest.raises(RightsError, match="Only the operator"):
        _say(atelier, "output", made.to_public(), made.to_sealed(), made.request, by=stranger)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_request_that_does_not_rest_on_what_it_names_is_refused(atelier: Atelier, missing: int) -> None:
    beneath = [atelier.model, atelier.user, atelier.grants["daruma"]]
    del beneath[missing]
    request = _request(atelier)

    with pytest.raises(CheckFailedError, match="does not rest on"):
        _say(atelier, "request", request.to_public(), request.to_sealed(), *beneath)


def test_a_request_without_its_prompt_or_of_nobody_is_refused(atelier: Atelier) -> None:
    beneath = (atelier.model, atelier.user, atelier.grants["daruma"])
    public = _request(atelier).to_public()

    with pytest.raises(CheckFailedError, match="with its prompt"):
        _say(atelier, "request", public, {"user": atelier.user}, *beneath)
    nobody = replace(_request(atelier), user=PartyId(atelier.model)).to_sealed()
    with pytest.raises(InputError, match="is no party"):
        _say(atelier, "request", public, nobody, *beneath)


@pytest.mark.parametrize(
    "wrong", [{"index": 2}, {"output": "00" * 32}, {"pixel_digest": "00" * 32}, {"features": None}, {"index": 1}]
)
def test_an_output_that_does_not_follow_from_its_request_is_refused(
    atelier: Atelier, wrong: dict[str, int | str | None]
) -> None:
    made = _output(atelier, _asked(atelier).entry)

    with pytest.raises(CheckFailedError, match="does not follow"):
        _made(atelier, replace(made, **wrong))  # type: ignore[arg-type]


def test_an_output_is_recorded_once(atelier: Atelier) -> None:
    made = _output(atelier, _asked(atelier).entry)
    _made(atelier, made)
    other = pixel_digest(bytes([1, 2, 3]), 1, 1, 1, 3)
    model = atelier.training.read(atelier.model).model.model
    twin = replace(made, pixel_digest=other, output=output_id(model, made.request, 7, 0, other))

    with pytest.raises(CheckFailedError, match="recorded already"):
        _made(atelier, replace(made, features=(9,)))
    with pytest.raises(CheckFailedError, match="output 0 of the request is recorded already"):
        _made(atelier, twin)


def test_an_output_of_what_is_no_request_is_refused(atelier: Atelier) -> None:
    with pytest.raises(OkuzukeError, match="no request"):
        _made(atelier, _output(atelier, atelier.model))
