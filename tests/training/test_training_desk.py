from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from okuzuke.archive import Archive
from okuzuke.core.errors import CheckFailedError, InputError, RightsError, StateError
from okuzuke.core.ids import Entry
from okuzuke.datasets.desk import Frozen
from okuzuke.ledger import store as ledger
from okuzuke.ledger.statement import Draft, RestsOn
from okuzuke.registry.decision import Basis
from okuzuke.registry.parties import Capacity
from okuzuke.registry.uses import Use
from okuzuke.training import plan, transcript
from okuzuke.training.card import DEDICATIONS
from okuzuke.training.desk import Training
from okuzuke.training.division import units
from okuzuke.training.progress import Progress, Stage
from okuzuke.training.recipe import order_seed
from okuzuke.training.vocabulary import Vocabulary
from scene import DAWN, Scene
from training.shop import snapshot_in
from training.tiny import StoppedError, tiny_recipe

LATER = DAWN + timedelta(days=30)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Frozen]:
    scene = Scene(tmp_path_factory.mktemp("shop"))
    frozen = snapshot_in(scene)
    scene.archive.close()
    return scene.archive.path, frozen


@pytest.fixture
def archive(shop: tuple[Path, Frozen], tmp_path: Path) -> Archive:
    shutil.copytree(shop[0], tmp_path / "archive")
    return Archive.open(tmp_path / "archive", now=lambda: LATER, entropy=os.urandom)


@pytest.fixture
def training(archive: Archive) -> Training:
    return archive.training


@pytest.fixture
def snapshot(shop: tuple[Path, Frozen]) -> Entry:
    return shop[1].entry


def _kinds(archive: Archive) -> list[str]:
    with archive.database.reading() as connection:
        return [item.statement.kind for item in ledger.recorded_all(connection, ["run", "model"])]


def test_a_model_rests_on_its_run_and_the_run_on_its_snapshot(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe())

    beneath = [step.entry for step in archive.affected(snapshot)]
    assert beneath == [trained.model.run, trained.entry]
    assert training.read(trained.entry) == trained
    assert training.models() == (trained,)


def test_the_run_is_recorded_before_its_first_step(archive: Archive, training: Training, snapshot: Entry) -> None:
    seen: list[list[str]] = []

    training.train(snapshot, tiny_recipe(), observe=lambda _: seen.append(_kinds(archive)))

    assert set(map(tuple, seen)) == {("run",)}
    assert _kinds(archive) == ["run", "model"]


def test_reading_and_steps_are_both_observed(training: Training, snapshot: Entry) -> None:
    seen: list[Progress] = []

    trained = training.train(snapshot, tiny_recipe(), observe=seen.append)

    works = len(training.ground(trained.model.run).division.places)
    assert [item.done for item in seen if item.stage is Stage.READING] == list(range(1, works + 1))
    assert [item.done for item in seen if item.stage is Stage.TRAINING] == list(range(1, 13))


def test_what_was_trained_already_is_returned_as_it_is(archive: Archive, training: Training, snapshot: Entry) -> None:
    trained = training.train(snapshot, tiny_recipe())

    assert training.train(snapshot, tiny_recipe(), name="again") == trained
    assert _kinds(archive) == ["run", "model"]


