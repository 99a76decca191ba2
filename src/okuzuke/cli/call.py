"""What every command is given besides its own options: the archive, the form of the answer, and who signs how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from typer.core import TyperCommand, TyperGroup

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
def opened(call: Call) -> Iterator[Archive]:
    """Open the archive; SQL and all that hangs on it is imported only now."""
    from okuzuke.archive import Archive  # noqa: PLC0415 # verify and sign run without it

    with Archive.open(call.path, now=clock.now, environment=os.environ) as archive:
        yield archive


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> object:
    if value is not None and value is not False:
        context.meta[f"{_PREFIX}{parameter.name}"] = value
    return value


def _option(name: str, text: str, kind: click.ParamType | None = None) -> click.Option:
    # `as` is a word of Python's, so the name that a value is kept under is given apart.
    return click.Option(
        [f"--{name}", name.replace("-", "_")],
        type=kind,
        is_flag=kind is None,
        default=False if kind is None else None,
        expose_value=False,
        callback=_keep,
        help=text,
    )


_FILE = click.Path(path_type=Path)
_COMMON = [
    _option("archive", "The archive's folder; else OKUZUKE_ARCHIVE, else ./archive.", _FILE),
    _option("json", "Print the result as JSON."),
]
_SIGNED = _option("signed", "Record what was signed elsewhere; nothing else is needed.", _FILE)
_SIGNING = [
    _option("key", "The signer's key (PEM): sign and record.", _FILE),
    _option("draft", "Write an unsigned draft for signing elsewhere; nothing is recorded.", _FILE),
    _option("did", "With --draft: the key that will sign.", click.STRING),
    _SIGNED,
    _option("as", "Who signs, by id, or `operator`; else whoever signs with the key.", click.STRING),
    _option("capacity", "In what right; else the first that the signer holds.", click.Choice([*Capacity])),
]
_RECORDING = click.Command("signed", params=[_SIGNED, *_COMMON])


class Command(TyperCommand):
    """A command that knows `--archive` and `--json`."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *_COMMON]


class StatementCommand(TyperCommand):
    """A command that makes a statement: signed here, drafted for elsewhere, or recorded as it came back signed."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *_SIGNING, *_COMMON]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The file says everything, so no argument that the command needs otherwise may be asked for.
        if any(argument.partition("=")[0] == "--signed" for argument in args):
            return _RECORDING.parse_args(ctx, args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        call = Call.of(ctx)
        if call.signed is not None:
            from okuzuke.cli import submitting  # noqa: PLC0415 # it reads what this module gives

            return submitting.record_signed(call, call.signed)
        return super().invoke(ctx)


class Group(TyperGroup):
    """Commands listed under their panels, in the order of the story, without boxes."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *_COMMON]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        limit = formatter.width - 6 - max(map(len, self.commands))
        for name in self.list_commands(ctx):
            command = self.commands[name]
            panel = getattr(command, "rich_help_panel", None)
            rows = panels.setdefault(panel if isinstance(panel, str) else "Commands", [])
            rows.append((name, command.get_short_help_str(limit)))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
