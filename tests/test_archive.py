from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from okuzuke.archive import Archive
from okuzuke.audit.verifier import verify
from okuzuke.core.errors import InputError, RightsError, StateError
from okuzuke.core.ids import AssetId, PartyId, WorkId
from okuzuke.datasets.snapshot import Refusal
from okuzuke.ledger import submission
from okuzuke.ledger.statement import Draft
from okuzuke.registry import drafts
from okuzuke.registry.decision import Asked, Basis, State
from okuzuke.registry.drafts import Signer, Span
from okuzuke.registry.grants import Ground
from okuzuke.registry.interests import Form, InterestKind, Title
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Verdict
from okuzuke.settings import Settings
from scene import DAWN, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.archive.close()


def test_an_archive_begins_with_its_operator_and_nothing_else(scene: Scene) -> None:
    assert set(map(str, scene.known.facts)) == {str(scene.operator)}


def test_a_folder_that_holds_something_becomes_no_archive(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(StateError, match="not empty"):
        Archive.create(tmp_path, Settings("log.example/x"), drafts.Names("x"), now=lambda: DAWN)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_registering_twice_adds_nothing(scene: Scene) -> None:
    party = scene.party("作家")
    series = scene.series(party)
    folder = scene.pictures("works", 3)
    scene.register(folder, series, party)
    size = len(scene.known.facts)

    again = scene.archive.registry.register(
        folder, series, Signer(party, Capacity.REGISTRANT), scene.keys[party], published=True
    )

    assert (len(again.registered), len(again.already)) == (0, 3)
    assert len(scene.known.facts) == size


def test_a_bad_row_enters_nothing_unless_it_is_to_be_skipped(scene: Scene) -> None:
    party = scene.party("作家")
    series = scene.series(party)
    folder = scene.pictures("works", 2)
    (folder / "torn.png").write_bytes((folder / "work-000.png").read_bytes()[:80])
    register = scene.archive.registry.register

    with pytest.raises(InputError, match=r"torn\.png"):
        register(folder, series, Signer(party, Capacity.REGISTRANT), scene.keys[party], published=True)
    assert scene.known.works == {}
    assert list(scene.archive.blobs) == []

    done = register(
        folder, series, Signer(party, Capacity.REGISTRANT), scene.keys[party], published=True, skip_bad=True
    )
    assert (len(done.registered), [bad.name for bad in done.bad]) == (2, ["torn.png"])


def test_a_stranger_cannot_register_into_a_series(scene: Scene) -> None:
    series = scene.series(scene.party("作家"))
    stranger = scene.party("他人")

    with pytest.raises(RightsError, match="registrants"):
        scene.register(scene.pictures("works", 1), series, stranger)

    assert scene.known.works == {}


def _committee(scene: Scene) -> tuple[tuple[PartyId, PartyId, PartyId], PartyId, str]:
    one, two, three = (scene.party(name) for name in ("幹事", "制作会社", "放送局"))
    author = scene.party("原作者")
    series = scene.series(one)
    scene.register(scene.pictures("committee", 2), series, one)
    scene.own(series, one, {one: "1/2", two: "1/4", three: "1/4"})
    registrant = Signer(one, Capacity.REGISTRANT)
    scene.say(
        drafts.interest(registrant, scene.known, series, author, InterestKind.UNDERLYING, Title.CREATION, Span(DAWN))
    )
    return (one, two, three), author, series


def test_a_committee_agrees_only_when_all_of_it_and_the_original_author_have(scene: Scene) -> None:
    (one, two, three), author, series = _committee(scene)
    asked = Asked(series, Use.TRAIN)
    decide = scene.archive.registry.decide

    assert decide(asked).state is State.NOT_ASKED
    grant = scene.grant(series, one)
    first = decide(asked)
    assert Code.WINDOW_UNASSIGNED in {reason.code for reason in first.reasons}
    scene.consent(author, Capacity.UNDERLYING, grant)
    scene.consent(two, Capacity.OWNER, grant)
    assert {need.party for need in decide(asked).needs if not need.covered_by} == {three}
    scene.consent(three, Capacity.OWNER, grant)
    assert decide(asked).allowed


def test_the_original_author_beside_the_committee_refuses_alone(scene: Scene) -> None:
    (one, two, three), author, series = _committee(scene)
    grant = scene.grant(series, one)
    for member in (two, three):
        scene.consent(member, Capacity.OWNER, grant)
    scene.consent(author, Capacity.UNDERLYING, grant, agrees=False)

    decision = scene.archive.registry.decide(Asked(series, Use.TRAIN))

    assert (decision.allowed, decision.state) == (False, State.DECLINED)


def test_suspension_by_one_member_stops_new_uses_from_that_instant(scene: Scene) -> None:
    (one, two, three), author, series = _committee(scene)
    grant = scene.grant(series, one)
    for member, capacity in ((two, Capacity.OWNER), (three, Capacity.OWNER), (author, Capacity.UNDERLYING)):
        scene.consent(member, capacity, grant)
    scene.archive.screening.run()
    before = scene.archive.datasets.snapshot(Use.TRAIN)
    stop = scene.say(drafts.suspend(Signer(three, Capacity.OWNER), scene.known, series, None, None))

    assert len(before.places) == 2
    with pytest.raises(RightsError, match="no work may enter"):
        scene.archive.datasets.snapshot(Use.TRAIN)
    scene.say(drafts.end(Signer(three, Capacity.OWNER), stop.entry, Ground.NOTICE, scene.now))
    assert len(scene.archive.datasets.snapshot(Use.TRAIN).places) == 2


def test_a_grant_dated_back_does_not_legalise_a_snapshot_before_it(scene: Scene) -> None:
    scene.granted_series("先", 1)
    party = scene.party("後")
    series = scene.series(party, "後の作品")
    (late,) = scene.register(scene.pictures("late", 1, first=50), series, party)
    scene.own(series, party, {party: "1"})
    scene.archive.screening.run()
    frozen = scene.archive.datasets.snapshot(Use.TRAIN)
    instant = scene.now
    scene.grant(series, party, start=DAWN)

    assert late in {item.work for item in frozen.refused}
    assert not scene.archive.registry.decide(Asked(late, Use.TRAIN), valid_at=instant).allowed
    assert scene.archive.registry.decide(Asked(late, Use.TRAIN)).allowed


def test_a_thief_who_registers_first_waits_with_the_owner_until_a_title_is_attested(scene: Scene) -> None:
    verifier = scene.verifier()
    thief = scene.granted_series("転載", 4, quality=88)
    scene.archive.screening.run()
    assert len(scene.archive.datasets.snapshot(Use.TRAIN).places) == 4

    owner = scene.granted_series("作家", 4)
    run = scene.archive.screening.run()
    assert (run.screened, run.changed, run.review) == (4, 4, 8)
    with pytest.raises(RightsError, match="no work may enter"):
        scene.archive.datasets.snapshot(Use.TRAIN)
    assert {item.work for item in scene.archive.screening.waiting()} == {*thief.works, *owner.works}

    evidence = "ab" * 32
    signer = Signer(verifier, Capacity.VERIFIER)
    scene.say(drafts.attest(signer, Claim.TITLE, owner.ownership, "layered files", Span(DAWN), evidence=evidence))
    assert {item.work for item in scene.archive.screening.waiting()} == set(thief.works)
    frozen = scene.archive.datasets.snapshot(Use.TRAIN)
    assert {place.work for place in frozen.places} == set(owner.works)
    assert {item.refusal for item in frozen.refused} == {Refusal.IN_REVIEW}


def test_a_verifier_resolves_a_review_and_a_party_to_it_cannot(scene: Scene) -> None:
    verifier = scene.verifier()
    one = scene.granted_series("一", 1)
    two = scene.granted_series("二", 1, quality=90)
    scene.archive.screening.run()
    review = scene.archive.screening.review

    with pytest.raises(RightsError, match="not an appointed verifier"):
        review(two.party, scene.keys[two.party], two.works[0], Verdict.NO_MATCH)
    review(verifier, scene.keys[verifier], one.works[0], Verdict.NO_MATCH)

    assert [place.work for place in scene.archive.datasets.snapshot(Use.TRAIN).places] == list(one.works)


def test_an_ended_grant_changes_the_next_snapshot_and_not_the_last(scene: Scene) -> None:
    kept, ended = scene.granted_series("残", 1), scene.granted_series("終", 1, first=9)
    verifier = scene.verifier()
    scene.archive.screening.run()
    first = scene.archive.datasets.snapshot(Use.TRAIN)
    signer = Signer(verifier, Capacity.VERIFIER)
    scene.say(drafts.end(signer, ended.grant, Ground.COURT, scene.now, evidence="cd" * 32))

    second = scene.archive.datasets.snapshot(Use.TRAIN)

    assert {place.work for place in first.places} == {*kept.works, *ended.works}
    assert {place.work for place in second.places} == set(kept.works)
    assert verify(scene.archive.export(first.entry, "auditor").to_bytes(), scene.archive.trust()).holds


def test_outside_a_demo_only_attested_titles_enter(tmp_path: Path) -> None:
    scene = Scene(tmp_path, demo=False)
    verifier = scene.verifier()
    granted = scene.granted_series("作家", 1)
    scene.archive.screening.run()

    with pytest.raises(RightsError, match="no work may enter"):
        scene.archive.datasets.snapshot(Use.TRAIN)
    signer = Signer(verifier, Capacity.VERIFIER)
    scene.say(drafts.attest(signer, Claim.TITLE, granted.ownership, "contract", Span(DAWN), evidence="ab" * 32))
    frozen = scene.archive.datasets.snapshot(Use.TRAIN)

    assert len(frozen.places) == 1
    assert verify(scene.archive.export(frozen.entry, "auditor").to_bytes(), scene.archive.trust()).holds
    scene.archive.close()


def test_a_file_lost_since_it_was_registered_stays_out(scene: Scene) -> None:
    granted = scene.granted_series("作家", 2)
    scene.archive.screening.run()
    lost = scene.known.works[granted.works[0]].work.asset
    scene.archive.blobs.remove(lost)

    frozen = scene.archive.datasets.snapshot(Use.TRAIN)

    assert [item.refusal for item in frozen.refused] == [Refusal.UNREADABLE]
    assert len(frozen.places) == 1


def test_a_dedication_enters_where_its_basis_is_named(scene: Scene) -> None:
    signer = Signer(scene.operator, Capacity.OPERATOR)
    series = scene.say(drafts.series(signer, drafts.Names("公共"), "Public", "CC0", [scene.operator])).entry
    done = scene.archive.registry.register(
        scene.pictures("cc0", 2), series, signer, scene.keys[scene.operator], published=True
    )
    deed = scene.archive.blobs.put(b"CC0 1.0 Universal")
    url = "https://creativecommons.org/publicdomain/zero/1.0/"
    scene.say(drafts.dedication(scene.operator, scene.known, series, url, "https://source.example", DAWN, [deed]))
    scene.archive.screening.run()

    with pytest.raises(RightsError):
        scene.archive.datasets.snapshot(Use.TRAIN)
    frozen = scene.archive.datasets.snapshot(Use.TRAIN, [Basis.DEDICATION])

    assert {place.work for place in frozen.places} == set(done.registered)
    bundle = scene.archive.export(frozen.entry, "auditor")
    assert bundle.files == {deed: b"CC0 1.0 Universal"}
    assert not verify(replace(bundle, files={}).to_bytes(), None).holds


def test_works_keep_their_slots_and_the_snapshot_stands_in_their_order(scene: Scene) -> None:
    scene.granted_series("一", 3)
    scene.archive.screening.run()
    first = scene.archive.datasets.snapshot(Use.TRAIN)
    scene.granted_series("二", 3, first=20)
    scene.archive.screening.run()
    second = scene.archive.datasets.snapshot(Use.TRAIN)

    slots = {place.work: place.slot for place in second.places}
    assert all(slots[place.work] == place.slot for place in first.places)
    assert list(slots.values()) == sorted(slots.values())


def test_erasing_a_party_leaves_the_proofs_and_no_byte_of_its_name(scene: Scene) -> None:
    scene.party("筆名", legal_name="山田花子の本名")
    party = next(entry for entry, fact in scene.known.facts.items() if scene.known.name(entry) == "筆名")
    granted = scene.granted_series("作家", 1)
    scene.archive.screening.run()
    frozen = scene.archive.datasets.snapshot(Use.TRAIN)

    scene.archive.erase(party, "at the person's request")

    assert party not in scene.known.facts
    rebuilt = scene.archive.rebuild()
    assert rebuilt.before == rebuilt.after
    assert verify(scene.archive.export(frozen.entry, "auditor").to_bytes(), scene.archive.trust()).holds
    assert granted.works[0] in scene.known.works
    scene.archive.close()
    held = b"".join(path.read_bytes() for path in scene.archive.path.rglob("*") if path.is_file())
    assert "山田花子の本名".encode() not in held
    assert "筆名".encode() not in held


def test_erasing_a_works_row_takes_its_file_and_leaves_its_slot(scene: Scene) -> None:
    granted = scene.granted_series("作家", 2)
    work = granted.works[0]
    asset = scene.known.works[work].work.asset

    scene.archive.erase(work, "at the author's request")

    assert work not in scene.known.works
    assert AssetId(asset) not in scene.archive.blobs
    rebuilt = scene.archive.rebuild()
    assert rebuilt.before == rebuilt.after


def test_the_operators_first_statement_cannot_be_erased(scene: Scene) -> None:
    with pytest.raises(InputError, match="stays"):
        scene.archive.erase(scene.operator, "no")


def test_a_no_cannot_be_erased_into_a_yes(scene: Scene) -> None:
    granted = scene.granted_series("作家", 1)
    stop = scene.say(drafts.suspend(Signer(granted.party, Capacity.OWNER), scene.known, granted.series, None, None))

    for entry in (stop.entry, granted.grant, granted.ownership):
        with pytest.raises(InputError, match="stays"):
            scene.archive.erase(entry, "please")

    assert not scene.archive.registry.decide(Asked(granted.series, Use.TRAIN)).allowed


def test_what_is_added_to_an_attested_series_is_not_laundered_by_it(scene: Scene) -> None:
    verifier = scene.verifier()
    other = scene.granted_series("他の作家", 2)
    granted = scene.granted_series("作家", 1, first=40)
    signer = Signer(verifier, Capacity.VERIFIER)
    scene.say(drafts.attest(signer, Claim.TITLE, granted.ownership, "seen", Span(DAWN), evidence="ab" * 32))
    copied = scene.register(scene.pictures("later", 1, quality=85), granted.series, granted.party)
    scene.archive.screening.run()

    frozen = scene.archive.datasets.snapshot(Use.TRAIN)

    refused = {item.work: item.refusal for item in frozen.refused}
    assert refused == {copied[0]: Refusal.IN_REVIEW, other.works[0]: Refusal.IN_REVIEW}
    assert {item.work for item in scene.archive.screening.waiting()} == set(refused)


def test_copies_under_two_owners_wait_even_where_one_desk_registered_both(scene: Scene) -> None:
    desk = scene.party("出版社の窓口")
    works: list[WorkId] = []
    for name, quality in (("甲", None), ("乙", 88)):
        owner = scene.party(name)
        series = scene.series(desk, name)
        works += scene.register(scene.pictures(name, 1, quality=quality), series, desk)
        scene.own(series, desk, {owner: "1"})
        scene.grant(series, owner)

    assert scene.archive.screening.run().review == 2
    with pytest.raises(RightsError, match="no work may enter"):
        scene.archive.datasets.snapshot(Use.TRAIN)


def test_a_verifier_does_not_void_a_no_on_what_it_owns_a_part_of(scene: Scene) -> None:
    verifier = scene.verifier()
    party = scene.party("作家")
    series = scene.series(party)
    scene.own(series, party, {party: "1/2", verifier: "1/2"})
    stop = scene.say(drafts.suspend(Signer(party, Capacity.OWNER), scene.known, series, None, None))

    signer = Signer(verifier, Capacity.VERIFIER)
    void = drafts.end(signer, stop.entry, Ground.VOID, scene.now, evidence="cd" * 32)
    with pytest.raises(RightsError, match="interest"):
        scene.say(void)


def test_a_copy_does_not_go_free_because_its_original_was_erased(scene: Scene) -> None:
    owner = scene.granted_series("作家", 1)
    thief = scene.granted_series("転載", 1, quality=88)
    scene.archive.screening.run()
    scene.archive.erase(owner.works[0], "at the author's request")

    assert {item.work for item in scene.archive.screening.waiting()} == set(thief.works)
    with pytest.raises(RightsError, match="no work may enter"):
        scene.archive.datasets.snapshot(Use.TRAIN)


def test_a_sale_does_not_make_good_the_title_of_who_granted_before(tmp_path: Path) -> None:
    scene = Scene(tmp_path, demo=False)
    verifier = scene.verifier()
    seller = scene.granted_series("作家", 1)
    buyer = scene.party("買主")
    owner = Signer(seller.party, Capacity.OWNER)
    sale = scene.say(
        drafts.ownership(owner, scene.known, seller.series, {buyer: "1"}, Form.SOLE, Title.TRANSFER_WITH_27_28)
    )
    signer = Signer(verifier, Capacity.VERIFIER)
    scene.say(drafts.attest(signer, Claim.TITLE, sale.entry, "contract", Span(DAWN), evidence="ab" * 32))
    scene.archive.screening.run()

    with pytest.raises(RightsError, match="title_claimed"):
        scene.archive.datasets.snapshot(Use.TRAIN)
    scene.say(drafts.attest(signer, Claim.TITLE, seller.ownership, "originals", Span(DAWN), evidence="ab" * 32))
    assert len(scene.archive.datasets.snapshot(Use.TRAIN).places) == 1
    scene.archive.close()


def test_a_later_review_overrides_an_earlier_one(scene: Scene) -> None:
    verifier = scene.verifier()
    one = scene.granted_series("一", 1)
    scene.granted_series("二", 1, quality=90)
    scene.archive.screening.run()
    review = scene.archive.screening.review
    review(verifier, scene.keys[verifier], one.works[0], Verdict.MATCH)
    with pytest.raises(RightsError, match="no work may enter"):
        scene.archive.datasets.snapshot(Use.TRAIN)

    review(verifier, scene.keys[verifier], one.works[0], Verdict.NO_MATCH)

    assert [place.work for place in scene.archive.datasets.snapshot(Use.TRAIN).places] == list(one.works)


def test_a_verifier_does_not_review_what_it_owns(scene: Scene) -> None:
    verifier = scene.verifier()
    desk = scene.party("窓口")
    series = scene.series(desk, "確認者の作品")
    (own,) = scene.register(scene.pictures("own", 1), series, desk)
    scene.own(series, desk, {verifier: "1"})
    rival = scene.granted_series("作家", 1, quality=88)
    scene.archive.screening.run()

    for work in (own, rival.works[0]):
        with pytest.raises(RightsError, match="interest"):
            scene.archive.screening.review(verifier, scene.keys[verifier], work, Verdict.NO_MATCH)


def test_an_archive_rebuilt_elsewhere_is_the_same_and_goes_on(scene: Scene, tmp_path: Path) -> None:
    scene.granted_series("作家", 2)
    scene.archive.screening.run()
    scene.archive.datasets.snapshot(Use.TRAIN)

    rebuilt = scene.archive.rebuild_into(tmp_path / "elsewhere")

    assert rebuilt.before == rebuilt.after
    with Archive.open(tmp_path / "elsewhere", now=scene.tick, entropy=scene.entropy) as moved:
        assert moved.trust() == scene.archive.trust()
        assert len(moved.datasets.snapshot(Use.TRAIN).places) == 2


def test_what_rests_on_a_work_is_found_walking_up(scene: Scene) -> None:
    granted = scene.granted_series("作家", 1)
    scene.archive.screening.run()
    frozen = scene.archive.datasets.snapshot(Use.TRAIN)

    assert frozen.entry in {step.entry for step in scene.archive.affected(granted.works[0])}
    assert frozen.entry in {step.entry for step in scene.archive.affected(granted.grant)}


def test_only_the_archive_itself_records_a_snapshot(scene: Scene) -> None:
    granted = scene.granted_series("作家", 1)
    scene.archive.screening.run()
    scene.archive.datasets.snapshot(Use.TRAIN)
    forged = submission.parse(
        scene.archive.journal.signed(
            Draft("snapshot", granted.party, Capacity.OPERATOR, {}, {}), scene.keys[granted.party]
        ).to_bytes()
    )

    with pytest.raises(InputError, match="recorded by the archive itself"):
        scene.archive.submit(forged)


def test_the_gate_opens_to_what_was_frozen(scene: Scene) -> None:
    granted = scene.granted_series("作家", 3)
    scene.archive.screening.run()
    frozen = scene.archive.datasets.snapshot(Use.TRAIN)

    loader = scene.archive.datasets.loader(frozen.entry)

    assert {item.place.work for item in loader} == set(granted.works)
    assert all(passage.problem is None for passage in loader.passages)


def test_an_archive_with_older_tables_is_refused_and_built_anew_beside(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    before = scene.archive.rebuild().after
    scene.archive.close()
    tables = sqlite3.connect(tmp_path / "archive" / "okuzuke.db")
    for name in ("hold", "output", "transfer", "account", "lot", "capture"):
        tables.execute(f"DROP TABLE {name}")
    tables.execute("UPDATE meta SET value = '1' WHERE name = 'schema_version'")
    tables.commit()
    tables.close()

    with pytest.raises(StateError) as refused:
        Archive.open(tmp_path / "archive", now=scene.tick)
    with Archive.open(tmp_path / "archive", now=scene.tick, any_version=True) as old:
        old.rebuild_into(tmp_path / "anew")

    assert "okuzuke rebuild --into" in refused.value.remedy
    with Archive.open(tmp_path / "anew", now=scene.tick) as anew:
        assert anew.rebuild().before == before
