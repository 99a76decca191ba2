"""A bundle changed and sealed anew still fails, and the joint that gives way is named."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import archives
from archives import Told
from forgery import Parts, failing, opened, sealed
from okuzuke.audit import trust as trusts
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, verify
from okuzuke.ledger import checkpoint, receipt

Exported = Callable[[str, str], bytes]
Change = Callable[[Parts, Told], None]


def subject_of(parts: Parts, told: Told, name: str) -> Parts:
    """Return the credentialSubject of a statement of the story."""
    subject = parts["documents"][told.entries[name]][1]["statement"]["credentialSubject"]
    assert isinstance(subject, dict)
    return subject


def row_with(parts: Parts, member: str) -> list[Any]:
    """Return the first row that has this member."""
    return next(row for _, row in sorted(parts["rows"].items()) if member in row[1])


def disclose(parts: Parts, told: Told, name: str, change: Callable[[list[Any]], None]) -> None:
    texts = parts["disclosures"][told.entries[name]]
    value = json.loads(base64.urlsafe_b64decode(texts[0] + "=="))
    change(value)
    texts[0] = base64.urlsafe_b64encode(rfc8785.dumps(value)).decode().rstrip("=")


def drop(parts: Parts, entry: str) -> None:
    for member in ("documents", "receipts", "disclosures"):
        parts[member].pop(entry, None)


def notes(parts: Parts, change: Callable[[str], str]) -> None:
    """Change the checkpoint under every receipt in the same way."""
    for entry, text in parts["receipts"].items():
        head, _, note = text.partition("\n\n")
        parts["receipts"][entry] = f"{head}\n\n{change(note)}"


def manifest(parts: Parts, told: Told) -> str:
    return str(subject_of(parts, told, "snapshot")["public"]["manifest"]["root"])


def grant_field(parts: Parts, told: Told) -> None:
    subject_of(parts, told, "grant")["public"]["law"] = "US"


def wider_period(parts: Parts, told: Told) -> None:
    subject_of(parts, told, "grant")["public"]["allow"][0]["until"] = None


def capacity(parts: Parts, told: Told) -> None:
    subject_of(parts, told, "grant")["capacity"] = "window"


def signer(parts: Parts, told: Told) -> None:
    subject_of(parts, told, "grant")["signer"] = told.parties["studio"]


def issuer(parts: Parts, told: Told) -> None:
    statement = parts["documents"][told.entries["grant"]][1]["statement"]
    statement["issuer"] = parts["documents"][told.entries["consent of the studio"]][1]["statement"]["issuer"]


def signature(parts: Parts, told: Told) -> None:
    proof = parts["documents"][told.entries["grant"]][1]["statement"]["proof"]
    other = parts["documents"][told.entries["ownership"]][1]["statement"]["proof"]
    proof["proofValue"] = other["proofValue"]


def edge_removed(parts: Parts, told: Told) -> None:
    subject_of(parts, told, "snapshot")["rests_on"].pop()


def edge_changed(parts: Parts, told: Told) -> None:
    subject_of(parts, told, "snapshot")["rests_on"][-1]["entry"] = told.entries["her grant"]


def sealed_value(parts: Parts, told: Told) -> None:
    disclose(parts, told, "ownership", lambda value: value[2].update({told.parties["manager"]: "1/3"}))


def sealed_name(parts: Parts, told: Told) -> None:
    disclose(parts, told, "ownership", lambda value: value.__setitem__(1, "evidence"))


def opened_twice(parts: Parts, told: Told) -> None:
    parts["disclosures"][told.entries["ownership"]] *= 2


def opened_elsewhere(parts: Parts, told: Told) -> None:
    texts = parts["disclosures"]
    texts[told.entries["grant"]] = texts[told.entries["ownership"]]


def field_left_shut(parts: Parts, told: Told) -> None:
    del parts["disclosures"][told.entries["ownership"]]


def shown_to_the_public(parts: Parts, _told: Told) -> None:
    parts["reader"] = "public"


def recorded_at(parts: Parts, told: Told) -> None:
    parts["documents"][told.entries["grant"]][1]["recorded_at"] = "2026-04-01T00:00:00.000000Z"


def salt(parts: Parts, told: Told) -> None:
    parts["documents"][told.entries["grant"]][0] = base64.b64encode(bytes(32)).decode()


def document_swapped(parts: Parts, told: Told) -> None:
    documents = parts["documents"]
    documents[told.entries["consent of the studio"]] = documents[told.entries["consent of the station"]]


def another_subject(parts: Parts, _told: Told) -> None:
    parts["subject"] = "ab" * 32


def root(parts: Parts, _told: Told) -> None:
    def change(note: str) -> str:
        lines = note.split("\n")
        return "\n".join([*lines[:2], base64.b64encode(bytes(32)).decode(), *lines[3:]])

    notes(parts, change)


def size(parts: Parts, _told: Told) -> None:
    notes(parts, lambda note: "\n".join([note.split("\n")[0], "1000", *note.split("\n")[2:]]))


def note_signature(parts: Parts, _told: Told) -> None:
    def change(note: str) -> str:
        head, _, line = note.rpartition(" ")
        data = bytearray(base64.b64decode(line.strip()))
        data[-1] ^= 1
        return f"{head} {base64.b64encode(bytes(data)).decode()}\n"

    notes(parts, change)


def two_checkpoints(parts: Parts, told: Told) -> None:
    text = parts["receipts"][told.entries["grant"]]
    parts["receipts"][told.entries["grant"]] = text.replace("\nlog.example/golden\n", "\nlog.example/other\n", 1)


def key_beside(parts: Parts, _told: Told) -> None:
    other = checkpoint.VerifierKey(
        "log.example/golden", checkpoint.SignatureType.ED25519, archives.key("thief").public_key().public_bytes_raw()
    )
    for entry, text in parts["receipts"].items():
        read = receipt.parse(text)
        if read.index == 0:
            parts["receipts"][entry] = receipt.Receipt(0, read.proof, read.note, str(other).encode()).text


def words_beside(parts: Parts, told: Told) -> None:
    read = receipt.parse(parts["receipts"][told.entries["grant"]])
    parts["receipts"][told.entries["grant"]] = receipt.Receipt(read.index, read.proof, read.note, b"trust me").text


def proof_hash(parts: Parts, told: Told) -> None:
    text = parts["receipts"][told.entries["grant"]]
    line = text.split("\n")[2]
    parts["receipts"][told.entries["grant"]] = text.replace(line, base64.b64encode(bytes(32)).decode(), 1)


def receipt_index(parts: Parts, told: Told) -> None:
    read = receipt.parse(parts["receipts"][told.entries["grant"]])
    moved = receipt.Receipt(read.index + 1, read.proof, read.note)
    parts["receipts"][told.entries["grant"]] = moved.text


def without_receipt(parts: Parts, told: Told) -> None:
    del parts["receipts"][told.entries["stop"]]


def document_added(parts: Parts, told: Told) -> None:
    documents = parts["documents"]
    documents["ab" * 32] = documents[told.entries["consent of the studio"]]


def receipt_without_document(parts: Parts, told: Told) -> None:
    del parts["documents"][told.entries["her moral consent"]]


def needed_party_dropped(parts: Parts, told: Told) -> None:
    drop(parts, told.parties["studio"])


def needed_consent_dropped(parts: Parts, told: Told) -> None:
    drop(parts, told.entries["consent of the studio"])


def suspension_hidden(parts: Parts, told: Told) -> None:
    drop(parts, told.entries["stop"])


def manifest_row(parts: Parts, _told: Told) -> None:
    row_with(parts, "item")[1]["item"] = "ab" * 32


def register_row(parts: Parts, _told: Told) -> None:
    row_with(parts, "caption")[1]["caption"] = "another caption"


def row_added(parts: Parts, _told: Told) -> None:
    parts["rows"]["ab" * 32] = row_with(parts, "item")


def row_left_shut(parts: Parts, told: Told) -> None:
    del parts["rows"][parts["sets"][manifest(parts, told)][0]]


def set_renamed(parts: Parts, told: Told) -> None:
    parts["sets"]["ab" * 32] = parts["sets"].pop(manifest(parts, told))


def set_reordered(parts: Parts, told: Told) -> None:
    parts["sets"][manifest(parts, told)].reverse()


def member_left_out(parts: Parts, told: Told) -> None:
    key = parts["sets"][manifest(parts, told)].pop()
    del parts["rows"][key]


def set_added(parts: Parts, told: Told) -> None:
    keys = parts["sets"][manifest(parts, told)][:1]
    parts["sets"]["0" * 64] = keys


def evidence_changed(parts: Parts, _told: Told) -> None:
    name = next(iter(parts["files"]))
    parts["files"][name] = base64.b64encode(b"another deed").decode()


def evidence_left_out(parts: Parts, _told: Told) -> None:
    parts["files"].clear()


def file_added(parts: Parts, _told: Told) -> None:
    parts["files"]["ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"] = base64.b64encode(b"a").decode()


def certificate_added(parts: Parts, _told: Told) -> None:
    parts["certificates"].append("-----BEGIN CERTIFICATE-----")


TAMPERINGS: list[tuple[Change, Joint]] = [
    *((change, Joint.SIGNATURES) for change in (grant_field, wider_period, capacity, signer, issuer, signature)),
    *((change, Joint.SIGNATURES) for change in (edge_removed, edge_changed)),
    *((change, Joint.SEALED_FIELDS) for change in (sealed_value, sealed_name, opened_twice, opened_elsewhere)),
    *((change, Joint.SEALED_FIELDS) for change in (field_left_shut, shown_to_the_public)),
    *((change, Joint.ENTRIES) for change in (recorded_at, salt, document_swapped, document_added, another_subject)),
    *((change, Joint.CHECKPOINT) for change in (root, size, note_signature, two_checkpoints, key_beside, words_beside)),
    *((change, Joint.RECEIPTS) for change in (proof_hash, receipt_index, without_receipt)),
    *((change, Joint.STANDING) for change in (needed_party_dropped,)),
    *((change, Joint.RESTS_ON) for change in (needed_consent_dropped, receipt_without_document)),
    *((change, Joint.SETS) for change in (set_renamed, set_reordered, member_left_out, set_added)),
    *((change, Joint.ROWS) for change in (manifest_row, register_row, row_added, row_left_shut)),
    *((change, Joint.FILES) for change in (evidence_changed, evidence_left_out, file_added, certificate_added)),
    *((change, Joint.DECISIONS) for change in (suspension_hidden,)),
]


@pytest.mark.parametrize(("change", "joint"), TAMPERINGS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_what_was_changed_and_sealed_anew_fails_at_its_joint(
    exported: Exported, told: Told, trust: Trust, change: Change, joint: Joint
) -> None:
    parts = opened(exported(told.entries["snapshot"], "auditor"))
    change(parts, told)

    for report in (verify(sealed(parts), trust), verify(sealed(parts), None)):
        assert failing(report) is joint
        assert report.conclusion.startswith(f"FAILED at {joint}: ")


def test_the_bundle_as_it_was_made_holds_at_every_joint(exported: Exported, told: Told, trust: Trust) -> None:
    report = verify(exported(told.entries["snapshot"], "auditor"), trust)

    assert report.holds
    of_pictures = {*list(Joint)[list(Joint).index(Joint.MODEL) :]} - {Joint.TRUST}
    assert [checked.joint for checked in report.joints] == [joint for joint in Joint if joint not in of_pictures]
    assert report.conclusion.startswith("matches the record")


def test_a_change_without_a_new_seal_fails_at_the_seal(exported: Exported, told: Told, trust: Trust) -> None:
    parts = opened(exported(told.entries["grant"], "public"))
    parts["certificates"] = ["x"]

    assert failing(verify(rfc8785.dumps(parts), trust)) is Joint.SEAL


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The same story under keys of somebody else's."""
    return archives.build(tmp_path_factory.mktemp("elsewhere"), secret=b"thief")


