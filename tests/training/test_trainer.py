from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from okuzuke.core.errors import CheckFailedError, StateError
from okuzuke.datasets.order import Phase
from okuzuke.training import trainer, transcript
from okuzuke.training.plan import Plan, batch_digest
from okuzuke.training.progress import Meter, Observe, Pace, Progress, Stage
from okuzuke.training.recipe import Profile, Span
from okuzuke.training.states import States
from okuzuke.training.weights import tensors_hash
from training.tiny import SEED, StoppedError, division_of, header_of, material_of, tiny_recipe, trained


def _until(last: int) -> Observe:
    def observe(progress: Progress) -> None:
        if progress.done == last:
            raise StoppedError

    return observe


def _states(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("state-*"))


def test_a_run_made_twice_gives_the_same_bits(tmp_path: Path) -> None:
    assert trained(tmp_path / "one") == trained(tmp_path / "two")


def test_another_seed_gives_another_model(tmp_path: Path) -> None:
    one, _ = trained(tmp_path / "one")
    plan = Plan(tiny_recipe(), division_of(), "5f" * 32)
    with States(tmp_path / "two", header_of(tiny_recipe())) as states:
        other = trainer.train(tiny_recipe(), plan, material_of(tiny_recipe()), states, lambda _: None)

    assert tensors_hash(other) != one


@pytest.mark.parametrize("last", [1, 3, 5, 8, 11, 12])
def test_a_run_that_was_cut_off_goes_on_to_the_same_bits(tmp_path: Path, last: int) -> None:
    whole = trained(tmp_path / "whole")

    with pytest.raises(StoppedError):
        trained(tmp_path / "cut", observe=_until(last))

    assert trained(tmp_path / "cut") == whole


def test_a_damaged_state_is_passed_over_for_the_one_before(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    with pytest.raises(StoppedError):
        trained(tmp_path / "cut", observe=_until(11))
    newest = tmp_path / "cut" / "state-000010.safetensors"
    data = bytearray(newest.read_bytes())
    data[-100] ^= 1
    newest.write_bytes(data)
    begun: list[int] = []

    again = trained(tmp_path / "cut", observe=lambda progress: begun.append(progress.done))

    assert again == whole
    assert begun[0] == 6


def test_a_transcript_that_was_tampered_with_begins_the_run_anew(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    with pytest.raises(StoppedError):
        trained(tmp_path / "cut", observe=_until(11))
    path = tmp_path / "cut" / "transcript"
    path.write_bytes(path.read_bytes()[:300])

    assert trained(tmp_path / "cut") == whole


def test_what_a_killed_process_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".part-state").write_bytes(b"half of a state")

    trained(tmp_path / "run")

    assert not list((tmp_path / "run").glob(".part-*"))


def test_the_last_two_states_stay_and_those_the_recipe_lists(tmp_path: Path) -> None:
    trained(tmp_path / "run")

    assert _states(tmp_path / "run") == [f"state-{steps:06}.safetensors" for steps in (3, 10, 12)]


def test_a_preview_shows_pictures_and_changes_nothing(tmp_path: Path) -> None:
    sizes: set[tuple[int, int]] = set()

    def look(progress: Progress) -> None:
        assert progress.preview is not None
        sizes.update(picture.size for picture in progress.preview([["daruma"], []], 3))

    assert trained(tmp_path / "seen", observe=look) == trained(tmp_path / "unseen")
    assert sizes == {(16, 16)}


def test_a_removed_work_weighs_nothing_and_moves_nothing_else() -> None:
    recipe = tiny_recipe()
    material = material_of(recipe)
    whole, without = Plan(recipe, division_of(), SEED), Plan(recipe, division_of([3]), SEED)
    hit = 0
    for step in range(recipe.steps):
        before = trainer.batch(recipe, SEED, step, whole.batch(step), material)
        after = trainer.batch(recipe, SEED, step, without.batch(step), material)
        stays = after.weights_B == 1
        hit += int((~stays).sum())
        assert torch.equal(before.t_B, after.t_B)
        assert torch.equal(before.noise_BTC, after.noise_BTC)
        assert torch.equal(before.x_BTC[stays], after.x_BTC[stays])
        assert torch.equal(before.tags_BK[stays], after.tags_BK[stays])
        assert (batch_digest(whole.batch(step)) == batch_digest(without.batch(step))) is bool(stays.all())
    assert hit > 0


def test_the_first_phase_reads_only_what_nobody_can_take_back() -> None:
    recipe = tiny_recipe()
    plan = Plan(recipe, division_of(), SEED)
    lasting = {family.family for family in division_of().trained if family.irrevocable}

    assert all(item.family in lasting for step in range(5) for item in plan.batch(step))
    assert not all(item.family in lasting for step in range(5, 12) for item in plan.batch(step))


def test_the_loss_falls(tmp_path: Path) -> None:
    recipe = replace(tiny_recipe(), phases=(Span(Phase.EVERY, 60),), state_every=60, rate_ppm=10_000)

    _, data = trained(tmp_path / "run", recipe)

    losses = [record.loss for record in transcript.read(data).records]
    assert sum(losses[-10:]) < sum(losses[:10])


def test_a_run_that_diverges_names_the_step_and_keeps_its_last_good_state(tmp_path: Path) -> None:
    recipe = replace(tiny_recipe(), rate_ppm=10**15, warmup=10, cooldown=0, decay_ppm=0)

    with pytest.raises(CheckFailedError, match=r"diverged at step \d+") as caught:
        trained(tmp_path / "run", recipe)

    assert caught.value.exit_code == 1
    with States(tmp_path / "run", header_of(recipe)) as states:
        newest = states.newest()
    assert newest is None or all(tensor.isfinite().all() for tensor in newest.tensors.values())


@pytest.mark.parametrize(
    "elsewhere",
    [replace(trainer.profile_here(), torch="elsewhere"), replace(trainer.profile_here(), capability="elsewhere")],
)
def test_another_machine_is_refused(tmp_path: Path, elsewhere: Profile) -> None:
    with pytest.raises(StateError, match="elsewhere"):
        trained(tmp_path / "run", replace(tiny_recipe(), profile=elsewhere))


def test_the_profile_is_set_for_the_run_and_given_back() -> None:
    profile = replace(trainer.profile_here(), threads=2)
    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())

    with trainer.pinned(profile):
        assert torch.get_num_threads() == 2
        assert torch.are_deterministic_algorithms_enabled()

    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before


