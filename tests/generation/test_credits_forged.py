"""Statements that the till would never make, signed by the operator all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from credit_shop import COST, Made, Shop, small_rates
from okuzuke.accounts.book import Transfer, TransferSet
from okuzuke.accounts.lots import Lot
from okuzuke.core.errors import CheckFailedError, InputError, RightsError
from okuzuke.core.ids import Entry, SetRoot
from okuzuke.core.money import Money
from okuzuke.generation.credits import Capture, Charge, Draw, Purchase, charge, paid_in
from okuzuke.ledger import submission
from okuzuke.ledger.submission import RowSet
from okuzuke.storage.database import Connection


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.till.set_rates(small_rates())
    shop.till.buy(shop.ann, 5, "JPY", "pay-1")
    shop.till.buy(shop.ben, 5, "JPY", "pay-2")
    return shop


def set_of(moves: tuple[Transfer, ...]) -> RowSet:
    return submission.set_of([submission.row_of(move.to_json(), bytes([at]) * 32) for at, move in enumerate(moves)])


class Forger:
    """A capture of one picture for one paid credit, true until a test changes a part of it."""

    def __init__(self, shop: Shop, connection: Connection) -> None:
        self.shop, self.connection = shop, connection
        self.lot: Lot = shop.till.balance(shop.ann).lots[0]
        self.made: Made = shop.make(connection, shop.ann, 1)
        self.rates = shop.till.rates_at(shop.now).entry
        self.pays(self.lot)

    def pays(self, lot: Lot) -> None:
        self.charge: Charge = charge(1, 1, 0, [lot], "JPY")
        self.moves = self.charge.moves(self.made.outputs, "2026-06")
        self.beneath = (self.made.request, self.rates, *self.made.outputs, lot.purchase)

    def told(self) -> Capture:
        paid = self.charge
        rows = set_of(self.moves)
        named = TransferSet(rows.root, len(rows.rows))
        return Capture(self.made.request, 1, named, self.shop.ann, 0, 1, paid.draws, paid.prices, COST)

    def say(self, told: Capture | None = None) -> None:
        body = told or self.told()
        self.shop.say(
            self.connection, "capture", body.to_public(), body.to_sealed(), self.beneath, (set_of(self.moves),)
        )


@pytest.fixture
def forger(shop: Shop) -> Iterator[Forger]:
    with shop.undone() as connection:
        yield Forger(shop, connection)


def test_what_is_forged_below_would_be_taken_were_it_true(forger: Forger) -> None:
    forger.say()


def test_a_credit_cannot_be_passed_over_or_used_again(forger: Forger) -> None:
    forger.pays(replace(forger.lot, used=1))
    with pytest.raises(CheckFailedError, match="are not the next of lot"):
        forger.say()


def test_a_credit_is_not_used_twice(forger: Forger) -> None:
    forger.say()
    forger.made = forger.shop.make(forger.connection, forger.shop.ann, 1)
    forger.pays(forger.lot)
    with pytest.raises(CheckFailedError, match="are not the next of lot"):
        forger.say()


def test_nobody_pays_with_the_lot_of_another(forger: Forger) -> None:
    forger.pays(forger.shop.till.balance(forger.shop.ben).lots[0])
    with pytest.raises(CheckFailedError, match="are not the next of lot"):
        forger.say()


@pytest.mark.parametrize("sub_units", [2, 9])
def test_what_moves_is_what_the_credit_is_worth(forger: Forger, sub_units: int) -> None:
    forger.moves = (replace(forger.moves[0], amount=Money(sub_units, "JPY")),)
    with pytest.raises(CheckFailedError, match="does not follow from its lots"):
        forger.say()


def test_more_than_a_lot_holds_does_not_move(forger: Forger) -> None:
    forger.moves = (replace(forger.moves[0], amount=Money(10, "JPY")),)
    with pytest.raises(CheckFailedError, match="holds 9 and would fall to -1"):
        forger.say()


def test_what_moves_goes_to_the_pool_of_its_own_month(forger: Forger) -> None:
    forger.moves = forger.charge.moves(forger.made.outputs, "2026-07")
    with pytest.raises(CheckFailedError, match="does not follow from its lots"):
        forger.say()


def test_a_transfer_that_names_no_output_is_refused(forger: Forger) -> None:
    forger.moves = (replace(forger.moves[0], output=None),)
    with pytest.raises(CheckFailedError, match="does not follow from its lots"):
        forger.say()


def test_a_capture_rests_on_the_lots_it_draws(forger: Forger) -> None:
    forger.beneath = forger.beneath[:-1]
    with pytest.raises(CheckFailedError, match="does not follow from its lots"):
        forger.say()


def test_a_capture_rests_on_the_rates_in_force(forger: Forger) -> None:
    newer = forger.shop.say(
        forger.connection, "rates", small_rates(free=1).to_public(), {}, (Entry(forger.shop.operator),)
    )
    assert newer.entry != forger.rates
    with pytest.raises(CheckFailedError, match="are not the ones in force"):
        forger.say()


def test_no_more_is_free_than_the_day_gives(forger: Forger) -> None:
    told = Capture(forger.made.request, 1, None, forger.shop.ann, 4, 0, (), (Money(0, "JPY"),), COST)
    beneath = (forger.made.request, forger.rates, *forger.made.outputs)
    with pytest.raises(RightsError, match="more than 3 free credits in one day"):
        forger.shop.say(forger.connection, "capture", told.to_public(), told.to_sealed(), beneath)


def test_credits_that_do_not_part_over_the_outputs_are_refused(forger: Forger) -> None:
    told = Capture(forger.made.request, 1, None, forger.shop.ann, 0, 0, (), (Money(0, "JPY"),), COST)
    beneath = (forger.made.request, forger.rates, *forger.made.outputs)
    with pytest.raises(CheckFailedError, match="do not part over its outputs"):
        forger.shop.say(forger.connection, "capture", told.to_public(), told.to_sealed(), beneath)


def test_a_draw_of_nothing_is_refused(forger: Forger) -> None:
    empty = replace(forger.told(), lots=(Draw(forger.lot.purchase, 1, 1),))
    with pytest.raises(CheckFailedError, match="are not the next of lot"):
        forger.say(empty)


def test_a_set_said_larger_than_it_is_is_refused(forger: Forger) -> None:
    told = forger.told()
    assert told.transfers is not None
    with pytest.raises(CheckFailedError, match="has another size"):
        forger.say(replace(told, transfers=TransferSet(told.transfers.root, 2)))
    with pytest.raises(CheckFailedError, match="name different sets"):
        forger.say(replace(told, transfers=TransferSet(SetRoot("e" * 64), 1)))


@pytest.mark.parametrize(
    ("said", "moved", "reference", "why"),
    [
        (9, 8, "pay-3", "does not follow from its rates"),
        (8, 8, "pay-3", "does not follow from its rates"),
        (9, 9, "pay-1", "bought already"),
    ],
)
def test_a_purchase_follows_from_its_rates_once(shop: Shop, said: int, moved: int, reference: str, why: str) -> None:
    rates = shop.till.rates_at(shop.now).entry
    moves = set_of(paid_in(shop.ann, reference, Money(moved, "JPY")))
    bought = Purchase(rates, TransferSet(moves.root, 1), shop.ann, 5, Money(said, "JPY"), reference)
    beneath = (rates, Entry(shop.ann))
    with shop.undone() as connection, pytest.raises(CheckFailedError, match=why):
        shop.say(connection, "purchase", bought.to_public(), bought.to_sealed(), beneath, (moves,))


def test_a_purchase_rests_on_its_rates_and_its_user(shop: Shop) -> None:
    rates = shop.till.rates_at(shop.now).entry
    moves = set_of(paid_in(shop.ann, "pay-3", Money(9, "JPY")))
    bought = Purchase(rates, TransferSet(moves.root, 1), shop.ann, 5, Money(9, "JPY"), "pay-3")
    for beneath in ((rates,), (rates, Entry(shop.ben)), (Entry(shop.ann), rates)):
        with shop.undone() as connection, pytest.raises(CheckFailedError, match="does not rest on what it names"):
            shop.say(connection, "purchase", bought.to_public(), bought.to_sealed(), beneath, (moves,))


def test_a_purchase_with_a_field_left_out_is_refused(shop: Shop) -> None:
    rates = shop.till.rates_at(shop.now).entry
    moves = set_of(paid_in(shop.ann, "pay-3", Money(9, "JPY")))
    bought = Purchase(rates, TransferSet(moves.root, 1), shop.ann, 5, Money(9, "JPY"), "pay-3")
    for name in bought.to_sealed():
        sealed = {key: value for key, value in bought.to_sealed().items() if key != name}
        with shop.undone() as connection, pytest.raises((CheckFailedError, InputError), match=name):
            shop.say(connection, "purchase", bought.to_public(), sealed, (rates, Entry(shop.ann)), (moves,))
