from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from okuzuke.audit.colophon import (
    Check,
    Colophon,
    Destination,
    Failure,
    Force,
    Licence,
    Made,
    Opened,
    Paid,
    Part,
    Picture,
    Reader,
    Recorded,
    Unit,
)
from okuzuke.audit.leaf import NO_APPROVAL, page
from okuzuke.audit.mark import GREY, VERMILION
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry
from okuzuke.core.money import Money
from okuzuke.core.pages import Both, Named
from okuzuke.registry.decision import Basis
from okuzuke.registry.uses import Use

DARUMA = Named("縁起だるま帖", "えんぎだるまちょう", "Engi Daruma-cho")
WORKSHOP = Named("青葉だるま工房", "あおばだるまこうぼう", "Aoba Daruma")
HOSTILE = "<script>alert(1)</script>\"'><img src=https://evil.example/x onerror=alert(1)>"


def _at(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


def _yen(sub_units: int) -> Money:
    return Money(sub_units, "JPY")


PUBLIC = Colophon(
    output_id="a1" * 32,
    number=12,
    series=(DARUMA,),
    picture=Picture(b"\x89PNG pixels", "image/png", 32, 32, Both("赤いだるま", "a red daruma")),
    made=Made(Named("奥付・竹", None, "Okuzuke Take"), 3, _at(18), _at(22)),
    copyright_lines=("© 2026 青葉だるま工房",),
    units=(
        Unit(DARUMA, Basis.GRANT, Force.IN_FORCE, _at(1)),
        Unit(Named("planets"), Basis.DEDICATION, Force.IN_FORCE, _at(1)),
    ),
    licences=(Licence(DARUMA, Use.CHARACTER, Entry("b2" * 32)),),
    human_contribution="四点からの選択",
    user_licence="個人利用に限る",
    recorded=Recorded(Entry("c3" * 32), 1234, _at(22), "okuzuke.example/demo", 1251, "d4" * 32),
    check=Check("output 12.okz", "trust.json", pinned=True),
    demo=False,
)
OPENED = Opened(
    reader=WORKSHOP,
    parts=(Part(DARUMA, 612_345),),
    price=_yen(12_345_678_901),
    paid=(
        Paid(Destination.PLATFORM, _yen(3_345_000_000)),
        Paid(Destination.PAYEE, _yen(9_000_678_901), WORKSHOP, DARUMA, "制作"),
    ),
)
AUDITOR = replace(PUBLIC, reader=Reader.AUDITOR, opened=OPENED)
FAILED = replace(PUBLIC.check, failures=(Failure(Both("署名", "signatures"), "output a1: not by this key"),))


class _Seen(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def _words(colophon: Colophon) -> str:
    return " ".join(_Seen(page(colophon).split("</head>", 1)[1]).text.split())


def test_the_same_colophon_gives_the_same_page() -> None:
    assert page(AUDITOR) == page(AUDITOR)


def test_a_page_says_who_made_the_picture_from_what_and_where_that_is_recorded() -> None:
    words = _words(PUBLIC)

    for said in (
        "第12号", "Engi Daruma-cho, no. 12", "2026年11月22日生成", "on 22 Nov 2026 by Okuzuke Take, model no. 3",
        "© 2026 青葉だるま工房", "2026年11月1日の許諾・有効", "grant of 1 Nov 2026, in force", "no endorsement",
        "推奨・後援を意味しません", "キャラクター利用", "四点からの選択", "個人利用に限る", "c3" * 32, "d4" * 32,
        "okuzuke verify 'output 12.okz' --trust trust.json",
    ):  # fmt: skip
        assert said in words


def test_a_name_is_set_with_its_reading_above_it() -> None:
    assert "<ruby>縁起だるま帖<rp>（</rp><rt>えんぎだるまちょう</rt><rp>）</rp></ruby>" in page(PUBLIC)


def test_a_picture_without_a_series_goes_by_its_number() -> None:
    words = _words(replace(PUBLIC, series=()))

    assert "生成物 第12号" in words
    assert "Output, no. 12" in words


def test_a_public_page_shows_no_price_and_no_parts() -> None:
    words = _words(PUBLIC)

    assert not re.search("[¥$%]", words)
    assert "寄与 parts" not in words
    assert "対価 price" not in words
    assert "寄与の割合" not in page(PUBLIC)


def test_a_public_colophon_cannot_be_given_sealed_fields() -> None:
    with pytest.raises(InputError, match="a page for public opens sealed fields"):
        replace(PUBLIC, opened=OPENED)


def test_a_colophon_for_a_party_is_not_made_without_what_was_opened_to_it() -> None:
    with pytest.raises(InputError, match="a page for payee lacks sealed fields"):
        replace(PUBLIC, reader=Reader.PAYEE)


def test_an_auditor_reads_parts_and_where_the_price_went_to_the_last_sub_unit() -> None:
    words = _words(AUDITOR)

    for said in ("61.2345%", "¥3,345", "¥9,000.678901", "¥12,345.678901", "Aoba Daruma", "運営者の取分"):
        assert said in words


def test_what_was_not_opened_is_said_to_be_shut() -> None:
    words = _words(replace(AUDITOR, opened=replace(OPENED, paid=OPENED.paid[1:])))

    assert re.search("not opened for this reader ?38.7655%", words)
    assert re.search("not opened for this reader ?¥3,345", words)


def test_a_free_picture_is_said_to_have_earned_nothing() -> None:
    words = _words(replace(AUDITOR, opened=replace(OPENED, price=_yen(0), paid=())))

    assert "対価は生じていません" in words
    assert "nothing was earned" in words


def test_what_was_asked_for_is_shown_where_it_was_opened_only() -> None:
    asked = replace(AUDITOR, opened=replace(OPENED, asked="左目だけ", tags=("daruma", "red")))

    assert "左目だけ" in _words(asked)
    assert "指示" not in _words(AUDITOR)


@pytest.mark.parametrize(
    "opened",
    [
        replace(OPENED, parts=(Part(DARUMA, 600_000), Part(WORKSHOP, 400_001))),
        replace(OPENED, parts=(Part(DARUMA, 1_000_000), Part(WORKSHOP, -1))),
        replace(OPENED, price=None),
        replace(OPENED, price=Money(99_000_000_000, "USD")),
        replace(OPENED, price=_yen(1)),
    ],
)
def test_parts_and_money_beyond_the_whole_are_refused(opened: Opened) -> None:
    with pytest.raises(InputError):
        replace(AUDITOR, opened=opened)


def test_a_picture_that_could_run_is_refused() -> None:
    with pytest.raises(InputError, match="svg"):
        replace(PUBLIC, picture=replace(PUBLIC.picture, media_type="image/svg+xml"))


def test_a_hostile_name_stays_text_wherever_it_stands() -> None:
    evil = Named(HOSTILE, HOSTILE, HOSTILE)
    failure = Failure(Both(HOSTILE, HOSTILE), HOSTILE)
    paid = Paid(Destination.PAYEE, _yen(1), evil, evil, HOSTILE)
    hostile = replace(
        AUDITOR,
        series=(evil,),
        picture=replace(PUBLIC.picture, shows=Both(HOSTILE, HOSTILE)),
        made=replace(PUBLIC.made, model=evil),
        copyright_lines=(HOSTILE,),
        units=tuple(Unit(evil, basis, force, _at(1)) for basis in Basis for force in Force),
        licences=(Licence(evil, Use.STYLE, None),),
        human_contribution=HOSTILE,
        user_licence=HOSTILE,
        recorded=replace(PUBLIC.recorded, origin=HOSTILE),
        check=Check(f"javascript:{HOSTILE}", HOSTILE, pinned=False, failures=(failure,)),
        opened=Opened(evil, HOSTILE, (HOSTILE,), (Part(evil, 1),), _yen(1), (paid,)),
    )
    seen = _Seen(page(hostile))

    assert "script" not in seen.tags
    assert seen.tags.count("img") == 1
    assert not any(name.startswith("on") for name, _ in seen.attributes)
    assert [value[:2] for name, value in seen.attributes if name == "href"] == ["./", "#v"]


@pytest.mark.parametrize("colophon", [PUBLIC, AUDITOR, replace(PUBLIC, check=FAILED)])
def test_a_page_runs_nothing_and_fetches_nothing(colophon: Colophon) -> None:
    seen = _Seen(page(colophon))
    targets = [value for name, value in seen.attributes if name in {"src", "href", "data", "action", "srcset", "style"}]

    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & set(seen.tags)
    assert [target for target in targets if not target.startswith(("data:image/png;base64,", "#", "./"))] == []
    assert "@import" not in page(colophon)
    assert set(re.findall(r"url\((.)", page(colophon))) == {"#"}


def test_the_page_forbids_itself_the_network() -> None:
    policy = next(value for name, value in _Seen(page(PUBLIC)).attributes if value.startswith("default-src"))

    assert policy.startswith("default-src 'none'; img-src data:")


@pytest.mark.parametrize("colophon", [PUBLIC, AUDITOR, replace(PUBLIC, check=FAILED), replace(PUBLIC, demo=True)])
def test_both_languages_are_complete(colophon: Colophon) -> None:
    text = page(colophon)

    assert text.count('<span class="ja" lang="ja">') == text.count('</span> <span class="en" lang="en">')
    assert text.count('<p class="ja">') == text.count('</p><p class="en" lang="en">')
    assert '<html lang="ja">' in text


def test_japanese_within_an_english_line_says_that_it_is() -> None:
    unromanised = replace(PUBLIC, series=(Named("架空帖"),))

    assert '<p class="en" lang="en"><span lang="ja">架空帖</span>, no. 12</p>' in page(unromanised)


def test_beside_the_mark_stands_that_it_is_no_approval() -> None:
    corner = page(PUBLIC).split("<footer>", 1)[1]

    assert NO_APPROVAL.ja in corner
    assert NO_APPROVAL.en in corner
    assert f'color="{VERMILION}"' in corner


def test_an_unpinned_key_is_said_beside_the_mark() -> None:
    words = _words(replace(PUBLIC, check=replace(PUBLIC.check, pinned=False)))

    assert "台帳の鍵は未確認" in words
    assert "記録と一致" not in words


def test_where_a_joint_fails_the_mark_is_grey_and_the_words_say_which() -> None:
    failed = replace(PUBLIC, check=FAILED)
    text, words = page(failed), _words(failed)

    assert not failed.sound
    assert f'color="{GREY}"' in text
    assert f'color="{VERMILION}"' not in text
    assert "継ぎ目「署名」が一致しません" in words
    assert "The joint “signatures” fails: output a1: not by this key" in words
    assert "記録と一致" not in words


@pytest.mark.parametrize("force", [Force.VOID, Force.RESCISSION])
@pytest.mark.parametrize("basis", list(Basis))
def test_where_a_basis_was_undone_the_mark_is_grey(force: Force, basis: Basis) -> None:
    undone = replace(PUBLIC, units=(Unit(DARUMA, basis, force, _at(1), _at(21)),))

    assert f'color="{GREY}"' in page(undone)
    assert "初めから無かったものとします" in _words(undone)
    assert "on 21 Nov 2026: it counts as never given" in _words(undone)


@pytest.mark.parametrize("force", [Force.SUSPENDED, Force.DISPUTED, Force.ENDED])
def test_what_only_acts_forward_leaves_the_mark_whole(force: Force) -> None:
    ended = replace(PUBLIC, units=(Unit(DARUMA, Basis.GRANT, force, _at(1), _at(21)),))

    assert ended.sound
    assert f'color="{VERMILION}"' in page(ended)


@pytest.mark.parametrize("side", [32, 48, 64])
def test_a_small_picture_is_set_at_a_whole_multiple(side: int) -> None:
    text = page(replace(PUBLIC, picture=replace(PUBLIC.picture, width=side, height=side)))
    width = int(re.findall(r'<img [^>]*width="(\d+)"', text)[0])

    assert width % side == 0
    assert 256 <= width <= 320
