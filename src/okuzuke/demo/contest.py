"""Who registered first is not who made it: a repost, the author after it, screening, and a person's word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from okuzuke.core.ids import Entry, WorkId
from okuzuke.datasets.snapshot import Refusal
from okuzuke.demo import opening
from okuzuke.demo.board import answers_at, screenings_at
from okuzuke.demo.cast import ILLUSTRATOR, THIEF, VERIFIER
from okuzuke.demo.telling import Telling
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Names
from okuzuke.registry.grants import Ground
from okuzuke.registry.interests import Credit, Form, InterestKind, Title
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.sheets import PPM, Line, Of
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Verdict

KOKESHI = "kokeshi"
REPOSTED_ON, MADE_KNOWN_ON, LOOKED_AT_ON = 9, 19, 24
"""Days of the calendar."""


@dataclass(frozen=True, slots=True)
class Stood:
    """How a series' works stood for training at some instant, as far as a snapshot would take them."""

    series: Entry
    admitted: int
    in_review: int
    copies: int


@dataclass(frozen=True, slots=True)
class Contest:
    """The two series, what was recorded about them, and how both stood before and after a person's word."""

    reposted: Entry
    kokeshi: Entry
    first_screen: Entry
    second_screen: Entry
    title: Entry
    review: Entry
    reviewed: WorkId
    before: tuple[Stood, ...]
    after: tuple[Stood, ...]


def contest(telling: Telling) -> Contest:
    """Let the repost come first and the author second, and let screening and the verifier sort them."""
    reposted = _repost(telling)
    first = _screen(telling, "first")
    alone = telling.ask(_works(telling, reposted)[0], Use.TRAIN)
    telling.fact("consent show", f"the repost, alone on record: {alone.state}; title only {alone.title}", reposted)
    telling.fact("", "台帳の順序は日付を示すだけで、権利の帰属を示しません / log order shows a date, never ownership")
    telling.day(MADE_KNOWN_ON)
    kokeshi, owned = _author(telling)
    second = _screen(telling, "second")
    before = _standing(telling, kokeshi, reposted)
    telling.day(LOOKED_AT_ON)
    title = _attest(telling, owned)
    reviewed = _works(telling, reposted)[0]
    review = telling.step("review", lambda: _review(telling, reviewed))
    telling.fact("review", "the mirrored picture beside its original: match (第三者確認者の判断)", review)
    after = _standing(telling, kokeshi, reposted)
    return Contest(reposted, kokeshi, first, second, title, review, reviewed, before, after)


def _repost(telling: Telling) -> Entry:
    signer = telling.signer(THIEF, Capacity.REGISTRANT)
    subject = telling.say(
        "series hiroimono",
        THIEF,
        lambda _: drafts.series(
            signer, Names("ひろいもの図鑑"), "Found Pictures", "© ひろいもの図鑑（架空）", [signer.party]
        ),
    )
    opening.register_copies(telling, subject, THIEF, KOKESHI)
    owned = telling.say(
        "ownership hiroimono",
        THIEF,
        lambda known: drafts.ownership(signer, known, subject, {signer.party: "1"}, Form.SOLE, Title.CREATION),
    )
    telling.fact("ownership", "claimed by the reposting account (申告のみ)", owned)
    owner = telling.signer(THIEF, Capacity.OWNER)
    permission = drafts.permission(Use.TRAIN, telling.since())
    granted = telling.say("grant hiroimono", THIEF, lambda known: drafts.grant(owner, known, subject, [permission]))
    telling.fact("grant", "train, signed by the reposting account", granted)
    return subject


def _author(telling: Telling) -> tuple[Entry, Entry]:
    """Let the illustrator enter the series and all that a use of it needs; return series and ownership."""
    subject = opening.series(telling, KOKESHI, ILLUSTRATOR, f"© {ILLUSTRATOR.names.name}")
    opening.register(telling, KOKESHI, subject, ILLUSTRATOR)
    registrant = telling.signer(ILLUSTRATOR, Capacity.REGISTRANT)
    owner = telling.signer(ILLUSTRATOR, Capacity.OWNER)
    party = owner.party
    owned = telling.say(
        "ownership kokeshi",
        ILLUSTRATOR,
        lambda known: drafts.ownership(registrant, known, subject, {party: "1"}, Form.SOLE, Title.CREATION),
    )
    telling.fact("ownership", "こけし暦  sole, by creation; only claimed as yet (申告のみ)", owned)
    span = telling.since()
    telling.say(
        "interest illustrator",
        ILLUSTRATOR,
        lambda known: drafts.interest(registrant, known, subject, party, InterestKind.AUTHOR, Title.CREATION, span),
    )
    uses = [Use.EDIT, Use.PUBLISH_OUTPUT]
    moral = telling.say(
        "moral kokeshi",
        ILLUSTRATOR,
        lambda known: drafts.moral(party, known, subject, uses, Credit.PEN_NAME, first_publication=False),
    )
    telling.fact("moral", f"the author's own consent to {', '.join(uses)}, credited by pen name", moral)
    sheet = telling.say(
        "sheet kokeshi",
        ILLUSTRATOR,
        lambda known: drafts.sheet(owner, known, subject, [Line("著作者", party, Of.REST, PPM)]),
    )
    telling.fact("sheet", "こけし暦  all to the illustrator", sheet)
    term = opening.ten_years(telling)
    permissions = [drafts.permission(use, term) for use in (Use.TRAIN, Use.CAPTION, Use.GENERATE, *uses)]
    granted = telling.say(
        "grant kokeshi",
        ILLUSTRATOR,
        lambda known: drafts.grant(owner, known, subject, permissions, sheet_id=sheet, notice_days=90),
    )
    telling.fact("grant", "train, caption, generate, edit, publish_output for ten years", granted)
    _merchandise(telling, subject)
    return subject, owned


