"""What an archive is told once, at its edge: `okuzuke.toml`, overridden by `OKUZUKE_*`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from okuzuke.core.errors import InputError, StateError

FILE = "okuzuke.toml"
_PREFIX = "OKUZUKE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """`origin` is the log's name for ever; a `demo` archive admits fictional parties and titles only claimed."""

    origin: str
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse a name that no log can carry, before anything is written under it."""
        if not self.origin or any(mark in ' +"\\' or not mark.isprintable() for mark in self.origin):
            raise InputError(f"{self.origin!r} is no log name", remedy="name it like example.com/log")

    def to_toml(self) -> str:
        return f'origin = "{self.origin}"\ndemo = {str(self.demo).lower()}\n'


def read(archive: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of the archive in this folder; an unknown key is an error that names the nearest."""
    path = archive / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StateError(f"{archive} is no archive", remedy="make one: okuzuke init, or give --archive PATH") from error
    except (OSError, ValueError) as error:
        raise StateError(f"{path} is not readable: {error}", remedy="mend the file") from error
    known = {field.name for field in fields(Settings)}
    for name in values:
        _check_known(name, known, str(path))
    for name, text in environment.items():
        if name.startswith(_PREFIX) and name != f"{_PREFIX}ARCHIVE":
            key = name.removeprefix(_PREFIX).lower()
            _check_known(key, known, name)
            values[key] = {"true": True, "false": False}.get(text, text)
    origin, demo = values.get("origin"), values.get("demo", False)
    if not isinstance(origin, str):
        raise InputError(f"{path}: origin {origin!r} is no log name", remedy='write origin = "example.com/log"')
    if not isinstance(demo, bool):
        raise InputError(f"{path}: demo is neither true nor false", remedy="write demo = false")
    return Settings(origin, demo)


def _check_known(name: str, known: set[str], where: str) -> None:
    if name not in known:
        nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)[0]
        raise InputError(f"{where}: unknown setting {name!r}", remedy=f"did you mean {nearest}?")
