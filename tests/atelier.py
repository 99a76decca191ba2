"""A studio in a real archive: a few series, a model trained for a few steps, users, certificates."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from okuzuke.accounts.rates import Pack, Rates
from okuzuke.archive import Archive
from okuzuke.core.ids import Entry, PartyId
from okuzuke.core.money import Money
from okuzuke.datasets.order import Phase
from okuzuke.generation.studio import After, Studio
from okuzuke.generation.till import Till
from okuzuke.marking.credentials import Signer
from okuzuke.registry import drafts
from okuzuke.registry.drafts import Names, Span
from okuzuke.registry.drafts import Signer as Hand
from okuzuke.registry.grants import Ground
from okuzuke.registry.parties import Capacity, Role
from okuzuke.registry.sheets import Line, Of
from okuzuke.registry.uses import Use
from okuzuke.training.desk import Training
from okuzuke.training.recipe import Recipe
from okuzuke.training.recipe import Span as Phases
from scene import DAWN, Scene

FREE = 5


class Atelier(Scene):
    """An archive that can train and generate, and the series in it by name."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.series_of: dict[str, Entry] = {}
        self.grants: dict[str, Entry] = {}
        self.parties: dict[str, PartyId] = {}

    @property
    def studio(self) -> Studio:
        return self.archive.studio

    @property
    def till(self) -> Till:
        return self.archive.till

    @property
    def training(self) -> Training:
        return self.archive.training

    def copied(self, folder: Path) -> Atelier:
        """Return the same archive in another folder, its clock and chance where they stood."""
        other = copy.copy(self)
        other._salts = copy.copy(self._salts)
        shutil.copytree(self.archive.path, folder / "archive")
        other.open(folder)
        return other

    def open(self, folder: Path) -> None:
        """Open the archive in this folder with this clock and chance."""
        self.folder = folder
        self.archive = Archive.open(folder / "archive", now=self.tick, entropy=self.entropy)

    def studio_with(self, signer: Callable[[], Signer] | None = None, after: After | None = None) -> Studio:
        """Return the studio with another way to its certificates, or with something else after its outputs."""
        archive = self.archive
        return Studio(
            archive.journal,
            archive.blobs,
            archive.operator_key,
            self.till,
            self.training,
            signer or archive.signer,
            archive.registry,
            after=after or archive.attribution.record_in,
        )

    def offered(self, name: str, names: Names, title_en: str, captions: list[str], *uses: Use) -> Entry:
        """Let a party register a series of pictures, own it alone, and grant these uses."""
        party = self.party(f"作者{names.name}")
        self.parties[name] = party
        registrant = Hand(party, Capacity.REGISTRANT)
        series = self.say(drafts.series(registrant, names, title_en, f"© {names.name}", [party])).entry
        self.series_of[name] = series
        first = 100 * len(self.series_of)
        pictures = self.pictures(name, len(captions), first=first)
        for at, caption in enumerate(captions, first):
            (pictures / f"work-{at:03}.txt").write_text(caption, encoding="utf-8")
        self.register(pictures, series, party)
        self.own(series, party, {party: "1"})
        if uses:
            owner = Hand(party, Capacity.OWNER)
            lines = [Line("残り", party, Of.REST, 1_000_000)]
            sheet = self.say(drafts.sheet(owner, self.known, series, lines)).entry
            allow = [drafts.permission(use, Span(DAWN)) for use in uses]
            grant = drafts.grant(owner, self.known, series, allow, sheet_id=sheet)
            self.grants[name] = self.say(grant).entry
        return series

    def recipe(self) -> Recipe:
        """Return the least recipe that makes a real model."""
        small = replace(self.training.recipe("tiny"), width=32, depth=2, heads=2, channels=16, batch=4)
        short = replace(small, warmup=1, cooldown=0, held_out_per_mille=0, state_every=2, keep_states=())
        return replace(short, phases=(Phases(Phase.EVERY, 4),))

    def suspend(self, name: str, use: Use = Use.GENERATE) -> None:
        owner = Hand(self.parties[name], Capacity.OWNER)
        self.say(drafts.suspend(owner, self.known, self.series_of[name], [use], None))

    def void(self, name: str) -> None:
        """A court has found that the grant was never valid; a verifier records it."""
        judge = Hand(self.verifier(), Capacity.VERIFIER)
        self.say(drafts.end(judge, self.grants[name], Ground.VOID, self.now, evidence="ab" * 32))

    def buy(self, pack: int = 10) -> None:
        self.till.buy(self.user, pack, "JPY", f"payment {self.now}")

    def prepare(self) -> None:
        """Fill the archive: two series learnt, one never granted, one that may be generated and was never learnt."""
        both = (Use.TRAIN, Use.GENERATE)
        red = ["daruma, red, calm", "daruma, gold, calm", "daruma, red, cheerful", "daruma, gold, cheerful"]
        self.offered("daruma", Names("だるま百態", "だるまひゃくたい"), "A Hundred Daruma", red, *both)
        dolls = ["kokeshi, red, two buns", "kokeshi, green, two buns", "kokeshi, red, bobbed hair"]
        self.offered("kokeshi", Names("こけし暦", "こけしごよみ"), "Kokeshi Almanac", dolls, *both)
        self.offered("koinobori", Names("鯉のぼりの空"), "Koinobori Sky", ["carp, blue"])
        self.offered("flowers", Names("花の図案"), "Flowers", ["flower, yellow"], Use.GENERATE)
        self.archive.screening.run()
        snapshot = self.archive.datasets.snapshot(Use.TRAIN)
        self.model = self.training.train(snapshot.entry, self.recipe()).entry
        self.archive.attribution.fit(self.model)
        self.user = self.party("客", Role.USER)
        packs = (Pack(10, Money(600_000_000, "JPY")),)
        self.till.set_rates(Rates(DAWN, FREE, 1, 8, packs, 200_000, (Money(2_100_000, "JPY"),)))
