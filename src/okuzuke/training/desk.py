"""Training as its users call it: train on a snapshot, see what came of it, open it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, RightsError, StateError
from okuzuke.core.ids import AssetId, Entry, PartyId, WorkId
from okuzuke.datasets import store as datasets
from okuzuke.datasets.loader import Loader
from okuzuke.datasets.manifest import Place, Snapshot
from okuzuke.ledger import store as ledger
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import Submission
from okuzuke.registry import store as registry
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection
from okuzuke.training import store, transcript
from okuzuke.training.card import Made, card, model_name
from okuzuke.training.division import Division, divide, units
from okuzuke.training.model import Model
from okuzuke.training.presets import preset
from okuzuke.training.progress import Observe, unseen
from okuzuke.training.recipe import BEACON, Recipe, order_seed
from okuzuke.training.run import Run
from okuzuke.training.source import code_digest
from okuzuke.training.transcript import Header
from okuzuke.training.vocabulary import vocabulary

if TYPE_CHECKING:
    from okuzuke.training.weights import Opened

_ANEW = "let the archive record it: okuzuke train SNAPSHOT --preset tiny"


@dataclass(frozen=True, slots=True)
class Trained:
    """A recorded model with the run and the recipe it came from."""

    entry: Entry
    model: Model
    run: Run
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on, as recorded."""

    snapshot: Snapshot
    known: Statements
    tags: Mapping[WorkId, tuple[str, ...]]
    division: Division

    @property
    def operator(self) -> PartyId:
        assert self.known.operator is not None, "a snapshot stands after its operator"
        return self.known.operator


