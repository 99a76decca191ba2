"""Permission: the compact grant, consents beside it, dedications found, suspensions and endings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry, digest_text
from okuzuke.core.intervals import Period
from okuzuke.registry.prices import Price, read_price
from okuzuke.registry.uses import PERSON_USES, VOCABULARY, Use, read_territories, read_uses

PLATFORM = "platform"
OUTPUT_USES = PERSON_USES | {
    Use.GENERATE,
    Use.CHARACTER,
    Use.STYLE,
    Use.EDIT,
    Use.REMIX,
    Use.PUBLISH_OUTPUT,
    Use.MERCHANDISE,
}


class Stage(StrEnum):
    """Which training a permission speaks of."""

    ANY = "any"
    FOUNDATION = "foundation"
    STUDIO = "studio"


class Attribution(StrEnum):
    """How outputs must name the source."""

    TEXT = "text"
    META = "meta"
    NONE = "none"


class Approval(StrEnum):
    """監修: whether the holder looks at each output, and when."""

    NONE = "none"
    PRE = "pre"
    POST = "post"


class Denied(StrEnum):
    """What a character must not be drawn in; `minor_sexualised` is never grantable, named or not."""

    SEXUAL = "sexual"
    VIOLENCE = "violence"
    POLITICAL = "political"
    ENDORSEMENT = "endorsement"
    MINOR_SEXUALISED = "minor_sexualised"


class Rating(StrEnum):
    """Eirin's classes."""

    G = "G"
    PG12 = "PG12"
    R15 = "R15+"
    R18 = "R18+"


class Policy(StrEnum):
    """How a derivative's share is counted along a chain."""

    DIRECT = "direct"
    ABSOLUTE = "absolute"


class Effect(StrEnum):
    """What an ending by notice stops."""

    STOP_NEW = "stop_new"
    STOP_ALL = "stop_all"
    RETRAIN_NEXT = "retrain_next"


class Ground(StrEnum):
    """Why a grant ends; void and rescission act from the start, the others forward."""

    EXPIRY = "expiry"
    NOTICE = "notice"
    BREACH = "breach"
    COURT = "court"
    VOID = "void"
    RESCISSION = "rescission"


