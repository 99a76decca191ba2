"""The whole way told once on real works: `run` makes an archive, tries to cheat it, and writes what came of it.

Everything follows from the seed. A story that was interrupted goes on where it stopped and comes to the same roots.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from okuzuke.archive import Archive
from okuzuke.audit.verifier import verify
from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.demo import contest, freezing, opening, report
from okuzuke.demo.cast import ILLUSTRATOR, OPERATOR
from okuzuke.demo.findings import Bundled, Findings, read_log
from okuzuke.demo.freezing import Taken
from okuzuke.demo.seed import FIRST_DAY, Chance, Seed
from okuzuke.demo.tampering import Forger, Tried, attempt
from okuzuke.demo.telling import Telling, aligned, write
from okuzuke.ledger import keys
from okuzuke.settings import Settings

ORIGIN = "demo.okuzuke.example/log"
WORKS = 60
MATCHES = "matches the record"


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides a story's bytes."""

    seed: int
    works: int


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """A snapshot in numbers; `refused` counts works by refusal."""

    letter: str
    id: str
    root: str
    items: int
    bases: tuple[str, ...]
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """The story in numbers; times and memory are those of the run that ended it."""

    seed: int
    works_a_series: int
    works: int
    entries: int
    refused: Mapping[str, int]
    """Works refused by snapshot A, which admits grants only, by refusal."""
    snapshots: tuple[SnapshotSummary, ...]
    verified: int
    tampered_caught: int
    tampered_total: int
    drill_seconds: float | None
    """From the suspension to the first refusal; None where an earlier run took that step."""
    seconds: Mapping[str, float]
    peak_rss_mb: int
    conclusion: str
    report: str


def run(path: Path, seed: int = 1, works: int = WORKS) -> Summary:
    """Tell the story into an archive at `path`, each stage printing its facts at once, and return its summary.

    A finished archive is not told again: its summary is printed. Works a series: 4 to 300.

    Raises: `StateError` where the folder holds something else, or a story of another seed or size.
    """
    if not 4 <= works <= 300:
        raise InputError(f"{works} works a series", remedy="give 4 to 300")
    path = path.resolve()
    done = path / "summary.json"
    if done.exists():
        summary = _read(done)
        _check_same(path, Asked(seed, works), Asked(summary.seed, summary.works_a_series))
        return _again(path, summary)
    chance = Chance(Seed(seed))
    with _opened(path, Asked(seed, works), chance) as archive:
        summary = _told(Telling(archive, chance, Seed(seed), works))
    if summary.conclusion != MATCHES:
        raise CheckFailedError(
            f"only {summary.tampered_caught} of {summary.tampered_total} tamperings were caught",
            remedy=f"see {path / summary.report}",
        )
    write(done, json.dumps(asdict(summary), ensure_ascii=False, indent=2).encode() + b"\n")
    _conclude(path, summary)
    return summary


def _told(telling: Telling) -> Summary:
    print(f"okuzuke demo   seed {telling.seed.number}   {telling.works} works a series   {telling.archive.path}")
    print("架空の当事者と見本の鍵による実演です / fictional parties, demo keys; works, proofs and checks are real")
    with telling.stage(0, "parties", "当事者 parties"):
        opening.parties(telling)
    with telling.stage(1, "works", "作品の記載 works enter the register"):
        opened = opening.works(telling)
    daruma = opened[opening.DARUMA]
    with telling.stage(5, "committee", "製作委員会の許諾 a committee agrees"):
        moments = opening.committee(telling, daruma)
    with telling.stage(contest.REPOSTED_ON, "screening", "転載と照合 a repost, and screening"):
        contested = contest.contest(telling)
    with telling.stage(61, "snapshots", "データセットの凍結と停止訓練 snapshots and a stop drill"):
        taken, drill = freezing.snapshots(telling, daruma)
    with telling.stage(62, "bundles", "証拠ファイルの検証と改ざん試験 bundles, verified and tampered with"):
        bundled, tried = _bundles(telling, taken[1])
    with telling.stage(63, "report", "報告書 report"):
        log = read_log(telling.archive)
        findings = Findings(moments, contested, taken, drill, bundled, tried, log)
        page = report.write_report(telling, findings)
        telling.fact("report", f"{page.stat().st_size:>9,} bytes  one page, no network, no scripts")
    return _summary(telling, findings, page)


