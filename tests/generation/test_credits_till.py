from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from credit_shop import COST, KINDS, NOON, Shop, small_rates
from okuzuke.accounts import store as accounts
from okuzuke.accounts.lots import Hold
from okuzuke.accounts.rates import default_rates
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError, RightsError, StateError
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import Money
from okuzuke.generation.credits import Capture, paid_in
from okuzuke.generation.till import Balance, Till
from okuzuke.ledger import rebuild, submission
from okuzuke.registry.parties import Capacity
from okuzuke.storage import schema
from okuzuke.storage.database import Database


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.till.set_rates(small_rates())
    return shop


@pytest.fixture
def shop(opened_once: Shop, tmp_path: Path) -> Iterator[Shop]:
    shop = opened_once.copied(tmp_path)
    yield shop
    shop.database.close()


def spendable(balance: Balance) -> tuple[int, int, int]:
    return balance.free_left, balance.paid, balance.held


def balances(shop: Shop) -> dict[str, int]:
    with shop.database.reading() as connection:
        return accounts.balances(connection)


def entries(shop: Shop) -> int:
    with shop.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(schema.entry)) or 0


def test_an_archive_without_rates_records_the_default_table_when_first_asked(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    first = shop.till.rates_at(shop.now)
    assert first.rates == default_rates(NOON)
    assert shop.till.rates_at(shop.now).entry == first.entry


def test_rates_announced_for_later_do_not_leave_today_without_any(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    later = small_rates(NOON + timedelta(days=30))
    shop.till.set_rates(later)
    assert shop.till.rates_at(shop.now).rates == default_rates(NOON)
    assert shop.till.rates_at(NOON + timedelta(days=30)).rates == later


def test_no_rates_were_in_force_before_the_first(shop: Shop) -> None:
    with pytest.raises(InputError, match="no rates were in force at 2026-06-09"):
        shop.till.rates_at(NOON - timedelta(days=1))


def test_a_bought_pack_is_a_lot_and_its_price_is_deferred(shop: Shop) -> None:
    purchase = shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    found = shop.till.balance(shop.ann)
    (lot,) = found.lots
    assert spendable(found) == (3, 5, 0)
    assert (lot.purchase, lot.credits, lot.price) == (purchase, 5, Money(9, "JPY"))
    assert balances(shop) == {"cash:JPY": 9, f"deferred:{lot.lot}:JPY": 9}


def test_one_reference_is_one_purchase(shop: Shop) -> None:
    first = shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    shop.till.set_rates(replace(small_rates(), packs=()))
    assert shop.till.buy(shop.ann, 5, "JPY", "pay-1") == first
    for user, pack, currency in ((shop.ann, 2, "JPY"), (shop.ann, 3, "USD"), (shop.ben, 5, "JPY")):
        with pytest.raises(InputError, match="used for something else already"):
            shop.till.buy(user, pack, currency, "pay-1")
    assert shop.till.balance(shop.ann).paid == 5


@pytest.mark.parametrize("pack", [0, -5, True, 5.0, 10**30, 4])
def test_what_is_no_pack_is_not_sold(shop: Shop, pack: int) -> None:
    before = entries(shop)
    with pytest.raises(InputError):
        shop.till.buy(shop.ann, pack, "JPY", "pay-1")
    assert entries(shop) == before


@pytest.mark.parametrize("reference", ["", "a\nb", "x" * 5000, 7])
def test_a_reference_is_a_line_of_text(shop: Shop, reference: str) -> None:
    with pytest.raises(InputError, match="reference"):
        shop.till.buy(shop.ann, 5, "JPY", reference)


def test_only_a_party_buys_or_holds(shop: Shop) -> None:
    nobody = PartyId("0" * 64)
    with pytest.raises(InputError, match="no party"):
        shop.till.buy(nobody, 5, "JPY", "pay-1")
    with shop.journal.writing() as connection, pytest.raises(InputError, match="no party"):
        shop.till.hold_in(connection, nobody, 1, 1, "job", NOON + timedelta(hours=1))


def test_without_the_operators_key_nothing_is_sold(shop: Shop) -> None:
    with pytest.raises(StateError, match="holds no operator's key"):
        Till(shop.journal, None).buy(shop.ann, 5, "JPY", "pay-1")


def test_credits_go_to_nobody_else(shop: Shop) -> None:
    shop.till.buy(shop.ben, 5, "JPY", "pay-1")
    assert shop.till.balance(shop.ann).paid == 0
    with pytest.raises(RightsError, match="4 are needed, 1 are missing"):
        shop.hold(4)


def test_a_hold_sets_aside_and_moves_nothing(shop: Shop) -> None:
    shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    before, money = entries(shop), balances(shop)
    hold = shop.hold(4)
    assert (hold.free, hold.paid, hold.currency) == (3, 1, "JPY")
    assert spendable(shop.till.balance(shop.ann)) == (0, 4, 4)
    assert (entries(shop), balances(shop)) == (before, money)


def test_a_hold_is_the_same_however_often_it_is_asked_for(shop: Shop) -> None:
    hold = shop.hold(2)
    assert shop.hold(2, minutes=60) == hold
    with pytest.raises(InputError, match="used for something else"):
        shop.hold(3)
    assert shop.till.balance(shop.ann).held == 2


@pytest.mark.parametrize(
    ("outputs", "unit"), [(0, 1), (1, 0), (-1, 1), (True, 1), (1, True), (1.0, 1), (10**9, 1), (1, 10**9)]
)
def test_a_hold_of_no_whole_number_is_refused(shop: Shop, outputs: int, unit: int) -> None:
    with pytest.raises(InputError, match="is not an integer"):
        shop.hold(outputs, unit)


def test_a_hold_ends_after_it_begins(shop: Shop) -> None:
    with pytest.raises(InputError, match="has expired"):
        shop.hold(1, minutes=0)


def test_a_capture_moves_the_price_of_each_output_to_the_pool_of_the_month(shop: Shop) -> None:
    shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    taken = shop.capture(shop.hold(5))
    pool = "pool:generation:2026-06:JPY"
    with shop.database.reading() as connection:
        moved = accounts.transfers(connection, taken.entry)
    assert [(move.credit.path, move.amount.sub_units) for move in moved] == [(pool, 1), (pool, 2)]
    assert balances(shop)[pool] == 3
    assert sum(balances(shop).values()) == 2 * balances(shop)["cash:JPY"]
    assert spendable(shop.till.balance(shop.ann)) == (0, 3, 0)
    assert taken.sealed["free"] == 3
    assert taken.statement.public["outputs"] == 5


def test_free_credits_earn_nothing(shop: Shop) -> None:
    taken = shop.capture(shop.hold(3))
    assert taken.statement.public["transfers"] is None
    assert balances(shop) == {}


def test_a_capture_is_made_once(shop: Shop) -> None:
    hold = shop.hold(1)
    with shop.journal.writing() as connection:
        made, again = shop.make(connection, shop.ann, 1), shop.make(connection, shop.ann, 1)
        first = shop.till.capture_in(connection, hold, made.request, made.outputs, COST)
        assert shop.till.capture_in(connection, hold, made.request, made.outputs, COST).entry == first.entry
        with pytest.raises(InputError, match="used for something else"):
            shop.till.capture_in(connection, hold, again.request, again.outputs, COST)
        with pytest.raises(InputError, match="used for something else"):
            shop.till.capture_in(connection, hold, made.request, made.outputs, Money(6, "JPY"))
    with pytest.raises(InputError, match=f"charged already, by capture {first.entry}"):
        shop.hold(1)
    assert shop.till.balance(shop.ann).free_left == 2


def test_a_request_is_captured_once_whatever_holds_are_open(shop: Shop) -> None:
    one, two = shop.hold(1, key="one"), shop.hold(1, key="two")
    with shop.journal.writing() as connection:
        made = shop.make(connection, shop.ann, 1)
        shop.till.capture_in(connection, one, made.request, made.outputs, COST)
        with pytest.raises(CheckFailedError, match="was captured already"):
            shop.till.capture_in(connection, two, made.request, made.outputs, COST)


def test_a_capture_charges_who_asked_for_what_was_made(shop: Shop) -> None:
    hold = shop.hold(1)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ben, 1)
        with pytest.raises(CheckFailedError, match="no request of this user"):
            shop.till.capture_in(connection, hold, made.request, made.outputs, COST)
    with shop.undone() as connection:
        made, other = shop.make(connection, shop.ann, 1), shop.make(connection, shop.ann, 1)
        with pytest.raises(CheckFailedError, match="no output of request"):
            shop.till.capture_in(connection, hold, made.request, other.outputs, COST)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ann, 2)
        with pytest.raises(InputError, match="2 outputs for a hold of 1"):
            shop.till.capture_in(connection, hold, made.request, made.outputs, COST)


