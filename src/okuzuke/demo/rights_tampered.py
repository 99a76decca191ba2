"""Consent and snapshots tampered with: what a holder said, who said it, when, and what was frozen on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.verifier import Joint
from okuzuke.core.canonical import JsonObject, canonical_bytes, encode_base64url
from okuzuke.core.ids import Entry, RowId, WorkId
from okuzuke.core.intervals import format_instant, parse_instant
from okuzuke.datasets.manifest import Place, item_of, read_place
from okuzuke.datasets.snapshot import Refusal
from okuzuke.demo.board import answers_at, screenings_at
from okuzuke.demo.cast import AUTHOR, ILLUSTRATOR, OPERATOR, PUBLISHER, SECRETARY, THIEF
from okuzuke.demo.forger import Forger, changed
from okuzuke.demo.seed import FIRST_DAY
from okuzuke.demo.specimens import Specimen, Tampering
from okuzuke.ledger import receipt, statement, submission
from okuzuke.ledger.statement import RestsOn
from okuzuke.registry.decision import Basis
from okuzuke.registry.grants import Consent, Grant
from okuzuke.registry.interests import Ownership
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, Party
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Register


def _bit(forger: Forger) -> bytes:
    data = bytearray(forger.bundle.to_bytes())
    data[len(data) // 2] ^= 1
    return bytes(data)


def _grant_field(forger: Forger) -> bytes:
    grant = _committee_grant(forger)
    return forger.document(
        grant, ["statement", "credentialSubject", "public", "revoke", "notice_days"], None
    ).to_bytes()


def _signature(forger: Forger) -> bytes:
    grant, other = _committee_grant(forger), _committee_ownership(forger)
    proof = cast("JsonObject", forger.bundle.documents[other].envelope["statement"])["proof"]
    return forger.document(grant, ["statement", "proof"], proof).to_bytes()


def _other_signer(forger: Forger) -> bytes:
    grant = _committee_grant(forger)
    did = forger.workshop.known.body(forger.workshop.party(THIEF.names.name), Party)
    assert did is not None, "the repost's account is a party"
    return forger.document(grant, ["statement"], forger.signed(grant, THIEF.name, ["issuer"], did.did)).to_bytes()


def _sealed_field(forger: Forger) -> bytes:
    owned = _committee_ownership(forger)
    (text,) = forger.bundle.disclosures[owned]
    opened = statement.open_disclosure(text)
    parts = dict(cast("JsonObject", opened.value))
    first, second, *_ = parts
    parts[first], parts[second] = parts[second], parts[first]
    salt = encode_base64url(forger.workshop.seed.secret("forged sealed field")[: statement.SALT_BYTES])
    forged = encode_base64url(canonical_bytes([salt, opened.name, parts]))
    return replace(forger.bundle, disclosures={**forger.bundle.disclosures, owned: (forged,)}).to_bytes()


def _recorded_at(forger: Forger) -> bytes:
    illustrator = forger.workshop.party(ILLUSTRATOR.names.name)
    entered = forger.workshop.entry(Register, lambda fact, _: fact.signer == illustrator)
    return forger.document(entered, ["recorded_at"], _EARLIER).to_bytes()


def _checkpoint(forger: Forger) -> bytes:
    head, size = forger.workshop.archive.settings.origin, len(forger.workshop.leaves)
    receipts = {
        entry: text.replace(f"{head}\n{size}\n", f"{head}\n{size + 1}\n")
        for entry, text in forger.bundle.receipts.items()
    }
    return replace(forger.bundle, receipts=receipts).to_bytes()


def _receipt(forger: Forger) -> bytes:
    grant = _committee_grant(forger)
    old = receipt.parse(forger.bundle.receipts[grant])
    new = replace(old, proof=(old.proof[0][::-1], *old.proof[1:]))
    return replace(forger.bundle, receipts={**forger.bundle.receipts, grant: new.text}).to_bytes()


def _order(forger: Forger) -> bytes:
    declined = _declined(forger)
    envelope = changed(forger.bundle.documents[declined].envelope, ["recorded_at"], _EARLIER)
    return forger.recorded(declined, envelope)[0].to_bytes()


def _capacity(forger: Forger) -> bytes:
    declined = _declined(forger)
    signed = forger.signed(declined, PUBLISHER.name, ["credentialSubject", "capacity"], Capacity.OWNER.value)
    envelope = changed(forger.bundle.documents[declined].envelope, ["statement"], signed)
    return forger.recorded(declined, envelope)[0].to_bytes()


def _left_out(forger: Forger) -> bytes:
    author = forger.workshop.party(AUTHOR.names.name)
    agreed = forger.workshop.entry(Consent, lambda fact, _: fact.signer == author)
    return replace(
        forger.bundle,
        documents={key: item for key, item in forger.bundle.documents.items() if key != agreed},
        receipts={key: item for key, item in forger.bundle.receipts.items() if key != agreed},
    ).to_bytes()


def _row_dropped(forger: Forger) -> bytes:
    manifest = forger.workshop.archive.datasets.read(Entry(forger.bundle.subject)).manifest
    keys = forger.bundle.sets[manifest]
    return replace(forger.bundle, sets={**forger.bundle.sets, manifest: keys[1:]}).to_bytes()


def _row(forger: Forger) -> bytes:
    manifest = forger.workshop.archive.datasets.read(Entry(forger.bundle.subject)).manifest
    old = next(
        forger.bundle.rows[key]
        for key in forger.bundle.sets[manifest]
        if key in forger.bundle.rows and forger.bundle.rows[key].document["basis"] == Basis.GRANT
    )
    key, new = old.key, replace(old, document={**old.document, "basis": Basis.DEDICATION.value, "sheet": None})
    return replace(forger.bundle, rows={**forger.bundle.rows, key: new}).to_bytes()


def _file(forger: Forger) -> bytes:
    asset, data = next(iter(forger.bundle.files.items()))
    return replace(forger.bundle, files={**forger.bundle.files, asset: data + b" "}).to_bytes()


def _let_in(forger: Forger) -> bytes:
    """Freeze the snapshot again with one reposted work in it, the operator signing."""
    subject = Entry(forger.bundle.subject)
    manifest = forger.workshop.archive.datasets.read(subject).manifest
    keys = list(forger.bundle.sets[manifest])
    place = _reposted_place(forger, subject)
    places = {key: read_place(forger.bundle.rows[key].document).slot for key in keys}
    row = submission.row_of(place.to_row(), forger.workshop.seed.secret("forged row"))
    keys.insert(sum(slot < place.slot for slot in places.values()), RowId(row.key))
    root = submission.set_root(keys)
    old = cast("JsonObject", forger.bundle.documents[subject].envelope["statement"])
    claims = cast("JsonObject", old["credentialSubject"])
    beneath = statement.read(old).rests_on
    rests_on = [{"set": root} if item.set_root == manifest else item.to_json() for item in beneath]
    rests_on += [{"entry": entry} for entry in place.rests_on if RestsOn(entry=entry) not in beneath]
    public = changed(cast("JsonObject", claims["public"]), ["manifest"], {"root": root, "size": len(keys)})
    forged = {**claims, "public": public, "rests_on": rests_on}
    signed = forger.signed(subject, OPERATOR.name, ["credentialSubject"], forged)
    bundle, entry = forger.recorded(subject, changed(forger.bundle.documents[subject].envelope, ["statement"], signed))
    sets = {name: members for name, members in bundle.sets.items() if name != manifest}
    return replace(
        bundle, subject=entry, sets={**sets, root: tuple(keys)}, rows={**bundle.rows, row.key: row}
    ).to_bytes()


def _other_keys(forger: Forger) -> bytes:
    return forger.log_of("a log of somebody else's").to_bytes()


def _reposted_place(forger: Forger, snapshot: Entry) -> Place:
    """Return the row that would let in a reposted work, with all that a true row of it would rest on."""
    left_out = forger.workshop.archive.datasets.read(snapshot).refused
    refused = {item.work for item in left_out if item.refusal is Refusal.IN_REVIEW}
    thief = forger.workshop.party(THIEF.names.name)
    known: Statements = forger.workshop.known
    work = next(WorkId(item) for item in known.works if item in refused and thief in known.registrants(item))
    at = _frozen_at(forger.bundle, snapshot)
    screenings = screenings_at(forger.workshop.archive, at)
    answered = answers_at(known.until(at), screenings, Use.TRAIN, at, title_claimed=True)[work]
    screens = (screenings.newest[work][0], *(entry for entry, _ in screenings.reviews.get(work, ())))
    return Place(
        forger.workshop.slots[work],
        work,
        item_of(known.works[work].work),
        work,
        Basis.GRANT,
        answered.decision.sheet,
        (*answered.decision.rests_on, *screens),
    )


def _frozen_at(bundle: Bundle, snapshot: Entry) -> datetime:
    body = statement.read(cast("JsonObject", bundle.documents[snapshot].envelope["statement"]))
    return parse_instant(body.public["frozen_at"])


def _committee_grant(forger: Forger) -> Entry:
    secretary = forger.workshop.party(SECRETARY.names.name)
    return forger.workshop.entry(Grant, lambda fact, body: fact.signer == secretary and body.sheet is not None)


def _committee_ownership(forger: Forger) -> Entry:
    return forger.workshop.entry(Ownership, lambda _, body: len(body.owners) == 3)


def _declined(forger: Forger) -> Entry:
    return forger.workshop.entry(Consent, lambda _, body: not body.agrees)


_EARLIER = format_instant(FIRST_DAY)

TAMPERINGS = (
    Tampering("ファイルの1ビットを反転", "one bit of the file turned", Joint.SEAL, Specimen.GRANT, _bit),
    Tampering(
        "許諾書の終了予告期間を削除",
        "the grant's notice period taken out",
        Joint.SIGNATURES,
        Specimen.GRANT,
        _grant_field,
    ),
    Tampering(
        "許諾書の署名を別の記載の署名に差替え",
        "another statement's signature put under the grant",
        Joint.SIGNATURES,
        Specimen.GRANT,
        _signature,
    ),
    Tampering(
        "封緘された持分を入替え",
        "two sealed parts of the ownership exchanged",
        Joint.SEALED_FIELDS,
        Specimen.GRANT,
        _sealed_field,
    ),
    Tampering(
        "許諾書を別の当事者が署名し直す",
        "the grant signed again by another party",
        Joint.ENTRIES,
        Specimen.GRANT,
        _other_signer,
    ),
    Tampering("記載日時を早める", "a work's date of record moved back", Joint.ENTRIES, Specimen.WORKS, _recorded_at),
    Tampering(
        "チェックポイントの件数を書換え",
        "the checkpoint's size rewritten",
        Joint.CHECKPOINT,
        Specimen.GRANT,
        _checkpoint,
    ),
    Tampering(
        "台帳全体を別の鍵で作り直す",
        "the whole log made again under another key",
        Joint.CHECKPOINT,
        Specimen.GRANT,
        _other_keys,
    ),
    Tampering("受領証のハッシュを1つ変更", "one hash of a receipt changed", Joint.RECEIPTS, Specimen.GRANT, _receipt),
    Tampering(
        "運営者も加担：後の記載を前の日時で記載し直す",
        "with the operator's help: a later entry dated before earlier ones",
        Joint.ORDER,
        Specimen.GRANT,
        _order,
    ),
    Tampering(
        "運営者も加担：版元が権利者として署名し直す",
        "with the operator's help: the publisher signs as an owner",
        Joint.STANDING,
        Specimen.GRANT,
        _capacity,
    ),
    Tampering(
        "原作者の同意を抜取る", "the original author's consent left out", Joint.RESTS_ON, Specimen.MANIFEST, _left_out
    ),
    Tampering(
        "一覧から作品を1点除く", "one work dropped from the manifest", Joint.SETS, Specimen.MANIFEST, _row_dropped
    ),
    Tampering("一覧の行の根拠を書換え", "a manifest row given another basis", Joint.ROWS, Specimen.WORKS, _row),
    Tampering(
        "CC0宣言の証拠を差替え", "the evidence of a dedication exchanged", Joint.FILES, Specimen.DEDICATION, _file
    ),
    Tampering(
        "運営者も加担：転載作品を一覧に加えて凍結し直す",
        "with the operator's help: a reposted work frozen in",
        Joint.DECISIONS,
        Specimen.SNAPSHOT,
        _let_in,
    ),
)
