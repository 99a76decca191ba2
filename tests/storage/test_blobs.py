from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.core.ids import AssetId
from okuzuke.storage.blobs import Blobs

# FIPS 180-4 example: SHA-256 of "abc".
ABC = AssetId("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> Blobs:
    return Blobs(root)


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_named_by_its_sha_256(blobs: Blobs, root: Path) -> None:
    assert blobs.put(b"abc") == ABC
    assert (root / ABC[:2] / ABC[2:]).read_bytes() == b"abc"


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_what_was_put_is_got_back_and_listed_once(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    blobs = Blobs(tmp_path_factory.mktemp("blobs"))
    names = [blobs.put(data) for data in contents]
    assert [blobs.get(name) for name in names] == contents
    assert list(blobs) == sorted(set(names))
    assert all(name in blobs for name in names)


def test_the_same_bytes_are_written_once(blobs: Blobs, root: Path) -> None:
    path = root / ABC[:2] / ABC[2:]
    blobs.put(b"abc")
    written = path.stat().st_ino
    blobs.put(b"abc")
    assert path.stat().st_ino == written


def test_a_file_that_was_changed_on_disk_is_refused(blobs: Blobs, root: Path) -> None:
    blobs.put(b"abc")
    (root / ABC[:2] / ABC[2:]).write_bytes(b"abd")
    with pytest.raises(CheckFailedError, match=f"the file {ABC} was changed on disk"):
        blobs.get(ABC)


def test_a_file_that_is_not_there_is_named(blobs: Blobs) -> None:
    assert ABC not in blobs
    with pytest.raises(CheckFailedError, match=f"the file {ABC} is not in the archive"):
        blobs.get(ABC)


def test_a_removed_file_is_gone_and_removing_it_again_is_no_error(blobs: Blobs) -> None:
    blobs.put(b"abc")
    blobs.remove(ABC)
    blobs.remove(ABC)
    assert ABC not in blobs
    assert list(blobs) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", ABC.upper(), ABC + "/..", ""])
def test_a_name_that_is_no_digest_never_reaches_the_disk(blobs: Blobs, name: str) -> None:
    for use in (blobs.get, blobs.remove, blobs.__contains__):
        with pytest.raises(InputError, match="an asset is no digest"):
            use(AssetId(name))


def test_a_full_disk_is_said_and_leaves_nothing_behind(
    blobs: Blobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateError, match="No space left on device") as found:
        blobs.put(b"abc")
    assert found.value.remedy == "free room or check the disk"
    assert ABC not in blobs
    assert files_in(root) == []


def test_a_write_that_ends_half_way_leaves_no_file(blobs: Blobs, root: Path) -> None:
    data = bytes(range(256)) * 1024
    with files_of_at_most(100_000), pytest.raises(StateError, match="File too large"):
        blobs.put(data)
    assert list(blobs) == []
    assert files_in(root) == []
    assert blobs.get(blobs.put(data)) == data


def test_what_a_killed_writer_left_is_no_file_of_the_archive(blobs: Blobs, root: Path) -> None:
    blobs.put(b"abc")
    (root / ABC[:2] / ".part-1234").write_bytes(b"ab")
    assert list(blobs) == [ABC]


def test_a_folder_that_cannot_be_written_is_said(root: Path) -> None:
    root.write_bytes(b"a file where the folder should be")
    with pytest.raises(StateError, match="cannot store"):
        Blobs(root).put(b"abc")