def test_one_output_is_not_charged_twice(shop: Shop) -> None:
    hold = shop.hold(2)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ann, 1)
        with pytest.raises(InputError, match="does not rest on its request, rates and outputs"):
            shop.till.capture_in(connection, hold, made.request, made.outputs * 2, COST)


@pytest.mark.parametrize("sub_units", [-1, 1.5, True])
def test_a_cost_is_whole_and_not_below_zero(shop: Shop, sub_units: int) -> None:
    hold = shop.hold(1)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ann, 1)
        with pytest.raises(InputError):
            shop.till.capture_in(connection, hold, made.request, made.outputs, Money(sub_units, "JPY"))


def test_a_voided_hold_gives_back_and_is_not_captured(shop: Shop) -> None:
    hold = shop.hold(3)
    shop.till.void(hold)
    assert spendable(shop.till.balance(shop.ann)) == (3, 0, 0)
    with pytest.raises(RightsError, match="not open any more, and nothing was charged") as refused:
        shop.capture(hold)
    assert refused.value.exit_code == 3


def test_voiding_what_was_captured_takes_nothing_back(shop: Shop) -> None:
    hold = shop.hold(3)
    shop.capture(hold)
    shop.till.void(hold)
    assert spendable(shop.till.balance(shop.ann)) == (0, 0, 0)


