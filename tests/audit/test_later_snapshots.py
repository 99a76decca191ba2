"""Snapshots after the first: copies count once and keep their family, contested works wait for a person."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import archives
from forgery import Forger, detail
from okuzuke.audit.verifier import Joint
from okuzuke.core.ids import WorkId
from okuzuke.datasets.desk import Frozen
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.snapshot import Refusal
from okuzuke.registry.decision import Basis
from okuzuke.registry.drafts import Signer
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Verdict

READERS = ("manager", "illustrator", "stranger")


@pytest.fixture
def copies(forger: Forger, tmp_path: Path) -> dict[str, WorkId]:
    """The illustrator registers a copy of her own picture and one of the committee's; both are screened."""
    told = forger.told
    folder = archives.draw(tmp_path / "drawn")
    (tmp_path / "copies").mkdir()
    for name, source in (("own", "umbrella/umbrella-1"), ("foreign", "daruma/daruma-0")):
        shutil.copy(folder / f"{source}.png", tmp_path / "copies" / f"{name}.png")
        (tmp_path / "copies" / f"{name}.txt").write_text(f"copy {name}", encoding="utf-8")
    signer = Signer(told.parties["illustrator"], Capacity.REGISTRANT)
    key = archives.key("illustrator, later")
    done = forger.archive.registry.register(
        tmp_path / "copies", told.entries["her series"], signer, key, published=True
    )
    forger.archive.screening.run()
    works = forger.archive.registry.known().works
    return {works[work].work.name: work for work in done.registered}


def freeze(forger: Forger) -> Frozen:
    return forger.archive.datasets.snapshot(Use.TRAIN, [Basis.GRANT, Basis.DEDICATION])


def place_of(frozen: Frozen, work: WorkId) -> Place | None:
    return next((place for place in frozen.places if place.work == work), None)


def holds_for_everybody(forger: Forger, frozen: Frozen) -> None:
    for reader in ("public", "auditor", *(forger.told.parties[name] for name in READERS)):
        report = forger.report(frozen.entry, reader)
        assert report.holds, (reader, report.conclusion)


def test_a_copy_of_ones_own_joins_the_family_of_the_first(forger: Forger, copies: dict[str, WorkId]) -> None:
    frozen = freeze(forger)

    own = place_of(frozen, copies["own.png"])
    assert own is not None
    assert own.family == forger.told.works["umbrella"][1]
    holds_for_everybody(forger, frozen)


def test_a_copy_of_anothers_waits_while_the_attested_side_does_not(forger: Forger, copies: dict[str, WorkId]) -> None:
    frozen = freeze(forger)

    assert {item.work: item.refusal for item in frozen.refused}[copies["foreign.png"]] is Refusal.IN_REVIEW
    assert place_of(frozen, forger.told.works["daruma"][0]) is not None
    holds_for_everybody(forger, frozen)


@pytest.mark.parametrize("outcome", [Verdict.NO_MATCH, Verdict.MATCH])
def test_a_review_decides_and_is_read_in_the_order_of_the_log(
    forger: Forger, copies: dict[str, WorkId], outcome: Verdict
) -> None:
    before = freeze(forger)
    verifier = forger.told.parties["verifier"]
    forger.archive.screening.review(verifier, archives.key("verifier"), copies["foreign.png"], outcome)

    after = freeze(forger)

    assert (place_of(after, copies["foreign.png"]) is not None) == (outcome is Verdict.NO_MATCH)
    holds_for_everybody(forger, after)
    holds_for_everybody(forger, before)


def test_an_auditor_decides_every_work_of_every_snapshot_anew(forger: Forger, copies: dict[str, WorkId]) -> None:
    freeze(forger)
    second = freeze(forger)

    report = forger.report(second.entry)

    works = len(forger.archive.registry.known().works)
    first = works - len(copies)
    assert detail(report, Joint.DECISIONS) == f"{first + works + works} made anew and the same"


def test_a_bundle_on_a_contested_work_holds(forger: Forger, copies: dict[str, WorkId]) -> None:
    freeze(forger)
    for work in copies.values():
        for reader in ("public", "auditor", forger.told.parties["illustrator"]):
            report = forger.report(work, reader)
            assert report.holds, (reader, report.conclusion)
