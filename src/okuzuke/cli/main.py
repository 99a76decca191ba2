"""The command line: every command in the order of the story, and the one place where errors become exit codes."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import click
import typer

from okuzuke.cli import (
    account,
    affected,
    checking,
    generating,
    holders,
    model,
    money,
    parties,
    rights,
    signing,
    training,
    trust,
    works,
)
from okuzuke.cli.call import Call
from okuzuke.cli.commands import Command, Group, StatementCommand
from okuzuke.cli.shown import error_text, show
from okuzuke.core.errors import InputError, OkuzukeError, StateError
from okuzuke.training.presets import shortened
from okuzuke.training.recipe import Recipe

_INTERRUPTED = 130


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="What keys, salts and instants derive from.")] = 1,
    works: Annotated[int, typer.Option(help="Works a series, 4 to 300.")] = 150,
    steps: Annotated[
        int | None, typer.Option(help="Fewer steps of training than the story's, for a quick try.")
    ] = None,
) -> None:
    """Tell the whole story with fictional parties in a new archive."""
    call = Call.of(context)
    try:
        from okuzuke.demo import story  # noqa: PLC0415 # the extra's drawings are heavy

        # The story tells itself as it goes; where a program reads the result, that goes beside it.
        with contextlib.redirect_stdout(sys.stderr if call.json else sys.stdout):
            summary = story.run(call.path, seed, works, _shape(steps))
    except ModuleNotFoundError as error:
        raise StateError(f"the demo needs {error.name}", remedy="pip install 'okuzuke[demo]'") from error
    show(summary, [], as_json=call.json, after=f"okuzuke log show --archive {call.path}")


def _shape(steps: int | None) -> Callable[[Recipe], Recipe]:
    return lambda recipe: recipe if steps is None else shortened(recipe, steps)


_STORY: Mapping[str, Mapping[str, Callable[..., None]]] = {
    "Who is who, and who holds what": {
        "init": parties.init,
        "party": parties.party,
        "series": works.series,
        "register": works.register,
        "interest": holders.interest,
        "ownership": holders.ownership,
        "authority": holders.authority,
        "sheet": holders.sheet,
        "persona": parties.persona,
        "character": works.character,
    },
    "What is permitted, and what stops": {
        "grant": rights.grant,
        "sign": signing.sign,
        "consent show": rights.consent_show,
        "consent give": rights.consent_give,
        "consent moral": rights.consent_moral,
        "attest": rights.attest,
        "suspend": rights.suspend,
        "end": rights.end,
        "dedicate": rights.dedicate,
        "erase": rights.erase,
    },
    "What is like another's work": {"screen": model.screen, "review": model.review},
    "The data set, and what rests on it": {"snapshot": model.snapshot, "affected": affected.affected},
    "The model": {"train": training.train, "attribute": training.attribute},
    "Pictures, credits, money": {
        "rates": money.rates,
        "credits buy": money.credits_buy,
        "credits show": money.credits_show,
        "generate": generating.generate,
        "allocate": money.allocate,
        "account": account.account,
    },
    "What a stranger checks": {
        "export": trust.export,
        "verify": checking.verify,
        "colophon": trust.colophon,
        "rebuild": trust.rebuild,
        "log show": trust.log_show,
        "log checkpoint": trust.log_checkpoint,
        "log trust": trust.log_trust,
    },
    "All of it at once": {"demo": demo},
}
_GROUPS = {
    "consent": "Ask for a decision, join a grant, give moral consent.",
    "credits": "Buy credits, and see what is left of them.",
    "log": "The log: entries, head, trust.",
}
_UNSIGNED = {
    "init", "sign", "consent show", "erase", "screen", "snapshot", "affected", "export", "verify", "rebuild",
    "log show", "log checkpoint", "log trust", "demo", "train", "attribute", "rates", "credits buy", "credits show",
    "generate", "allocate", "account", "colophon",
}  # fmt: skip
_NAME = "okuzuke"


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `arguments` default to the process's."""
    # Threads that spin while they wait take a busy machine four times the processor time for the same step of
    # training; the library reads this once, when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that knows no Japanese shows escapes instead of stopping half-way.
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else list(arguments)
    # What cannot be read as a command has no context to ask, and still answers in the form that was asked for.
    as_json = "--json" in given
    try:
        code = commands().main(given, prog_name=_NAME, standalone_mode=False)
    except OkuzukeError as error:
        return _tell(error, as_json=as_json)
    except click.ClickException as error:
        return _tell_usage(error, as_json=as_json)
    except OSError as error:
        state = StateError(str(error), remedy="check the path and the disk, then type this again")
        return _tell(state, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    return code if isinstance(code, int) else 0


@functools.cache
def commands() -> Group:
    """Return the tree of commands, each under its panel, in the order of the story."""
    app = typer.Typer(
        name=_NAME,
        help="Who holds what, who permits what, and proof of it that a stranger can check offline.",
        cls=Group,
        add_completion=False,
        suggest_commands=False,  # click itself names the nearest
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"max_content_width": 100},
    )
    groups: dict[str, typer.Typer] = {}
    order: dict[str, None] = {}
    for panel, named in _STORY.items():
        for name, command in named.items():
            group, _, leaf = name.rpartition(" ")
            order[group or leaf] = None
            if group and group not in groups:
                groups[group] = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)
                app.add_typer(groups[group], name=group, help=_GROUPS[group], rich_help_panel=panel)
            kind = Command if name in _UNSIGNED else StatementCommand
            groups.get(group, app).command(leaf, cls=kind, rich_help_panel=panel if not group else None)(command)
    root = typer.main.get_group(app)
    assert isinstance(root, Group), "the class it was given"
    # Typer lists groups before commands; the story has them where they are needed.
    root.commands = {name: root.commands[name] for name in order}
    return root


def _tell_usage(error: click.ClickException, *, as_json: bool) -> int:
    asks_for_help = isinstance(error, click.exceptions.NoArgsIsHelpError)
    if asks_for_help and not as_json:
        print(error.format_message(), file=sys.stderr)
        return InputError.exit_code
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context is not None else _NAME
    message = "no command is given" if asks_for_help else error.format_message()
    return _tell(InputError(message, remedy=f"{command} --help"), as_json=as_json)


def _tell(error: OkuzukeError, *, as_json: bool) -> int:
    print(error_text(error, as_json=as_json), file=sys.stderr)
    return error.exit_code
