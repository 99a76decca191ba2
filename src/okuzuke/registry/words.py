"""The register's code words in Japanese, as the glossary has them: one word per idea, wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta, timezone

from okuzuke.core.errors import InputError
from okuzuke.core.intervals import parse_instant

USES: Mapping[str, str] = {
    "train": "学習",
    "finetune": "追加学習",
    "release_weights": "重みの公開",
    "distil": "蒸留",
    "reference": "参照入力",
    "embed": "埋め込み検索",
    "caption": "説明文付け",
    "generate": "生成",
    "character": "キャラクター利用",
    "style": "作風（集中学習）",
    "edit": "編集",
    "remix": "リミックス",
    "likeness": "肖像",
    "voice": "声",
    "publish_output": "生成物の公表",
    "merchandise": "商品化",
    "sublicense": "再許諾",
}
STATES: Mapping[str, str] = {
    "not_asked": "未照会",
    "asked": "照会済み",
    "negotiating": "協議中",
    "declined": "不許諾",
    "granted": "許諾済み",
    "suspended": "停止中",
    "ended": "終了",
    "disputed": "係争中",
}
CAPACITIES: Mapping[str, str] = {
    "self": "本人",
    "operator": "運営者",
    "registrant": "記載者",
    "owner": "著作権者",
    "author": "著作者",
    "underlying": "原著作物の権利者",
    "publication": "出版権者",
    "exclusive": "独占的利用権者",
    "neighbouring": "著作隣接権者",
    "window": "窓口",
    "person": "本人（肖像・声）",
    "verifier": "第三者確認者",
}
GROUNDS: Mapping[str, str] = {
    "expiry": "期間満了",
    "notice": "予告による解約",
    "breach": "契約違反による解除",
    "court": "裁判",
    "void": "無効（無権限）",
    "rescission": "取消し",
}
CONDITIONS: Mapping[str, str] = {
    "limits": "数量の上限",
    "approval": "監修",
    "attribution": "表示",
    "watermark": "透かし",
    "derivatives": "二次利用",
}
TARGETS: Mapping[str, str] = {
    "series": "シリーズ",
    "ownership": "持分",
    "authority": "窓口権",
    "sheet": "分配表",
    "party": "当事者",
    "grant": "許諾",
    "suspension": "新規利用の停止",
    "consent": "同意",
    "attestation": "第三者確認",
    "interest": "権利・利害",
}
BASES: Mapping[str, str] = {"grant": "許諾", "dedication": "CC0宣言"}
_ALL: Mapping[str, str] = {**TARGETS, **CONDITIONS, **GROUNDS, **CAPACITIES, **USES, "dedication": "CC0宣言"}


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
_JAPAN = timezone(timedelta(hours=9))
"""Japan has kept one offset since 1952; the base install carries no table of zones."""


def japanese(text: str) -> str:
    """Return a detail with every code word in Japanese and instants in Japan time; ids and names stay as they are.

    >>> japanese("train, JP")
    '学習, JP'
    >>> japanese("2036-04-06T00:00:00.000000Z")
    '2036年4月6日 09:00（日本時間）'
    """
    return ", ".join(_ALL.get(word) or _japan_time(word) for word in text.split(", "))


def _japan_time(word: str) -> str:
    """Return an instant to the minute, or to the second where it has seconds; any other word as it is."""
    if _INSTANT.fullmatch(word) is None:
        return word
    try:
        at = parse_instant(word).astimezone(_JAPAN)
    except (InputError, OverflowError):
        return word  # no day of the calendar, or past its last
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {clock}（日本時間）"