def test_a_run_that_was_cut_off_is_resumed_as_the_run_it_was(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage is Stage.TRAINING and progress.done == 8:
            raise StoppedError

    with pytest.raises(StoppedError):
        training.train(snapshot, tiny_recipe(), observe=stop)
    begun: list[int] = []
    training.train(
        snapshot,
        tiny_recipe(),
        observe=lambda progress: begun.append(progress.done) if progress.stage is Stage.TRAINING else None,
    )

    assert begun[0] == 6
    assert _kinds(archive) == ["run", "model"]


def test_a_model_made_with_dedications_says_so_in_its_name_and_card(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe(), name="nightly")

    card = archive.blobs.get(trained.model.card).decode()
    assert trained.model.name == f"nightly {DEDICATIONS}"
    assert trained.model.bases == (Basis.DEDICATION, Basis.GRANT)
    assert card.startswith(f"# nightly {DEDICATIONS}\n")
    assert "Nobody opted in to this model with them" in card
    assert "fewer than 256" in card
    for unit in trained.model.units:
        assert f"| {unit.name} |" in card
        assert unit.unit in card


def test_a_stranger_recomputes_families_units_and_batches_from_the_manifest(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe())
    ground = training.ground(trained.model.run)
    order = plan.Plan(trained.recipe, ground.division, trained.run.order_seed)
    batches = [plan.batch_digest(order.batch(step)) for step in range(trained.recipe.steps)]

    told = transcript.verify(archive.blobs.get(trained.model.transcript), trained.model.transcript_head, batches)

    assert told.whole
    assert trained.run.order_seed == order_seed(snapshot, 1)
    assert (trained.run.trained, trained.run.held_out) == (
        len(ground.division.trained),
        len(ground.division.held_out),
    )
    assert trained.model.units == units(ground.division.trained, ground.known)
    assert sum(unit.families for unit in trained.model.units) == trained.run.trained


def test_the_vocabulary_counts_what_was_trained_and_knows_each_series(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe())

    words = Vocabulary.read(archive.blobs.get(trained.model.vocabulary))

    assert words.tags["plain background"] == trained.run.trained
    assert set(words.units) == {unit.unit for unit in trained.model.units}
    assert {unit.name for unit in words.units.values()} == {"だるま", "こけし", "公共の絵"}
    assert {unit.tags for unit in words.units.values()} == {("plain background",)}


def test_a_recorded_model_opens_with_the_weights_that_were_recorded(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe())

    opened = training.open(trained.entry)

    assert opened.transformer.shape.width == trained.recipe.width
    assert opened.codec.patch == trained.recipe.patch
    assert set(opened.vocabulary.units) == {unit.unit for unit in trained.model.units}


def test_a_work_that_fails_the_gate_stops_the_run_before_its_first_step(
    archive: Archive, training: Training, shop: tuple[Path, Frozen]
) -> None:
    for place in shop[1].places:
        archive.blobs.remove(archive.registry.known().works[place.work].work.asset)

    with pytest.raises(CheckFailedError, match="do not pass the gate"):
        training.train(shop[1].entry, tiny_recipe())

    assert _kinds(archive) == ["run"]


def test_an_unknown_preset_names_the_nearest(training: Training, snapshot: Entry) -> None:
    with pytest.raises(InputError) as caught:
        training.train(snapshot, "tny")

    assert "tiny" in caught.value.remedy


def test_a_recipe_of_another_machine_records_nothing(archive: Archive, training: Training, snapshot: Entry) -> None:
    recipe = tiny_recipe()

    with pytest.raises(StateError, match="elsewhere"):
        training.train(snapshot, replace(recipe, profile=replace(recipe.profile, torch="elsewhere")))

    assert _kinds(archive) == []


def test_a_snapshot_for_another_use_is_no_ground_to_train_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    granted = scene.granted_series("絵師", 3)
    scene.grant(granted.series, granted.party, Use.FINETUNE)
    scene.archive.screening.run()
    frozen = scene.archive.datasets.snapshot(Use.FINETUNE)
    training = scene.archive.training

    with pytest.raises(RightsError, match="not for train"):
        training.train(frozen.entry, replace(tiny_recipe(), held_out_per_mille=0))

    assert _kinds(scene.archive) == []


def test_a_run_or_model_that_does_not_follow_from_what_it_rests_on_is_not_recorded(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe())
    more = replace(trained.model.units[0], families=trained.model.units[0].families + 1)
    unfounded = replace(trained.model, units=(more, *trained.model.units[1:]))
    for kind, public, on in (
        ("run", replace(trained.run, trained=trained.run.trained - 1).to_public(), snapshot),
        ("run", replace(trained.run, order_seed="5e" * 32).to_public(), snapshot),
        ("model", unfounded.to_public(), trained.model.run),
        ("model", replace(trained.model, transcript_head="5e" * 32).to_public(), trained.model.run),
        ("model", trained.model.to_public(), snapshot),
    ):
        draft = Draft(kind, archive.operator, Capacity.OPERATOR, public, {}, (RestsOn(entry=on),))
        journal = archive.journal
        assert archive.operator_key is not None
        with pytest.raises(CheckFailedError):
            journal.record(journal.signed(draft, archive.operator_key))

    assert _kinds(archive) == ["run", "model"]


def _environment() -> dict[str, str]:
    tests = Path(__file__).parents[1]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")])}


_KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
import torch
torch.set_num_threads(1)
from okuzuke.archive import Archive
from okuzuke.training.progress import Stage
from scene import DAWN
from training.tiny import tiny_recipe
now = lambda: DAWN + timedelta(days=30)
def kill(progress):
    if progress.stage is Stage.TRAINING and progress.done == 8:
        os.kill(os.getpid(), signal.SIGKILL)
with Archive.open(Path(sys.argv[1]), now=now, entropy=os.urandom) as archive:
    archive.training.train(sys.argv[2], tiny_recipe(), observe=kill)
"""


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_same_model_bit_for_bit(
    archive: Archive, training: Training, snapshot: Entry, shop: tuple[Path, Frozen], tmp_path: Path
) -> None:
    whole = training.train(snapshot, tiny_recipe())
    shutil.copytree(shop[0], tmp_path / "killed")

    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path / "killed"), snapshot], check=False, env=_environment()
    )
    with Archive.open(tmp_path / "killed", now=lambda: LATER, entropy=os.urandom) as killed:
        kinds = _kinds(killed)
        resumed = killed.training.train(snapshot, tiny_recipe())

    assert done.returncode == -signal.SIGKILL
    assert kinds == ["run"]
    assert resumed.model.model == whole.model.model
    assert resumed.model.run != whole.model.run


_WITHOUT_TORCH = """
import os, sys
from datetime import timedelta
from pathlib import Path
sys.modules["torch"] = sys.modules["numpy"] = sys.modules["safetensors"] = None
from okuzuke.archive import Archive
from okuzuke.core.errors import StateError
from scene import DAWN
now = lambda: DAWN + timedelta(days=30)
with Archive.open(Path(sys.argv[1]), now=now, entropy=os.urandom) as archive:
    training = archive.training
    print(training.models()[0].entry)
    try:
        training.train(sys.argv[2], "tiny")
    except StateError as error:
        print(error.remedy)
"""


def test_models_are_read_without_torch_and_training_says_what_to_install(
    archive: Archive, training: Training, snapshot: Entry
) -> None:
    trained = training.train(snapshot, tiny_recipe())
    archive.close()

    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_TORCH, str(archive.path), snapshot],
        check=True,
        capture_output=True,
        text=True,
        env=_environment(),
    )

    assert done.stdout.splitlines() == [trained.entry, "pip install 'okuzuke[train]'"]
