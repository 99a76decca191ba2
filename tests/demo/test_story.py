from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from demo_story import WORKS, Told, tell
from okuzuke.archive import Archive
from okuzuke.attribution.shares import Part
from okuzuke.audit import trust as pinned
from okuzuke.audit.bundle import parse
from okuzuke.audit.pictures import pixels_of
from okuzuke.audit.verifier import Joint, verify
from okuzuke.core.errors import InputError, StateError
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.pages import money
from okuzuke.demo import learning
from okuzuke.demo.cast import AUTHOR, BROADCASTER, ILLUSTRATOR, MEMBERS, SECRETARY, STUDIO, THIEF
from okuzuke.demo.catalogue import catalogue
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
from okuzuke.training.progress import Progress, Stage


class PowerFailedError(Exception):
    """Raised where a test cuts a story off."""


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    with Archive.open(path, now=lambda: datetime(2026, 7, 1, tzinfo=UTC)) as archive:
        yield archive


def log_of(path: Path) -> list[Entry]:
    with opened(path) as archive:
        return [item.entry for item in read_log(archive)]


def decided_by_the_seed(path: Path) -> list[Entry]:
    """Return all but what tells the processor time that a picture took, and what rests on that."""
    with opened(path) as archive:
        return [item.entry for item in read_log(archive) if item.statement.kind not in ("capture", "allocation")]


def roots(told: Told) -> list[str]:
    return [item.root for item in told.summary.snapshots]


def pixels(told: Told) -> list[str]:
    return [pixels_of((told.path / item.path).read_bytes()) for item in told.summary.outputs]


def shares(told: Told) -> list[tuple[Part, ...]]:
    with opened(told.path) as archive:
        outputs = [archive.studio.output(item.id).entry for item in told.summary.outputs]
        return [archive.attribution.shares_of(output).parts for output in outputs]


def test_the_story_ends_where_the_record_matches_and_the_report_lies(told: Told) -> None:
    *_, conclusion, report = told.printed.splitlines()
    assert conclusion == "matches the record / 記録と一致"
    assert Path(report) == told.path.resolve() / "report" / "index.html"
    assert Path(report).is_file()


def test_grants_alone_admit_three_series_and_dedications_come_in_only_when_asked_for(told: Told) -> None:
    a, b, c = told.summary.snapshots
    assert (a.items, a.bases) == (3 * WORKS, ("grant",))
    assert (b.items, b.bases) == (11 * WORKS, ("dedication", "grant"))
    assert (c.items, c.bases) == (10 * WORKS, ("dedication", "grant"))
    assert told.summary.snapshot == b


def test_every_registered_work_is_admitted_or_refused_with_its_reason(told: Told) -> None:
    a, b, c = told.summary.snapshots
    early = 12 * WORKS + WORKS - 1
    assert [item.items + sum(item.refused.values()) for item in (a, b, c)] == [early, early, told.summary.works]
    assert a.refused == {"basis": 8 * WORKS, "copy": 1, "in_review": WORKS - 2, "not_permitted": WORKS}
    assert told.summary.refused == b.refused == {"copy": 1, "in_review": WORKS - 2, "not_permitted": WORKS}


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
        assert not archive.royalties.account(signer[THIEF.names.name]).balances


