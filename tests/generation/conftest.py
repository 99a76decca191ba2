"""One atelier, built once and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atelier import Atelier


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atelier]:
    atelier = Atelier(tmp_path_factory.mktemp("atelier"))
    atelier.prepare()
    yield atelier
    atelier.archive.close()


@pytest.fixture
def atelier(prepared: Atelier, tmp_path: Path) -> Iterator[Atelier]:
    other = prepared.copied(tmp_path)
    yield other
    other.archive.close()
