"""Statements against the W3C vector of eddsa-jcs-2022, and against every change one can make to a signed document."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, cast

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

import ledger_notes
from ledger_notes import AT, DID, KEY, OTHER_KEY
from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, parse_object
from okuzuke.core.errors import CheckFailedError, InputError, OkuzukeError
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.ledger import keys, statement
from okuzuke.ledger.statement import RestsOn

# github.com/w3c/vc-di-eddsa TestVectors/eddsa-jcs-2022 (Data Integrity EdDSA Cryptosuites 1.0, test vectors):
# keyPair, signedJCS, docHashJCS, proofHashJCS, sigHexJCS.
W3C_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
W3C_CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
W3C_DOCUMENT: JsonObject = {
    "@context": W3C_CONTEXT,
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_PROOF_CONFIG: JsonObject = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{W3C_PUBLIC}#{W3C_PUBLIC}",
    "proofPurpose": "assertionMethod",
    "@context": W3C_CONTEXT,
}
W3C_PROOF_HASH = "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
W3C_DOCUMENT_HASH = "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
W3C_SIGNATURE = (
    "407cd12654b33d718ecbb99179a1506daaa849450bf3fc523cce3e1c96f8b803"
    "51da3f253d725c6f00b07c9e5448d50b3ef78012b9ab54255116d069c6dd2808"
)
W3C_PROOF_VALUE = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"

GRANT = ledger_notes.draft(
    "grant",
    {"use": "train", "term": {"days": 365}, "open": True, "works": [1, 2]},
    {"fee": "61000000", "names": ["花子", None]},
    [RestsOn(entry=Entry("e1" * 32)), RestsOn(set_root=SetRoot("5e" * 32), position=3)],
)
DISCLOSURES = statement.seal(GRANT.sealed, bytes)  # salts of zeros, so that the ways below stay the same
DRAFTED = statement.compose(GRANT, DID, DISCLOSURES)
SIGNED = statement.sign(DRAFTED, KEY, AT)

Way = tuple[str | int, ...]
Tree = Any  # a document taken apart: tampering reaches inside

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
faces = st.dictionaries(texts, values, max_size=4)


def ways(value: Tree, at: Way = ()) -> Iterator[Way]:
    """Yield the way to every member and every item, containers before what they hold."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inside:
        yield (*at, name)
        yield from ways(item, (*at, name))


def inner(document: Tree, way: Way) -> Tree:
    for name in way:
        document = document[name]
    return document


def plain(document: JsonObject) -> Tree:
    return copy.deepcopy(dict(document))


def another(value: Tree) -> Tree:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case list():
            return [*value, "x"]
        case dict():
            return {**value, "unknown": "x"}
        case _:
            return "x"


def replaced(way: Way, value: Tree, document: JsonObject = SIGNED) -> JsonObject:
    result = plain(document)
    inner(result, way[:-1])[way[-1]] = value
    return cast("JsonObject", result)


def signed_with(document: JsonObject, **changes: Json) -> JsonObject:
    """Return a document whose signature holds, with proof members that `sign` would never write."""
    proof = dict(cast("JsonObject", statement.sign(DRAFTED, KEY, AT)["proof"])) | {"@context": document["@context"]}
    config = {name: value for name, value in proof.items() if name != "proofValue"} | changes
    signature = KEY.sign(statement.signing_input(document, config))
    return {**document, "proof": {**config, "proofValue": "z" + base58.b58encode(signature).decode()}}


def test_the_signing_input_is_the_published_combined_hash() -> None:
    combined = statement.signing_input(W3C_DOCUMENT, W3C_PROOF_CONFIG)
    assert combined.hex() == W3C_PROOF_HASH + W3C_DOCUMENT_HASH


def test_the_published_signature_verifies() -> None:
    assert "z" + base58.b58encode(bytes.fromhex(W3C_SIGNATURE)).decode() == W3C_PROOF_VALUE
    combined = statement.signing_input(W3C_DOCUMENT, W3C_PROOF_CONFIG)
    keys.verify(f"did:key:{W3C_PUBLIC}", bytes.fromhex(W3C_SIGNATURE), combined)


def test_the_published_key_signs_the_published_signature() -> None:
    prefix, seed = base58.b58decode(W3C_PRIVATE[1:])[:2], base58.b58decode(W3C_PRIVATE[1:])[2:]
    key = Ed25519PrivateKey.from_private_bytes(seed)
    assert prefix == b"\x80\x26"
    assert keys.did_of(key.public_key()) == f"did:key:{W3C_PUBLIC}"
    assert key.sign(statement.signing_input(W3C_DOCUMENT, W3C_PROOF_CONFIG)).hex() == W3C_SIGNATURE


def test_a_document_whose_issuer_is_not_the_key_is_refused_here() -> None:
    document = {**W3C_DOCUMENT, "proof": {**W3C_PROOF_CONFIG, "proofValue": W3C_PROOF_VALUE}}
    with pytest.raises(CheckFailedError, match=f"did:key:{W3C_PUBLIC} signed for another issuer"):
        statement.verify_proof(document)


