"""What captures are divided by, read off the record within one transaction; the division itself is `split.py`'s."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from okuzuke.accounts import store as accounts
from okuzuke.accounts.book import Transfer
from okuzuke.accounts.rates import tokyo_month
from okuzuke.attribution import store as attribution
from okuzuke.attribution.store import Shared
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import AssetId, Entry, WorkId
from okuzuke.core.money import Money
from okuzuke.datasets import store as datasets
from okuzuke.datasets.manifest import Place
from okuzuke.datasets.order import Family
from okuzuke.generation import store as generation
from okuzuke.ledger import store as ledger
from okuzuke.ledger.store import Recorded
from okuzuke.registry import store as registry
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, TitleStanding
from okuzuke.registry.known import Statements
from okuzuke.registry.uses import Use
from okuzuke.royalties import store
from okuzuke.royalties.split import Paid, Terms, Unit, declared, split
from okuzuke.royalties.terms import fees_of, units_of, versions_at, waterfalls
from okuzuke.screening import store as screening
from okuzuke.screening.match import Verdict, sides, standing
from okuzuke.storage.database import Connection
from okuzuke.training import store as training
from okuzuke.training.division import divide
from okuzuke.training.model import Model
from okuzuke.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Divided:
    """One paid output, divided, with the statements that decided how."""

    output: Entry
    price: Money
    fees: Money
    """What its licences took together."""
    capture: Entry
    rates: Entry
    shares: Entry
    versions: tuple[Entry, ...]
    transfers: tuple[Transfer, ...]


class Reader:
    """Divides captures as the record stands in one transaction; a model and a scorer are read once.

    `read` gives a file's bytes. Contested is what stands so now, not at the capture: who contests a family later still
    finds its undivided money.
    """

    def __init__(
        self, connection: Connection, read: Callable[[AssetId], bytes], known: Statements, at: datetime
    ) -> None:
        self._connection = connection
        self._read = read
        self._known = known
        self._contested = contested(connection, known, at)
        self._units: dict[Entry, tuple[Unit, ...]] = {}
        self._rho: dict[Entry, int] = {}

    def divided(self, item: Recorded) -> list[Divided]:
        """Return the outputs of a capture that were paid for, divided; those that were free are not among them."""
        capture = store.read_capture(item)
        rates = capture.beneath(item.statement.rests_on).rates
        platform = accounts.read_rates(ledger.recorded(self._connection, rates)).platform_share_ppm
        request = generation.read_request(ledger.recorded(self._connection, capture.request))
        fees = fees_of(self._known, request.licences)
        units = self._units_of(request.model)
        sheets = {unit.unit for unit in units} | {fee.sheet for fee in fees if fee.sheet is not None}
        versions = versions_at(self._known, sheets, item.recorded_at)
        found: list[Divided] = []
        for output, price in _paid(self._connection, item.entry):
            shared = self._shared(output, request.model)
            terms = Terms(platform, self._rho[shared.shares.scorer], units, waterfalls(versions))
            parts = {part.unit: part.ppm for part in shared.parts}
            transfers = split(Paid(output, price, tokyo_month(item.recorded_at)), fees, parts, terms)
            used = {versions[move.unit].entry for move in transfers if move.unit is not None and move.unit in versions}
            taken = Money(declared(price, fees, platform), price.currency)
            found.append(Divided(output, price, taken, item.entry, rates, shared.entry, tuple(sorted(used)), transfers))
        return found

    def _units_of(self, entry: Entry) -> tuple[Unit, ...]:
        if entry not in self._units:
            model = training.read_model(ledger.recorded(self._connection, entry))
            families = trained(self._connection, self._known, self._read, model)
            self._units[entry] = units_of(self._known, model, families, self._contested)
        return self._units[entry]

    def _shared(self, output: Entry, model: Entry) -> Shared:
        shared = attribution.shares_of(self._connection, output)
        if shared is None:
            raise CheckFailedError(
                f"output {output} was paid for and has no shares", remedy="restore the archive from a whole copy"
            )
        if shared.shares.scorer not in self._rho:
            scorer = attribution.read_scorer(ledger.recorded(self._connection, shared.shares.scorer))
            if scorer.model != model:
                raise CheckFailedError(f"output {output} was scored for another model", remedy="check its shares")
            self._rho[shared.shares.scorer] = scorer.rho_ppm
        return shared


def trained(
    connection: Connection, known: Statements, read: Callable[[AssetId], bytes], model: Model
) -> tuple[Family, ...]:
    """Return the families a model was trained on.

    A work whose row was erased since has no tags to be held out by, and counts as trained: one erasure must not hold
    up everybody's money.
    """
    run = training.read_run(ledger.recorded(connection, model.run))
    snapshot = datasets.read_snapshot(ledger.recorded(connection, run.snapshot))
    places = datasets.places(connection, snapshot.manifest)
    works = [place.work for place in places if isinstance(place, Place)]
    tags = {work: known.works[work].work.tags if work in known.works else () for work in works}
    return divide(places, tags, known, Recipe.read(read(run.recipe)), run.order_seed).trained


def contested(connection: Connection, known: Statements, at: datetime) -> frozenset[WorkId]:
    """Return the works that are like another party's and that no person has cleared, or that a person found a copy.

    A work whose title a verifier attested is not contested by works whose title is only claimed.
    """
    newest = screening.newest(connection)
    reviews = screening.reviews(connection)
    whose = {**registry.registrants(connection, known), **sides(known, at)}
    alike = {item.other for _, _, screened in newest.values() for item in screened.found}
    alike |= {work for work, (_, _, screened) in newest.items() if screened.found}
    attested = {work for work in alike if decide(known, Asked(work, Use.TRAIN), at, at).title is TitleStanding.ATTESTED}
    return frozenset(
        work
        for work, (screen, _, screened) in newest.items()
        if standing(screened, screen, reviews.get(work, ()), whose, attested).verdict is not Verdict.NO_MATCH
    )


def _paid(connection: Connection, capture: Entry) -> list[tuple[Entry, Money]]:
    """Return what was moved into the pool for each output, in the order of the capture's transfers."""
    found: dict[tuple[Entry, str], int] = {}
    for move in accounts.transfers(connection, capture):
        assert move.output is not None, "a capture charges for outputs"
        key = (move.output, move.amount.currency)
        found[key] = found.get(key, 0) + move.amount.sub_units
    return [(output, Money(sub_units, currency)) for (output, currency), sub_units in found.items()]
