"""Whose the work is: transfers, judgments, contracts on paper, and who may speak for a title."""

from __future__ import annotations

from okuzuke.core.ids import Entry, PartyId
from okuzuke.registry.decision import Asked, TitleStanding
from okuzuke.registry.grants import Consent
from okuzuke.registry.interests import InterestKind, Title
from okuzuke.registry.parties import Capacity, Claim, Role
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import Use
from registry_facts import (
    Book,
    Committee,
    attestation_of,
    grant_of,
    interest_of,
    ownership_of,
    permission,
    window_of,
)


def test_a_later_ownership_without_every_co_owner_has_no_effect(committee: Committee) -> None:
    book, buyer = committee.book, committee.book.party("buyer")
    sale = book.transfer(committee.series, committee.secretary, buyer, committee.studio, committee.broadcaster)
    book.consent(sale, committee.studio)
    grant = book.grant(committee.series, committee.secretary)
    book.consent(grant, committee.studio, committee.broadcaster)
    assert committee.secretary in {need.party for need in book.decide(committee.work).needs}
    book.consent(sale, committee.broadcaster)
    later = book.grant(committee.series, buyer, permission(Use.FINETUNE))
    book.consent(later, committee.studio, committee.broadcaster)
    assert book.allowed(committee.work, Use.FINETUNE)


def test_who_sold_takes_nothing_back_and_sells_nothing_twice(book: Book) -> None:
    seller, buyer, second, registrant = map(book.party, ("seller", "buyer", "second buyer", "registrant"))
    work = book.work(book.series(registrant), registrant)
    book.owned(work, registrant, seller)
    double = book.say(registrant, Capacity.REGISTRANT, ownership_of(work, [second], Title.TRANSFER))
    sale = book.transfer(work, seller, buyer)
    assert book.refusal(seller, Capacity.OWNER, grant_of(work)) is Code.NO_STANDING
    book.slip_in(seller, Capacity.OWNER, grant_of(work))
    for target, agrees in ((sale, False), (double, True)):
        book.slip_in(seller, Capacity.OWNER, Consent(target, agrees))
    book.slip_in(second, Capacity.OWNER, grant_of(work))
    assert not book.allowed(work)
    book.grant(work, buyer)
    assert book.allowed(work)


def test_a_licence_binds_who_takes_the_work_and_no_new_one_comes_from_who_gave_it(book: Book) -> None:
    seller, buyer = book.party("seller"), book.party("buyer")
    work = book.own_work(seller)
    book.grant(work, seller)
    book.transfer(work, seller, buyer)
    assert book.allowed(work)
    book.slip_in(seller, Capacity.OWNER, grant_of(work, permission(Use.FINETUNE)))
    assert not book.allowed(work, Use.FINETUNE)


def test_a_licence_from_who_never_made_the_work_does_not_bind_its_maker(book: Book) -> None:
    thief, maker, verifier = book.party("thief"), book.party("maker"), book.verifier("verifier")
    work = book.own_work(thief)
    book.grant(work, thief)
    assert book.allowed(work)
    book.say(verifier, Capacity.VERIFIER, ownership_of(work, [maker], Title.CREATION))
    assert book.missing(work) == {maker}


def test_a_judgment_outlasts_the_judges_office_and_an_interest_named_afterwards(book: Book) -> None:
    thief, maker, verifier = book.party("thief"), book.party("maker"), book.verifier("verifier")
    work = book.own_work(thief)
    book.say(verifier, Capacity.VERIFIER, ownership_of(work, [maker], Title.CREATION))
    book.say(thief, Capacity.REGISTRANT, interest_of(book.known.scopes(work)[1], verifier))
    book.end(appointment_of(book, verifier), book.operator, by=Capacity.OPERATOR)
    book.slip_in(thief, Capacity.OWNER, grant_of(work))
    assert maker in book.missing(work)


def test_a_verifier_gives_no_work_to_itself(book: Book) -> None:
    owner, verifier = book.party("owner"), book.verifier("verifier")
    work = book.own_work(owner)
    taken = ownership_of(work, [verifier], Title.CREATION)
    assert book.refusal(verifier, Capacity.VERIFIER, taken) is Code.INTERESTED
    book.slip_in(verifier, Capacity.VERIFIER, taken)
    book.slip_in(verifier, Capacity.OWNER, grant_of(work))
    assert not book.allowed(work)


def test_an_unappointed_judge_moves_no_ownership(book: Book) -> None:
    owner, judge, other = book.party("owner"), book.party("judge", Role.VERIFIER), book.party("other")
    work = book.own_work(owner)
    assert book.refusal(judge, Capacity.VERIFIER, ownership_of(work, [other])) is Code.NO_STANDING
    book.slip_in(judge, Capacity.VERIFIER, ownership_of(work, [other]))
    book.grant(work, owner)
    assert book.allowed(work)