def test_a_late_void_leaves_the_hold_that_took_the_key_since(shop: Shop) -> None:
    first = shop.hold(3)
    shop.now = first.expires_at
    second = shop.hold(1)
    shop.till.void(first)
    assert shop.till.balance(shop.ann).held == 1
    with pytest.raises(RightsError, match="not open any more"):
        shop.capture(first)
    shop.capture(second)


def test_who_is_stopped_between_hold_and_capture_has_paid_nothing(shop: Shop) -> None:
    shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    hold = shop.hold(5)
    before, money = entries(shop), balances(shop)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ann, 5)
        shop.till.capture_in(connection, hold, made.request, made.outputs, COST)
    assert (entries(shop), balances(shop)) == (before, money)
    shop.now = hold.expires_at - timedelta(microseconds=1)
    assert spendable(shop.till.balance(shop.ann)) == (0, 3, 5)
    shop.now = hold.expires_at
    assert spendable(shop.till.balance(shop.ann)) == (3, 5, 0)
    with pytest.raises(RightsError, match="not open any more"):
        shop.capture(hold)


@pytest.mark.parametrize(("moment", "left"), [("14:59:59", 0), ("15:00:00", 3)])
def test_free_credits_come_back_at_midnight_in_tokyo(shop: Shop, moment: str, left: int) -> None:
    shop.capture(shop.hold(3))
    hours, minutes, seconds = map(int, moment.split(":"))
    shop.now = NOON.replace(hour=hours, minute=minutes, second=seconds)
    assert shop.till.balance(shop.ann).free_left == left


def test_a_hold_over_midnight_counts_on_the_day_it_is_captured(shop: Shop) -> None:
    shop.now = NOON.replace(hour=14, minute=59, second=59)
    hold = shop.hold(2)
    shop.now = NOON.replace(hour=15)
    assert shop.till.balance(shop.ann).free_left == 1
    shop.capture(hold)
    assert shop.till.balance(shop.ann).free_left == 1


def test_a_quota_that_shrank_under_a_hold_refuses_its_capture(shop: Shop) -> None:
    hold = shop.hold(3)
    shop.till.set_rates(small_rates(free=2))
    with pytest.raises(RightsError, match="more than 2 free credits in one day"):
        shop.capture(hold)
    shop.till.void(hold)
    shop.capture(shop.hold(2))


def test_rates_are_looked_up_when_the_capture_is_recorded(shop: Shop) -> None:
    hold = shop.hold(1)
    newer = shop.till.set_rates(small_rates(free=9))
    assert shop.capture(hold).statement.rests_on[1].entry == newer.entry


