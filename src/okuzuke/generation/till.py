"""Credits as their users call them: buy, look, hold before a generation, capture with it or void after it.

A hold sets credits aside and moves no money; whoever is stopped between hold and capture has paid nothing, and the
hold's deadline gives the credits back. The capture is recorded with its outputs in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.accounts import store as accounts
from okuzuke.accounts.book import Transfer, TransferSet
from okuzuke.accounts.lots import Hold, Lot, available
from okuzuke.accounts.rates import MOST_CREDITS, Rates, Tariff, default_rates, in_force, tokyo_day, tokyo_month
from okuzuke.accounts.store import Charged
from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError, InputError, RightsError, StateError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.intervals import format_instant
from okuzuke.core.money import Money
from okuzuke.generation.credits import Capture, Purchase, charge, free_left, opened, paid_in, reserve
from okuzuke.ledger import store as ledger
from okuzuke.ledger import submission
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.registry import store as registry
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity, Party
from okuzuke.storage.database import Connection

MOST_OUTPUTS = 10_000


@dataclass(frozen=True, slots=True)
class Balance:
    """What a user can spend now: free credits of today and paid ones, neither of them held; and what is held."""

    free_left: int
    paid: int
    lots: tuple[Lot, ...]
    """Every lot, oldest first; what open holds will take of them is still in."""
    held: int
    """Free and paid credits in open holds."""


class Till:
    """Sells credits and charges them, and records both as the operator."""

    def __init__(self, journal: Journal, operator_key: Ed25519PrivateKey | None) -> None:
        self._journal = journal
        self._operator_key = operator_key
        self._loaded: registry.Loaded | None = None
        """What was last read of what is committed; within a transaction it is read on from, never replaced."""

    def set_rates(self, rates: Rates) -> Recorded:
        """Record a table of rates; it takes effect when it says so, but never before this record."""
        with self._journal.writing() as connection:
            if rates.effective_from > self._now(connection):
                # A default recorded later would be the newer one, and would take the place of the announced table.
                self._tariff(connection, self._now(connection))
            return self._set_rates(connection, rates)

    def rates_at(self, at: datetime) -> Tariff:
        """Return the table in force at an instant; an archive without any records the default table now."""
        with self._journal.database.reading() as connection:
            found = in_force(accounts.tariffs(connection), at)
        if found is not None:
            return found
        with self._journal.writing() as connection:
            return self._tariff(connection, at)

    def buy(self, user: PartyId, pack: int, currency: str, reference: str) -> Entry:
        """Record that a user bought a pack at today's price, and return the purchase's entry.

        The same reference with the same user, pack and currency returns the same entry; with others it is refused.
        """
        with self._journal.writing() as connection:
            return self.buy_in(connection, user, pack, currency, reference).entry

    def buy_in(self, connection: Connection, user: PartyId, pack: int, currency: str, reference: str) -> Recorded:
        """Record a purchase within a transaction of the caller's."""
        reference = Fields({"reference": reference}, "purchase").text("reference")
        key, body = f"purchase/{reference}", _body([user, pack, currency])
        done = _done(connection, key, body)
        if done is not None:
            return ledger.recorded(connection, done)
        self._check_user(connection, user)
        tariff = self._tariff(connection, self._now(connection))
        sold = tariff.rates.pack(pack, currency)
        moves = self._moves(paid_in(user, reference, sold.price))
        bought = Purchase(tariff.entry, _named(moves), user, sold.credits, sold.price, reference)
        beneath = [tariff.entry, Entry(user)]
        item = self._record(connection, "purchase", bought.to_public(), bought.to_sealed(), beneath, [moves])
        accounts.keep_done(connection, key, body, item.entry)
        return item

    def balance(self, user: PartyId) -> Balance:
        """Return what the user can spend now."""
        at = self._journal.now()
        with self._journal.database.reading() as connection:
            at = max(at, ledger.last_instant(connection) or at)
        rates = self.rates_at(at).rates
        with self._journal.database.reading() as connection:
            holds = accounts.open_holds(connection, user, at)
            lots = accounts.lots(connection, user)
            captured = accounts.free_captured(connection, user, tokyo_day(at))
        return Balance(
            free_left(rates.free_per_day, captured, holds),
            sum(available(lots, holds).values()),
            lots,
            sum(hold.free + hold.paid for hold in holds),
        )

    def hold_in(
        self, connection: Connection, user: PartyId, count: int, unit_credits: int, key: str, expires: datetime
    ) -> Hold:
        """Set aside the credits of `count` outputs until `expires`; the same key and body return the hold as it is.

        Raises `RightsError` where free and paid credits do not suffice.
        """
        asked = Fields({"key": key, "count": count, "unit_credits": unit_credits}, "hold")
        key = asked.text("key")
        asked.integer("count", low=1, high=MOST_OUTPUTS)
        asked.integer("unit_credits", low=1, high=MOST_CREDITS)
        at = self._now(connection)
        if expires <= at:
            raise InputError(f"a hold until {format_instant(expires)} has expired", remedy="give a later instant")
        done = accounts.done_before(connection, f"capture/{key}")
        if done is not None:
            raise InputError(f"{key} was charged already, by capture {done[1]}", remedy="give another key")
        kept = accounts.hold(connection, key, at)
        if kept is not None:
            if (kept.user, kept.outputs, kept.unit_credits) != (user, count, unit_credits):
                raise _other_body(key)
            return kept
        self._check_user(connection, user)
        rates = self._tariff(connection, at).rates
        accounts.expire_holds(connection, at)
        holds = accounts.open_holds(connection, user, at)
        captured = accounts.free_captured(connection, user, tokyo_day(at))
        left = free_left(rates.free_per_day, captured, holds)
        pays = reserve(count * unit_credits, left, accounts.lots(connection, user), holds)
        hold = Hold(key, user, count, unit_credits, pays.free, pays.paid, pays.currency, at, expires)
        accounts.open_hold(connection, hold)
        return hold

    def capture_in(
        self, connection: Connection, hold: Hold, request: Entry, outputs: Sequence[Entry], cost: Money
    ) -> Recorded:
        """Charge a hold for the outputs recorded in this transaction, one a place; the hold is closed.

        The same hold for the same request, outputs and cost returns the same entry; for others it is refused, and so is
        a hold that expired or was voided.
        """
        key, body = f"capture/{hold.key}", _body([hold.user, request, list(outputs), cost.to_json()])
        done = _done(connection, key, body)
        if done is not None:
            return ledger.recorded(connection, done)
        at = self._now(connection)
        if accounts.hold(connection, hold.key, at) != hold:
            raise RightsError(
                f"hold {hold.key} is not open any more, and nothing was charged\n"
                f"確保 {hold.key} は期限切れか取消済みです。課金されていません",
                remedy="start again: the credits are free again",
            )
        if len(outputs) != hold.outputs:
            raise InputError(
                f"{len(outputs)} outputs for a hold of {hold.outputs}", remedy="void it and hold for what was made"
            )
        tariff = self._tariff(connection, at)
        currency = hold.currency or cost.currency
        paid = charge(hold.outputs, hold.unit_credits, hold.free, accounts.lots(connection, hold.user), currency)
        transfers = paid.moves(outputs, tokyo_month(at))
        moves = self._moves(transfers) if transfers else None
        named = _named(moves) if moves is not None else None
        told = Capture(request, hold.outputs, named, hold.user, paid.free, paid.paid, paid.draws, paid.prices, cost)
        beneath = [request, tariff.entry, *outputs, *(drawn.lot for drawn in paid.draws)]
        sets = [moves] if moves is not None else []
        item = self._record(connection, "capture", told.to_public(), told.to_sealed(), beneath, sets)
        accounts.close_hold(connection, hold.key)
        accounts.keep_done(connection, key, body, item.entry)
        return item

    def void(self, hold: Hold) -> None:
        """Give back what a hold set aside; one that is captured or gone already stays as it is."""
        with self._journal.writing() as connection:
            self.void_in(connection, hold)

    def void_in(self, connection: Connection, hold: Hold) -> None:
        """Void within a transaction of the caller's."""
        if accounts.hold(connection, hold.key, hold.opened_at) == hold:
            accounts.close_hold(connection, hold.key)

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of this desk is recorded under."""
        return {"rates": self._check_rates, "purchase": self._check_purchase, "capture": self._check_capture}

    def _check_rates(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        known = self._known(connection)
        accounts.read_rates(item)
        _check_rests_on(item, [Entry(known.operator or "")])

    def _check_purchase(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        bought = _read_purchase(item)
        user, price = opened(bought.user, "user"), opened(bought.price, "price")
        self._check_user(connection, user)
        tariff = _in_force(connection, item.recorded_at, bought.rates)
        pack = tariff.rates.pack(opened(bought.credits, "credits"), price.currency)
        due = paid_in(user, opened(bought.reference, "reference"), price)
        if pack.price != price or accounts.set_of(connection, bought.transfers) != due:
            raise CheckFailedError("a purchase does not follow from its rates", remedy="buy again: okuzuke credits buy")
        _check_rests_on(item, [tariff.entry, Entry(user)])

    def _check_capture(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        told = _read_capture(item)
        beneath = told.beneath(item.statement.rests_on)
        opened(told.cost, "cost")
        user, free, draws = opened(told.user, "user"), opened(told.free, "free"), opened(told.lots, "lots")
        rates = _in_force(connection, item.recorded_at, beneath.rates).rates
        _check_outputs(connection, told, beneath.outputs)
        if free and accounts.free_captured(connection, user, tokyo_day(item.recorded_at)) > rates.free_per_day:
            raise RightsError(
                f"more than {rates.free_per_day} free credits in one day\n無料分は1日{rates.free_per_day}までです",
                remedy="void the hold and hold again",
            )
        firsts = {drawn.lot: drawn.first for drawn in draws}
        before = [replace(lot, used=firsts.get(lot.purchase, lot.used)) for lot in accounts.lots(connection, user)]
        unit_credits, rest = divmod(free + opened(told.paid, "paid"), told.outputs)
        prices = opened(told.prices, "prices")
        if rest or not unit_credits or not prices:
            raise CheckFailedError("a capture's credits do not part over its outputs", remedy="capture it anew")
        due = charge(told.outputs, unit_credits, free, before, prices[0].currency)
        moved = accounts.set_of(connection, told.transfers) if told.transfers is not None else ()
        if (
            (due.free, due.paid, due.draws, due.prices) != (free, told.paid, draws, prices)
            or moved != due.moves(beneath.outputs, tokyo_month(item.recorded_at))
            or beneath.lots != tuple(drawn.lot for drawn in draws)
        ):
            raise CheckFailedError("a capture does not follow from its lots", remedy="capture it again")

    def _check_user(self, connection: Connection, user: PartyId) -> None:
        if self._known(connection).body(user, Party) is None:
            raise InputError(f"no party {user!r} here"[:120], remedy="enter it first: okuzuke party NAME --role user")

    def _known(self, connection: Connection) -> Statements:
        with self._journal.database.reading() as committed:
            self._loaded = registry.load_since(committed, self._loaded)
        return registry.load_since(connection, self._loaded).known

    def _now(self, connection: Connection) -> datetime:
        """Return the instant at which the next entry would be recorded, were it recorded at once."""
        at = self._journal.now()
        return max(at, ledger.last_instant(connection) or at)

    def _tariff(self, connection: Connection, at: datetime) -> Tariff:
        tariffs = accounts.tariffs(connection)
        if not tariffs:
            self._set_rates(connection, default_rates(self._now(connection)))
            tariffs = accounts.tariffs(connection)
            # Nothing was in force before the first record, and that record is this one.
            at = max(at, tariffs[0].recorded_at)
        found = in_force(tariffs, at)
        if found is None:
            raise InputError(f"no rates were in force at {format_instant(at)}", remedy="set some: okuzuke rates")
        return found

    def _set_rates(self, connection: Connection, rates: Rates) -> Recorded:
        operator = self._known(connection).operator
        return self._record(connection, "rates", rates.to_public(), {}, [Entry(operator or "")], [])

    def _moves(self, transfers: Sequence[Transfer]) -> RowSet:
        entropy = self._journal.entropy
        return submission.set_of([submission.row_of(transfer.to_json(), entropy(32)) for transfer in transfers])

    def _record(
        self,
        connection: Connection,
        kind: str,
        public: JsonObject,
        sealed: JsonObject,
        beneath: Sequence[Entry],
        sets: Sequence[RowSet],
    ) -> Recorded:
        if self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to sell or charge credits")
        rests_on = tuple(RestsOn(entry=entry) for entry in beneath)
        draft = Draft(kind, self._known(connection).operator, Capacity.OPERATOR, public, sealed, rests_on)
        return self._journal.record_in(connection, self._journal.signed(draft, self._operator_key, sets))


def _read_purchase(item: Recorded) -> Purchase:
    fields = Fields(item.statement.public, "purchase")
    bought = Purchase.read(fields, item.sealed)
    fields.end()
    return bought


def _read_capture(item: Recorded) -> Capture:
    fields = Fields(item.statement.public, "capture")
    told = Capture.read(fields, item.sealed)
    fields.end()
    return told


def _named(moves: RowSet) -> TransferSet:
    return TransferSet(moves.root, len(moves.rows))


def _body(value: Json) -> str:
    return digest(canonical_bytes(value)).hex()


def _done(connection: Connection, key: str, body: str) -> Entry | None:
    """Return what the key was used for with this body, None where it is new; another body is refused."""
    done = accounts.done_before(connection, key)
    if done is None:
        return None
    if done[0] != body:
        raise _other_body(key)
    return done[1]


def _other_body(key: str) -> InputError:
    return InputError(f"{key!r} was used for something else already"[:200], remedy="give another key or reference")


def _in_force(connection: Connection, at: datetime, named: Entry) -> Tariff:
    """Return the table in force, which must be the one that a statement names."""
    tariff = in_force(accounts.tariffs(connection), at)
    if tariff is None or tariff.entry != named:
        raise CheckFailedError(f"rates {named} are not the ones in force", remedy="type this again")
    return tariff


def _check_rests_on(item: Recorded, entries: Sequence[Entry]) -> None:
    if item.statement.rests_on != tuple(RestsOn(entry=entry) for entry in entries):
        raise CheckFailedError(f"a {item.statement.kind} does not rest on what it names", remedy="type this again")


def _check_outputs(connection: Connection, told: Capture, outputs: Sequence[Entry]) -> None:
    """Raise unless the outputs are the request's, and the request the user's."""
    request = ledger.recorded(connection, told.request)
    if request.statement.kind != "request" or request.sealed.get("user") != told.user:
        raise CheckFailedError(f"{told.request} is no request of this user", remedy="charge who asked")
    for entry in outputs:
        made = ledger.recorded(connection, entry).statement
        if made.kind != "output" or made.public.get("request") != told.request:
            raise CheckFailedError(f"{entry} is no output of request {told.request}", remedy="charge what was made")


def _rates(_connection: Connection, item: Recorded) -> None:
    accounts.read_rates(item)


def _purchase(connection: Connection, item: Recorded) -> None:
    bought = _read_purchase(item)
    accounts.enter_lot(connection, item.position, opened(bought.user, "user"), bought.lot(item.entry))
    accounts.project_transfers(connection, item.entry, bought.transfers)


def _capture(connection: Connection, item: Recorded) -> None:
    told = _read_capture(item)
    user = opened(told.user, "user")
    taken = Charged(told.request, user, opened(told.free, "free"), opened(told.paid, "paid"))
    accounts.enter_capture(connection, item, taken)
    for drawn in opened(told.lots, "lots"):
        accounts.draw(connection, user, drawn.lot, drawn.first, drawn.last)
    if told.transfers is not None:
        accounts.project_transfers(connection, item.entry, told.transfers)


KINDS: Kinds = {("rates", 1): _rates, ("purchase", 1): _purchase, ("capture", 1): _capture}
