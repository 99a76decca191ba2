"""The kinds of command: what each knows besides its own options, and how help lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from typer.core import TyperCommand, TyperGroup

from okuzuke.cli import submitting
from okuzuke.cli.call import Call, keep
from okuzuke.cli.values import Closed, Words, strict
from okuzuke.registry.parties import Capacity

_WHOLE = 1000
"""Characters of a command's first sentence that help shows: all of them, wrapped."""


def _option(name: str, text: str, kind: click.ParamType[Any] | None = None) -> click.Option:
    # `as` is a word of Python's, so the name that a value is kept under is given apart.
    return click.Option(
        [f"--{name}", name.replace("-", "_")],
        type=kind,
        is_flag=kind is None,
        default=False if kind is None else None,
        expose_value=False,
        callback=keep,
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
    _option("did", "With --draft: the key that will sign.", Words()),
    _SIGNED,
    _option("as", "Who signs, by id, or `operator`; else whoever signs with the key.", Words()),
    _option(
        "capacity",
        "In what right; else the first that the signer holds.",
        Closed([capacity.value for capacity in Capacity]),
    ),
]
_RECORDING = click.Command("signed", params=[_SIGNED, *_COMMON])


class Command(TyperCommand):
    """A command that knows `--archive` and `--json`, and reads its own values strictly."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*strict(super().get_params(ctx)), *_COMMON]


class StatementCommand(TyperCommand):
    """A command that makes a statement: signed here, drafted for elsewhere, or recorded as it came back signed."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*strict(super().get_params(ctx)), *_SIGNING, *_COMMON]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The file says everything, so no argument that the command needs otherwise may be asked for.
        if any(argument.partition("=")[0] == "--signed" for argument in args):
            return _RECORDING.parse_args(ctx, args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        call = Call.of(ctx)
        if call.signed is not None:
            submitting.record_signed(call, call.signed, ctx.command_path.partition(" ")[2])
            return None
        return super().invoke(ctx)


class Group(TyperGroup):
    """Commands listed under their panels, in the order of the story, without boxes."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *_COMMON]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.commands[name]
            panel = getattr(command, "rich_help_panel", None)
            rows = panels.setdefault(panel if isinstance(panel, str) else "Commands", [])
            rows.append((name, command.get_short_help_str(_WHOLE)))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
