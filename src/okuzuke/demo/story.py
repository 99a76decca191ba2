"""The whole way told once on real works: `run` makes an archive, tries to cheat it, and writes what came of it.

Everything follows from the seed. A story that was interrupted goes on where it stopped and comes to the same roots.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from okuzuke.archive import Archive
from okuzuke.core.errors import CheckFailedError, InputError, StateError
from okuzuke.core.money import Money
from okuzuke.core.pages import money
from okuzuke.demo import (
    alone,
    contest,
    freezing,
    handing,
    later,
    learning,
    opening,
    recognition,
    report,
    selling,
    stopping,
)
from okuzuke.demo.cast import ILLUSTRATOR, OPERATOR
from okuzuke.demo.findings import Findings, read_log
from okuzuke.demo.freezing import Taken
from okuzuke.demo.later import Account
from okuzuke.demo.learning import Shape
from okuzuke.demo.seed import FIRST_DAY, Chance, Seed
from okuzuke.demo.telling import Telling, aligned, write
from okuzuke.ledger import keys
from okuzuke.settings import Settings
from okuzuke.training.recipe import Recipe

ORIGIN = "demo.okuzuke.example/log"
WORKS = 150
MATCHES = "matches the record"


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides a story's bytes."""

    seed: int
    works: int


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """A snapshot in numbers; `refused` counts works by refusal."""

    id: str
    items: int
    root: str
    letter: str
    bases: tuple[str, ...]
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """The model in numbers; `condition_accuracy` is over all trained series, `own` over those that are paid."""

    id: str
    hash: str
    name: str
    steps: int
    train_seconds: float
    condition_accuracy: float
    own_condition_accuracy: float
    rho_ppm: int


@dataclass(frozen=True, slots=True)
class OutputSummary:
    """A picture and its public bundle, as paths within the archive; `series` is an id of the catalogue, or `open`."""

    path: str
    bundle: str
    series: str
    id: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The story in numbers; times and memory are those of the run that ended it, amounts are of yen."""

    seed: int
    works_a_series: int
    works: int
    entries: int
    refused: Mapping[str, int]
    """Works refused by snapshot B, which the model was trained on, by refusal."""
    snapshot: SnapshotSummary
    snapshots: tuple[SnapshotSummary, ...]
    model: ModelSummary
    outputs: tuple[OutputSummary, ...]
    revenue_sub_units: int
    paid_sub_units: int
    kept_sub_units: int
    shares_sum_exact: bool
    verified: int
    tampered_caught: int
    tampered_total: int
    drill_seconds: float | None
    """From the suspension to the first refusal; None where an earlier run took that step."""
    seconds: Mapping[str, float]
    peak_rss_mb: int
    conclusion: str
    report: str


def _as_it_is(recipe: Recipe) -> Recipe:
    return recipe


def run(path: Path, seed: int = 1, works: int = WORKS, shape: Shape = _as_it_is) -> Summary:
    """Tell the story into an archive at `path`, each stage printing its facts at once, and return its summary.

    A finished archive is not told again: its summary is printed. Works a series: 4 to 300. `shape` makes the preset's
    recipe another, for whoever has no minutes to spare.

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
        telling = Telling(archive, chance, Seed(seed), works)
        findings, page = _told(telling, shape)
        summary = _summary(telling, findings, page)
        later.show_account(telling, _shown(findings))
    if summary.conclusion != MATCHES:
        raise CheckFailedError(
            f"{summary.tampered_caught} of {summary.tampered_total} tamperings were caught, sums exact: "
            f"{summary.shares_sum_exact}",
            remedy=f"see {path / summary.report}",
        )
    write(done, json.dumps(asdict(summary), ensure_ascii=False, indent=2).encode() + b"\n")
    _conclude(path, summary)
    return summary


