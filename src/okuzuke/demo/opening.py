"""The story's beginning: who is there, which works are entered, and how a committee comes to agree."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageOps

from okuzuke.core.canonical import canonical_bytes
from okuzuke.core.ids import Entry
from okuzuke.demo import catalogue
from okuzuke.demo.cast import (
    AUTHOR,
    BROADCASTER,
    JOINING,
    MEMBERS,
    OPERATOR,
    PUBLISHER,
    SECRETARY,
    STUDIO,
    VERIFIER,
    Member,
)
from okuzuke.demo.catalogue import Kind, Sample
from okuzuke.demo.telling import Telling, write
from okuzuke.registry import drafts
from okuzuke.registry.decision import Decision
from okuzuke.registry.drafts import Names, Span
from okuzuke.registry.intake import CAPTIONS
from okuzuke.registry.interests import Form, InterestKind, Title
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.sheets import PPM, Line, Of
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Register

TERM_YEARS = 10
DARUMA = "daruma"
CC_BY_LINE = "© 鯉野はねる（架空）"
CC0_LINE = "CC0 1.0（権利の主張はありません。推奨・後援を示しません）"


@dataclass(frozen=True, slots=True)
class Moment:
    """One turn of the story: what was said, in which entry, and what the register answered right after it."""

    ja: str
    en: str
    entry: Entry
    decision: Decision


@dataclass(frozen=True, slots=True)
class Copied:
    """What a stranger takes: so many of a series' first works, one less than there are at most."""

    original: str
    most: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class _File:
    """One file of an intake and its caption."""

    name: str
    picture: bytes
    caption: str


def parties(telling: Telling) -> None:
    """Let everyone join, and the operator appoint the verifier."""
    for member in JOINING:
        telling.join(member)
    appointed = telling.say(
        "appoint verifier",
        OPERATOR,
        lambda _: drafts.attest(
            telling.signer(OPERATOR, Capacity.OPERATOR),
            Claim.APPOINTMENT,
            Entry(telling.parties[VERIFIER.name]),
            "met in person; no holding in any registered work",
            telling.since(),
        ),
    )
    for member in MEMBERS:
        telling.fact("party", f"{member.names.name}  {member.part_ja}", telling.parties[member.name])
    telling.fact("appointed", f"{VERIFIER.names.name}", appointed)


def works(telling: Telling) -> dict[str, Entry]:
    """Enter the committee's series and, by the operator who found them, those nobody was asked for."""
    opened = {DARUMA: series(telling, DARUMA, SECRETARY, "©「だるま百態」製作委員会（架空）")}
    register(telling, DARUMA, opened[DARUMA], SECRETARY)
    for found in catalogue.catalogue():
        if found.kind is Kind.DEDICATION:
            opened[found.id] = series(telling, found.id, OPERATOR, CC0_LINE)
            register(telling, found.id, opened[found.id], OPERATOR)
            _dedication(telling, found.id, opened[found.id])
        elif not found.asked:
            opened[found.id] = series(telling, found.id, OPERATOR, CC_BY_LINE, public_licence=found.licence)
            register(telling, found.id, opened[found.id], OPERATOR)
    return opened


def committee(telling: Telling, subject: Entry) -> tuple[Moment, ...]:
    """Let the committee state what it holds, and agree one by one; return what the register answered each time."""
    _rights(telling, subject)
    moments: list[Moment] = []

    def answer(ja: str, en: str, entry: Entry) -> None:
        decision = telling.ask(subject, Use.TRAIN)
        moments.append(Moment(ja, en, entry, decision))
        told = "許諾済み granted" if decision.allowed else f"許諾未取得 not permitted ({decision.state})"
        telling.fact("consent show", f"{ja}: {told}", entry)
        for reason in decision.reasons:
            telling.fact("  ja", reason.ja)
            telling.fact("  en", reason.en)

    answer("だれも許諾していない", "nobody has granted anything", subject)
    granted = _grant(telling, subject)
    answer("幹事会社が許諾書に署名", "the managing company signs the grant", granted)
    _agree(telling, granted, STUDIO, Capacity.OWNER)
    entry = _agree(telling, granted, BROADCASTER, Capacity.OWNER)
    answer("制作会社と放送局が同意", "studio and broadcaster agree", entry)
    entry = _agree(telling, granted, AUTHOR, Capacity.UNDERLYING)
    answer("原作者が同意", "the author of the original agrees", entry)
    _publishing(telling, subject)
    return tuple(moments)


