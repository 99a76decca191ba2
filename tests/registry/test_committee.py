"""Who must agree: co-owners and their windows, the author beside them, successors, and what verifiers attest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from okuzuke.registry.authority import Authority, Suspender
from okuzuke.registry.decision import Asked, State
from okuzuke.registry.interests import InterestKind
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import Use
from registry_facts import (
    DAWN,
    TICK,
    Book,
    Committee,
    grant_of,
    interest_of,
    permission,
    window_of,
)


def test_without_a_window_the_secretary_company_alone_permits_nothing(committee: Committee) -> None:
    committee.book.grant(committee.series, committee.secretary)
    decision = committee.book.decide(committee.work)
    assert (decision.allowed, decision.state) == (False, State.NEGOTIATING)
    assert Code.WINDOW_UNASSIGNED in {reason.code for reason in decision.reasons}
    assert committee.book.missing(committee.work) == {committee.studio, committee.broadcaster}
    assert all(name in " ".join(reason.en for reason in decision.reasons) for name in ("studio", "broadcaster"))


def test_two_of_three_co_owners_are_refused_and_the_third_admits(committee: Committee) -> None:
    grant = committee.book.grant(committee.series, committee.secretary)
    committee.book.consent(grant, committee.studio)
    assert not committee.book.allowed(committee.work)
    committee.book.consent(grant, committee.broadcaster)
    assert committee.book.allowed(committee.work)


def test_a_stranger_in_place_of_the_third_co_owner_admits_nothing(committee: Committee) -> None:
    grant = committee.book.grant(committee.series, committee.secretary)
    committee.book.consent(grant, committee.studio)
    assert committee.book.refusal(committee.stranger, Capacity.OWNER, grant_of(committee.series)) is Code.NO_STANDING
    committee.book.slip_in(committee.stranger, Capacity.OWNER, grant_of(committee.series))
    assert not committee.book.allowed(committee.work)


def test_nobody_asked_names_whom_to_ask_and_that_no_window_is_assigned(committee: Committee) -> None:
    decision = committee.book.decide(committee.work)
    assert decision.state is State.NOT_ASKED
    assert [reason.code for reason in decision.reasons] == [Code.NOT_ASKED, Code.WINDOW_UNASSIGNED]
    assert decision.reasons[0].who == committee.secretary


def test_a_window_every_owner_assigned_admits_on_its_signature_alone(committee: Committee) -> None:
    committee.windows(window_of(committee.studio))
    committee.book.grant(committee.series, committee.studio, by=Capacity.WINDOW)
    assert committee.book.allowed(committee.work)


def test_without_the_window_company_the_other_members_do_not_admit(committee: Committee) -> None:
    committee.windows(window_of(committee.studio))
    grant = committee.book.grant(committee.series, committee.secretary)
    committee.book.consent(grant, committee.broadcaster)
    assert committee.book.codes(committee.work) == {Code.WINDOW_MISSING}
    assert committee.book.missing(committee.work) == {committee.studio}


@pytest.mark.parametrize(
    "asked",
    [
        Asked("", Use.FINETUNE),
        Asked("", Use.TRAIN, territory="US"),
        Asked("", Use.TRAIN, medium="clip"),
        Asked("", Use.TRAIN, territory=None),
        Asked("", Use.TRAIN, medium=None),
    ],
)
def test_outside_its_use_territory_or_medium_a_window_decides_nothing(committee: Committee, asked: Asked) -> None:
    committee.windows(window_of(committee.studio, territories=("JP",), mediums=("picture",)))
    wide = (permission(Use.TRAIN), permission(Use.FINETUNE))
    committee.book.grant(committee.series, committee.studio, *wide, by=Capacity.WINDOW)
    assert committee.book.allowed(committee.work)
    outside = Asked(committee.work, asked.use, territory=asked.territory, medium=asked.medium)
    assert Code.WINDOW_UNASSIGNED in committee.book.codes(outside)


def test_a_window_decides_from_its_first_instant_until_just_before_its_last(committee: Committee) -> None:
    start, end = DAWN + timedelta(days=10), DAWN + timedelta(days=20)
    committee.windows(window_of(committee.studio, start=start, end=end))
    committee.book.grant(committee.series, committee.studio, by=Capacity.WINDOW)
    committee.book.wait(30)
    answers = [committee.book.allowed(committee.work, valid_at=at) for at in (start - TICK, start, end - TICK, end)]
    assert answers == [False, True, True, False]


def test_an_authority_one_owner_has_not_signed_has_no_effect(committee: Committee) -> None:
    agreement = Authority(committee.series, (window_of(committee.studio),), Suspender.ANY_MEMBER, None)
    entry = committee.book.say(committee.studio, Capacity.OWNER, agreement)
    committee.book.consent(entry, committee.secretary)
    assert committee.book.refusal(committee.studio, Capacity.WINDOW, grant_of(committee.series)) is Code.NO_STANDING
    committee.book.slip_in(committee.studio, Capacity.WINDOW, grant_of(committee.series))
    assert not committee.book.allowed(committee.work)
    committee.book.consent(entry, committee.broadcaster)
    assert committee.book.allowed(committee.work)


def test_one_owner_alone_takes_back_no_agreement_that_all_have_signed(committee: Committee) -> None:
    committee.windows(window_of(committee.studio))
    newer = committee.windows(window_of(committee.broadcaster))
    committee.book.consent(newer, committee.secretary, agrees=False)
    committee.book.slip_in(committee.studio, Capacity.WINDOW, grant_of(committee.series))
    assert not committee.book.allowed(committee.work)
    committee.book.grant(committee.series, committee.broadcaster, by=Capacity.WINDOW)
    assert committee.book.allowed(committee.work)


def test_an_ended_authority_returns_the_decision_to_every_owner_and_not_to_an_older_window(
    committee: Committee,
) -> None:
    committee.windows(window_of(committee.studio))
    committee.book.grant(committee.series, committee.studio, by=Capacity.WINDOW)
    newer = committee.windows(window_of(committee.broadcaster))
    committee.book.end(newer, committee.secretary)
    assert Code.WINDOW_UNASSIGNED in committee.book.codes(committee.work)


def test_parts_decide_only_where_all_agreed_that_parts_decide(committee: Committee) -> None:
    grant = committee.book.grant(committee.series, committee.secretary)
    committee.book.consent(grant, committee.studio)
    assert not committee.book.allowed(committee.work)
    committee.windows(window_of(at_least="2/3"))
    assert committee.book.allowed(committee.work)


def test_parts_below_the_rule_are_refused(committee: Committee) -> None:
    committee.windows(window_of(at_least="2/3"))
    grant = committee.book.grant(committee.series, committee.secretary)
    committee.book.consent(grant, committee.broadcaster)
    assert not committee.book.allowed(committee.work, valid_at=committee.book.now - timedelta(minutes=2))
    assert committee.book.allowed(committee.work)
    committee.book.consent(grant, committee.broadcaster, agrees=False)
    assert committee.book.codes(committee.work) == {Code.PARTS_MISSING}


def test_sealed_parts_count_nothing(book: Book) -> None:
    first, second = book.party("first"), book.party("second")
    work = book.own_work(first, second)
    book.authority(work, window_of(at_least="1/2"), signed=(first, second))
    grant = book.grant(work, first)
    book.consent(grant, second)
    assert book.codes(work) == {Code.PARTS_MISSING}


def test_a_rule_that_no_part_at_all_suffices_is_no_rule(committee: Committee) -> None:
    committee.windows(window_of(at_least="0"))
    committee.book.slip_in(committee.stranger, Capacity.OWNER, grant_of(committee.series))
    assert committee.book.codes(committee.work) == {Code.PARTS_MISSING}


def test_the_original_author_stands_beside_the_committee_and_refuses_alone(committee: Committee) -> None:
    book, author = committee.book, committee.book.party("author of the comic")
    book.say(committee.secretary, Capacity.REGISTRANT, interest_of(committee.series, author))
    committee.windows(window_of(committee.studio))
    grant = book.grant(committee.series, committee.studio, by=Capacity.WINDOW)
    book.consent(grant, committee.secretary, committee.broadcaster)
    assert book.codes(committee.work) == {Code.INTEREST_MISSING}
    assert book.missing(committee.work) == {author}
    book.consent(grant, author, by=Capacity.UNDERLYING)
    assert book.allowed(committee.work)
    book.consent(grant, author, agrees=False, by=Capacity.UNDERLYING)
    assert book.decide(committee.work).state is State.DECLINED


def test_the_committee_cannot_strike_the_author_beside_it_from_the_record(committee: Committee) -> None:
    author = committee.book.party("author of the comic")
    underlying = committee.book.say(committee.secretary, Capacity.REGISTRANT, interest_of(committee.series, author))
    with pytest.raises(AssertionError, match="no_standing"):
        committee.book.end(underlying, committee.secretary)
    committee.book.end(underlying, author, by=Capacity.UNDERLYING)


@pytest.mark.parametrize("kind", [kind for kind in InterestKind if kind is not InterestKind.AUTHOR])
def test_every_right_beside_ownership_needs_its_holder_in_its_territory_and_nowhere_else(
    book: Book, kind: InterestKind
) -> None:
    owner, other = book.party("owner"), book.party("other")
    work = book.own_work(owner)
    book.say(owner, Capacity.OWNER, interest_of(work, other, kind, territories=("US",)))
    book.grant(work, owner)
    assert book.codes(Asked(work, Use.TRAIN, territory="US")) == {Code.INTEREST_MISSING}
    assert book.codes(Asked(work, Use.TRAIN, territory=None)) == {Code.INTEREST_MISSING}
    assert book.allowed(Asked(work, Use.TRAIN, territory="JP"))


def test_a_right_beside_ownership_is_asked_for_in_its_period_only(book: Book) -> None:
    owner, publisher = book.party("owner"), book.party("publisher")
    work = book.own_work(owner)
    start, end = DAWN + timedelta(days=10), DAWN + timedelta(days=20)
    book.say(owner, Capacity.OWNER, interest_of(work, publisher, InterestKind.PUBLICATION, start=start, end=end))
    book.grant(work, owner)
    assert book.decide(work).until == start
    book.wait(30)
    assert [book.allowed(work, valid_at=at) for at in (start - TICK, start, end - TICK, end)] == [
        True,
        False,
        False,
        True,
    ]
