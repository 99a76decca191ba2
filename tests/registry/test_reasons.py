from __future__ import annotations

import re

import pytest

from okuzuke.registry.grants import Ground
from okuzuke.registry.interests import InterestKind
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code, reason
from okuzuke.registry.uses import Use
from okuzuke.registry.words import japanese

WORDS = sorted({word.value for words in (Use, Capacity, Ground, InterestKind) for word in words})


@pytest.mark.parametrize("code", Code)
def test_every_reason_has_a_sentence_in_both_languages(code: Code) -> None:
    told = reason(code, name="だるま企画", detail="train")

    assert re.search(r"[ぁ-んァ-ヶ一-龠]", told.ja)
    assert re.search(r"[a-z]{3}", told.en)
    assert "{" not in told.ja + told.en


@pytest.mark.parametrize("word", WORDS)
def test_no_code_word_reaches_a_japanese_reader(word: str) -> None:
    assert not re.search(r"[a-z]", japanese(word))


def test_an_instant_is_told_in_japans_time() -> None:
    assert "2026年12月1日 09:00" in reason(Code.EXPIRED, detail="2026-12-01T00:00:00.000000Z").ja
