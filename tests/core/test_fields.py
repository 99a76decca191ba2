from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, choose, only

DIGEST = "7f" * 32


class Use(StrEnum):
    TRAIN = "train"
    GENERATE = "generate"


def test_every_field_is_read_by_its_type() -> None:
    fields = Fields(
        {
            "text": "奥付",
            "line": "",
            "digest": DIGEST,
            "digests": [DIGEST, DIGEST],
            "texts": ["a", "b"],
            "integer": 3,
            "truth": False,
            "instant": "2026-12-01T00:00:00.000000Z",
            "choice": "train",
            "choices": ["generate", "train"],
            "object": {"inner": 1},
            "objects": [{"inner": 1}, {"inner": 2}],
            "raw": [None],
        },
        "draft",
    )
    assert fields.text("text") == "奥付"
    assert fields.line("line") == ""
    assert fields.digest("digest") == DIGEST
    assert fields.digests("digests") == (DIGEST, DIGEST)
    assert fields.texts("texts") == ("a", "b")
    assert fields.integer("integer") == 3
    assert fields.truth("truth") is False
    assert fields.instant("instant") == datetime(2026, 12, 1, tzinfo=UTC)
    assert fields.choice("choice", Use) is Use.TRAIN
    assert fields.choices("choices", Use) == (Use.GENERATE, Use.TRAIN)
    assert fields.object("object").integer("inner") == 1
    assert [inner.integer("inner") for inner in fields.objects("objects")] == [1, 2]
    assert fields.raw("raw") == [None]
    fields.end()


def test_a_field_that_nobody_reads_is_refused() -> None:
    fields = Fields({"known": "a", "unknown": "b"}, "draft")
    fields.text("known")
    with pytest.raises(InputError, match="draft has an unknown field 'unknown'"):
        fields.end()


def test_a_field_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="draft lacks the field 'kind'"):
        Fields({}, "draft").text("kind")


@pytest.mark.parametrize("value", [None, [], "text", 1])
def test_what_is_not_an_object_has_no_fields(value: object) -> None:
    with pytest.raises(InputError, match="draft is not an object"):
        Fields(value, "draft")


def test_an_optional_field_is_absent_or_null() -> None:
    fields = Fields({"there": "a", "null": None, "at": "2026-12-01T00:00:00.000000Z", "key": DIGEST}, "draft")
    assert (fields.has("there"), fields.has("null"), fields.has("absent")) == (True, False, False)
    assert (fields.optional_text("there"), fields.optional_text("null"), fields.optional_text("absent")) == (
        "a",
        None,
        None,
    )
    assert (fields.optional_instant("at"), fields.optional_instant("null")) == (datetime(2026, 12, 1, tzinfo=UTC), None)
    assert (fields.optional_digest("key"), fields.optional_digest("null")) == (DIGEST, None)
    fields.end()


@pytest.mark.parametrize(
    ("read", "values"),
    [
        (lambda fields: fields.text("it"), ["", 1, None, [], "x" * 4097]),
        (lambda fields: fields.optional_text("it"), ["", 1]),
        (lambda fields: fields.line("it"), [1, None, "x" * 4097]),
        (lambda fields: fields.digest("it"), ["", DIGEST.upper(), None]),
        (lambda fields: fields.digests("it"), [DIGEST, [DIGEST.upper()], None]),
        (lambda fields: fields.texts("it"), ["ab", [""], [1], None]),
        (lambda fields: fields.integer("it"), [-1, 2**53, True, "1", 1.0, None]),
        (lambda fields: fields.integer("it", low=1, high=3), [0, 4]),
        (lambda fields: fields.truth("it"), [0, 1, "true", None]),
        (lambda fields: fields.instant("it"), ["", "today", "2026-12-01", "2026-12-01T00:00:00Z", 0, None]),
        (lambda fields: fields.choice("it", Use), ["TRAIN", "", None, 1]),
        (lambda fields: fields.choices("it", Use), ["train", ["train", "TRAIN"]]),
        (lambda fields: fields.items("it"), ["ab", {}, None]),
        (lambda fields: fields.object("it"), [[], "ab", None]),
        (lambda fields: fields.objects("it"), [{}, [{}, 1]]),
    ],
    ids=lambda case: "" if callable(case) else repr(case)[:24],
)
def test_a_field_of_another_type_is_refused(read: Callable[[Fields], object], values: list[object]) -> None:
    for value in values:
        with pytest.raises(InputError):
            read(Fields({"it": value}, "draft"))


def test_an_error_inside_names_the_way_to_it() -> None:
    fields = Fields({"grants": [{"term": {"days": 1}}, {"term": {"days": "1"}}]}, "draft")
    with pytest.raises(InputError, match=r"draft\.grants\[1\]\.term\.days is not an integer"):
        [grant.object("term").integer("days") for grant in fields.objects("grants")]


def test_a_choice_outside_the_set_lists_the_set() -> None:
    with pytest.raises(InputError, match="use is 'sell'") as found:
        choose("sell", Use, "use")
    assert found.value.remedy == "use one of train, generate"


def test_sealed_fields_may_stay_shut_and_no_other_may_be_there() -> None:
    only({"fee": None}, "fee", "term")
    with pytest.raises(InputError, match="sealed has an unknown field 'name'"):
        only({"fee": "1", "name": "x"}, "fee", "term")
