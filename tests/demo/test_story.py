from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from demo_story import WORKS, Told, tell
from okuzuke.archive import Archive
from okuzuke.audit import trust as pinned
from okuzuke.audit.verifier import Joint, verify
from okuzuke.core.errors import InputError, StateError
from okuzuke.core.ids import Entry, PartyId
from okuzuke.demo.cast import AUTHOR, BROADCASTER, ILLUSTRATOR, MEMBERS, STUDIO, THIEF
from okuzuke.demo.findings import read_log
from okuzuke.demo.seed import Seed
from okuzuke.demo.story import run
from okuzuke.demo.tampering import TAMPERINGS
from okuzuke.ledger import keys
from okuzuke.ledger.journal import Journal
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.registry.decision import Asked, State
from okuzuke.registry.grants import Consent, Grant
from okuzuke.registry.parties import Party
from okuzuke.registry.uses import Use


class PowerFailedError(Exception):
    """Raised where a test cuts a story off."""


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    with Archive.open(path, now=lambda: datetime(2026, 7, 1, tzinfo=UTC)) as archive:
        yield archive


def log_of(path: Path) -> list[Entry]:
    with opened(path) as archive:
        return [item.entry for item in read_log(archive)]


def roots(told: Told) -> list[str]:
    return [item.root for item in told.summary.snapshots]


def test_the_story_ends_where_the_record_matches_and_the_report_lies(told: Told) -> None:
    *_, conclusion, report = told.printed.splitlines()
    assert conclusion == "matches the record / 記録と一致"
    assert Path(report) == told.path.resolve() / "report" / "index.html"
    assert Path(report).is_file()


def test_grants_alone_admit_two_series_and_dedications_come_in_only_when_asked_for(told: Told) -> None:
    a, b, c = told.summary.snapshots
    assert (a.items, a.bases) == (2 * WORKS, ("grant",))
    assert (b.items, b.bases) == (4 * WORKS, ("dedication", "grant"))
    assert c.items == 3 * WORKS


def test_every_registered_work_is_admitted_or_refused_with_its_reason(told: Told) -> None:
    for item in told.summary.snapshots:
        assert item.items + sum(item.refused.values()) == told.summary.works
    assert told.summary.refused == {"basis": 2 * WORKS, "copy": 1, "in_review": WORKS - 2, "not_permitted": WORKS}


def test_who_registered_first_never_enters_and_the_author_does(told: Told) -> None:
    with opened(told.path) as archive:
        known = archive.registry.known()
        signer = {fact.body.name: PartyId(fact.entry) for fact in known.facts.values() if isinstance(fact.body, Party)}
        first = [item.register.position for item in known.works.values()]
        reposted = [item for item in known.works.values() if item.register.signer == signer[THIEF.names.name]]
        made = [item for item in known.works.values() if item.register.signer == signer[ILLUSTRATOR.names.name]]
        assert min(first) < reposted[0].register.position < made[0].register.position
        for item in told.summary.snapshots:
            inside = {place.work for place in archive.datasets.read(Entry(item.id)).places}
            assert inside.isdisjoint(work.work.work for work in reposted)
            assert inside >= {work.work.work for work in made}


def test_the_committees_grant_takes_effect_with_the_last_consent_and_names_who_lacks_until_then(told: Told) -> None:
    with opened(told.path) as archive:
        known = archive.registry.known()
        grant, subject = next(
            (fact, fact.body.subject) for fact in known.facts.values() if isinstance(fact.body, Grant)
        )
        consents = [fact.recorded_at for fact, _ in known.about(grant.entry, Consent)]
        answers = [
            archive.registry.decide(Asked(subject, Use.TRAIN), at, at)
            for at in (grant.recorded_at - timedelta(minutes=1), grant.recorded_at, *consents)
        ]
        missing = [{known.name(reason.who) for reason in answer.reasons if reason.who} for answer in answers]
    assert [answer.state for answer in answers] == [
        State.NOT_ASKED,
        State.NEGOTIATING,
        State.NEGOTIATING,
        State.NEGOTIATING,
        State.GRANTED,
    ]
    studio, broadcaster, author = (member.names.name for member in (STUDIO, BROADCASTER, AUTHOR))
    assert missing[1:] == [{studio, broadcaster, author}, {broadcaster, author}, {author}, set()]
    assert any("窓口未定" in reason.ja for reason in answers[0].reasons)


def test_one_members_suspension_keeps_its_series_out_until_it_is_taken_back(told: Told) -> None:
    _, b, c = told.summary.snapshots
    assert c.refused["not_permitted"] == b.refused["not_permitted"] + WORKS
    assert told.summary.drill_seconds is not None
    assert "the suspension is taken back: train granted" in told.printed


def test_every_bundle_matches_the_record_from_its_file_alone(told: Told) -> None:
    trust = pinned.read(told.path / "trust.json")
    files = sorted((told.path / "bundles").glob("*.okz"))
    assert len(files) == told.summary.verified == 3
    for file in files:
        assert verify(file.read_bytes(), trust).conclusion.startswith("matches the record")


def test_a_trust_file_that_admits_no_demo_refuses_its_fictional_parties(told: Told) -> None:
    trust = replace(pinned.read(told.path / "trust.json"), demo=False)
    report = verify((told.path / "bundles" / "snapshot-b-public.okz").read_bytes(), trust)
    assert report.conclusion.startswith("FAILED at trust")


