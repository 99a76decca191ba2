"""The pages keep their promises: links lead somewhere, commands exist, the words are the code's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from okuzuke.registry.decision import State
from okuzuke.registry.uses import Use
from okuzuke.screening.match import Verdict

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "SECURITY", "CHANGELOG", "CONTRIBUTING")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def _blocks(page: Path) -> list[str]:
    return re.findall(r"```(?:console|sh|bash|text)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def _commands(page: Path) -> set[str]:
    found = set()
    for block in _blocks(page):
        for line in block.splitlines():
            match = re.match(r"\$? ?okuzuke (?:--archive \S+ )?([a-z]+)", line)
            if match:
                found.add(match.group(1))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]

    assert missing == []


def test_every_command_a_page_types_exists() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "from okuzuke.cli.main import run; run()", "--help"],
        capture_output=True, text=True, check=True, env={"COLUMNS": "200", "PATH": "", "TERM": "dumb"},
    ).stdout  # fmt: skip
    known = set(re.findall(r"^  ([a-z]+) {2,}", shown, re.MULTILINE))

    assert {command for page in PAGES for command in _commands(page)} <= known


def test_the_readme_fits_its_length() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


def test_the_glossary_has_every_word_of_the_closed_sets() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

    missing = [word.value for words in (Use, State, Verdict) for word in words if f"`{word.value}`" not in glossary]

    assert missing == []


def test_no_page_is_longer_than_a_reader_bears() -> None:
    assert [page.name for page in PAGES if len(page.read_text(encoding="utf-8").splitlines()) > 200] == []