def test_a_forged_rate_purchase_or_capture_is_refused(shop: Shop) -> None:
    tariff = shop.till.rates_at(shop.now)
    with shop.undone() as connection, pytest.raises(CheckFailedError, match="does not rest on what it names"):
        shop.say(connection, "rates", small_rates().to_public(), {}, (Entry(shop.ann),))
    hold = shop.hold(1)
    taken = shop.capture(hold)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ann, 1)
        public = {**taken.statement.public, "request": made.request}
        beneath = (made.request, tariff.entry, *made.outputs)
        with pytest.raises(RightsError, match="no credits"):
            shop.say(connection, "capture", public, {**taken.sealed, "free": 0, "paid": 1}, beneath)
    with shop.undone() as connection:
        made = shop.make(connection, shop.ann, 1)
        public = {**taken.statement.public, "request": made.request}
        beneath = (made.request, tariff.entry, *made.outputs)
        prices = [Money(1, "JPY").to_json()]
        with pytest.raises(CheckFailedError, match="does not follow from its lots"):
            shop.say(connection, "capture", public, {**taken.sealed, "prices": prices}, beneath)


@pytest.mark.parametrize("kind", ["rates", "purchase", "capture"])
@pytest.mark.parametrize("whose", ["ann's own", "the operator's, not as such"])
def test_only_the_operator_records(shop: Shop, kind: str, whose: str) -> None:
    tariff = shop.till.rates_at(shop.now)
    with shop.undone() as connection:
        said = shop.till.buy_in(connection, shop.ann, 5, "JPY", "pay-1").sealed
        moves = submission.set_of(
            [submission.row_of(paid_in(shop.ann, "pay-2", Money(9, "JPY"))[0].to_json(), bytes(32))]
        )
        made = shop.make(connection, shop.ann, 1)
        free = Capture(made.request, 1, None, shop.ann, 1, 0, (), (Money(0, "JPY"),), COST)
        forged: dict[str, tuple[JsonObject, JsonObject, tuple[Entry, ...]]] = {
            "rates": (small_rates().to_public(), {}, (Entry(shop.operator),)),
            "purchase": (
                {"rates": tariff.entry, "transfers": moves.to_json()},
                {**said, "reference": "pay-2"},
                (tariff.entry, Entry(shop.ann)),
            ),
            "capture": (free.to_public(), free.to_sealed(), (made.request, tariff.entry, *made.outputs)),
        }
        if whose == "ann's own":
            shop.speaker = shop.ann
        else:
            shop.capacity = Capacity.SELF
        with pytest.raises(RightsError, match="Only the operator"):
            shop.say(connection, kind, *forged[kind], (moves,) if kind == "purchase" else ())


def test_an_operator_key_that_is_not_in_force_signs_nothing(shop: Shop) -> None:
    with pytest.raises(RightsError):
        Till(shop.journal, shop.keys["ann"]).set_rates(small_rates())


def test_two_that_hold_at_once_never_overspend(shop: Shop, tmp_path: Path) -> None:
    shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    start = Barrier(2)

    def spend(name: str) -> int:
        database = Database(tmp_path / "okuzuke.db")
        till, journal = shop.opened(database, tmp_path)
        start.wait()
        held = 0
        for at in range(6):
            try:
                with journal.writing() as connection:
                    held += till.hold_in(connection, shop.ann, 1, 1, f"{name}-{at}", NOON + timedelta(hours=1)).outputs
                till.buy(shop.ben, 2, "JPY", f"both-{at}")
            except RightsError:
                break
        database.close()
        return held

    with ThreadPoolExecutor(2) as both:
        taken = list(both.map(spend, ("one", "two")))
    assert sum(taken) == 8
    assert spendable(shop.till.balance(shop.ann)) == (0, 0, 8)
    bought = shop.till.balance(shop.ben).lots
    assert len(bought) == len({lot.lot for lot in bought}) >= max(taken)


def test_everything_is_rebuilt_from_the_statements_and_holds_stay(shop: Shop) -> None:
    shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    shop.capture(shop.hold(4))
    hold = shop.hold(1, key="open")
    money = balances(shop)
    with shop.journal.writing() as connection:
        before = rebuild.dump_digest(connection)
        rebuild.rebuild(connection, KINDS)
        assert rebuild.dump_digest(connection) == before
        assert accounts.hold(connection, "open", shop.now) == hold
    assert balances(shop) == money


def test_a_hold_of_an_unknown_key_is_not_captured(shop: Shop) -> None:
    forged = Hold("nobody's", shop.ann, 1, 1, 1, 0, None, NOON, NOON + timedelta(hours=1))
    with pytest.raises(RightsError, match="not open any more"):
        shop.capture(forged)
