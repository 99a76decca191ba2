"""One story told by commands for all tests that only ask about it, and a desk of its own for the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.press import Press, opened
from cli.press import small as small_tiny
from cli_desk import Desk, Story, tell


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("story"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.begin()
    return desk


@pytest.fixture(scope="session")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Press:
    return opened(tmp_path_factory.mktemp("press"))


@pytest.fixture
def small() -> Iterator[None]:
    """Keep `tiny` the recipe that the press was trained by."""
    with small_tiny():
        yield


@pytest.fixture
def press(pressed: Press, tmp_path: Path) -> Press:
    return pressed.copied(tmp_path / "press")


@pytest.fixture(scope="session")
def earned(pressed: Press, tmp_path_factory: pytest.TempPathFactory) -> Press:
    """Give a press whose month was divided, for tests that only ask about it."""
    return pressed.copied(tmp_path_factory.mktemp("earned") / "press").earn()


@pytest.fixture
def story_trust(story: Story, tmp_path: Path) -> Path:
    """The trust file of another archive."""
    file = tmp_path / "other.json"
    story.desk.json("log", "trust", "-o", file)
    return file
