"""The digest of the code that decides a run, so that a run names it before it begins."""

from __future__ import annotations

from pathlib import Path

import okuzuke
from okuzuke.core.canonical import canonical_bytes, digest

DECIDING = (
    "models/codec.py",
    "models/flow.py",
    "models/tags.py",
    "models/transformer.py",
    "datasets/loader.py",
    "datasets/manifest.py",
    "datasets/order.py",
    "registry/pictures.py",
    "training/division.py",
    "training/fitting.py",
    "training/making.py",
    "training/plan.py",
    "training/recipe.py",
    "training/trainer.py",
)
"""What the bits of a run follow from, paths inside the package."""


def code_digest() -> str:
    """Return SHA-256 of the JCS list of [path, SHA-256 of the file] of the deciding files, sorted by path."""
    root = Path(okuzuke.__file__).parent
    return digest(
        canonical_bytes([[path, digest((root / path).read_bytes()).hex()] for path in sorted(DECIDING)])
    ).hex()
