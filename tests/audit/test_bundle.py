"""The file form: one spelling, nothing unknown, and whatever is thrown at the verifier is reported, never raised."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import Told
from forgery import Parts, failing, opened, sealed
from okuzuke.audit import bundle as bundles
from okuzuke.audit.bundle import Bundle, Document
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, Report, verify
from okuzuke.core.canonical import digest
from okuzuke.core.errors import OkuzukeError
from okuzuke.core.ids import AssetId, Entry, RowId, SetRoot
from okuzuke.ledger.submission import Row

Exported = Callable[[str, str], bytes]

DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SEEN = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20)
OBJECTS = st.dictionaries(st.text(max_size=8), JSON, max_size=4)
SALTS = st.binary(min_size=32, max_size=32)
BUNDLES = st.builds(
    Bundle,
    reader=st.sampled_from(["public", "auditor"]) | DIGESTS,
    subject=DIGESTS,
    documents=st.dictionaries(
        DIGESTS.map(Entry),
        st.builds(Document, SALTS, OBJECTS.map(lambda item: {"recorded_at": "x", "statement": item})),
        max_size=2,
    ),
    receipts=st.dictionaries(DIGESTS.map(Entry), st.text(), max_size=2),
    disclosures=st.dictionaries(DIGESTS.map(Entry), st.lists(SEEN, min_size=1, max_size=2).map(tuple), max_size=2),
    sets=st.dictionaries(DIGESTS.map(SetRoot), st.lists(DIGESTS.map(RowId), max_size=3).map(tuple), max_size=2),
    rows=st.lists(st.builds(Row, DIGESTS.map(RowId), SALTS, OBJECTS), max_size=2).map(
        lambda rows: {row.key: row for row in rows}
    ),
    files=st.dictionaries(DIGESTS.map(AssetId), st.binary(max_size=40), max_size=2),
    certificates=st.lists(SEEN, max_size=2).map(tuple),
)


@given(BUNDLES)
def test_a_bundle_reads_as_it_was_written(bundle: Bundle) -> None:
    data = bundle.to_bytes()

    assert bundles.parse(data) == (bundle, True)
    assert bundles.parse(data)[0].to_bytes() == data


def respelled(data: bytes) -> list[bytes]:
    """Return the same JSON in other spellings."""
    value = json.loads(data)
    return [
        data + b"\n",
        b" " + data,
        json.dumps(value).encode(),
        json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode(),
        json.dumps(dict(reversed(value.items())), ensure_ascii=False, separators=(",", ":")).encode(),
        data.replace(b"okz/1", b"okz\\/1", 1),
        data.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + data,
    ]


@pytest.mark.parametrize("spelling", range(8))
def test_a_second_spelling_fails_at_the_seal(exported: Exported, told: Told, trust: Trust, spelling: int) -> None:
    data = exported(told.entries["her grant"], "public")

    again = respelled(data)[spelling]

    assert again != data
    assert failing(verify(again, trust)) is Joint.SEAL


def doubled_key(parts: Parts) -> bytes:
    return sealed(parts)[:-1] + f',"seal":"{parts["seal"]}"}}'.encode()


def test_a_member_that_stands_twice_fails_at_the_seal(exported: Exported, told: Told, trust: Trust) -> None:
    parts = opened(exported(told.entries["her grant"], "public"))

    assert failing(verify(doubled_key(parts), trust)) is Joint.SEAL


UNKNOWN: list[tuple[str, Callable[[Parts], Any]]] = [
    ("a member", lambda parts: parts.update(note="x")),
    ("a format", lambda parts: parts.update(format="okz/2")),
    ("a reader", lambda parts: parts.update(reader="everyone")),
    ("a subject that is no digest", lambda parts: parts.update(subject="grant")),
    ("a member missing", lambda parts: parts.pop("certificates")),
    ("an envelope member", lambda parts: next(iter(parts["documents"].values()))[1].update(note="x")),
    ("an envelope without instant", lambda parts: next(iter(parts["documents"].values()))[1].pop("recorded_at")),
    ("a document of three", lambda parts: next(iter(parts["documents"].values())).append("x")),
    ("an entry in capitals", lambda parts: parts["receipts"].update({"AB" * 32: "x"})),
    ("no disclosures", lambda parts: parts["disclosures"].update({"ab" * 32: []})),
    ("a file in base64url", lambda parts: parts["files"].update({"ab" * 32: "_w=="})),
    ("a file without padding", lambda parts: parts["files"].update({"ab" * 32: "/w"})),
    ("a file with idle bits", lambda parts: parts["files"].update({"ab" * 32: "/x=="})),
]


@pytest.mark.parametrize(("what", "change"), UNKNOWN, ids=[what for what, _ in UNKNOWN])
def test_what_the_format_does_not_know_is_no_bundle(
    exported: Exported, told: Told, trust: Trust, what: str, change: Callable[[Parts], object]
) -> None:
    parts = opened(exported(told.entries["her grant"], "public"))
    change(parts)

    with pytest.raises(OkuzukeError):
        bundles.parse(sealed(parts))
    assert failing(verify(sealed(parts), trust)) is Joint.SEAL


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\x00" * 100,
        b'{"format":1.5}',
        b'{"format":NaN}',
        b'{"format":' + b"9" * 5000 + b"}",
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
        b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"format":"\\ud800"}',
        "奥付".encode("shift_jis"),
    ],
    ids=range(13),
)
def test_what_is_no_bundle_at_all_fails_at_the_seal(data: bytes, trust: Trust) -> None:
    assert failing(verify(data, trust)) is Joint.SEAL


def test_a_file_beyond_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    monkeypatch.setattr(bundles, "MAX_BYTES", 10)

    report = verify(b"x" * 11, trust)

    assert failing(report) is Joint.SEAL
    assert "11 bytes" in report.conclusion


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a JSON tree."""
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        found += places(item, (*path, name))
    return found


