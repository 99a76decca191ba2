"""Who may end what, on which ground, after which notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from okuzuke.core.ids import Entry, PartyId
from okuzuke.registry.grants import Ending, Grant, Ground
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.reasons import Code
from registry_facts import PAPER, Book, committee_in, grant_of, interest_of, permission

MONTH = timedelta(days=30)


def ended(target: Entry, ground: Ground, at: datetime, evidence: str | None = PAPER) -> Ending:
    return Ending(target, ground, at, evidence)


def with_grounds(grant: Grant, *grounds: Ground, notice_days: int | None = 30) -> Grant:
    return replace(grant, revocation=replace(grant.revocation, grounds=frozenset(grounds), notice_days=notice_days))


def test_a_grant_ends_by_notice_of_the_days_it_names_and_not_earlier(book: Book, owner: PartyId, series: Entry) -> None:
    grant = book.grant(series, owner)
    early = ended(grant, Ground.NOTICE, book.now + MONTH - timedelta.resolution)
    assert book.refusal(owner, Capacity.OWNER, early) is Code.NOTICE_TOO_SHORT
    assert book.refusal(owner, Capacity.OWNER, replace(early, effective_at=book.now + MONTH)) is None


def test_a_grant_without_notice_days_does_not_end_by_notice(book: Book, owner: PartyId, series: Entry) -> None:
    grant = book.say(owner, Capacity.OWNER, with_grounds(grant_of(series), Ground.NOTICE, notice_days=None))
    assert book.refusal(owner, Capacity.OWNER, ended(grant, Ground.NOTICE, book.now + MONTH)) is Code.NO_GROUND


@pytest.mark.parametrize("named", [True, False])
def test_a_grant_ends_by_breach_only_if_it_names_breach(book: Book, owner: PartyId, series: Entry, named: bool) -> None:
    grounds = (Ground.BREACH, Ground.NOTICE) if named else (Ground.NOTICE,)
    grant = book.say(owner, Capacity.OWNER, with_grounds(grant_of(series), *grounds))
    refused = book.refusal(owner, Capacity.OWNER, ended(grant, Ground.BREACH, book.now))
    assert refused is (None if named else Code.NO_GROUND)


def test_a_grant_does_not_expire_before_its_term(book: Book, owner: PartyId, series: Entry) -> None:
    end = book.now + MONTH
    grant, endless = book.grant(series, owner, permission(end=end)), book.grant(series, owner)
    early = ended(grant, Ground.EXPIRY, end - timedelta.resolution)
    assert book.refusal(owner, Capacity.OWNER, early) is Code.NO_GROUND
    assert book.refusal(owner, Capacity.OWNER, ended(grant, Ground.EXPIRY, end)) is None
    assert book.refusal(owner, Capacity.OWNER, ended(endless, Ground.EXPIRY, end)) is Code.NO_GROUND


def test_a_grant_is_ended_by_who_gave_it_or_now_holds_and_by_no_other(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry
) -> None:
    end = ended(book.grant(series, owner), Ground.NOTICE, book.now + 2 * MONTH)
    assert book.refusal(stranger, Capacity.OWNER, end) is Code.NO_STANDING
    book.transfer(series, owner, stranger)
    for party in (owner, stranger):
        assert book.refusal(party, Capacity.OWNER, end) is None


def test_who_consented_or_signed_the_paper_may_end_too_and_the_verifier_may_not(book: Book) -> None:
    committee, verifier, author = committee_in(book), book.verifier("verifier"), book.party("author")
    book.say(committee.secretary, Capacity.OWNER, interest_of(committee.series, author))
    grant = book.grant(committee.series, verifier, by=Capacity.VERIFIER)
    end = ended(grant, Ground.NOTICE, book.now + 2 * MONTH)
    for party in (verifier, author):
        assert book.refusal(party, Capacity.OWNER, end) is Code.NO_STANDING
    book.attest(Claim.CONTRACT, grant, verifier, author)
    assert book.refusal(author, Capacity.UNDERLYING, end) is None


@pytest.mark.parametrize("ground", [Ground.VOID, Ground.RESCISSION, Ground.COURT])
def test_what_acts_from_the_start_or_by_a_court_is_a_disinterested_verifiers_word_on_evidence(
    book: Book, owner: PartyId, series: Entry, ground: Ground
) -> None:
    verifier, interested = book.verifier("verifier"), book.verifier("interested")
    book.say(owner, Capacity.OWNER, interest_of(series, interested))
    end = ended(book.grant(series, owner), ground, book.now)
    assert book.refusal(verifier, Capacity.VERIFIER, end) is None
    assert book.refusal(verifier, Capacity.VERIFIER, replace(end, evidence_sha256=None)) is Code.NO_EVIDENCE
    assert book.refusal(interested, Capacity.VERIFIER, end) is Code.INTERESTED
    assert book.refusal(owner, Capacity.OWNER, end) is Code.NOT_VERIFIER
    assert book.refusal(owner, Capacity.VERIFIER, end) is Code.NOT_VERIFIER


def test_an_interested_verifier_strikes_out_no_refusal(book: Book) -> None:
    committee = committee_in(book)
    interested, verifier = book.verifier("interested"), book.verifier("verifier")
    book.say(committee.secretary, Capacity.OWNER, interest_of(committee.series, interested))
    grant = book.grant(committee.series, committee.secretary)
    (declined,) = book.consent(grant, committee.studio, agrees=False)
    end = ended(declined, Ground.VOID, book.now)
    assert book.refusal(interested, Capacity.VERIFIER, end) is Code.INTERESTED
    assert book.refusal(verifier, Capacity.VERIFIER, end) is None


def test_a_dedication_found_in_error_is_voided_by_the_operator_on_evidence(book: Book, stranger: PartyId) -> None:
    dedication = book.dedicate(book.series(book.operator))
    end = ended(dedication, Ground.VOID, book.now)
    assert book.refusal(book.operator, Capacity.OPERATOR, end) is None
    assert book.refusal(book.operator, Capacity.OPERATOR, replace(end, evidence_sha256=None)) is Code.NO_EVIDENCE
    assert book.refusal(stranger, Capacity.OWNER, end) is Code.NOT_VERIFIER


def test_the_operator_voids_no_grant(book: Book, owner: PartyId, series: Entry) -> None:
    end = ended(book.grant(series, owner), Ground.VOID, book.now)
    assert book.refusal(book.operator, Capacity.OPERATOR, end) is Code.NOT_VERIFIER


def test_a_suspension_or_an_answer_is_ended_by_who_gave_it(book: Book) -> None:
    committee = committee_in(book)
    stop = book.suspend(committee.series, committee.studio)
    (answer,) = book.consent(book.grant(committee.series, committee.secretary), committee.studio)
    for target in (stop, answer):
        end = ended(target, Ground.NOTICE, book.now)
        assert book.refusal(committee.studio, Capacity.OWNER, end) is None
        assert book.refusal(committee.secretary, Capacity.OWNER, end) is Code.NO_STANDING


def test_what_is_no_promise_cannot_end(book: Book, owner: PartyId, series: Entry) -> None:
    title = book.known.by_subject[series][0].entry
    for target in (series, title, Entry(owner), Entry(PAPER)):
        assert book.refusal(owner, Capacity.OWNER, ended(target, Ground.NOTICE, book.now)) is Code.WRONG_TARGET
