"""What every page is set with: paper and type, words in two languages, escaped markup, dates and money. Pure.

A page is one file that works without scripts and without a network; so nothing here names another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from typing import TypeAlias

from okuzuke.core.money import SCALES, Money

WHOLE = 1_000_000
TINTS = 6
_NUMBER = ' class="number"'
_JAPAN = timezone(timedelta(hours=9))
_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f](?:[!-~ \u00a0-\u024f]*[!-~\u00c0-\u024f])?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS: Mapping[str, str] = {"JPY": "¥", "USD": "$"}
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_VOID_ELEMENTS = frozenset({"img", "br", "hr", "meta", "wbr"})


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is ready; anything else is text and is escaped."""

    text: str


@dataclass(frozen=True, slots=True)
class Both:
    """The same thing said in Japanese and in English."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name as it is registered, with its reading in kana and in Latin letters where they are on record."""

    written: str
    kana: str | None = None
    latin: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a million with its name, for a bar."""

    name: Piece
    ppm: int


Piece: TypeAlias = "Html | Both | Named | str"


def element(name: str, attributes: Mapping[str, str | int] | None = None, *content: Piece) -> Html:
    """Return an element; its attributes and every text in it are escaped.

    >>> element("b", {"title": '"'}, "甲 < 乙").text
    '<b title="&quot;">甲 &lt; 乙</b>'
    """
    said = {**(attributes or {})}
    assert all(_NAME.fullmatch(word) for word in (name, *said)), "names of elements and attributes are the page's own"
    opening = "".join(f' {key}="{escape(str(value))}"' for key, value in said.items())
    if name in _VOID_ELEMENTS:
        assert not content, f"{name} has no content"
        return Html(f"<{name}{opening}>")
    return Html(f"<{name}{opening}>{joined(content).text}</{name}>")


def joined(pieces: Iterable[Piece], between: str = "") -> Html:
    """Return pieces one after the other, as they stand in a line."""
    return Html(escape(between).join(inline(piece).text for piece in pieces))


def inline(piece: Piece) -> Html:
    """Return the markup of a piece: what is said in both languages stands twice, each marked as what it is."""
    match piece:
        case Html():
            return piece
        case Both(ja, en):
            return Html(f'<span class="ja" lang="ja">{escape(ja)}</span> <span class="en" lang="en">{mixed(en)}</span>')
        case Named():
            return ruby(piece)
        case str():
            return Html(foreign(piece))


def mixed(text: str) -> str:
    """Return escaped English whose Japanese runs say so, as a name within a sentence.

    >>> mixed("ask 架空 & co")
    'ask <span lang="ja">架空</span> &amp; co'
    """
    return _marked(text, _JAPANESE, "ja")


def foreign(text: str) -> str:
    """Return an escaped text of unknown language on a Japanese page: its runs in Latin letters are marked.

    >>> foreign("架空 Example & co")
    '架空 <span lang="en">Example &amp; co</span>'
    """
    return _marked(text, _LATIN, "en")


def ruby(name: Named) -> Html:
    """Return a name as registered, its reading small above it; a name never turns the line around.

    >>> ruby(Named("達磨", "だるま")).text
    '<bdi><ruby>達磨<rp>（</rp><rt>だるま</rt><rp>）</rp></ruby></bdi>'
    """
    if name.kana is None or name.kana == name.written:
        return Html(f"<bdi>{foreign(name.written)}</bdi>")
    reading = f"<rp>（</rp><rt>{escape(name.kana)}</rt><rp>）</rp>"
    return Html(f"<bdi><ruby>{foreign(name.written)}{reading}</ruby></bdi>")


def bilingual(ja: Piece, en: str) -> Html:
    """Return one paragraph a language, the English below the Japanese."""
    return Html(f'<p class="ja">{inline(ja).text}</p><p class="en" lang="en">{mixed(en)}</p>')


def outside(text: str) -> Html:
    """Return what somebody else wrote, in whatever language: it cannot turn the line around it."""
    return Html(f"<bdi>{foreign(text)}</bdi>")


def romanised(name: Named) -> str:
    """Return a name for an English line."""
    return name.latin or name.written


def full(name: Named) -> Html:
    """Return a name as registered with its Latin letters beside it where it has others, for a line in both languages.

    The reading stands where a name comes first on a page; above every line of a table it would only be noise.
    """
    if name.latin is None or name.latin == name.written:
        return outside(name.written)
    return Html(f'{outside(name.written).text} <span class="en" lang="en"><bdi>{mixed(name.latin)}</bdi></span>')


def stacked_bar(label: Both, shares: Sequence[Share], rest: Both) -> Html:
    """Return parts of a million as one fine bar, the names below it; what the shares leave is hatched, as `rest`."""
    bars, names, left = [], [], 0
    for place, share in enumerate(shares):
        tint = f"tint-{place % TINTS}"
        bars.append(f'<rect class="{tint}" x="{left}" width="{share.ppm}" height="1"/>')
        names.append(_key(tint, share.name, share.ppm))
        left += share.ppm
    if left < WHOLE:
        names.append(_key("shut", rest, WHOLE - left))
    return Html(
        f'<svg class="bar" viewBox="0 0 {WHOLE} 1" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label.ja)} / {escape(label.en)}"><rect class="shut" width="{WHOLE}" height="1"/>'
        f'{"".join(bars)}</svg><ol class="shares">{"".join(names)}</ol>'
    )


def table(head: Sequence[Both], rows: Sequence[Sequence[Piece]], foot: Sequence[Piece]) -> Html:
    """Return a table whose first column names the row and whose last is a number."""
    last = len(head) - 1
    titles = "".join(
        f'<th scope="col"{_NUMBER if at == last else ""}>{inline(title).text}</th>' for at, title in enumerate(head)
    )
    body = "".join(_row(row) for row in rows)
    return Html(f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody><tfoot>{_row(foot)}</tfoot></table>")


def day(instant: datetime) -> Both:
    """Return the day in Japan.

    >>> from datetime import UTC
    >>> day(datetime(2026, 11, 21, 16, tzinfo=UTC))
    Both(ja='2026年11月22日', en='22 Nov 2026')
    """
    there = instant.astimezone(_JAPAN)
    return Both(f"{there.year}年{there.month}月{there.day}日", f"{there.day} {_MONTHS[there.month - 1]} {there.year}")


def money(amount: Money) -> str:
    """Return an amount to its last sub-unit, without the zeros at its end; nothing is rounded.

    >>> money(Money(12_345_678_901, "JPY")), money(Money(-5_000_000, "USD")), money(Money(1, "USDC"))
    ('¥12,345.678901', '−$5', '0.000001 USDC')
    """
    whole, fraction = money_parts(amount)
    sign, after = _SIGNS.get(amount.currency, ""), "" if amount.currency in _SIGNS else f" {amount.currency}"
    minus = "−" if amount.sub_units < 0 else ""
    return f"{minus}{sign}{whole}{fraction}{after}"


def money_column(amount: Money) -> Html:
    """Return an amount for a column of figures: the decimal points stand below each other."""
    whole, fraction = money_parts(amount)
    sign = ("−" if amount.sub_units < 0 else "") + _SIGNS.get(amount.currency, "")
    return Html(
        f'<span class="whole">{sign}{whole}</span><span class="fraction">{fraction}</span>'
        + ("" if amount.currency in _SIGNS else f" {escape(amount.currency)}")
    )


def money_parts(amount: Money) -> tuple[str, str]:
    """Return the digits before and after the point, without the sign.

    >>> money_parts(Money(1_234_500_000, "JPY"))
    ('1,234', '.5')
    """
    scale = SCALES[amount.currency]
    whole, rest = divmod(abs(amount.sub_units), 10**scale)
    digits = f"{rest:0{scale}d}".rstrip("0")
    return f"{whole:,}", f".{digits}" if digits else ""


def percent(ppm: int) -> str:
    """Return parts per million as per cent, all four places.

    >>> percent(412_345)
    '41.2345%'
    """
    return f"{ppm // 10_000}.{ppm % 10_000:04d}%"


def document(title: Both, style: str, body: Html) -> str:
    """Return a whole page: nothing in it is fetched, run or sent, and the page itself forbids it."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="ja">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            '<meta name="referrer" content="no-referrer">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{escape(title.ja)} / {escape(title.en)}</title>",
            f"<style>\n{STYLE}{style}</style>",
            "</head>",
            "<body>",
            body.text,
            "</body>",
            "</html>",
            "",
        ]
    )


