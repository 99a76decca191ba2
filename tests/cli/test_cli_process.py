"""The command line as a process of its own: help in the order of the story, verify where little is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.press import Press, this_month
from cli_desk import Desk, Story
from okuzuke.cli.main import commands

_BLOCKED = """
import sys
# So a name is neither imported nor, as typer asks for rich, found.
sys.modules.update(dict.fromkeys(['torch', 'sqlalchemy', 'numpy', 'iscc_lib', 'rich', 'pygments']))
from okuzuke.cli.main import run
sys.exit(run())
"""


def process(*arguments: object, archive: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command where nothing but the base install can be imported."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    if archive is not None:
        environment["OKUZUKE_ARCHIVE"] = str(archive)
    command = [sys.executable, "-c", _BLOCKED, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


def leaves(group: click.Group, above: str = "") -> dict[str, click.Command]:
    """Return every command by its full name."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        inner = leaves(command, f"{above}{name} ") if isinstance(command, click.Group) else {above + name: command}
        found |= inner
    return found


COMMANDS = leaves(commands())


def test_help_tells_the_story_in_its_order() -> None:
    said = process("--help")

    headings = re.findall(r"^(\S.*):$", said.stdout, re.MULTILINE)
    names = re.findall(r"^  ([a-z]+) {2,}\S", said.stdout, re.MULTILINE)
    assert said.returncode == 0
    assert headings == [
        "Options",
        "Who is who, and who holds what",
        "What is permitted, and what stops",
        "What is like another's work",
        "The data set, and what rests on it",
        "The model",
        "Pictures, credits, money",
        "What a stranger checks",
        "All of it at once",
    ]
    story = "init party series register interest ownership authority sheet persona character grant sign consent attest"
    story += " suspend end dedicate erase screen review snapshot affected train attribute rates credits generate"
    story += " allocate account export verify colophon rebuild log demo"
    assert names == story.split()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_knows_archive_and_json_and_says_what_it_does(name: str) -> None:
    context = click.Context(COMMANDS[name], info_name=name)
    options = {option for parameter in COMMANDS[name].get_params(context) for option in parameter.opts}

    assert {"--archive", "--json"} <= options
    assert COMMANDS[name].help
    assert all(getattr(parameter, "help", None) for parameter in COMMANDS[name].get_params(context))


def test_a_bundle_is_verified_where_no_database_and_no_tensors_are_installed(story: Story, tmp_path: Path) -> None:
    bundle, trust = tmp_path / "snapshot.okz", tmp_path / "trust.json"
    story.desk.json("export", story.snapshot, "--for", "public", "-o", bundle)
    story.desk.json("log", "trust", "-o", trust)

    said = process("verify", bundle, "--trust", trust)

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines()[-1].startswith("matches the record")


def test_a_picture_and_a_paid_line_are_verified_where_no_database_and_no_tensors_are_installed(
    earned: Press, tmp_path: Path
) -> None:
    line, trust, party = tmp_path / "line.okz", earned.trust(), earned.parties["だるま百態"]
    earned.desk.json("export", party, "--period", this_month(), "--line", 1, "--for", party, "-o", line)
    lonely = shutil.copy(earned.pictures / "red-0001.png", tmp_path / "lonely.png")

    for file in (line, earned.pictures / "red-0001.png", lonely):
        said = process("verify", file, "--trust", trust)

        assert (said.returncode, said.stderr) == (0, "")


def test_a_draft_is_signed_where_no_database_is_installed(desk: Desk) -> None:
    desk.party("作者")
    draft = desk.folder / "series.json"
    desk.json("series", "絵", "--title-en", "Pictures", "--copyright-line", "© 作者", "--draft", draft,
              "--did", desk.did("作者"))  # fmt: skip

    said = process("sign", draft, "--key", desk.key("作者"), "--json")

    assert (said.returncode, said.stderr) == (0, "")
    assert json.loads(said.stdout)["path"] == str(desk.folder / "series.signed.json")


def test_a_failed_check_leaves_the_process_with_one(tmp_path: Path) -> None:
    broken = tmp_path / "broken.okz"
    broken.write_text("{}", encoding="utf-8")

    assert process("verify", broken).returncode == 1


def test_the_environment_names_the_archive(story: Story) -> None:
    code = "import sys; from okuzuke.cli.main import run; sys.exit(run(['log', 'checkpoint']))"
    environment = {**os.environ, "OKUZUKE_ARCHIVE": str(story.desk.archive)}

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)

    assert said.returncode == 0
    assert said.stdout.startswith("log.example/desk\n")


def test_who_interrupts_gets_the_shells_own_code(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from okuzuke.cli import main, clock\n"
        # A shell starts what runs in its background with interrupts ignored, and children inherit that.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "clock.now = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(main.run(sys.argv[1:]))"
    )
    arguments = ["--archive", str(tmp_path / "archive"), "init", "--operator", "o", "--origin", "log.example/x"]

    said = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)

    assert said.returncode == 128 + signal.SIGINT
    assert "Traceback" not in said.stderr
