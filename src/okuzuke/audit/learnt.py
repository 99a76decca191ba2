"""Models held against what they say they come from: run, recipe, snapshot, the division of its families. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from okuzuke.attribution.scorer import Scorer
from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.core.errors import OkuzukeError
from okuzuke.core.ids import Entry, WorkId, short
from okuzuke.datasets.manifest import Place, Snapshot, Tombstone, read_place
from okuzuke.registry.decision import Basis
from okuzuke.registry.uses import Use
from okuzuke.training import transcript
from okuzuke.training.card import DEDICATIONS
from okuzuke.training.division import Division, divide, units
from okuzuke.training.model import Model
from okuzuke.training.plan import Plan, batch_digest
from okuzuke.training.recipe import BEACON, Recipe, order_seed
from okuzuke.training.run import Run
from okuzuke.training.vocabulary import Vocabulary, vocabulary


def check_models(bundle: Bundle, judged: Judged) -> str:
    """Return what the models of the bundle come to, nothing where there is none; the first that fails raises."""
    models = judged.all(Model)
    if not models:
        return ""
    for item, scorer in judged.all(Scorer):
        of, scored = judged.beneath(item, scorer.model, Model)
        _, run = judged.beneath(of, scored.run, Run)
        if scorer.trials > run.held_out:
            raise failure(f"scorer {short(item.entry)} was tried on more families than its run held out")
    remade = sum(_check_model(bundle, judged, item, model) for item, model in models)
    rest = len(models) - remade
    detail = f"{len(models)} bound to run, recipe and snapshot"
    detail += f"; {remade} divided anew into the same trained and held-out families" if remade else ""
    return detail + (f"; {rest} not: works are shut for this reader" if rest else "")


def division_of(bundle: Bundle, judged: Judged, item: Stated, model: Model) -> Division | None:
    """Return the families a model was trained on, None where rows this needs are shut or were erased."""
    run_item, run = judged.beneath(item, model.run, Run)
    _, snapshot = judged.beneath(run_item, run.snapshot, Snapshot)
    places = _places(bundle, snapshot)
    known = judged.before(run_item.index)
    works = [place.work for place in places or () if isinstance(place, Place)]
    if places is None or any(work not in known.works for work in works):
        return None
    tags = {work: known.works[WorkId(work)].work.tags for work in works}
    return divide(places, tags, known, _recipe(bundle, item, run), run.order_seed)


def _check_model(bundle: Bundle, judged: Judged, item: Stated, model: Model) -> bool:
    """Say whether the division could be made anew; raise where anything comes out otherwise."""
    named = f"model {short(item.entry)}"
    run_item, run = judged.beneath(item, model.run, Run)
    _, snapshot = judged.beneath(run_item, run.snapshot, Snapshot)
    recipe = _recipe(bundle, item, run)
    if snapshot.asked.use is not Use.TRAIN:
        raise failure(f"{named} was trained on a snapshot for {snapshot.asked.use}")
    if not set(model.bases) <= snapshot.bases:
        raise failure(f"{named} names a basis that its snapshot did not admit")
    if Basis.DEDICATION in model.bases and DEDICATIONS not in model.name:
        raise failure(f"{named} does not say in its name that dedications are in it")
    if run.beacon != BEACON or run.order_seed != order_seed(run.snapshot, recipe.seed):
        raise failure(f"{named}: the order seed of its run does not follow from snapshot, seed and beacon")
    if model.steps != recipe.steps:
        raise failure(f"{named} ran {model.steps} steps, its recipe says {recipe.steps}")
    if sum(unit.families for unit in model.units) > run.trained:
        raise failure(f"{named} counts more families than its run trained on")
    division = division_of(bundle, judged, item, model)
    if division is not None:
        _check_division(bundle, judged, (item, model), (run_item, run), division)
    _check_transcript(bundle, (item.entry, model), recipe, division, run)
    return division is not None


def _check_division(
    bundle: Bundle, judged: Judged, stated: tuple[Stated, Model], ran: tuple[Stated, Run], division: Division
) -> None:
    item, model = stated
    run_item, run = ran
    named = f"model {short(item.entry)}"
    known = judged.before(run_item.index)
    if (len(division.trained), len(division.held_out)) != (run.trained, run.held_out):
        raise failure(f"{named}: its run counts {run.trained} trained families, the recipe makes them otherwise")
    if units(division.trained, known) != model.units:
        raise failure(f"{named} counts its units otherwise than the works it was trained on")
    tags = {place.work: known.works[place.work].work.tags for place in division.places}
    data = bundle.files.get(model.vocabulary)
    if data is None:
        raise failure(f"the vocabulary of {named} is not in the bundle")
    if Vocabulary.read(data) != vocabulary(division.trained, tags, known):
        raise failure(f"{named}: its vocabulary is not that of the works it was trained on")


def _check_transcript(
    bundle: Bundle, stated: tuple[Entry, Model], recipe: Recipe, division: Division | None, run: Run
) -> None:
    model_entry, model = stated
    data = bundle.files.get(model.transcript)
    if data is None:
        if bundle.reader == AUDITOR and model_entry == bundle.subject:
            raise failure("an auditor's bundle on a model brings its transcript")
        return
    batches: list[bytes] = []
    if division is not None:
        plan = Plan(recipe, division, run.order_seed)
        batches = [batch_digest(plan.batch(step)) for step in range(recipe.steps)]
    try:
        transcript.verify(data, model.transcript_head, batches)
    except OkuzukeError as error:
        raise failure(f"the transcript: {error.message}") from error


def _recipe(bundle: Bundle, item: Stated, run: Run) -> Recipe:
    data = bundle.files.get(run.recipe)
    if data is None:
        raise failure(f"the recipe of model {short(item.entry)} is not in the bundle")
    return Recipe.read(data)


def _places(bundle: Bundle, snapshot: Snapshot) -> Sequence[Place | Tombstone] | None:
    keys = bundle.sets.get(snapshot.manifest, ())
    if not keys or any(key not in bundle.rows for key in keys):
        return None
    return [read_place(bundle.rows[key].document) for key in keys]