def test_the_published_credential_is_no_statement_of_ours() -> None:
    document = {**W3C_DOCUMENT, "proof": {**W3C_PROOF_CONFIG, "proofValue": W3C_PROOF_VALUE}}
    with pytest.raises(InputError, match="not an okuzuke statement"):
        statement.read(document)


def test_a_signed_statement_verifies_and_reads_as_it_was_drafted() -> None:
    assert statement.verify_proof(SIGNED) == DID
    read = statement.read(SIGNED)
    assert (read.kind, read.version, read.signer, read.capacity) == ("grant", 1, GRANT.signer, "author")
    assert (read.issuer, read.created, read.rests_on, read.public) == (DID, AT, GRANT.rests_on, GRANT.public)


def test_a_statement_is_a_verifiable_credential_with_a_data_integrity_proof() -> None:
    proof = cast("JsonObject", SIGNED["proof"])
    assert SIGNED["@context"] == ["https://www.w3.org/ns/credentials/v2", {"@vocab": "urn:okuzuke:v1#"}]
    assert SIGNED["type"] == ["VerifiableCredential", "OkuzukeStatement"]
    assert SIGNED["issuer"] == DID
    assert proof["@context"] == SIGNED["@context"]
    assert proof["verificationMethod"] == f"{DID}#{DID.removeprefix('did:key:')}"
    assert proof["created"] == "2026-12-01T09:00:00.000000Z"


every_field = pytest.mark.parametrize("way", [*ways(plain(SIGNED))], ids=lambda way: ".".join(map(str, way)))


@every_field
def test_no_field_can_be_changed_after_signing(way: Way) -> None:
    with pytest.raises(CheckFailedError):
        statement.verify_proof(replaced(way, another(inner(SIGNED, way))))


@every_field
def test_no_field_can_take_another_type_after_signing(way: Way) -> None:
    value = inner(SIGNED, way)
    with pytest.raises(CheckFailedError):
        statement.verify_proof(replaced(way, [value] if isinstance(value, str) else str(value)))


@every_field
def test_no_field_can_be_taken_away_after_signing(way: Way) -> None:
    document = plain(SIGNED)
    del inner(document, way[:-1])[way[-1]]
    with pytest.raises(CheckFailedError):
        statement.verify_proof(document)


@pytest.mark.parametrize("way", [("credentialSubject", "rests_on"), ("credentialSubject", "sealed"), ("type",)])
def test_no_list_can_be_put_in_another_order_after_signing(way: Way) -> None:
    with pytest.raises(CheckFailedError):
        statement.verify_proof(replaced(way, inner(SIGNED, way)[::-1]))


def test_no_field_can_be_added_after_signing() -> None:
    with pytest.raises(CheckFailedError, match="does not verify"):
        statement.verify_proof({**SIGNED, "validUntil": "2027-12-01T00:00:00Z"})


def test_a_proof_cannot_be_moved_to_another_signer() -> None:
    other = keys.did_of(OTHER_KEY.public_key())
    moved = replaced(("proof", "verificationMethod"), f"{other}#{other.removeprefix('did:key:')}")
    with pytest.raises(CheckFailedError, match="signed for another issuer"):
        statement.verify_proof(moved)
    with pytest.raises(CheckFailedError, match=f"the signature does not verify under {other}"):
        statement.verify_proof({**moved, "issuer": other})


def test_a_proof_cannot_be_moved_to_another_statement() -> None:
    second = statement.sign(statement.compose(ledger_notes.draft("grant", {"use": "generate"}), DID, ()), KEY, AT)
    with pytest.raises(CheckFailedError, match="does not verify"):
        statement.verify_proof({**second, "proof": SIGNED["proof"]})


@pytest.mark.parametrize("suffix", [" ", "\n", "\t\r\n"])
def test_a_proof_value_has_one_spelling(suffix: str) -> None:
    value = str(inner(SIGNED, ("proof", "proofValue")))
    with pytest.raises(CheckFailedError, match="second spelling"):
        statement.verify_proof(replaced(("proof", "proofValue"), value + suffix))


@pytest.mark.parametrize("value", ["", "z", "m" + "A" * 86, "z0OIl", "zＡ", None, 1])
def test_a_proof_value_that_is_no_signature_is_refused(value: Json) -> None:
    with pytest.raises(CheckFailedError):
        statement.verify_proof(replaced(("proof", "proofValue"), value))


@pytest.mark.parametrize(
    "did", ["did:web:okuzuke.example", "did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW", "urn:x", ""]
)
def test_a_signer_that_is_no_ed25519_did_key_is_refused(did: str) -> None:
    document = signed_with({**DRAFTED, "issuer": did}, verificationMethod=f"{did}#{did.removeprefix('did:key:')}")
    with pytest.raises(OkuzukeError):
        statement.verify_proof(document)


def test_a_proof_for_another_purpose_is_refused() -> None:
    document = signed_with(DRAFTED, proofPurpose="authentication")
    with pytest.raises(CheckFailedError, match="not eddsa-jcs-2022 over this context"):
        statement.verify_proof(document)