def test_one_work_of_a_series_is_not_taken_from_its_co_owners_by_who_registered_it(committee: Committee) -> None:
    book = committee.book
    alone = book.say(committee.secretary, Capacity.REGISTRANT, ownership_of(committee.work, [committee.secretary]))
    book.grant(committee.work, committee.secretary)
    assert not book.allowed(committee.work)
    book.consent(alone, committee.secretary, committee.studio, committee.broadcaster)
    assert book.allowed(committee.work)


def test_a_strangers_ownership_is_refused_and_has_no_effect(committee: Committee) -> None:
    book, theirs = committee.book, ownership_of(committee.series, [committee.stranger])
    for capacity in (Capacity.REGISTRANT, Capacity.OWNER, Capacity.VERIFIER):
        assert book.refusal(committee.stranger, capacity, theirs) is Code.NO_STANDING
    book.slip_in(committee.stranger, Capacity.OWNER, theirs)
    book.slip_in(committee.stranger, Capacity.OWNER, grant_of(committee.series))
    assert not book.allowed(committee.work)


def contract(committee: Committee) -> Entry:
    """Record a grant that only the secretary company has signed with a key."""
    return committee.book.grant(committee.series, committee.secretary)


def test_a_contract_on_paper_counts_for_its_signatories_once_a_verifier_attests_it(committee: Committee) -> None:
    book, verifier = committee.book, committee.book.verifier("verifier")
    grant = contract(committee)
    book.attest(Claim.CONTRACT, grant, verifier, committee.studio)
    assert book.missing(committee.work) == {committee.broadcaster}
    book.attest(Claim.CONTRACT, grant, verifier, committee.broadcaster)
    assert book.allowed(committee.work)


def test_paper_counts_nothing_by_a_verifier_whom_nobody_appointed(committee: Committee) -> None:
    book, verifier = committee.book, committee.book.party("verifier", Role.VERIFIER)
    paper = attestation_of(Claim.CONTRACT, contract(committee), committee.members)
    assert book.refusal(verifier, Capacity.VERIFIER, paper) is Code.NOT_VERIFIER
    book.slip_in(verifier, Capacity.VERIFIER, paper)
    assert not book.allowed(committee.work)


def test_paper_counts_nothing_by_a_verifier_with_an_interest(committee: Committee) -> None:
    book, verifier = committee.book, committee.book.verifier("verifier")
    book.say(committee.secretary, Capacity.OWNER, interest_of(committee.series, verifier, InterestKind.EXCLUSIVE))
    paper = attestation_of(Claim.CONTRACT, contract(committee), (*committee.members, verifier))
    assert book.refusal(verifier, Capacity.VERIFIER, paper) is Code.INTERESTED
    book.slip_in(verifier, Capacity.VERIFIER, paper)
    assert book.missing(committee.work) == {committee.studio, committee.broadcaster, verifier}


def test_paper_counts_only_while_its_verifier_is_appointed(committee: Committee) -> None:
    book, verifier = committee.book, committee.book.verifier("verifier")
    book.attest(Claim.CONTRACT, contract(committee), verifier, *committee.members)
    assert book.allowed(committee.work)
    book.end(appointment_of(book, verifier), book.operator, by=Capacity.OPERATOR)
    assert not book.allowed(committee.work)


def test_title_is_claimed_until_a_disinterested_verifier_attests_it(book: Book) -> None:
    owner, verifier = book.party("owner"), book.verifier("verifier")
    series = book.series(owner)
    stated = book.owned(series, owner, owner)
    work = book.work(series, owner)
    book.grant(series, owner)
    assert book.decide(work).title is TitleStanding.CLAIMED
    book.slip_in(owner, Capacity.VERIFIER, attestation_of(Claim.TITLE, stated))
    assert book.decide(work).title is TitleStanding.CLAIMED
    book.attest(Claim.TITLE, stated, verifier)
    assert book.decide(work).title is TitleStanding.ATTESTED
    assert book.decide(Asked(work, Use.TRAIN, licensee=verifier)).title is TitleStanding.CLAIMED


def test_where_a_window_decides_its_authority_must_be_attested_too(committee: Committee) -> None:
    book, verifier = committee.book, committee.book.verifier("verifier")
    agreement = committee.windows(window_of(committee.studio))
    book.grant(committee.series, committee.studio, by=Capacity.WINDOW)
    book.attest(Claim.TITLE, committee.title, verifier)
    assert book.decide(committee.work).title is TitleStanding.CLAIMED
    book.attest(Claim.AUTHORITY, agreement, verifier)
    assert book.decide(committee.work).title is TitleStanding.ATTESTED


def appointment_of(book: Book, verifier: PartyId) -> Entry:
    return book.known.by_subject[verifier][0].entry
