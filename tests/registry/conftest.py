"""Who the tests of the rules begin with: an empty book, an owner with a series, a stranger, a committee."""

from __future__ import annotations

import pytest

from okuzuke.core.ids import Entry, PartyId, WorkId
from registry_facts import Book, Committee, committee_in


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def owner(book: Book) -> PartyId:
    return book.party("owner")


@pytest.fixture
def stranger(book: Book) -> PartyId:
    return book.party("stranger")


@pytest.fixture
def series(book: Book, owner: PartyId) -> Entry:
    series = book.series(owner)
    book.owned(series, owner, owner)
    return series


@pytest.fixture
def work(book: Book, owner: PartyId) -> WorkId:
    return book.own_work(owner)


@pytest.fixture
def committee(book: Book) -> Committee:
    return committee_in(book)
