"""What stands before or beneath a grant: exclusive ones, dedications, authors, and the works a derivative rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from okuzuke.core.ids import Entry, PartyId, SetRoot, WorkId, short
from okuzuke.registry.decision import Asked, Basis, State, TitleStanding
from okuzuke.registry.grants import Approval, Dedication, Ground, Permission
from okuzuke.registry.interests import Credit, MoralConsent
from okuzuke.registry.known import Registered
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import MORAL_USES, Use
from okuzuke.registry.works import Register
from registry_facts import (
    DAWN,
    Book,
    committee_in,
    digest_of,
    grant_of,
    interest_of,
    narrowed,
    permission,
    work_of,
)

STUDIO = digest_of("studio")


@pytest.fixture
def author(book: Book) -> PartyId:
    return book.party("author")


def test_an_earlier_exclusive_grant_refuses_a_later_one_to_another_and_is_named(
    book: Book, owner: PartyId, work: WorkId
) -> None:
    exclusive = book.grant(work, owner, narrowed(exclusive=True), grantee=STUDIO)
    later = book.grant(work, owner)
    decision = book.decide(work)
    (reason,) = decision.reasons
    assert (reason.code, decision.grant) == (Code.EXCLUSIVE, later)
    assert short(exclusive) in reason.en
    assert short(exclusive) in reason.ja
    assert book.allowed(Asked(work, Use.TRAIN, licensee=STUDIO))


def test_an_exclusive_grant_leaves_what_was_granted_before_it(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(work, owner)
    book.grant(work, owner, narrowed(exclusive=True), grantee=STUDIO)
    assert book.allowed(work)


@pytest.mark.parametrize(
    "apart",
    [
        {"territories": ("US",)},
        {"mediums": ("clip",)},
        {"purposes": ("research",)},
        {"models": ("else",)},
        {"end": DAWN + timedelta(days=1)},
    ],
)
def test_an_exclusive_grant_that_covers_no_common_case_refuses_nothing(
    book: Book, owner: PartyId, work: WorkId, apart: dict[str, object]
) -> None:
    book.grant(work, owner, narrowed(exclusive=True, **apart), grantee=STUDIO)
    usual = Asked(work, Use.TRAIN)
    named = narrowed(
        territories=(usual.territory,),
        mediums=(usual.medium,),
        purposes=(usual.purpose,),
        models=(usual.model_family,),
        start=DAWN + timedelta(days=1),
    )
    book.grant(work, owner, named)
    book.wait(2)
    assert book.allowed(work)


def test_an_exclusive_grant_that_not_every_owner_gave_blocks_nobody(book: Book) -> None:
    committee = committee_in(book)
    book.grant(committee.series, committee.secretary, narrowed(exclusive=True), grantee=STUDIO)
    book.consent(book.grant(committee.series, committee.secretary), committee.studio, committee.broadcaster)
    assert book.allowed(committee.work)


def test_a_strangers_exclusive_grant_blocks_nobody(book: Book, owner: PartyId, work: WorkId, author: PartyId) -> None:
    book.slip_in(author, Capacity.OWNER, grant_of(work, narrowed(exclusive=True), grantee=STUDIO))
    book.grant(work, owner)
    assert book.allowed(work)


def test_an_ended_exclusive_grant_blocks_nobody(book: Book, owner: PartyId, work: WorkId) -> None:
    verifier = book.verifier("verifier")
    exclusive = book.grant(work, owner, narrowed(exclusive=True), grantee=STUDIO)
    book.grant(work, owner)
    assert not book.allowed(work)
    book.end(exclusive, verifier, Ground.COURT, by=Capacity.VERIFIER)
    assert book.allowed(work)


@pytest.mark.parametrize(
    "binding",
    [
        narrowed(exclusive=True, approval=Approval.PRE),
        narrowed(exclusive=True, start=DAWN + timedelta(days=9)),
    ],
    ids=["on conditions", "from next week"],
)
def test_an_exclusive_grant_that_permits_nothing_yet_binds_all_the_same(
    book: Book, owner: PartyId, work: WorkId, binding: Permission
) -> None:
    book.grant(work, owner, binding, grantee=STUDIO)
    book.grant(work, owner)
    assert book.codes(work) == {Code.EXCLUSIVE}


def test_an_owner_makes_no_room_by_suspending_or_taking_back_an_exclusive_grant(
    book: Book, owner: PartyId, work: WorkId
) -> None:
    exclusive = book.grant(work, owner, narrowed(exclusive=True), grantee=STUDIO)
    book.suspend(exclusive, owner)
    book.consent(exclusive, owner, agrees=False)
    book.grant(work, owner)
    assert book.codes(work) == {Code.EXCLUSIVE}


def test_an_exclusive_grant_binds_who_buys_the_work(book: Book, owner: PartyId, work: WorkId, author: PartyId) -> None:
    book.grant(work, owner, narrowed(exclusive=True), grantee=STUDIO)
    book.transfer(work, owner, author)
    book.grant(work, author)
    assert book.codes(work) == {Code.EXCLUSIVE}


def test_a_public_licence_is_no_opt_in_as_its_author_was_not_asked(book: Book) -> None:
    work = book.work(book.series(book.operator, public_licence="CC BY 4.0"), book.operator)
    decision = book.decide(work)
    assert {reason.code for reason in decision.reasons} == {Code.PUBLIC_LICENCE}
    assert "its author was not asked" in decision.reasons[0].en


def found(book: Book) -> tuple[WorkId, str]:
    """Register a work that the operator found."""
    work = book.work(book.series(book.operator), book.operator)
    return work, book.known.scopes(work)[1]


def test_a_dedication_permits_as_a_dedication_and_never_as_a_grant(book: Book) -> None:
    work, series = found(book)
    assert book.codes(work) == {Code.NO_OWNERSHIP}
    book.dedicate(series)
    decision = book.decide(work)
    assert (decision.allowed, decision.basis, decision.title) == (True, Basis.DEDICATION, TitleStanding.FOUND)
    assert (decision.grant, decision.sheet) == (None, None)


def test_a_suspended_or_voided_dedication_permits_nothing(book: Book) -> None:
    work, series = found(book)
    dedication = book.dedicate(series)
    stop = book.suspend(dedication, book.operator, by=Capacity.OPERATOR)
    assert (book.codes(work), book.decide(work).state) == ({Code.SUSPENDED}, State.SUSPENDED)
    book.end(stop, book.operator, by=Capacity.OPERATOR)
    assert book.allowed(work)
    book.end(dedication, book.operator, Ground.VOID, by=Capacity.OPERATOR)
    assert not book.allowed(work)


def test_a_strangers_dedication_is_nothing(book: Book, owner: PartyId) -> None:
    work, series = found(book)
    body = Dedication(series, "CC0-1.0", "https://cc0.example", "https://x.example", DAWN, ())
    for capacity in (Capacity.OPERATOR, Capacity.OWNER, Capacity.VERIFIER):
        assert book.refusal(owner, capacity, body) is Code.NOT_OPERATOR
        book.slip_in(owner, capacity, body)
    assert not book.allowed(work)


def test_an_ownership_on_record_comes_before_a_dedication(book: Book, owner: PartyId) -> None:
    work, series = found(book)
    book.dedicate(series)
    book.owned(series, book.operator, owner)
    assert book.codes(work) == {Code.NOT_ASKED}


def test_a_dedication_gives_nothing_of_what_others_hold_in_the_work(book: Book, author: PartyId) -> None:
    work, series = found(book)
    book.dedicate(series)
    book.say(book.operator, Capacity.REGISTRANT, interest_of(series, author))
    assert book.codes(work) == {Code.INTEREST_MISSING}


@pytest.mark.parametrize("use", sorted(MORAL_USES))
def test_a_use_that_touches_moral_rights_needs_the_authors_own_consent(
    book: Book, owner: PartyId, work: WorkId, author: PartyId, use: Use
) -> None:
    book.grant(work, owner, permission(use))
    assert book.codes(work, use) == {Code.AUTHOR_UNKNOWN}
    book.author(work, owner, author)
    assert book.codes(work, use) == {Code.MORAL_MISSING}
    assert book.missing(Asked(work, use)) == {author}
    book.moral(work, author, use)
    assert book.allowed(work, use)


def test_moral_consent_to_one_use_is_none_to_another(book: Book, owner: PartyId, work: WorkId, author: PartyId) -> None:
    book.grant(work, owner, permission(Use.EDIT), permission(Use.REMIX))
    book.author(work, owner, author)
    book.moral(work, author, Use.EDIT)
    assert [book.allowed(work, use) for use in (Use.EDIT, Use.REMIX)] == [True, False]


def test_the_assignees_word_is_not_the_authors(book: Book, owner: PartyId, work: WorkId, author: PartyId) -> None:
    book.grant(work, owner, permission(Use.EDIT))
    book.author(work, owner, author)
    word = MoralConsent(work, frozenset({Use.EDIT}), Credit.NAME, first_publication=True)
    for capacity in (Capacity.OWNER, Capacity.AUTHOR, Capacity.REGISTRANT):
        assert book.refusal(owner, capacity, word) is Code.NO_STANDING
        book.slip_in(owner, capacity, word)
    assert book.codes(work, Use.EDIT) == {Code.MORAL_MISSING}


def test_every_author_consents_for_itself(book: Book, owner: PartyId, work: WorkId, author: PartyId) -> None:
    second = book.party("second author")
    book.grant(work, owner, permission(Use.EDIT))
    for each in (author, second):
        book.author(work, owner, each)
    book.moral(work, author, Use.EDIT)
    assert book.missing(Asked(work, Use.EDIT)) == {second}


def test_an_author_takes_moral_consent_back(book: Book, owner: PartyId, work: WorkId, author: PartyId) -> None:
    book.grant(work, owner, permission(Use.EDIT))
    book.author(work, owner, author)
    given = book.moral(work, author, Use.EDIT)
    book.end(given, author, by=Capacity.AUTHOR)
    assert book.codes(work, Use.EDIT) == {Code.MORAL_MISSING}


def test_an_unpublished_work_needs_the_authors_consent_to_publish(book: Book, owner: PartyId, author: PartyId) -> None:
    work = book.own_work(owner, published=False)
    book.grant(work, owner)
    assert book.codes(work) == {Code.AUTHOR_UNKNOWN}
    book.author(work, owner, author)
    book.moral(work, author, Use.TRAIN)
    assert book.codes(work) == {Code.MORAL_MISSING}
    book.moral(work, author, first_publication=True)
    assert book.allowed(work)


@pytest.mark.parametrize("edge", ["based_on", "contains"])
def test_a_derivative_is_refused_while_what_lies_beneath_is_not_permitted(
    book: Book, owner: PartyId, work: WorkId, author: PartyId, edge: str
) -> None:
    series = book.series(author)
    book.owned(series, author, author)
    edges: dict[str, tuple[WorkId, ...]] = {edge: (work,)}
    derivative = book.work(series, author, **edges)  # type: ignore[arg-type]
    book.grant(series, author)
    decision = book.decide(derivative)
    assert [reason.code for reason in decision.reasons] == [Code.BENEATH, Code.NOT_ASKED]
    assert short(work) in decision.reasons[0].en
    beneath = book.grant(work, owner)
    assert beneath in book.decide(derivative).rests_on


def test_a_chain_of_three_is_permitted_only_with_its_deepest_work(book: Book, owner: PartyId, work: WorkId) -> None:
    series = book.series(owner)
    book.owned(series, owner, owner)
    middle = book.work(series, owner, based_on=(work,))
    top = book.work(series, owner, contains=(middle,))
    book.grant(series, owner)
    assert short(work) in book.decide(top).reasons[0].en
    book.grant(work, owner, permission(end=book.now + timedelta(days=1)))
    assert book.allowed(top)
    assert book.decide(top).until == book.decide(work).until


def test_a_derivatives_title_is_no_better_than_that_of_what_lies_beneath(
    book: Book, owner: PartyId, work: WorkId
) -> None:
    verifier = book.verifier("verifier")
    series = book.series(owner)
    owned = book.owned(series, owner, owner)
    derivative = book.work(series, owner, based_on=(work,))
    book.attest(Claim.TITLE, owned, verifier)
    for subject in (series, work):
        book.grant(subject, owner)
    assert book.decide(derivative).title is TitleStanding.CLAIMED
    beneath = book.known.by_subject[book.known.scopes(work)[1]][0]
    book.attest(Claim.TITLE, beneath.entry, verifier)
    assert book.decide(derivative).title is TitleStanding.ATTESTED


def test_a_long_or_tangled_chain_is_answered(book: Book, owner: PartyId, work: WorkId) -> None:
    book.grant(book.known.scopes(work)[1], owner)
    register = book.known.works[work].register
    above: tuple[WorkId, ...] = (work,)
    for at in range(1, 1500):
        layer = [work_of(f"{at} {side}", based_on=above, contains=above) for side in ("left", "right")[: 1 + at % 2]]
        book.works += [Registered(each, register, at) for each in layer]
        above = tuple(each.work for each in layer)
    assert book.allowed(above[0])


def test_a_thief_who_writes_anothers_series_into_its_register_inherits_nothing(
    book: Book, owner: PartyId, work: WorkId, author: PartyId
) -> None:
    series = book.known.scopes(work)[1]
    book.grant(series, owner)
    body = Register(Entry(series), SetRoot(digest_of("root")), 1)
    assert book.refusal(author, Capacity.REGISTRANT, body) is Code.NOT_REGISTRANT
    slipped = book.slip_in(author, Capacity.REGISTRANT, body)
    stolen = work_of("stolen")
    book.works.append(Registered(stolen, book.known.facts[slipped], 0))
    assert book.codes(stolen.work) == {Code.NO_OWNERSHIP}


def test_a_thief_who_enters_a_row_again_takes_no_work(
    book: Book, owner: PartyId, work: WorkId, author: PartyId
) -> None:
    series = book.series(author)
    book.owned(series, author, author)
    again = book.say(author, Capacity.REGISTRANT, Register(series, SetRoot(digest_of("root")), 1))
    book.works.append(Registered(book.known.works[work].work, book.known.facts[again], 0))
    book.grant(series, author)
    assert not book.allowed(work)
    book.grant(work, owner)
    assert book.allowed(work)
