"""One archive for all tests of evidence, told once, and its bundles, each exported once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import archives
from archives import Told
from forgery import Forger
from okuzuke.archive import Archive
from okuzuke.audit.trust import Trust


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return archives.build(tmp_path_factory.mktemp("told"))


@pytest.fixture(scope="session")
def archive(told: Told) -> Iterator[Archive]:
    with told.open() as opened:
        yield opened


@pytest.fixture(scope="session")
def trust(archive: Archive) -> Trust:
    return archive.trust()


@pytest.fixture(scope="session")
def exported(archive: Archive) -> Callable[[str, str], bytes]:
    """Return a function of (subject, reader) to the bundle's bytes."""

    @cache
    def export(subject: str, reader: str) -> bytes:
        return archive.export(subject, reader).to_bytes()

    return export


@pytest.fixture
def forger(told: Told, tmp_path: Path) -> Iterator[Forger]:
    forger = Forger(told, tmp_path)
    yield forger
    forger.archive.close()
