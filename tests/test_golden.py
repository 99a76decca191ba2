"""The formats are frozen: today's code makes the golden bundle byte for byte, and a stranger's few lines agree with it.

The second half imports nothing of ours. It is written from docs/formats.md alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from golden.make import BUNDLE, TRUST, make
from okuzuke.audit import trust as trusts
from okuzuke.audit.verifier import verify

SLOT_KEY = b"slot" * 8
B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def test_todays_code_makes_the_golden_bundle_byte_for_byte() -> None:
    bundle, trust = make()

    assert bundle == BUNDLE.read_bytes()
    assert trust == TRUST.read_bytes()


def test_todays_verifier_accepts_the_golden_bundle() -> None:
    report = verify(BUNDLE.read_bytes(), trusts.read(TRUST))

    assert report.conclusion == "matches the record (記録と一致); it does not prove ownership"
    assert report.answers[0].startswith("snapshot ")


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    loaded = json.loads(BUNDLE.read_bytes())
    assert isinstance(loaded, dict)
    return loaded


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:]))


def base58(text: str) -> bytes:
    number = 0
    for character in text:
        number = number * 58 + B58.index(character)
    return number.to_bytes(-(-number.bit_length() // 8), "big")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def subjects(golden: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    found = {}
    for entry, (_, document) in golden["documents"].items():
        subject = document["statement"]["credentialSubject"]
        if subject["kind"] == kind:
            found[entry] = subject
    return found


def opened(golden: dict[str, Any], entry: str) -> dict[str, Any]:
    values = {}
    for text in golden["disclosures"].get(entry, []):
        _salt, name, value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values[name] = value
    return values


def places(golden: dict[str, Any]) -> list[dict[str, Any]]:
    (snapshot,) = subjects(golden, "snapshot").values()
    return [golden["rows"][key][1] for key in golden["sets"][snapshot["public"]["manifest"]["root"]]]


def test_the_seal_is_that_of_the_canonical_file(golden: dict[str, Any]) -> None:
    seal = golden.pop("seal")
    body = rfc8785.dumps(golden)
    golden["seal"] = seal

    assert sha256(body).hex() == seal
    assert rfc8785.dumps(golden) == BUNDLE.read_bytes()
    assert golden["format"] == "okz/1"


def test_an_entry_is_the_digest_of_salt_and_document(golden: dict[str, Any]) -> None:
    assert len(golden["documents"]) > 30
    for entry, (salt, document) in golden["documents"].items():
        assert len(base64.b64decode(salt)) == 32
        assert sha256(base64.b64decode(salt) + rfc8785.dumps(document)).hex() == entry
        assert set(document) == {"recorded_at", "statement"}


def test_a_statement_is_a_credential_with_an_eddsa_jcs_2022_proof(golden: dict[str, Any]) -> None:
    for _, document in golden["documents"].values():
        statement = dict(document["statement"])
        proof = dict(statement.pop("proof"))
        assert statement["@context"] == ["https://www.w3.org/ns/credentials/v2", {"@vocab": "urn:okuzuke:v1#"}]
        signature = base58(proof.pop("proofValue").removeprefix("z")).rjust(64, b"\x00")
        assert proof["cryptosuite"] == "eddsa-jcs-2022"
        assert base58(statement["issuer"].removeprefix("did:key:z"))[:2] == b"\xed\x01"
        key = Ed25519PublicKey.from_public_bytes(base58(statement["issuer"].removeprefix("did:key:z"))[2:])
        key.verify(signature, sha256(rfc8785.dumps(proof)) + sha256(rfc8785.dumps(statement)))


def test_a_disclosure_is_sealed_by_its_digest(golden: dict[str, Any]) -> None:
    for entry, texts in golden["disclosures"].items():
        sealed = golden["documents"][entry][1]["statement"]["credentialSubject"]["sealed"]
        assert sorted(base64url(sha256(text.encode("ascii"))) for text in texts) == sealed
        for text in texts:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            assert rfc8785.dumps(json.loads(raw)) == raw
            assert len(base64.urlsafe_b64decode(json.loads(raw)[0] + "==")) == 16


def test_a_row_is_named_by_its_digest_and_a_set_by_its_root(golden: dict[str, Any]) -> None:
    for key, (salt, row) in golden["rows"].items():
        assert sha256(base64.b64decode(salt) + rfc8785.dumps(row)).hex() == key
    for root, keys in golden["sets"].items():
        assert tree([bytes.fromhex(key) for key in keys]).hex() == root


def test_an_item_is_the_digest_of_file_caption_and_tags(golden: dict[str, Any]) -> None:
    assert len(places(golden)) == 12
    for place in places(golden):
        work = golden["rows"][place["work"]][1]
        assert sha256(rfc8785.dumps([work["asset"], work["caption"], work["tags"]])).hex() == place["item"]
        assert set(place) == {"slot", "work", "item", "family", "basis", "sheet", "rests_on"}


def test_a_slot_is_dealt_by_the_slot_key(golden: dict[str, Any]) -> None:
    registers = subjects(golden, "register")
    taken: set[int] = set()
    slots = {}
    dealings = sorted(subjects(golden, "slots"), key=lambda entry: golden["documents"][entry][1]["recorded_at"])
    for entry in dealings:
        register = registers[subjects(golden, "slots")[entry]["public"]["register"]]
        for work, slot in zip(
            golden["sets"][register["public"]["rows"]["root"]], opened(golden, entry)["slots"], strict=True
        ):
            for counter in range(10):
                mac = hmac.digest(SLOT_KEY, bytes.fromhex(work) + counter.to_bytes(4, "big"), "sha256")
                if int.from_bytes(mac, "big") % 65_536 not in taken:
                    break
            assert int.from_bytes(mac, "big") % 65_536 == slot
            taken.add(slot)
            slots[work] = slot
    assert [place["slot"] for place in places(golden)] == sorted(slots[place["work"]] for place in places(golden))


def test_a_receipt_leads_to_the_root_of_one_signed_checkpoint(golden: dict[str, Any]) -> None:
    notes = set()
    brought = ""
    for entry, text in golden["receipts"].items():
        head, _, note = text.partition("\n\n")
        notes.add(note)
        lines = head.split("\n")
        assert lines.pop(0) == "c2sp.org/tlog-proof@v1"
        if lines[0].startswith("extra "):
            brought = base64.b64decode(lines.pop(0).removeprefix("extra ")).decode()
            assert lines[0] == "index 0"
        index = int(lines.pop(0).removeprefix("index "))
        found, last = sha256(b"\x00" + bytes.fromhex(entry)), int(note.split("\n")[1]) - 1
        for step in map(base64.b64decode, lines):
            if index & 1 or index == last:
                found = sha256(b"\x01" + step + found)
                while index and not index & 1:
                    index, last = index >> 1, last >> 1
            else:
                found = sha256(b"\x01" + found + step)
            index, last = index >> 1, last >> 1
        assert base64.b64encode(found).decode() == note.split("\n")[2]
    (note,) = notes
    body, _, line = note.partition("\n\n")
    name, key_id, material = brought.split("+", 2)
    assert name == body.split("\n")[0]
    signed = base64.b64decode(line.split(" ")[2])
    assert signed[:4].hex() == key_id
    assert key_id == sha256(name.encode() + b"\n" + base64.b64decode(material)).hex()[:8]
    Ed25519PublicKey.from_public_bytes(base64.b64decode(material)[1:]).verify(signed[4:], f"{body}\n".encode())
    assert json.loads(TRUST.read_bytes())["log"] == brought
