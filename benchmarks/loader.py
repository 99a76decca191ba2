"""The gate beside a plain loader that reads and decodes the same files, item by item in turn, in one process.

The gate's own work is what it adds: a SHA-256 of the file, the item's digest over file, caption and tags, a lookup.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from okuzuke.core.canonical import digest
from okuzuke.core.ids import AssetId, Entry, WorkId
from okuzuke.datasets.loader import Loader
from okuzuke.datasets.manifest import Place, item_of
from okuzuke.demo import catalogue
from okuzuke.registry.decision import Basis
from okuzuke.registry.intake import WorkType
from okuzuke.registry.pictures import decode
from okuzuke.registry.works import Work

ITEMS = 120
ROUNDS = 15
BAR = 0.02


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        works: dict[WorkId, Work] = {}
        places: list[Place] = []
        for slot, sample in enumerate(catalogue.works("daruma", ITEMS)):
            asset = AssetId(digest(sample.picture).hex())
            (root / asset).write_bytes(sample.picture)
            work = Work(
                WorkId(digest(sample.name.encode()).hex()), sample.name, WorkType.PICTURE, asset, "", "image/png",
                256, 256, len(sample.picture), None, sample.caption, sample.tags,
                published=True, based_on=(), contains=(),
            )  # fmt: skip
            works[work.work] = work
            places.append(Place(slot, work.work, item_of(work), work.work, Basis.GRANT, Entry("0" * 64), ()))

        def read(asset: AssetId) -> bytes:
            return (root / asset).read_bytes()

        ours: list[list[float]] = [[] for _ in places]
        plain: list[list[float]] = [[] for _ in places]
        for _ in range(ROUNDS):
            gate = iter(Loader(places, works, read))
            for at, place in enumerate(places):
                started = time.perf_counter()
                next(gate)
                between = time.perf_counter()
                decode(read(works[place.work].asset), works[place.work].name)
                plain[at].append(time.perf_counter() - between)
                ours[at].append(between - started)
    gate_s = statistics.fmean(map(min, ours))
    plain_s = statistics.fmean(map(min, plain))
    share = gate_s / plain_s - 1
    row = {
        "what": "one item through the gate, 256 x 256 PNG",
        "ours": round(gate_s * 1e6, 1),
        "peer": round(plain_s * 1e6, 1),
        "peer_name": "plain loader: read and decode",
        "ratio": round(gate_s / plain_s, 4),
        "bar": 1 + BAR,
        "holds": share <= BAR,
        "unit": "us/item",
    }
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "loader.json").write_text(json.dumps([row], indent=2) + "\n", encoding="utf-8")
    told = f"{row['ours']} us, {row['peer_name']} {row['peer']} us, ratio {row['ratio']} (bar {row['bar']})"
    sys.stdout.write(f"{row['what']}: {told}\n")


if __name__ == "__main__":
    main()
