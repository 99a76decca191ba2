"""What a bundle opens for its reader: an auditor everything, the public nothing, a party what concerns it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from okuzuke.accounts.book import Transfer
from okuzuke.audit.bundle import AUDITOR, PUBLIC
from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields
from okuzuke.core.ids import Entry, PartyId, SetRoot, WorkId
from okuzuke.ledger.store import Recorded
from okuzuke.registry.grants import Grant
from okuzuke.registry.interests import Interest, Ownership
from okuzuke.registry.known import Fact, Statements
from okuzuke.registry.parties import Attestation
from okuzuke.registry.sheets import Sheet

_OF_A_USER = frozenset({"purchase", "request", "capture"})
"""Kinds about one user, whom their sealed field `user` names."""
_PRICES = frozenset({"prices"})


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of an allocation that pays a party."""

    allocation: Entry
    period: str
    transfer: Transfer


class Reader:
    """One reader of one archive; `payments` are all that the archive recorded."""

    def __init__(self, name: str, known: Statements, payments: Collection[Payment]) -> None:
        self.name = name
        self._known = known
        self._payments = payments

    @property
    def is_party(self) -> bool:
        return self.name not in (PUBLIC, AUDITOR)

    @cached_property
    def works(self) -> frozenset[str]:
        """The works whose rows the reader may see."""
        if self.name == PUBLIC:
            return frozenset()
        every = self.name == AUDITOR
        return frozenset(work for work in self._known.works if every or self._holds(work))

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        """The lines that pay the reader, if a party."""
        return tuple(item for item in self._payments if item.transfer.payee == self.name)

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that the reader is paid under, or whose subject it owns."""
        paid = {str(item.transfer.unit) for item in self.payments}
        sheets = ((fact, body) for fact in self._known.facts.values() if isinstance(body := fact.body, Sheet))
        own = {str(body.first or fact.entry) for fact, body in sheets if self.name in _concerned(self._known, fact)}
        return frozenset(paid | own) if self.is_party else frozenset()

    def opens(self, item: Recorded, beneath: Iterable[Entry]) -> Collection[str]:
        """Return the names of a statement's sealed fields that the reader may see; `beneath` is what it rests on."""
        every = tuple(item.sealed)
        if self.name in (PUBLIC, AUDITOR):
            return every if self.name == AUDITOR else ()
        if self.name in (item.statement.signer, item.entry):
            return every
        if item.statement.kind in _OF_A_USER and item.sealed.get("user") == self.name:
            return every
        if item.statement.kind == "capture" and self._is_paid_for(beneath):
            return _PRICES
        fact = self._known.facts.get(item.entry)
        return every if fact is not None and self.name in _concerned(self._known, fact) else ()

    def opens_row(self, document: JsonObject, within: Collection[str]) -> bool:
        """Say whether the reader may see a row; `within` names the sealed fields it sees of the set's statement."""
        if self.name in (PUBLIC, AUDITOR):
            return self.name == AUDITOR
        if "debit" in document:
            own = document.get("unit") in self.units and document.get("payee") is None
            return document.get("payee") == self.name or own or "user" in within
        if "fees" in document:
            return document.get("output") in self._paid_for
        return document.get("work") in self.works or document.get("unit") in self.units

    def _is_paid_for(self, outputs: Iterable[Entry]) -> bool:
        return not self._paid_for.isdisjoint(outputs)

    @cached_property
    def _paid_for(self) -> frozenset[Entry]:
        return frozenset(item.transfer.output for item in self.payments if item.transfer.output is not None)

    def _holds(self, work: WorkId) -> bool:
        """Say whether the party registered the work, or owns it or has an interest in it or in its series."""
        known, scopes = self._known, self._known.scopes(work)
        return self.name == known.works[work].register.signer or any(
            self.name in (*_owners(known, scope), *_interested(known, scope)) for scope in scopes
        )


def payments(recorded: Iterable[Recorded], rows: Mapping[SetRoot, Iterable[JsonObject]]) -> tuple[Payment, ...]:
    """Return every line of the allocations among the statements that pays a party; `rows` are those of their sets."""
    found: list[Payment] = []
    for item in recorded:
        if item.statement.kind == "allocation":
            moved = (Transfer.from_json(row) for row in rows[moved_by(item)])
            period = str(item.statement.public["period"])
            found += [Payment(item.entry, period, transfer) for transfer in moved if transfer.payee is not None]
    return tuple(found)


def moved_by(item: Recorded) -> SetRoot:
    """Return the set of an allocation's transfers."""
    return SetRoot(Fields(item.statement.public["transfers"], "transfers").digest("root"))


def _concerned(known: Statements, fact: Fact) -> set[str]:
    body = fact.body
    if isinstance(body, Attestation):
        target = known.facts.get(body.target)
        return {*body.signatories, *(_concerned(known, target) if target is not None else ())}
    subject = getattr(body, "subject", None)
    if subject is None:
        return set()
    parties: set[str] = {owner for scope in known.scopes(subject) for owner in _owners(known, scope)}
    if isinstance(body, Interest):
        parties.add(body.party)
    if isinstance(body, Sheet) and body.lines is not None:
        # Whoever a sheet pays has to see it whole: what a line takes depends on the lines above it.
        parties |= {line.payee for line in body.lines}
    if isinstance(body, Grant):
        parties.add(body.grantee)
        parties |= {party for scope in known.scopes(subject) for party in _interested(known, scope)}
    return parties


def _owners(known: Statements, scope: str) -> set[PartyId]:
    return {owner for _, body in known.about(scope, Ownership) for owner in body.owners}


def _interested(known: Statements, scope: str) -> set[PartyId]:
    return {body.party for _, body in known.about(scope, Interest)}
