"""Why a question was answered as it was, in Japanese and English; every refusal says who can change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from okuzuke.core.ids import PartyId
from okuzuke.registry.words import japanese


class Code(StrEnum):
    """One word a reason; the sentences hang on it."""

    GRANTED = "granted"
    DEDICATED = "dedicated"
    UNKNOWN_SUBJECT = "unknown_subject"
    NOT_A_LICENSING_UNIT = "not_a_licensing_unit"
    NO_OWNERSHIP = "no_ownership"
    PUBLIC_LICENCE = "public_licence"
    NOT_ASKED = "not_asked"
    WINDOW_UNASSIGNED = "window_unassigned"
    OWNER_MISSING = "owner_missing"
    WINDOW_MISSING = "window_missing"
    PARTS_MISSING = "parts_missing"
    INTEREST_MISSING = "interest_missing"
    MORAL_MISSING = "moral_missing"
    AUTHOR_UNKNOWN = "author_unknown"
    RIGHTS_27_28 = "rights_27_28"
    DECLINED = "declined"
    LICENSEE = "licensee"
    PURPOSE = "purpose"
    TERRITORY = "territory"
    MEDIUM = "medium"
    MODEL = "model"
    STAGE = "stage"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    ENDED = "ended"
    VOIDED = "voided"
    SUSPENDED = "suspended"
    EXCLUSIVE = "exclusive"
    CONDITION_UNREAD = "condition_unread"
    PERSON_USE = "person_use"
    BENEATH = "beneath"
    UNKNOWN_SIGNER = "unknown_signer"
    UNKNOWN_PARTY = "unknown_party"
    KEY_NOT_VALID = "key_not_valid"
    KEY_TAKEN = "key_taken"
    PARTY_ENDED = "party_ended"
    NOT_OPERATOR = "not_operator"
    NOT_REGISTRANT = "not_registrant"
    NOT_VERIFIER = "not_verifier"
    INTERESTED = "interested"
    NO_STANDING = "no_standing"
    WRONG_TARGET = "wrong_target"
    ELSEWHERE = "elsewhere"
    NO_GROUND = "no_ground"
    NOTICE_TOO_SHORT = "notice_too_short"
    NO_EVIDENCE = "no_evidence"


_JA_EN: dict[Code, tuple[str, str]] = {
    Code.GRANTED: (
        "許諾があります。必要な全員の同意が記録されています。",
        "A grant is in force; everyone whose agreement it needs is on record.",
    ),
    Code.DEDICATED: (
        "CC0宣言を台帳の運営者が確認しています（支払先はありません。推奨・後援を示しません）。",
        "The operator found a CC0 dedication (no payee; no endorsement).",
    ),
    Code.UNKNOWN_SUBJECT: ("台帳に記載がありません：{detail}", "Not in this register: {detail}."),
    Code.NOT_A_LICENSING_UNIT: (
        "人物・キャラクターについての問いにはまだ答えられないため、許諾未取得として扱います。",
        "Questions about a persona or a character are not answered yet, so the use is not permitted.",
    ),
    Code.NO_OWNERSHIP: (
        "権利者（持分）が記載されていません。記載者が権利者を記載してください。",
        "Nobody has stated who owns it; its registrant can: okuzuke ownership.",
    ),
    Code.PUBLIC_LICENCE: (
        "{detail}で公開されていますが、作者本人には問い合わせていません。公開ライセンスは許諾（オプトイン）とみなしません。",
        "It is offered under {detail}, but its author was not asked; a public licence is not read as an opt-in.",
    ),
    Code.NOT_ASKED: (
        "利用「{detail}」の許諾を求めていません。窓口：{who}",
        "Nobody has granted “{detail}”; ask {who}.",
    ),
    Code.WINDOW_UNASSIGNED: (
        "利用「{detail}」の窓口が決まっていません（窓口未定）。権利者全員の同意が必要です。",
        "No window is assigned for “{detail}”, so every owner must agree.",
    ),
    Code.OWNER_MISSING: ("共有者 {who} の同意がありません。", "The co-owner {who} has not agreed."),
    Code.WINDOW_MISSING: ("窓口 {who} の許諾がありません。", "The window company {who} has not agreed."),
    Code.PARTS_MISSING: (
        "決裁に必要な持分（{detail}以上）の同意に達していません。",
        "Owners who agreed do not reach the parts the rule needs (at least {detail}).",
    ),
    Code.INTEREST_MISSING: (
        "{who}（{detail}）の同意がありません。",
        "{who} has not agreed ({detail} right).",
    ),
    Code.MORAL_MISSING: (
        "著作者 {who} 本人の同意（著作者人格権）がありません。",
        "The author {who} has not given the moral consent that only the author can give.",
    ),
    Code.AUTHOR_UNKNOWN: (
        "著作者が記載されていないため、著作者人格権に関わる利用はできません。",
        "No author is on record, so a use that touches moral rights is not permitted.",
    ),
    Code.RIGHTS_27_28: (
        "著作権の譲渡に27条・28条の権利が含まれると記載されていないため、譲渡人に留保されたものとみなします（61条2項）。",
        "The transfer does not name the rights of Articles 27 and 28, so they count as kept back (61(2)).",
    ),
    Code.DECLINED: ("{who} は不許諾と回答しています。", "{who} has declined."),
    Code.LICENSEE: ("許諾の相手方が異なります（{detail}）。", "The grant is to {detail}."),
    Code.PURPOSE: ("許諾された目的は {detail} です。", "The grant is for the purposes {detail}."),
    Code.TERRITORY: ("許諾された地域は {detail} です。", "The grant is for the territories {detail}."),
    Code.MEDIUM: ("許諾された媒体は {detail} です。", "The grant is for the media {detail}."),
    Code.MODEL: ("許諾されたモデルは {detail} です。", "The grant is for the models {detail}."),
    Code.STAGE: ("許諾された学習段階は {detail} です。", "The grant is for the training stage {detail}."),
    Code.NOT_YET: ("許諾期間は {detail} に始まります。", "The grant begins {detail}."),
    Code.EXPIRED: ("許諾期間は {detail} に満了しました。", "The grant expired {detail}."),
    Code.ENDED: ("許諾は {detail} により終了しました。", "The grant ended by {detail}."),
    Code.VOIDED: (
        "許諾は {detail} により初めから効力がありません。",
        "The grant never took effect ({detail}).",
    ),
    Code.SUSPENDED: ("{who} が新規利用を停止しています。", "{who} has suspended new uses."),
    Code.EXCLUSIVE: (
        "先行する独占許諾（{detail}）と抵触します。",
        "It conflicts with the earlier exclusive grant {detail}.",
    ),
    Code.CONDITION_UNREAD: (
        "許諾条件「{detail}」を確認する仕組みがまだないため、許諾未取得として扱います。",
        "The condition “{detail}” cannot be checked yet, so the use is not permitted.",
    ),
    Code.PERSON_USE: (
        "肖像・声の利用には本人の同意が必要で、作品の許諾では足りません。",
        "Likeness and voice need the person's own consent; a work's grant does not give it.",
    ),
    Code.BENEATH: (
        "もとになった作品 {detail} の許諾がありません。",
        "The work beneath it, {detail}, is not permitted.",
    ),
    Code.UNKNOWN_SIGNER: ("署名者が台帳に記載されていません。", "The signer is not a party of this register."),
    Code.UNKNOWN_PARTY: ("{detail} は台帳に記載された当事者ではありません。", "{detail} is no party of this register."),
    Code.KEY_NOT_VALID: (
        "この鍵は {who} の現在の鍵ではありません。",
        "This key is not one that {who} signs with now.",
    ),
    Code.KEY_TAKEN: (
        "この鍵は別の記載ですでに使われています。当事者ごとに新しい鍵が必要です。",
        "A party holds or held this key already; each party needs one of its own.",
    ),
    Code.PARTY_ENDED: ("{who} は台帳上で終了しています。", "{who} has ended and signs nothing more."),
    Code.NOT_OPERATOR: ("台帳の運営者だけが署名できます。", "Only the operator of this register can sign this."),
    Code.NOT_REGISTRANT: (
        "{who} はこのシリーズの記載者ではありません。",
        "{who} may not register works into this series; its registrants are named in the series statement.",
    ),
    Code.NOT_VERIFIER: (
        "{who} は第三者確認者として任命されていません。",
        "{who} is not an appointed verifier.",
    ),
    Code.INTERESTED: (
        "{who} は利害関係があるため確認できません。",
        "{who} has an interest in this and so cannot attest it.",
    ),
    Code.NO_STANDING: (
        "{who} は「{detail}」の資格を持っていません。",
        "{who} does not hold the capacity “{detail}” for this subject.",
    ),
    Code.ELSEWHERE: (
        "この台帳への記載ではありません。",
        "The party does not rest on this log's operator, so it joined another log.",
    ),
    Code.WRONG_TARGET: ("対象が「{detail}」ではありません。", "The target is not of the kind {detail}."),
    Code.NO_GROUND: (
        "この許諾は「{detail}」による終了を定めていません。",
        "The grant does not name the ground “{detail}”; a verifier can record a court's order.",
    ),
    Code.NOTICE_TOO_SHORT: (
        "終了には {detail} 日の予告が必要です。",
        "Ending it by notice needs {detail} days from the record.",
    ),
    Code.NO_EVIDENCE: ("証拠文書が必要です（--evidence）。", "It needs a document as evidence: --evidence FILE."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with its sentences; `who` is the party that can change it, if there is one."""

    code: Code
    ja: str
    en: str
    who: PartyId | None
    detail: str = ""
    """The code word, id or date that the sentences name; with `code` and `who` it is what a record keeps of them."""


def reason(code: Code, *, who: PartyId | None = None, name: str = "", detail: str = "") -> Reason:
    """Return the reason with its two sentences filled in."""
    ja, en = _JA_EN[code]
    return Reason(code, ja.format(who=name, detail=japanese(detail)), en.format(who=name, detail=detail), who, detail)
