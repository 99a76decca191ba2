"""Attribution as its users call it: fit a model's scorer, record who contributed to what it makes, look it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.attribution import store
from okuzuke.attribution.scorer import Head, Scorer, check_units, score
from okuzuke.attribution.shares import Shares, parts_of
from okuzuke.attribution.store import Shared
from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.core.ids import AssetId, Entry, short
from okuzuke.generation import store as generation
from okuzuke.ledger import store as ledger
from okuzuke.ledger import submission
from okuzuke.ledger.journal import Check, Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.ledger.submission import RowSet, Submission
from okuzuke.registry import store as registry
from okuzuke.registry.decision import Basis
from okuzuke.registry.known import Statements
from okuzuke.registry.parties import Capacity
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection
from okuzuke.training import store as training_store
from okuzuke.training.desk import Training
from okuzuke.training.progress import Observe, unseen


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model's scorer; `new` is false where the same head was on record already."""

    entry: Entry
    scorer: Scorer
    new: bool


class Attribution:
    """Fits scorers through the gate and records shares beside the outputs they are of."""

    def __init__(
        self, journal: Journal, blobs: Blobs, operator_key: Ed25519PrivateKey | None, training: Training
    ) -> None:
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key
        self._training = training
        self._heads: dict[AssetId, Head] = {}
        """Head files as parsed; a file named by its digest never changes."""
        self._loaded: registry.Loaded | None = None
        """What was last read of what is committed; within a transaction it is read on from, never replaced."""

    def fit(self, model: Entry, observe: Observe = unseen) -> Fitted:
        """Fit the model's head on its trained families, try it on those held out, and record both.

        Every work passes the gate again; one that does not stops the fit. The same head is recorded once.
        """
        try:
            # torch is the `train` extra's; whoever only records or reads shares does without it.
            from okuzuke.attribution import calibrate  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise StateError(f"fitting a scorer needs {error.name}", remedy="pip install 'okuzuke[train]'") from error
        trained = self._training.read(model)
        ground, opened = self._training.ground(trained.model.run), self._training.open(model)
        head, trial = calibrate.calibrated(trained, ground, opened, self._blobs.get, observe)
        asset = self._blobs.put(head.to_bytes())
        scorer = Scorer(model, asset, trial.rho_ppm, trial.correct, trial.trials, trial.classes)
        with self._journal.writing() as connection:
            newest = store.newest_scorer(connection, model)
            if newest is not None and store.read_scorer(newest) == scorer:
                return Fitted(newest.entry, scorer, new=False)
            item = self._record(connection, "scorer", scorer.to_public(), [model])
        return Fitted(item.entry, scorer, new=True)

    def record_in(self, connection: Connection, outputs: Sequence[Recorded]) -> list[Recorded]:
        """Record the shares of each output statement within the transaction that records it.

        They are scored by the newest scorer of the output's model; a model without one raises `StateError`.
        """
        recorded: list[Recorded] = []
        scorers: dict[Entry, Recorded] = {}
        for item in outputs:
            model = generation.read_request(ledger.recorded(connection, generation.read_output(item).request)).model
            if model not in scorers:
                scorers[model] = self._newest(connection, model)
            rows = self._rows(item, scorers[model])
            parts = submission.set_of([submission.row_of(row, self._journal.entropy(32)) for row in rows])
            shares = Shares(item.entry, scorers[model].entry, parts.root, len(parts.rows))
            beneath = [item.entry, scorers[model].entry]
            recorded.append(self._record(connection, "shares", shares.to_public(), beneath, [parts]))
        return recorded

    def shares_of(self, output: Entry) -> Shared:
        """Return who contributed to an output; `output` is its statement's entry."""
        with self._journal.database.reading() as connection:
            found = store.shares_of(connection, output)
        if found is None:
            raise InputError(f"no shares are recorded of {output}", remedy="give the entry of an output")
        return found

    def scorer_of(self, model: Entry) -> Fitted | None:
        """Return the scorer that a model's next output is scored by, None before it was fitted."""
        with self._journal.database.reading() as connection:
            newest = store.newest_scorer(connection, model)
        return None if newest is None else Fitted(newest.entry, store.read_scorer(newest), new=False)

    def checks(self) -> Mapping[str, Check]:
        """Return the rule each kind of this stage is recorded under."""
        return {"scorer": self._check_scorer, "shares": self._check_shares}

    def _newest(self, connection: Connection, model: Entry) -> Recorded:
        newest = store.newest_scorer(connection, model)
        if newest is None:
            raise StateError(
                f"model {model} has no scorer, and nothing is made that nobody could be paid for",
                remedy=f"fit its scorer first: okuzuke attribute {short(model)}",
            )
        return newest

    def _rows(self, output: Recorded, scorer: Recorded) -> list[JsonObject]:
        """Return the rows of an output's shares by a scorer; they follow from both alone."""
        head = self._head(store.read_scorer(scorer).head)
        features = generation.read_output(output).features
        if features is None:
            raise CheckFailedError(f"the features of output {output.entry} stay shut", remedy="score it in the archive")
        bases: dict[Entry, Basis] = {item.unit: item.basis for item in head.units}
        return [part.to_row() for part in parts_of(output.entry, score(head, features), bases)]

    def _head(self, asset: AssetId) -> Head:
        if asset not in self._heads:
            self._heads[asset] = Head.parse(self._blobs.get(asset))
        return self._heads[asset]

    def _record(
        self,
        connection: Connection,
        kind: str,
        public: JsonObject,
        beneath: Sequence[Entry],
        sets: Sequence[RowSet] = (),
    ) -> Recorded:
        operator = self._known(connection).operator
        if self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to record attribution")
        rests_on = tuple(RestsOn(entry=entry) for entry in beneath)
        draft = Draft(kind, operator, Capacity.OPERATOR, public, {}, rests_on)
        return self._journal.record_in(connection, self._journal.signed(draft, self._operator_key, sets))

    def _known(self, connection: Connection) -> Statements:
        with self._journal.database.reading() as committed:
            self._loaded = registry.load_since(committed, self._loaded)
        return registry.load_since(connection, self._loaded).known

    def _check_scorer(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        scorer = store.read_scorer(item)
        model = training_store.read_model(ledger.recorded(connection, scorer.model))
        head = self._head(scorer.head)
        check_units(head, {unit.unit: unit.basis for unit in model.units})
        if head.model != model.model or scorer.classes != len(model.units):
            raise CheckFailedError("the head is of another model than the scorer names", remedy="fit it anew")
        _check_beneath(item, [scorer.model])

    def _check_shares(self, connection: Connection, item: Recorded, _handed_in: Submission) -> None:
        registry.check_operator(connection, item)
        shared = store.read_shares(connection, item)
        output = ledger.recorded(connection, shared.shares.output)
        scorer = ledger.recorded(connection, shared.shares.scorer)
        request = generation.read_request(ledger.recorded(connection, generation.read_output(output).request))
        if store.read_scorer(scorer).model != request.model:
            raise CheckFailedError("the scorer is of another model than the output", remedy="score it with its own")
        earlier = store.shares_of(connection, output.entry)
        if earlier is not None and earlier.entry != item.entry:
            raise CheckFailedError(f"output {output.entry} has shares already", remedy="look them up")
        if [part.to_row() for part in shared.parts] != self._rows(output, scorer):
            raise CheckFailedError("the shares do not follow from the output and its scorer", remedy="score it anew")
        _check_beneath(item, [output.entry, scorer.entry])


def _check_beneath(item: Recorded, entries: Sequence[Entry]) -> None:
    if item.statement.rests_on != tuple(RestsOn(entry=entry) for entry in entries):
        raise CheckFailedError(f"a {item.statement.kind} does not rest on what it names", remedy="record it anew")
