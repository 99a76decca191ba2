"""A register in memory: facts with made-up entries, no database and no signatures, one minute after another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot, WorkId
from okuzuke.ledger.statement import RestsOn
from okuzuke.registry import standing
from okuzuke.registry.authority import Authority, Rule, Suspender, Window
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Decision
from okuzuke.registry.grants import (
    PLATFORM,
    Approval,
    Attribution,
    Consent,
    Dedication,
    Effect,
    Ending,
    Grant,
    Ground,
    Permission,
    Revocation,
    Stage,
    Suspension,
)
from okuzuke.registry.intake import WorkType
from okuzuke.registry.interests import Credit, Form, Interest, InterestKind, MoralConsent, Ownership, Title
from okuzuke.registry.known import Body, Fact, Registered, Statements
from okuzuke.registry.parties import Attestation, Capacity, Claim, Party, PartyType, Role
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import ALL_USES, VOCABULARY, Use
from okuzuke.registry.works import Register, Series, Work

DAWN = datetime(2026, 4, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta.resolution
PAPER = "da" * 32
ANY = ("*",)


def digest_of(*words: object) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()


def did_of(name: str) -> str:
    return f"did:key:z{name}"


def permission(use: Use = Use.TRAIN, start: datetime = DAWN, end: datetime | None = None) -> Permission:
    """Return a permission as wide as the vocabulary allows; `dataclasses.replace` narrows it."""
    return Permission(
        act=use,
        models=ANY,
        stage=Stage.ANY,
        purposes=ANY,
        mediums=ANY,
        territories=ANY,
        start=start,
        end=end,
        limits=None,
        attribution=Attribution.NONE,
        watermark=False,
        approval=Approval.NONE,
        exclusive=False,
        derivatives=None,
        character=None,
    )


def grant_of(subject: str, *allow: Permission, grantee: str = PLATFORM) -> Grant:
    """Return a grant that ends by 30 days' notice."""
    revocation = Revocation(30, Effect.STOP_NEW, (), frozenset({Ground.NOTICE, Ground.EXPIRY}))
    return Grant(subject, grantee, allow or (permission(),), revocation, None, "JP", None, VOCABULARY, None)


def ownership_of(
    subject: str, owners: Sequence[PartyId], title: Title = Title.CREATION, parts: Mapping[PartyId, str] | None = None
) -> Ownership:
    form = Form.SOLE if len(owners) == 1 else Form.COMMITTEE
    shares = tuple((party, Fraction(part)) for party, part in parts.items()) if parts is not None else None
    return Ownership(subject, form, title, tuple(owners), None, shares)


def interest_of(
    subject: str,
    party: PartyId,
    kind: InterestKind = InterestKind.UNDERLYING,
    territories: tuple[str, ...] = ANY,
    start: datetime = DAWN,
    end: datetime | None = None,
) -> Interest:
    return Interest(subject, party, kind, Title.CREATION, ALL_USES, territories, start, end)


def window_of(
    party: PartyId | None = None,
    *,
    uses: frozenset[Use] = frozenset({Use.TRAIN}),
    territories: tuple[str, ...] = ANY,
    mediums: tuple[str, ...] = ANY,
    start: datetime = DAWN,
    end: datetime | None = None,
    at_least: str | None = None,
) -> Window:
    """Return a window held by the party, by parts where `at_least` is given, else by all."""
    rule = Rule.PARTS if at_least is not None else Rule.WINDOW if party is not None else Rule.UNANIMOUS
    return Window(
        uses, mediums, territories, start, end, rule, party, Fraction(at_least) if at_least is not None else None
    )


def attestation_of(
    claim: Claim,
    target: str,
    signatories: tuple[PartyId, ...] = (),
    start: datetime = DAWN,
    end: datetime | None = None,
) -> Attestation:
    return Attestation(claim, Entry(target), signatories, PAPER, "met and read", start, end)


def work_of(
    name: str, *, published: bool = True, based_on: tuple[WorkId, ...] = (), contains: tuple[WorkId, ...] = ()
) -> Work:
    return Work(
        work=WorkId(digest_of("work", name)),
        name=name,
        type=WorkType.PICTURE,
        asset=AssetId(digest_of("asset", name)),
        iscc="ISCC:EEA",
        media_type="image/png",
        width=64,
        height=64,
        size_bytes=100,
        title=None,
        caption="",
        tags=(),
        published=published,
        based_on=based_on,
        contains=contains,
    )


