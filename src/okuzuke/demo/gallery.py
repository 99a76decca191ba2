"""The report's pictures: what was made of each trained series, how well it is recognised, where each one's proof is."""

from __future__ import annotations

from html import escape
from pathlib import Path

from okuzuke.audit.colophon_of import colophon
from okuzuke.core.pages import Both, Html
from okuzuke.demo import catalogue
from okuzuke.demo.catalogue import Kind
from okuzuke.demo.markup import Number, Part, generated, link, part, prose, section, table
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.recognition import EACH
from okuzuke.demo.sections import Told
from okuzuke.demo.selling import OPEN, Made
from okuzuke.demo.telling import write
from okuzuke.demo.words import DEDICATED

PAYEE_PAGE = f"colophon-{DARUMA}-author.html"
_UNNAMED = Both("シリーズを指定しない依頼", "no series named")


def pictures(told: Told) -> str:
    """Show every picture, series by series, with its colophon or its bundle."""
    found, recognised = told.findings, told.findings.recognised
    groups = [_group(told, series) for series in (*recognised.right, OPEN)]
    rows: list[list[Part]] = [
        [_title(series), _basis(series), Number(right), f"{EACH}", _bar(right)]
        for series, right in recognised.right.items()
    ]
    whole, own = f"{recognised.accuracy:.1%}", f"{recognised.own_accuracy:.1%}"
    model, side = found.learnt.trained.model, found.learnt.trained.recipe.size
    head = [
        Both("シリーズ", "series"),
        Both("根拠", "basis"),
        Both("見分けられた点数", "recognised"),
        Both("試した点数", "of"),
        Both("割合", "part"),
    ]
    return section(
        "pictures",
        Both("生成した画像", "The pictures"),
        prose(
            Both(
                f"データセットBで学習したモデル「{model.name}」が生成した{len(found.sold.made)}点です"
                f"（{side}×{side}画素をそのまま拡大）。CC0宣言は、作者による推奨・後援を示しません。"
                "画像ごとに証拠ファイルがあり、画像を押すと開きます。「奥付」は、その証拠ファイルだけから組んだ1頁です。",
                f"The {len(found.sold.made)} pictures made by “{model.name}”, which was trained on data set B "
                f"({side} by {side} pixels, enlarged as they are). A dedication implies no endorsement. Each picture "
                "has its bundle behind it; a colophon is one page set from that bundle alone.",
            )
        ),
        f'<div class="gallery">{"".join(groups)}</div>',
        prose(
            Both(
                "頼んだものが描かれているかを、別の小さな分類器で測りました。"
                f"学習に使わなかった作品（取り置き{recognised.learnt_from}点）だけで学んだ分類器が、"
                f"シリーズごとに新しく作った{EACH}点を見分けた割合は、全体で{whole}、許諾による自社シリーズで{own}です。",
                "Whether what was asked for is what is shown was measured by another, small classifier, which learnt "
                f"from {recognised.learnt_from} held-out works alone. Of {EACH} fresh samples of each series it "
                f"recognised {whole} in all, and {own} of the series that are paid.",
            )
        ),
        table(Both("見分けられた割合", "Recognised"), head, rows, "fit"),
    )


def write_colophons(told: Told) -> None:
    """Write the colophon of one picture of each trained series beside the report, and one as a payee sees it."""
    trust = told.archive.trust()
    folder = told.archive.path / "report"
    for series in told.findings.recognised.right:
        made = told.findings.sold.of(series)[0]
        page = colophon(made.bundle.read_bytes(), trust, bundle=_beside(told, made.bundle), trust_file="../trust.json")
        write(folder / _page(series), page.encode())
    payee = next(item.file for item in told.findings.handed.bundled if item.name == "picture-author")
    page = colophon(payee.read_bytes(), trust, bundle=_beside(told, payee), trust_file="../trust.json")
    write(folder / PAYEE_PAGE, page.encode())


def _group(told: Told, series: str) -> str:
    made = told.findings.sold.of(series)
    figures = "".join(_figure(told, item, first=item is made[0] and series != OPEN) for item in made)
    free = all(not item.price.sub_units for item in made)
    paid = Both("無料分", "free") if free else Both(f"有料{len(made)}点", f"{len(made)} paid")
    payee = (
        f"<p>{part(link(PAYEE_PAGE, Both('受取人（原作者）の奥付', 'colophon as a payee sees it')))}</p>"
        if series == DARUMA
        else ""
    )
    return (
        f'<div class="made"><h3>{part(_title(series))}</h3><p>{part(_basis(series))} · {part(paid)}</p>{payee}'
        f'<div class="made-strip">{figures}</div></div>'
    )


def _figure(told: Told, made: Made, *, first: bool) -> str:
    title = _title(made.series)
    label = f"{title.ja} {made.picture.stem[-4:]} / {title.en} {made.picture.stem[-4:]}"
    caption = part(link(_page(made.series), Both("奥付", "colophon"))) if first else made.picture.stem[-4:]
    return (
        f'<figure data-entry="{made.entry}"><a href="{escape(_beside(told, made.bundle))}">'
        f'<img class="generated" src="{generated(made.picture.read_bytes())}" width="96" height="96" '
        f'alt="{escape(label)}" loading="lazy"></a><figcaption>{caption}</figcaption></figure>'
    )


def _bar(right: int) -> Html:
    """Return a fine bar that is as full as the series is recognised."""
    return Html(
        f'<svg class="bar" viewBox="0 0 {EACH} 1" preserveAspectRatio="none" role="img" '
        f'aria-label="{right} / {EACH}"><rect class="shut" width="{EACH}" height="1"/>'
        f'<rect class="tint-0" width="{right}" height="1"/></svg>'
    )


def _title(series: str) -> Both:
    if series == OPEN:
        return _UNNAMED
    known = catalogue.series(series)
    return Both(known.title_ja, known.title_en)


def _basis(series: str) -> Both:
    if series == OPEN:
        return Both("すべてのシリーズの許諾", "every series' permission")
    if catalogue.series(series).kind is Kind.DEDICATION:
        return DEDICATED
    return Both("許諾", "grant")


def _page(series: str) -> str:
    return f"colophon-{series}.html"


def _beside(told: Told, file: Path) -> str:
    return f"../{file.relative_to(told.archive.path)}"
