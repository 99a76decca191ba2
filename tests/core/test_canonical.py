"""RFC 8785, RFC 4648, and what is refused before it can be hashed."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core import canonical
from okuzuke.core.canonical import Json, canonical_bytes, parse_object
from okuzuke.core.errors import InputError

# RFC 8785 section 3.2.3: names are sorted by their UTF-16 code units, so the emoji stands before U+FB33.
SORTING_INPUT = r"""{
  "\u20ac": "Euro Sign",
  "\r": "Carriage Return",
  "\ufb33": "Hebrew Letter Dalet With Dagesh",
  "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face",
  "\u0080": "Control",
  "\u00f6": "Latin Small Letter O With Diaeresis"
}"""
SORTING_OUTPUT = (
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",'
    '"\u20ac":"Euro Sign","\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
)
# RFC 8785 section 3.2.2 without its floats.
LITERALS_INPUT = r"""{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
LITERALS_OUTPUT = r"""{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"""
# github.com/cyberphone/json-canonicalization, test data by RFC 8785's author: structures (56.0 written 56), french.
STRUCTURES_INPUT = r"""{"1": {"f": {"f": "hi","F": 5} ,"\n": 56}, "10": { }, "": "empty", "a": { }, "111": [ { } ],
  "A": { } }"""
STRUCTURES_OUTPUT = r"""{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}"""
FRENCH_INPUT = '{"sin": 1, "pêche": 2, "péché": 3, "peach": 4}'
FRENCH_OUTPUT = '{"peach":4,"péché":3,"pêche":2,"sin":1}'
# The same: unicode. A letter with two marks is not normalised.
UNICODE_INPUT = r'{"Unnormalized Unicode": "\u1e0d\u0307"}'
UNICODE_OUTPUT = '{"Unnormalized Unicode":"\u1e0d\u0307"}'

# RFC 4648 section 10.
BASE64 = [
    (b"", ""),
    (b"f", "Zg=="),
    (b"fo", "Zm8="),
    (b"foo", "Zm9v"),
    (b"foob", "Zm9vYg=="),
    (b"fooba", "Zm9vYmE="),
    (b"foobar", "Zm9vYmFy"),
]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
objects = st.dictionaries(texts, values, max_size=5)


@pytest.mark.parametrize(
    ("given_text", "canonical_text"),
    [
        (SORTING_INPUT, SORTING_OUTPUT),
        (LITERALS_INPUT, LITERALS_OUTPUT),
        (STRUCTURES_INPUT, STRUCTURES_OUTPUT),
        (FRENCH_INPUT, FRENCH_OUTPUT),
        (UNICODE_INPUT, UNICODE_OUTPUT),
    ],
    ids=["sorting", "literals", "structures", "french", "unicode"],
)
def test_the_examples_of_rfc_8785_have_their_published_form(given_text: str, canonical_text: str) -> None:
    assert canonical_bytes(parse_object(given_text, "example")) == canonical_text.encode()


# RFC 8785 appendix B: zero and minus zero. Its largest integers, 2**53 and -2**53, are one too far for I-JSON.
@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (-0, "0"), (2**53 - 1, "9007199254740991"), (-(2**53) + 1, "-9007199254740991")],
)
def test_integers_that_every_reader_holds_exactly_have_a_form(number: int, text: str) -> None:
    assert canonical_bytes([number]).decode() == f"[{text}]"


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_an_integer_that_some_readers_would_round_is_refused(number: int) -> None:
    with pytest.raises(InputError, match="no canonical JSON form"):
        canonical_bytes({"amount": number})


@pytest.mark.parametrize("number", [0.5, 1.0, -0.0, 1e30, float("nan"), float("inf")])
def test_a_float_is_never_hashed(number: float) -> None:
    with pytest.raises(InputError, match="no canonical JSON form"):
        canonical_bytes({"rows": [{"rho": cast("int", number)}]})


