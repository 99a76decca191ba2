"""Files named by their SHA-256, durable before the statement that names them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from okuzuke.core.canonical import digest
from okuzuke.core.errors import CheckFailedError, StateError
from okuzuke.core.ids import AssetId, digest_text


class Blobs:
    """A folder `ab/cdef…`; a file is there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> AssetId:
        """Make the bytes durable and return their name; what is there already, unharmed, is not written again."""
        asset = AssetId(digest(data).hex())
        path = self._path(asset)
        if path.exists() and path.read_bytes() == data:
            return asset
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
            _sync_folder(path.parent)
            _sync_folder(self._root)
        except OSError as error:
            raise StateError(f"cannot store {path}: {error.strerror}", remedy="free room or check the disk") from error
        return asset

    def get(self, asset: AssetId) -> bytes:
        """Return the bytes; missing or changed ones raise `CheckFailedError`."""
        path = self._path(asset)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CheckFailedError(
                f"the file {asset} is not in the archive", remedy=f"put it back at {path}"
            ) from error
        if digest(data).hex() != asset:
            raise CheckFailedError(f"the file {asset} was changed on disk", remedy=f"put the original back at {path}")
        return data

    def __contains__(self, asset: AssetId) -> bool:
        return self._path(asset).exists()

    def __iter__(self) -> Iterator[AssetId]:
        for path in sorted(self._root.glob("??/*")):
            if not path.name.startswith(".part-"):
                yield AssetId(path.parent.name + path.name)

    def remove(self, asset: AssetId) -> None:
        """Take the file away; it is no error if it is gone already."""
        self._path(asset).unlink(missing_ok=True)

    def _path(self, asset: AssetId) -> Path:
        digest_text(asset, "an asset")
        return self._root / asset[:2] / asset[2:]


def _write(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        # On a full disk the part itself would take the room that is asked for.
        part.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