def series(  # a series is opened in one go
    telling: Telling, series_id: str, holder: Member, copyright_line: str, *, public_licence: str | None = None
) -> Entry:
    """Let the holder open a series of the catalogue."""
    known = catalogue.series(series_id)
    capacity = Capacity.OPERATOR if holder is OPERATOR else Capacity.REGISTRANT
    return telling.say(
        f"series {series_id}",
        holder,
        lambda _: drafts.series(
            telling.signer(holder, capacity),
            Names(known.title_ja),
            known.title_en,
            copyright_line,
            [telling.parties[holder.name]],
            public_licence=public_licence,
        ),
    )


def ten_years(telling: Telling) -> Span:
    """Return a term that outlasts whoever reads a demonstration."""
    start = telling.since().start
    return Span(start, start.replace(year=start.year + TERM_YEARS))


@cache
def samples(series_id: str, count: int) -> tuple[Sample, ...]:
    """Return the first works of a series, drawn once."""
    return tuple(catalogue.works(series_id, count))


def register(telling: Telling, series_id: str, entry: Entry, holder: Member) -> Entry:
    """Let the holder enter a folder of the series' works; the folder is written first and stays in the intake."""

    def files() -> list[_File]:
        drawn = samples(series_id, telling.works)
        return [_File(f"{work.name}.png", work.picture, work.caption) for work in drawn]

    return _entered(telling, series_id, entry, holder, files)


def register_copies(telling: Telling, folder: str, entry: Entry, holder: Member, copied: Copied) -> Entry:
    """Let a stranger enter re-encoded copies of another's works, and mirror and crop the first of them if asked to."""

    def files() -> list[_File]:
        taken = samples(copied.original, min(telling.works - 1, copied.most))
        return [
            _File(f"{folder}-{at:03d}.jpg", _reencoded(work, mirrored=copied.mirrored and at == 1), work.caption)
            for at, work in enumerate(taken, 1)
        ]

    return _entered(telling, folder, entry, holder, files)


def _entered(
    telling: Telling, folder_name: str, series_entry: Entry, holder: Member, files: Callable[[], list[_File]]
) -> Entry:
    """Write the folder and enter it, unless that was done; an intake is drawn only when it is needed."""
    folder = telling.archive.path / "intake" / folder_name
    capacity = Capacity.OPERATOR if holder is OPERATOR else Capacity.REGISTRANT

    def act() -> Entry:
        drawn = files()
        for file in drawn:
            write(folder / file.name, file.picture)
        lines = [canonical_bytes({"file": file.name, "caption": file.caption}) for file in drawn]
        write(folder / CAPTIONS, b"\n".join([*lines, b""]))
        signer = telling.signer(holder, capacity)
        key = telling.seed.key(holder.name)
        registration = telling.archive.registry.register(folder, series_entry, signer, key, published=True)
        assert registration.entry is not None, "a step is taken once"
        return registration.entry

    entry = telling.step(f"register {folder_name}", act)
    entered = telling.archive.registry.known().body(entry, Register)
    assert entered is not None, "the step recorded a register"
    telling.fact("register", f"{entered.size:>4} works  {folder_name}  by {holder.names.name}", entry)
    return entry


def _reencoded(work: Sample, *, mirrored: bool) -> bytes:
    picture = Image.open(io.BytesIO(work.picture)).convert("RGB")
    if mirrored:
        width, height = picture.size
        picture = ImageOps.mirror(picture).crop((4, 4, width - 4, height - 4)).resize((width, height))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=85)
    return data.getvalue()


def _dedication(telling: Telling, series_id: str, entry: Entry) -> None:
    evidence = catalogue.series(series_id).evidence
    assert evidence is not None, "a dedication carries its evidence"
    asset = telling.archive.blobs.put(evidence.text)
    found = telling.say(
        f"dedication {series_id}",
        OPERATOR,
        lambda known: drafts.dedication(
            telling.parties[OPERATOR.name],
            known,
            entry,
            evidence.licence_url,
            evidence.source_url,
            telling.now,
            [asset],
            creator=evidence.creator,
        ),
    )
    telling.fact("dedication", f"{series_id}  CC0 1.0, found by the operator; nobody opted in, nobody is paid", found)


