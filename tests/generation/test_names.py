from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry
from okuzuke.generation.names import (
    Name,
    NameKind,
    check_known,
    find_series,
    fold,
    key,
    names_of,
    nearest,
    read_prompt,
)
from okuzuke.models import tags as models
from okuzuke.registry.parties import Capacity, Role
from okuzuke.registry.works import Character, Persona, Series
from registry_facts import Book

DARUMA, ART, DAYS = (Entry(letter * 64) for letter in "abc")
NAMES = (
    Name("だるま百態", NameKind.SERIES, DARUMA),
    Name("A Hundred Daruma", NameKind.SERIES, DARUMA),
    Name("Art", NameKind.SERIES, ART),
    Name("Daruma Days", NameKind.SERIES, DAYS),
)
TAGS = {"daruma": 40, "red": 90, "pale blue ground": 12, "a pair": 9, "cube-shaped body": 3, "林檎": 2}


def _named(prompt: str) -> list[Entry]:
    return [name.subject for name in read_prompt(prompt, NAMES, TAGS).names]


@given(st.text())
@example("ΐ ﾀﾞﾙﾏ ﬁ İ ㍿")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert key(fold(text)) == key(text)


def test_every_letter_of_unicode_is_folded_once() -> None:
    letters = (chr(code) for code in range(0x110000))
    assigned = (letter for letter in letters if unicodedata.category(letter) not in ("Cn", "Co", "Cs"))

    assert [letter for letter in assigned if fold(fold(letter)) != fold(letter)] == []


@given(st.text(), st.text())
@example("ダルマ", "だるま")
def test_tags_that_a_model_takes_for_one_are_looked_up_as_one(one: str, two: str) -> None:
    if models.fold(one) == models.fold(two):
        assert key(one) == key(two)


@pytest.mark.parametrize(
    "prompt",
    [
        "だるま百態",
        "ダルマ百態",
        "ﾀﾞﾙﾏ百態",
        "だるま・百態",
        "だるま 百態 の red",
        "だる\u200bま百態",
        "red、だるま百態、daruma",
        "だるま百態風",
        "ａ ＨＵＮＤＲＥＤ daruma",
        "a-hundred-daruma, red",
    ],
)
def test_a_title_is_found_however_it_is_spelt(prompt: str) -> None:
    assert _named(prompt) == [DARUMA]


@pytest.mark.parametrize("prompt", ["start", "artless", "party", "smart art1"])
def test_a_title_in_latin_letters_is_not_found_inside_a_word(prompt: str) -> None:
    assert _named(prompt) == []


@pytest.mark.parametrize("prompt", ["art", "red art", "ART, red", "red/art"])
def test_a_title_in_latin_letters_is_found_as_a_word(prompt: str) -> None:
    assert _named(prompt) == [ART]


def test_the_longest_name_wins_over_the_tag_inside_it() -> None:
    read = read_prompt("daruma days", NAMES, TAGS)

    assert ([name.subject for name in read.names], read.tags) == ([DAYS], ())


def test_commas_part_what_would_else_be_one_name() -> None:
    read = read_prompt("daruma, days", NAMES, TAGS)

    assert (read.names, read.tags, read.unknown) == ((), ("daruma",), ("days",))


def test_a_name_spelt_like_a_tag_is_read_as_the_tag() -> None:
    squatter = Name("Red", NameKind.SERIES, ART)

    read = read_prompt("red", [*NAMES, squatter], TAGS)

    assert (read.names, read.tags) == ((), ("red",))


def test_tags_of_several_words_are_found_in_free_text() -> None:
    read = read_prompt("a pair of red DARUMA on the pale-blue ground with cube shaped body", NAMES, TAGS)

    assert read.tags == ("a pair", "red", "daruma", "pale blue ground", "cube-shaped body")
    assert read.unknown == ()


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("red, ドラゴン", ("ドラゴン",)),
        ("だるま百態の赤い絵", ("赤い絵",)),
        ("だるま百態のdragon", ("dragon",)),
        ("sparkly red Dragon", ("sparkly", "Dragon")),
        ("daruma2", ("daruma2",)),
        ("no red", ("no",)),
    ],
)
def test_words_that_are_neither_names_nor_tags_are_told_as_typed(prompt: str, unknown: tuple[str, ...]) -> None:
    assert read_prompt(prompt, NAMES, TAGS).unknown == unknown


@pytest.mark.parametrize("prompt", ["", "  、, ", "a the of", "だるま百態と林檎"])
def test_joining_words_alone_are_not_unknown(prompt: str) -> None:
    assert read_prompt(prompt, NAMES, TAGS).unknown == ()


def test_an_unknown_word_exits_2_and_names_the_nearest_tags() -> None:
    with pytest.raises(InputError, match="“darma”") as caught:
        check_known(read_prompt("darma", NAMES, TAGS), TAGS)

    assert caught.value.exit_code == 2
    assert "学習していない語です" in caught.value.message
    assert "darma: daruma" in caught.value.remedy


def test_a_word_like_no_tag_is_told_the_commonest_tags() -> None:
    assert nearest("ドラゴン", TAGS)[:2] == ["red", "daruma"]
    assert nearest("りんご", {"リンゴ": 1, "red": 2}) == ["リンゴ"]


@given(st.text(max_size=60))
def test_any_prompt_is_read(prompt: str) -> None:
    read = read_prompt(prompt, NAMES, TAGS)

    assert set(read.tags) <= set(TAGS)
    assert all(key(word) for word in read.unknown)


def test_names_are_of_series_characters_personas_and_of_those_who_hold_something() -> None:
    book = Book()
    ann, ben, sam = book.party("ann"), book.party("ben"), book.party("sam", Role.USER)
    series = book.say(ann, Capacity.REGISTRANT, Series("だるま百態", "だるまひゃくたい", "Daruma", "©", (ann,), None))
    book.owned(series, ann, ann)
    book.author(series, ann, ben)
    character = Character("赤丸", None, "Akamaru", series, (), None, None, ())
    drawn = book.say(ann, Capacity.REGISTRANT, character)
    persona = book.say(ben, Capacity.PERSON, Persona("星野", ben))

    found = {(name.text, name.kind, name.subject) for name in names_of(book.known)}

    assert found == {
        ("だるま百態", NameKind.SERIES, series),
        ("だるまひゃくたい", NameKind.SERIES, series),
        ("Daruma", NameKind.SERIES, series),
        ("赤丸", NameKind.CHARACTER, drawn),
        ("Akamaru", NameKind.CHARACTER, drawn),
        ("星野", NameKind.PERSONA, persona),
        ("ann", NameKind.PARTY, Entry(ann)),
        ("ben", NameKind.PARTY, Entry(ben)),
    }
    assert Entry(sam) not in {subject for _, _, subject in found}


def test_a_series_is_found_by_its_id_and_by_any_of_its_titles_and_else_the_nearest_is_named() -> None:
    book = Book()
    ann = book.party("ann")
    series = book.say(ann, Capacity.REGISTRANT, Series("だるま百態", "だるまひゃくたい", "Daruma", "©", (ann,), None))

    for text in (series, "だるま百態", "ダルマヒャクタイ", "DARUMA"):
        assert find_series(book.known, text) == (series,)
    with pytest.raises(InputError, match="no series here is called 'darma'") as caught:
        find_series(book.known, "darma")
    assert "Daruma" in caught.value.remedy
