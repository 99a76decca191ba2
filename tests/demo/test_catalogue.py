from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from okuzuke.core.errors import InputError
from okuzuke.demo import catalogue as samples
from okuzuke.demo import dedications, drawings
from okuzuke.demo.catalogue import Kind, Terms, catalogue, held_out, notice, series, works
from okuzuke.demo.dedications import evidence

IDS = [known.id for known in catalogue()]
SETS = [known.id for known in catalogue() if known.kind is Kind.DEDICATION]

_DIGEST_OF_WORKS = """
import hashlib, sys
from okuzuke.demo.catalogue import works
drawn = (w for series_id in sys.argv[1:] for w in works(series_id, 4))
print(hashlib.sha256(b"".join(w.name.encode() + w.caption.encode() + w.picture for w in drawn)).hexdigest())
"""


@cache
def _every(series_id: str) -> Sequence[drawings.Drawing]:
    known = series(series_id)
    return drawings.every(series_id) if known.kind is Kind.OWN else tuple(dedications.every(series_id))


def test_works_are_the_same_to_the_byte_in_another_process() -> None:
    drawn = (w for series_id in IDS for w in works(series_id, 4))
    here = b"".join(w.name.encode() + w.caption.encode() + w.picture for w in drawn)
    there = subprocess.run([sys.executable, "-c", _DIGEST_OF_WORKS, *IDS], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("series_id", IDS)
def test_fewer_works_are_the_beginning_of_more(series_id: str) -> None:
    assert list(works(series_id, 2)) == list(works(series_id, 3))[:2]


@pytest.mark.parametrize("series_id", IDS)
def test_a_work_held_out_shares_its_options_with_no_work_of_training(series_id: str) -> None:
    options = [d.options for d in _every(series_id)]
    out = {o for o in options if held_out(series_id, o)}
    assert len(options) == len(set(options)) == 400
    assert 20 <= len(out) <= 60
    assert out.isdisjoint(o for o in options if not held_out(series_id, o))


def test_whether_a_work_is_held_out_does_not_depend_on_how_many_are_asked_for() -> None:
    assert [w.held_out for w in works("daruma", 5)] == [held_out("daruma", w.options) for w in works("daruma", 9)][:5]


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


def test_no_two_option_tuples_of_a_dedication_give_one_picture() -> None:
    drawn = _every("set-figurines")
    assert len({d.svg for d in drawn}) == len(drawn) == 400


def test_the_author_under_cc_by_was_not_asked() -> None:
    known = series("koinobori")
    assert (known.kind, known.licence, known.asked) == (Kind.OWN, Terms.CC_BY, False)


def test_only_series_by_signed_grant_were_asked() -> None:
    assert {known.id for known in catalogue() if known.asked} == {"daruma", "kokeshi"}
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
