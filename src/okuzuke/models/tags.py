"""Tags as a model reads them: folded, and counted into numbered buckets. There is no text encoder.

Only `buckets` needs torch, and imports it itself, so that whoever checks words does without it.
"""

from __future__ import annotations

import difflib
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

BUCKETS = 4096
"""How many embeddings a model has; number 0 is "no tag"."""

# The katakana that have a hiragana sixty places below, and the two iteration marks.
_HIRAGANA = {katakana: katakana - 0x60 for katakana in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}


def fold(text: str) -> str:
    """Return the spelling under which tags are equal: NFKC, casefolded, hiragana for katakana, single spaces.

    >>> fold(" Ｄａｒｕｍａ　ダルマ ")
    'daruma だるま'
    """
    # Casefolding can leave letters decomposed and normalising can leave capitals, hence twice.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.translate(_HIRAGANA).split())


def bucket(tag: str) -> int:
    """Return the tag's bucket, 1 to 4095: CRC-32 (ISO 3309) of the folded tag's UTF-8. Two tags may share one.

    >>> bucket("ダルマ") == bucket("だるま")
    True
    """
    return zlib.crc32(fold(tag).encode()) % (BUCKETS - 1) + 1


def buckets(tags: Sequence[Sequence[str]], width: int) -> Tensor:
    """Return int64 [B, width]: the buckets of each example's first `width` tags, each once, ascending, then zeros.

    Ascending, because a model adds them up and floating-point sums depend on the order.
    """
    import torch  # noqa: PLC0415

    rows = torch.zeros(len(tags), width, dtype=torch.int64)
    for row, words in enumerate(tags):
        numbers = sorted({bucket(word) for word in words[:width]})
        rows[row, : len(numbers)] = torch.tensor(numbers, dtype=torch.int64)
    return rows


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the `count` known words spelt most like this one, nearest first, equals in alphabetical order.

    >>> nearest("darma", ["kokeshi", "daruma", "koinobori"], 1)
    ['daruma']
    """
    matcher = difflib.SequenceMatcher(b=fold(word), autojunk=False)

    def unlikeness(candidate: str) -> float:
        matcher.set_seq1(fold(candidate))
        return -matcher.ratio()

    return sorted(sorted(set(known)), key=unlikeness)[:count]
