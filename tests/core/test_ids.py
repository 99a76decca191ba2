from __future__ import annotations

import pytest

from okuzuke.core.errors import InputError
from okuzuke.core.ids import digest_text, short

DIGEST = "0123456789abcdef" * 4


def test_a_digest_in_its_one_spelling_is_taken() -> None:
    assert digest_text(DIGEST, "an asset") == DIGEST


@pytest.mark.parametrize(
    "text",
    [
        DIGEST.upper(),
        DIGEST[:-1],
        DIGEST + "0",
        DIGEST + "\n",
        " " + DIGEST[1:],
        "0x" + DIGEST[2:],
        "g" + DIGEST[1:],
        "٠" + DIGEST[1:],
        "",
        None,
        7,
        DIGEST.encode(),
    ],
)
def test_any_other_spelling_is_refused_and_named(text: object) -> None:
    with pytest.raises(InputError, match="an asset is no digest of 64 lower-case hexadecimal characters"):
        digest_text(text, "an asset")


def test_a_person_reads_the_first_twelve_characters() -> None:
    assert short(DIGEST) == "0123456789ab"
