"""The report's words in both languages, from the glossary; the register's own sentences are in `registry/reasons`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from okuzuke.core.pages import Both, day
from okuzuke.datasets.snapshot import Refusal
from okuzuke.registry import words
from okuzuke.registry.decision import Basis, State, TitleStanding
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Likeness, Verdict

_JAPAN = timezone(timedelta(hours=9))


STATES: Mapping[State, Both] = {state: Both(words.STATES[state], state.replace("_", " ")) for state in State}
DEDICATED = Both("CC0宣言", "dedication")
_SHOWN = ("train", "caption", "embed", "generate", "character", "edit", "publish_output", "merchandise")
USES: Mapping[Use, Both] = {Use(use): Both(words.USES[use], use.replace("_", " ")) for use in _SHOWN}
TITLES: Mapping[TitleStanding, Both] = {
    TitleStanding.UNSTATED: Both("記載なし", "unstated"),
    TitleStanding.CLAIMED: Both("申告のみ", "claimed"),
    TitleStanding.ATTESTED: Both("第三者確認済み", "attested"),
    TitleStanding.FOUND: Both("運営者が確認したCC0宣言", "CC0 found by the operator"),
}
BASES: Mapping[Basis, Both] = {basis: Both(words.BASES[basis], basis.value) for basis in Basis}
REFUSALS: Mapping[Refusal, Both] = {
    Refusal.NOT_PERMITTED: Both("許諾未取得", "not permitted"),
    Refusal.BASIS: Both("対象外の根拠", "basis not admitted"),
    Refusal.TITLE_CLAIMED: Both("権利関係が申告のみ", "title only claimed"),
    Refusal.NOT_SCREENED: Both("未照合", "not screened"),
    Refusal.IN_REVIEW: Both("確認待ち", "waits for review"),
    Refusal.COPY: Both("複製と確認", "found to be a copy"),
    Refusal.UNREADABLE: Both("読取不可", "unreadable"),
}
LIKENESSES: Mapping[Likeness, Both] = {
    Likeness.SAME_FILE: Both("同一ファイル", "same file"),
    Likeness.COPY: Both("複製とみなす近さ", "as near as a copy"),
    Likeness.NEAR: Both("類似", "near"),
    Likeness.UNRELATED: Both("類似なし", "unrelated"),
}
VERDICTS: Mapping[Verdict, Both] = {
    Verdict.NO_MATCH: Both("一致なし（権利処理済みの意味ではない）", "no match (not cleared)"),
    Verdict.REVIEW: Both("確認待ち", "review"),
    Verdict.MATCH: Both("複製と確認", "match"),
}
KINDS: Mapping[str, Both] = {
    "party": Both("当事者", "party"),
    "attest": Both("第三者確認", "attestation"),
    "series": Both("シリーズ", "series"),
    "register": Both("台帳への記載", "register"),
    "slots": Both("位置の割当て", "slots"),
    "dedication": Both("CC0宣言の確認", "dedication found"),
    "ownership": Both("持分", "ownership"),
    "interest": Both("権利・利害", "interest"),
    "moral": Both("著作者人格権の同意", "moral consent"),
    "sheet": Both("分配表", "sheet"),
    "grant": Both("許諾", "grant"),
    "consent": Both("構成員の同意・不同意", "consent"),
    "suspend": Both("新規利用の停止", "suspension"),
    "end": Both("終了", "ending"),
    "screen": Both("照合", "screening"),
    "review": Both("照合結果の確認", "review"),
    "snapshot": Both("データセットの凍結", "snapshot"),
    "run": Both("学習の開始", "training run"),
    "model": Both("モデル", "model"),
    "scorer": Both("寄与の測り方", "scorer"),
    "rates": Both("料金表", "rates"),
    "purchase": Both("クレジットの購入", "credits bought"),
    "request": Both("依頼", "request"),
    "output": Both("生成物", "output"),
    "capture": Both("課金", "capture"),
    "shares": Both("寄与割合", "shares"),
    "allocation": Both("使用料の分配", "allocation"),
}
_RIGHTS = {
    Capacity.UNDERLYING: "underlying work",
    Capacity.PUBLICATION: "publication right",
    Capacity.EXCLUSIVE: "exclusive licensee",
    Capacity.NEIGHBOURING: "neighbouring right",
}
CAPACITIES: Mapping[Capacity, Both] = {
    capacity: Both(words.CAPACITIES[capacity], _RIGHTS.get(capacity, capacity.value)) for capacity in Capacity
}


def kind_words(kind: str) -> Both:
    """Return what a kind of statement is called; one the story does not use keeps its own name."""
    return KINDS.get(kind, Both(kind, kind))


def minute(instant: datetime) -> Both:
    """Return the day and the time in Japan, to the minute."""
    clock = f"{instant.astimezone(_JAPAN):%H:%M}"
    date = day(instant)
    return Both(f"{date.ja} {clock}", f"{date.en}, {clock} JST")
