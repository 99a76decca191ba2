from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from okuzuke.core.ids import AssetId, Entry, PartyId, SetRoot, WorkId
from okuzuke.datasets.snapshot import Refusal, Screenings, Selection, Terms, select
from okuzuke.registry.decision import Asked, Basis, State
from okuzuke.registry.known import Registered
from okuzuke.registry.parties import Capacity, Claim
from okuzuke.registry.uses import Use
from okuzuke.registry.works import Register, Series
from okuzuke.screening.match import Found, Likeness, Review, Screened, Verdict
from registry_facts import Book, digest_of, work_of

SCREEN = Entry(digest_of("screen"))
TRAIN = Terms(Asked("", Use.TRAIN), frozenset({Basis.GRANT}), title_claimed=True)


def _granted(book: Book, name: str) -> tuple[PartyId, WorkId, Entry]:
    party = book.party(name)
    series = book.series(party)
    ownership = book.owned(series, party, party)
    work = book.work(series, party)
    book.grant(series, party)
    return party, work, ownership


def _screened(work: WorkId, *found: tuple[WorkId, Likeness]) -> Screened:
    items = tuple(Found(other, likeness, 0) for other, likeness in found)
    return Screened(work, AssetId(digest_of("asset", work)), "ISCC:X", bytes(32), 90, Verdict.NO_MATCH, items)


def _screenings(book: Book, rows: Sequence[Screened], reviews: Sequence[tuple[Entry, Review]] = ()) -> Screenings:
    parties = {work: item.register.signer for work, item in book.known.works.items()}
    by_work: dict[WorkId, list[tuple[Entry, Review]]] = {}
    for entry, review in reviews:
        by_work.setdefault(review.work, []).append((entry, review))
    return Screenings({row.work: (SCREEN, row) for row in rows}, by_work, parties)


def _select(book: Book, screenings: Screenings, terms: Terms = TRAIN) -> Selection:
    slots = {work: at for at, work in enumerate(sorted(book.known.works))}
    return select(book.known, screenings, slots, {}, terms, book.now)


def _why(selection: Selection) -> dict[WorkId, Refusal]:
    return {item.work: item.refusal for item in selection.refused}


def test_a_granted_and_screened_work_enters() -> None:
    book = Book()
    _, work, _ = _granted(book, "illustrator")

    selection = _select(book, _screenings(book, [_screened(work)]))

    assert [place.work for place in selection.places] == [work]
    assert selection.refused == ()


def test_a_work_that_was_not_screened_stays_out() -> None:
    book = Book()
    _, work, _ = _granted(book, "illustrator")

    assert _why(_select(book, _screenings(book, []))) == {work: Refusal.NOT_SCREENED}


def test_a_work_without_grant_stays_out_with_its_state_and_reasons_in_both_languages() -> None:
    book = Book()
    work = book.own_work(book.party("illustrator"))

    (refused,) = _select(book, _screenings(book, [_screened(work)])).refused

    assert (refused.refusal, refused.state) == (Refusal.NOT_PERMITTED, State.NOT_ASKED)
    assert refused.ja
    assert refused.en


def test_copies_under_two_parties_both_wait_whoever_came_first() -> None:
    book = Book()
    _, stolen, _ = _granted(book, "thief")
    _, original, _ = _granted(book, "illustrator")
    rows = [_screened(stolen, (original, Likeness.COPY)), _screened(original, (stolen, Likeness.COPY))]

    selection = _select(book, _screenings(book, rows))

    assert _why(selection) == {stolen: Refusal.IN_REVIEW, original: Refusal.IN_REVIEW}
    assert {item.state for item in selection.refused} == {State.DISPUTED}


def test_a_side_whose_title_is_attested_does_not_wait_for_one_that_only_claims() -> None:
    book = Book()
    verifier = book.verifier("verifier")
    _, stolen, _ = _granted(book, "thief")
    _, original, ownership = _granted(book, "illustrator")
    book.attest(Claim.TITLE, ownership, verifier)
    rows = [_screened(stolen, (original, Likeness.COPY)), _screened(original, (stolen, Likeness.COPY))]

    selection = _select(book, _screenings(book, rows))

    assert [place.work for place in selection.places] == [original]
    assert _why(selection) == {stolen: Refusal.IN_REVIEW}


