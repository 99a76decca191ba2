"""Pictures as their users ask for them: rights, then credits, then pixels, then marks, then the record.

The credits are held in the transaction that records the request; outputs, charge and shares are recorded in another.
Whatever fails between them gives the credits back, and a process that is killed there leaves a hold that expires.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from okuzuke.accounts import store as accounts
from okuzuke.accounts.lots import Hold
from okuzuke.core.canonical import JsonObject, canonical_bytes, digest
from okuzuke.core.errors import InputError, OkuzukeError, RightsError, StateError
from okuzuke.core.fields import Fields
from okuzuke.core.ids import AssetId, Entry, PartyId, short
from okuzuke.datasets import store as datasets
from okuzuke.datasets.manifest import Place
from okuzuke.generation import store
from okuzuke.generation.credits import Capture
from okuzuke.generation.names import check_known, find_series, names_of, read_prompt
from okuzuke.generation.output import MEDIA_TYPE, Output, output_id, pixel_digest
from okuzuke.generation.request import Learnt, Permit, Request, Terms, Wish, permit, wish
from okuzuke.generation.till import Till
from okuzuke.ledger import store as ledger
from okuzuke.ledger.journal import Journal
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.ledger.store import Recorded
from okuzuke.marking.claim import Claim, Named
from okuzuke.registry.desk import Registry
from okuzuke.registry.parties import Capacity, Party
from okuzuke.registry.pictures import content_code
from okuzuke.registry.works import Series
from okuzuke.storage.blobs import Blobs
from okuzuke.storage.database import Connection
from okuzuke.training import store as models
from okuzuke.training.desk import Training
from okuzuke.training.vocabulary import Vocabulary

if TYPE_CHECKING:
    from okuzuke.generation.sampler import Sampled
    from okuzuke.marking.credentials import Signer
    from okuzuke.training.weights import Opened

After: TypeAlias = Callable[[Connection, Sequence[Recorded]], object]
"""Is called with the outputs in the transaction that records them; what it raises undoes them."""

HOLD = timedelta(hours=1)
"""After so long the credits of a process that was killed are free again."""

STEPS = 8
GUIDANCE_MILLI = 2000
_SEED_BYTES = 6
_MEDIUM = "picture"
_CURRENCY = "JPY"
"""In which the cost of what was all free is told."""


@dataclass(frozen=True, slots=True)
class Made:
    """One recorded output; its signed file is in the archive's blobs."""

    entry: Entry
    output: Output


@dataclass(frozen=True, slots=True)
class Generated:
    """What a request made, in order, and what was charged for it."""

    request: Entry
    outputs: tuple[Made, ...]
    capture: Capture


