"""What every command is given besides its own options: the archive, the form of the answer, and who signs how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from okuzuke.cli import clock
from okuzuke.registry.parties import Capacity

if TYPE_CHECKING:
    from okuzuke.archive import Archive

_DEFAULT = Path("archive")
_PREFIX = "okuzuke."


@dataclass(frozen=True, slots=True)
class Call:
    """The options that commands share; None where one was not given."""

    archive: Path | None
    json: bool
    key: Path | None
    draft: Path | None
    did: str | None
    signed: Path | None
    party: str | None
    """Whom `--as` names."""
    capacity: Capacity | None

    @classmethod
    def of(cls, context: click.Context) -> Call:
        given = {name.removeprefix(_PREFIX): value for name, value in context.meta.items() if name.startswith(_PREFIX)}
        capacity = given.get("capacity")
        return cls(
            given.get("archive"),
            bool(given.get("json")),
            given.get("key"),
            given.get("draft"),
            given.get("did"),
            given.get("signed"),
            given.get("as"),
            Capacity(capacity) if capacity is not None else None,
        )

    @property
    def path(self) -> Path:
        """The archive's folder: the option's, else the environment's, else ./archive."""
        named = os.environ.get("OKUZUKE_ARCHIVE")
        return self.archive or (Path(named) if named else _DEFAULT)


@contextmanager
def opened(call: Call, *, any_version: bool = False) -> Iterator[Archive]:
    """Open the archive; SQL and all that hangs on it is imported only now."""
    from okuzuke.archive import Archive  # noqa: PLC0415 # verify and sign run without it

    with Archive.open(call.path, now=clock.now, environment=os.environ, any_version=any_version) as archive:
        yield archive


def keep(context: click.Context, parameter: click.Parameter, value: object) -> object:
    """Put an option's value where `Call.of` finds it, whichever command of a chain it was given to."""
    if value is not None and value is not False:
        context.meta[f"{_PREFIX}{parameter.name}"] = value
    return value
