"""Sealed fields: disclosures in the form of SD-JWT, which open what was signed and nothing else."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger_notes
from ledger_notes import AT, DID, KEY
from okuzuke.core.canonical import Json, canonical_bytes, digest, encode_base64url
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.ledger import statement
from okuzuke.ledger.statement import Disclosure

# RFC 9901 (SD-JWT) section 4.2: a disclosure and its digest. It is written with blanks, which canonical JSON has not.
SD_JWT_DISCLOSURE = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
SD_JWT_DIGEST = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"

SEALED: dict[str, Json] = {"fee": "61000000", "names": ["花子", None]}
DISCLOSURES = statement.seal(SEALED, bytes)  # salts of zeros
SIGNED = statement.sign(statement.compose(ledger_notes.draft("grant", {}, SEALED), DID, DISCLOSURES), KEY, AT)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


@given(st.dictionaries(texts, values, max_size=4))
def test_every_sealed_field_opens_as_it_was_sealed(sealed: dict[str, Json]) -> None:
    disclosures = statement.seal(sealed, os.urandom)
    signed = statement.sign(statement.compose(ledger_notes.draft("note", {}, sealed), DID, disclosures), KEY, AT)
    opened = statement.check_disclosures(statement.read(signed), [disclosure.text for disclosure in disclosures])
    assert opened == sealed


def test_nothing_of_a_sealed_field_stands_in_the_document() -> None:
    document = canonical_bytes(SIGNED)
    for hidden in ("fee", "61000000", "names", "花子"):
        assert hidden.encode() not in document
    assert statement.read(SIGNED).sealed == tuple(sorted(disclosure.digest for disclosure in DISCLOSURES))


def test_a_disclosure_is_digested_as_sd_jwt_does() -> None:
    assert Disclosure("family_name", "Möbius", SD_JWT_DISCLOSURE).digest == SD_JWT_DIGEST


def test_a_disclosure_has_the_written_form() -> None:
    (disclosure,) = statement.seal({"fee": "1"}, bytes)
    assert disclosure.text == encode_base64url(b'["AAAAAAAAAAAAAAAAAAAAAA","fee","1"]')
    assert disclosure.digest == encode_base64url(digest(disclosure.text.encode()))


def test_a_reader_may_be_shown_one_field_and_not_the_other() -> None:
    fee = next(disclosure for disclosure in DISCLOSURES if disclosure.name == "fee")
    assert statement.check_disclosures(statement.read(SIGNED), [fee.text]) == {"fee": "61000000"}
    assert statement.check_disclosures(statement.read(SIGNED), []) == {}


def test_the_disclosure_of_another_statement_is_refused() -> None:
    (foreign,) = statement.seal({"fee": "61000000"}, os.urandom)
    with pytest.raises(CheckFailedError, match="the sealed field 'fee' is not the one that was signed"):
        statement.check_disclosures(statement.read(SIGNED), [foreign.text])


def test_a_field_does_not_open_twice() -> None:
    with pytest.raises(CheckFailedError, match="opens twice"):
        statement.check_disclosures(statement.read(SIGNED), [DISCLOSURES[0].text, DISCLOSURES[0].text])


def test_two_sealed_values_of_one_name_are_refused() -> None:
    twice = [*statement.seal({"fee": "1"}, os.urandom), *statement.seal({"fee": "2"}, os.urandom)]
    signed = statement.sign(statement.compose(ledger_notes.draft("note", {}), DID, twice), KEY, AT)
    with pytest.raises(CheckFailedError, match="opens twice"):
        statement.check_disclosures(statement.read(signed), [disclosure.text for disclosure in twice])


def test_a_sealed_field_cannot_stand_in_for_a_public_one() -> None:
    sealed = statement.seal({"use": "generate"}, os.urandom)
    signed = statement.sign(statement.compose(ledger_notes.draft("note", {"use": "train"}), DID, sealed), KEY, AT)
    with pytest.raises(CheckFailedError, match="opens twice"):
        statement.check_disclosures(statement.read(signed), [disclosure.text for disclosure in sealed])


@pytest.mark.parametrize(
    "data",
    [
        b'["AAAAAAAAAAAAAAAAAAAAAA", "fee", "1"]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee","\\u0031"]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee","1"],"more":1',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee","1"]}',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee",1.0]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee",{"a":1,"a":2}]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee"]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","fee","1","2"]',
        b'["AAAAAAAAAAAAAAAAAAAAAA",1,"1"]',
        b'["AAAAAAAAAAAAAAAAAAAAA","fee","1"]',
        b'["AAAAAAAAAAAAAAAAAAAAAB","fee","1"]',
        b'["AAAA","fee","1"]',
        b'{"fee":"1"}',
        b"",
        b"\xff",
    ],
)
def test_a_disclosure_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        statement.open_disclosure(encode_base64url(data))


@pytest.mark.parametrize("text", [DISCLOSURES[0].text + "=", DISCLOSURES[0].text + "\n", SD_JWT_DISCLOSURE, "花"])
def test_a_disclosure_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError):
        statement.open_disclosure(text)
