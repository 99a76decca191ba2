"""Parties, their keys and ends, and what a verifier attests of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import Entry, PartyId
from okuzuke.ledger import keys


class Role(StrEnum):
    """What a party says it is here; only the operator's word makes a verifier."""

    OPERATOR = "operator"
    HOLDER = "holder"
    VERIFIER = "verifier"
    USER = "user"


class PartyType(StrEnum):
    """A person or an organisation (a production committee is an organisation without legal personality)."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Capacity(StrEnum):
    """In what right a party signs; every signature names one."""

    SELF = "self"
    OPERATOR = "operator"
    REGISTRANT = "registrant"
    OWNER = "owner"
    AUTHOR = "author"
    UNDERLYING = "underlying"
    PUBLICATION = "publication"
    EXCLUSIVE = "exclusive"
    NEIGHBOURING = "neighbouring"
    WINDOW = "window"
    PERSON = "person"
    VERIFIER = "verifier"


class PartyEndGround(StrEnum):
    """Why a party ceases to sign."""

    DEATH = "death"
    MERGER = "merger"
    BANKRUPTCY = "bankruptcy"
    DISSOLUTION = "dissolution"
    KEY_STOLEN = "key_stolen"


class Claim(StrEnum):
    """What a verifier attests, or the operator of a verifier."""

    TITLE = "title"
    AUTHORITY = "authority"
    IDENTITY = "identity"
    CONTRACT = "contract"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class Party:
    """A person or organisation with a key. Kind `party`; sealed: `legal_name`, `contact`."""

    type: PartyType
    role: Role
    name: str
    name_kana: str | None
    name_romaji: str | None
    did: str
    demo: bool
    """Whether the party is fictional, its key derived from a demo's seed; a trust file must allow it."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Party:
        party = cls(
            public.choice("type", PartyType),
            public.choice("role", Role),
            public.text("name"),
            public.optional_text("name_kana"),
            public.optional_text("name_romaji"),
            public.text("did"),
            public.truth("demo"),
        )
        keys.public_key(party.did)
        only(sealed, "legal_name", "contact")
        return party


@dataclass(frozen=True, slots=True)
class Key:
    """From this entry on the party signs with `did`; with `did` null the named key only stops. Kind `key`."""

    did: str | None
    stops: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Key:
        key = cls(public.optional_text("did"), public.optional_text("stops"))
        for did in (key.did, key.stops):
            if did is not None:
                keys.public_key(did)
        only(sealed)
        return key


@dataclass(frozen=True, slots=True)
class PartyEnd:
    """From this entry on the party's keys sign nothing; successors are parties of their own. Kind `party_end`."""

    party: PartyId
    ground: PartyEndGround
    successors: tuple[PartyId, ...]
    evidence_sha256: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> PartyEnd:
        only(sealed, "note")
        return cls(
            PartyId(public.digest("party")),
            public.choice("ground", PartyEndGround),
            tuple(PartyId(party) for party in public.digests("successors")),
            public.optional_digest("evidence_sha256"),
        )


@dataclass(frozen=True, slots=True)
class Attestation:
    """A disinterested party's word on the target entry, from `start` until `end`. Kind `attest`.

    `title` speaks of an ownership, `authority` of an authority, `identity` of a party, `contract` of a grant whose
    paper the `signatories` signed, `appointment` (the operator's) makes the target party a verifier.
    """

    claim: Claim
    target: Entry
    signatories: tuple[PartyId, ...]
    evidence_sha256: str | None
    method: str
    start: datetime
    end: datetime | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Attestation:
        only(sealed, "clause", "contract_number", "document_date")
        return cls(
            public.choice("claim", Claim),
            Entry(public.digest("target")),
            tuple(PartyId(party) for party in public.digests("signatories")),
            public.optional_digest("evidence_sha256"),
            public.text("method"),
            public.instant("from"),
            public.optional_instant("until"),
        )