class Book:
    """A log that grows by a minute a statement; the operator's is the first.

    `say` records only what standing admits. `slip_in` records anything, as a broken archive would.
    """

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.works: list[Registered] = []
        self.now = DAWN
        self.operator = self.party("operator", Role.OPERATOR)

    @property
    def known(self) -> Statements:
        return Statements.of(self.facts, self.works)

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    def fact(self, signer: PartyId, capacity: Capacity, body: Body, did: str | None = None) -> Fact:
        """Return the statement as it would be recorded now."""
        party = self.known.body(signer, Party)
        issuer = did or (party.did if party is not None else "did:key:znobody")
        entry = Entry(digest_of("entry", len(self.facts), body))
        return Fact(len(self.facts), entry, self.now, issuer, signer, capacity, (), body)

    def refusal(self, signer: PartyId, capacity: Capacity, body: Body, did: str | None = None) -> Code | None:
        refused = standing.refusal(self.known, self.fact(signer, capacity, body, did))
        return refused.code if refused is not None else None

    def say(self, signer: PartyId, capacity: Capacity, body: Body, did: str | None = None) -> Entry:
        refused = standing.refusal(self.known, self.fact(signer, capacity, body, did))
        assert refused is None, refused
        return self.slip_in(signer, capacity, body, did)

    def slip_in(self, signer: PartyId, capacity: Capacity, body: Body, did: str | None = None) -> Entry:
        fact = self.fact(signer, capacity, body, did)
        self.facts.append(fact)
        self.now += MINUTE
        return fact.entry

    def party(self, name: str, role: Role = Role.HOLDER) -> PartyId:
        body = Party(PartyType.ORGANISATION, role, name, None, None, did_of(name), demo=False)
        entry = Entry(digest_of("party", name))
        here = (RestsOn(entry=self.facts[0].entry),) if self.facts else ()
        fact = Fact(len(self.facts), entry, self.now, body.did, PartyId(entry), Capacity.SELF, here, body)
        assert standing.refusal(self.known, fact) is None
        self.facts.append(fact)
        self.now += MINUTE
        return PartyId(entry)

    def verifier(self, name: str) -> PartyId:
        """Return a party that the operator has appointed."""
        party = self.party(name, Role.VERIFIER)
        self.say(self.operator, Capacity.OPERATOR, attestation_of(Claim.APPOINTMENT, party))
        return party

    def series(self, *registrants: PartyId, public_licence: str | None = None) -> Entry:
        title = f"series {len(self.facts)}"
        body = Series(title, None, title, f"© {title}", registrants, public_licence)
        return self.say(registrants[0], Capacity.REGISTRANT, body)

    def work(
        self,
        series: Entry,
        registrant: PartyId,
        *,
        published: bool = True,
        based_on: tuple[WorkId, ...] = (),
        contains: tuple[WorkId, ...] = (),
    ) -> WorkId:
        """Register one work into the series."""
        work = work_of(f"work {len(self.facts)}", published=published, based_on=based_on, contains=contains)
        entry = self.say(registrant, Capacity.REGISTRANT, Register(series, SetRoot(digest_of("root", work.work)), 1))
        self.works.append(Registered(work, self.known.facts[entry], 0))
        return work.work

    def owned(self, subject: str, registrant: PartyId, *owners: PartyId, parts: Sequence[str] | None = None) -> Entry:
        """State who owns the subject, by whom it was registered."""
        shares = dict(zip(owners, parts, strict=True)) if parts is not None else None
        return self.say(registrant, Capacity.REGISTRANT, ownership_of(subject, owners, parts=shares))

    def own_work(self, *owners: PartyId, published: bool = True) -> WorkId:
        """Register a work in a series of its own, owned by all of the parties and by nobody else."""
        series = self.series(owners[0])
        self.owned(series, owners[0], *owners)
        return self.work(series, owners[0], published=published)

    def grant(
        self, subject: str, signer: PartyId, *allow: Permission, by: Capacity = Capacity.OWNER, grantee: str = PLATFORM
    ) -> Entry:
        return self.say(signer, by, grant_of(subject, *allow, grantee=grantee))

    def consent(
        self, target: Entry, *parties: PartyId, agrees: bool = True, by: Capacity = Capacity.OWNER
    ) -> list[Entry]:
        return [self.say(party, by, Consent(target, agrees)) for party in parties]

    def authority(
        self, subject: str, *windows: Window, signed: Sequence[PartyId], suspender: Suspender = Suspender.ANY_MEMBER
    ) -> Entry:
        """State who decides, signed by these owners, the first of whom states it."""
        entry = self.say(signed[0], Capacity.OWNER, Authority(subject, windows, suspender, None))
        self.consent(entry, *signed[1:])
        return entry

    def author(self, subject: str, registrant: PartyId, author: PartyId) -> Entry:
        return self.say(registrant, Capacity.REGISTRANT, interest_of(subject, author, InterestKind.AUTHOR))

    def moral(self, subject: str, author: PartyId, *uses: Use, first_publication: bool = False) -> Entry:
        body = MoralConsent(subject, frozenset(uses), Credit.NAME, first_publication)
        return self.say(author, Capacity.AUTHOR, body)

    def suspend(
        self,
        subject: str,
        signer: PartyId,
        *,
        uses: frozenset[Use] = ALL_USES,
        until: datetime | None = None,
        by: Capacity = Capacity.OWNER,
    ) -> Entry:
        return self.say(signer, by, Suspension(subject, uses, until))

    def end(
        self,
        target: Entry,
        signer: PartyId,
        ground: Ground = Ground.NOTICE,
        effective_at: datetime | None = None,
        by: Capacity = Capacity.OWNER,
    ) -> Entry:
        return self.say(signer, by, Ending(target, ground, effective_at or self.now, PAPER))

    def attest(self, claim: Claim, target: str, verifier: PartyId, *signatories: PartyId) -> Entry:
        return self.say(verifier, Capacity.VERIFIER, attestation_of(claim, target, signatories))

    def dedicate(self, subject: str) -> Entry:
        body = Dedication(subject, "CC0-1.0", "https://cc0.example", "https://source.example", DAWN, (AssetId(PAPER),))
        return self.say(self.operator, Capacity.OPERATOR, body)

    def transfer(self, subject: str, seller: PartyId, *owners: PartyId, title: Title = Title.TRANSFER) -> Entry:
        return self.say(seller, Capacity.OWNER, ownership_of(subject, owners, title))

    def decide(
        self,
        asked: Asked | str,
        use: Use = Use.TRAIN,
        *,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> Decision:
        """Answer as of now, when all is on record, unless told when."""
        question = asked if isinstance(asked, Asked) else Asked(asked, use)
        return decide(self.known, question, valid_at or self.now, known_at or self.now)

    def codes(self, asked: Asked | str, use: Use = Use.TRAIN, *, valid_at: datetime | None = None) -> set[Code]:
        """Return why the answer is what it is."""
        return {reason.code for reason in self.decide(asked, use, valid_at=valid_at).reasons}

    def allowed(self, asked: Asked | str, use: Use = Use.TRAIN, *, valid_at: datetime | None = None) -> bool:
        return self.decide(asked, use, valid_at=valid_at).allowed

    def recorded_at(self, entry: Entry) -> datetime:
        return self.known.facts[entry].recorded_at

    def missing(self, asked: Asked | str, use: Use = Use.TRAIN) -> set[PartyId]:
        """Return the parties whose agreement the answer says is missing."""
        needs = self.decide(asked, use).needs
        return {need.party for need in needs if not need.covered_by and need.party is not None}


@dataclass(frozen=True, slots=True)
class Committee:
    """Three co-owners of a series, of one half, one third and one sixth, with one work in it; and a stranger."""

    book: Book
    series: Entry
    title: Entry
    work: WorkId
    secretary: PartyId
    studio: PartyId
    broadcaster: PartyId
    stranger: PartyId

    @property
    def members(self) -> tuple[PartyId, PartyId, PartyId]:
        return self.secretary, self.studio, self.broadcaster

    def windows(self, *windows: Window) -> Entry:
        return self.book.authority(self.series, *windows, signed=self.members)


def committee_in(book: Book) -> Committee:
    secretary, studio, broadcaster, stranger = map(book.party, ("secretary", "studio", "broadcaster", "stranger"))
    series = book.series(secretary)
    title = book.owned(series, secretary, secretary, studio, broadcaster, parts=("1/2", "1/3", "1/6"))
    work = book.work(series, secretary)
    return Committee(book, series, title, work, secretary, studio, broadcaster, stranger)


def narrowed(**changes: object) -> Permission:
    """Return a permission to train that is narrowed so."""
    return replace(permission(), **changes)  # type: ignore[arg-type]