def test_an_archive_made_again_under_other_keys_is_consistent_and_names_its_key(elsewhere: Told) -> None:
    with elsewhere.open() as forged:
        report = verify(forged.export(elsewhere.entries["snapshot"], "auditor").to_bytes(), None)
        key = str(forged.trust().log)

    assert report.holds
    assert report.conclusion == f"consistent, signed by {key}, not pinned"


def test_an_archive_made_again_under_other_keys_fails_at_the_checkpoint_once_the_log_is_pinned(
    elsewhere: Told, trust: Trust
) -> None:
    with elsewhere.open() as forged:
        report = verify(forged.export(elsewhere.entries["snapshot"], "auditor").to_bytes(), trust)

    assert failing(report) is Joint.CHECKPOINT


def test_a_trust_file_that_does_not_admit_demos_refuses_fictional_parties(
    exported: Exported, told: Told, trust: Trust
) -> None:
    strict = Trust(trust.log, trust.witness_policy, trust.certificate_roots, demo=False)

    report = verify(exported(told.entries["grant"], "public"), strict)

    assert failing(report) is Joint.TRUST


def test_a_log_that_only_the_witness_policy_names_is_not_pinned(exported: Exported, told: Told, trust: Trust) -> None:
    other = checkpoint.VerifierKey(
        "log.example/other", checkpoint.SignatureType.ED25519, archives.key("thief").public_key().public_bytes_raw()
    )
    crossed = Trust(other, f"log {trust.log}\nquorum none\n", (), demo=True)

    assert failing(verify(exported(told.entries["grant"], "public"), crossed)) is Joint.CHECKPOINT


