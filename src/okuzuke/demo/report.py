"""The report: one page that says what was permitted, what was not and why, and how a stranger checks it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path

from okuzuke.demo import proofs, sections
from okuzuke.demo.board import board
from okuzuke.demo.findings import Findings
from okuzuke.demo.markup import part, prose
from okuzuke.demo.sections import Told
from okuzuke.demo.telling import Telling, write
from okuzuke.demo.words import Both, day
from okuzuke.ledger import checkpoint

_SECTIONS: tuple[Callable[[Told], str], ...] = (
    sections.board,
    sections.missing,
    sections.refused,
    proofs.evidence,
    sections.snapshots,
    proofs.chain,
    proofs.verifying,
    proofs.tampering,
    proofs.proven,
    sections.committee,
    sections.people,
    proofs.log,
)
_TITLE = Both("奥付：許諾と証拠の報告書", "Okuzuke: what was opted in, and the proof")


def write_report(telling: Telling, findings: Findings) -> Path:
    """Write the report as one file and return its path."""
    archive = telling.archive
    told = Told(archive, archive.registry.known(), findings, board(archive, telling.now))
    page = archive.path / "report" / "index.html"
    write(page, _page(told).encode())
    return page


def _page(told: Told) -> str:
    body = [section(told) for section in _SECTIONS]
    style = files("okuzuke.demo").joinpath("report.css").read_text("utf-8")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="ja">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{_TITLE.ja} / {_TITLE.en}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            _header(told),
            _contents(body),
            "<main>",
            *body,
            "</main>",
            _colophon(told),
            "</body>",
            "</html>",
            "",
        ]
    )


def _header(told: Told) -> str:
    tried = told.findings.tried
    caught = sum(item.caught for item in tried)
    admitted = told.findings.taken[1]
    said = Both(
        f"架空の権利者による見本です。登場する会社・人物・契約はすべて架空ですが、作品、署名、台帳、判定、検証は実際に動いたものです。"
        f"{len(told.known.works):,}点の作品について許諾を確かめ、{len(admitted.frozen.places):,}点を採用し、"
        f"{len(admitted.frozen.refused):,}点を理由とともに採用しませんでした（データセットB）。"
        f"改ざん{len(tried)}通りのうち{caught}通りを検出しました。",
        "A demonstration with fictional rights holders. Every company, person and contract here is invented; the "
        "works, signatures, log, decisions and checks are real. Of "
        f"{len(told.known.works):,} works {len(admitted.frozen.places):,} were admitted and "
        f"{len(admitted.frozen.refused):,} left out, each with its reason (data set B). Of {len(tried)} tamperings "
        f"{caught} were caught.",
    )
    title = f'<span class="ja" lang="ja">{_TITLE.ja}</span> <span class="en" lang="en">{_TITLE.en}</span>'
    return (
        f'<header><div class="front"><h1>{title}</h1>{_mark(told)}</div>\n<div class="lede">{prose(said)}</div>\n'
        '<fieldset class="language"><legend>言語 / Language</legend>'
        '<label><input type="radio" name="language" id="both" checked> 日本語 + English</label>'
        '<label lang="ja"><input type="radio" name="language" id="only-ja"> 日本語</label>'
        '<label lang="en"><input type="radio" name="language" id="only-en"> English</label></fieldset></header>'
    )


def _mark(told: Told) -> str:
    """Return the archive's mark where the verifier says that the record matches, and nothing where it does not."""
    if not all(item.checked.holds for item in told.findings.bundled):
        return ""
    said = Both("権利者の承認・監修を示すものではありません", "not an approval by the rights holders")
    letters = "".join(
        f'<text x="{x}" y="{y}" text-anchor="middle">{letter}</text>'
        for letter, x, y in (("記", 69, 44), ("録", 69, 85), ("一", 31, 44), ("致", 31, 85))
    )
    return (
        '<figure class="mark"><a href="#verify">'
        '<svg viewBox="0 0 100 100" role="img" aria-label="記録一致 / matches the record">'
        '<rect x="2.5" y="2.5" width="95" height="95" rx="9" fill="none" stroke="currentColor" stroke-width="5"/>'
        f'<g fill="currentColor" font-family="var(--serif)" font-weight="700" font-size="37">{letters}</g></svg></a>'
        f"<figcaption>{part(said)}</figcaption></figure>"
    )


def _contents(body: list[str]) -> str:
    """Return links to the sections, under their own headings."""
    lines = []
    for text in body:
        name = text.split('"', 2)[1]
        heading = text.split(f'<h2 id="{name}-title">', 1)[1].split("</h2>", 1)[0]
        lines.append(f'<li><a href="#{name}">{heading}</a></li>')
    return f'<nav aria-label="目次 / Contents"><ul>{"".join(lines)}</ul></nav>'


def _colophon(told: Told) -> str:
    """Return the page's last lines as a Japanese book has them."""
    note = told.archive.journal.checkpoint()
    head = checkpoint.parse(checkpoint.split_note(note).text)
    lines = (
        (Both("書名", "title"), part(_TITLE)),
        (Both("台帳", "log"), f"<code>{escape(head.origin)}</code>"),
        (Both("運営者", "operator"), part(told.name(told.archive.operator))),
        (Both("記載", "entries"), f"{head.size:,}"),
        (Both("チェックポイント", "checkpoint"), f'<code class="id long">{head.root.hex()}</code>'),
        (Both("台帳の鍵", "log key"), f'<code class="id long">{escape(str(told.archive.journal.verifier_key))}</code>'),
        (Both("最後の記載", "last entry"), part(day(told.findings.log[-1].recorded_at))),
        (
            Both("結論", "conclusion"),
            part(
                Both(
                    "記録と一致。権利の帰属を証明するものではありません",
                    "matches the record; does not prove ownership",
                )
            ),
        ),
    )
    rows = "".join(f"<dt>{part(name)}</dt><dd>{value}</dd>" for name, value in lines)
    return f"<footer><dl>{rows}</dl></footer>"