def _rights(telling: Telling, subject: Entry) -> None:
    secretary = telling.signer(SECRETARY, Capacity.REGISTRANT)
    people = telling.parties
    agreement = telling.evidence("daruma-agreement.txt", "「だるま百態」製作委員会契約書（架空の見本）\n")
    owned = telling.say(
        "ownership daruma",
        SECRETARY,
        lambda known: drafts.ownership(
            secretary,
            known,
            subject,
            {people[SECRETARY.name]: "1/2", people[STUDIO.name]: "1/4", people[BROADCASTER.name]: "1/4"},
            Form.COMMITTEE,
            Title.FILM_MAKER,
            agreement=agreement,
        ),
    )
    telling.fact("ownership", "だるま百態  committee of three; the parts are sealed (封緘)", owned)
    _interest(telling, subject, AUTHOR, InterestKind.UNDERLYING, Title.CREATION)
    _interest(telling, subject, STUDIO, InterestKind.AUTHOR, Title.WORK_FOR_HIRE)
    uses = [Use.PUBLISH_OUTPUT, Use.MERCHANDISE]
    _interest(telling, subject, PUBLISHER, InterestKind.PUBLICATION, Title.LICENCE, uses)
    attested = telling.say(
        "attest daruma",
        VERIFIER,
        lambda _: drafts.attest(
            telling.signer(VERIFIER, Capacity.VERIFIER),
            Claim.TITLE,
            owned,
            "read the committee agreement and its signatures",
            telling.since(),
            evidence=agreement,
        ),
    )
    telling.fact("attested", "だるま百態  title read in the committee agreement by the verifier", attested)


def _interest(
    telling: Telling,
    subject: Entry,
    holder: Member,
    kind: InterestKind,
    title: Title,
    uses: Sequence[Use] | None = None,
) -> None:
    entry = telling.say(
        f"interest {holder.name} {kind}",
        SECRETARY,
        lambda known: drafts.interest(
            telling.signer(SECRETARY, Capacity.REGISTRANT),
            known,
            subject,
            telling.parties[holder.name],
            kind,
            title,
            telling.since(),
            uses=uses,
        ),
    )
    only = f" for {', '.join(uses)}" if uses is not None else ""
    telling.fact("interest", f"{kind}: {holder.names.name}{only}", entry)


def _grant(telling: Telling, subject: Entry) -> Entry:
    people = telling.parties
    lines = [
        Line("窓口手数料", people[SECRETARY.name], Of.GROSS, 100_000),
        Line("原作使用料", people[AUTHOR.name], Of.REST, 50_000),
        Line("幹事手数料", people[SECRETARY.name], Of.REST, 30_000),
        Line("出資比率 1/2", people[SECRETARY.name], Of.REST, PPM // 2),
        Line("出資比率 1/4", people[STUDIO.name], Of.REST, PPM // 2),
        Line("出資比率 1/4", people[BROADCASTER.name], Of.REST, PPM),
    ]
    owner = telling.signer(SECRETARY, Capacity.OWNER)
    sheet = telling.say("sheet daruma", SECRETARY, lambda known: drafts.sheet(owner, known, subject, lines))
    telling.fact("sheet", "だるま百態  " + " → ".join(line.name for line in lines[:4]) + " …", sheet)
    terms = telling.evidence(
        "daruma-grant.txt", "「だるま百態」利用許諾書（架空の見本）：学習・説明文付け・埋め込み検索・生成\n"
    )
    term = ten_years(telling)
    return telling.say(
        "grant daruma",
        SECRETARY,
        lambda known: drafts.grant(
            owner,
            known,
            subject,
            [drafts.permission(use, term) for use in (Use.TRAIN, Use.CAPTION, Use.EMBED, Use.GENERATE)],
            sheet_id=sheet,
            notice_days=90,
            terms=terms,
        ),
    )


def _agree(telling: Telling, grant: Entry, holder: Member, capacity: Capacity, *, agrees: bool = True) -> Entry:
    return telling.say(
        f"consent {holder.name} {grant}",
        holder,
        lambda _: drafts.consent(telling.signer(holder, capacity), grant, agrees=agrees),
    )


def _publishing(telling: Telling, subject: Entry) -> None:
    """Let the committee grant what needs the publisher and the author too: one is still open, one is declined."""
    entry = _committee_grants(telling, subject, Use.PUBLISH_OUTPUT)
    decision = telling.ask(subject, Use.PUBLISH_OUTPUT)
    telling.fact("consent show", f"publish_output: 許諾未取得 not permitted ({decision.state})", entry)
    entry = _committee_grants(telling, subject, Use.MERCHANDISE)
    entry = _agree(telling, entry, PUBLISHER, Capacity.PUBLICATION, agrees=False)
    decision = telling.ask(subject, Use.MERCHANDISE)
    telling.fact("consent show", f"merchandise: 許諾未取得 not permitted ({decision.state})", entry)


def _committee_grants(telling: Telling, subject: Entry, use: Use) -> Entry:
    owner = telling.signer(SECRETARY, Capacity.OWNER)
    permission = drafts.permission(use, telling.since())
    entry = telling.say(
        f"grant daruma {use}",
        SECRETARY,
        lambda known: drafts.grant(owner, known, subject, [permission], notice_days=90),
    )
    _agree(telling, entry, STUDIO, Capacity.OWNER)
    _agree(telling, entry, BROADCASTER, Capacity.OWNER)
    return entry