def _bundles(telling: Telling, taken: Taken) -> tuple[tuple[Bundled, ...], tuple[Tried, ...]]:
    """Export snapshot B for three readers, verify each from its file, then try to cheat the auditor's."""
    archive = telling.archive
    trust = archive.trust()
    write(archive.path / "trust.json", trust.to_bytes())
    bundled: list[Bundled] = []
    readers = {"auditor": "auditor", "public": "public", "illustrator": telling.parties[ILLUSTRATOR.name]}
    for name, reader in readers.items():
        file = archive.path / "bundles" / f"snapshot-{taken.letter.lower()}-{name}.okz"
        write(file, archive.export(taken.frozen.entry, reader).to_bytes())
        checked = verify(file.read_bytes(), trust)
        if not checked.holds:
            raise CheckFailedError(f"{file.name}: {checked.conclusion}", remedy="run okuzuke verify on it")
        bundled.append(Bundled(name, file, checked))
        decisions = next(joint.detail for joint in checked.joints if joint.joint == "decisions")
        telling.fact("verified", f"{file.name}  {file.stat().st_size:,} bytes  decisions: {decisions}")
    forger = Forger(archive, telling.seed, bundled[0].file.read_bytes())
    tried = attempt(forger, trust)
    for attempted in tried:
        telling.fact("caught" if attempted.caught else "NOT CAUGHT", f"{attempted.joint:<20}  {attempted.en}")
    telling.fact("", f"caught {sum(item.caught for item in tried)} of {len(tried)}")
    return tuple(bundled), tried


def _summary(telling: Telling, findings: Findings, page: Path) -> Summary:
    return Summary(
        telling.seed.number,
        telling.works,
        len(telling.archive.registry.known().works),
        len(findings.log),
        dict(sorted(findings.taken[0].refused.items())),
        tuple(
            SnapshotSummary(
                item.letter,
                item.frozen.entry,
                item.frozen.manifest,
                len(item.frozen.places),
                tuple(sorted(item.bases)),
                dict(sorted(item.refused.items())),
            )
            for item in findings.taken
        ),
        len(findings.bundled),
        sum(item.caught for item in findings.tried),
        len(findings.tried),
        None if findings.drill.seconds is None else round(findings.drill.seconds, 4),
        {item.stage: item.seconds for item in telling.timed},
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        MATCHES if all(item.caught for item in findings.tried) else "does not match the record",
        str(page.relative_to(telling.archive.path)),
    )


def _opened(path: Path, asked: Asked, chance: Chance) -> Archive:
    """Open the story's archive, or lay a new one whose first entry is the story's operator."""
    seed = Seed(asked.seed)
    kept = path / "demo.json"
    if not path.exists() or not any(path.iterdir()):
        chance.begin("operator", FIRST_DAY)
        settings = Settings(ORIGIN, demo=True)
        archive = Archive.create(
            path,
            settings,
            OPERATOR.names,
            now=chance.now,
            entropy=chance.entropy,
            operator_keys=seed.operator_keys(),
        )
    else:
        if kept.exists():
            _check_same(path, asked, Asked(**json.loads(kept.read_bytes())))
        archive = Archive.open(path, now=chance.now, entropy=chance.entropy)
        if archive.operator_key is None or keys.did_of(archive.operator_key.public_key()) != _did(seed):
            archive.close()
            raise StateError(f"{path} is an archive, but not of this story", remedy=_anew(asked.seed))
    write(kept, json.dumps(asdict(asked)).encode() + b"\n")
    return archive


def _did(seed: Seed) -> str:
    return keys.did_of(seed.key(OPERATOR.name).public_key())


def _check_same(path: Path, asked: Asked, kept: Asked) -> None:
    if asked != kept:
        raise StateError(
            f"{path} holds the story of seed {kept.seed} with {kept.works} works a series, "
            f"not of seed {asked.seed} with {asked.works}",
            remedy=_anew(asked.seed),
        )


def _again(path: Path, summary: Summary) -> Summary:
    print(f"okuzuke demo   seed {summary.seed}   told before   {path}")
    print(aligned("works", f"{summary.works:>4} in {summary.entries} entries"))
    for item in summary.snapshots:
        told = f"{item.items:>4} works admitted, {sum(item.refused.values())} refused  --basis {'+'.join(item.bases)}"
        print(aligned(f"snapshot {item.letter}", told, item.id))
    for refusal, number in summary.refused.items():
        print(aligned("refused", f"{number:>4} {refusal} (snapshot A)"))
    print(aligned("verified", f"{summary.verified:>4} bundles"))
    print(aligned("caught", f"{summary.tampered_caught:>4} of {summary.tampered_total} tamperings"))
    print(aligned("to start anew", _anew(summary.seed + 1)))
    _conclude(path, summary)
    return summary


def _anew(seed: int) -> str:
    return f"ARCHIVE=another-folder SEED={seed} make demo"


def _conclude(path: Path, summary: Summary) -> None:
    print(f"\n{summary.conclusion} / 記録と一致")
    print(path / summary.report)


def _read(file: Path) -> Summary:
    told = json.loads(file.read_bytes())
    told["snapshots"] = tuple(SnapshotSummary(**{**item, "bases": tuple(item["bases"])}) for item in told["snapshots"])
    return Summary(**told)