def _merchandise(telling: Telling, subject: Entry) -> None:
    """Let the illustrator grant merchandise and end it by notice."""
    owner = telling.signer(ILLUSTRATOR, Capacity.OWNER)
    permission = drafts.permission(Use.MERCHANDISE, telling.since())
    granted = telling.say(
        "grant merchandise",
        ILLUSTRATOR,
        lambda known: drafts.grant(owner, known, subject, [permission], sheet_id=None, notice_days=30),
    )
    ends = telling.since().start + timedelta(days=31)
    ended = telling.say("end merchandise", ILLUSTRATOR, lambda _: drafts.end(owner, granted, Ground.NOTICE, ends))
    telling.fact("end", f"merchandise, by 30 days' notice: ends {ends:%Y-%m-%d}", ended)


def _screen(telling: Telling, name: str) -> Entry:
    def act() -> Entry:
        entry = telling.archive.screening.run().entry
        assert entry is not None, "there are works to screen"
        return entry

    entry = telling.step(f"screen {name}", act)
    known = telling.archive.registry.known().until(telling.now)
    newest = screenings_at(telling.archive, telling.now).newest
    by_this = [screened for screen, screened in newest.values() if screen == entry]
    waiting = sum(screened.verdict is Verdict.REVIEW for _, screened in newest.values())
    telling.fact("screen", f"{len(by_this):>4} works beside {len(known.works)}, {waiting} wait for review", entry)
    return entry


def _attest(telling: Telling, owned: Entry) -> Entry:
    paper = telling.evidence(
        "kokeshi-layers.txt", "こけし暦 制作データ（レイヤー構成・作業日時）の確認記録（架空の見本）\n"
    )
    verifier = telling.signer(VERIFIER, Capacity.VERIFIER)
    identity = telling.say(
        "attest illustrator",
        VERIFIER,
        lambda _: drafts.attest(
            verifier,
            Claim.IDENTITY,
            Entry(telling.parties[ILLUSTRATOR.name]),
            "saw an identity paper; the legal name stays sealed",
            telling.since(),
            evidence=paper,
        ),
    )
    telling.fact("attested", f"{ILLUSTRATOR.names.name}  identity behind the pen name", identity)
    title = telling.say(
        "attest kokeshi",
        VERIFIER,
        lambda _: drafts.attest(
            verifier, Claim.TITLE, owned, "read the layered originals and their dates", telling.since(), evidence=paper
        ),
    )
    telling.fact("attested", "こけし暦  title, from the layered originals and their dates", title)
    return title


def _review(telling: Telling, work: WorkId) -> Entry:
    key = telling.seed.key(VERIFIER.name)
    return telling.archive.screening.review(telling.parties[VERIFIER.name], key, work, Verdict.MATCH).entry


def _standing(telling: Telling, kokeshi: Entry, reposted: Entry) -> tuple[Stood, ...]:
    """Print and return how the works of both series stand, as of the last step."""
    known = telling.archive.registry.known().until(telling.now)
    screenings = screenings_at(telling.archive, telling.now)
    answers = answers_at(known, screenings, Use.TRAIN, telling.now, title_claimed=True)
    found: list[Stood] = []
    for name, series in (("こけし暦 (the author's)", kokeshi), ("ひろいもの図鑑 (the repost)", reposted)):
        refused = [answers[work].refused for work in _works(telling, series)]
        counts = Counter(None if item is None else item.refusal for item in refused)
        stood = Stood(series, counts[None], counts[Refusal.IN_REVIEW], counts[Refusal.COPY])
        told = f"{stood.admitted} admitted, {stood.in_review} in review, {stood.copies} found to be copies"
        telling.fact("standing", f"{name}: {told}", series)
        found.append(stood)
    return tuple(found)


def _works(telling: Telling, series: Entry) -> list[WorkId]:
    known = telling.archive.registry.known()
    return [work for work in known.works if series in known.scopes(work)]