def test_a_draft_is_signed_by_the_key_it_names() -> None:
    with pytest.raises(InputError, match="this document names"):
        statement.sign(DRAFTED, OTHER_KEY, AT)


def test_a_statement_is_signed_once() -> None:
    with pytest.raises(InputError, match="signed already"):
        statement.sign(SIGNED, KEY, AT)


def test_an_unsigned_draft_verifies_nowhere() -> None:
    with pytest.raises(CheckFailedError, match="carries no proof"):
        statement.verify_proof(DRAFTED)


MISSHAPEN: list[tuple[str, Callable[[Tree], object]]] = [
    ("a member beside the subject", lambda top: top.update(id="urn:x")),
    ("a member in the subject", lambda top: top["credentialSubject"].update(id="did:example:x")),
    ("no kind", lambda top: top["credentialSubject"].pop("kind")),
    ("an empty kind", lambda top: top["credentialSubject"].update(kind="")),
    ("no version", lambda top: top["credentialSubject"].pop("version")),
    ("a version that is a truth", lambda top: top["credentialSubject"].update(version=True)),
    ("a version that is a text", lambda top: top["credentialSubject"].update(version="1")),
    ("no signer", lambda top: top["credentialSubject"].pop("signer")),
    ("a signer that is no digest", lambda top: top["credentialSubject"].update(signer="花子")),
    ("no capacity", lambda top: top["credentialSubject"].pop("capacity")),
    ("no rests_on", lambda top: top["credentialSubject"].pop("rests_on")),
    ("a ground that is no object", lambda top: top["credentialSubject"].update(rests_on=["e1" * 32])),
    ("a ground of no kind", lambda top: top["credentialSubject"].update(rests_on=[{}])),
    ("a ground of two kinds", lambda top: top["credentialSubject"]["rests_on"][0].update(set="5e" * 32)),
    ("an entry with a position", lambda top: top["credentialSubject"]["rests_on"][0].update(position=0)),
    ("a position before the first", lambda top: top["credentialSubject"]["rests_on"][1].update(position=-1)),
    ("an entry that is no digest", lambda top: top["credentialSubject"]["rests_on"][0].update(entry="E1" * 32)),
    ("no public face", lambda top: top["credentialSubject"].pop("public")),
    ("a public face that is a list", lambda top: top["credentialSubject"].update(public=[])),
    ("sealed digests out of order", lambda top: top["credentialSubject"]["sealed"].reverse()),
    ("a sealed digest twice", lambda top: top["credentialSubject"].update(sealed=["a", "a"])),
    ("a sealed digest that is no text", lambda top: top["credentialSubject"].update(sealed=[1])),
    ("another type", lambda top: top.update(type=["VerifiableCredential"])),
    ("another context", lambda top: top["@context"].append("https://example.org/v1")),
    ("a subject that is a list", lambda top: top.update(credentialSubject=[])),
]


@pytest.mark.parametrize(("change"), [case[1] for case in MISSHAPEN], ids=[case[0] for case in MISSHAPEN])
def test_a_statement_of_another_shape_is_refused_though_its_signature_holds(change: Callable[[Tree], object]) -> None:
    document = plain(DRAFTED)
    change(document)
    signed = signed_with(document)
    assert statement.verify_proof(signed) == DID
    with pytest.raises(InputError):
        statement.read(signed)


@pytest.mark.parametrize("changes", [{"domain": "example.org"}, {"created": "yesterday"}, {"created": None}])
def test_a_proof_of_another_shape_is_refused_though_its_signature_holds(changes: dict[str, Json]) -> None:
    signed = signed_with(DRAFTED, **changes)
    assert statement.verify_proof(signed) == DID
    with pytest.raises(InputError):
        statement.read(signed)


@given(faces)
def test_every_public_face_survives_signing_and_the_file(face: dict[str, Json]) -> None:
    document = statement.compose(ledger_notes.draft("note", face), DID, ())
    received = parse_object(canonical_bytes(statement.sign(document, KEY, AT)), "file")
    assert statement.verify_proof(received) == DID
    assert statement.read(received).public == face


def test_a_public_face_names_its_sets_with_their_sizes() -> None:
    face: JsonObject = {
        "works": {"root": "5e" * 32, "size": 2},
        "more": {"root": "5f" * 32, "size": 0},
        "term": {"size": 3},
        "note": {"root": "x", "size": 1, "more": 2},
        "text": "works",
    }
    assert statement.set_roots(face) == {"5e" * 32: 2, "5f" * 32: 0}


@pytest.mark.parametrize("named", [{"root": "5E" * 32, "size": 2}, {"root": "5e" * 32, "size": -1}])
def test_a_set_that_is_named_wrongly_is_refused(named: JsonObject) -> None:
    with pytest.raises(InputError):
        statement.set_roots({"works": named})


def test_a_set_that_is_named_with_two_sizes_is_refused() -> None:
    face: JsonObject = {"works": {"root": "5e" * 32, "size": 2}, "again": {"root": "5e" * 32, "size": 3}}
    with pytest.raises(InputError, match="is named with two sizes"):
        statement.set_roots(face)
