from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError, RightsError
from okuzuke.core.ids import PartyId, WorkId
from okuzuke.ledger import rebuild, submission
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.registry import store as registry_store
from okuzuke.registry.parties import Capacity
from okuzuke.registry.sheets import Line, Of
from okuzuke.royalties.account import Balance, to_csv
from okuzuke.royalties.reading import Divided, Reader
from okuzuke.screening.match import Verdict
from okuzuke.storage.database import Database
from registry_facts import digest_of
from royalties.house import KINDS, PRICE, House

JUNE = "2026-06"
OUTPUT = 60_000_000
"""What one output costs in sub-units: a tenth of a pack of 600 yen."""
REST = OUTPUT * 8 // 10
"""What the platform leaves of it."""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House(tmp_path_factory.mktemp("house"))
    made.found()
    made.buy()
    return made


@pytest.fixture
def house(founded: House, tmp_path: Path) -> Iterator[House]:
    made = founded.copied(tmp_path)
    yield made
    made.scene.archive.close()


def _owed(house: House, party: PartyId, currency: str = "JPY") -> int:
    return house.balances().get(f"payable:{party}:{currency}", 0)


def _held_back(house: House) -> dict[str, int]:
    return {path: left for path, left in house.balances().items() if path.startswith("escrow:")}


def _divided(house: House, capture: Recorded) -> list[Divided]:
    with house.journal.database.reading() as connection:
        known = registry_store.load(connection)
        return Reader(connection, house.blobs.get, known, house.scene.now).divided(capture)


def _only(house: House, party: PartyId, period: str | None = None) -> Balance:
    [found] = house.royalties.account(party, period).balances
    return found


def test_free_generations_earn_nothing(house: House) -> None:
    house.generate(3)

    assert house.royalties.allocate(JUNE).posted == ()
    assert not any(path.startswith(("payable:", "pool:", "revenue:")) for path in house.balances())
    assert house.royalties.account(house.first.party).balances == ()


def test_every_sub_unit_that_was_captured_is_somewhere_afterwards(house: House) -> None:
    house.rely(50, 50)
    house.pay(3)
    [posted] = house.royalties.allocate(JUNE).posted
    left = house.balances()

    assert posted.allocation.revenue is not None
    assert posted.allocation.revenue.sub_units == 3 * OUTPUT
    assert left[f"pool:generation:{JUNE}:JPY"] == 0
    assert left["cash:JPY"] == 600_000_000 == sum(left.values()) - left["cash:JPY"]
    assert posted.allocation.kept is not None
    assert left["revenue:platform:JPY"] == 3 * (OUTPUT - REST) == posted.allocation.kept.sub_units
    assert left[f"pool:common:{JUNE}:JPY"] > 0


def test_dividing_a_month_twice_posts_it_once_and_says_so(house: House) -> None:
    house.pay()
    first = house.royalties.allocate(JUNE)
    before = house.balances()
    again = house.royalties.allocate(JUNE)

    assert len(first.posted) == 1
    assert again.posted == ()
    assert house.balances() == before


def test_what_is_captured_after_a_month_was_divided_is_divided_by_the_next_call(house: House) -> None:
    house.pay()
    house.royalties.allocate(JUNE)
    house.generate(2)
    [posted] = house.royalties.allocate(JUNE).posted

    assert posted.allocation.captures == 1
    assert len(_only(house, house.second.party).lines) == 3


def test_two_processes_at_once_divide_a_month_once(house: House) -> None:
    house.pay()
    path = house.scene.archive.database.path
    desks = [_reopened(house, path) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda desk: desk.royalties.allocate(JUNE), desks))

    assert sorted(len(item.posted) for item in done) == [0, 1]
    assert sum(house.balances().values()) == 1_200_000_000


def _reopened(house: House, path: Path) -> House:
    other = copy(house)
    other.open(Database(path))
    return other


