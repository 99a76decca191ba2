"""A log written by whoever holds its keys and asks no rule: the verifier asks every rule again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import archives
from archives import DAWN, Told
from forgery import Forger, detail, failing
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Joint, verify
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.ids import Entry, WorkId
from okuzuke.core.intervals import format_instant
from okuzuke.datasets.manifest import Place, item_of
from okuzuke.datasets.snapshot import Refusal, Refused
from okuzuke.ledger import keys, submission
from okuzuke.ledger import store as ledger
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.registry import drafts
from okuzuke.registry import store as registry
from okuzuke.registry.decision import Basis, State
from okuzuke.registry.drafts import Names, Signer, Span
from okuzuke.registry.grants import Ground
from okuzuke.registry.parties import Capacity, Claim, PartyType, Role
from okuzuke.registry.uses import Use
from okuzuke.screening import store as screening
from okuzuke.screening.match import COPY_BITS, NEAR_BITS

Rows = Callable[[list[Place], list[Refused], Told], None]


def swap(places: list[Place], series: str, told: Told, change: Callable[[Place], Place]) -> None:
    """Change the first place of a series."""
    at = next(at for at, place in enumerate(places) if place.work in told.works[series])
    places[at] = change(places[at])
    places.sort(key=lambda place: place.slot)


def another_slot(places: list[Place], _refused: list[Refused], told: Told) -> None:
    taken = {place.slot for place in places}
    swap(places, "daruma", told, lambda place: replace(place, slot=next(at for at in range(20) if at not in taken)))


def another_family(places: list[Place], _refused: list[Refused], told: Told) -> None:
    head = told.works["umbrella"][1]
    swap(places, "daruma", told, lambda place: replace(place, family=head))


def another_item(places: list[Place], _refused: list[Refused], told: Told) -> None:
    swap(places, "daruma", told, lambda place: replace(place, item="ab" * 32))


def another_basis(places: list[Place], _refused: list[Refused], told: Told) -> None:
    swap(places, "daruma", told, lambda place: replace(place, basis=Basis.DEDICATION))


def another_sheet(places: list[Place], _refused: list[Refused], told: Told) -> None:
    swap(places, "daruma", told, lambda place: replace(place, sheet=None))


def ground_forgotten(places: list[Place], _refused: list[Refused], told: Told) -> None:
    swap(places, "daruma", told, lambda place: replace(place, rests_on=place.rests_on[1:]))


def unregistered(places: list[Place], _refused: list[Refused], told: Told) -> None:
    swap(places, "daruma", told, lambda place: replace(place, work=WorkId("ab" * 32)))


def twice(places: list[Place], _refused: list[Refused], told: Told) -> None:
    taken = {place.slot for place in places}
    slot = next(at for at in range(20) if at not in taken)
    places.append(replace(places[0], slot=slot))
    places.sort(key=lambda place: place.slot)


def out_of_order(places: list[Place], _refused: list[Refused], _told: Told) -> None:
    places.reverse()


def left_out_unsaid(places: list[Place], _refused: list[Refused], _told: Told) -> None:
    places.pop()


def left_out_as_claimed(places: list[Place], refused: list[Refused], _told: Told) -> None:
    refused.append(Refused(places.pop().work, Refusal.TITLE_CLAIMED, State.GRANTED))


def both_in_and_out(places: list[Place], refused: list[Refused], _told: Told) -> None:
    refused.append(Refused(places[0].work, Refusal.UNREADABLE, State.GRANTED))


def refused_for_another_reason(_places: list[Place], refused: list[Refused], _told: Told) -> None:
    refused[0] = Refused(refused[0].work, Refusal.NOT_SCREENED, State.GRANTED)


def refusal_forgotten(_places: list[Place], refused: list[Refused], _told: Told) -> None:
    refused.clear()


FREEZES: list[Rows] = [
    another_slot,
    another_family,
    another_item,
    another_basis,
    another_sheet,
    ground_forgotten,
    unregistered,
    twice,
    out_of_order,
    left_out_unsaid,
    left_out_as_claimed,
    both_in_and_out,
    refused_for_another_reason,
    refusal_forgotten,
]


@pytest.mark.parametrize("change", FREEZES, ids=lambda change: change.__name__)
def test_a_freeze_that_the_rule_does_not_give_fails_at_the_decisions(forger: Forger, change: Rows) -> None:
    entry = forger.snapshot(lambda places, refused: change(places, refused, forger.told))

    assert failing(forger.report(entry)) is Joint.DECISIONS


def test_a_snapshot_made_again_as_it_was_holds(forger: Forger) -> None:
    report = forger.report(forger.snapshot())

    assert report.holds, report.conclusion
    assert detail(report, Joint.DECISIONS) == "26 made anew and the same"


def test_a_work_that_is_not_permitted_cannot_be_slipped_in(forger: Forger) -> None:
    stopped = forger.told.works["umbrella"][0]
    item = item_of(forger.archive.registry.known().works[stopped].work)
    with forger.archive.database.reading() as connection:
        slot = registry.slots(connection)[stopped]

    def admit(places: list[Place], refused: list[Refused]) -> None:
        refused.clear()
        beside = next(place for place in places if place.work in forger.told.works["umbrella"])
        places.append(replace(beside, work=stopped, family=stopped, slot=slot, item=item))
        places.sort(key=lambda place: place.slot)

    entry = forger.snapshot(admit)

    for reader in ("auditor", forger.told.parties["illustrator"]):
        report = forger.report(entry, reader)
        assert failing(report) is Joint.DECISIONS
        assert f"work {stopped[:12]} had to stay out of the snapshot: " in report.conclusion


def test_what_a_holder_ended_cannot_be_frozen_as_of_an_earlier_day(forger: Forger) -> None:
    entry = forger.snapshot(public={"frozen_at": format_instant(DAWN + timedelta(seconds=66))})

    for reader in ("auditor", "public"):
        report = forger.report(entry, reader)
        assert failing(report) is Joint.DECISIONS
        assert "was not frozen when it was recorded" in report.conclusion


def test_nothing_is_frozen_in_the_future(forger: Forger) -> None:
    entry = forger.snapshot(public={"frozen_at": "2027-01-01T00:00:00.000000Z"})

    assert failing(forger.report(entry)) is Joint.DECISIONS


@pytest.mark.parametrize("kept", [slice(1, None), slice(0, -1)], ids=["no manifest", "one ground too few"])
def test_a_snapshot_rests_on_its_manifest_and_on_all_that_its_places_rest_on(forger: Forger, kept: slice) -> None:
    entry = forger.snapshot(beneath=lambda rests_on: rests_on[kept])

    assert failing(forger.report(entry)) is Joint.DECISIONS


def test_a_title_only_claimed_enters_nothing_outside_a_demo(tmp_path: Path) -> None:
    forger = Forger(archives.build(tmp_path / "real", demo=False), tmp_path)
    known = forger.archive.registry.known()
    claimed = [work for work in forger.told.works["umbrella"] if work not in forger.told.works["frozen"]]
    entry = forger.snapshot(public={"title_claimed": True})

    report = forger.report(entry)

    assert len(claimed) == len([work for work in forger.told.works["umbrella"] if work in known.works])
    assert failing(report) is Joint.DECISIONS
    assert "only claimed, outside a demo" in report.conclusion
    assert forger.report(forger.told.entries["snapshot"]).holds
    forger.archive.close()


def test_that_a_file_could_not_be_read_is_the_operators_word(forger: Forger) -> None:
    def lose(places: list[Place], refused: list[Refused]) -> None:
        refused.append(Refused(places.pop().work, Refusal.UNREADABLE, State.GRANTED))

    assert forger.report(forger.snapshot(lose)).holds


def grant_by_a_stranger(forger: Forger) -> Entry:
    known = forger.archive.registry.known()
    signer = Signer(forger.told.parties["stranger"], Capacity.OWNER)
    allow = [drafts.permission(Use.TRAIN, Span(DAWN))]
    return forger.record(drafts.grant(signer, known, forger.told.entries["series"], allow))


def consent_by_a_stranger(forger: Forger) -> Entry:
    signer = Signer(forger.told.parties["stranger"], Capacity.OWNER)
    return forger.record(drafts.consent(signer, forger.told.entries["grant"], agrees=True))


def stop_by_a_key_given_up(forger: Forger) -> Entry:
    signer = Signer(forger.told.parties["illustrator"], Capacity.OWNER)
    known = forger.archive.registry.known()
    work = forger.told.works["umbrella"][1]
    return forger.record(drafts.suspend(signer, known, work, [Use.TRAIN], None), archives.key("illustrator"))


def grant_in_the_name_of_another(forger: Forger) -> Entry:
    known = forger.archive.registry.known()
    signer = Signer(forger.told.parties["manager"], Capacity.OWNER)
    allow = [drafts.permission(Use.GENERATE, Span(DAWN))]
    draft = drafts.grant(signer, known, forger.told.entries["series"], allow)
    return forger.record(draft, archives.key("operator"))


def attestation_by_nobody(forger: Forger) -> Entry:
    signer = Signer(forger.told.parties["stranger"], Capacity.VERIFIER)
    target = forger.told.entries["her ownership"]
    return forger.record(drafts.attest(signer, Claim.TITLE, target, "seen", Span(DAWN), evidence="cd" * 32))


def appointment_by_a_stranger(forger: Forger) -> Entry:
    signer = Signer(forger.told.parties["manager"], Capacity.OPERATOR)
    target = Entry(forger.told.parties["verifier"])
    return forger.record(drafts.attest(signer, Claim.APPOINTMENT, target, "met", Span(DAWN)))


def party_of_another_log(forger: Forger) -> Entry:
    key = archives.key("copied")
    draft = drafts.party(Names("写し"), PartyType.PERSON, Role.HOLDER, keys.did_of(key.public_key()), demo=True)
    return forger.append(forger.archive.journal.signed(draft, key))


def snapshot_by_a_stranger(forger: Forger) -> Entry:
    stranger = forger.told.parties["stranger"]
    row = submission.set_of([submission.row_of({"slot": 1, "family": "ab" * 32, "tombstone": True}, bytes(32))])
    with forger.archive.database.reading() as connection:
        public: JsonObject = {
            **ledger.recorded(connection, forger.told.entries["snapshot"]).statement.public,
            "manifest": row.to_json(),
            "refused": None,
        }
    beneath = (RestsOn(set_root=row.root), RestsOn(entry=Entry(stranger)))
    return forger.record(Draft("snapshot", stranger, Capacity.OPERATOR, public, {}, beneath), sets=[row])


def review(forger: Forger, signer: str, capacity: Capacity, outcome: str) -> Entry:
    work = forger.told.works["umbrella"][1]
    public: JsonObject = {"work": work, "others": [], "outcome": outcome, "evidence_sha256": None}
    return forger.record(forger.draft("review", signer, capacity, public, forger.told.entries["screen"]))


def review_by_a_stranger(forger: Forger) -> Entry:
    return review(forger, "stranger", Capacity.VERIFIER, "no_match")


def review_as_operator(forger: Forger) -> Entry:
    return review(forger, "operator", Capacity.OPERATOR, "no_match")


def review_that_decides_nothing(forger: Forger) -> Entry:
    return review(forger, "verifier", Capacity.VERIFIER, "review")


def second_version(forger: Forger) -> Entry:
    draft = forger.draft("party_end", "stranger", Capacity.SELF, party_end(forger.told), version=2)
    return forger.record(draft, kinds={("party_end", 2): lambda _connection, _item: None})


def second_screen_version(forger: Forger) -> Entry:
    draft = forger.draft("screen", "operator", Capacity.OPERATOR, {}, version=2)
    return forger.record(draft, kinds={("screen", 2): lambda _connection, _item: None})


def unknown_kind(forger: Forger) -> Entry:
    draft = forger.draft("blessing", "operator", Capacity.OPERATOR, {})
    return forger.record(draft, kinds={("blessing", 1): lambda _connection, _item: None})


def unknown_capacity(forger: Forger) -> Entry:
    draft = replace(forger.draft("review", "operator", Capacity.OPERATOR, {}), capacity="emperor")
    return forger.record(draft, kinds={("review", 1): lambda _connection, _item: None})


def unknown_member(forger: Forger) -> Entry:
    with forger.archive.database.reading() as connection:
        public = ledger.recorded(connection, forger.told.entries["screen"]).statement.public
    draft = forger.draft("screen", "operator", Capacity.OPERATOR, {**public, "rows": None, "note": "x"})
    return forger.record(draft, kinds={("screen", 1): lambda _connection, _item: None})


FORGERIES = [
    grant_by_a_stranger,
    consent_by_a_stranger,
    stop_by_a_key_given_up,
    grant_in_the_name_of_another,
    attestation_by_nobody,
    appointment_by_a_stranger,
    party_of_another_log,
    snapshot_by_a_stranger,
    review_by_a_stranger,
    review_as_operator,
    review_that_decides_nothing,
    second_version,
    second_screen_version,
    unknown_kind,
    unknown_capacity,
    unknown_member,
]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_statement_its_signer_may_not_make_fails_for_every_reader(
    forger: Forger, forge: Callable[[Forger], Entry]
) -> None:
    entry = forge(forger)

    for reader in ("public", "auditor", forger.told.parties["manager"]):
        assert failing(forger.report(entry, reader)) is Joint.STANDING


def test_a_yes_that_was_taken_back_cannot_be_recorded_again(forger: Forger) -> None:
    told = forger.told
    no = drafts.consent(Signer(told.parties["studio"], Capacity.OWNER), told.entries["grant"], agrees=False)
    forger.record(no)
    with forger.archive.database.reading() as connection:
        yes = ledger.document(connection, told.entries["consent of the studio"]).envelope["statement"]
    assert isinstance(yes, dict)

    again = forger.append(submission.Submission(yes))

    report = forger.report(again)
    assert failing(report) is Joint.ENTRIES
    assert all(entry[:12] in report.conclusion for entry in (told.entries["consent of the studio"], again))


def test_a_place_is_dealt_once(forger: Forger) -> None:
    told = forger.told
    register = told.entries["register of umbrella"]
    draft = forger.draft("slots", "operator", Capacity.OPERATOR, {"register": register}, register)
    slots = replace(draft, sealed={"slots": list(range(len(told.works["umbrella"])))})
    forger.record(slots, kinds={("slots", 1): lambda _connection, _item: None})

    report = forger.report(forger.snapshot())

    assert failing(report) is Joint.DECISIONS
    assert "deal a place twice" in report.conclusion


def test_a_work_screened_by_another_file_fails_at_the_decisions(forger: Forger) -> None:
    told = forger.told
    with forger.archive.database.reading() as connection:
        one = screening.newest_of(connection, told.works["umbrella"][1])[2]
        two = screening.newest_of(connection, told.works["umbrella"][2])[2]
    rows = submission.set_of([submission.row_of(replace(two, work=one.work).to_row(), bytes(32))])
    public: JsonObject = {"rows": rows.to_json(), "copy_bits": COPY_BITS, "near_bits": NEAR_BITS}
    draft = forger.draft("screen", "operator", Capacity.OPERATOR, public, told.entries["register of umbrella"])
    forger.record(draft, sets=[rows])

    report = forger.report(forger.snapshot())

    assert failing(report) is Joint.DECISIONS
    assert "was screened by another file" in report.conclusion


def test_what_is_forged_on_erased_ground_convicts_nobody_and_permits_nothing(forger: Forger) -> None:
    told = forger.told
    junk = forger.record(forger.draft("party_end", "stranger", Capacity.SELF, party_end(told), told.entries["series"]))
    forger.erase(junk)
    known = forger.archive.registry.known()
    signer = Signer(told.parties["stranger"], Capacity.OWNER)
    draft = drafts.grant(signer, known, told.entries["her series"], [drafts.permission(Use.TRAIN, Span(DAWN))])
    forged = forger.record(replace(draft, rests_on=(*draft.rests_on, RestsOn(entry=junk))))

    report = forger.report(forged)

    assert report.holds, report.conclusion
    assert "1 set aside: what they rest on was erased" in detail(report, Joint.STANDING)
    assert report.answers == ()


def party_end(told: Told) -> JsonObject:
    return {"party": told.parties["stranger"], "ground": "dissolution", "successors": [], "evidence_sha256": None}


def test_an_erasure_by_anyone_but_the_operator_fails(forger: Forger) -> None:
    public: JsonObject = {"entry": None, "row": forger.told.works["umbrella"][0]}
    draft = forger.draft("erase", "stranger", Capacity.OPERATOR, public)
    entry = forger.record(draft)

    assert failing(forger.report(entry)) is Joint.STANDING


def test_a_number_beyond_every_calendar_is_reported_and_not_raised(forger: Forger) -> None:
    told = forger.told
    owner = Signer(told.parties["manager"], Capacity.OWNER)
    allow = [drafts.permission(Use.GENERATE, Span(DAWN))]
    known = forger.archive.registry.known()
    grant = forger.record(drafts.grant(owner, known, told.entries["series"], allow, notice_days=2**52))
    forger.record(drafts.end(owner, grant, Ground.NOTICE, DAWN + timedelta(days=900)))

    report = forger.report(grant, "public")

    assert failing(report) is Joint.STANDING


def test_a_name_cannot_write_a_line_of_its_own(forger: Forger) -> None:
    did = keys.did_of(archives.key("liar").public_key())
    operator = forger.archive.operator

    for hidden in ("\n", "\x1b[2J", "\u202e", "\u2028"):
        name = Names(f"絵師{hidden}matches the record")
        with pytest.raises(InputError, match="control character"):
            drafts.party(name, PartyType.PERSON, Role.HOLDER, did, operator=operator, demo=True)


def test_a_log_of_the_same_name_under_another_key_is_not_the_pinned_one(forger: Forger, trust: Trust) -> None:
    other = replace(trust.log, public_key=archives.key("thief").public_key().public_bytes_raw())
    data = forger.archive.export(forger.told.entries["grant"], "public").to_bytes()

    assert verify(data, trust).holds
    assert failing(verify(data, replace(trust, log=other))) is Joint.CHECKPOINT
