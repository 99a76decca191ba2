"""What each party may say, drafted: the public face, the sealed fields and what the statement rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from okuzuke.core.canonical import Json, JsonObject
from okuzuke.core.ids import AssetId, Entry, PartyId, WorkId
from okuzuke.core.intervals import format_instant
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.registry.authority import Authority, Rule, Suspender
from okuzuke.registry.drafting import (
    ANY,
    Names,
    Signer,
    Span,
    checked,
    drafted,
    instant_word,
    newest,
    use_words,
)
from okuzuke.registry.grants import PLATFORM, Effect, Ground
from okuzuke.registry.interests import Credit, Form, InterestKind, Ownership, Title
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, Claim, PartyEndGround, PartyType, Role
from okuzuke.registry.sheets import Line
from okuzuke.registry.uses import VOCABULARY, Use

__all__ = ["ANY", "Names", "Signer", "Span"]


def party(  # a party is described in one go
    names: Names,
    type_: PartyType,
    role: Role,
    did: str,
    *,
    operator: PartyId | None = None,
    demo: bool = False,
    legal_name: str | None = None,
) -> Draft:
    """Draft a party's first statement, which does not name it yet.

    It rests on the log's operator, so that nothing the party signs can be copied into another log; only the operator's
    own names none.
    """
    public: JsonObject = {
        "type": type_.value,
        "role": role.value,
        "name": names.name,
        "name_kana": names.kana,
        "name_romaji": names.romaji,
        "did": did,
        "demo": demo,
    }
    sealed: JsonObject = {"legal_name": legal_name} if legal_name else {}
    rests_on = (RestsOn(entry=Entry(operator)),) if operator is not None else ()
    return checked(Draft("party", None, Capacity.SELF, public, sealed, rests_on))


def key(party_id: PartyId, did: str | None, stops: str | None) -> Draft:
    """Draft a change of keys: `did` signs from now on, `stops` no more."""
    return drafted("key", Signer(party_id, Capacity.SELF), {"did": did, "stops": stops})


def party_end(
    signer: Signer, ended: PartyId, ground: PartyEndGround, successors: Sequence[PartyId], evidence: str | None
) -> Draft:
    public: JsonObject = {
        "party": ended,
        "ground": ground.value,
        "successors": list(successors),
        "evidence_sha256": evidence,
    }
    return drafted("party_end", signer, public, [Entry(ended)])


def series(  # a series is described in one go
    signer: Signer,
    names: Names,
    title_en: str,
    copyright_line: str,
    registrants: Sequence[PartyId],
    *,
    public_licence: str | None = None,
    source_url: str | None = None,
) -> Draft:
    public: JsonObject = {
        "title": names.name,
        "title_kana": names.kana,
        "title_en": title_en,
        "copyright_line": copyright_line,
        "registrants": list(registrants),
        "public_licence": public_licence,
    }
    return drafted("series", signer, public, sealed={"source_url": source_url} if source_url else {})


def persona(person: PartyId, name: str, *, legal_name: str | None = None) -> Draft:
    sealed: JsonObject = {"legal_name": legal_name} if legal_name else {}
    return drafted("persona", Signer(person, Capacity.PERSON), {"name": name, "person": person}, sealed=sealed)


def character(  # a character is described in one go
    signer: Signer,
    names: Names,
    series_id: Entry,
    drawings: Sequence[WorkId],
    *,
    designer: PartyId | None = None,
    voice: Entry | None = None,
    marks: Sequence[str] = (),
) -> Draft:
    public: JsonObject = {
        "name": names.name,
        "name_kana": names.kana,
        "name_romaji": names.romaji,
        "series": series_id,
        "drawings": list(drawings),
        "designer": designer,
        "voice": voice,
        "marks": list(marks),
    }
    return drafted("character", signer, public, [series_id])


def interest(  # noqa: PLR0913 # an interest is described in one go
    signer: Signer,
    known: Statements,
    subject: str,
    holder: PartyId,
    kind: InterestKind,
    title: Title,
    span: Span,
    *,
    uses: Sequence[Use] | None = None,
    territories: Sequence[str] = ANY,
) -> Draft:
    public: JsonObject = {
        "subject": subject,
        "party": holder,
        "interest": kind.value,
        "title": title.value,
        "uses": use_words(uses),
        "territories": list(territories),
        "from": format_instant(span.start),
        "until": instant_word(span.end),
    }
    return drafted("interest", signer, public, [*known.entered([subject]), Entry(holder)])


def moral(
    author: PartyId, known: Statements, subject: str, uses: Sequence[Use], credit: Credit, *, first_publication: bool
) -> Draft:
    public: JsonObject = {
        "subject": subject,
        "uses": use_words(uses),
        "credit": credit.value,
        "first_publication": first_publication,
    }
    return drafted("moral", Signer(author, Capacity.AUTHOR), public, known.entered([subject]))


def ownership(  # ownership is stated in one go
    signer: Signer,
    known: Statements,
    subject: str,
    parts: Mapping[PartyId, str],
    form: Form,
    title: Title,
    *,
    agreement: str | None = None,
) -> Draft:
    """Draft an ownership; `parts` maps each owner to a fraction such as "1/3", which is sealed."""
    public: JsonObject = {
        "subject": subject,
        "form": form.value,
        "title": title.value,
        "owners": list(parts),
        "agreement_sha256": agreement,
    }
    return drafted(
        "ownership",
        signer,
        public,
        [*known.entered([subject]), *map(Entry, parts)],
        {"parts": dict(parts.items())},
    )


def window(  # a window is described in one go
    uses: Sequence[Use],
    span: Span,
    rule: Rule,
    *,
    party_id: PartyId | None = None,
    at_least: str | None = None,
    mediums: Sequence[str] = ANY,
    territories: Sequence[str] = ANY,
) -> JsonObject:
    """Return one decision rule of an authority."""
    return {
        "uses": use_words(uses),
        "mediums": list(mediums),
        "territories": list(territories),
        "from": format_instant(span.start),
        "until": instant_word(span.end),
        "rule": rule.value,
        "party": party_id,
        "at_least": at_least,
    }


def authority(  # an authority is stated in one go
    signer: Signer,
    known: Statements,
    subject: str,
    windows: Sequence[JsonObject],
    *,
    suspension_by: Suspender = Suspender.ANY_MEMBER,
    agreement: str | None = None,
) -> Draft:
    public: JsonObject = {
        "subject": subject,
        "windows": list(windows),
        "suspension_by": suspension_by.value,
        "agreement_sha256": agreement,
    }
    return drafted("authority", signer, public, [*known.entered([subject]), *newest(known, subject, Ownership)])


def sheet(
    signer: Signer, known: Statements, subject: str, lines: Sequence[Line], *, first: Entry | None = None
) -> Draft:
    """Draft a sheet; its lines are sealed. `first` is the entry of the sheet's first version, None to begin one."""
    sealed: JsonObject = {
        "lines": [
            {"name": line.name, "payee": line.payee, "of": line.of.value, "share_ppm": line.share_ppm} for line in lines
        ]
    }
    rests_on = [*known.entered([subject]), *([first] if first is not None else [])]
    return drafted("sheet", signer, {"subject": subject, "sheet": first}, rests_on, sealed)