def test_a_capture_that_is_divided_cannot_be_divided_again_by_hand(house: House) -> None:
    capture = house.pay().capture
    house.royalties.allocate(JUNE)
    divided = _divided(house, capture)

    with pytest.raises(CheckFailedError), house.journal.writing() as connection:
        house.royalties._post(connection, JUNE, "JPY", divided)


def test_an_allocation_that_does_not_follow_from_its_captures_is_refused(house: House) -> None:
    capture = house.pay().capture
    [divided] = _divided(house, capture)
    *moves, last = divided.transfers
    turned = replace(last, credit=moves[0].credit, payee=None, line=None)
    wrong = replace(divided, transfers=(*moves, turned))

    for period, posted, problem in (
        (JUNE, wrong, "does not follow"),
        (JUNE, replace(divided, shares=divided.rates), "does not follow"),
        ("2026-07", divided, "another month"),
    ):
        with pytest.raises(CheckFailedError, match=problem), house.journal.writing() as connection:
            house.royalties._post(connection, period, "JPY", [posted])


def test_only_the_operator_allocates(house: House) -> None:
    capture = house.pay().capture
    party = house.first.party
    divided = _divided(house, capture)
    rows = [submission.row_of(move.to_json(), house.scene.entropy(32)) for move in divided[0].transfers]
    moves = submission.set_of(rows)
    taken = submission.set_of([submission.row_of({"output": capture.entry}, house.scene.entropy(32))])
    public: JsonObject = {
        "period": JUNE,
        "currency": "JPY",
        "captures": 1,
        "transfers": moves.to_json(),
        "fees": taken.to_json(),
    }
    draft = Draft("allocation", party, Capacity.OPERATOR, public, {}, (RestsOn(entry=capture.entry),))

    with pytest.raises(RightsError, match="Only the operator"):
        house.journal.record(house.journal.signed(draft, house.scene.keys[party], [moves, taken]))


def test_a_licence_named_in_the_request_takes_its_fee_first_and_the_rest_is_common(house: House) -> None:
    house.pay(named=[house.first])
    house.royalties.allocate(JUNE)
    common = REST - PRICE
    first = PRICE + common * 5 // 12

    assert _owed(house, house.second.party) == common * 4 // 12
    assert house.balances()[f"pool:common:{JUNE}:JPY"] == common * 3 // 12
    assert _owed(house, house.author) == first * 3 // 10
    assert _owed(house, house.first.party) == first - first * 3 // 10


def test_what_a_reliable_scorer_attributes_follows_the_shares(house: House) -> None:
    house.rely(1000, 1000)
    charged = house.pay()
    shared = house.attribution.shares_of(charged.outputs[0].entry)
    house.royalties.allocate(JUNE)
    parts = {part.unit: part.ppm for part in shared.parts}
    rho = house.attribution.scorer_of(house.model.entry)
    assert rho is not None
    attributed = REST * rho.scorer.rho_ppm // 1_000_000

    exact = Fraction(attributed * parts.get(house.second.sheet, 0), 1_000_000) + Fraction((REST - attributed) * 4, 12)
    assert abs(_owed(house, house.second.party) - exact) < 2


def test_a_sheet_is_split_by_its_version_at_the_capture_and_not_by_a_later_one(house: House) -> None:
    party, series = house.second.party, house.second.series
    house.pay()
    house.sheet(party, series, [Line("新版", house.studio, Of.REST, 1_000_000)], first=house.second.sheet)
    house.generate()
    house.royalties.allocate(JUNE)

    assert _owed(house, party) == _owed(house, house.studio) == REST * 4 // 12
    assert [line.line for line in _only(house, house.studio).lines] == ["新版"]


def test_a_thief_without_an_admitted_work_never_earns_and_the_contested_family_waits(house: House) -> None:
    scene = house.scene
    thief = scene.party("泥棒")
    series = scene.series(thief, "盗作")
    stolen = scene.register(scene.pictures("stolen", 1, first=5), series, thief)
    scene.archive.screening.run()
    house.scene.now = datetime(2026, 6, 11, 3, tzinfo=UTC)
    house.pay()
    house.royalties.allocate(JUNE)
    [(path, held)] = _held_back(house).items()

    assert WorkId(path.split(":")[1]) not in stolen
    assert _owed(house, thief) == 0
    assert held == REST // 12
    assert _owed(house, house.second.party) == REST * 3 // 12


