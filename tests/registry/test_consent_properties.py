"""What holds of every history, however its statements came to be on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.ids import Entry, PartyId, WorkId
from okuzuke.core.intervals import Period
from okuzuke.registry.authority import Authority, Rule
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Basis, Decision
from okuzuke.registry.grants import Consent, Dedication, Ending
from okuzuke.registry.interests import Interest, InterestKind, MoralConsent, Ownership
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Attestation, Capacity, Claim
from okuzuke.registry.reasons import Code, reason
from okuzuke.registry.uses import MORAL_USES
from registry_facts import Book, committee_in, interest_of, permission
from registry_moves import Move, World, instants, moves, questions

worlds = st.builds(World, st.sampled_from([(), (0,), (0, 1), (0, 1, 2)]), granted=st.booleans())


@given(worlds, moves, instants, instants)
def test_every_question_has_an_answer_and_every_refusal_its_reasons_in_both_languages(
    world: World, history: list[Move], valid_at: datetime, known_at: datetime
) -> None:
    world.play(history)
    for asked in questions(world):
        decision = decide(world.book.known, asked, valid_at, known_at)
        sentences = [text for each in decision.reasons for text in (each.ja, each.en)]
        assert sentences
        assert all(text.strip() and "{" not in text and "}" not in text for text in sentences)


@given(worlds, moves, instants, instants)
def test_what_is_recorded_later_changes_no_answer_about_what_was_known(
    world: World, history: list[Move], valid_at: datetime, known_at: datetime
) -> None:
    world.play(history)
    facts = [fact for fact in world.book.facts if fact.recorded_at <= known_at]
    works = [work for work in world.book.works if work.register.recorded_at <= known_at]
    for asked in questions(world):
        answers = [
            decide(known, asked, valid_at, known_at) for known in (world.book.known, Statements.of(facts, works))
        ]
        assert answers[0] == answers[1]


@given(worlds, moves, moves)
def test_what_others_say_of_their_own_works_changes_no_answer(
    world: World, history: list[Move], others: list[Move]
) -> None:
    for at in range(max(len(history), len(others))):
        for world.away, played_out in ((False, history), (True, others)):
            world.play(played_out[at : at + 1])
    ours = Statements.of([fact for fact in world.book.facts if fact.entry not in world.apart], world.book.works)
    now = world.book.now
    for asked in questions(world):
        assert decide(ours, asked, now, now) == decide(world.book.known, asked, now, now)


@given(worlds, moves, st.randoms(use_true_random=False))
def test_the_order_in_which_statements_are_handed_in_does_not_matter(
    world: World, history: list[Move], random: object
) -> None:
    world.play(history)
    facts, works = list(world.book.facts), list(world.book.works)
    random.shuffle(facts)  # type: ignore[attr-defined]
    random.shuffle(works)  # type: ignore[attr-defined]
    now = world.book.now
    for asked in questions(world):
        assert decide(Statements.of(facts, works), asked, now, now) == decide(world.book.known, asked, now, now)


@given(worlds, moves, instants, instants)
def test_an_answer_holds_until_the_instant_it_names(
    world: World, history: list[Move], valid_at: datetime, later: datetime
) -> None:
    world.play(history)
    for asked in questions(world):
        decision = decide(world.book.known, asked, valid_at, world.book.now)
        if decision.allowed and valid_at <= later and (decision.until is None or later < decision.until):
            assert replace(decide(world.book.known, asked, later, world.book.now), valid_at=valid_at) == decision


@given(worlds, moves)
def test_a_stranger_with_what_an_answer_rests_on_comes_to_the_same_answer(world: World, history: list[Move]) -> None:
    world.play(history)
    now = world.book.now
    for asked in questions(world):
        decision = decide(world.book.known, asked, now, now)
        if decision.allowed:
            shown = {*decision.rests_on, Entry(world.book.operator)}
            facts = [fact for fact in world.book.facts if fact.entry in shown]
            works = [work for work in world.book.works if work.register.entry in shown]
            again = decide(Statements.of(facts, works), asked, now, now)
            assert (again.allowed, again.basis, again.grant) == (True, decision.basis, decision.grant)


@given(worlds, moves)
def test_nothing_is_permitted_unless_everyone_it_needs_has_agreed(world: World, history: list[Move]) -> None:
    world.play(history)
    for asked in questions(world):
        decision = decide(world.book.known, asked, world.book.now, world.book.now)
        if decision.allowed:
            assert_everyone_agreed(world.book.known, decision)


@given(moves)
def test_one_co_owner_who_never_agrees_is_never_overruled(history: list[Move]) -> None:
    world = World((0, 1))
    world.play(history, admitted_only=True, by=[world.ann, world.eve])
    for subject in (world.series, world.work, world.sketch):
        assert not world.book.allowed(subject)


@given(moves, moves)
def test_nothing_a_stranger_may_record_turns_a_refusal_into_a_permission(
    history: list[Move], strangers: list[Move]
) -> None:
    world = World((0, 1))
    world.play(history, admitted_only=True, by=[world.ann, world.ben])
    before = [world.book.decide(subject) for subject in (world.series, world.work, world.sketch)]
    world.play(strangers, admitted_only=True, signed=world.stranger)
    for decision in before:
        again = decide(world.book.known, decision.asked, decision.valid_at, world.book.now)
        assert decision.allowed or not again.allowed


@given(st.sets(st.sampled_from(["secretary", "studio", "broadcaster", "comic author", "director"])))
def test_a_work_is_permitted_exactly_when_each_of_five_has_agreed(agreeing: set[str]) -> None:
    committee = committee_in(book := Book())
    comic, director, verifier = book.party("comic author"), book.party("director"), book.verifier("verifier")
    book.say(committee.secretary, Capacity.OWNER, interest_of(committee.series, comic))
    book.author(committee.series, committee.secretary, director)
    grant = book.grant(committee.series, verifier, *map(permission, MORAL_USES), by=Capacity.VERIFIER)
    if "secretary" in agreeing:
        book.attest(Claim.CONTRACT, grant, verifier, committee.secretary)
    book.consent(grant, *(party for party in committee.members[1:] if book.known.name(party) in agreeing))
    if "comic author" in agreeing:
        book.consent(grant, comic, by=Capacity.UNDERLYING)
    if "director" in agreeing:
        book.moral(committee.series, director, *MORAL_USES)
    everyone = {book.known.name(party) for party in (*committee.members, comic, director)}
    for use in MORAL_USES:
        asked = Asked(committee.work, use)
        assert book.allowed(asked) is (agreeing == everyone)
        assert {book.known.name(party) for party in book.missing(asked)} == everyone - agreeing


@pytest.mark.parametrize("code", Code)
def test_every_reason_has_a_sentence_in_each_language(code: Code) -> None:
    said = reason(code, name="ann", detail="train")
    assert all(text.strip() and "{" not in text for text in (said.ja, said.en))
    assert said.ja != said.en


def assert_everyone_agreed(known: Statements, decision: Decision) -> None:
    """Read the record anew, in the plainest words, for what a permission cannot do without."""
    asked, at = decision.asked, decision.valid_at
    scopes = known.scopes(asked.subject)
    interests = [
        body
        for scope in scopes
        for fact, body in known.about(scope, Interest)
        if fact.recorded_at <= at and not known.about(fact.entry, Ending)
    ]
    needed = {
        body.party
        for body in interests
        if body.kind is not InterestKind.AUTHOR
        and Period(body.start, body.end).covers(at)
        and (asked.territory is None or "*" in body.territories or asked.territory in body.territories)
    }
    if decision.basis is Basis.DEDICATION:
        assert not needed
        assert any(fact.signer == known.operator for scope in scopes for fact, _ in known.about(scope, Dedication))
        return
    assert decision.grant is not None
    agreed = who_agreed(known, known.facts[decision.grant], at)
    assert needed <= agreed
    assert any(owners_agreed(known, scopes, body, agreed, at) for body in rightful(known, scopes, at))
    registered = known.works.get(WorkId(asked.subject))
    if asked.use in MORAL_USES or (registered is not None and not registered.work.published):
        authors = {body.party for body in interests if body.kind is InterestKind.AUTHOR}
        morals = {fact.signer for scope in scopes for fact, _ in known.about(scope, MoralConsent)}
        assert authors <= morals
        assert morals
    for beneath in registered.work.based_on if registered is not None else ():
        assert decide(known, replace(asked, subject=beneath), at, decision.known_at).allowed


def who_agreed(known: Statements, target: Fact, at: datetime) -> set[PartyId]:
    """Return whoever has said yes to the target by any road."""
    agreed = {target.signer} if target.capacity is not Capacity.VERIFIER else set()
    agreed |= {
        fact.signer for fact, body in known.about(target.entry, Consent) if body.agrees and fact.recorded_at <= at
    }
    for fact, paper in known.about(target.entry, Attestation):
        if appointed(known, fact.signer) and fact.recorded_at <= at:
            agreed |= set(paper.signatories)
    return agreed


def appointed(known: Statements, party: PartyId) -> bool:
    return any(
        body.claim is Claim.APPOINTMENT and fact.signer == known.operator
        for fact, body in known.about(party, Attestation)
    )


def rightful(known: Statements, scopes: Sequence[str], at: datetime) -> list[Ownership]:
    """Return the ownerships that a registrant, a judge or the owners of another rightful one stand behind."""
    stated = [
        (fact, body) for scope in scopes for fact, body in known.about(scope, Ownership) if fact.recorded_at <= at
    ]
    stated.sort(key=lambda item: item[0].position)
    found: list[tuple[Fact, Ownership]] = []
    for _ in stated:
        for fact, body in stated:
            behind = any(set(other.owners) <= who_agreed(known, fact, at) for _, other in found)
            judged = fact.capacity is Capacity.VERIFIER and appointed(known, fact.signer)
            judged = judged and fact.signer not in body.owners
            first = not found and fact.signer in known.registrants(body.subject)
            if (fact, body) not in found and (behind or judged or first):
                found.append((fact, body))
    return [body for _, body in found]


def owners_agreed(
    known: Statements, scopes: Sequence[str], body: Ownership, agreed: set[PartyId], at: datetime
) -> bool:
    """Say whether all owners agreed, or those did whom all owners agreed to let decide."""
    if set(body.owners) <= agreed:
        return True
    parts = sum((part for party, part in body.parts or () if party in agreed), Fraction())
    for scope in scopes:
        for fact, authority in known.about(scope, Authority):
            for window in authority.windows if set(body.owners) <= who_agreed(known, fact, at) else ():
                if window.rule is Rule.WINDOW and window.party in agreed:
                    return True
                if window.rule is Rule.PARTS and window.at_least is not None and 0 < window.at_least <= parts:
                    return True
    return False