FROM_THE_START = frozenset({Ground.VOID, Ground.RESCISSION})


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on how much may be made; resolution in pixels of the longer side."""

    count: int | None
    per: str | None
    seconds: int | None
    resolution: int | None


@dataclass(frozen=True, slots=True)
class Derivatives:
    """What may be made of an output, and what flows back."""

    allowed: bool
    share_ppm: int
    policy: Policy
    depth: int


@dataclass(frozen=True, slots=True)
class CharacterRules:
    """How characters may appear."""

    characters: tuple[Entry, ...]
    deny: tuple[Denied, ...]
    pair_deny: tuple[Entry, ...]
    rating_max: Rating
    voice: bool
    max_per_day: int | None


@dataclass(frozen=True, slots=True)
class Permission:
    """One act a grant allows and how narrowly; "*" in a list means any."""

    act: Use
    models: tuple[str, ...]
    stage: Stage
    purposes: tuple[str, ...]
    mediums: tuple[str, ...]
    territories: tuple[str, ...]
    start: datetime
    end: datetime | None
    limits: Limits | None
    attribution: Attribution
    watermark: bool
    approval: Approval
    exclusive: bool
    derivatives: Derivatives | None
    character: CharacterRules | None

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    def unread(self) -> tuple[str, ...]:
        """Return the narrowing fields that no rule can check yet: each refuses, as no one could keep it."""
        names = ["limits"] if self.limits else []
        names += ["approval"] if self.approval is not Approval.NONE else []
        names += ["character"] if self.character else []
        if self.act in OUTPUT_USES:
            names += ["attribution"] if self.attribution is not Attribution.NONE else []
            names += ["watermark"] if self.watermark else []
            names += ["derivatives"] if self.derivatives else []
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Revocation:
    """How the grant can end early; without `notice_days` it cannot be ended by notice before its term."""

    notice_days: int | None
    effect: Effect
    survive: tuple[str, ...]
    grounds: frozenset[Ground]


@dataclass(frozen=True, slots=True)
class Grant:
    """Signed permission for a subject. Kind `grant`; sealed: `prices` (one a permission), `contract_number`.

    Every grant is without prejudice to what the law allows without permission.
    """

    subject: str
    grantee: str
    allow: tuple[Permission, ...]
    revocation: Revocation
    sheet: Entry | None
    law: str
    terms_sha256: str | None
    vocabulary: int
    prices: tuple[Price, ...] | None
    """None where the sealed field stays shut or no price was agreed."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Grant:
        only(sealed, "prices", "contract_number", "signatories")
        vocabulary = public.integer("vocabulary")
        if vocabulary != VOCABULARY:
            raise InputError(f"vocabulary {vocabulary} of uses is unknown", remedy=f"draft it in version {VOCABULARY}")
        if public.truth("without_prejudice") is not True:
            raise InputError("a grant is always without prejudice", remedy="write without_prejudice: true")
        allow = tuple(_permission(item) for item in public.objects("allow"))
        prices = None
        if "prices" in sealed:
            prices = tuple(read_price(item) for item in Fields(sealed, "sealed").objects("prices"))
            if len(prices) != len(allow):
                raise InputError("prices and permissions differ in number", remedy="give one price a permission")
        if not allow:
            raise InputError("the grant allows nothing", remedy="name at least one use: --use train")
        return cls(
            public.digest("subject"),
            _grantee(public.text("grantee")),
            allow,
            _revocation(public.object("revoke")),
            Entry(public.digest("sheet")) if public.has("sheet") else None,
            public.text("law"),
            public.optional_digest("terms_sha256"),
            vocabulary,
            prices,
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """One party's yes or no to a grant, an authority, an ownership or a later version of a sheet. Kind `consent`."""

    target: Entry
    agrees: bool

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Consent:
        only(sealed, "note")
        return cls(Entry(public.digest("target")), public.truth("agrees"))


@dataclass(frozen=True, slots=True)
class Dedication:
    """The operator's finding that a work's maker put it under CC0; open to challenge. Kind `dedication`.

    Sealed: `creator`. Evidence are the files the finding rests on, kept in the archive.
    """

    subject: str
    licence: str
    licence_url: str
    source_url: str
    retrieved_at: datetime
    evidence: tuple[AssetId, ...]

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Dedication:
        only(sealed, "creator")
        licence = public.text("licence")
        if licence != "CC0-1.0":
            raise InputError(f"{licence} is no dedication", remedy="only CC0-1.0 is; a licence is not an opt-in: ask")
        evidence = tuple(AssetId(item) for item in public.digests("evidence"))
        if not evidence:
            raise InputError("a dedication needs evidence", remedy="give the deed's text: --evidence FILE")
        return cls(
            public.digest("subject"),
            licence,
            public.text("licence_url"),
            public.text("source_url"),
            public.instant("retrieved_at"),
            evidence,
        )


@dataclass(frozen=True, slots=True)
class Suspension:
    """New uses of a subject stop from its record on, until `end` or until it is ended itself. Kind `suspend`."""

    subject: str
    uses: frozenset[Use]
    end: datetime | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Suspension:
        only(sealed, "reason")
        return cls(public.digest("subject"), read_uses(public, "uses"), public.optional_instant("until"))


@dataclass(frozen=True, slots=True)
class Ending:
    """The target (a grant, suspension, dedication, consent, attestation or interest) ends. Kind `end`.

    It takes effect at `effective_at`, never before its record, save void and rescission, which act from the start.
    """

    target: Entry
    ground: Ground
    effective_at: datetime
    evidence_sha256: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Ending:
        only(sealed, "reason")
        return cls(
            Entry(public.digest("target")),
            public.choice("ground", Ground),
            public.instant("effective_at"),
            public.optional_digest("evidence_sha256"),
        )


def _grantee(text: str) -> str:
    if text == PLATFORM or text.startswith("class:"):
        return text
    return digest_text(text, "the grantee (platform, a party's id or class:NAME)")


def _permission(fields: Fields) -> Permission:
    permission = Permission(
        fields.choice("act", Use),
        fields.texts("models"),
        fields.choice("stage", Stage),
        fields.texts("purposes"),
        fields.texts("mediums"),
        read_territories(fields, "territories"),
        fields.instant("from"),
        fields.optional_instant("until"),
        _limits(fields.object("limits")) if fields.has("limits") else None,
        fields.choice("attribution", Attribution),
        fields.truth("watermark"),
        fields.choice("approval", Approval),
        fields.truth("exclusive"),
        _derivatives(fields.object("derivatives")) if fields.has("derivatives") else None,
        _character(fields.object("character")) if fields.has("character") else None,
    )
    fields.end()
    if permission.end is not None and permission.end <= permission.start:
        raise InputError("a permission ends before it starts", remedy="give --until after --from")
    return permission


def _limits(fields: Fields) -> Limits:
    def number(name: str) -> int | None:
        return fields.integer(name, low=1) if fields.has(name) else None

    limits = Limits(number("count"), fields.optional_text("per"), number("seconds"), number("resolution"))
    fields.end()
    return limits


def _derivatives(fields: Fields) -> Derivatives:
    derivatives = Derivatives(
        fields.truth("allowed"),
        fields.integer("share_ppm", high=1_000_000),
        fields.choice("policy", Policy),
        fields.integer("depth"),
    )
    fields.end()
    return derivatives


def _character(fields: Fields) -> CharacterRules:
    rules = CharacterRules(
        tuple(Entry(item) for item in fields.digests("ids")),
        fields.choices("deny", Denied),
        tuple(Entry(item) for item in fields.digests("pair_deny")),
        fields.choice("rating_max", Rating),
        fields.truth("voice"),
        fields.integer("max_per_day", low=1) if fields.has("max_per_day") else None,
    )
    fields.end()
    return rules


def _revocation(fields: Fields) -> Revocation:
    revocation = Revocation(
        fields.integer("notice_days") if fields.has("notice_days") else None,
        fields.choice("effect", Effect),
        fields.texts("survive"),
        frozenset(fields.choices("grounds", Ground)),
    )
    fields.end()
    return revocation
