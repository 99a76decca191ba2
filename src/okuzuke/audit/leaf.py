"""The colophon set as the last page of a Japanese book, in both languages, between two thin rules. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from html import escape
from urllib.parse import quote

from okuzuke.audit.colophon import Colophon, Destination, Force, Paid
from okuzuke.audit.mark import mark_svg
from okuzuke.core.canonical import encode_base64
from okuzuke.core.ids import short
from okuzuke.core.money import Money
from okuzuke.core.pages import (
    Both,
    Html,
    Piece,
    Share,
    bilingual,
    day,
    document,
    element,
    full,
    inline,
    joined,
    mixed,
    money_column,
    outside,
    romanised,
    ruby,
    stacked_bar,
    table,
)
from okuzuke.registry.decision import Basis
from okuzuke.registry.words import USES

PICTURE = 320
"""Pixels of the page that a picture's longer side fills at most; a small one is set at a whole multiple."""
NO_APPROVAL = Both("権利者の承認・監修を示すものではありません", "not an approval by the rights holders")


def page(colophon: Colophon) -> str:
    """Return the page: the same colophon gives the same bytes."""
    rows: list[Html] = []
    for label, content in _ROWS:
        if said := list(content(colophon)):
            rows += [element("dt", {}, label), element("dd", {}, *said)]
    leaf = element("article", {}, _heading(colophon), element("dl", {}, *rows), _corner(colophon))
    title = _title(colophon)
    body = element("main", {}, _picture(colophon), leaf)
    return document(Both(f"奥付：{title.ja}", f"Okuzuke: {title.en}"), _STYLE, body)


def _title(colophon: Colophon) -> Both:
    """Return the series and the number, or where no series was asked for the output's number alone."""
    ja = "・".join(name.written for name in colophon.series) or "生成物"
    en = ", ".join(romanised(name) for name in colophon.series) or "Output"
    return Both(f"{ja} 第{colophon.number}号", f"{en}, no. {colophon.number}")