def _row(cells: Sequence[Piece]) -> str:
    first, *others, last = (inline(cell).text for cell in cells)
    middle = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row">{first}</th>{middle}<td{_NUMBER}>{last}</td></tr>'


def _key(tint: str, name: Piece, ppm: int) -> str:
    return (
        '<li><svg class="swatch" viewBox="0 0 1 1" aria-hidden="true">'
        f'<rect class="{tint}" width="1" height="1"/></svg>'
        f"<span>{inline(name).text}</span><span{_NUMBER}>{percent(ppm)}</span></li>"
    )


def _marked(text: str, run: re.Pattern[str], lang: str) -> str:
    """Return the escaped text with each run of a script marked as its language."""
    said, at = [], 0
    for found in run.finditer(text):
        said.append(f'{escape(text[at : found.start()])}<span lang="{lang}">{escape(found[0])}</span>')
        at = found.end()
    return "".join([*said, escape(text[at:])])


# Every text colour has a contrast of at least 4.5 on its paper (WCAG AA); an ochre of #9a6b00 would have 4.42.
STYLE = """\
:root {
  color-scheme: light dark;
  --paper: #faf8f3; --ink: #1c1b19; --quiet: #5c574d; --rule: #c9c2b4; --wash: #f3efe6;
  --mark: #c73e2b; --struck: #7d786e; --force: #2f6f4f; --review: #855c00;
  --serif: "Noto Serif JP", "Noto Serif CJK JP", "Hiragino Mincho ProN", "Yu Mincho", serif;
  --sans: "Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic UI", system-ui, sans-serif;
  --mono: ui-monospace, "Noto Sans Mono CJK JP", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --ink: #ece7dc; --quiet: #a9a294; --rule: #47423a; --wash: #1f1d1a;
    --mark: #e0604c; --struck: #8f897e; --force: #86c5a3; --review: #d9a94e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 400 0.9375rem/1.75 var(--sans); font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, caption { font-family: var(--serif); font-weight: 600; line-height: 1.4; margin: 0; text-align: left; }
p, dl, dd, ul, ol, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: inherit; text-decoration-color: var(--rule); text-underline-offset: 0.2em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 3px; }
ruby { ruby-position: over; ruby-align: center; }
rt { font-size: 0.5em; font-family: var(--sans); font-weight: 400; letter-spacing: 0; color: var(--quiet); }
.en { color: var(--quiet); }
.in-force { color: var(--force); }
.in-review { color: var(--review); }
table { border-collapse: collapse; width: 100%; border: 1px solid var(--rule); border-width: 1px 0; }
th, td { text-align: left; vertical-align: baseline; font-weight: 400; padding: 0.3rem 1rem 0.3rem 0; }
tbody tr + tr > *, tfoot tr > * { border-top: 1px solid var(--rule); }
tfoot tr > * { border-top-color: var(--ink); font-weight: 600; }
tfoot .en { font-weight: 400; }
thead th { font-size: 0.75rem; color: var(--quiet); border-bottom: 1px solid var(--rule); }
.number { text-align: right; padding-right: 0; white-space: nowrap; }
.fraction { display: inline-block; width: 3.9em; text-align: left; }
.bar { display: block; width: 100%; height: 0.625rem; }
.bar rect { stroke: var(--paper); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.bar .shut, .swatch .shut { fill: var(--rule); }
.tint-0 { fill: var(--ink); }
.tint-1 { fill: color-mix(in srgb, var(--ink) 78%, var(--paper)); }
.tint-2 { fill: color-mix(in srgb, var(--ink) 60%, var(--paper)); }
.tint-3 { fill: color-mix(in srgb, var(--ink) 45%, var(--paper)); }
.tint-4 { fill: color-mix(in srgb, var(--ink) 33%, var(--paper)); }
.tint-5 { fill: color-mix(in srgb, var(--ink) 22%, var(--paper)); }
.swatch { flex: none; width: 0.625rem; height: 0.625rem; }
.shares { margin-top: 0.4rem; }
.shares li { display: flex; gap: 0.6rem; align-items: baseline; }
.shares .number { margin-left: auto; }
code, samp, pre { font-family: var(--mono); font-size: 0.875em; }
pre { margin: 0; padding: 0.6rem 0.85rem; background: var(--wash); white-space: pre-wrap; line-height: 1.6; }
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --quiet: #444; --rule: #999; --wash: #fff; --mark: #c73e2b; --struck: #777;
    --force: #2f6f4f; --review: #855c00;
  }
  body { font-size: 8.5pt; }
  a { text-decoration: none; }
  tr, figure { break-inside: avoid; }
  svg, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
