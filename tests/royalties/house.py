"""A small house that earns: a real archive, a real tiny model, a till, and money that can be followed.

Two holders have a sheet each (the first one's a committee's), the operator found one series in the public domain.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from okuzuke.accounts import store as accounts_store
from okuzuke.accounts.rates import Pack, Rates
from okuzuke.archive import Archive
from okuzuke.attribution import store as attribution_store
from okuzuke.attribution.desk import Attribution
from okuzuke.attribution.reliability import reliability_ppm
from okuzuke.attribution.scorer import Scorer
from okuzuke.core.canonical import JsonObject
from okuzuke.core.ids import AssetId, Entry, PartyId
from okuzuke.core.money import Money
from okuzuke.datasets import store as datasets_store
from okuzuke.datasets.order import Phase
from okuzuke.generation import store as generation_store
from okuzuke.generation import till as till_desk
from okuzuke.generation.output import HUMAN_CONTRIBUTION, LICENCE, NO_WATERMARK, Output, output_id, pixel_digest
from okuzuke.generation.request import Licence, Request
from okuzuke.generation.till import Till
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.registry import drafts
from okuzuke.registry import store as registry_store
from okuzuke.registry.decision import Basis
from okuzuke.registry.drafts import Signer, Span
from okuzuke.registry.parties import Capacity, Role
from okuzuke.registry.sheets import Line, Of
from okuzuke.registry.uses import Use
from okuzuke.royalties import store as royalties_store
from okuzuke.royalties.desk import Royalties
from okuzuke.screening import store as screening_store
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection, Database
from okuzuke.training import store as training_store
from okuzuke.training.desk import Trained, Training
from okuzuke.training.recipe import Recipe
from okuzuke.training.recipe import Span as Steps
from scene import DAWN, Scene

JUNE = datetime(2026, 6, 10, 3, tzinfo=UTC)
PRICE = 1_500_000
"""Sub-units: what a licence of the first holder's series asks of one output, one and a half yen."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A party with a series, its sheet and its grant."""

    party: PartyId
    series: Entry
    sheet: Entry
    grant: Entry


@dataclass(frozen=True, slots=True)
class Charged:
    """A request with its outputs, its capture and its shares."""

    request: Entry
    outputs: tuple[Recorded, ...]
    capture: Recorded
    shares: tuple[Recorded, ...]


def small_recipe(training: Training) -> Recipe:
    """Return the smallest recipe that trains: two steps of a network of two blocks."""
    tiny = training.recipe("tiny")
    sizes = {"size": 16, "patch": 4, "channels": 8, "width": 16, "depth": 2, "heads": 1, "batch": 4}
    steps = {
        "warmup": 1,
        "cooldown": 0,
        "state_every": 2,
        "sketch_values": 8,
        "phases": (Steps(Phase.EVERY, 2),),
        "keep_states": (),
    }
    return replace(tiny, **sizes, **steps, held_out_per_mille=0)  # type: ignore[arg-type]


