"""Training and attribution by commands: what is shown, what is refused, and with which exit."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from cli.press import Press
from cli_desk import Desk, Story
from okuzuke.cli import clock
from okuzuke.cli.training import Trial, _trial_row, percent
from okuzuke.core.ids import Entry
from okuzuke.training import presets
from okuzuke.training.progress import Progress, Stage

pytestmark = pytest.mark.usefixtures("small")

_WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from okuzuke.cli.main import run; sys.exit(run())"


def without_torch(press: Press, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _WITHOUT_TORCH, *map(str, arguments), "--archive", str(press.desk.archive)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_model_is_shown_with_its_hash_its_steps_and_how_far_its_scorer_is_relied_on(pressed: Press) -> None:
    said = pressed.desk.type("train", pressed.snapshot)

    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].startswith("model モデル")
    assert "小さな版" in lines[0]
    assert "steps 12" in lines[0]
    assert lines[0].endswith(pressed.model)
    assert "rho 0.0000 %" in lines[1]
    assert "by held-out works 学習外の作品による" in lines[1]
    assert lines[-1].startswith("next: okuzuke generate")


def test_a_program_reads_a_model_and_its_trial_as_json(pressed: Press) -> None:
    (model,) = pressed.desk.json("train", "--list")

    assert set(model) == {"entry", "name", "model", "steps", "bases", "units", "snapshot", "trial"}
    assert set(model["trial"]) == {"entry", "correct", "trials", "classes", "rho_ppm", "basis"}
    assert (model["name"], model["units"], model["bases"]) == ("小さな版", 2, ["grant"])


def test_held_out_accuracy_is_shown_as_what_was_right_of_how_many() -> None:
    row = _trial_row(Trial(Entry("e" * 64), 21, 24, 4, 512_345, "held-out works"))

    assert row[1:4] == ["21 of 24 right (87.5%)", "of 4 units", "rho 51.2345 %"]
    assert percent(1_000_000) == "100.0000 %"


def test_a_scorer_that_was_fitted_again_from_the_same_works_is_recorded_once(pressed: Press) -> None:
    before = pressed.desk.log()

    fitted = pressed.desk.type("attribute", pressed.model)

    assert fitted.code == 0
    assert pressed.desk.log() == before


def test_an_output_is_attributed_to_units_whose_parts_sum_to_the_whole(earned: Press) -> None:
    picture = next(iter(sorted(earned.pictures.glob("*.png"))))
    shown = earned.desk.json("attribute", picture)
    by_id = earned.desk.json("attribute", shown["output"][:12])
    said = earned.desk.type("attribute", picture).out

    assert shown == by_id
    assert sum(part["ppm"] for part in shown["parts"]) == 1_000_000
    assert {part["name"] for part in shown["parts"]} <= {"だるま百態", "こけし暦"}
    assert "share 寄与" in said


def test_what_is_neither_a_model_nor_an_output_has_no_attribution(pressed: Press) -> None:
    snapshot = pressed.desk.type("attribute", pressed.snapshot)
    work = pressed.desk.type("attribute", pressed.works["だるま百態"])

    assert (snapshot.code, work.code) == (2, 2)
    assert "is a snapshot, neither a model nor an output" in snapshot.err
    assert "is no statement, neither a model nor an output" in work.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no snapshot is named"),
        (["00000000"], "nothing here has an id"),
    ],
)
def test_training_names_what_it_needs(story: Story, arguments: list[str], words: str) -> None:
    said = story.desk.type("train", *arguments)

    assert said.code == 2
    assert words in said.err


def test_an_unknown_preset_is_told_the_nearest(pressed: Press) -> None:
    said = pressed.desk.type("train", pressed.snapshot, "--preset", "tinny")

    assert said.code == 2
    assert "--preset tiny" in said.err


def test_an_archive_without_models_says_so(desk: Desk) -> None:
    said = desk.type("train", "--list")

    assert (said.code, said.out.splitlines()[0]) == (0, "no model yet モデルはまだありません")


def test_a_snapshot_of_another_use_is_refused_in_both_languages(press: Press) -> None:
    other = press.desk.entry("snapshot", "--use", "generate")

    said = press.desk.type("train", other)

    assert said.code == 3
    assert "not for train" in said.err
    assert "学習（train）のため" in said.err


def test_a_run_that_diverges_exits_with_one_and_records_no_model(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    wild = replace(presets.PRESETS["tiny"], rate_ppm=10**15, warmup=10, decay_ppm=0)
    monkeypatch.setitem(presets.PRESETS, "tiny", wild)

    said = press.desk.type("train", press.snapshot, "--seed", "2")

    assert said.code == 1
    assert "diverged at step" in said.err
    assert press.desk.log().count("model") == 1


@pytest.mark.slow
def test_without_torch_train_and_generate_name_the_extra(press: Press) -> None:
    train = without_torch(press, "train", press.snapshot, "--seed", "3")
    generate = without_torch(press, "generate", "red", "-o", press.pictures)
    fit = without_torch(press, "attribute", press.model)

    for said in (train, generate, fit):
        assert said.returncode == 4, said
        assert "pip install 'okuzuke[train]'" in said.stderr
    assert not press.pictures.exists()


def test_long_training_says_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    instants = iter([0.0, 0.0, 0.0, 10.0, 10.0])
    watch = clock.Watch(lambda: next(instants))

    watch(Progress(Stage.TRAINING, 0, 100, 0.5))
    watch(Progress(Stage.TRAINING, 20, 100, 0.25))

    assert capsys.readouterr().err == "training   20 of 100   2.0 a second   40 s left   loss 0.2500\n"
