"""Who may state what: next to each statement that is admitted, the one beside it that is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from okuzuke.core.ids import Entry, PartyId, SetRoot, WorkId
from okuzuke.ledger.statement import RestsOn
from okuzuke.registry.authority import Authority, Suspender
from okuzuke.registry.grants import Consent, Dedication, Suspension
from okuzuke.registry.interests import InterestKind
from okuzuke.registry.known import Body, Fact
from okuzuke.registry.parties import (
    Capacity,
    Claim,
    Key,
    Party,
    PartyEnd,
    PartyEndGround,
    PartyType,
    Role,
)
from okuzuke.registry.reasons import Code
from okuzuke.registry.sheets import Sheet
from okuzuke.registry.standing import dids, refusal
from okuzuke.registry.uses import ALL_USES
from okuzuke.registry.works import Character, Persona, Register, Series, Slots
from registry_facts import (
    DAWN,
    PAPER,
    Book,
    attestation_of,
    committee_in,
    did_of,
    digest_of,
    grant_of,
    interest_of,
    ownership_of,
    window_of,
)

NEVER = Entry(digest_of("never recorded"))


@pytest.fixture
def verifier(book: Book) -> PartyId:
    return book.verifier("verifier")


@pytest.fixture
def work(book: Book, owner: PartyId, series: Entry) -> WorkId:
    return book.work(series, owner)


def first_statement(
    book: Book,
    role: Role,
    position: int,
    capacity: Capacity = Capacity.SELF,
    rests_on: tuple[RestsOn, ...] = (),
) -> Code | None:
    body = Party(PartyType.PERSON, role, "new", None, None, did_of("new"), demo=False)
    entry = Entry(digest_of("new"))
    fact = Fact(position, entry, book.now, body.did, PartyId(entry), capacity, rests_on, body)
    refused = refusal(book.known, fact)
    return refused.code if refused is not None else None


def test_the_first_statement_of_a_log_is_its_operators_and_no_later_one_is(book: Book) -> None:
    assert first_statement(book, Role.OPERATOR, 0) is None
    assert first_statement(book, Role.HOLDER, 0) is Code.NOT_OPERATOR
    assert first_statement(book, Role.HOLDER, 1) is Code.ELSEWHERE
    assert first_statement(book, Role.HOLDER, 1, rests_on=(RestsOn(entry=Entry(book.operator)),)) is None
    assert first_statement(book, Role.OPERATOR, 1) is Code.NOT_OPERATOR


def test_a_party_enters_itself_with_the_key_it_names(book: Book) -> None:
    assert first_statement(book, Role.HOLDER, 1, Capacity.OWNER) is Code.NOT_OPERATOR
    body = Party(PartyType.PERSON, Role.HOLDER, "new", None, None, did_of("new"), demo=False)
    fact = Fact(
        1, Entry(digest_of("new")), book.now, did_of("else"), PartyId(digest_of("new")), Capacity.SELF, (), body
    )
    refused = refusal(book.known, fact)
    assert refused is not None
    assert refused.code is Code.KEY_NOT_VALID


def test_who_is_no_party_signs_nothing(book: Book, series: Entry) -> None:
    assert book.refusal(PartyId(NEVER), Capacity.OWNER, grant_of(series)) is Code.UNKNOWN_SIGNER


def test_a_new_key_signs_once_it_is_named_and_an_old_one_until_it_is_stopped(
    book: Book, owner: PartyId, series: Entry
) -> None:
    old, new = did_of("owner"), did_of("new")
    assert book.refusal(owner, Capacity.OWNER, grant_of(series), new) is Code.KEY_NOT_VALID
    book.say(owner, Capacity.SELF, Key(new, None))
    for did in (old, new):
        assert book.refusal(owner, Capacity.OWNER, grant_of(series), did) is None
    book.say(owner, Capacity.SELF, Key(None, old), new)
    assert book.refusal(owner, Capacity.OWNER, grant_of(series), old) is Code.KEY_NOT_VALID
    assert book.refusal(owner, Capacity.OWNER, grant_of(series), new) is None
    assert dids(book.known, owner) == {new}


def test_a_key_is_changed_by_its_party_for_itself_alone(book: Book, owner: PartyId, stranger: PartyId) -> None:
    assert book.refusal(owner, Capacity.OWNER, Key(did_of("new"), None)) is Code.NO_STANDING
    assert book.refusal(owner, Capacity.SELF, Key(did_of("new"), None), did_of("stranger")) is Code.KEY_NOT_VALID
    book.say(stranger, Capacity.SELF, Key(did_of("new"), did_of("owner")))
    assert dids(book.known, owner) == {did_of("owner")}


def test_a_party_ends_by_its_own_word_or_the_operators_on_evidence(
    book: Book, owner: PartyId, stranger: PartyId
) -> None:
    ended = PartyEnd(owner, PartyEndGround.DEATH, (stranger,), PAPER)
    assert book.refusal(stranger, Capacity.SELF, ended) is Code.NOT_OPERATOR
    assert book.refusal(book.operator, Capacity.OPERATOR, replace(ended, evidence_sha256=None)) is Code.NO_EVIDENCE
    assert book.refusal(book.operator, Capacity.OPERATOR, replace(ended, party=PartyId(NEVER))) is Code.WRONG_TARGET
    assert book.refusal(book.operator, Capacity.OPERATOR, ended) is None
    assert book.refusal(owner, Capacity.SELF, ended) is None


def test_a_party_that_has_ended_signs_nothing_and_what_it_gave_survives(
    book: Book, owner: PartyId, series: Entry, work: WorkId
) -> None:
    book.grant(series, owner)
    book.say(book.operator, Capacity.OPERATOR, PartyEnd(owner, PartyEndGround.DEATH, (), PAPER))
    assert book.refusal(owner, Capacity.OWNER, grant_of(series)) is Code.PARTY_ENDED
    assert book.refusal(owner, Capacity.SELF, Key(did_of("new"), None)) is Code.PARTY_ENDED
    assert book.allowed(work)


def test_a_series_is_opened_by_one_of_its_registrants(book: Book, owner: PartyId, stranger: PartyId) -> None:
    body = Series("t", None, "t", "© t", (owner,), None)
    assert book.refusal(owner, Capacity.REGISTRANT, body) is None
    assert book.refusal(stranger, Capacity.REGISTRANT, body) is Code.NOT_REGISTRANT
    assert book.refusal(owner, Capacity.OPERATOR, body) is Code.NO_STANDING


def test_works_are_registered_by_the_registrants_of_their_series(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry
) -> None:
    body = Register(series, SetRoot(digest_of("root")), 1)
    assert book.refusal(owner, Capacity.REGISTRANT, body) is None
    assert book.refusal(stranger, Capacity.REGISTRANT, body) is Code.NOT_REGISTRANT
    assert book.refusal(owner, Capacity.REGISTRANT, replace(body, series=Entry(owner))) is Code.WRONG_TARGET


def test_an_owner_who_is_no_registrant_registers_nothing(book: Book, owner: PartyId, stranger: PartyId) -> None:
    series = book.series(owner)
    book.owned(series, owner, stranger)
    body = Register(series, SetRoot(digest_of("root")), 1)
    assert book.refusal(stranger, Capacity.OWNER, body) is Code.NOT_REGISTRANT


def test_places_and_dedications_are_the_operators_word(book: Book, owner: PartyId, series: Entry) -> None:
    dedication = Dedication(book.series(book.operator), "CC0-1.0", "https://a.example", "https://b.example", DAWN, ())
    for body in (Slots(series, (1,)), dedication):
        assert book.refusal(book.operator, Capacity.OPERATOR, body) is None
        assert book.refusal(book.operator, Capacity.OWNER, body) is Code.NOT_OPERATOR
        assert book.refusal(owner, Capacity.OPERATOR, body) is Code.NOT_OPERATOR


def test_the_operator_dedicates_nothing_that_somebody_else_entered(book: Book, series: Entry) -> None:
    dedication = Dedication(series, "CC0-1.0", "https://a.example", "https://b.example", DAWN, ())
    assert book.refusal(book.operator, Capacity.OPERATOR, dedication) is not None
    book.slip_in(book.operator, Capacity.OPERATOR, dedication)
    assert not book.allowed(series)


def test_nobody_is_named_who_is_no_party(book: Book, owner: PartyId, series: Entry) -> None:
    nobody = PartyId(series)
    assert book.refusal(owner, Capacity.REGISTRANT, ownership_of(series, [nobody])) is Code.UNKNOWN_PARTY
    assert book.refusal(owner, Capacity.REGISTRANT, interest_of(series, nobody)) is Code.UNKNOWN_PARTY
    assert book.refusal(owner, Capacity.REGISTRANT, ownership_of(series, [owner])) is None


def test_a_persona_is_stated_by_its_person(book: Book, owner: PartyId, stranger: PartyId) -> None:
    assert book.refusal(owner, Capacity.PERSON, Persona("stage name", owner)) is None
    assert book.refusal(stranger, Capacity.PERSON, Persona("stage name", owner)) is Code.NO_STANDING


def test_a_character_is_stated_by_who_holds_its_series(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry
) -> None:
    body = Character("figure", None, None, series, (), None, None, ())
    for capacity in (Capacity.REGISTRANT, Capacity.OWNER):
        assert book.refusal(owner, capacity, body) is None
        assert book.refusal(stranger, capacity, body) is Code.NO_STANDING


def on_the_subject(subject: str, party: PartyId) -> dict[str, Body]:
    return {
        "ownership": ownership_of(subject, [party]),
        "interest": interest_of(subject, party),
        "authority": Authority(subject, (window_of(party),), Suspender.ANY_MEMBER, None),
        "sheet": Sheet(subject, None, None),
        "grant": grant_of(subject),
        "suspend": Suspension(subject, ALL_USES, None),
    }


@pytest.mark.parametrize("kind", on_the_subject("", PartyId("")))
def test_what_binds_a_subject_is_stated_by_its_owner_and_by_no_stranger(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry, work: WorkId, kind: str
) -> None:
    for subject in (series, work):
        body = on_the_subject(subject, stranger)[kind]
        assert book.refusal(owner, Capacity.OWNER, body) is None
        assert book.refusal(stranger, Capacity.OWNER, body) is Code.NO_STANDING
        assert book.refusal(owner, Capacity.SELF, body) is Code.NO_STANDING
    unknown = on_the_subject(NEVER, owner)[kind]
    assert book.refusal(owner, Capacity.OWNER, unknown) is Code.UNKNOWN_SUBJECT


@pytest.mark.parametrize("kind", on_the_subject("", PartyId("")))
def test_who_has_sold_states_nothing_more_about_it(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry, kind: str
) -> None:
    body = on_the_subject(series, owner)[kind]
    assert book.refusal(stranger, Capacity.OWNER, body) is Code.NO_STANDING
    book.transfer(series, owner, stranger)
    assert book.refusal(owner, Capacity.OWNER, body) is Code.NO_STANDING
    assert book.refusal(stranger, Capacity.OWNER, body) is None


def test_who_is_to_take_a_part_may_accept_it_before_it_is_theirs(book: Book) -> None:
    committee = committee_in(book)
    stranger = committee.stranger
    sale = book.transfer(committee.series, committee.secretary, stranger)
    assert book.refusal(stranger, Capacity.OWNER, Consent(sale, agrees=True)) is None
    assert book.refusal(book.operator, Capacity.OWNER, Consent(sale, agrees=True)) is Code.NO_STANDING


@pytest.mark.parametrize("kind", [kind for kind in InterestKind if kind is not InterestKind.AUTHOR])
def test_who_holds_a_right_beside_ownership_answers_in_that_capacity_alone(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry, kind: InterestKind
) -> None:
    grant, word = book.grant(series, owner), Capacity(kind.value)
    answer = Consent(grant, agrees=True)
    assert book.refusal(stranger, word, answer) is Code.NO_STANDING
    book.say(owner, Capacity.OWNER, interest_of(series, stranger, kind))
    assert book.refusal(stranger, word, answer) is None
    assert book.refusal(stranger, Capacity.OWNER, answer) is Code.NO_STANDING


def test_an_answer_is_to_a_grant_an_authority_or_an_ownership(book: Book, owner: PartyId, series: Entry) -> None:
    for target in (series, NEVER, Entry(owner)):
        assert book.refusal(owner, Capacity.OWNER, Consent(target, agrees=True)) is Code.WRONG_TARGET


def test_a_later_version_of_a_sheet_is_of_the_same_subject(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry
) -> None:
    mine = book.say(owner, Capacity.OWNER, Sheet(series, None, None))
    theirs = book.series(stranger)
    book.owned(theirs, stranger, stranger)
    assert book.refusal(owner, Capacity.OWNER, Sheet(series, mine, None)) is None
    assert book.refusal(stranger, Capacity.OWNER, Sheet(theirs, mine, None)) is Code.WRONG_TARGET
    second = book.say(owner, Capacity.OWNER, Sheet(series, mine, None))
    assert book.refusal(owner, Capacity.OWNER, Sheet(series, second, None)) is Code.WRONG_TARGET


def test_a_grant_names_a_sheet_that_is_on_record(book: Book, owner: PartyId, series: Entry) -> None:
    sheet = book.say(owner, Capacity.OWNER, Sheet(series, None, None))
    assert book.refusal(owner, Capacity.OWNER, replace(grant_of(series), sheet=sheet)) is None
    assert book.refusal(owner, Capacity.OWNER, replace(grant_of(series), sheet=series)) is Code.WRONG_TARGET


def test_only_the_operator_appoints_and_only_verifiers(book: Book, owner: PartyId, verifier: PartyId) -> None:
    new = book.party("new verifier", Role.VERIFIER)
    appointed = attestation_of(Claim.APPOINTMENT, new)
    assert book.refusal(book.operator, Capacity.OPERATOR, appointed) is None
    assert book.refusal(verifier, Capacity.VERIFIER, appointed) is Code.NOT_OPERATOR
    assert book.refusal(book.operator, Capacity.OPERATOR, attestation_of(Claim.APPOINTMENT, owner)) is Code.WRONG_TARGET


def claims(book: Book, owner: PartyId, series: Entry) -> dict[Claim, Entry]:
    """Record something of each kind that a verifier attests."""
    title = book.known.by_subject[series][0].entry
    agreement = book.authority(series, window_of(owner), signed=[owner])
    return {
        Claim.TITLE: title,
        Claim.AUTHORITY: agreement,
        Claim.IDENTITY: Entry(owner),
        Claim.CONTRACT: book.grant(series, owner),
    }


@pytest.mark.parametrize("claim", [claim for claim in Claim if claim is not Claim.APPOINTMENT])
def test_a_verifier_attests_on_evidence_what_it_has_no_interest_in(
    book: Book, owner: PartyId, series: Entry, verifier: PartyId, claim: Claim
) -> None:
    target = claims(book, owner, series)[claim]
    word = attestation_of(claim, target)
    assert book.refusal(verifier, Capacity.VERIFIER, word) is None
    assert book.refusal(verifier, Capacity.VERIFIER, replace(word, evidence_sha256=None)) is Code.NO_EVIDENCE
    assert book.refusal(verifier, Capacity.VERIFIER, replace(word, target=series)) is Code.WRONG_TARGET
    assert book.refusal(verifier, Capacity.OWNER, word) is Code.NOT_VERIFIER
    assert book.refusal(owner, Capacity.VERIFIER, word) is Code.NOT_VERIFIER
    book.end(book.known.by_subject[verifier][0].entry, book.operator, by=Capacity.OPERATOR)
    assert book.refusal(verifier, Capacity.VERIFIER, word) is Code.NOT_VERIFIER


@pytest.mark.parametrize("claim", [Claim.TITLE, Claim.AUTHORITY, Claim.CONTRACT])
def test_a_verifier_with_an_interest_attests_nothing_of_it(
    book: Book, owner: PartyId, series: Entry, verifier: PartyId, claim: Claim
) -> None:
    target = claims(book, owner, series)[claim]
    book.say(owner, Capacity.OWNER, interest_of(series, verifier))
    assert book.refusal(verifier, Capacity.VERIFIER, attestation_of(claim, target)) is Code.INTERESTED


def test_a_licensee_attests_nothing_of_what_it_licenses(
    book: Book, owner: PartyId, series: Entry, verifier: PartyId
) -> None:
    others = book.grant(series, owner)
    assert book.refusal(verifier, Capacity.VERIFIER, attestation_of(Claim.CONTRACT, others)) is None
    theirs = book.grant(series, owner, grantee=verifier)
    for grant in (theirs, others):
        assert book.refusal(verifier, Capacity.VERIFIER, attestation_of(Claim.CONTRACT, grant)) is Code.INTERESTED


def test_two_parties_never_hold_one_key(book: Book, owner: PartyId) -> None:
    did = book.known.facts[Entry(owner)].issuer
    body = Party(PartyType.PERSON, Role.VERIFIER, "second", None, None, did, demo=False)
    entry, here = Entry(digest_of("second")), (RestsOn(entry=Entry(book.operator)),)

    refused = refusal(book.known, Fact(9, entry, book.now, did, PartyId(entry), Capacity.SELF, here, body))

    assert refused is not None
    assert refused.code is Code.KEY_TAKEN


def test_a_verifier_may_enter_a_contract_and_attest_it(
    book: Book, owner: PartyId, series: Entry, work: WorkId, verifier: PartyId
) -> None:
    grant = book.grant(series, verifier, by=Capacity.VERIFIER)
    assert not book.allowed(work)
    book.attest(Claim.CONTRACT, grant, verifier, owner)
    assert book.allowed(work)


def test_a_member_suspends_unless_all_agreed_that_the_window_does(book: Book) -> None:
    committee = committee_in(book)
    stop = Suspension(committee.series, ALL_USES, None)
    agreement = Authority(committee.series, (window_of(committee.secretary),), Suspender.WINDOW, None)
    entry = book.say(committee.secretary, Capacity.OWNER, agreement)
    assert book.refusal(committee.studio, Capacity.OWNER, stop) is None
    book.consent(entry, committee.studio, committee.broadcaster)
    assert book.refusal(committee.studio, Capacity.OWNER, stop) is Code.NO_STANDING
    assert book.refusal(committee.secretary, Capacity.WINDOW, stop) is None
    assert book.refusal(committee.studio, Capacity.WINDOW, stop) is Code.NO_STANDING


def test_a_suspension_of_a_grant_is_by_who_may_suspend_its_subject(
    book: Book, owner: PartyId, stranger: PartyId, series: Entry
) -> None:
    grant = book.grant(series, owner)
    assert book.refusal(owner, Capacity.OWNER, Suspension(grant, ALL_USES, None)) is None
    assert book.refusal(stranger, Capacity.OWNER, Suspension(grant, ALL_USES, None)) is Code.NO_STANDING