def test_a_family_that_a_verifier_cleared_is_paid_again(house: House) -> None:
    scene = house.scene
    thief = scene.party("泥棒")
    series = scene.series(thief, "盗作")
    scene.register(scene.pictures("stolen", 1, first=5), series, thief)
    scene.archive.screening.run()
    verifier = scene.verifier()
    for waiting in scene.archive.screening.waiting():
        if waiting.party == house.second.party:
            scene.archive.screening.review(verifier, scene.keys[verifier], waiting.work, Verdict.NO_MATCH)
    house.scene.now = datetime(2026, 6, 11, 3, tzinfo=UTC)
    house.pay()
    house.royalties.allocate(JUNE)

    assert _held_back(house) == {}
    assert _owed(house, house.second.party) == REST * 4 // 12


def test_a_statement_of_account_adds_up_to_the_ledger_and_each_month_begins_where_the_last_ended(house: House) -> None:
    house.rely(40, 50)
    june = house.pay(2, named=[house.first])
    house.scene.now = datetime(2026, 6, 30, 14, 0, tzinfo=UTC)
    house.pay()
    house.scene.now = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
    house.pay()
    for period in (JUNE, "2026-07"):
        house.royalties.allocate(period)
    party = house.first.party
    whole, first, second = (_only(house, party, period) for period in (None, JUNE, "2026-07"))

    assert [len(item.lines) for item in (whole, first, second)] == [4, 3, 1]
    assert whole.closing.sub_units == sum(line.amount.sub_units for line in whole.lines) == _owed(house, party)
    assert (first.opening.sub_units, second.opening) == (0, first.closing)
    assert second.closing == whole.closing
    assert {str(line.day) for line in second.lines} == {"2026-07-01"}
    line = next(item for item in first.lines if item.shares == june.shares[0].entry)
    assert (line.unit, line.unit_name, line.line) == (house.first.sheet, "だるま百態", "権利者")
    assert line.output == june.outputs[0].statement.public["output"]


def test_each_currency_has_its_own_allocation_and_its_own_account(house: House) -> None:
    house.pay(10)
    house.buy("payment-2", currency="USD")
    house.generate(1)
    posted = house.royalties.allocate(JUNE).posted
    statement = house.royalties.account(house.second.party)

    assert [item.allocation.currency for item in posted] == ["JPY", "USD"]
    assert [item.currency for item in statement.balances] == ["JPY", "USD"]
    assert _owed(house, house.second.party, "USD") == statement.balances[1].closing.sub_units == 106_667
    assert to_csv(statement).data.decode("utf-8-sig").count("期末残高") == 2


def test_an_erased_work_does_not_hold_up_everybodys_money(house: House) -> None:
    work = next(iter(house.scene.known.works))
    house.pay()
    house.scene.archive.erase(work, "its holder asked")

    assert len(house.royalties.allocate(JUNE).posted) == 1


def test_everything_projected_is_the_same_after_a_rebuild(house: House) -> None:
    house.pay()
    house.royalties.allocate(JUNE)
    with house.journal.writing() as connection:
        before = rebuild.dump_digest(connection)
        rebuild.rebuild(connection, KINDS)
        assert rebuild.dump_digest(connection) == before


def test_a_month_that_is_none_and_a_stranger_are_refused(house: House) -> None:
    with pytest.raises(InputError, match="no month"):
        house.royalties.allocate("June")
    with pytest.raises(InputError, match="no month"):
        house.royalties.account(house.first.party, "2026-6")
    with pytest.raises(InputError, match="no party"):
        house.royalties.account(PartyId(digest_of("stranger")))
