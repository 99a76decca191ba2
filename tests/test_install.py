"""What a stranger gets from `pip install .`: wheels only, small, and enough to verify."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BASE_LIMIT_MB = 150

pytestmark = pytest.mark.slow


def _run(*command: str | Path, cwd: Path = ROOT) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "venv"
    _run(sys.executable, "-m", "venv", folder)
    _run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", ROOT)
    return folder


def _site_packages(venv: Path) -> Path:
    return next((venv / "lib").glob("python*/site-packages"))


def test_every_default_dependency_has_a_wheel(tmp_path: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]

    listed = _run(
        sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary", ":all:",
        "-c", ROOT / "constraints.txt", *declared,
    )  # fmt: skip

    assert "Would install" in listed


def test_the_base_install_stays_under_its_limit(base: Path) -> None:
    packages = _site_packages(base)

    size_mb = sum(int(line.split()[0]) for line in _run("du", "-sm", packages).splitlines()) - sum(
        int(_run("du", "-sm", path).split()[0]) for path in packages.glob("pip*")
    )

    assert size_mb <= BASE_LIMIT_MB


def test_the_base_install_holds_neither_tensors_nor_arrays(base: Path) -> None:
    names = {path.name for path in _site_packages(base).iterdir()}

    assert not names & {"torch", "numpy", "cv2", "faiss"}


def test_the_base_install_verifies_the_example(base: Path) -> None:
    examples = ROOT / "examples"
    okuzuke = base / "bin" / "okuzuke"

    shown = _run(okuzuke, "verify", examples / "kokeshi.okz", "--trust", examples / "trust.json", cwd=base)

    assert "matches the record" in shown.splitlines()[-1]


def test_the_base_install_enters_works(base: Path, tmp_path: Path) -> None:
    okuzuke = base / "bin" / "okuzuke"
    archive, key, folder = tmp_path / "archive", tmp_path / "holder.pem", tmp_path / "works"
    folder.mkdir()
    make = "from PIL import Image; Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 50).save('works/a.png')"
    _run(base / "bin" / "python", "-c", make, cwd=tmp_path)

    _run(okuzuke, "--archive", archive, "init", "--origin", "log.example/base", "--operator", "Operator")
    party = _json(
        _run(okuzuke, "--archive", archive, "party", "Holder", "--type", "person", "--new-key", key, "--json")
    )
    series = _json(
        _run(okuzuke, "--archive", archive, "series", "Works", "--title-en", "Works", "--copyright-line", "(c) Holder",
             "--as", party, "--key", key, "--json")
    )  # fmt: skip
    shown = _run(okuzuke, "--archive", archive, "register", folder, "--series", series, "--as", party, "--key", key)

    assert "registered 1" in " ".join(shown.split())
    refused = subprocess.run(
        [str(okuzuke), "--archive", str(archive), "screen"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 4
    assert "okuzuke[screen]" in refused.stderr


def _json(text: str) -> str:
    return str(json.loads(text)["entry"])