class Training:
    """Trains models and opens them; `models_path` holds the states of runs."""

    def __init__(
        self, journal: Journal, blobs: Blobs, operator_key: Ed25519PrivateKey | None, models_path: Path
    ) -> None:
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key
        self._models_path = models_path

    def recipe(self, name: str, seed: int = 1) -> Recipe:
        """Return a preset as the recipe of a run on this machine."""
        trainer = _trainer()
        return preset(name, seed, trainer.profile_here())

    def train(
        self,
        snapshot: Entry,
        recipe: Recipe | str,
        *,
        seed: int = 1,
        name: str | None = None,
        observe: Observe = unseen,
    ) -> Trained:
        """Return the model of a recipe on a snapshot; of a preset's name, with this seed.

        The run is recorded before it begins. One that was cut off goes on from its last state and comes to the same
        bits; a model that is recorded already is returned as it is. Raises: `StateError` where this machine is not the
        recipe's or its disk is full, `CheckFailedError` where a work fails the gate or the loss is no number any more.
        """
        trainer = _trainer()
        wanted = self.recipe(recipe, seed) if isinstance(recipe, str) else recipe
        done = self._done(snapshot, wanted)
        if done is not None:
            return done
        if self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to train")
        with trainer.pinned(wanted.profile):
            run = self._begun(snapshot, wanted)
        self._make(run, wanted, name, observe)
        made = self._done(snapshot, wanted)
        assert made is not None, "a run that ends has a model"
        return made

    def read(self, entry: Entry) -> Trained:
        """Return a recorded model."""
        with self._journal.database.reading() as connection:
            return self._trained(connection, entry)

    def models(self) -> tuple[Trained, ...]:
        """Return every model, oldest first."""
        with self._journal.database.reading() as connection:
            return tuple(self._trained(connection, entry) for entry, _ in store.models(connection))

    def ground(self, run: Entry) -> Ground:
        """Return what a run stands on: its snapshot, who was trained on, who was held out, and the works' tags."""
        with self._journal.database.reading() as connection:
            return self._ground(connection, store.read_run(ledger.recorded(connection, run)))

    def open(self, entry: Entry) -> Opened:
        """Return a recorded model ready to be asked; changed weights raise `CheckFailedError`."""
        _trainer()
        from okuzuke.training import weights  # noqa: PLC0415

        trained = self.read(entry)
        return weights.open_model(trained.model, trained.recipe, self._blobs.get)

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of this stage is recorded under."""
        return {"run": self._check_run, "model": self._check_model}

    def _done(self, snapshot: Entry, recipe: Recipe) -> Trained | None:
        with self._journal.database.reading() as connection:
            for run, _ in store.runs(connection, snapshot, AssetId(recipe.digest)):
                entry = store.model_of(connection, run)
                if entry is not None:
                    return self._trained(connection, entry)
        return None

    def _trained(self, connection: Connection, entry: Entry) -> Trained:
        model = store.read_model(ledger.recorded(connection, entry))
        run = store.read_run(ledger.recorded(connection, model.run))
        return Trained(entry, model, run, Recipe.read(self._blobs.get(run.recipe)))

    def _begun(self, snapshot: Entry, recipe: Recipe) -> Entry:
        """Return the run that is to be made: the one that was cut off under this very code, or a new one."""
        code, asset = code_digest(), self._blobs.put(recipe.to_bytes())
        # Read back, so that a recipe that does not hold together is refused before anything is recorded.
        recipe = Recipe.read(recipe.to_bytes())
        with self._journal.writing() as connection:
            for entry, run in store.runs(connection, snapshot, asset):
                if run.code == code:
                    return entry
            seed = order_seed(snapshot, recipe.seed)
            run = Run(snapshot, asset, code, seed, BEACON, 1, 0)
            ground = self._ground(connection, run)
            if ground.snapshot.asked.use is not Use.TRAIN:
                raise RightsError(
                    f"this snapshot was frozen for {ground.snapshot.asked.use}, not for train\n"
                    "このデータセットは学習（train）のために固定されたものではありません",
                    remedy="okuzuke snapshot --use train",
                )
            trained, held_out = len(ground.division.trained), len(ground.division.held_out)
            run = Run(snapshot, asset, code, seed, BEACON, trained, held_out)
            return self._record(connection, "run", ground.operator, run.to_public(), snapshot)

    def _make(self, entry: Entry, recipe: Recipe, name: str | None, observe: Observe) -> None:
        """Train the run and record its model, whose files are durable before."""
        from okuzuke.training import making  # noqa: PLC0415

        with self._journal.database.reading() as connection:
            run = store.read_run(ledger.recorded(connection, entry))
            ground = self._ground(connection, run)
        header = Header(entry, run.recipe, run.code, run.order_seed, recipe.steps, recipe.sketch_values)
        works = {work: item.work for work, item in ground.known.works.items()}
        bound = {"snapshot": run.snapshot, "run": entry, "recipe": run.recipe, "code": run.code}
        loader = Loader(ground.division.places, works, self._blobs.get)
        files = making.make(recipe, ground.division, header, loader, self._models_path / entry, bound, observe)
        found = units(ground.division.trained, ground.known)
        bases = tuple(sorted({unit.basis for unit in found}))
        called = model_name(name, recipe, bases)
        described = card(
            Made(
                called,
                files.model,
                entry,
                run,
                ground.snapshot,
                recipe,
                ground.division,
                found,
                ground.operator,
                ground.known.name(ground.operator),
            )
        )
        model = Model(
            entry,
            called,
            files.model,
            self._blobs.put(files.weights),
            self._blobs.put(files.transcript),
            transcript.read(files.transcript).head,
            self._blobs.put(vocabulary(ground.division.trained, ground.tags, ground.known).to_bytes()),
            recipe.steps,
            bases,
            found,
            self._blobs.put(described.encode()),
        )
        with self._journal.writing() as connection:
            if store.model_of(connection, entry) is None:
                self._record(connection, "model", ground.operator, model.to_public(), entry)

    def _record(self, connection: Connection, kind: str, operator: PartyId, public: JsonObject, on: Entry) -> Entry:
        assert self._operator_key is not None, "asked before"
        draft = Draft(kind, operator, Capacity.OPERATOR, public, {}, (RestsOn(entry=on),))
        return self._journal.record_in(connection, self._journal.signed(draft, self._operator_key)).entry

    def _ground(self, connection: Connection, run: Run) -> Ground:
        snapshot = datasets.read_snapshot(ledger.recorded(connection, run.snapshot))
        places = datasets.places(connection, snapshot.manifest)
        known = registry.load(connection)
        missing = [place.work for place in places if isinstance(place, Place) and place.work not in known.works]
        if missing:
            raise CheckFailedError(
                f"work {missing[0]} of the snapshot is no longer in the register", remedy="freeze a snapshot without it"
            )
        tags = {place.work: known.works[place.work].work.tags for place in places if isinstance(place, Place)}
        recipe = Recipe.read(self._blobs.get(run.recipe))
        return Ground(snapshot, known, tags, divide(places, tags, known, recipe, run.order_seed))

    def _check_run(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        run = store.read_run(item)
        ground = self._ground(connection, run)
        recipe = Recipe.read(self._blobs.get(run.recipe))
        counted = (len(ground.division.trained), len(ground.division.held_out))
        if (run.order_seed, run.beacon) != (order_seed(run.snapshot, recipe.seed), BEACON):
            raise CheckFailedError("the run's order seed does not follow from its snapshot and recipe", remedy=_ANEW)
        if counted != (run.trained, run.held_out) or item.statement.rests_on != (RestsOn(entry=run.snapshot),):
            raise CheckFailedError("the run is not that of its snapshot and recipe", remedy=_ANEW)

    def _check_model(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        model = store.read_model(item)
        run = store.read_run(ledger.recorded(connection, model.run))
        ground = self._ground(connection, run)
        told = transcript.verify(self._blobs.get(model.transcript), model.transcript_head)
        if (told.header.run, told.header.recipe, told.header.steps) != (model.run, run.recipe, model.steps):
            raise CheckFailedError("the model's transcript is of another run", remedy=_ANEW)
        if model.units != units(ground.division.trained, ground.known):
            raise CheckFailedError("the model's units are not those of its snapshot", remedy=_ANEW)
        if item.statement.rests_on != (RestsOn(entry=model.run),):
            raise CheckFailedError("a model rests on its run", remedy=_ANEW)


def _trainer() -> ModuleType:
    """Return the trainer; torch is the `train` extra's, and whoever only reads an archive does without it."""
    try:
        from okuzuke.training import trainer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StateError(f"training needs {error.name}", remedy="pip install 'okuzuke[train]'") from error
    return trainer
