"""Who registered first is not who made it: a repost, the author after it, screening, and a person's word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from okuzuke.core.ids import Entry, WorkId
from okuzuke.core.money import Money
from okuzuke.datasets.snapshot import Refusal
from okuzuke.demo import opening
from okuzuke.demo.alone import Offer, free, hold, price
from okuzuke.demo.board import answers_at, screenings_at
from okuzuke.demo.cast import ILLUSTRATOR, THIEF, VERIFIER
from okuzuke.demo.opening import Copied
from okuzuke.demo.telling import Telling
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Names
from okuzuke.registry.grants import Ground
from okuzuke.registry.interests import Credit, Form, Title
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.prices import Per, PriceModel
from okuzuke.registry.sheets import PPM, Line, Of
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Verdict

KOKESHI = "kokeshi"
REPOSTED_ON, MADE_KNOWN_ON, LOOKED_AT_ON = 9, 19, 24
"""Days of the calendar."""

_FEE = Money(12_000_000, "JPY")


@dataclass(frozen=True, slots=True)
class Repost:
    """A series under which a stranger enters what others made."""

    folder: str
    title: str
    title_en: str
    copied: Copied


FOUND = Repost("hiroimono", "ひろいもの図鑑", "Found Pictures", Copied(KOKESHI, 13, mirrored=True))


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
    reposted = repost(telling, FOUND)
    first = screen(telling, "first")
    alone = telling.ask(_works(telling, reposted)[0], Use.TRAIN)
    telling.fact("consent show", f"the repost, alone on record: {alone.state}; title only {alone.title}", reposted)
    telling.fact("", "台帳の順序は日付を示すだけで、権利の帰属を示しません / log order shows a date, never ownership")
    telling.day(MADE_KNOWN_ON)
    kokeshi, owned = _author(telling)
    second = screen(telling, "second")
    pair = {"こけし暦 (the author's)": kokeshi, "ひろいもの図鑑 (the repost)": reposted}
    before = standing(telling, pair)
    telling.day(LOOKED_AT_ON)
    title = _attest(telling, owned)
    reviewed = _works(telling, reposted)[0]
    review = telling.step("review", lambda: _review(telling, reviewed))
    telling.fact("review", "the mirrored picture beside its original: match (第三者確認者の判断)", review)
    after = standing(telling, pair)
    return Contest(reposted, kokeshi, first, second, title, review, reviewed, before, after)


def repost(telling: Telling, account: Repost) -> Entry:
    """Let a stranger enter copies of another's works as its own, and claim and grant them."""
    signer = telling.signer(THIEF, Capacity.REGISTRANT)
    subject = telling.say(
        f"series {account.folder}",
        THIEF,
        lambda _: drafts.series(
            signer, Names(account.title), account.title_en, f"© {account.title}（架空）", [signer.party]
        ),
    )
    opening.register_copies(telling, account.folder, subject, THIEF, account.copied)
    owned = telling.say(
        f"ownership {account.folder}",
        THIEF,
        lambda known: drafts.ownership(signer, known, subject, {signer.party: "1"}, Form.SOLE, Title.CREATION),
    )
    telling.fact("ownership", "claimed by the reposting account (申告のみ)", owned)
    owner = telling.signer(THIEF, Capacity.OWNER)
    sheet = telling.say(
        f"sheet {account.folder}",
        THIEF,
        lambda known: drafts.sheet(owner, known, subject, [Line("転載者", signer.party, Of.REST, PPM)]),
    )
    allow = [drafts.permission(use, telling.since()) for use in (Use.TRAIN, Use.GENERATE)]
    granted = telling.say(
        f"grant {account.folder}",
        THIEF,
        lambda known: drafts.grant(owner, known, subject, allow, sheet_id=sheet),
    )
    telling.fact("grant", "train, generate, signed by the reposting account; all money to itself", granted)
    return subject


def _author(telling: Telling) -> tuple[Entry, Entry]:
    """Let the illustrator enter the series and all that a use of it needs; return series and ownership."""
    fee = price(PriceModel.FIXED, amount=_FEE, per=Per.GENERATION)
    uses = (Use.EDIT, Use.PUBLISH_OUTPUT)
    prices = {Use.TRAIN: free(), Use.CAPTION: free(), Use.GENERATE: fee, **dict.fromkeys(uses, free())}
    offer = Offer(Title.CREATION, "著作者", prices, 90)
    held = hold(telling, KOKESHI, ILLUSTRATOR, f"© {ILLUSTRATOR.names.name}", offer)
    moral = telling.say(
        "moral kokeshi",
        ILLUSTRATOR,
        lambda known: drafts.moral(
            telling.parties[ILLUSTRATOR.name], known, held.series, uses, Credit.PEN_NAME, first_publication=False
        ),
    )
    telling.fact("moral", f"the author's own consent to {', '.join(uses)}, credited by pen name", moral)
    _merchandise(telling, held.series)
    return held.series, held.owned


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


def screen(telling: Telling, name: str) -> Entry:
    """Screen what is new, and print how many works wait for a person."""

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


def standing(telling: Telling, named: Mapping[str, Entry]) -> tuple[Stood, ...]:
    """Print and return how the works of some series stand, as of the last step."""
    known = telling.archive.registry.known().until(telling.now)
    screenings = screenings_at(telling.archive, telling.now)
    answers = answers_at(known, screenings, Use.TRAIN, telling.now, title_claimed=True)
    found: list[Stood] = []
    for name, series in named.items():
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