def test_two_attested_sides_both_wait() -> None:
    book = Book()
    verifier = book.verifier("verifier")
    _, one, first = _granted(book, "publisher")
    _, two, second = _granted(book, "illustrator")
    book.attest(Claim.TITLE, first, verifier)
    book.attest(Claim.TITLE, second, verifier)
    rows = [_screened(one, (two, Likeness.COPY)), _screened(two, (one, Likeness.COPY))]

    assert set(_why(_select(book, _screenings(book, rows))).values()) == {Refusal.IN_REVIEW}


@pytest.mark.parametrize("outcome", [Verdict.NO_MATCH, Verdict.MATCH])
def test_a_person_resolves_what_screening_found(outcome: Verdict) -> None:
    book = Book()
    _, one, _ = _granted(book, "one")
    _, two, _ = _granted(book, "two")
    rows = [_screened(one, (two, Likeness.NEAR)), _screened(two, (one, Likeness.NEAR))]
    review = (Entry(digest_of("review")), Review(one, (two,), outcome, None))

    why = _why(_select(book, _screenings(book, rows, [review])))

    assert why.get(one) == (Refusal.COPY if outcome is Verdict.MATCH else None)
    assert why[two] is Refusal.IN_REVIEW


def test_a_review_answers_only_for_the_works_it_names() -> None:
    book = Book()
    _, one, _ = _granted(book, "one")
    _, two, _ = _granted(book, "two")
    _, three, _ = _granted(book, "three")
    rows = [_screened(one, (two, Likeness.NEAR), (three, Likeness.NEAR)), _screened(two), _screened(three)]
    review = (Entry(digest_of("review")), Review(one, (two,), Verdict.NO_MATCH, None))

    assert _why(_select(book, _screenings(book, rows, [review]))) == {one: Refusal.IN_REVIEW}


def test_copies_of_ones_own_enter_and_count_once() -> None:
    book = Book()
    party, first, _ = _granted(book, "illustrator")
    register = book.known.works[first].register.body
    assert isinstance(register, Register)
    again = book.work(register.series, party)
    rows = [_screened(first, (again, Likeness.COPY)), _screened(again, (first, Likeness.COPY))]

    selection = _select(book, _screenings(book, rows))

    assert {place.work for place in selection.places} == {first, again}
    assert len({place.family for place in selection.places}) == 1


def test_a_dedication_enters_only_where_its_basis_is_asked_for() -> None:
    book = Book()
    work = _dedicated_work(book)
    screenings = _screenings(book, [_screened(work)])

    assert _why(_select(book, screenings)) == {work: Refusal.BASIS}
    both = replace(TRAIN, bases=frozenset({Basis.GRANT, Basis.DEDICATION}))
    (place,) = _select(book, screenings, both).places
    assert (place.basis, place.sheet) == (Basis.DEDICATION, None)


def test_outside_a_demo_a_title_that_is_only_claimed_stays_out() -> None:
    book = Book()
    verifier = book.verifier("verifier")
    _, work, ownership = _granted(book, "illustrator")
    strict = replace(TRAIN, title_claimed=False)

    assert _why(_select(book, _screenings(book, [_screened(work)]), strict)) == {work: Refusal.TITLE_CLAIMED}
    book.attest(Claim.TITLE, ownership, verifier)
    assert _why(_select(book, _screenings(book, [_screened(work)]), strict)) == {}


def test_every_place_rests_on_the_grant_and_on_the_screening_that_admitted_it() -> None:
    book = Book()
    _, work, ownership = _granted(book, "illustrator")

    (place,) = _select(book, _screenings(book, [_screened(work)])).places

    assert {SCREEN, ownership} <= set(place.rests_on)


def _dedicated_work(book: Book) -> WorkId:
    """Return a work that the operator found and entered itself."""
    body = Series("set", None, "set", "© set", (book.operator,), None)
    series = book.say(book.operator, Capacity.OPERATOR, body)
    work = work_of("dedicated")
    entry = book.say(book.operator, Capacity.OPERATOR, Register(series, SetRoot(digest_of("root")), 1))
    book.works.append(Registered(work, book.known.facts[entry], 0))
    book.dedicate(series)
    return work.work
