"""A press that works by typed commands alone: two series learnt by a real tiny model, one never granted, a user."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from cli_desk import Desk, Said
from okuzuke.accounts.rates import tokyo_month
from okuzuke.cli import clock
from okuzuke.datasets.order import Phase
from okuzuke.training import presets
from okuzuke.training.recipe import Span

_SERIES = {
    "だるま百態": ("A Hundred Daruma", ["daruma, red, calm", "daruma, gold, calm", "daruma, red, cheerful"]),
    "こけし暦": ("Kokeshi Almanac", ["kokeshi, red, two buns", "kokeshi, green, two buns", "kokeshi, red, bobbed"]),
    "鯉のぼりの空": ("Koinobori Sky", ["carp, blue"]),
}
_GRANTED = ("だるま百態", "こけし暦")
FREE = 2


@dataclass(frozen=True, slots=True)
class Press:
    """What the commands left behind; ids are beginnings, as people type them."""

    desk: Desk
    parties: dict[str, str]
    """Holders by their series' titles, and the user 客."""
    series: dict[str, str]
    works: dict[str, str]
    """One work a series."""
    snapshot: str
    model: str

    @property
    def user(self) -> str:
        return self.parties["客"]

    def copied(self, folder: Path) -> Press:
        """Return a press of its own that begins where this one stands."""
        shutil.copytree(self.desk.folder, folder, dirs_exist_ok=True)
        return replace(self, desk=Desk(folder))

    @property
    def pictures(self) -> Path:
        return self.desk.folder / "pictures"

    def type(self, *arguments: object) -> Said:
        """Ask for pictures; loading a model may take so long that the terminal is told."""
        return self.desk.type("generate", *arguments, "-o", self.pictures, "--user", self.user)

    def generate(self, *arguments: object) -> Any:
        """Return the JSON of pictures that were made."""
        said = self.type(*arguments, "--json")
        assert said.code == 0, said
        return json.loads(said.out)

    def trust(self) -> Path:
        file = self.desk.folder / "trust.json"
        if not file.exists():
            self.desk.json("log", "trust", "-o", file)
        return file

    def earn(self) -> Press:
        """Buy, make three pictures beyond the free ones, one of them of both series, and divide what came in."""
        self.paid().generate("red, calm", "--series", "だるま百態", "-n", FREE + 2)
        self.generate("red")
        self.desk.json("allocate", "--period", this_month())
        return self

    def paid(self) -> Press:
        """Let the user buy ten credits."""
        self.desk.json("credits", "buy", "--pack", "10", "--currency", "JPY", "--user", self.user)
        return self


def this_month() -> str:
    return tokyo_month(clock.now())


def rates(desk: Desk, **changed: object) -> Path:
    """Return a file with the table in force and what is changed of it."""
    file = desk.folder / "rates.json"
    table = desk.json("rates")["rates"] | changed
    file.write_text(json.dumps(table), encoding="utf-8")
    return file


@contextmanager
def small() -> Iterator[None]:
    """Make `tiny` a recipe of a dozen steps on one thread, so that a test has a real model within seconds."""
    tiny, threads = presets.PRESETS["tiny"], torch.get_num_threads()
    sizes = replace(tiny, width=32, depth=2, heads=2, channels=16, batch=4, warmup=1, cooldown=0)
    steps = (Span(Phase.EVERY, 12),)
    presets.PRESETS["tiny"] = replace(
        sizes, held_out_per_mille=0, state_every=6, keep_states=(), sketch_values=8, phases=steps
    )
    torch.set_num_threads(1)
    try:
        yield
    finally:
        presets.PRESETS["tiny"] = tiny
        torch.set_num_threads(threads)


def opened(folder: Path) -> Press:
    """Go from the first party to a trained model."""
    desk = Desk(folder)
    desk.begin()
    parties, series, works = {}, {}, {}
    for at, (title, (title_en, captions)) in enumerate(_SERIES.items()):
        parties[title] = party = desk.party(title)
        key = ["--key", desk.key(title)]
        series[title] = unit = desk.entry(
            "series", title, "--title-en", title_en, "--copyright-line", f"© {title}", *key
        )
        pictures = desk.pictures(f"{title}の絵", len(captions), first=100 * at)
        for number, caption in enumerate(captions, 100 * at):
            (pictures / f"work-{number:03}.txt").write_text(caption, encoding="utf-8")
        works[title] = desk.json("register", pictures, "--series", unit, "--published", *key)["registered"][0]
        desk.entry("ownership", unit, "--owner", f"{party}=1", "--form", "sole", "--title", "creation", *key)
        sheet = desk.entry("sheet", unit, "--line", f"残り={party}:rest:1000000", *key)
        if title in _GRANTED:
            desk.entry("grant", unit, "--use", "train", "--use", "generate", "--sheet", sheet, *key)
    desk.json("screen")
    snapshot = desk.entry("snapshot", "--use", "train")
    with small():
        trained = desk.type("train", snapshot, "--name", "小さな版", "--json")
    assert trained.code == 0, trained
    desk.json("rates", "--file", rates(desk, free_per_day=FREE))
    parties["客"] = desk.party("客", "--role", "user", type_="person")
    model = desk.json("train", "--list")[0]["entry"][:12]
    return Press(desk, parties, series, works, snapshot, model)