def _picture(colophon: Colophon) -> Html:
    picture = colophon.picture
    scale = max(PICTURE // max(picture.width, picture.height, 1), 1)
    image: dict[str, str | int] = {
        "src": f"data:{picture.media_type};base64,{encode_base64(picture.data)}",
        "alt": f"{picture.shows.ja} / {picture.shows.en}",
        "width": picture.width * scale,
        "height": picture.height * scale,
    }
    return element("figure", {}, element("img", image))


def _heading(colophon: Colophon) -> Html:
    """Return the title and, before anything else is read, what does not hold and for whom the page was opened."""
    names = joined([ruby(name) for name in colophon.series], "・") if colophon.series else Html("生成物")
    issue = element("span", {"class": "issue"}, f"第{colophon.number}号")
    title = (
        element("h1", {}, names, " ", issue),
        element("p", {"class": "en", "lang": "en"}, Html(mixed(_title(colophon).en))),
    )
    said = [element("div", {"class": "warning", "role": "note"}, words) for words in _warnings(colophon)]
    if colophon.opened is not None:
        to = colophon.opened.reader
        words = f"Sealed fields are open to {romanised(to)}; not for publication"
        said.append(_note(joined([outside(to.written), "に封緘項目を開示。公表しないでください"]), words))
    if colophon.demo:
        said.append(
            _note("権利者・契約はすべて架空の見本", "a demonstration: every rights holder and contract is fictional")
        )
    return element("header", {}, *title, *said)


def _warnings(colophon: Colophon) -> Iterable[Html]:
    """Return which joint fails, and which basis was undone."""
    for failure in colophon.check.failures:
        yield bilingual(
            Html(
                f"継ぎ目「{inline(failure.joint.ja).text}」が一致しません。この頁の記載を事実として扱わず、"
                "証拠ファイルを配布元に求め直してください。"
            ),
            f"The joint “{failure.joint.en}” fails: {failure.detail}. Take nothing on this page for fact, and ask for "
            "the bundle anew where you had it from.",
        )
    for unit in colophon.undone:
        at, how, basis = day(unit.changed or unit.since), _FORCE[unit.force], _BASES[unit.basis]
        yield bilingual(
            joined(
                ["「", outside(unit.name.written), f"」の{basis.ja}は{at.ja}に{how.ja}。初めから無かったものとします。"]
            ),
            f"The {basis.en} of {romanised(unit.name)} was {how.en} on {at.en}: it counts as never given.",
        )


def _made(colophon: Colophon) -> Iterable[Html]:
    made = colophon.made
    trained, at = day(made.trained_at), day(made.made_at)
    yield bilingual(
        joined([ruby(made.model), f" 第{made.number}号（{trained.ja}学習）により{at.ja}生成"]),
        f"on {at.en} by {romanised(made.model)}, model no. {made.number}, trained {trained.en}",
    )


def _owners(colophon: Colophon) -> Iterable[Html]:
    yield from (element("p", {}, outside(line)) for line in colophon.copyright_lines)
    if colophon.copyright_lines:
        yield _note(
            "学習に用いた作品について権利者が記したとおり。この生成物の権利表示ではありません",
            "as their owners wrote it of the works learned from; no claim on this output",
        )


def _bases(colophon: Colophon) -> Iterable[Html]:
    """Return each grant in words; dedications in force together, as they are many and the same is said of all."""
    given = [item for item in colophon.units if item.basis is Basis.DEDICATION and item.force is Force.IN_FORCE]
    for unit in (item for item in colophon.units if item not in given):
        state, since, basis = _FORCE[unit.force], day(unit.since), _BASES[unit.basis]
        on = Both("", "") if unit.changed is None else day(unit.changed)
        words = element("span", {"class": _KINDS.get(unit.force, "fallen")}, state.ja + (on.ja and f"（{on.ja}）"))
        english = f"{romanised(unit.name)}: {basis.en} of {since.en}, {state.en}{on.en and f' on {on.en}'}"
        yield bilingual(joined([ruby(unit.name), f"　{since.ja}の{basis.ja}・", words]), english)
    if given:
        yield element("p", {"class": "names"}, joined([ruby(unit.name) for unit in given], "、"))
        yield _note(
            f"以上{len(given)}件はCC0により公へ提供されたもの（運営者が確認）。作者の推奨・後援を意味しません",
            f"these {len(given)} dedicated to the public (CC0, found by the operator); no endorsement by their makers",
        )


def _licences(colophon: Colophon) -> Iterable[Html]:
    for item in colophon.licences:
        rests = (
            Both("CC0宣言", "CC0")
            if item.grant is None
            else Both(*[f"許諾 {short(item.grant)}", f"grant {short(item.grant)}"])
        )
        words = joined([outside(item.subject.written), f"　{USES[item.use]}・{rests.ja}"])
        yield bilingual(words, f"{romanised(item.subject)}: {item.use.value.replace('_', ' ')}, {rests.en}")
    if not colophon.licences:
        yield bilingual("指定なし", "none")


def _asked(colophon: Colophon) -> Iterable[Html]:
    if colophon.opened is not None and colophon.opened.asked is not None:
        yield element("p", {}, outside(colophon.opened.asked))
        yield element("p", {"class": "en"}, joined([outside(tag) for tag in colophon.opened.tags], " · "))


def _hand(colophon: Colophon) -> Iterable[Html]:
    yield element("p", {}, outside(colophon.human_contribution))


def _terms(colophon: Colophon) -> Iterable[Html]:
    yield element("p", {}, outside(colophon.user_licence))


def _parts(colophon: Colophon) -> Iterable[Html]:
    if colophon.opened is not None and colophon.opened.parts:
        shares = [Share(full(part.unit), part.ppm) for part in colophon.opened.parts]
        yield stacked_bar(Both("寄与の割合", "parts"), shares, _SHUT)
        yield _note("推定値。誤差は信頼度の記載を参照", "an estimate; for its error see the scorer's record")


def _price(colophon: Colophon) -> Iterable[Html]:
    """Return where the price went, to its last sub-unit."""
    opened = colophon.opened
    if opened is None or opened.price is None:
        return
    if opened.price.sub_units == 0:
        yield bilingual("無料枠での生成。対価は生じていません", "made with free credits: nothing was earned")
        return
    rows = [_paid(item) for item in opened.paid]
    left = opened.price.sub_units - sum(item.amount.sub_units for item in opened.paid)
    if left:
        rows.append([_SHUT, "", money_column(Money(left, opened.price.currency))])
    head = Both("行き先", "to"), Both("由来・名目", "for"), Both("金額", "amount")
    yield table(head, rows, [Both("計", "price"), "", money_column(opened.price)])


def _paid(item: Paid) -> list[Piece]:
    source: list[Piece] = [] if item.unit is None else [outside(item.unit.written)]
    source += [] if item.line is None else [outside(item.line)]
    where = _DESTINATIONS[item.destination] if item.payee is None else full(item.payee)
    return [where, joined(source, "　"), money_column(item.amount)]


def _ledger(colophon: Colophon) -> Iterable[Html]:
    held = colophon.recorded
    at = day(held.recorded_at)
    yield bilingual(f"第{held.index:,}番の記載（{at.ja}）", f"entry {held.index:,} of {at.en}")
    yield element("p", {}, element("code", {}, Html(held.entry)))
    yield bilingual(f"{held.size:,}件のチェックポイント", f"checkpoint of {held.size:,} entries, {held.origin}")
    yield element("p", {}, element("code", {}, Html(held.root)))


def _verify(colophon: Colophon) -> Iterable[Html]:
    check = colophon.check
    command = f"okuzuke verify {shlex.quote(check.bundle)} --trust {shlex.quote(check.trust)}"
    yield element("pre", {"id": "verify", "lang": "en"}, Html(escape(command)))
    yield element("p", {}, element("a", {"href": "./" + quote(check.bundle)}, Both("証拠ファイル", "the bundle")))


def _corner(colophon: Colophon) -> Html:
    """Return the mark, which leads to the proof, and beside it what it says and what it does not."""
    check = colophon.check
    if check.failures:
        names = [failure.joint for failure in check.failures]
        says = Both(
            f"不一致：{'・'.join(name.ja for name in names)}", f"fails at: {', '.join(name.en for name in names)}"
        )
    elif colophon.undone:
        says = Both("根拠が遡って失われています", "a basis was undone from the start")
    elif check.pinned:
        says = Both(
            "記録と一致。権利の帰属を証明するものではありません", "matches the record; does not prove ownership"
        )
    else:
        says = Both("不一致なし。台帳の鍵は未確認", "consistent; the log's key is not pinned")
    words = element("div", {"class": "says"}, bilingual(says.ja, says.en), bilingual(NO_APPROVAL.ja, NO_APPROVAL.en))
    stamp = Html(mark_svg(colophon.output_id, sound=colophon.sound))
    kind = "mark" if colophon.sound else "mark struck"
    return element("footer", {}, words, element("a", {"href": "#verify", "class": kind}, stamp))


def _note(ja: Piece, en: str) -> Html:
    return element("div", {"class": "note"}, bilingual(ja, en))


_SHUT = Both("この読み手には非開示", "not opened for this reader")
_BASES: Mapping[Basis, Both] = {Basis.GRANT: Both("許諾", "grant"), Basis.DEDICATION: Both("CC0宣言", "dedication")}
_FORCE: Mapping[Force, Both] = {
    Force.IN_FORCE: Both("有効", "in force"),
    Force.SUSPENDED: Both("新規利用停止中", "suspended for new uses"),
    Force.DISPUTED: Both("係争中", "disputed"),
    Force.ENDED: Both("終了（将来に向かって）", "ended, forward only"),
    Force.VOID: Both("無効（無権限）", "void"),
    Force.RESCISSION: Both("取消し", "rescinded"),
}
_KINDS: Mapping[Force, str] = {
    Force.IN_FORCE: "in-force",
    Force.SUSPENDED: "in-review",
    Force.DISPUTED: "in-review",
}
_DESTINATIONS: Mapping[Destination, Both] = {
    Destination.PLATFORM: Both("運営者の取分", "the platform's share"),
    Destination.PAYEE: Both("権利者", "a payee"),
    Destination.COMMON: Both("共通分配の積立", "the common pool"),
    Destination.ESCROW: Both("支払留保", "escrow"),
    Destination.SUSPENSE: Both("帰属未定", "unattributed"),
}
_ROWS: tuple[tuple[Both, Callable[[Colophon], Iterable[Html]]], ...] = (
    (Both("生成", "made"), _made),
    (Both("著作権表記", "© lines"), _owners),
    (Both("根拠", "basis"), _bases),
    (Both("指定の許諾", "licences named"), _licences),
    (Both("指示", "asked for"), _asked),
    (Both("創作的寄与", "human contribution"), _hand),
    (Both("利用条件", "user's licence"), _terms),
    (Both("寄与", "parts"), _parts),
    (Both("対価", "price"), _price),
    (Both("台帳", "ledger"), _ledger),
    (Both("検証", "verify"), _verify),
)
_STYLE = """\
main { max-width: 46rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4.5rem) clamp(1rem, 4vw, 2rem); }
figure { margin-bottom: clamp(2rem, 7vw, 4rem); }
figure img { display: block; margin: 0 auto; max-width: 100%; height: auto; image-rendering: pixelated; }
article { border: 1px solid var(--rule); border-width: 1px 0; padding: 2rem 0 1.75rem; }
header { margin-bottom: 1.75rem; }
h1 { font-size: 1.75rem; letter-spacing: 0.08em; }
h1 .issue { font-size: 0.625em; font-weight: 400; margin-left: 0.4em; white-space: nowrap; }
header > .en { font-family: var(--serif); font-size: 1rem; }
.warning { border-left: 3px solid var(--ink); padding-left: 0.9rem; margin-top: 1rem; font-weight: 600; }
.warning .en { font-weight: 400; }
dl { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0.9rem 2rem; font-size: 0.875rem;
  align-items: baseline; }
.names bdi { display: inline-block; max-width: 100%; }
dt { font-family: var(--serif); }
dt .ja { display: block; width: 5em; text-align-last: justify; }
dt .en { display: block; font-size: 0.75rem; line-height: 1.35; }
dd .en { font-size: 0.8125rem; line-height: 1.5; margin-bottom: 0.2rem; }
.note, .note .en { font-size: 0.75rem; line-height: 1.55; color: var(--quiet); }
header .note { margin-top: 0.6rem; }
.fallen { font-weight: 600; }
dd code { font-size: 0.75rem; }
dd table { font-size: 0.8125rem; }
footer { display: flex; gap: 1.25rem; justify-content: flex-end; align-items: flex-end; margin-top: 2rem; }
.says { text-align: right; font-size: 0.75rem; line-height: 1.5; }
.says .en { margin-bottom: 0.35rem; }
.says > :last-child.en { margin-bottom: 0; }
.mark { flex: none; line-height: 0; color: var(--mark); }
.mark svg { color: inherit; }
.mark.struck { color: var(--struck); }
@media (max-width: 34rem) {
  dl { grid-template-columns: 1fr; gap: 0.1rem; }
  dd { margin-bottom: 0.9rem; }
}
@media print {
  @page { margin: 18mm; }
  main { max-width: none; padding: 0; }
  figure img { width: 60mm; }
  dt, dd, footer { break-inside: avoid; }
}
"""