class House:
    """An archive with all desks from register to royalties over one journal."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(folder)
        self.folder = folder
        self.blobs: Blobs = self.scene.archive.blobs
        self.key = self.scene.keys[self.scene.operator]
        self._made = count()
        self.open(self.scene.archive.database)

    def copied(self, folder: Path) -> House:
        """Return a house of its own that begins where this one stands."""
        shutil.copytree(self.scene.folder / "archive", folder / "archive")
        other = copy(self)
        other.folder, other.scene = folder, copy(self.scene)
        other.scene.folder = folder
        other.scene.archive = Archive.open(folder / "archive", now=other.scene.tick, entropy=other.scene.entropy)
        other.blobs = other.scene.archive.blobs
        other.open(other.scene.archive.database)
        return other

    def open(self, database: Database) -> None:
        """Open the desks over a database, as another process would over its own connection."""
        checks: dict[str, Check] = {}
        scene = self.scene
        self.journal = Journal(database, "log.example/scene", None, KINDS, checks, scene.tick, scene.entropy)
        self.till = Till(self.journal, self.key)
        self.training = Training(self.journal, self.blobs, self.key, self.folder / "models")
        self.attribution = Attribution(self.journal, self.blobs, self.key, self.training)
        self.royalties = Royalties(self.journal, self.blobs, self.key)
        checks |= {**self.till.checks(), **self.training.checks(), **generation_store.checks()}
        checks |= {**self.attribution.checks(), **self.royalties.checks()}
        checks |= {**scene.archive.registry.checks(), **scene.archive.screening.checks()}

    def found(self) -> None:
        """Let two holders join, let the operator find a public series, freeze, train and fit."""
        scene = self.scene
        self.author, self.studio, self.user = scene.party("原作者"), scene.party("スタジオ"), self._user("利用者")
        self.first = self.holder("だるま百態", 5, 0, price=PRICE, committee=self.author)
        self.second = self.holder("こけし図譜", 4, 5)
        self.dedication = self._dedication("public", 3, 9)
        scene.archive.screening.run()
        frozen = scene.archive.datasets.snapshot(Use.TRAIN, [Basis.GRANT, Basis.DEDICATION])
        self.model: Trained = self.training.train(frozen.entry, small_recipe(self.training))
        self.scorer = self.attribution.fit(self.model.entry)
        packs = (Pack(10, Money(600_000_000, "JPY")), Pack(10, Money(4_000_000, "USD")))
        self.till.set_rates(Rates(scene.now, 3, 1, 2, packs, 200_000, ()))
        self.scene.now = JUNE

    def holder(
        self, name: str, works: int, first: int, *, price: int | None = None, committee: PartyId | None = None
    ) -> Holder:
        """Return a party that registers its own series and grants it, its money shared by a sheet of its own."""
        scene = self.scene
        party = scene.party(name + "の権利者")
        series = scene.series(party, name)
        scene.register(scene.pictures(name, works, first=first), series, party)
        scene.own(series, party, {party: "1"})
        lines = [Line("原作使用料", committee, Of.GROSS, 300_000)] if committee is not None else []
        sheet = self.sheet(party, series, [*lines, Line("権利者", party, Of.REST, 1_000_000)])
        prices: list[JsonObject] | None = None
        if price is not None:
            nothing: JsonObject = {"amount": None, "per": None, "share_ppm": None, "min_guarantee": None}
            asked: JsonObject = {"model": "fixed", "amount": Money(price, "JPY").to_json(), "per": "generation"}
            prices = [{**nothing, "model": "free"}, {**nothing, **asked}]
        allow = [drafts.permission(use, Span(DAWN)) for use in (Use.TRAIN, Use.GENERATE)]
        owner = Signer(party, Capacity.OWNER)
        draft = drafts.grant(owner, scene.known, series, allow, sheet_id=sheet, prices=prices)
        return Holder(party, series, sheet, scene.say(draft).entry)

    def sheet(self, party: PartyId, series: Entry, lines: Sequence[Line], first: Entry | None = None) -> Entry:
        signer = Signer(party, Capacity.OWNER)
        return self.scene.say(drafts.sheet(signer, self.scene.known, series, lines, first=first)).entry

    def buy(self, reference: str = "payment-1", user: PartyId | None = None, currency: str = "JPY") -> Entry:
        return self.till.buy(user or self.user, 10, currency, reference)

    def generate(self, number: int = 1, *, user: PartyId | None = None, named: Sequence[Holder] = ()) -> Charged:
        """Record a request of so many outputs, the outputs, their charge and their shares, as a studio does."""
        licences = tuple(Licence(item.series, Use.GENERATE, item.grant, item.sheet) for item in named)
        who = user or self.user
        hold_until = self.scene.now.replace(year=2030)
        with self.journal.writing() as connection:
            hold = self.till.hold_in(connection, who, number, 1, f"job {next(self._made)}", hold_until)
            request = Request(
                self.model.entry, number, 7, 4, 0, "picture", "commercial", "JP", licences, "daruma", ("daruma",), who
            )
            beneath = [self.model.entry, Entry(who), *(item.grant for item in named)]
            asked = self._say(connection, "request", request.to_public(), request.to_sealed(), beneath)
            outputs = [self._output(connection, asked.entry, at) for at in range(number)]
            entries = [item.entry for item in outputs]
            capture = self.till.capture_in(connection, hold, asked.entry, entries, Money(5, "JPY"))
            shares = self.attribution.record_in(connection, outputs)
        return Charged(asked.entry, tuple(outputs), capture, tuple(shares))

    def pay(self, number: int = 1, *, named: Sequence[Holder] = ()) -> Charged:
        """Generate so many outputs beyond today's free ones."""
        left = self.till.balance(self.user).free_left
        if left:
            self.generate(left)
        return self.generate(number, named=named)

    def rely(self, correct: int, trials: int) -> Entry:
        """Record the head anew with other trials, so that the attributed part is not nothing."""
        head = self.scorer.scorer.head
        classes = len(self.model.model.units)
        rho = reliability_ppm(correct, trials, classes)
        scorer = Scorer(self.model.entry, head, rho, correct, trials, classes)
        with self.journal.writing() as connection:
            return self._say(connection, "scorer", scorer.to_public(), {}, [self.model.entry]).entry

    def balances(self) -> dict[str, int]:
        with self.journal.database.reading() as connection:
            return accounts_store.balances(connection)

    def _output(self, connection: Connection, request: Entry, index: int) -> Recorded:
        samples = hashlib.shake_128(f"{request} {index}".encode()).digest(3)
        pixels = pixel_digest(samples, 1, 1, 1, 3)
        named = output_id(self.model.model.model, request, 7, index, pixels)
        width = 4 * self.model.recipe.width
        noise = hashlib.shake_128(f"{index}".encode()).digest(width * 2)
        features = tuple(int.from_bytes(noise[at * 2 : at * 2 + 2], "big", signed=True) // 8 for at in range(width))
        output = Output(
            request,
            index,
            named,
            pixels,
            AssetId(named),
            "image/png",
            1,
            1,
            NO_WATERMARK,
            HUMAN_CONTRIBUTION,
            LICENCE,
            features,
        )
        return self._say(connection, "output", output.to_public(), output.to_sealed(), [request])

    def _say(
        self, connection: Connection, kind: str, public: JsonObject, sealed: JsonObject, beneath: Sequence[Entry]
    ) -> Recorded:
        rests_on = tuple(RestsOn(entry=entry) for entry in dict.fromkeys(beneath))
        draft = Draft(kind, self.scene.operator, Capacity.OPERATOR, public, sealed, rests_on)
        return self.journal.record_in(connection, self.journal.signed(draft, self.key))

    def _user(self, name: str) -> PartyId:
        return self.scene.party(name, Role.USER)

    def _dedication(self, name: str, works: int, first: int) -> Entry:
        scene = self.scene
        series = scene.series(scene.operator, name)
        scene.register(scene.pictures(name, works, first=first), series, scene.operator)
        deed = self.blobs.put(b"CC0 1.0 Universal")
        draft = drafts.dedication(
            scene.operator, scene.known, series, "https://cc0.example", "https://source.example", DAWN, [deed]
        )
        return scene.say(draft).entry


KINDS = {
    **registry_store.KINDS,
    **screening_store.KINDS,
    **datasets_store.KINDS,
    **training_store.KINDS,
    **generation_store.KINDS,
    **till_desk.KINDS,
    **attribution_store.KINDS,
    **royalties_store.KINDS,
}