@dataclass(frozen=True, slots=True)
class _Order:
    """A request as it was typed; None as seed draws one, as model takes the newest, as key is nobody's."""

    prompt: str
    series: tuple[str, ...]
    count: int
    user: PartyId
    seed: int | None
    model: Entry | None
    steps: int
    guidance_milli: int
    terms: Terms
    key: str | None

    @property
    def digest(self) -> str:
        typed: JsonObject = {
            "prompt": self.prompt,
            "series": list(self.series),
            "count": self.count,
            "seed": self.seed,
            "model": self.model,
            "steps": self.steps,
            "guidance_milli": self.guidance_milli,
            "terms": [self.terms.medium, self.terms.purpose, self.terms.territory],
        }
        return digest(canonical_bytes(typed)).hex()

    def done_key(self) -> str:
        """Return under what name the order is kept; one user's keys are no other's."""
        assert self.key is not None, "only an order with a key is kept"
        return f"generate/{self.user}/{self.key}"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A request on record, what it asks of which model, and the credits held for it."""

    entry: Entry
    request: Request
    order: _Order
    learnt: Learnt
    wish: Wish
    hold: Hold


class Studio:
    """Makes pictures with the archive's models, and records them as the operator."""

    def __init__(  # noqa: PLR0913 # the stages it joins
        self,
        journal: Journal,
        blobs: Blobs,
        operator_key: Ed25519PrivateKey | None,
        till: Till,
        training: Training,
        signer: Callable[[], Signer],
        registry: Registry,
        *,
        after: After,
    ) -> None:
        """Take all it joins; `signer` gives the certificates in force and closes what it opens."""
        self._journal = journal
        self._blobs = blobs
        self._operator_key = operator_key
        self._till = till
        self._training = training
        self._signer = signer
        self._registry = registry
        self._after = after
        self._opened: tuple[Entry, Opened] | None = None
        """The model that was asked last."""

    def generate(  # noqa: PLR0913 # as many as there are options
        self,
        prompt: str,
        *,
        user: PartyId,
        series: Sequence[str] = (),
        count: int = 1,
        seed: int | None = None,
        model: Entry | None = None,
        steps: int = STEPS,
        guidance_milli: int = GUIDANCE_MILLI,
        terms: Terms | None = None,
        key: str | None = None,
    ) -> Generated:
        """Return the recorded outputs of a prompt; the same `key` of a user with the same order returns the same.

        Raises: `RightsError` where somebody has not permitted it or credits are missing, `InputError` for a word the
        model has not learnt, `StateError` where torch is missing or another process has the archive. Nothing is charged
        then, and nothing was made.
        """
        order = _Order(prompt, tuple(series), count, user, seed, model, steps, guidance_milli, terms or Terms(), key)
        with self._journal.database.reading() as connection:
            done = _done(connection, order)
            if done is not None:
                return _generated(connection, done)
        learnt = self._learnt(model)
        wanted = self._wished(order, learnt)
        if find_spec("torch") is None:
            raise StateError("making pictures needs torch", remedy="pip install 'okuzuke[train]'")
        begun = self._begin(order, learnt, wanted)
        kept: list[AssetId] = []
        try:
            sampled = self._sample(begun)
            outputs = self._marked(begun, sampled, kept)
            return self._finish(begun, outputs, sampled.cpu_microseconds)
        except BaseException:
            with suppress(OkuzukeError):  # a hold that cannot be voided now expires by itself
                self._undo(begun, kept)
            raise

    def read(self, request: Entry) -> Generated:
        """Return what a request made."""
        with self._journal.database.reading() as connection:
            return _generated(connection, request)

    def output(self, named: str) -> Made:
        """Return an output by its id, its entry or its signed file."""
        with self._journal.database.reading() as connection:
            item = store.find_output(connection, named)
        return Made(item.entry, store.read_output(item))

    def _learnt(self, model: Entry | None) -> Learnt:
        with self._journal.database.reading() as connection:
            found = models.models(connection)
            if not found:
                raise InputError("there is no model here yet", remedy="train one: okuzuke train SNAPSHOT --preset tiny")
            entry = model or found[-1][0]
            trained = self._training.read(entry)
            snapshot = datasets.read_snapshot(ledger.recorded(connection, trained.run.snapshot))
            places = datasets.places(connection, snapshot.manifest)
        vocabulary = Vocabulary.read(self._blobs.get(trained.model.vocabulary))
        return Learnt(
            entry, trained.model, vocabulary, snapshot, tuple(item for item in places if isinstance(item, Place))
        )

    def _wished(self, order: _Order, learnt: Learnt) -> Wish:
        """Return what the order names; rights are refused before a word is, so that nobody is taught to spell."""
        known = self._registry.known()
        if known.body(order.user, Party) is None:
            raise InputError(f"no party {order.user!r} here"[:120], remedy="enter it: okuzuke party NAME --role user")
        if order.terms.medium != _MEDIUM:
            raise InputError(f"no {order.terms.medium} can be made here", remedy=f"ask for a {_MEDIUM}")
        Fields({"prompt": order.prompt}, "request").line("prompt")
        named = [entry for text in order.series for entry in find_series(known, text)]
        prompt = read_prompt(order.prompt, names_of(known), learnt.vocabulary.tags)
        wanted = wish(known, learnt, prompt, named)
        with self._journal.database.reading() as connection:
            permit(known, learnt, wanted, order.terms, self._now(connection))
        check_known(prompt, learnt.vocabulary.tags)
        width = self._training.read(learnt.entry).recipe.tag_width
        if len(wanted.tags) > width:
            raise InputError(
                f"{len(wanted.tags)} tags, and this model reads {width}: {', '.join(wanted.tags)}",
                remedy="name fewer",
            )
        return wanted

    def _begin(self, order: _Order, learnt: Learnt, wanted: Wish) -> _Begun:
        """Hold the credits and record the request, or neither."""
        unit_credits = self._till.rates_at(self._journal.now()).rates.picture_credits
        seed = int.from_bytes(self._journal.entropy(_SEED_BYTES)) if order.seed is None else order.seed
        hold_key = order.done_key() if order.key is not None else f"generate/{self._journal.entropy(16).hex()}"
        with self._journal.writing() as connection:
            at = self._now(connection)
            permitted = permit(self._registry.known(), learnt, wanted, order.terms, at)
            hold = self._till.hold_in(connection, order.user, order.count, unit_credits, hold_key, at + HOLD)
            request = Request(
                learnt.entry,
                order.count,
                seed,
                order.steps,
                order.guidance_milli,
                order.terms.medium,
                order.terms.purpose,
                order.terms.territory,
                permitted.licences,
                order.prompt,
                wanted.tags,
                order.user,
            )
            beneath = dict.fromkeys([learnt.entry, Entry(order.user), *permitted.rests_on])
            item = self._record(connection, "request", request.to_public(), request.to_sealed(), list(beneath))
        return _Begun(item.entry, request, order, learnt, wanted, hold)

    def _sample(self, begun: _Begun) -> Sampled:
        from okuzuke.generation import sampler  # noqa: PLC0415

        model = begun.learnt.entry
        if self._opened is None or self._opened[0] != model:
            self._opened = (model, self._training.open(model))
        request = begun.request
        ordered = sampler.Ordered(
            begun.entry, begun.wish.tags, request.seed, request.count, request.steps, request.guidance_milli
        )
        return sampler.sample(self._opened[1], self._training.read(model).recipe, ordered)

    def _marked(self, begun: _Begun, sampled: Sampled, kept: list[AssetId]) -> list[Output]:
        """Return the outputs, their signed files durable; each file is named in `kept` as soon as it is there."""
        from okuzuke.marking import credentials  # noqa: PLC0415

        outputs: list[Output] = []
        signer = self._signer()
        for index, picture in enumerate(sampled.pictures):
            pixels = pixel_digest(picture.samples, 1, picture.size, picture.size, 3)
            named = output_id(begun.learnt.model.model, begun.entry, begun.request.seed, index, pixels)
            image = Image.frombytes("RGB", (picture.size, picture.size), picture.samples)
            claim = self._claim(begun, named, content_code(image))
            kept.append(self._blobs.put(credentials.sign(_png(image), claim, signer, MEDIA_TYPE)))
            made = Output.made(begun.entry, index, named, pixels, kept[-1], picture.size, picture.features)
            outputs.append(made)
        return outputs

    def _claim(self, begun: _Begun, named: str, iscc: str) -> Claim:
        known, model = self._registry.known(), begun.learnt.model
        licences: dict[Entry, str] = {}
        for licence in begun.request.licences if begun.wish.series else ():
            series = known.body(licence.subject, Series)
            licences[licence.grant or licence.subject] = series.title if series is not None else licence.subject
        return Claim(
            self._journal.origin,
            named,
            f"{model.name} {short(named)}",
            model.name,
            model.model,
            tuple(Named(unit.unit, unit.name) for unit in model.units),
            tuple(Named(entry, title) for entry, title in licences.items()),
            version("okuzuke"),
            iscc,
        )

    def _finish(self, begun: _Begun, outputs: Sequence[Output], cpu_microseconds: int) -> Generated:
        """Record outputs, charge and what comes after, or nothing; the rights are asked once more."""
        order = begun.order
        currency = begun.hold.currency or _CURRENCY
        cost = self._till.rates_at(self._journal.now()).rates.metered(cpu_microseconds, currency)
        with self._journal.writing() as connection:
            if _done(connection, order) is not None:
                raise StateError(
                    "another process made this request meanwhile", remedy="type it again to read its outputs"
                )
            permitted = permit(self._registry.known(), begun.learnt, begun.wish, order.terms, self._now(connection))
            _check_licences(permitted, begun.request)
            items = [
                self._record(connection, "output", made.to_public(), made.to_sealed(), [begun.entry])
                for made in outputs
            ]
            self._till.capture_in(connection, begun.hold, begun.entry, [item.entry for item in items], cost)
            self._after(connection, items)
            if order.key is not None:
                accounts.keep_done(connection, order.done_key(), order.digest, begun.entry)
            return _generated(connection, begun.entry)

    def _undo(self, begun: _Begun, kept: Sequence[AssetId]) -> None:
        """Give the credits back and take away pictures that nobody was given.

        Whoever interrupts just after the record was made has it, and it stays as it is.
        """
        with self._journal.database.reading() as connection:
            recorded = store.outputs_of(connection, begun.entry)
        if not recorded:
            for asset in kept:
                self._blobs.remove(asset)
            self._till.void(begun.hold)

    def _record(
        self, connection: Connection, kind: str, public: JsonObject, sealed: JsonObject, beneath: Sequence[Entry]
    ) -> Recorded:
        if self._operator_key is None:
            raise StateError("this archive holds no operator's key", remedy="restore keys/ to make pictures")
        operator = self._registry.known().operator
        rests_on = tuple(RestsOn(entry=entry) for entry in beneath)
        draft = Draft(kind, operator, Capacity.OPERATOR, public, sealed, rests_on)
        return self._journal.record_in(connection, self._journal.signed(draft, self._operator_key))

    def _now(self, connection: Connection) -> datetime:
        """Return the instant at which the next entry would be recorded, were it recorded at once."""
        at = self._journal.now()
        return max(at, ledger.last_instant(connection) or at)


def _done(connection: Connection, order: _Order) -> Entry | None:
    """Return the request that this key was used for, None where it is new; another order is refused."""
    done = accounts.done_before(connection, order.done_key()) if order.key is not None else None
    if done is not None and done[0] != order.digest:
        raise InputError(f"the key {order.key!r} was used for another request"[:200], remedy="give another key")
    return None if done is None else done[1]


def _check_licences(permitted: Permit, request: Request) -> None:
    """Raise where the request's licences are not those in force any more."""
    if set(permitted.licences) != set(request.licences):
        raise RightsError(
            "the licences changed while the pictures were made; nothing was charged\n"
            "生成中に許諾の内容が変わったため、生成物は記録されず課金もされていません",
            remedy="type it again: it will rest on the licences in force now",
        )


def _generated(connection: Connection, request: Entry) -> Generated:
    items = store.outputs_of(connection, request)
    capture = store.capture_of(connection, request)
    fields = Fields(capture.statement.public, "capture")
    outputs = tuple(Made(item.entry, store.read_output(item)) for item in items)
    return Generated(request, outputs, Capture.read(fields, capture.sealed))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