def change_at(parts: Parts, path: tuple[Any, ...], value: Any) -> Parts:
    changed = copy.deepcopy(parts)
    inner: Any = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        "null",
        "true",
        "0",
        "-1",
        str(2**53 - 1),
        '""',
        '"x"',
        f'"{"ab" * 32}"',
        '"0001-01-01T00:00:00.000000Z"',
        f'"did:key:z{"1" * 4000}"',
        "[]",
        "{}",
        '[{"x": [[]]}]',
    ]
).map(json.loads)


@pytest.fixture(scope="module")
def whole(exported: Exported, told: Told) -> tuple[Parts, list[tuple[Any, ...]]]:
    parts = opened(exported(told.entries["snapshot"], "auditor"))
    return parts, [path for path in places(parts) if path and path[0] not in ("seal", "format")]


@settings(max_examples=40)
@given(at=st.integers(0, 2**32), junk=JUNK)
def test_whatever_is_put_into_a_bundle_and_sealed_is_reported_and_never_holds(
    whole: tuple[Parts, list[tuple[Any, ...]]], trust: Trust, at: int, junk: Any
) -> None:
    parts, paths = whole
    changed = change_at(parts, paths[at % len(paths)], junk)

    report: Report = verify(sealed(changed), trust)

    assert report.holds == (changed == parts)


@settings(max_examples=40)
@given(
    member=st.sampled_from(["documents", "disclosures", "sets", "rows", "receipts", "files"]), at=st.integers(0, 2**32)
)
def test_whatever_is_taken_out_of_an_auditors_bundle_is_missed(
    whole: tuple[Parts, list[tuple[Any, ...]]], trust: Trust, member: str, at: int
) -> None:
    parts, _ = whole
    changed = copy.deepcopy(parts)
    names = sorted(parts[member])
    changed[member].pop(names[at % len(names)])
    later = set(parts["documents"]) - set(changed["documents"])

    report = verify(sealed(changed), trust)

    assert not report.holds, later


def test_the_seal_is_the_digest_of_the_canonical_bundle_without_it(exported: Exported, told: Told) -> None:
    parts = opened(exported(told.entries["grant"], "public"))
    body = {name: value for name, value in parts.items() if name != "seal"}

    assert parts["seal"] == digest(rfc8785.dumps(body)).hex()
    assert base64.b64decode(next(iter(parts["documents"].values()))[0], validate=True)


def test_a_long_sealed_field_is_read(exported: Exported, told: Told) -> None:
    parts = opened(exported(told.entries["grant"], "auditor"))
    parts["disclosures"][told.entries["grant"]] = ["A" * 100_000]

    bundle, _ = bundles.parse(sealed(parts))

    assert len(bundle.disclosures[told.entries["grant"]][0]) == 100_000
