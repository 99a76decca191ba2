from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree as ET

import pytest

from okuzuke.audit.mark import GREY, VERMILION, mark_svg
from okuzuke.core.errors import InputError

IDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(200)]
SVG = "{http://www.w3.org/2000/svg}"


def _cut(mark: str) -> tuple[str, ...]:
    """Return what is cut into the stamp: its paths, and no name, id or label."""
    return tuple(path.get("d", "") for path in ET.fromstring(mark).iter(f"{SVG}path"))  # noqa: S314 # our own markup


def test_no_two_stamps_of_two_hundred_are_alike() -> None:
    assert len({_cut(mark_svg(output, sound=True)) for output in IDS}) == 200


def test_an_output_has_the_same_stamp_wherever_it_is_drawn() -> None:
    assert mark_svg(IDS[0], sound=True) == mark_svg(IDS[0], sound=True)


@pytest.mark.parametrize("output", IDS[:50])
def test_every_stroke_stays_within_the_stamp(output: str) -> None:
    numbers = [float(number) for path in _cut(mark_svg(output, sound=True)) for number in re.findall(r"[\d.]+", path)]

    assert min(numbers) >= 2
    assert max(numbers) <= 98


def test_a_sound_mark_is_vermilion_and_whole() -> None:
    mark = mark_svg(IDS[0], sound=True)

    assert f'color="{VERMILION}"' in mark
    assert "M7 93L93 7" not in mark


def test_an_unsound_mark_is_grey_with_a_stroke_across() -> None:
    mark = mark_svg(IDS[0], sound=False)

    assert f'color="{GREY}"' in mark
    assert VERMILION not in mark
    assert "M7 93L93 7" in mark


@pytest.mark.parametrize("sound", [True, False])
def test_a_screen_reader_is_told_in_both_languages_what_the_mark_is(sound: bool) -> None:
    root = ET.fromstring(mark_svg(IDS[0], sound=sound))  # noqa: S314 # our own markup
    named = f"{root.get('aria-labelledby')} {root.get('aria-describedby')}".split()
    labels = {item.get("id", ""): item for item in root if item.tag in (f"{SVG}title", f"{SVG}desc")}

    assert sorted(labels) == sorted(named)
    assert [labels[name].get("lang") for name in named] == ["ja", "en", "ja", "en"]
    assert all(labels[name].text for name in named)


def test_a_mark_needs_a_whole_output_id() -> None:
    with pytest.raises(InputError, match="the output id is no digest"):
        mark_svg('7f3a"><script>', sound=True)
