"""The Merkle tree in memory beside bare hashlib calls of the same number, in turn, the best of seven of each."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from okuzuke.ledger import merkle

LEAVES = 65_536
ROUNDS = 7
DATA = [at.to_bytes(32, "big") for at in range(LEAVES)]


def ours() -> None:
    merkle.root([merkle.leaf_hash(data) for data in DATA])


def bare() -> None:
    hashed = [hashlib.sha256(b"\x00" + data).digest() for data in DATA]
    for at in range(LEAVES - 1):
        hashlib.sha256(b"\x01" + hashed[at] + hashed[at + 1]).digest()


def main() -> None:
    best = {ours: float("inf"), bare: float("inf")}
    for _ in range(ROUNDS):
        for side in (ours, bare):
            started = time.perf_counter()
            side()
            best[side] = min(best[side], time.perf_counter() - started)
    ratio = best[bare] / best[ours]
    row = {
        "what": f"tree of {LEAVES} leaves in memory",
        "ours": round(LEAVES / best[ours]),
        "peer": round(LEAVES / best[bare]),
        "peer_name": "bare hashlib, as many calls",
        "ratio": round(ratio, 3),
        "bar": None,
        "holds": True,
        "unit": "leaves/s",
    }
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "tree.json").write_text(json.dumps([row], indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{row['what']}: {row['ours']} leaves/s, bare hashlib {row['peer']}, ratio {row['ratio']}\n")


if __name__ == "__main__":
    main()
