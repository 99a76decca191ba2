"""Who has what right in a work: ownership 持分, interests, and the author's own moral consent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import PartyId, digest_text
from okuzuke.core.intervals import Period
from okuzuke.registry.uses import Use, read_territories, read_uses

EVERY = "*"
_PART = re.compile(r"\d{1,9}(/[1-9]\d{0,8})?")


class Form(StrEnum):
    """How owners hold together."""

    SOLE = "sole"
    JOINT = "joint"
    COMMITTEE = "committee"
    INHERITED = "inherited"


class Title(StrEnum):
    """Where a right comes from; Copyright Act 15, 29, 61(2) behind the second to the fourth."""

    CREATION = "creation"
    WORK_FOR_HIRE = "work_for_hire"
    FILM_MAKER = "film_maker"
    TRANSFER = "transfer"
    TRANSFER_WITH_27_28 = "transfer_with_27_28"
    SUCCESSION = "succession"
    LICENCE = "licence"


class InterestKind(StrEnum):
    """A right beside ownership."""

    AUTHOR = "author"
    UNDERLYING = "underlying"
    PUBLICATION = "publication"
    EXCLUSIVE = "exclusive"
    NEIGHBOURING = "neighbouring"


@dataclass(frozen=True, slots=True)
class Ownership:
    """The co-owners of a work's or series' copyright. Kind `ownership`; sealed: `parts` (party: "1/3")."""

    subject: str
    form: Form
    title: Title
    owners: tuple[PartyId, ...]
    agreement_sha256: str | None
    parts: tuple[tuple[PartyId, Fraction], ...] | None
    """None where the sealed field stays shut; else one part an owner, summing to one."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Ownership:
        only(sealed, "parts", "evidence")
        owners = tuple(PartyId(party) for party in public.digests("owners"))
        if not owners or len(set(owners)) != len(owners):
            raise InputError("owners are not distinct parties", remedy="name each owner once: --owner PARTY=1/3")
        form = public.choice("form", Form)
        if (form is Form.SOLE) != (len(owners) == 1):
            raise InputError(f"{len(owners)} owners do not hold as {form}", remedy="use --form joint or committee")
        return cls(
            public.digest("subject"),
            form,
            public.choice("title", Title),
            owners,
            public.optional_digest("agreement_sha256"),
            _parts(sealed, owners) if "parts" in sealed else None,
        )


@dataclass(frozen=True, slots=True)
class Interest:
    """A party's right beside ownership, for these uses, in these territories, from `start` until `end`.

    Kind `interest`. Each use it covers then needs this party's consent too.
    """

    subject: str
    party: PartyId
    kind: InterestKind
    title: Title
    uses: frozenset[Use]
    territories: tuple[str, ...]
    start: datetime
    end: datetime | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Interest:
        only(sealed, "name", "evidence", "contract_number")
        interest = cls(
            public.digest("subject"),
            PartyId(public.digest("party")),
            public.choice("interest", InterestKind),
            public.choice("title", Title),
            read_uses(public, "uses"),
            read_territories(public, "territories"),
            public.instant("from"),
            public.optional_instant("until"),
        )
        Period(interest.start, interest.end)
        return interest


class Credit(StrEnum):
    """How the author wants to be named."""

    NAME = "name"
    PEN_NAME = "pen_name"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MoralConsent:
    """The author's own consent to alterations and first publication, never an assignee's. Kind `moral`."""

    subject: str
    uses: frozenset[Use]
    credit: Credit
    first_publication: bool

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> MoralConsent:
        only(sealed, "conditions")
        return cls(
            public.digest("subject"),
            read_uses(public, "uses"),
            public.choice("credit", Credit),
            public.truth("first_publication"),
        )


def read_part(text: str, what: str) -> Fraction:
    """Return a part such as 1/3, or 1 for the whole; nothing else, as a text like 1e999999999 would never be read."""
    if not _PART.fullmatch(text) or not 0 < Fraction(text) <= 1:
        raise InputError(f"{what} is no part of a whole: {text[:40]!r}", remedy="write it as 1/3")
    return Fraction(text)


def _parts(sealed: JsonObject, owners: tuple[PartyId, ...]) -> tuple[tuple[PartyId, Fraction], ...]:
    fields = Fields(sealed["parts"], "parts")
    parts = tuple(
        (PartyId(digest_text(owner, "an owner")), read_part(fields.text(owner), f"the part of {owner}"))
        for owner in owners
    )
    fields.end()
    if sum(part for _, part in parts) != 1:
        raise InputError("the owners' parts do not sum to one", remedy="write parts such as 1/2, 1/3, 1/6")
    return parts
