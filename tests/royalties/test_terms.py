"""Which version of a sheet divides a capture."""

from __future__ import annotations

from okuzuke.core.ids import Entry
from okuzuke.registry.grants import Consent
from okuzuke.registry.parties import Capacity
from okuzuke.registry.sheets import PPM, Line, Of, Sheet
from okuzuke.royalties.terms import version_at
from registry_facts import Book, Committee, committee_in


def _sheets(committee: Committee) -> tuple[Entry, Entry]:
    """Return the sheet that all agreed to with the grant, and a version that the broadcaster signed alone."""
    book, series = committee.book, committee.series
    first = book.say(
        committee.secretary, Capacity.OWNER, Sheet(series, None, (Line("rest", committee.studio, Of.REST, PPM),))
    )
    mine = Sheet(series, first, (Line("all", committee.broadcaster, Of.REST, PPM),))
    return first, book.say(committee.broadcaster, Capacity.OWNER, mine)


def test_a_co_owner_alone_does_not_move_the_others_money() -> None:
    committee = committee_in(Book())
    first, alone = _sheets(committee)
    at = committee.book.recorded_at(alone)

    found = version_at(committee.book.known, first, at)

    assert found is not None
    assert found.entry == first


def test_a_version_counts_once_every_owner_has_agreed_to_it() -> None:
    committee = committee_in(Book())
    first, version = _sheets(committee)
    book = committee.book
    agreed = [book.say(member, Capacity.OWNER, Consent(version, agrees=True)) for member in committee.members[:2]]

    before = version_at(book.known, first, book.recorded_at(agreed[0]))
    after = version_at(book.known, first, book.recorded_at(agreed[1]))

    assert before is not None
    assert after is not None
    assert (before.entry, after.entry) == (first, version)


def test_a_no_of_one_owner_is_no_agreement() -> None:
    committee = committee_in(Book())
    first, version = _sheets(committee)
    book = committee.book
    book.say(committee.secretary, Capacity.OWNER, Consent(version, agrees=True))
    last = book.say(committee.studio, Capacity.OWNER, Consent(version, agrees=False))

    found = version_at(book.known, first, book.recorded_at(last))

    assert found is not None
    assert found.entry == first
