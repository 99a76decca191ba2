from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_notes import AT, DID, KEY, draft, note, rows_of
from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest, parse_object
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import RowId
from okuzuke.ledger import merkle, statement, submission
from okuzuke.ledger.submission import Submission

ROWS = rows_of("Kokeshi", "Daruma", "Koinobori")
OTHER_ROWS = rows_of("Maneki-neko")
SHELF = note("shelf", sealed={"fee": "61000000"}, sets=[ROWS, OTHER_ROWS])

row_keys = st.lists(st.binary(min_size=32, max_size=32).map(lambda key: RowId(key.hex())), max_size=20)


def members(item: Submission) -> dict[str, Any]:
    return dict(parse_object(item.to_bytes(), "file"))


def test_a_signed_submission_survives_its_file() -> None:
    received = submission.parse(SHELF.to_bytes())
    assert received == SHELF
    assert statement.verify_proof(received.document) == DID


def test_a_draft_travels_to_its_signer_and_back() -> None:
    drafted = submission.drafted(draft("note", {"text": "a"}, {"fee": "1"}), DID, bytes)
    received = submission.parse(drafted.to_bytes())
    assert "proof" not in received.document
    assert statement.verify_proof(submission.signed(received, KEY, AT).document) == DID


def test_the_file_is_canonical_json_of_the_written_members() -> None:
    data = SHELF.to_bytes()
    assert data == canonical_bytes(parse_object(data, "file"))
    assert set(members(SHELF)) == {"format", "statement", "disclosures", "sets", "rows"}
    assert members(SHELF)["format"] == "okuzuke-draft/1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "okuzuke-draft/2"),
        ("statement", []),
        ("disclosures", [1]),
        ("disclosures", "ab"),
        ("sets", []),
        ("sets", {"5E": []}),
        ("sets", {"5e" * 32: ["7F" * 32]}),
        ("rows", []),
        ("rows", {"7f" * 32: ["AAAA"]}),
        ("rows", {"7f" * 32: ["AAAA", []]}),
        ("rows", {"7f" * 32: ["AAAB=", {}]}),
        ("rows", {"7F" * 32: ["AAAA", {}]}),
        ("unknown", 1),
    ],
)
def test_a_file_of_another_shape_is_refused(name: str, value: Json) -> None:
    with pytest.raises(InputError):
        submission.parse(canonical_bytes(members(SHELF) | {name: value}))


@pytest.mark.parametrize("name", ["format", "statement", "disclosures", "sets", "rows"])
def test_a_file_that_lacks_a_member_is_refused(name: str) -> None:
    found = members(SHELF)
    del found[name]
    with pytest.raises(InputError, match=f"lacks the field '{name}'"):
        submission.parse(canonical_bytes(found))


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_file_that_did_not_arrive_whole_is_refused(cut: int) -> None:
    with pytest.raises(InputError, match="not readable JSON"):
        submission.parse(SHELF.to_bytes()[:cut])


def test_a_row_is_named_by_sha_256_over_salt_and_canonical_row() -> None:
    row = submission.row_of({"name": "Daruma"}, bytes(32))
    assert row.key == digest(bytes(32) + b'{"name":"Daruma"}').hex()
    submission.check_row(row)


@pytest.mark.parametrize(
    "changes",
    [
        {"document": {"name": "Daruma "}},
        {"document": {}},
        {"salt": bytes(31) + b"\1"},
        {"salt": bytes(31)},
        {"salt": b""},
        {"key": "7f" * 32},
    ],
)
def test_a_changed_row_is_refused_and_named(changes: dict[str, Any]) -> None:
    row = replace(submission.row_of({"name": "Daruma"}, bytes(32)), **changes)
    with pytest.raises(CheckFailedError, match=f"row {row.key} was changed"):
        submission.check_row(row)


@given(row_keys)
def test_a_set_has_the_rfc_9162_root_over_its_row_digests(keys: list[RowId]) -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(key)) for key in keys]
    assert submission.set_root(keys) == merkle.root(leaves).hex()
    submission.check_set(submission.set_root(keys), keys)


def test_the_root_of_a_set_of_two_is_written_out() -> None:
    first, second = (digest(b"\x00" + bytes.fromhex(row.key)) for row in ROWS.rows[:2])
    assert submission.set_of(ROWS.rows[:2]).root == digest(b"\x01" + first + second).hex()


@pytest.mark.parametrize(
    "keys",
    [
        [row.key for row in ROWS.rows[:2]],
        [row.key for row in ROWS.rows[::-1]],
        [row.key for row in (*ROWS.rows, *OTHER_ROWS.rows)],
        [],
    ],
    ids=["one less", "another order", "one more", "none"],
)
def test_a_changed_set_is_refused_and_named(keys: list[RowId]) -> None:
    with pytest.raises(CheckFailedError, match=f"the rows of set {ROWS.root} have another root"):
        submission.check_set(ROWS.root, keys)


def test_a_statement_names_each_set_by_root_and_size() -> None:
    public = statement.read(SHELF.document).public
    assert statement.set_roots(public) == {ROWS.root: 3, OTHER_ROWS.root: 1}
    assert cast("JsonObject", public["rows 0"]) == {"root": ROWS.root, "size": 3}


def test_a_submission_carries_the_rows_of_all_its_sets() -> None:
    assert SHELF.sets == {
        ROWS.root: tuple(row.key for row in ROWS.rows),
        OTHER_ROWS.root: tuple(row.key for row in OTHER_ROWS.rows),
    }
    assert SHELF.rows == {row.key: row for row in (*ROWS.rows, *OTHER_ROWS.rows)}


def test_what_the_drafter_calls_the_ids_travels_with_the_file_and_is_not_signed() -> None:
    named = replace(SHELF, names={ROWS.rows[0].key: "こけし"})

    received = submission.parse(named.to_bytes())

    assert received.names == {ROWS.rows[0].key: "こけし"}
    assert received.document == SHELF.document
    assert "names" not in members(SHELF)


@pytest.mark.parametrize("names", [None, [], {"5E": "a"}, {"5e" * 32: ""}, {"5e" * 32: 1}, {"5e" * 32: "a" * 5000}])
def test_names_of_another_shape_are_refused(names: Json) -> None:
    with pytest.raises(InputError):
        submission.parse(canonical_bytes(members(SHELF) | {"names": names}))
