"""The house keeps its own rules where no linter looks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "src").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "service", "base", "common"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_is_short_enough_to_read(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 430


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [module for module in MODULES if module.stem in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


def test_the_clock_is_read_in_the_command_line_and_the_demo_only() -> None:
    readers = [
        module.relative_to(ROOT / "src" / "okuzuke").parts[0]
        for module in MODULES
        if re.search(r"datetime\.now\(|time\.time\(", module.read_text(encoding="utf-8"))
    ]

    assert set(readers) <= {"cli", "demo"}
