from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from demo_story import Told
from okuzuke.core.pages import Both, mixed
from okuzuke.demo import words
from okuzuke.demo.board import USES
from okuzuke.registry.decision import State

_VOID = {"meta", "img", "input", "br", "rect", "link", "hr"}
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self) -> list[Element]:
        return [self, *(found for child in self.inside for found in child.all())]

    def said(self) -> str:
        return self.text + "".join(child.said() for child in self.inside)

    def of_class(self, name: str) -> list[Element]:
        return [found for found in self.all() if name in found.attributes.get("class", "").split()]


class Page(HTMLParser):
    """Reads a page into elements and notes text whose nearest language is not its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("page", {})
        self.misread: list[str] = []
        self._open = [self.root]
        self.feed(text)
        self.close()
        assert len(self._open) == 1, [element.tag for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        element = self._open.pop()
        assert element.tag == tag, f"</{tag}> closes <{element.tag}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].text += data
        language = next((e.attributes["lang"] for e in reversed(self._open) if "lang" in e.attributes), "")
        if language == "en" and _JAPANESE.search(data):
            self.misread.append(data)

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.root.all() if element.tag in tags]


@pytest.fixture(scope="session")
def text(told: Told) -> str:
    return (told.path / told.summary.report).read_text("utf-8")


@pytest.fixture(scope="session")
def page(text: str) -> Page:
    return Page(text)


def test_the_report_fetches_nothing_and_runs_nothing(text: str, page: Page) -> None:
    named = [e.attributes[name] for e in page.root.all() for name in ("src", "href", "action") if name in e.attributes]
    assert named
    beside = ("../bundles/", "../pictures/", "../accounts/", "colophon-")
    assert [name for name in named if not name.startswith(("data:image/webp;base64,", "#", *beside))] == []
    assert page.all("script", "link", "iframe", "object", "base") == []
    assert re.findall(r"https?:|@import|url\(|\son\w+=|javascript:", text) == []
    assert "default-src 'none'" in text


def test_every_heading_stands_in_both_languages(page: Page) -> None:
    headings = page.all("h1", "h2", "h3", "caption")
    headings += [element for element in page.all("th") if element.attributes.get("scope") == "col"]
    assert len(headings) > 40
    for heading in headings:
        for language in ("ja", "en"):
            (said,) = heading.of_class(language)
            assert said.said().strip(), heading.said()
            assert said.attributes["lang"] == language


def test_every_paragraph_stands_in_both_languages(page: Page) -> None:
    for pair in page.root.of_class("pair"):
        assert [child.attributes["lang"] for child in pair.inside] == ["ja", "en"]
        assert all(child.said().strip() for child in pair.inside)


def test_japanese_within_english_says_that_it_is(page: Page) -> None:
    assert page.misread == []
    assert mixed("ask 架空 & co") == 'ask <span lang="ja">架空</span> &amp; co'


def test_every_figure_and_every_id_leads_to_an_entry_of_the_log(told: Told, page: Page) -> None:
    entries = {e.attributes["id"].removeprefix("e-") for e in page.all("code") if "id" in e.attributes}
    assert len(entries) == told.summary.entries
    figures = [e.attributes["data-entry"] for e in page.all("figure") if "data-entry" in e.attributes]
    links = [e.attributes["href"] for e in page.all("a") if e.attributes["href"].startswith("#e-")]
    assert figures
    assert set(figures) <= entries
    assert {link.removeprefix("#e-") for link in links} <= entries
    assert {item.id for item in told.summary.snapshots} <= {link.removeprefix("#e-") for link in links}


def test_every_link_within_the_page_arrives(page: Page) -> None:
    ids = [element.attributes["id"] for element in page.root.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        if link.attributes["href"].startswith("#"):
            assert link.attributes["href"][1:] in ids


def test_every_file_the_page_links_to_is_there_and_every_bundle_is_linked(told: Told, page: Page) -> None:
    links = [e.attributes["href"] for e in page.all("a") if not e.attributes["href"].startswith("#")]
    assert all((told.path / "report" / file).resolve().is_file() for file in links)
    assert len([file for file in links if file.endswith(".okz")]) == told.summary.verified
    assert {f"../{item.bundle}" for item in told.summary.outputs} <= set(links)


def test_one_picture_of_each_trained_series_has_its_colophon(told: Told, page: Page) -> None:
    links = {e.attributes["href"] for e in page.all("a") if e.attributes["href"].startswith("colophon-")}
    series = {item.series for item in told.summary.outputs} - {"open"}
    assert links == {f"colophon-{name}.html" for name in series} | {"colophon-daruma-author.html"}
    for name in series:
        text = (told.path / "report" / f"colophon-{name}.html").read_text("utf-8")
        assert told.summary.outputs[[item.series for item in told.summary.outputs].index(name)].id[:12] in text
        assert "権利者の承認・監修を示すものではありません" in text
        assert "封緘項目を開示" not in text


def test_the_page_follows_one_price_down_to_each_payee(page: Page) -> None:
    (section,) = (e for e in page.all("section") if e.attributes["id"] == "payments")
    said = section.said()
    for line in ("窓口手数料", "原作使用料", "幹事手数料", "出資比率 1/2", "出資比率 1/4"):
        assert line in said
    assert "¥60" in said


def test_the_chain_leads_from_the_grant_to_the_payment_through_the_log(page: Page) -> None:
    (graph,) = page.root.of_class("lineage")
    kinds = [node.of_class("ja")[0].said() for node in graph.all() if node.tag == "li"]
    assert kinds == [
        "許諾",
        "データセットの凍結",
        "学習の開始",
        "モデル",
        "依頼",
        "生成物",
        "寄与割合",
        "課金",
        "使用料の分配",
    ]


def test_every_picture_has_words_in_its_place(page: Page) -> None:
    assert all(element.attributes["alt"] for element in page.all("img"))


def test_the_board_shows_granted_negotiating_declined_ended_and_disputed(page: Page) -> None:
    (board,) = page.root.of_class("board")
    shown = {name for state in board.of_class("state") for name in state.attributes["class"].split()[1:]}
    assert shown == {"granted", "negotiating", "declined", "ended", "disputed", "not_asked"}
    assert len([row for row in board.all() if row.tag == "tr"]) == 15
    assert all(words.USES[use].ja in board.said() for use in USES)


def test_the_page_shows_the_roots_of_every_snapshot_and_what_each_refused(told: Told, page: Page) -> None:
    titles = {element.attributes["title"] for element in page.all("code") if "title" in element.attributes}
    assert {item.root for item in told.summary.snapshots} <= titles
    (section,) = (e for e in page.all("section") if e.attributes["id"] == "refused")
    counted = [int(cell.said()) for cell in section.all() if cell.tag == "td" and cell.of_class("number")]
    assert sum(counted) == sum(sum(item.refused.values()) for item in told.summary.snapshots)


def test_the_page_never_calls_anything_unlawful_or_cleared(text: str) -> None:
    for word in ("違法", "侵害", "権利処理済みです", "著作権登録", "illegal", "infring", "制作委員会"):
        assert word not in text
    assert "記録と一致" in text
    assert "権利者の承認・監修を示すものではありません" in text


def test_no_code_word_stands_in_a_japanese_sentence(text: str) -> None:
    assert re.findall(r"[「（][a-z_]+[」）]", text) == []


def test_uses_with_one_answer_stand_together(text: str) -> None:
    assert "この利用の許諾を求めていません" in text


def test_makers_of_dedicated_sets_are_not_named(text: str) -> None:
    assert not re.search(r"dicebear|figma", text, re.IGNORECASE)


def test_states_and_uses_are_called_what_the_glossary_calls_them() -> None:
    glossary = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8")
    for state in State:
        assert f"`{state}` {words.STATES[state].ja}" in glossary
    for use in USES:
        assert f"`{use}` {words.USES[use].ja}" in glossary


def test_every_word_has_both_languages() -> None:
    lists = (words.STATES, words.USES, words.TITLES, words.BASES, words.REFUSALS, words.KINDS, words.CAPACITIES)
    for said in (both for known in lists for both in known.values()):
        assert isinstance(said, Both)
        assert said.ja
        assert said.en
