"""A rights desk that works by typed commands alone: an archive, keys as files, and what each command said."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from okuzuke.cli.main import run
from okuzuke.ledger import keys
from scene import drawn


@dataclass(frozen=True, slots=True)
class Said:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str


class Desk:
    """Types commands in one folder; keys and files lie beside the archive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "archive"

    def type(self, *arguments: object) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["--archive", str(self.archive), *map(str, arguments)])
        return Said(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: object) -> Any:
        """Return the JSON a command prints; it must succeed and say nothing else on stdout."""
        said = self.type(*arguments, "--json")
        assert (said.code, said.err) == (0, ""), said
        return json.loads(said.out)

    def entry(self, *arguments: object) -> str:
        """Return the beginning of the entry that a command recorded."""
        return str(self.json(*arguments)["entry"])[:12]

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def did(self, name: str) -> str:
        return keys.did_of(keys.load(self.key(name)).public_key())

    def begin(self, *, demo: bool = True) -> None:
        self.json("init", "--operator", "運営", "--origin", "log.example/desk", *(["--demo"] if demo else []))

    def party(self, name: str, *options: object, type_: str = "organisation") -> str:
        return self.entry("party", name, "--type", type_, "--new-key", self.key(name), *options)

    def series(self, title: str, registrant: str) -> str:
        copyright_line = ["--copyright-line", f"© {title}"]
        return self.entry("series", title, "--title-en", "Flowers", *copyright_line, "--key", self.key(registrant))

    def pictures(self, name: str, number: int, *, first: int = 0) -> Path:
        folder = self.folder / name
        folder.mkdir()
        for at in range(first, first + number):
            drawn(at).save(folder / f"work-{at:03}.png")
            (folder / f"work-{at:03}.txt").write_text(f"figure {at}", encoding="utf-8")
        return folder

    def log(self) -> list[str]:
        """Return the kinds of the log's entries, in order."""
        return [line["kind"] for line in self.json("log", "show")]


@dataclass(frozen=True, slots=True)
class Story:
    """What the whole story left behind: parties 幹事, 制作 and 原作者, their series, its works and statements."""

    desk: Desk
    committee: str
    studio: str
    writer: str
    verifier: str
    series: str
    work: str
    ownership: str
    grant: str
    before: str
    """An instant between the registration and the grant."""
    snapshot: str


def tell(folder: Path) -> Story:
    """Go the whole way by commands, one consent signed elsewhere."""
    desk = Desk(folder)
    desk.begin()
    committee, studio = desk.party("幹事"), desk.party("制作")
    writer = desk.party("原作者", "--legal-name", "山田", type_="person")
    verifier = desk.party("確認者", "--role", "verifier")
    desk.entry("attest", verifier, "--claim", "appointment", "--method", "met in person")
    series = desk.series("花の図案", "幹事")
    signed = ["--key", desk.key("幹事")]
    registered = desk.json("register", desk.pictures("花", 4), "--series", series, "--published", *signed)
    owners = ["--owner", f"{committee}=2/3", "--owner", f"{studio}=1/3"]
    ownership = desk.entry("ownership", series, *owners, "--form", "committee", "--title", "film_maker", *signed)
    desk.entry("interest", series, "--party", writer, "--kind", "underlying", "--title", "creation", *signed)
    sheet = desk.entry("sheet", series, "--line", f"幹事={committee}:gross:100000", "--line",
                       f"制作={studio}:rest:1000000", *signed)  # fmt: skip
    before = desk.json("log", "show")[-1]["recorded_at"]
    granted = ["--use", "train", "--use", "caption", "--sheet", sheet, "--price", "free", "--notice-days", "60"]
    grant = desk.entry("grant", series, *granted, *signed)
    draft, back = folder / "consent.json", folder / "back.json"
    desk.json("consent", "give", grant, "--draft", draft, "--did", desk.did("制作"))
    desk.json("sign", draft, "--key", desk.key("制作"), "-o", back)
    desk.entry("consent", "give", "--signed", back)
    desk.entry("consent", "give", grant, "--key", desk.key("原作者"))
    desk.json("screen")
    snapshot = desk.entry("snapshot", "--use", "train")
    work = registered["registered"][0]
    return Story(desk, committee, studio, writer, verifier, series, work, ownership, grant, before, snapshot)
