"""Statements: W3C Verifiable Credentials 2.0 signed with `eddsa-jcs-2022`, with sealed fields.

Sources: VC Data Model 2.0; VC Data Integrity 1.0; Data Integrity EdDSA Cryptosuites 1.0 section 3.3
(eddsa-jcs-2022); the disclosure form of SD-JWT (RFC 9901 section 4.2). The second context is written out, so nothing
is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import (
    Json,
    JsonObject,
    canonical_bytes,
    decode_base64url,
    digest,
    encode_base64url,
    parse_object,
)
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, SetRoot
from okuzuke.core.intervals import format_instant
from okuzuke.ledger import keys

_FRAME: JsonObject = parse_object(
    """{"@context": ["https://www.w3.org/ns/credentials/v2", {"@vocab": "urn:okuzuke:v1#"}],
        "type": ["VerifiableCredential", "OkuzukeStatement"]}""",
    "the frame",
)
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class RestsOn:
    """What a statement rests on: an entry, a set root, or one position in a set."""

    entry: Entry | None = None
    set_root: SetRoot | None = None
    position: int | None = None

    def to_json(self) -> JsonObject:
        if self.entry is not None:
            return {"entry": self.entry}
        if self.position is None:
            return {"set": self.set_root}
        return {"set": self.set_root, "position": self.position}

    @classmethod
    def from_fields(cls, fields: Fields) -> RestsOn:
        if fields.has("entry"):
            rests_on = cls(entry=Entry(fields.digest("entry")))
        else:
            position = fields.integer("position") if fields.has("position") else None
            rests_on = cls(set_root=SetRoot(fields.digest("set")), position=position)
        fields.end()
        return rests_on


@dataclass(frozen=True, slots=True)
class Draft:
    """What a signer is about to say; `sealed` fields leave the signer's hands only as disclosures."""

    kind: str
    signer: PartyId | None
    capacity: str
    public: JsonObject
    sealed: JsonObject
    rests_on: tuple[RestsOn, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed document as its fields; `sealed` are the digests of what travels apart."""

    kind: str
    version: int
    issuer: str
    signer: PartyId | None
    capacity: str
    rests_on: tuple[RestsOn, ...]
    public: JsonObject
    sealed: tuple[str, ...]
    created: datetime


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened sealed field and the text whose SHA-256 the statement carries."""

    name: str
    value: Json
    text: str

    @property
    def digest(self) -> str:
        return encode_base64url(digest(self.text.encode("ascii")))


def seal(sealed: JsonObject, entropy: Callable[[int], bytes]) -> tuple[Disclosure, ...]:
    """Return one disclosure a field: base64url of the JCS array [16-byte salt, name, value], in order of name."""
    return tuple(
        open_disclosure(encode_base64url(canonical_bytes([encode_base64url(entropy(SALT_BYTES)), name, sealed[name]])))
        for name in sorted(sealed)
    )


def open_disclosure(text: str) -> Disclosure:
    """Return the field a disclosure opens; a second spelling or another shape is refused."""
    data = decode_base64url(text)
    value = parse_object(b'{"disclosure":' + data + b"}", "a disclosure")["disclosure"]
    match value:
        case [str(salt), str(name), content] if len(decode_base64url(salt)) == SALT_BYTES:
            if canonical_bytes(value) != data:
                raise InputError("a disclosure is not canonical JSON", remedy="ask its signer for the file as signed")
            return Disclosure(name, content, text)
    raise InputError("a disclosure is not [salt, name, value]", remedy="ask its signer for the file as signed")


def compose(draft: Draft, issuer: str, disclosures: Sequence[Disclosure]) -> JsonObject:
    """Return the unsigned credential of a draft, ready for its signer."""
    document: JsonObject = {
        **_FRAME,
        "issuer": issuer,
        "credentialSubject": {
            "kind": draft.kind,
            "version": draft.version,
            "signer": draft.signer,
            "capacity": draft.capacity,
            "rests_on": [rests_on.to_json() for rests_on in draft.rests_on],
            "public": draft.public,
            "sealed": sorted(disclosure.digest for disclosure in disclosures),
        },
    }
    return parse_object(canonical_bytes(document), "the draft")


def sign(document: JsonObject, key: Ed25519PrivateKey, created: datetime) -> JsonObject:
    """Return the document with its `eddsa-jcs-2022` proof; the issuer must be the key's own did:key."""
    did = keys.did_of(key.public_key())
    if document.get("issuer") != did:
        raise InputError(
            f"this document names {document.get('issuer')!r} as its signer, the key is {did}",
            remedy="sign with the key the document names, or draft it anew for this key",
        )
    if "proof" in document:
        raise InputError("this document is signed already", remedy="record it, or draft it anew")
    config: JsonObject = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": format_instant(created),
        "verificationMethod": f"{did}#{did.removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(signing_input(document, config))
    return {**document, "proof": {**config, "proofValue": "z" + base58.b58encode(signature).decode("ascii")}}


def signing_input(document: JsonObject, proof_config: JsonObject) -> bytes:
    """Return SHA-256(JCS proof configuration) || SHA-256(JCS document), the 64 bytes that are signed (3.3.4)."""
    return digest(canonical_bytes(proof_config)) + digest(canonical_bytes(document))


def verify_proof(document: JsonObject) -> str:
    """Return the did:key that issued and signed the document, or raise `CheckFailedError`."""
    proof = document.get("proof")
    if not isinstance(proof, Mapping):
        raise CheckFailedError("the document carries no proof", remedy="sign it: okuzuke sign FILE --key KEY")
    method = proof.get("verificationMethod")
    value = proof.get("proofValue")
    expected = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
    if any(proof.get(name) != wanted for name, wanted in expected.items()) or proof.get("@context") != document.get(
        "@context"
    ):
        raise CheckFailedError("the proof is not eddsa-jcs-2022 over this context", remedy="sign with okuzuke sign")
    # 64 bytes are at most 88 digits of base 58, and decoding more costs the square of their number.
    if not isinstance(method, str) or not isinstance(value, str) or not value.startswith("z") or len(value) > 128:
        raise CheckFailedError("the proof lacks its method or its value", remedy="sign with okuzuke sign")
    did = method.split("#")[0]
    if method != f"{did}#{did.removeprefix('did:key:')}":
        raise CheckFailedError(f"{method!r} is not a did:key method", remedy="sign with okuzuke sign")
    try:
        signature = base58.b58decode(value[1:])
    except ValueError as error:
        raise CheckFailedError("the proof value is not base58btc", remedy="sign with okuzuke sign") from error
    if value != "z" + base58.b58encode(signature).decode("ascii"):
        raise CheckFailedError("the proof value has a second spelling", remedy="sign with okuzuke sign")
    config = {name: item for name, item in proof.items() if name != "proofValue"}
    unsigned = {name: item for name, item in document.items() if name != "proof"}
    if document.get("issuer") != did:
        raise CheckFailedError(f"{did} signed for another issuer", remedy="sign with the key the document names")
    keys.verify(did, signature, signing_input(unsigned, config))
    return did


def read(document: JsonObject) -> Statement:
    """Return the fields of a statement; every unknown member and every other shape is refused."""
    top = Fields(document, "statement")
    if any(top.raw(name) != wanted for name, wanted in _FRAME.items()):
        raise InputError("this is not an okuzuke statement of version 1", remedy="check which file this is")
    issuer = top.text("issuer")
    proof = top.object("proof")
    created = proof.instant("created")
    for name in ("@context", "type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"):
        proof.raw(name)
    proof.end()
    subject = top.object("credentialSubject")
    top.end()
    sealed = subject.texts("sealed")
    if list(sealed) != sorted(set(sealed)):
        raise InputError("sealed digests are not sorted and distinct", remedy="ask its signer for the file as signed")
    statement = Statement(
        kind=subject.text("kind"),
        version=subject.integer("version"),
        issuer=issuer,
        signer=None if subject.raw("signer") is None else PartyId(subject.digest("signer")),
        capacity=subject.text("capacity"),
        rests_on=tuple(RestsOn.from_fields(fields) for fields in subject.objects("rests_on")),
        public=_object(subject.raw("public")),
        sealed=sealed,
        created=created,
    )
    subject.end()
    return statement


def check_disclosures(statement: Statement, texts: Sequence[str]) -> dict[str, Json]:
    """Return the opened fields by name; each must be one the statement sealed, and none may open twice."""
    opened = [open_disclosure(text) for text in texts]
    for disclosure in opened:
        if disclosure.digest not in statement.sealed:
            raise CheckFailedError(
                f"the sealed field {disclosure.name!r} is not the one that was signed",
                remedy="ask the archive for the disclosure as signed",
            )
    names = [disclosure.name for disclosure in opened]
    if len(set(names)) != len(names) or set(names) & set(statement.public):
        raise CheckFailedError("a sealed field opens twice", remedy="ask its signer for the file as signed")
    return {disclosure.name: disclosure.value for disclosure in opened}


def set_roots(public: JsonObject) -> dict[SetRoot, int]:
    """Return the sets a statement's public face names, {"root", "size"} each, with their sizes."""
    found: dict[SetRoot, int] = {}
    for value in public.values():
        if isinstance(value, Mapping) and set(value) == {"root", "size"}:
            fields = Fields(value, "set")
            root, size = SetRoot(fields.digest("root")), fields.integer("size")
            if found.setdefault(root, size) != size:
                raise InputError(f"set {root} is named with two sizes", remedy="draft the statement anew")
    return found


def _object(value: Json) -> JsonObject:
    if not isinstance(value, Mapping):
        raise InputError("the public face is not an object", remedy="see docs/formats.md")
    return value
