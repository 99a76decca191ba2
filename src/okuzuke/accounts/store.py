"""Money in SQL: transfers with the balances they leave, lots, holds, and what was asked for once already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from okuzuke.accounts import book
from okuzuke.accounts.book import Transfer, TransferSet
from okuzuke.accounts.lots import Hold, Lot
from okuzuke.accounts.rates import Rates, Tariff, tokyo_day
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.intervals import format_instant, parse_instant
from okuzuke.core.money import Money
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Recorded
from okuzuke.storage import schema


@dataclass(frozen=True, slots=True)
class Charged:
    """What a capture took, for the day it counts on."""

    request: Entry
    user: PartyId
    free: int
    paid: int


def read_rates(item: Recorded) -> Rates:
    """Return the table a statement states."""
    fields = Fields(item.statement.public, "rates")
    rates = Rates.read(fields, item.sealed)
    fields.end()
    return rates


def tariffs(connection: Connection) -> tuple[Tariff, ...]:
    """Return every table of rates, oldest first."""
    query = select(schema.statement.c.entry).where(schema.statement.c.kind == "rates")
    names = connection.scalars(query.order_by(schema.statement.c.position)).all()
    items = [ledger.recorded(connection, Entry(name)) for name in names]
    return tuple(Tariff(item.entry, item.position, item.recorded_at, read_rates(item)) for item in items)


def set_of(connection: Connection, named: TransferSet) -> tuple[Transfer, ...]:
    """Return the transfers of a set in its order; a set that is not whole raises `CheckFailedError`."""
    keys = ledger.set_keys(connection, named.root)
    rows = ledger.rows(connection, keys)
    if len(keys) != named.size or len(rows) != len(keys):
        raise CheckFailedError(f"the transfers {named.root} are not whole in this archive", remedy="check the id")
    return tuple(Transfer.from_json(rows[key].document) for key in keys)


def project_transfers(connection: Connection, entry: Entry, named: TransferSet) -> None:
    """Enter a statement's transfers; one account that would owe less than nothing refuses them all."""
    batch = set_of(connection, named)
    touched = {account.path for transfer in batch for account in (transfer.debit, transfer.credit)}
    after = book.applied(balances(connection, touched), batch)
    connection.execute(
        insert(schema.transfer),
        [
            {
                "entry": entry,
                "at": at,
                "debit": transfer.debit.path,
                "credit": transfer.credit.path,
                "currency": transfer.amount.currency,
                "sub_units": transfer.amount.sub_units,
                "output": transfer.output,
                "unit": transfer.unit,
                "line": transfer.line,
                "payee": transfer.payee,
            }
            for at, transfer in enumerate(batch)
        ],
    )
    for path, balance in sorted(after.items()):
        connection.execute(
            upsert(schema.account)
            .values(account=path, balance=balance)
            .on_conflict_do_update(index_elements=["account"], set_={"balance": balance})
        )


def transfers(connection: Connection, entry: Entry) -> tuple[Transfer, ...]:
    """Return the transfers of one statement, in the order of its set."""
    query = select(schema.transfer).where(schema.transfer.c.entry == entry).order_by(schema.transfer.c.at)
    return tuple(_transfer(line) for line in connection.execute(query))


def balances(connection: Connection, paths: Collection[str] | None = None) -> dict[str, int]:
    """Return the balances of these accounts, or of all, in sub-units by path; one that nothing touched is left out."""
    if paths is None:
        return {line.account: line.balance for line in connection.execute(select(schema.account))}
    found = {}
    for path in paths:
        balance = connection.scalar(select(schema.account.c.balance).where(schema.account.c.account == path))
        if balance is not None:
            found[path] = int(balance)
    return found


def enter_lot(connection: Connection, position: int, user: PartyId, lot: Lot) -> None:
    """Enter a lot as bought; one reference of a user is one lot."""
    taken = connection.scalar(select(schema.lot.c.purchase).where(schema.lot.c.lot == lot.lot))
    if taken is not None:
        raise CheckFailedError(f"that reference was bought already, by {taken}", remedy="give another reference")
    connection.execute(
        insert(schema.lot),
        {
            "purchase": lot.purchase,
            "lot": lot.lot,
            "position": position,
            "user": user,
            "credits": lot.credits,
            "used": lot.used,
            "currency": lot.price.currency,
            "sub_units": lot.price.sub_units,
        },
    )


def lots(connection: Connection, user: PartyId) -> tuple[Lot, ...]:
    """Return every lot of a user, the used up too, oldest first."""
    query = select(schema.lot).where(schema.lot.c.user == user).order_by(schema.lot.c.position)
    return tuple(
        Lot(Entry(line.purchase), line.lot, line.credits, line.used, Money(line.sub_units, line.currency))
        for line in connection.execute(query)
    )


