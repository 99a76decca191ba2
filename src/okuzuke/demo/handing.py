"""Bundles handed to their readers, each verified from its file alone, and copies of some of them tampered with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle
from okuzuke.audit.exporter import Wanted
from okuzuke.audit.trust import Trust
from okuzuke.audit.verifier import Report, verify
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import Entry
from okuzuke.core.pages import Both
from okuzuke.demo.cast import AUTHOR, ILLUSTRATOR
from okuzuke.demo.forger import Workshop
from okuzuke.demo.freezing import Taken
from okuzuke.demo.learning import Learnt
from okuzuke.demo.opening import DARUMA
from okuzuke.demo.selling import MONTH, Made, Sold
from okuzuke.demo.specimens import Specimen, Tried, specimens
from okuzuke.demo.tampering import attempt
from okuzuke.demo.telling import Telling, write

_PUBLIC = Both("一般（封緘のまま）", "the public (sealed fields stay shut)")
_AUDITOR = Both("監査人（すべて開封）", "an auditor (everything open)")
_OWN_ROWS = Both("イラストレーター（自分の行だけ）", "the illustrator (its own rows)")
_AUTHOR = Both("原作者（自分への支払まで）", "the author of the original (down to its own payment)")


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle handed to a reader, what verifying its file came to, and how long that took."""

    name: str
    subject: Both
    reader: Both
    file: Path
    checked: Report
    seconds: float


@dataclass(frozen=True, slots=True)
class Handed:
    """The bundles the report shows, those of the pictures by their entries, and the tamperings."""

    bundled: tuple[Bundled, ...]
    pictures: Mapping[Entry, Bundled]
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class _Hand:
    """A bundle to be made, and where it goes."""

    wanted: Wanted
    subject: Both
    reader: Both
    file: Path


def hand(telling: Telling, daruma: Entry, taken: Sequence[Taken], learnt: Learnt, sold: Sold) -> Handed:
    """Export everything under one checkpoint, verify each file, then try to cheat."""
    archive = telling.archive
    trust = archive.trust()
    write(archive.path / "trust.json", trust.to_bytes())
    pictures = [_Hand(Wanted(made.entry, PUBLIC), _number(made), _PUBLIC, made.bundle) for made in sold.made]
    readers = _readers(telling, taken[-1], learnt, sold.of(DARUMA)[0])
    tampered = specimens(telling, daruma, taken[0], sold)
    bundles = archive.exports([*(item.wanted for item in (*pictures, *readers)), *tampered.values()])
    began = perf_counter()
    shown = {item.wanted.subject: _verified(item, next(bundles), trust) for item in pictures}
    size = sum(item.file.stat().st_size for item in shown.values())
    slowest = max(item.seconds for item in shown.values())
    told = f"{len(shown)} pictures with their public bundles, {size:,} bytes in all"
    telling.fact("verified", f"{told}, in {perf_counter() - began:.1f} s; the slowest check took {slowest:.2f} s")
    bundled: list[Bundled] = []
    for item in readers:
        bundled.append(_verified(item, next(bundles), trust))
        told = f"{item.file.name}  {item.file.stat().st_size:,} bytes  checked in {bundled[-1].seconds:.2f} s"
        telling.fact("verified", told)
    genuine = {specimen: next(bundles) for specimen in tampered}
    workshop = Workshop(archive, telling.seed, [made.picture.read_bytes() for made in sold.of(DARUMA)])
    tried = _tried(telling, workshop, genuine, trust)
    return Handed(tuple(bundled), {Entry(key): item for key, item in shown.items()}, tried)


def _readers(telling: Telling, taken: Taken, learnt: Learnt, picture: Made) -> list[_Hand]:
    folder = telling.archive.path / "bundles"
    illustrator, author = telling.parties[ILLUSTRATOR.name], telling.parties[AUTHOR.name]
    letter = taken.letter
    snapshot = Both(f"データセット{letter}", f"data set {letter}")
    made, model = _number(picture), learnt.trained.entry
    account = Both(f"{MONTH} 使用料計算書", f"statement of account, {MONTH}")
    stem = f"snapshot-{letter.lower()}"
    return [
        _Hand(Wanted(taken.frozen.entry, AUDITOR), snapshot, _AUDITOR, folder / f"{stem}-auditor.okz"),
        _Hand(Wanted(taken.frozen.entry, PUBLIC), snapshot, _PUBLIC, folder / f"{stem}-public.okz"),
        _Hand(Wanted(taken.frozen.entry, illustrator), snapshot, _OWN_ROWS, folder / f"{stem}-illustrator.okz"),
        _Hand(Wanted(model, AUDITOR), Both("モデル", "the model"), _AUDITOR, folder / "model-auditor.okz"),
        _Hand(Wanted(picture.entry, AUDITOR), made, _AUDITOR, folder / "picture-auditor.okz"),
        _Hand(Wanted(picture.entry, author), made, _AUTHOR, folder / "picture-author.okz"),
        _Hand(Wanted(illustrator, illustrator, period=MONTH), account, _OWN_ROWS, folder / "account-illustrator.okz"),
    ]


def _verified(item: _Hand, bundle: Bundle, trust: Trust) -> Bundled:
    """Write a bundle and check the file as a stranger would."""
    write(item.file, bundle.to_bytes())
    data = item.file.read_bytes()
    began = perf_counter()
    checked = verify(data, trust)
    seconds = perf_counter() - began
    if not checked.holds:
        raise CheckFailedError(f"{item.file.name}: {checked.conclusion}", remedy="run okuzuke verify on it")
    return Bundled(item.file.stem, item.subject, item.reader, item.file, checked, round(seconds, 3))


def _tried(telling: Telling, workshop: Workshop, genuine: Mapping[Specimen, Bundle], trust: Trust) -> tuple[Tried, ...]:
    began = perf_counter()
    tried = attempt(workshop, genuine, trust)
    for attempted in tried:
        telling.fact("caught" if attempted.caught else "NOT CAUGHT", f"{attempted.joint:<20}  {attempted.en}")
        if not attempted.caught:
            telling.fact("", f"     {attempted.said}")
    caught = sum(item.caught for item in tried)
    telling.fact("", f"caught {caught} of {len(tried)}, in {perf_counter() - began:.1f} s")
    return tried


def _number(made: Made) -> Both:
    return Both(f"生成物 {made.picture.name}", f"picture {made.picture.name}")