def test_a_quorum_of_witnesses_that_nobody_reached_fails_at_the_checkpoint(
    exported: Exported, told: Told, trust: Trust
) -> None:
    witness = checkpoint.VerifierKey(
        "witness.example", checkpoint.SignatureType.COSIGNATURE, archives.key("witness").public_key().public_bytes_raw()
    )
    watched = Trust(trust.log, f"witness w {witness}\nquorum w\n", (), demo=True)

    assert failing(verify(exported(told.entries["grant"], "public"), watched)) is Joint.CHECKPOINT


def test_a_trust_file_reads_as_it_was_written(trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_bytes(trust.to_bytes())

    assert trusts.read(tmp_path / "trust.json") == trust


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_fails(exported: Exported, told: Told, trust: Trust, place: float, bit: int) -> None:
    data = bytearray(exported(told.entries["her grant"], "public"))
    data[int(place * len(data))] ^= 1 << bit

    report = verify(bytes(data), trust)

    assert failing(report) is Joint.SEAL


@given(end=st.floats(0, 1, exclude_max=True))
def test_a_bundle_cut_short_fails(exported: Exported, told: Told, trust: Trust, end: float) -> None:
    data = exported(told.entries["her grant"], "public")

    assert failing(verify(data[: int(end * len(data))], trust)) is Joint.SEAL
