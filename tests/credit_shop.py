"""A small archive that sells credits: real database, real signatures, a clock that stands until it is moved."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.accounts.lots import Hold
from okuzuke.accounts.rates import Pack, Rates
from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import Money
from okuzuke.generation import till as desk
from okuzuke.generation.till import Till
from okuzuke.ledger import keys
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Kinds, Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.registry import drafts
from okuzuke.registry import store as registry_store
from okuzuke.registry.desk import Registry
from okuzuke.registry.drafts import Names
from okuzuke.registry.parties import Capacity, PartyType, Role
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection, Database

NOON = datetime(2026, 6, 10, 3, tzinfo=UTC)
"""Noon in Tokyo."""
COST = Money(5, "JPY")


def small_rates(effective_from: datetime = NOON, free: int = 3) -> Rates:
    """Rates whose numbers have one digit, so that every border is met often."""
    packs = (Pack(2, Money(7, "JPY")), Pack(5, Money(9, "JPY")), Pack(3, Money(8, "USD")))
    return Rates(effective_from, free, 1, 2, packs, 200_000, (Money(3, "JPY"),))


@dataclass(frozen=True, slots=True)
class Made:
    """A request and what came of it."""

    request: Entry
    outputs: tuple[Entry, ...]


class StoppedError(Exception):
    """Stands for whatever ends a transaction half way."""


class Shop:
    """An archive in a folder; `operator`, `ann` and `ben` are parties of it."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.made = count()
        self._salts = count()
        self.key = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
        self.database = Database(folder / "okuzuke.db")
        self.database.create()
        self.till, self.journal = self.opened(self.database, folder)
        self.keys = {"運営": self.key, "ann": self._key("ann"), "ben": self._key("ben")}
        self.operator = self._party("運営", Role.OPERATOR, None)
        self.speaker, self.capacity = self.operator, Capacity.OPERATOR
        self.ann, self.ben = (self._party(name, Role.USER, self.operator) for name in ("ann", "ben"))

    def copied(self, folder: Path) -> Shop:
        """Return a shop of its own that begins where this one stands."""
        shutil.copy(self.database.path, folder / "okuzuke.db")
        other = copy(self)
        other.database = Database(folder / "okuzuke.db")
        other.till, other.journal = other.opened(other.database, folder)
        return other

    def opened(self, database: Database, folder: Path) -> tuple[Till, Journal]:
        """Open the archive as another process would, with a connection of its own."""
        checks: dict[str, Check] = {}
        journal = Journal(database, "log.example/shop", None, KINDS, checks, lambda: self.now, self._entropy)
        till = Till(journal, self.key)
        registry = Registry(journal, Blobs(folder / "blobs"), self.key, b"slot" * 8)
        checks |= {**registry.checks(), **till.checks(), "request": _accept, "output": _accept}
        return till, journal

    def say(
        self,
        connection: Connection,
        kind: str,
        public: JsonObject,
        sealed: JsonObject,
        rests_on: tuple[Entry, ...],
        sets: tuple[RowSet, ...] = (),
    ) -> Recorded:
        """Record a statement as `speaker` in `capacity`, the operator as such unless a test changed them."""
        beneath = tuple(RestsOn(entry=entry) for entry in rests_on)
        draft = Draft(kind, self.speaker, self.capacity, public, sealed, beneath)
        key = self.keys[{self.operator: "運営", self.ann: "ann"}[self.speaker]]
        return self.journal.record_in(connection, self.journal.signed(draft, key, sets))

    def make(self, connection: Connection, user: PartyId, outputs: int) -> Made:
        """Record a request and its outputs."""
        number = next(self.made)
        request = self.say(connection, "request", {"number": number}, {"user": user}, (Entry(user),)).entry
        made = [
            self.say(connection, "output", {"request": request, "index": at}, {}, (request,)).entry
            for at in range(outputs)
        ]
        return Made(request, tuple(made))

    def hold(self, outputs: int, unit_credits: int = 1, key: str = "job", minutes: int = 10) -> Hold:
        expires = self.now + timedelta(minutes=minutes)
        with self.journal.writing() as connection:
            return self.till.hold_in(connection, self.ann, outputs, unit_credits, key, expires)

    def capture(self, hold: Hold) -> Recorded:
        with self.journal.writing() as connection:
            made = self.make(connection, hold.user, hold.outputs)
            return self.till.capture_in(connection, hold, made.request, made.outputs, COST)

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """Give a transaction that leaves nothing behind, clock and all."""
        now = self.now
        try:
            with suppress(StoppedError), self.journal.writing() as connection:
                yield connection
                raise StoppedError
        finally:
            self.now = now

    def _party(self, name: str, role: Role, operator: PartyId | None) -> PartyId:
        key = self.keys[name]
        did = keys.did_of(key.public_key())
        draft = drafts.party(Names(name), PartyType.PERSON, role, did, operator=operator, demo=True)
        return PartyId(self.journal.record(self.journal.signed(draft, key)).entry)

    def _key(self, name: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())

    def _entropy(self, size: int) -> bytes:
        return hashlib.sha256(b"shop" + str(next(self._salts)).encode()).digest()[:size]


def _accept(_connection: Connection, _item: Recorded, _handed_in: Submission) -> None:
    """Refuse nothing: requests and outputs are another stage's."""


def _nothing(_connection: Connection, _item: Recorded) -> None:
    """Project nothing."""


KINDS: Kinds = {
    **registry_store.KINDS,
    **desk.KINDS,
    ("request", 1): _nothing,
    ("output", 1): _nothing,
}
