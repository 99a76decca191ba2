"""Pieces of the report beside those of every page: sections, captioned tables, pictures with their entry. Pure.

What a page is set with, and how words stand in two languages, is `core/pages.py`'s.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from PIL import Image

from okuzuke.core.ids import Entry, short
from okuzuke.core.money import Money
from okuzuke.core.pages import Both, Html, Piece, inline, mixed, money_column

THUMBNAIL = 96
_NUMBER = ' class="number"'


@dataclass(frozen=True, slots=True)
class Number:
    """A number or an amount in a table, aligned to the right."""

    value: int | Money


Part: TypeAlias = "Piece | Number"


def part(item: Part) -> str:
    """Return the markup of a piece in the line."""
    if isinstance(item, Number):
        return money_column(item.value).text if isinstance(item.value, Money) else f"{item.value:,}"
    return inline(item).text


def prose(said: Both) -> str:
    """Return a paragraph in both languages, side by side where there is room."""
    return (
        f'<div class="pair"><p class="ja" lang="ja">{escape(said.ja)}</p>'
        f'<p class="en" lang="en">{mixed(said.en)}</p></div>'
    )


def section(name: str, title: Both, *content: str) -> str:
    """Return a section with its heading in both languages."""
    heading = f'<h2 id="{name}-title">{part(title)}</h2>'
    return "\n".join([f'<section id="{name}" aria-labelledby="{name}-title">', heading, *content, "</section>"])


def table(caption: Both, head: Sequence[Both], rows: Sequence[Sequence[Part]], kind: str = "") -> str:
    """Return a table that scrolls within itself where the page is narrow; its first column names the row."""
    numbers = [isinstance(item, Number) for item in rows[0]]
    titles = [
        f'<th scope="col"{_NUMBER if number else ""}>{part(title)}</th>'
        for title, number in zip(head, numbers, strict=True)
    ]
    lines = [
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption.ja)} / {escape(caption.en)}">',
        f'<table class="{kind}"><caption>{part(caption)}</caption>',
        f"<thead><tr>{''.join(titles)}</tr></thead>",
        "<tbody>",
    ]
    for row in rows:
        first, *others = row
        cells = "".join(f"<td{_kind(item)}>{part(item)}</td>" for item in others)
        lines.append(f'<tr><th scope="row"{_kind(first)}>{part(first)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody></table></div>"])


def link(href: str, said: Piece) -> Html:
    """Return a link to a file beside the page."""
    return Html(f'<a href="{escape(href)}">{part(said)}</a>')


def stacked(items: Iterable[Part]) -> Html:
    """Return pieces one below the other."""
    return Html("".join(f'<span class="line">{part(item)}</span>' for item in items))


def listed(items: Sequence[Both]) -> Both:
    """Return several things in one breath.

    >>> listed([Both("学習", "train"), Both("生成", "generate")])
    Both(ja='学習・生成', en='train, generate')
    """
    return Both("・".join(item.ja for item in items), ", ".join(item.en for item in items))


def sentences(reasons: Sequence[Both]) -> Html:
    """Return reasons one below the other, in both languages."""
    ja = "".join(f"<li>{escape(reason.ja)}</li>" for reason in reasons)
    en = "".join(f"<li>{mixed(reason.en)}</li>" for reason in reasons)
    return Html(f'<ul class="ja" lang="ja">{ja}</ul><ul class="en" lang="en">{en}</ul>')


def entry_link(entry: Entry) -> Html:
    """Return the beginning of an entry's id, leading to its line in the list of the log."""
    return Html(f'<a class="id" href="#e-{entry}" title="{entry}">{short(entry)}</a>')


def identity(text: str) -> Html:
    """Return the beginning of a root's or a work's id, with the whole of it at hand."""
    return Html(f'<code class="id" title="{escape(text)}">{escape(short(text))}</code>')


def whole(text: str) -> Html:
    return Html(f'<code class="id long">{escape(text)}</code>')


def said(text: str) -> Html:
    """Return what a program printed, which is English with names in it."""
    return Html(f'<samp lang="en">{mixed(text)}</samp>')


def figure(picture: bytes, shows: Both, entry: Entry, below: Part = "") -> str:
    """Return a small picture with its entry: what the picture is can be looked up there."""
    label = f"{shows.ja} / {shows.en}"
    return (
        f'<figure data-entry="{entry}"><img src="{thumbnail(picture)}" width="{THUMBNAIL}" height="{THUMBNAIL}" '
        f'alt="{escape(label)}" loading="lazy"><figcaption>{part(below)}</figcaption></figure>'
    )


def thumbnail(picture: bytes) -> str:
    """Return the picture at 96 pixels as a data URI."""
    small = Image.open(io.BytesIO(picture)).convert("RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    return _uri(small, lossless=False)


def generated(picture: bytes) -> str:
    """Return a small generated picture as it is, sample for sample, as a data URI."""
    return _uri(Image.open(io.BytesIO(picture)).convert("RGB"), lossless=True)


def _uri(picture: Image.Image, *, lossless: bool) -> str:
    data = io.BytesIO()
    picture.save(data, "WEBP", quality=82, method=4, lossless=lossless)
    return "data:image/webp;base64," + base64.b64encode(data.getvalue()).decode()


def _kind(item: Part) -> str:
    return _NUMBER if isinstance(item, Number) else ""
