from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.models.tags import BUCKETS, bucket, buckets, fold, nearest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ダルマ", "だるま"),
        ("ﾀﾞﾙﾏ", "だるま"),
        ("Ｄａｒｕｍａ", "daruma"),
        ("STRASSE", "straße"),
        ("red  hair ", "red hair"),
    ],
)
def test_spellings_of_one_word_fold_to_the_same_tag(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


# CRC-32 of "123456789" is CBF43926 (the check value of ISO 3309); the others were taken with Python 3.11's zlib.
@pytest.mark.parametrize(("tag", "number"), [("123456789", 0xCBF43926 % 4095 + 1), ("daruma", 1933), ("だるま", 2658)])
def test_a_tag_has_the_same_bucket_on_every_machine(tag: str, number: int) -> None:
    assert bucket(tag) == number


@given(st.text())
def test_no_tag_has_the_bucket_that_means_none(tag: str) -> None:
    assert 1 <= bucket(tag) < BUCKETS


def test_rows_of_buckets_are_padded_cut_and_free_of_repeats() -> None:
    rows = buckets([["daruma", "ダルマ", "だるま"], [], ["a", "b", "c", "d", "e"]], 4)

    assert rows.shape == (3, 4)
    assert rows.dtype == torch.int64
    assert rows[0].tolist() == [*sorted({bucket("daruma"), bucket("だるま")}), 0, 0]
    assert rows[1].tolist() == [0, 0, 0, 0]
    assert rows[2].tolist() == sorted(bucket(tag) for tag in "abcd")


@given(st.permutations(["red", "blue", "green", "daruma"]))
def test_the_order_of_tags_does_not_matter(tags: list[str]) -> None:
    assert torch.equal(buckets([tags], 6), buckets([["red", "blue", "green", "daruma"]], 6))


def test_the_nearest_tags_come_first_and_in_their_own_spelling() -> None:
    known = ["Daruma", "kokeshi", "darumas", "koinobori"]

    assert nearest("daruma", known) == ["Daruma", "darumas", "koinobori"]
    assert nearest("ダルマ", ["だるま", "こけし"], 1) == ["だるま"]
    assert nearest("anything", []) == []


def test_checking_words_needs_no_torch() -> None:
    code = "import sys; sys.modules['torch'] = None; from okuzuke.models.tags import nearest; nearest('a', ['b'])"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
