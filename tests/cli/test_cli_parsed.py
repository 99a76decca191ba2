"""Options that say much in one word are read exactly, or refused with the way to write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest

from okuzuke.cli import parsed
from okuzuke.cli.shown import to_json, width
from okuzuke.core.errors import InputError
from okuzuke.core.intervals import parse_instant
from okuzuke.registry.authority import Rule
from okuzuke.registry.uses import Use

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Result:
    part: Fraction
    at: datetime
    data: bytes
    uses: frozenset[Use]
    path: Path
    nothing: None = None


def test_a_result_is_printed_in_the_spellings_of_the_record() -> None:
    tokyo = datetime(2026, 4, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    result = Result(Fraction(1, 3), tokyo, b"\x00\xff", frozenset({Use.TRAIN, Use.CAPTION}), Path("a"))

    assert to_json(result) == {
        "part": "1/3",
        "at": "2026-04-01T00:00:00.000000Z",
        "data": "AP8=",
        "uses": ["caption", "train"],
        "path": "a",
        "nothing": None,
    }


def test_a_japanese_character_takes_two_columns() -> None:
    assert width("奥付 ok") == 7


@pytest.mark.parametrize(
    ("text", "rule", "party", "at_least"),
    [
        ("train=7f3a9c00", Rule.WINDOW, "7f3a9c00", None),
        ("train=unanimous", Rule.UNANIMOUS, None, None),
        ("train=parts:2/3", Rule.PARTS, None, "2/3"),
    ],
)
def test_a_window_names_its_decider_from_now_on(text: str, rule: Rule, party: str | None, at_least: str | None) -> None:
    window = parsed.window(text, NOW)

    assert (window.uses, window.rule, window.party, window.at_least) == ((Use.TRAIN,), rule, party, at_least)
    assert (window.span.start, window.span.end) == (NOW, None)


def test_a_window_holds_for_every_use_and_its_own_period() -> None:
    window = parsed.window("*=7f3a9c00@2026-05-01..2027-05-01", NOW)

    assert window.uses is None
    assert window.span.start == parse_instant("2026-05-01")
    assert window.span.end == parse_instant("2027-05-01")


def test_a_price_for_all_gives_way_to_one_for_a_use() -> None:
    free, share = parsed.prices(["free", "caption=share:50000"], [Use.TRAIN, Use.CAPTION]) or [{}, {}]

    assert (free["model"], free["share_ppm"]) == ("free", None)
    assert (share["model"], share["share_ppm"]) == ("share", 50_000)


def test_an_amount_is_counted_in_sub_units() -> None:
    (price,) = parsed.prices(["fixed:1.25USD/second"], [Use.GENERATE]) or [{}]

    assert price["amount"] == {"amount": "1250000", "currency": "USD", "scale": 6}
    assert price["per"] == "second"


@pytest.mark.parametrize(
    "texts", [["half"], ["share:many"], ["fixed:12"], ["fixed:1.2345678JPY"], ["free:1"], ["edit=free"]]
)
def test_what_is_no_price_is_refused(texts: list[str]) -> None:
    with pytest.raises(InputError):
        parsed.prices(texts, [Use.TRAIN])


@pytest.mark.parametrize("text", ["train", "train=", "dance=7f3a9c00", "train=7f3a9c00@yesterday.."])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parsed.window(text, NOW)


@pytest.mark.parametrize("text", ["名前", "名前=7f3a9c00", "名前=7f3a9c00:half:1", "名前=7f3a9c00:rest:-1"])
def test_what_is_no_line_of_a_sheet_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parsed.line(text)


@pytest.mark.parametrize("texts", [["7f3a9c00"], ["7f3a9c00="], ["7f3a9c00=1/2", "7f3a9c00=1/2"]])
def test_what_is_no_owner_is_refused(texts: list[str]) -> None:
    with pytest.raises(InputError):
        parsed.owners(texts)


def test_without_notice_means_until_its_term() -> None:
    assert parsed.notice("none") is None
    assert parsed.notice("30") == 30
    with pytest.raises(InputError):
        parsed.notice("soon")