@contextmanager
def _room(size_bytes: int) -> Iterator[None]:
    """Let no file grow beyond this size: the system refuses the write, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stops_the_run_and_loses_nothing(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    with pytest.raises(StoppedError):
        trained(tmp_path / "full", observe=_until(9))
    before = {path.name: path.read_bytes() for path in (tmp_path / "full").glob("state-*")}

    with _room(100_000), pytest.raises(StateError, match="cannot store") as caught:
        trained(tmp_path / "full")

    assert caught.value.exit_code == 4
    assert {path.name: path.read_bytes() for path in (tmp_path / "full").glob("state-*")} == before
    assert not list((tmp_path / "full").glob(".part-*"))
    assert trained(tmp_path / "full") == whole


def test_two_processes_do_not_train_one_run_at_once(tmp_path: Path) -> None:
    with (
        States(tmp_path / "run", header_of(tiny_recipe())),
        pytest.raises(StateError, match="somebody else"),
        States(tmp_path / "run", header_of(tiny_recipe())),
    ):
        pass


def test_sketches_lie_as_far_apart_as_gradients_do() -> None:
    recipe = replace(tiny_recipe(), sketch_values=256)
    learner = trainer.Learner(recipe, SEED)
    generator = torch.Generator().manual_seed(1)
    length = learner._signs.numel()
    ratios = []
    for _ in range(40):
        difference = torch.randn(length, generator=generator)
        sketch = (difference.view_as(learner._signs) * learner._signs).sum(0)
        ratios.append((sketch.norm() / difference.norm()).item() ** 2)

    assert sum(ratios) / len(ratios) == pytest.approx(1, abs=0.08)


def test_the_first_signs_are_those_that_are_written_down() -> None:
    learner = trainer.Learner(tiny_recipe(), SEED)
    byte = hashlib.shake_256(bytes.fromhex(SEED) + b"sketch").digest(1)[0]

    assert [value < 0 for value in learner._signs.flatten()[:8].tolist()] == [
        bool(byte >> at & 1) for at in range(7, -1, -1)
    ]


def test_the_rate_rises_stays_and_falls() -> None:
    recipe = tiny_recipe()

    rates = [round(trainer.learning_rate(recipe, step) * 1e6) for step in range(recipe.steps)]

    assert rates == [1500, *[3000] * 8, 2250, 1500, 750]


def test_a_meter_says_the_rate_and_the_time_left() -> None:
    instants = iter([10.0, 12.0])
    meter = Meter(lambda: next(instants))

    assert meter.pace(Progress(Stage.TRAINING, 4, 20)) is None
    assert meter.pace(Progress(Stage.TRAINING, 8, 20)) == Pace(2.0, 6.0)


def test_tags_are_kept_back_as_often_as_the_recipe_says() -> None:
    recipe = replace(tiny_recipe(), batch=400, prompt_dropout_per_mille=100, tag_dropout_per_mille=500)
    material = material_of(recipe)
    material.tags_NK.clamp_(min=1)
    read = trainer.batch(recipe, SEED, 0, Plan(recipe, division_of(), SEED).batch(0), material)
    left = (read.tags_BK > 0).sum(1)

    assert 0.12 <= (left == 0).float().mean() <= 0.26
    assert 0.45 <= (left == recipe.tag_width).float().mean() <= 0.65
    assert set(left.tolist()) == set(range(recipe.tag_width + 1))


def test_nothing_is_kept_back_where_the_recipe_says_so() -> None:
    recipe = replace(tiny_recipe(), prompt_dropout_per_mille=0, tag_dropout_per_mille=0)
    material = material_of(recipe)
    drawn = Plan(recipe, division_of(), SEED).batch(0)
    rows = [material.rows[item.family] for item in drawn]

    assert torch.equal(trainer.batch(recipe, SEED, 0, drawn, material).tags_BK, material.tags_NK[rows])
