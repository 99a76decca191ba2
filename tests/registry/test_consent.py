"""What `decide` answers for one holder's work: when, how narrowly, beneath what, and when it stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.registry.decision import Asked, Basis, State, TitleStanding
from okuzuke.registry.grants import (
    Approval,
    Attribution,
    CharacterRules,
    Consent,
    Derivatives,
    Ground,
    Limits,
    Permission,
    Policy,
    Rating,
    Stage,
)
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import PERSON_USES, Use
from okuzuke.registry.works import Character, Persona
from registry_facts import DAWN, TICK, Book, digest_of, narrowed, permission

LIMITS = Limits(10, "day", None, None)
RULES = CharacterRules((), (), (), Rating.G, voice=False, max_per_day=None)
DERIVATIVES = Derivatives(allowed=True, share_ppm=0, policy=Policy.DIRECT, depth=1)


@pytest.fixture
def other(book: Book) -> PartyId:
    return book.party("other")


def test_a_grant_by_the_only_owner_permits_and_says_on_what_it_rests(book: Book, owner: PartyId, work: WorkId) -> None:
    grant = book.grant(work, owner)
    decision = book.decide(work)
    assert (decision.allowed, decision.state, decision.basis) == (True, State.GRANTED, Basis.GRANT)
    assert (decision.grant, decision.until, decision.title) == (grant, None, TitleStanding.CLAIMED)
    assert set(decision.rests_on) == {book.known.works[work].register.entry, grant, *book.known.scopes(work)[1:]} | {
        fact.entry for fact in book.known.by_subject[book.known.scopes(work)[1]]
    }


@pytest.mark.parametrize("use", Use)
def test_what_nobody_granted_is_not_permitted_for_any_use_or_licensee(book: Book, work: WorkId, use: Use) -> None:
    for licensee in ("platform", digest_of("nobody"), "class:fans", None):
        decision = book.decide(Asked(work, use, licensee))
        assert (decision.allowed, decision.state) == (False, State.NOT_ASKED)


def test_a_use_that_was_not_named_is_not_permitted(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner, permission(Use.TRAIN))
    assert [use for use in Use if book.allowed(work, use)] == [Use.TRAIN]


def test_a_grant_for_a_series_covers_its_works_and_no_others(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(book.known.scopes(work)[1], owner)
    assert book.allowed(work)
    assert not book.allowed(book.own_work(owner))


def test_what_is_not_in_the_register_is_not_permitted(book: Book, owner: PartyId) -> None:
    for subject in (digest_of("nothing"), "", owner):
        assert book.codes(subject) == {Code.UNKNOWN_SUBJECT}


def test_a_work_without_an_ownership_names_its_registrant(book: Book, owner: PartyId) -> None:
    work = book.work(book.series(owner), owner)
    (reason,) = book.decide(work).reasons
    assert (reason.code, reason.who) == (Code.NO_OWNERSHIP, owner)


def test_personas_and_characters_are_not_answered_yet(book: Book, owner: PartyId, work: WorkId) -> None:
    persona = book.say(owner, Capacity.PERSON, Persona("stage name", owner))
    series = Entry(book.known.scopes(work)[1])
    figure = Character("figure", None, None, series, (work,), None, None, ())
    character = book.say(owner, Capacity.REGISTRANT, figure)
    for subject in (persona, character):
        assert book.codes(subject, Use.CHARACTER) == {Code.NOT_A_LICENSING_UNIT}


@pytest.mark.parametrize("use", sorted(PERSON_USES))
def test_likeness_and_voice_are_never_in_a_works_grant(book: Book, owner: PartyId, work: WorkId, use: Use) -> None:
    book.grant(work, owner, permission(use))
    assert book.codes(work, use) == {Code.PERSON_USE}


def test_a_back_dated_grant_does_not_reach_back_before_its_record(book: Book, owner: PartyId, work: WorkId) -> None:
    book.wait(30)
    grant = book.grant(work, owner, permission(start=DAWN))
    recorded = book.recorded_at(grant)
    assert [book.allowed(work, valid_at=at) for at in (recorded - TICK, recorded)] == [False, True]


def test_what_was_not_known_then_was_not_permitted_then(book: Book, owner: PartyId, work: WorkId) -> None:
    recorded = book.recorded_at(book.grant(work, owner))
    assert not book.decide(work, known_at=recorded - TICK).allowed
    assert book.decide(work, known_at=recorded).allowed


def test_a_period_holds_from_its_start_until_just_before_its_end(book: Book, owner: PartyId, work: WorkId) -> None:
    start, end = DAWN + timedelta(days=10), DAWN + timedelta(days=20)
    book.grant(work, owner, permission(start=start, end=end))
    assert book.codes(work) == {Code.NOT_YET}
    book.wait(30)
    answers = [book.allowed(work, valid_at=at) for at in (start - TICK, start, end - TICK, end)]
    assert answers == [False, True, True, False]
    assert book.decide(work, valid_at=start).until == end
    assert (book.codes(work), book.decide(work).state) == ({Code.EXPIRED}, State.ENDED)


def test_an_answer_holds_no_longer_than_the_notice_that_is_on_record(book: Book, owner: PartyId, work: WorkId) -> None:
    grant = book.grant(work, owner)
    over = book.now + timedelta(days=30)
    book.end(grant, owner, effective_at=over)
    assert book.decide(work).until == over
    assert book.allowed(work, valid_at=over - TICK)
    assert book.codes(work, valid_at=over) == {Code.ENDED}


def test_suspension_stops_new_uses_from_its_instant_until_it_is_ended(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner)
    stop = book.suspend(work, owner)
    stopped = book.recorded_at(stop)
    resumed = book.recorded_at(book.end(stop, owner))
    instants = (stopped - TICK, stopped, resumed - TICK, resumed)
    assert [book.allowed(work, valid_at=at) for at in instants] == [True, False, False, True]
    assert book.decide(work, valid_at=stopped).state is State.SUSPENDED


def test_one_co_owner_suspends_for_all(book: Book, owner: PartyId, other: PartyId) -> None:
    work = book.own_work(owner, other)
    book.consent(book.grant(work, owner), other)
    assert book.allowed(work)
    book.suspend(work, other)
    assert book.codes(work) == {Code.SUSPENDED}


def test_suspension_of_one_use_leaves_the_others(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner, permission(Use.TRAIN), permission(Use.FINETUNE))
    book.suspend(work, owner, uses=frozenset({Use.TRAIN}))
    assert [book.allowed(work, use) for use in (Use.TRAIN, Use.FINETUNE)] == [False, True]


def test_suspension_of_one_grant_leaves_the_others(book: Book, owner: PartyId, work: WorkId) -> None:
    first = book.grant(work, owner)
    book.suspend(first, owner)
    assert (book.codes(work), book.decide(work).state) == ({Code.SUSPENDED}, State.SUSPENDED)
    book.grant(work, owner)
    assert book.allowed(work)


def test_suspension_for_a_time_ends_by_itself(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner)
    until = book.now + timedelta(days=3)
    book.suspend(work, owner, until=until)
    assert [book.allowed(work, valid_at=at) for at in (until - TICK, until)] == [False, True]


@pytest.mark.parametrize("ground", [Ground.VOID, Ground.RESCISSION])
def test_void_and_rescission_act_from_the_start_once_they_are_known(
    book: Book, owner: PartyId, work: WorkId, ground: Ground
) -> None:
    verifier = book.verifier("verifier")
    granted = book.recorded_at(book.grant(work, owner))
    grant = book.facts[-1].entry
    book.wait(30)
    known = book.recorded_at(book.end(grant, verifier, ground, by=Capacity.VERIFIER))
    assert book.decide(work, valid_at=granted, known_at=known - TICK).allowed
    decision = book.decide(work, valid_at=granted, known_at=known)
    assert ({reason.code for reason in decision.reasons}, decision.state) == ({Code.VOIDED}, State.ENDED)


def test_an_ending_never_takes_effect_before_its_record(book: Book, owner: PartyId, work: WorkId) -> None:
    verifier = book.verifier("verifier")
    grant = book.grant(work, owner)
    book.wait(30)
    ended = book.recorded_at(book.end(grant, verifier, Ground.COURT, DAWN, by=Capacity.VERIFIER))
    assert [book.allowed(work, valid_at=at) for at in (ended - TICK, ended)] == [True, False]


@pytest.mark.parametrize(
    ("allow", "code", "inside", "outside"),
    [
        (narrowed(purposes=("research",)), Code.PURPOSE, {"purpose": "research"}, {"purpose": "commercial"}),
        (narrowed(purposes=("research",)), Code.PURPOSE, {"purpose": "research"}, {"purpose": None}),
        (narrowed(territories=("JP",)), Code.TERRITORY, {"territory": "JP"}, {"territory": "US"}),
        (narrowed(territories=("JP",)), Code.TERRITORY, {"territory": "JP"}, {"territory": None}),
        (narrowed(mediums=("picture",)), Code.MEDIUM, {"medium": "picture"}, {"medium": "clip"}),
        (narrowed(mediums=("picture",)), Code.MEDIUM, {"medium": "picture"}, {"medium": None}),
        (narrowed(models=("okuzuke",)), Code.MODEL, {"model_family": "okuzuke"}, {"model_family": "else"}),
        (narrowed(models=("okuzuke",)), Code.MODEL, {"model_family": "okuzuke"}, {"model_family": None}),
        (narrowed(), Code.LICENSEE, {"licensee": "platform"}, {"licensee": digest_of("studio")}),
        (narrowed(), Code.LICENSEE, {"licensee": "platform"}, {"licensee": None}),
    ],
)
def test_a_narrow_permission_admits_what_it_names_and_nothing_else(
    book: Book,
    owner: PartyId,
    work: WorkId,
    allow: Permission,
    code: Code,
    inside: dict[str, str],
    outside: dict[str, str | None],
) -> None:
    book.grant(work, owner, allow)
    asked = Asked(work, Use.TRAIN)
    assert book.allowed(replace(asked, **inside))  # type: ignore[arg-type]
    assert book.codes(replace(asked, **outside)) == {code}  # type: ignore[arg-type]


def test_an_empty_list_names_nothing(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner, narrowed(territories=()))
    assert book.codes(work) == {Code.TERRITORY}


@pytest.mark.parametrize(
    ("use", "stage", "allowed"),
    [
        (Use.TRAIN, Stage.FOUNDATION, True),
        (Use.TRAIN, Stage.STUDIO, False),
        (Use.FINETUNE, Stage.STUDIO, True),
        (Use.FINETUNE, Stage.FOUNDATION, False),
        (Use.FINETUNE, Stage.ANY, True),
    ],
)
def test_a_stage_admits_its_own_training_only(
    book: Book, owner: PartyId, work: WorkId, use: Use, stage: Stage, allowed: bool
) -> None:
    book.grant(work, owner, replace(permission(use), stage=stage))
    assert book.allowed(work, use) is allowed
    assert allowed or book.codes(work, use) == {Code.STAGE}


@pytest.mark.parametrize(
    ("condition", "training", "generating"),
    [
        ({"limits": LIMITS}, False, False),
        ({"approval": Approval.PRE}, False, False),
        ({"approval": Approval.POST}, False, False),
        ({"character": RULES}, False, False),
        ({"attribution": Attribution.TEXT}, True, False),
        ({"watermark": True}, True, False),
        ({"derivatives": DERIVATIVES}, True, False),
    ],
)
def test_a_condition_that_nobody_checks_yet_is_a_refusal_where_it_matters(
    book: Book, owner: PartyId, work: WorkId, condition: dict[str, object], training: bool, generating: bool
) -> None:
    book.grant(work, owner, narrowed(**condition), narrowed(act=Use.GENERATE, **condition))
    for use, allowed in ((Use.TRAIN, training), (Use.GENERATE, generating)):
        assert book.allowed(work, use) is allowed
        assert allowed or book.codes(work, use) == {Code.CONDITION_UNREAD}


def test_of_several_grants_the_one_that_permits_answers(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner, narrowed(territories=("US",)))
    permits = book.grant(work, owner)
    book.grant(work, owner, narrowed(territories=("FR",)))
    assert book.decide(work).grant == permits


def test_who_declines_is_named_and_may_agree_later(book: Book, owner: PartyId, other: PartyId) -> None:
    work = book.own_work(owner, other)
    grant = book.grant(work, owner)
    book.consent(grant, other, agrees=False)
    decision = book.decide(work)
    assert (decision.state, Code.DECLINED in {reason.code for reason in decision.reasons}) == (State.DECLINED, True)
    book.consent(grant, other)
    assert book.allowed(work)


@pytest.mark.parametrize("answers", [(True, False), (False, True)])
def test_at_equal_instants_the_refusal_wins(
    book: Book, owner: PartyId, other: PartyId, answers: tuple[bool, bool]
) -> None:
    work = book.own_work(owner, other)
    grant = book.grant(work, owner)
    instant = book.now
    for agrees in answers:
        book.now = instant
        book.slip_in(other, Capacity.OWNER, Consent(grant, agrees))
    assert book.decide(work).state is State.DECLINED


def test_an_answer_that_is_ended_leaves_the_one_before_it(book: Book, owner: PartyId, other: PartyId) -> None:
    work = book.own_work(owner, other)
    grant = book.grant(work, owner)
    book.consent(grant, other)
    (declined,) = book.consent(grant, other, agrees=False)
    book.end(declined, other)
    assert book.allowed(work)


def test_a_permission_ends_with_the_consent_it_needs(book: Book, owner: PartyId, other: PartyId) -> None:
    work = book.own_work(owner, other)
    (agreed,) = book.consent(book.grant(work, owner), other)
    book.end(agreed, other)
    assert book.decide(work).state is State.NEGOTIATING
