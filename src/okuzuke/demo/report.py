"""The report: one page that says what was permitted, what was not and why, and how a stranger checks it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path

from okuzuke.core.money import Money
from okuzuke.core.pages import Both, Html, day, document, money
from okuzuke.demo import amounts, gallery, halted, path, proofs, sections
from okuzuke.demo.board import board
from okuzuke.demo.findings import Findings
from okuzuke.demo.markup import part, prose
from okuzuke.demo.sections import Told
from okuzuke.demo.telling import Telling, write
from okuzuke.ledger import checkpoint

_SECTIONS: tuple[Callable[[Told], str], ...] = (
    sections.board,
    gallery.pictures,
    sections.missing,
    sections.refused,
    halted.stopped,
    amounts.payments,
    amounts.accounts,
    path.chain,
    proofs.verifying,
    proofs.tampering,
    proofs.evidence,
    sections.snapshots,
    proofs.work,
    proofs.proven,
    sections.committee,
    sections.people,
    proofs.log,
)
_TITLE = Both("奥付：許諾・生成・分配の報告書", "Okuzuke: what was opted in, made and paid, and the proof")


def write_report(telling: Telling, findings: Findings) -> Path:
    """Write the report as one file and return its path."""
    archive = telling.archive
    told = Told(archive, archive.registry.known(), findings, board(archive, telling.now))
    gallery.write_colophons(told)
    amounts.write_accounts(told)
    page = archive.path / "report" / "index.html"
    write(page, _page(told).encode())
    return page


def _page(told: Told) -> str:
    body = [section(told) for section in _SECTIONS]
    style = files("okuzuke.demo").joinpath("report.css").read_text("utf-8")
    parts = [_header(told), _contents(body), "<main>", *body, "</main>", _colophon(told)]
    return document(_TITLE, style, Html("\n".join(parts)))


def _header(told: Told) -> str:
    tried, settled = told.findings.handed.tried, told.findings.settled
    caught = sum(item.caught for item in tried)
    admitted, revenue = told.findings.taken[1], money(Money(settled.revenue, "JPY"))
    made = len(told.findings.sold.made)
    said = Both(
        f"架空の権利者による見本です。登場する会社・人物・契約はすべて架空ですが、作品、署名、台帳、判定、学習、生成、分配、検証は実際に動いたものです。"
        f"{len(told.known.works):,}点の作品について許諾を確かめ、{len(admitted.frozen.places):,}点をデータセットBに採用し、"
        f"{len(admitted.frozen.refused):,}点を理由とともに採用しませんでした。Bだけで学習したモデルが{made}点を生成し、支払われた{revenue}を権利者に分けました。"
        f"改ざん{len(tried)}通りのうち{caught}通りを検出しました。",
        "A demonstration with fictional rights holders. Every company, person and contract here is invented; the "
        "works, signatures, log, decisions, training, pictures, payments and checks are real. Of "
        f"{len(told.known.works):,} works {len(admitted.frozen.places):,} were admitted to data set B and "
        f"{len(admitted.frozen.refused):,} left out, each with its reason. A model trained on B alone made {made} "
        f"pictures, and the {revenue} paid for them were divided. Of {len(tried)} tamperings {caught} were caught.",
    )
    return (
        f'<header><div class="front"><h1>{part(_TITLE)}</h1>{_mark(told)}</div>\n'
        f'<div class="lede">{prose(said)}</div>\n'
        '<fieldset class="language"><legend>言語 / Language</legend>'
        '<label><input type="radio" name="language" id="both" checked> 日本語 + English</label>'
        '<label lang="ja"><input type="radio" name="language" id="only-ja"> 日本語</label>'
        '<label lang="en"><input type="radio" name="language" id="only-en"> English</label></fieldset></header>'
    )


def _mark(told: Told) -> str:
    """Return the archive's mark where the verifier says that the record matches, and nothing where it does not."""
    if not all(item.checked.holds for item in told.findings.handed.bundled):
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
