"""Every command of the README is typed as a new user would type it, in a clean checkout."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scene import drawn

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

MADE = {
    "party Atelier": "ATELIER",
    "party Verifier": "VERIFIER",
    "series 花の図案": "SERIES",
    "ownership SERIES": "OWNERSHIP",
    "sheet SERIES": "SHEET",
    "snapshot --use": "SNAPSHOT",
}
"""Which id a command of the README makes, by its first words."""

pytestmark = pytest.mark.slow


def _commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project without what git ignores, whether or not it is a clone."""
    folder = tmp_path_factory.mktemp("readme") / "okuzuke"
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "demo-archive*", "dist")
    shutil.copytree(ROOT, folder, ignore=ignored)
    (folder / "pictures").mkdir()
    for number in range(3):
        drawn(number).save(folder / "pictures" / f"{number}.png")
    (folder / "contract.txt").write_text("seen", encoding="utf-8")
    return folder


def _typed(command: str, folder: Path, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        command = re.sub(rf"\b{name}\b", value, command)
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "OKUZUKE_ARCHIVE")}
    environment["PATH"] = f"{folder / '.venv' / 'bin'}{os.pathsep}{environment['PATH']}"
    environment["ARCHIVE"] = str(folder / "demo-archive")
    environment["DEMO"] = "--works 12 --steps 60"  # the whole size takes minutes; the story is the same
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_every_command_of_the_readme_does_what_it_says(checkout: Path) -> None:
    ids: dict[str, str] = {}
    shown: dict[str, str] = {}

    for command in _commands():
        if command == "make test":
            continue  # it is what runs this test
        shown[command] = _typed(command, checkout, ids)
        made = MADE.get(" ".join(shlex.split(command)[1:3]))
        if made is not None:
            ids[made] = re.findall(r"[0-9a-f]{12}", shown[command].splitlines()[0])[-1]

    verify = next(text for command, text in shown.items() if "verify" in command)
    assert verify.strip().splitlines()[-1] == _shown_blocks()[0].strip().splitlines()[-1]
    assert "matches the record" in shown["make demo"]
    assert (checkout / "demo-archive" / "report" / "index.html").is_file()


def _shown_blocks() -> list[str]:
    return re.findall(r"```text\n(.*?)```", README, re.DOTALL)


def test_the_source_distribution_holds_what_the_readme_needs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    assert "okuzuke/demo/report.css" in names
    assert any(name.endswith("licenses/NOTICE") for name in names)