@pytest.mark.parametrize("text", ['{"a":0.5}', '{"a":[1e3]}', '{"a":1.0}', '{"a":NaN}', '{"a":-Infinity}'])
def test_a_float_is_never_read(text: str) -> None:
    with pytest.raises(InputError, match="is not an integer"):
        parse_object(text, "file")


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"b":[{"a":1,"a":2}]}', r'{"a":1,"\u0061":2}'])
def test_a_key_that_appears_twice_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="file is not readable JSON: a key appears twice"):
        parse_object(text, "file")


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"{}"', "{'a':1}", '{"a":1} {}', b'{"a":"\xff"}', b"\x00{"])
def test_what_is_not_one_json_object_is_refused(text: str | bytes) -> None:
    with pytest.raises(InputError, match="file is not"):
        parse_object(text, "file")


def test_a_file_of_endless_brackets_is_refused() -> None:
    with pytest.raises(InputError, match="file is not readable JSON"):
        parse_object('{"a":' + "[" * 200_000, "file")


@pytest.mark.parametrize("value", [{"a": "\ud800"}, {"\ud800": "a"}], ids=["value", "name"])
def test_half_a_character_has_no_canonical_form(value: Json) -> None:
    with pytest.raises(InputError, match="no canonical JSON form"):
        canonical_bytes(value)


def test_a_value_nested_beyond_all_reading_has_no_canonical_form() -> None:
    value: Json = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InputError, match="no canonical JSON form"):
        canonical_bytes(value)


@given(objects)
def test_the_canonical_form_reads_back_as_the_same_value(value: dict[str, Json]) -> None:
    assert parse_object(canonical_bytes(value), "value") == value


@given(objects)
def test_the_canonical_form_depends_on_the_value_alone(value: dict[str, Json]) -> None:
    reordered = dict(reversed(value.items()))
    respelled = json.dumps(reordered, indent=2, ensure_ascii=True)
    assert canonical_bytes(parse_object(respelled, "value")) == canonical_bytes(value)


@pytest.mark.parametrize(("data", "text"), BASE64)
def test_base64_is_that_of_rfc_4648_with_padding(data: bytes, text: str) -> None:
    assert canonical.encode_base64(data) == text
    assert canonical.decode_base64(text) == data


@pytest.mark.parametrize(("data", "text"), BASE64)
def test_base64url_is_that_of_rfc_4648_without_padding(data: bytes, text: str) -> None:
    assert canonical.encode_base64url(data) == text.rstrip("=")
    assert canonical.decode_base64url(text.rstrip("=")) == data


@pytest.mark.parametrize("text", ["Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Zg==Zg==", "-_-_", "Zｇ==", "Z"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError, match="base64"):
        canonical.decode_base64(text)


@pytest.mark.parametrize("text", ["Zg==", "Zh", "Zg\n", "+/+/", "Zｇ", "Z"])
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError, match="base64url"):
        canonical.decode_base64url(text)


@given(st.binary(max_size=70))
def test_every_bytes_round_trip_through_both_base64s(data: bytes) -> None:
    assert canonical.decode_base64(canonical.encode_base64(data)) == data
    assert canonical.decode_base64url(canonical.encode_base64url(data)) == data


def test_a_salted_digest_is_sha_256_over_salt_and_canonical_form() -> None:
    # (head -c 32 /dev/zero; printf '{"a":1}') | sha256sum
    assert (
        canonical.salted_digest(bytes(32), {"a": 1}).hex()
        == "b06a229070741292512e8760f470dd7a4c46ccfdf253df781d88dabe58c1ccb1"
    )


def test_another_salt_hides_the_same_value_under_another_digest() -> None:
    assert canonical.salted_digest(bytes(32), {"a": 1}) != canonical.salted_digest(bytes(31) + b"\1", {"a": 1})


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(InputError, match=f"a salt has 32 bytes, this one {length}"):
        canonical.salted_digest(bytes(length), {"a": 1})
