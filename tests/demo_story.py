"""The demonstration's story, told small."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from okuzuke.demo.story import Summary, run

WORKS = 5
"""Works a series, few enough for every run of the tests; four of them are reposted."""


@dataclass(frozen=True, slots=True)
class Told:
    path: Path
    summary: Summary
    printed: str


def tell(path: Path, works: int = WORKS) -> Told:
    printed = io.StringIO()
    with redirect_stdout(printed):
        summary = run(path, 1, works)
    return Told(path, summary, printed.getvalue())