def test_the_committees_grant_takes_effect_with_the_last_consent_and_names_who_lacks_until_then(told: Told) -> None:
    with opened(told.path) as archive:
        known = archive.registry.known()
        grant, subject = next(
            (fact, fact.body.subject)
            for fact in known.facts.values()
            if isinstance(fact.body, Grant) and known.name(fact.signer) == SECRETARY.names.name
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


def test_one_members_suspension_stops_new_pictures_until_it_is_taken_back(told: Told) -> None:
    assert told.summary.drill_seconds is not None
    assert "model 1, output 54, capture 15, allocation 1: what was made and paid stays" in told.printed
    assert "the suspension is taken back: generate granted" in told.printed


def test_a_grant_ended_by_notice_takes_its_series_out_of_the_next_snapshot_and_nothing_else(told: Told) -> None:
    _, b, c = told.summary.snapshots
    with opened(told.path) as archive:
        known = archive.registry.known()
        was, now = ({place.work for place in archive.datasets.read(Entry(item.id)).places} for item in (b, c))
    assert now < was
    assert {known.name(known.works[work].register.signer) for work in was - now} == {STUDIO.names.name}
    assert len(was - now) == WORKS


def test_what_may_not_be_made_is_refused_with_its_exit_and_what_to_type(told: Told) -> None:
    assert "“鯉のぼりの空の絵” -n 1: exit 3" in told.printed
    assert "公開ライセンスは許諾（オプトイン）とみなしません" in told.printed
    assert "a public licence is not read as an opt-in" in told.printed
    assert "“darumma” -n 1: exit 2" in told.printed
    assert "the nearest are darumma: daruma" in told.printed
    assert "“daruma” -n 60: exit 3" in told.printed
    assert "no credits: 60 are needed, 24 are missing" in told.printed


def test_every_picture_lies_beside_a_bundle_that_proves_it_to_anybody(told: Told) -> None:
    trust = pinned.read(told.path / "trust.json")
    assert [item.series for item in told.summary.outputs].count("open") == 6
    for item in told.summary.outputs:
        assert item.bundle == f"{item.path}.okz"
        assert (told.path / item.path).is_file()
    item = told.summary.outputs[-1]
    bundle, sealed = parse((told.path / item.bundle).read_bytes())
    assert sealed
    assert (told.path / item.path).read_bytes() in bundle.files.values()
    assert verify((told.path / item.bundle).read_bytes(), trust).conclusion.startswith("matches the record")


def test_the_first_picture_is_named_as_soon_as_it_is_drawn(told: Told) -> None:
    first = told.printed.index(str(told.path.resolve() / told.summary.outputs[0].path))
    assert first < told.printed.index(told.summary.outputs[-1].series, first)


def test_eight_pictures_of_each_permitted_series_of_our_own_are_paid_and_the_others_are_free(told: Told) -> None:
    with opened(told.path) as archive:
        paid = Counter(
            item.series
            for item in told.summary.outputs
            for generated in [archive.studio.read(archive.studio.output(item.id).output.request)]
            if any(price.sub_units for price in generated.capture.prices or ())
        )
    assert paid == {"daruma": 8, "kokeshi": 8, "manekineko": 8}
    assert told.summary.revenue_sub_units == 24 * 60_000_000


def test_what_was_paid_for_is_divided_to_the_last_sub_unit_and_contested_works_wait(told: Told) -> None:
    summary = told.summary
    assert summary.shares_sum_exact
    assert summary.paid_sub_units + summary.kept_sub_units == summary.revenue_sub_units
    assert summary.kept_sub_units == summary.revenue_sub_units // 5
    assert "held back, contested" in told.printed
    with opened(told.path) as archive:
        assert archive.royalties.allocate("2026-06").posted == ()


def test_the_story_ends_with_a_statement_of_account(told: Told) -> None:
    *_, closing, nothing, _, _ = told.printed.splitlines()
    assert "期末残高" in closing
    assert nothing == ""
    assert "使用料計算書 / statement of account" in told.printed
    with opened(told.path) as archive:
        signed = archive.registry.known().facts.values()
        party = next(fact.entry for fact in signed if getattr(fact.body, "name", None) == ILLUSTRATOR.names.name)
        (balance,) = archive.royalties.account(PartyId(party), "2026-06").balances
    assert money(balance.closing) in closing
    assert len(balance.lines) == 24


def test_every_bundle_matches_the_record_from_its_file_alone(told: Told) -> None:
    trust = pinned.read(told.path / "trust.json")
    files = sorted((told.path / "bundles").glob("*.okz"))
    assert len(files) == 7
    assert told.summary.verified == len(files) + len(told.summary.outputs)
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


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model_pixels_shares_and_log_in_another_folder(told: Told, tmp_path: Path) -> None:
    other = tell(tmp_path / "elsewhere")
    assert roots(other) == roots(told)
    assert other.summary.model.hash == told.summary.model.hash
    assert pixels(other) == pixels(told)
    assert shares(other) == shares(told)
    assert decided_by_the_seed(other.path) == decided_by_the_seed(told.path)


def test_another_seed_gives_other_keys_and_salts() -> None:
    assert Seed(1).secret("salt") != Seed(2).secret("salt")
    one, two = (Seed(number).key("author").public_key() for number in (1, 2))
    assert keys.did_of(one) != keys.did_of(two)


@pytest.mark.slow
def test_a_story_interrupted_again_and_again_ends_with_the_same_log(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "demo-archive"
    record_in = Journal.record_in
    for last in (1, 12, 60, 45, 6, 1, 40, 30):
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
    assert resumed.summary.model.hash == told.summary.model.hash
    assert pixels(resumed) == pixels(told)
    assert decided_by_the_seed(path) == decided_by_the_seed(told.path)
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
    assert written["works"] == 12 * WORKS + 2 * (WORKS - 1)
    assert set(written["snapshot"]) >= {"id", "items", "root"}
    assert set(written["model"]) >= {"id", "steps", "train_seconds", "condition_accuracy"}
    assert set(written["outputs"][0]) >= {"path", "bundle", "series"}
    assert [item["id"] for item in written["snapshots"]] == [item.id for item in told.summary.snapshots]
    assert set(written["seconds"]) == {
        "parties",
        "works",
        "committee",
        "screening",
        "snapshots",
        "training",
        "pictures",
        "recognition",
        "dispute",
        "payments",
        "stopping",
        "bundles",
        "report",
    }
    assert written["peak_rss_mb"] > 0


def test_the_works_came_in_by_the_intake_that_a_desk_uses(told: Told) -> None:
    for folder in (known.id for known in catalogue()):
        assert len(list((told.path / "intake" / folder).glob("*.png"))) == WORKS
        assert len((told.path / "intake" / folder / "captions.jsonl").read_text().splitlines()) == WORKS


@pytest.mark.slow
def test_a_training_cut_off_and_resumed_comes_to_the_same_model(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "demo-archive"
    record = learning._Watch.__call__

    def interrupted(self: learning._Watch, progress: Progress) -> None:
        record(self, progress)
        if progress.stage is Stage.TRAINING and progress.done == 7:
            raise PowerFailedError

    monkeypatch.setattr(learning._Watch, "__call__", interrupted)
    with pytest.raises(PowerFailedError):
        tell(path)
    monkeypatch.setattr(learning._Watch, "__call__", record)
    resumed = tell(path)
    assert resumed.summary.model.hash == told.summary.model.hash
    assert decided_by_the_seed(path) == decided_by_the_seed(told.path)


@pytest.mark.endurance
def test_the_whole_story_fits_its_memory_and_every_series_is_recognised(tmp_path: Path) -> None:
    summary = run(tmp_path / "demo-archive")
    assert (summary.works, summary.works_a_series) == (12 * 150 + 13 + 4, 150)
    assert [item.items for item in summary.snapshots] == [450, 1650, 1500]
    assert summary.refused == {"copy": 1, "in_review": 12, "not_permitted": 150}
    assert summary.model.condition_accuracy >= 0.85
    assert summary.tampered_caught == summary.tampered_total
    assert summary.peak_rss_mb <= 3000