def draw(connection: Connection, user: PartyId, purchase: Entry, first: int, last: int) -> None:
    """Use credits `first` up to, not with, `last` of the user's lot; any but the next ones are refused."""
    used = (
        update(schema.lot)
        .where(
            schema.lot.c.purchase == purchase,
            schema.lot.c.user == user,
            schema.lot.c.used == first,
            schema.lot.c.credits >= last,
        )
        .values(used=last)
    )
    if not first < last or connection.execute(used).rowcount != 1:
        raise CheckFailedError(
            f"credits {first} to {last} are not the next of lot {purchase}", remedy="hold the credits anew"
        )


def enter_capture(connection: Connection, item: Recorded, charged: Charged) -> None:
    """Enter what a capture took; a request is captured once."""
    query = select(schema.capture.c.entry).where(schema.capture.c.request == charged.request)
    taken = connection.scalar(query)
    if taken is not None:
        raise CheckFailedError(
            f"request {charged.request} was captured already, by {taken}", remedy="make a new request"
        )
    connection.execute(
        insert(schema.capture),
        {
            "entry": item.entry,
            "request": charged.request,
            "user": charged.user,
            "day": tokyo_day(item.recorded_at).isoformat(),
            "free": charged.free,
            "paid": charged.paid,
        },
    )


def free_captured(connection: Connection, user: PartyId, day: date) -> int:
    """Return the free credits captured of a user on a day of Asia/Tokyo; open holds are not among them."""
    query = select(func.sum(schema.capture.c.free)).where(
        schema.capture.c.user == user, schema.capture.c.day == day.isoformat()
    )
    return connection.scalar(query) or 0


def open_hold(connection: Connection, hold: Hold) -> None:
    """Set credits aside."""
    connection.execute(
        insert(schema.hold),
        {
            "key": hold.key,
            "user": hold.user,
            "outputs": hold.outputs,
            "unit_credits": hold.unit_credits,
            "free": hold.free,
            "paid": hold.paid,
            "currency": hold.currency,
            "opened_at": format_instant(hold.opened_at),
            "expires_at": format_instant(hold.expires_at),
        },
    )


def close_hold(connection: Connection, key: str) -> None:
    """Take a hold away; one that is not there stays away."""
    connection.execute(delete(schema.hold).where(schema.hold.c.key == key))


def expire_holds(connection: Connection, at: datetime) -> None:
    """Take away every hold whose deadline has come."""
    connection.execute(delete(schema.hold).where(schema.hold.c.expires_at <= format_instant(at)))


def hold(connection: Connection, key: str, at: datetime) -> Hold | None:
    """Return the hold if it is open at the instant."""
    query = select(schema.hold).where(schema.hold.c.key == key, schema.hold.c.expires_at > format_instant(at))
    line = connection.execute(query).one_or_none()
    return None if line is None else _hold(line)


def open_holds(connection: Connection, user: PartyId, at: datetime) -> tuple[Hold, ...]:
    """Return the user's holds that are open at the instant."""
    query = select(schema.hold).where(schema.hold.c.user == user, schema.hold.c.expires_at > format_instant(at))
    return tuple(_hold(line) for line in connection.execute(query.order_by(schema.hold.c.key)))


def done_before(connection: Connection, key: str) -> tuple[str, Entry] | None:
    """Return the body digest and the entry that the idempotency key was first used for, None for a new key."""
    line = connection.execute(select(schema.request).where(schema.request.c.key == key)).one_or_none()
    return None if line is None else (line.body_digest, Entry(line.entry))


def keep_done(connection: Connection, key: str, body_digest: str, entry: Entry) -> None:
    """Keep what an idempotency key was used for."""
    connection.execute(insert(schema.request), {"key": key, "body_digest": body_digest, "entry": entry})


def _transfer(line: Row[tuple[object, ...]]) -> Transfer:
    return Transfer(
        book.Account.parse(line.debit),
        book.Account.parse(line.credit),
        Money(line.sub_units, line.currency),
        Entry(line.output) if line.output is not None else None,
        Entry(line.unit) if line.unit is not None else None,
        line.line,
        PartyId(line.payee) if line.payee is not None else None,
    )


def _hold(line: Row[tuple[object, ...]]) -> Hold:
    return Hold(
        line.key,
        PartyId(line.user),
        line.outputs,
        line.unit_credits,
        line.free,
        line.paid,
        line.currency,
        parse_instant(line.opened_at),
        parse_instant(line.expires_at),
    )
