from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from okuzuke.core.errors import InputError
from okuzuke.demo import catalogue as samples
from okuzuke.demo import dedications, drawings, sets
from okuzuke.demo.catalogue import Kind, Terms, catalogue, notice, series, works
from okuzuke.demo.dedications import evidence
from okuzuke.screening.pdq import pdq

IDS = [known.id for known in catalogue()]
SETS = [known.id for known in catalogue() if known.kind is Kind.DEDICATION]

_DIGEST_OF_WORKS = """
import hashlib, sys
from okuzuke.demo.catalogue import works
drawn = (w for series_id in sys.argv[1:] for w in works(series_id, 2))
print(hashlib.sha256(b"".join(w.name.encode() + w.caption.encode() + w.picture for w in drawn)).hexdigest())
"""


@cache
def _every(series_id: str) -> Sequence[drawings.Drawing]:
    known = series(series_id)
    return drawings.every(series_id) if known.kind is Kind.OWN else tuple(dedications.every(series_id))


def _code(picture: bytes) -> int:
    return int.from_bytes(pdq(np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))).bits)


def test_works_are_the_same_to_the_byte_in_another_process() -> None:
    drawn = (w for series_id in IDS for w in works(series_id, 2))
    here = b"".join(w.name.encode() + w.caption.encode() + w.picture for w in drawn)
    there = subprocess.run([sys.executable, "-c", _DIGEST_OF_WORKS, *IDS], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("series_id", IDS)
def test_fewer_works_are_the_beginning_of_more(series_id: str) -> None:
    assert list(works(series_id, 2)) == list(works(series_id, 3))[:2]


def test_there_are_four_series_of_our_own_and_eight_dedications() -> None:
    assert [known.id for known in catalogue() if known.kind is Kind.OWN] == list(drawings.SERIES)
    assert list(dedications.SETS) == SETS
    assert (len(drawings.SERIES), len(SETS)) == (4, 8)


@pytest.mark.parametrize("series_id", IDS)
def test_a_series_has_four_hundred_works_and_equal_tags_mean_equal_options(series_id: str) -> None:
    drawn = _every(series_id)
    assert len(drawn) == len({d.options for d in drawn}) == len({d.tags for d in drawn}) == 400
    assert len({d.svg for d in drawn}) == 400


@pytest.mark.parametrize("series_id", IDS)
def test_a_tag_is_a_short_word_in_its_normal_form_and_the_first_names_what_is_drawn(series_id: str) -> None:
    drawn = _every(series_id)
    assert len({d.tags[0] for d in drawn}) == 1
    for tag in {tag for d in drawn for tag in d.tags}:
        assert tag == unicodedata.normalize("NFKC", tag).lower().strip()
        assert "," not in tag
        assert 1 <= len(tag.split()) <= 5
        assert not any(letter.isdigit() for letter in tag)


def test_no_two_series_are_called_the_same_thing() -> None:
    assert len({_every(series_id)[0].tags[0] for series_id in IDS}) == len(IDS)


def test_the_first_works_of_different_series_are_no_copies_of_each_other() -> None:
    codes = {series_id: [_code(work.picture) for work in works(series_id, 8)] for series_id in IDS}
    for one, other in combinations(IDS, 2):
        assert min((a ^ b).bit_count() for a, b in product(codes[one], codes[other])) > 31


@pytest.mark.parametrize("set_id", SETS)
def test_a_dedication_carries_the_cc0_statement_of_its_package(set_id: str) -> None:
    found = evidence(set_id)
    assert found.licence == "CC0 1.0"
    assert found.licence_url == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert b"CC0 1.0" in found.text
    assert found.licence_url.encode() in found.text
    assert found.source_url.startswith("https://")
    assert series(set_id).evidence == found


@pytest.mark.parametrize("set_id", SETS)
def test_nobody_holds_a_dedication_and_its_maker_stays_out_of_pages_and_captions(set_id: str) -> None:
    known, found = series(set_id), evidence(set_id)
    assert (known.holder_ja, known.holder_en, known.licence) == (None, None, Terms.CC0)
    shown = [known.id, known.title_ja, known.title_en, *(d.caption for d in _every(set_id))]
    for name in (found.creator, found.source_name):
        assert not any(name.lower() in text.lower() for text in shown)


@pytest.mark.parametrize("set_id", SETS)
def test_a_caption_of_a_dedication_is_its_option_tuple(set_id: str) -> None:
    for drawing in _every(set_id):
        assert drawing.tags[1:] == drawing.options
        assert drawing.caption == ", ".join(drawing.tags)


@pytest.mark.parametrize("set_id", SETS)
def test_no_word_of_a_dedication_means_two_things_and_every_word_is_drawn(set_id: str) -> None:
    words = [word for axis in sets.SETS[set_id].axes for word in axis]
    assert len(words) == len(set(words))
    assert {option for d in _every(set_id) for option in d.options} == set(words)


@pytest.mark.parametrize("set_id", SETS)
def test_a_word_of_a_dedication_asks_for_parts_that_its_style_has(set_id: str) -> None:
    drawn = sets.SETS[set_id]
    has = json.loads(files("dicebear_styles").joinpath(f"{drawn.style}.json").read_text("utf-8"))["components"]
    for asked in (drawn.fixed, *(asks for axis in drawn.axes for asks in axis.values())):
        for name, variant in asked.items():
            assert not name.endswith("Variant") or variant in has[name.removesuffix("Variant")]["variants"]


def test_the_author_under_cc_by_was_not_asked() -> None:
    known = series("koinobori")
    assert (known.kind, known.licence, known.asked) == (Kind.OWN, Terms.CC_BY, False)


def test_only_series_by_signed_grant_were_asked() -> None:
    assert {known.id for known in catalogue() if known.asked} == {"daruma", "kokeshi", "manekineko"}
    assert all(known.asked == (known.licence is Terms.GRANT) for known in catalogue())


def test_an_unknown_series_is_refused_naming_the_nearest() -> None:
    with pytest.raises(InputError) as refused:
        series("kokesi")
    assert "kokeshi" in refused.value.remedy


@pytest.mark.parametrize("count", [0, 401])
def test_a_count_outside_one_to_four_hundred_is_refused(count: int) -> None:
    with pytest.raises(InputError, match=str(count)):
        works("daruma", count)


def test_the_notice_file_is_made_from_the_metadata_of_the_sets() -> None:
    assert (Path(__file__).parents[2] / "NOTICE").read_text("utf-8") == notice()
    assert notice() == f"okuzuke\nCopyright 2026 the okuzuke authors\n\n{samples.credits()}"


def test_the_credits_name_every_maker_source_and_licence_and_claim_no_endorsement() -> None:
    for found in map(evidence, SETS):
        for fact in (found.creator, found.creator_url, found.source_url, found.licence, found.licence_url):
            assert fact in samples.credits()
    assert "no endorsement" in samples.credits()
