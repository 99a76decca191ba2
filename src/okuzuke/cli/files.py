"""Files as the command line reads and writes them: whole or not at all, and never over another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from okuzuke.audit.bundle import MAX_BYTES
from okuzuke.core.canonical import digest
from okuzuke.core.errors import InputError, StateError
from okuzuke.ledger import keys


def read(path: Path) -> bytes:
    """Return the bytes of a file that was named; one too large for any bundle is not read at all."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than any bundle or evidence here", remedy="check which file this is")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", remedy="name a file that you may read") from error


def digest_of(path: Path | None) -> str | None:
    """Return SHA-256 of a file in hex; None where no file was named."""
    return None if path is None else digest(read(path)).hex()


def write_new(path: Path, data: bytes) -> None:
    """Write a new file, whole or not at all; an existing one is never overwritten."""
    if path.exists():
        raise StateError(f"{path} exists", remedy="name another file")
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StateError(f"cannot write {path}: {error.strerror}", remedy="name a file in a folder of yours") from error


@contextmanager
def new_key(path: Path) -> Iterator[Ed25519PrivateKey]:
    """Give a fresh key, durable in a new file before anything is said with it; what fails takes the file away again."""
    key = Ed25519PrivateKey.generate()
    keys.save(path, key)
    try:
        yield key
    except BaseException:
        path.unlink()
        raise
