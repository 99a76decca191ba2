"""In what right somebody speaks: a signature says yes in the capacity it names and in no other."""

from __future__ import annotations

import pytest

from okuzuke.registry.decision import Asked
from okuzuke.registry.interests import InterestKind, Title
from okuzuke.registry.parties import Capacity
from okuzuke.registry.reasons import Code
from okuzuke.registry.uses import ADAPTING_USES, Use
from registry_facts import Book, committee_in, interest_of, permission, window_of


def test_who_owns_a_part_and_the_underlying_work_says_yes_twice() -> None:
    book = Book()
    author, studio = book.party("author"), book.party("studio")
    work = book.own_work(author, studio)
    book.say(author, Capacity.REGISTRANT, interest_of(work, author, InterestKind.UNDERLYING))
    grant = book.grant(work, author)
    book.consent(grant, studio)

    assert book.codes(work) == {Code.INTEREST_MISSING}
    book.consent(grant, author, by=Capacity.UNDERLYING)
    assert book.allowed(work)


def test_a_window_company_that_signs_as_an_owner_has_not_used_its_window() -> None:
    committee = committee_in(Book())
    book = committee.book
    committee.windows(window_of(committee.secretary))
    book.grant(committee.series, committee.secretary, by=Capacity.OWNER)

    assert Code.WINDOW_MISSING in book.codes(committee.work)
    book.grant(committee.series, committee.secretary, by=Capacity.WINDOW)
    assert book.allowed(committee.work)


@pytest.mark.parametrize("use", [Use.EDIT, Use.GENERATE, Use.TRAIN])
@pytest.mark.parametrize("title", [Title.TRANSFER, Title.TRANSFER_WITH_27_28])
def test_a_transfer_carries_adaptation_only_where_it_names_articles_27_and_28(title: Title, use: Use) -> None:
    book = Book()
    seller, buyer = book.party("seller"), book.party("buyer")
    work = book.own_work(seller)
    book.author(work, seller, seller)
    book.moral(work, seller, use)
    book.transfer(work, seller, buyer, title=title)
    book.grant(work, buyer, permission(use))

    refused = title is Title.TRANSFER and use in ADAPTING_USES
    assert book.allowed(work, use) is not refused
    assert (Code.RIGHTS_27_28 in book.codes(work, use)) is refused


def test_a_right_limited_to_one_country_is_not_escaped_by_spelling_it_otherwise() -> None:
    book = Book()
    owner, holder = book.party("owner"), book.party("holder")
    work = book.own_work(owner)
    book.say(owner, Capacity.REGISTRANT, interest_of(work, holder, territories=("JP",)))
    book.grant(work, owner)

    for territory in ("JP", "jp", "Japan", None):
        assert not book.allowed(Asked(work, Use.TRAIN, territory=territory))
    assert book.allowed(Asked(work, Use.TRAIN, territory="FR"))
