"""Works as rows, series as units, and the places dealt to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import WorkId
from okuzuke.registry import works
from okuzuke.registry.known import read_body
from okuzuke.registry.works import Register, Series, Slots, Work, deal_slot
from registry_facts import digest_of, work_of

KEY = b"slot key"
SERIES: JsonObject = {
    "title": "灯籠わたし",
    "title_kana": None,
    "title_en": "Lantern Crossing",
    "copyright_line": "© 灯籠わたし製作委員会",
    "registrants": [digest_of("a")],
    "public_licence": None,
}

names = st.integers(0, 10_000).map(lambda number: WorkId(digest_of("work", number)))


SEEN = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=40)


@given(SEEN, SEEN, st.lists(SEEN.filter(bool)), st.booleans())
def test_a_work_is_the_row_it_was_read_from(title: str, caption: str, tags: list[str], published: bool) -> None:
    row = {
        **work_of("a").to_row(),
        "title": title or None,
        "caption": caption,
        "tags": tags,
        "published": published,
        "based_on": [digest_of("b")],
    }
    assert Work.read(WorkId(digest_of("a")), row).to_row() == row


@pytest.mark.parametrize(
    "wrong",
    [
        {"owner": "me"},
        {"type": "song"},
        {"width": 0},
        {"width": "64"},
        {"size_bytes": 1.5},
        {"published": 1},
        {"asset": "7F" * 32},
        {"based_on": ["b"]},
        {"tags": "a"},
        {"title": ""},
    ],
)
def test_a_row_with_an_unknown_or_wrong_field_is_no_work(wrong: JsonObject) -> None:
    with pytest.raises(InputError):
        Work.read(WorkId(digest_of("a")), {**work_of("a").to_row(), **wrong})


@pytest.mark.parametrize("field", sorted(set(work_of("a").to_row()) - {"title"}))
def test_a_row_without_one_of_its_fields_is_no_work(field: str) -> None:
    row = {name: value for name, value in work_of("a").to_row().items() if name != field}
    with pytest.raises(InputError, match=field):
        Work.read(WorkId(digest_of("a")), row)


def test_a_series_shows_its_titles_its_copyright_line_and_who_registers() -> None:
    series = read_body("series", SERIES, {})
    assert isinstance(series, Series)
    assert (series.copyright_line, series.registrants) == (SERIES["copyright_line"], (digest_of("a"),))


@pytest.mark.parametrize("wrong", [{"title": ""}, {"registrants": ["a"]}, {"owner": digest_of("a")}])
def test_a_series_with_an_unknown_or_wrong_field_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(InputError):
        read_body("series", {**SERIES, **wrong}, {})


def test_a_register_names_the_set_of_its_rows() -> None:
    rows: JsonObject = {"root": digest_of("root"), "size": 2}
    register = Register.read(Fields({"series": digest_of("series"), "rows": rows}, "register"), {})
    assert (register.rows, register.size) == (rows["root"], 2)


@pytest.mark.parametrize("rows", [{"root": "r", "size": 1}, {"size": 1}, {"root": digest_of("root"), "size": 0}])
def test_a_register_without_rows_is_refused(rows: JsonObject) -> None:
    with pytest.raises(InputError):
        read_body("register", {"series": digest_of("series"), "rows": rows}, {})


def test_dealt_places_stay_shut_until_they_are_opened() -> None:
    public: JsonObject = {"register": digest_of("register")}
    opened = read_body("slots", public, {"slots": [4, 0]})
    shut = read_body("slots", public, {})
    assert isinstance(opened, Slots)
    assert isinstance(shut, Slots)
    assert (opened.slots, shut.slots) == ((4, 0), None)


@pytest.mark.parametrize("slots", [[1, 1], [-1], ["1"], [1.0], 1])
def test_places_that_are_not_distinct_integers_are_refused(slots: object) -> None:
    with pytest.raises(InputError):
        read_body("slots", {"register": digest_of("register")}, {"slots": slots})  # type: ignore[dict-item]


@given(names, st.sets(st.integers(0, 200), max_size=50))
def test_a_place_follows_from_the_key_and_the_work_alone(work: WorkId, taken: set[int]) -> None:
    assert deal_slot(KEY, work, taken) == deal_slot(KEY, work, sorted(taken))


def test_another_key_deals_other_places() -> None:
    dealt = [{deal_slot(key, WorkId(digest_of(at)), ()) for at in range(20)} for key in (KEY, b"other key")]
    assert len(dealt[0] & dealt[1]) < 3


def test_a_place_does_not_show_when_its_work_came() -> None:
    slots = [deal_slot(KEY, WorkId(digest_of(at)), ()) for at in range(50)]
    assert slots != sorted(slots)
    assert max(slots) > works.SLOTS_PER_BLOCK // 2


@given(st.lists(names, unique=True, min_size=9, max_size=24))
def test_no_place_is_dealt_twice_and_a_block_is_full_before_the_next_begins(registered: list[WorkId]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(works, "SLOTS_PER_BLOCK", 8)
        slots: list[int] = []
        for work in registered:
            slots.append(deal_slot(KEY, work, slots))
    assert sorted(slots[:8]) == list(range(8))
    assert all(8 * (at // 8) <= slot < 8 * (at // 8 + 1) for at, slot in enumerate(slots))
    assert len(set(slots)) == len(slots)
