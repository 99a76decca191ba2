"""The till against a naive one that keeps every credit as a thing of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_shop import COST, Made, Shop, small_rates
from okuzuke.accounts import store as accounts
from okuzuke.accounts.book import Account
from okuzuke.accounts.lots import Hold
from okuzuke.accounts.rates import tokyo_day
from okuzuke.core.errors import RightsError
from okuzuke.core.fields import Fields
from okuzuke.generation.credits import Capture
from okuzuke.storage.database import Connection

FREE = 3
PACKS = ((2, "JPY"), (5, "JPY"), (3, "USD"))
WAITS = (timedelta(minutes=1), timedelta(minutes=9), timedelta(hours=11, minutes=50), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody does, as numbers that are read against what stands by then."""

    what: str
    number: int
    units: int


@dataclass(slots=True)
class Naive:
    """Credits one by one: (currency, price) each, in the order they were bought."""

    credits: list[tuple[str, int]] = field(default_factory=list)
    holds: dict[str, tuple[int, int, str | None, datetime]] = field(default_factory=dict)
    captured: dict[object, int] = field(default_factory=dict)
    earned: dict[str, int] = field(default_factory=dict)

    def expire(self, now: datetime) -> None:
        self.holds = {key: hold for key, hold in self.holds.items() if hold[3] > now}

    def free(self, now: datetime) -> int:
        return FREE - self.captured.get(tokyo_day(now), 0) - sum(hold[0] for hold in self.holds.values())

    def unheld(self, currency: str) -> int:
        held = sum(paid for _, paid, of, _ in self.holds.values() if of == currency)
        return sum(one == currency for one, _ in self.credits) - held

    def pays(self, needed: int, now: datetime) -> tuple[int, int, str | None] | None:
        free = min(needed, self.free(now))
        if free == needed:
            return needed, 0, None
        for currency in dict.fromkeys(currency for currency, _ in self.credits):
            if self.unheld(currency) >= needed - free:
                return free, needed - free, currency
        return None

    def capture(self, key: str, outputs: int, now: datetime) -> list[int]:
        free, paid, currency, _ = self.holds.pop(key)
        self.captured[tokyo_day(now)] = self.captured.get(tokyo_day(now), 0) + free
        values = [0] * free
        for _ in range(paid):
            at = next(at for at, (one, _) in enumerate(self.credits) if one == currency)
            values.append(self.credits.pop(at)[1])
        if currency is not None:
            self.earned[currency] = self.earned.get(currency, 0) + sum(values)
        unit = len(values) // outputs
        return [sum(values[at * unit : (at + 1) * unit]) for at in range(outputs)]


class World:
    """Both tills, side by side, in one transaction."""

    def __init__(self, shop: Shop, connection: Connection) -> None:
        self.shop, self.connection, self.naive = shop, connection, Naive()
        self.holds: list[Hold] = []
        self.done = 0
        self.paid_in: dict[str, int] = {}

    def play(self, move: Move) -> None:
        plays = {"buy": self.buy, "hold": self.hold, "capture": self.capture, "void": self.void, "wait": self.wait}
        plays[move.what](move)
        self.naive.expire(self.shop.now)
        self.agree()

    def buy(self, move: Move) -> None:
        pack, currency = PACKS[move.number % len(PACKS)]
        self.done += 1
        bought = self.shop.till.buy_in(self.connection, self.shop.ann, pack, currency, f"pay-{self.done}")
        price = next(one.price for one in small_rates().packs if (one.credits, one.price.currency) == (pack, currency))
        total = price.sub_units
        self.naive.credits += [(currency, total * (at + 1) // pack - total * at // pack) for at in range(pack)]
        self.paid_in[currency] = self.paid_in.get(currency, 0) + total
        again = self.shop.till.buy_in(self.connection, self.shop.ann, pack, currency, f"pay-{self.done}")
        assert again.entry == bought.entry

    def hold(self, move: Move) -> None:
        self.done += 1
        outputs, key = 1 + move.number % 4, f"job-{self.done}"
        expires = self.shop.now + timedelta(minutes=10)
        wanted = self.naive.pays(outputs * move.units, self.shop.now)
        if wanted is None:
            with pytest.raises(RightsError, match="no credits"):
                self.shop.till.hold_in(self.connection, self.shop.ann, outputs, move.units, key, expires)
            return
        hold = self.shop.till.hold_in(self.connection, self.shop.ann, outputs, move.units, key, expires)
        assert (hold.free, hold.paid, hold.currency) == wanted
        self.naive.holds[key] = (*wanted, expires)
        self.holds.append(hold)

    def capture(self, move: Move) -> None:
        if not self.holds:
            return
        hold = self.holds[move.number % len(self.holds)]
        made = self.shop.make(self.connection, hold.user, hold.outputs)
        if hold.key not in self.naive.holds:
            with pytest.raises(RightsError, match="not open any more"):
                self._capture(hold, made)
            return
        prices = self.naive.capture(hold.key, hold.outputs, self.shop.now)
        taken = self._capture(hold, made)
        assert taken == prices
        assert self._capture(hold, made) == prices
        self.holds.remove(hold)

    def void(self, move: Move) -> None:
        if self.holds:
            hold = self.holds[move.number % len(self.holds)]
            self.shop.till.void_in(self.connection, hold)
            self.naive.holds.pop(hold.key, None)

    def wait(self, move: Move) -> None:
        self.shop.now += WAITS[move.number % len(WAITS)]

    def agree(self) -> None:
        held = accounts.balances(self.connection)
        for currency in ("JPY", "USD"):
            deferred = sum(
                balance for path, balance in held.items() if path.startswith("deferred:") and path.endswith(currency)
            )
            pools = sum(
                balance for path, balance in held.items() if path.startswith("pool:") and path.endswith(currency)
            )
            assert deferred == sum(price for one, price in self.naive.credits if one == currency)
            assert pools == self.naive.earned.get(currency, 0)
            assert held.get(f"cash:{currency}", 0) == deferred + pools == self.paid_in.get(currency, 0)
            assert self.naive.unheld(currency) >= 0
        assert all(balance >= 0 for path, balance in held.items() if Account.parse(path).stays_above_zero)
        for lot in accounts.lots(self.connection, self.shop.ann):
            assert held[f"deferred:{lot.lot}:{lot.price.currency}"] == lot.value(lot.used, lot.credits).sub_units
        open_holds = accounts.open_holds(self.connection, self.shop.ann, self.shop.now)
        assert {hold.key for hold in open_holds} == set(self.naive.holds)
        assert accounts.free_captured(self.connection, self.shop.ann, tokyo_day(self.shop.now)) <= FREE
        assert self.naive.free(self.shop.now) >= 0

    def _capture(self, hold: Hold, made: Made) -> list[int]:
        taken = self.shop.till.capture_in(self.connection, hold, made.request, made.outputs, COST)
        told = Capture.read(Fields(taken.statement.public, "capture"), taken.sealed)
        return [price.sub_units for price in told.prices or ()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.till.set_rates(small_rates(free=FREE))
    return shop


moves = st.builds(
    Move,
    st.sampled_from(("buy", "hold", "hold", "capture", "capture", "void", "wait")),
    st.integers(0, 9),
    st.integers(1, 3),
)


@settings(max_examples=100)
@given(st.lists(moves, max_size=16))
def test_no_credit_is_spent_twice_or_lost_whatever_is_done_in_whatever_order(shop: Shop, done: list[Move]) -> None:
    with shop.undone() as connection:
        world = World(shop, connection)
        for move in done:
            world.play(move)
