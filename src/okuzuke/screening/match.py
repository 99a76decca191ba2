"""What screening answers and what a person may answer after it. Pure; it never says that rights are cleared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot, WorkId
from okuzuke.registry.force import appointment, concerned
from okuzuke.registry.holders import ownership
from okuzuke.registry.interests import Ownership
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code, Reason, reason

COPY_BITS = 31
"""PDQ distance, of 256 bits, up to which two pictures count as copies."""
NEAR_BITS = 40
"""PDQ distance up to which a person must look."""


class Likeness(StrEnum):
    """What two fingerprints say of two files."""

    SAME_FILE = "same_file"
    COPY = "copy"
    NEAR = "near"
    UNRELATED = "unrelated"


class Verdict(StrEnum):
    """Screening's word on a work: nothing like it found, a person must look, a person found it to be a copy."""

    NO_MATCH = "no_match"
    REVIEW = "review"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work to be screened."""

    work: WorkId
    asset: AssetId


@dataclass(frozen=True, slots=True)
class Found:
    """Another work that is like the one screened; distance in bits of 256."""

    other: WorkId
    likeness: Likeness
    distance_bits: int


@dataclass(frozen=True, slots=True)
class Screened:
    """One row of a screening: a work's fingerprint and everything found like it, of whichever party."""

    work: WorkId
    asset: AssetId
    iscc: str
    pdq: bytes
    pdq_quality: int
    verdict: Verdict
    found: tuple[Found, ...]

    def to_row(self) -> JsonObject:
        return {
            "work": self.work,
            "asset": self.asset,
            "iscc": self.iscc,
            "pdq": self.pdq.hex(),
            "pdq_quality": self.pdq_quality,
            "verdict": self.verdict.value,
            "found": [
                {"other": item.other, "likeness": item.likeness.value, "distance_bits": item.distance_bits}
                for item in self.found
            ],
        }

    @classmethod
    def read(cls, row: JsonObject) -> Screened:
        fields = Fields(row, "screened")
        screened = cls(
            WorkId(fields.digest("work")),
            AssetId(fields.digest("asset")),
            fields.text("iscc"),
            bytes.fromhex(fields.digest("pdq")),
            fields.integer("pdq_quality", high=100),
            fields.choice("verdict", Verdict),
            tuple(_found(item) for item in fields.objects("found")),
        )
        fields.end()
        return screened


@dataclass(frozen=True, slots=True)
class Screening:
    """The operator's record of one run. Kind `screen`; its rows are `Screened`."""

    rows: SetRoot
    size: int
    copy_bits: int
    near_bits: int

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Screening:
        only(sealed)
        rows = public.object("rows")
        screening = cls(
            SetRoot(rows.digest("root")),
            rows.integer("size", low=1),
            public.integer("copy_bits", high=256),
            public.integer("near_bits", high=256),
        )
        rows.end()
        return screening


@dataclass(frozen=True, slots=True)
class Review:
    """A verifier's word on one work after looking at it beside the others. Kind `review`.

    `no_match` resolves what screening found against the others named; `match` keeps the work out.
    """

    work: WorkId
    others: tuple[WorkId, ...]
    outcome: Verdict
    evidence_sha256: str | None

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Review:
        only(sealed, "note")
        return cls(
            WorkId(public.digest("work")),
            tuple(WorkId(work) for work in public.digests("others")),
            public.choice("outcome", Verdict),
            public.optional_digest("evidence_sha256"),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a work may enter a snapshot as far as screening goes, and the statements that say so."""

    verdict: Verdict | None
    """None where the work was not screened."""
    against: tuple[WorkId, ...]
    rests_on: tuple[Entry, ...]


def sides(known: Statements, at: datetime) -> dict[WorkId, str]:
    """Return whose side each work is on at `at`: its owners', else its registrant's.

    One desk may register for many owners, so the desk is nobody's side where owners are stated. What the operator
    found is on no holder's side: each series of it stands for itself.
    """
    found: dict[WorkId, str] = {}
    told: dict[tuple[str, ...], str] = {}
    for work, registered in known.works.items():
        scopes = known.scopes(work)
        stated = tuple(scope for scope in scopes if known.about(scope, Ownership))
        registrant = registered.register.signer
        if not stated:
            found[work] = registrant if registrant != known.operator else scopes[-1]
            continue
        if stated not in told:
            held = ownership(known, scopes, at)
            told[stated] = " ".join(sorted(held.owners.owners)) if held is not None else registrant
        found[work] = told[stated]
    return found


def machine_verdict(work: WorkId, found: Sequence[Found], whose: Mapping[WorkId, str]) -> Verdict:
    """Return `review` where something on another side is like the work; copies of one's own count once instead."""
    foreign = any(item.likeness is not Likeness.UNRELATED and whose.get(item.other) != whose[work] for item in found)
    return Verdict.REVIEW if foreign else Verdict.NO_MATCH


def standing(
    screened: Screened | None,
    screen: Entry | None,
    reviews: Sequence[tuple[Entry, Review]],
    whose: Mapping[WorkId, str],
    attested: Collection[WorkId],
) -> Standing:
    """Return where a work stands after its newest screening, the reviews in force, and attested titles.

    A side whose title a disinterested verifier attested does not wait for sides whose title is only claimed.
    """
    if screened is None or screen is None:
        return Standing(None, (), ())
    side = whose.get(screened.work)
    foreign = [item.other for item in screened.found if whose.get(item.other) != side]
    entries = [screen]
    matched: Review | None = None
    for entry, review in reviews:  # oldest first: a later word on the work overrides an earlier one
        entries.append(entry)
        matched = review if review.outcome is Verdict.MATCH else None
        if matched is None:
            foreign = [other for other in foreign if other not in review.others]
    if matched is not None:
        return Standing(Verdict.MATCH, matched.others, tuple(entries))
    if screened.work in attested:
        foreign = [other for other in foreign if other in attested]
    verdict = Verdict.REVIEW if foreign else Verdict.NO_MATCH
    return Standing(verdict, tuple(foreign), tuple(entries))


def review_refusal(
    known: Statements, signer: PartyId, capacity: Capacity, review: Review, recorded_at: datetime
) -> Reason | None:
    """Return why this party may not review this work, or None: a verifier without interest in either side."""
    if capacity is not Capacity.VERIFIER or appointment(known, signer, recorded_at) is None:
        return reason(Code.NOT_VERIFIER, who=signer, name=known.name(signer))
    position = max((fact.position for fact in known.facts.values()), default=0) + 1
    if any(signer in concerned(known, work, position) for work in (review.work, *review.others)):
        return reason(Code.INTERESTED, who=signer, name=known.name(signer))
    return None


def _found(fields: Fields) -> Found:
    found = Found(
        WorkId(fields.digest("other")),
        fields.choice("likeness", Likeness),
        fields.integer("distance_bits", high=256),
    )
    fields.end()
    return found