def permission(use: Use, span: Span, narrowed: JsonObject | None = None) -> JsonObject:
    """Return one permission of a grant, as wide as the vocabulary allows save for what `narrowed` says."""
    wide: dict[str, Json] = {
        "act": use.value,
        "models": list(ANY),
        "stage": "any",
        "purposes": list(ANY),
        "mediums": list(ANY),
        "territories": list(ANY),
        "from": format_instant(span.start),
        "until": instant_word(span.end),
        "limits": None,
        "attribution": "none",
        "watermark": False,
        "approval": "none",
        "exclusive": False,
        "derivatives": None,
        "character": None,
    }
    return {**wide, **(narrowed or {})}


def grant(  # noqa: PLR0913 # a grant is stated in one go
    signer: Signer,
    known: Statements,
    subject: str,
    allow: Sequence[JsonObject],
    *,
    grantee: str = PLATFORM,
    sheet_id: Entry | None = None,
    notice_days: int | None = 30,
    grounds: Sequence[Ground] = (Ground.EXPIRY, Ground.NOTICE, Ground.BREACH),
    terms: str | None = None,
    prices: Sequence[JsonObject] | None = None,
) -> Draft:
    """Draft a grant resting on the subject, its ownership, its authority, its sheet and the signer."""
    public: JsonObject = {
        "vocabulary": VOCABULARY,
        "subject": subject,
        "grantee": grantee,
        "allow": list(allow),
        "revoke": {
            "notice_days": notice_days,
            "effect": Effect.STOP_NEW.value,
            "survive": ["paid_outputs"],
            "grounds": [ground.value for ground in grounds],
        },
        "sheet": sheet_id,
        "law": "JP",
        "terms_sha256": terms,
        "without_prejudice": True,
    }
    rests_on = [
        *known.entered([subject]),
        *newest(known, subject, Ownership),
        *newest(known, subject, Authority),
        *([sheet_id] if sheet_id is not None else []),
    ]
    return drafted("grant", signer, public, rests_on, {"prices": list(prices)} if prices else {})


def consent(signer: Signer, target: Entry, *, agrees: bool) -> Draft:
    return drafted("consent", signer, {"target": target, "agrees": agrees}, [target])


def attest(  # an attestation is stated in one go
    signer: Signer,
    claim: Claim,
    target: Entry,
    method: str,
    span: Span,
    *,
    evidence: str | None = None,
    signatories: Sequence[PartyId] = (),
) -> Draft:
    public: JsonObject = {
        "claim": claim.value,
        "target": target,
        "signatories": list(signatories),
        "evidence_sha256": evidence,
        "method": method,
        "from": format_instant(span.start),
        "until": instant_word(span.end),
    }
    return drafted("attest", signer, public, [target])


def dedication(  # noqa: PLR0913 # a finding is stated in one go
    operator: PartyId,
    known: Statements,
    subject: str,
    licence_url: str,
    source_url: str,
    retrieved_at: datetime,
    evidence: Sequence[AssetId],
    *,
    creator: str | None = None,
) -> Draft:
    public: JsonObject = {
        "subject": subject,
        "licence": "CC0-1.0",
        "licence_url": licence_url,
        "source_url": source_url,
        "retrieved_at": format_instant(retrieved_at),
        "evidence": list(evidence),
    }
    sealed: JsonObject = {"creator": creator} if creator else {}
    return drafted("dedication", Signer(operator, Capacity.OPERATOR), public, known.entered([subject]), sealed)


def suspend(
    signer: Signer, known: Statements, subject: str, uses: Sequence[Use] | None, until: datetime | None
) -> Draft:
    public: JsonObject = {"subject": subject, "uses": use_words(uses), "until": instant_word(until)}
    return drafted("suspend", signer, public, known.entered([subject]))


def end(signer: Signer, target: Entry, ground: Ground, effective_at: datetime, evidence: str | None = None) -> Draft:
    public: JsonObject = {
        "target": target,
        "ground": ground.value,
        "effective_at": format_instant(effective_at),
        "evidence_sha256": evidence,
    }
    return drafted("end", signer, public, [target])