def _told(telling: Telling, shape: Shape) -> tuple[Findings, Path]:
    print(f"okuzuke demo   seed {telling.seed.number}   {telling.works} works a series   {telling.archive.path}")
    print("架空の当事者と見本の鍵による実演です / fictional parties, demo keys; works, proofs and checks are real")
    with telling.stage(0, "parties", "当事者 parties"):
        opening.parties(telling)
    with telling.stage(1, "works", "作品の記載 works enter the register"):
        opened = opening.works(telling)
        studio = alone.studio(telling)
    daruma = opened[opening.DARUMA]
    with telling.stage(5, "committee", "製作委員会の許諾 a committee agrees"):
        moments = opening.committee(telling, daruma)
    with telling.stage(contest.REPOSTED_ON, "screening", "転載と照合 a repost, and screening"):
        contested = contest.contest(telling)
    with telling.stage(61, "snapshots", "データセットの凍結 snapshots"):
        taken = freezing.snapshots(telling)
    with telling.stage(62, "training", "学習 training, and a scorer"):
        learnt = learning.learn(telling, taken[-1], shape)
    with telling.stage(65, "pictures", "料金・クレジット・生成 rates, credits and pictures"):
        sold = selling.sell(telling, learnt)
    with telling.stage(66, "recognition", "何が描かれたか is what was asked for what is shown"):
        recognised = recognition.recognise(telling, learnt)
    with telling.stage(later.REPOSTED_ON, "dispute", "学習後の転載 a repost after training"):
        disputed = later.dispute(telling, studio)
    with telling.stage(later.ALLOCATED_ON, "payments", "使用料の分配 the month is paid out"):
        settled = later.settle(telling)
        exact = later.sums_exact(telling, sold, settled)
        telling.fact("sums", f"parts, prices and accounts to the last sub-unit: {'exact' if exact else 'NOT EXACT'}")
    with telling.stage(100, "stopping", "できないこと・止めること what is refused, and what stops"):
        stopped = stopping.stop(telling, daruma, studio, taken[-1])
    with telling.stage(140, "bundles", "証拠ファイルの検証と改ざん試験 bundles, verified and tampered with"):
        handed = handing.hand(telling, daruma, taken, learnt, sold)
    with telling.stage(141, "report", "報告書 report"):
        findings = Findings(
            moments,
            contested,
            (*taken, stopped.ended.taken),
            learnt,
            sold,
            recognised,
            disputed,
            settled,
            exact,
            stopped,
            handed,
            read_log(telling.archive),
        )
        page = report.write_report(telling, findings)
        telling.fact("report", f"{page.stat().st_size:>9,} bytes  one page, no network, no scripts")
    return findings, page


def _shown(findings: Findings) -> Account:
    """Return the statement of account that the story ends with: one holder alone, one line a picture."""
    return next(account for account in findings.settled.accounts if account.member is ILLUSTRATOR)


def _summary(telling: Telling, findings: Findings, page: Path) -> Summary:
    path, tried, settled = telling.archive.path, findings.handed.tried, findings.settled
    snapshots = tuple(map(_snapshot_summary, findings.taken))
    caught = sum(item.caught for item in tried)
    return Summary(
        seed=telling.seed.number,
        works_a_series=telling.works,
        works=len(telling.archive.registry.known().works),
        entries=len(findings.log),
        refused=snapshots[1].refused,
        snapshot=snapshots[1],
        snapshots=snapshots,
        model=_model_summary(findings),
        outputs=tuple(
            OutputSummary(
                str(made.picture.relative_to(path)), str(made.bundle.relative_to(path)), made.series, made.output.output
            )
            for made in findings.sold.made
        ),
        revenue_sub_units=settled.revenue,
        paid_sub_units=settled.paid,
        kept_sub_units=settled.kept,
        shares_sum_exact=findings.exact,
        verified=len(findings.handed.bundled) + len(findings.handed.pictures),
        tampered_caught=caught,
        tampered_total=len(tried),
        drill_seconds=findings.stopped.drill.seconds and round(findings.stopped.drill.seconds, 4),
        seconds={item.stage: item.seconds for item in telling.timed},
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        conclusion=MATCHES if caught == len(tried) and findings.exact else "does not match the record",
        report=str(page.relative_to(path)),
    )


def _snapshot_summary(item: Taken) -> SnapshotSummary:
    return SnapshotSummary(
        item.frozen.entry,
        len(item.frozen.places),
        item.frozen.manifest,
        item.letter,
        tuple(sorted(item.bases)),
        dict(sorted(item.refused.items())),
    )


def _model_summary(findings: Findings) -> ModelSummary:
    learnt, recognised = findings.learnt, findings.recognised
    trained = learnt.trained
    return ModelSummary(
        trained.entry,
        trained.model.model,
        trained.model.name,
        trained.model.steps,
        learnt.train_seconds,
        recognised.accuracy,
        recognised.own_accuracy,
        learnt.scorer.rho_ppm,
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
        print(aligned("refused", f"{number:>4} {refusal} (snapshot B)"))
    model = summary.model
    print(aligned("model", f"{model.name}; recognised {model.condition_accuracy:.1%}", model.id))
    amounts = [money(Money(sub_units, "JPY")) for sub_units in (summary.revenue_sub_units, summary.kept_sub_units)]
    print(
        aligned("pictures", f"{len(summary.outputs):>4}, paid {amounts[0]}, of which the platform keeps {amounts[1]}")
    )
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
    told["snapshots"] = tuple(map(_read_snapshot, told["snapshots"]))
    told["snapshot"] = _read_snapshot(told["snapshot"])
    told["model"] = ModelSummary(**told["model"])
    told["outputs"] = tuple(OutputSummary(**item) for item in told["outputs"])
    return Summary(**told)


def _read_snapshot(told: Mapping[str, Any]) -> SnapshotSummary:
    return SnapshotSummary(**{**told, "bases": tuple(told["bases"])})
