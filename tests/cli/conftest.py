"""One story told by commands for all tests that only ask about it, and a desk of its own for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_desk import Desk, Story, tell


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("story"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.begin()
    return desk