def test_every_joint_of_the_chain_is_tampered_with_and_every_tampering_is_caught(told: Told) -> None:
    assert {item.joint for item in TAMPERINGS} == set(Joint) - {Joint.TRUST}
    assert told.summary.tampered_caught == told.summary.tampered_total == len(TAMPERINGS)
    assert f"caught {len(TAMPERINGS)} of {len(TAMPERINGS)}" in told.printed


def test_the_keys_are_marked_as_a_demos_and_every_party_as_fictional(told: Told) -> None:
    for member in MEMBERS[1:]:
        file = told.path / "keys" / "demo" / f"{member.name}.pem"
        assert file.read_text().startswith("DEMO key of a fictional party")
        assert keys.did_of(keys.load(file).public_key()) == keys.did_of(Seed(1).key(member.name).public_key())
    with opened(told.path) as archive:
        parties = [fact.body for fact in archive.registry.known().facts.values() if isinstance(fact.body, Party)]
    assert [party.name for party in parties] == [member.names.name for member in MEMBERS]
    assert all(party.demo for party in parties)


def test_nobody_signs_for_an_author_who_was_not_asked(told: Told) -> None:
    with opened(told.path) as archive:
        known = archive.registry.known()
        signers = {fact.signer for fact in known.facts.values()}
        names = {known.name(signer) for signer in signers}
    assert names == {member.names.name for member in MEMBERS}


def test_the_same_seed_gives_the_same_log_roots_and_bundles_in_another_folder(told: Told, tmp_path: Path) -> None:
    other = tell(tmp_path / "elsewhere")
    assert roots(other) == roots(told)
    assert log_of(other.path) == log_of(told.path)
    for file in (told.path / "bundles").iterdir():
        assert (other.path / "bundles" / file.name).read_bytes() == file.read_bytes()


def test_another_seed_gives_other_keys_and_salts() -> None:
    assert Seed(1).secret("salt") != Seed(2).secret("salt")
    one, two = (Seed(number).key("author").public_key() for number in (1, 2))
    assert keys.did_of(one) != keys.did_of(two)


def test_a_story_interrupted_again_and_again_ends_with_the_same_log(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "demo-archive"
    record_in = Journal.record_in
    for last in (1, 12, 30, 16):
        count = 0

        def interrupted(self: Journal, connection: Connection, item: Submission, last: int = last) -> Recorded:
            nonlocal count
            recorded = record_in(self, connection, item)
            count += 1
            if count == last:
                raise PowerFailedError
            return recorded

        monkeypatch.setattr(Journal, "record_in", interrupted)
        with pytest.raises(PowerFailedError):
            tell(path)
    monkeypatch.setattr(Journal, "record_in", record_in)
    resumed = tell(path)
    assert roots(resumed) == roots(told)
    assert log_of(path) == log_of(told.path)
    assert resumed.summary.conclusion == told.summary.conclusion


def test_a_second_run_prints_the_summary_and_how_to_start_anew(told: Told) -> None:
    before = log_of(told.path)
    again = tell(told.path)
    assert again.summary == told.summary
    assert "told before" in again.printed
    assert "ARCHIVE=" in again.printed
    assert "SEED=2" in again.printed
    assert again.printed.splitlines()[-2:] == told.printed.splitlines()[-2:]
    assert log_of(told.path) == before


def test_another_story_in_the_same_folder_is_refused_with_what_to_type(told: Told) -> None:
    with pytest.raises(StateError) as refused:
        run(told.path, 2, WORKS)
    assert "seed 1" in refused.value.message
    assert "SEED=2" in refused.value.remedy


def test_a_folder_that_is_no_archive_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(StateError, match="is no archive"):
        run(tmp_path, 1, WORKS)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("works", [3, 301])
def test_a_number_of_works_that_tells_no_story_is_refused(tmp_path: Path, works: int) -> None:
    with pytest.raises(InputError, match=str(works)):
        run(tmp_path / "a", 1, works)


def test_the_summary_file_counts_what_the_story_did(told: Told) -> None:
    written = json.loads((told.path / "summary.json").read_bytes())
    assert written["works"] == 5 * WORKS + WORKS - 1
    assert [item["id"] for item in written["snapshots"]] == [item.id for item in told.summary.snapshots]
    assert set(written["seconds"]) == {
        "parties",
        "works",
        "committee",
        "screening",
        "snapshots",
        "bundles",
        "report",
    }
    assert written["peak_rss_mb"] > 0


def test_the_works_came_in_by_the_intake_that_a_desk_uses(told: Told) -> None:
    for folder in ("daruma", "koinobori", "kokeshi", "set-figurines", "set-flowerpots"):
        assert len(list((told.path / "intake" / folder).glob("*.png"))) == WORKS
        assert len((told.path / "intake" / folder / "captions.jsonl").read_text().splitlines()) == WORKS


@pytest.mark.slow
def test_the_whole_story_admits_and_refuses_313_works(tmp_path: Path) -> None:
    summary = tell(tmp_path / "demo-archive", 60).summary
    assert summary.works == 313
    assert [item.items for item in summary.snapshots] == [120, 240, 180]
    assert summary.refused == {"basis": 120, "copy": 1, "in_review": 12, "not_permitted": 60}
    assert summary.tampered_caught == summary.tampered_total
