"""Signing content credentials beside the bare library call on the same manifest, in turn, the best of many of each."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import c2pa
from PIL import Image

from okuzuke.marking import certificates, credentials
from okuzuke.marking.claim import Claim, Named

ROUNDS = 300
BAR = 1.2
SIDES = (32, 512)


def entropy() -> Callable[[int], bytes]:
    stream = iter(hashlib.shake_256(b"benchmark").digest(4096))
    return lambda size: bytes(next(stream) for _ in range(size))


def picture(side: int) -> bytes:
    out = io.BytesIO()
    noise = hashlib.shake_256(b"picture").digest(side * side * 3)
    Image.frombytes("RGB", (side, side), noise).save(out, "PNG")
    return out.getvalue()


def claim() -> Claim:
    units = tuple(Named(f"{at:064x}", f"unit {at}") for at in range(4))  # type: ignore[arg-type] # entries of nobody
    return Claim("bench.example/log", "ab" * 32, "one output", "tiny", "cd" * 32, units, (), "0.1.0", "ISCC:EEDU73Y")


def compared(side: int, signer: credentials.Signer) -> dict[str, object]:
    data, said = picture(side), claim()
    manifest = said.manifest()

    def ours() -> bytes:
        return credentials.sign(data, said, signer)

    def bare() -> bytes:
        out = io.BytesIO()
        with c2pa.Builder(manifest, context=signer.context) as builder:
            builder.sign(signer.native, "image/png", io.BytesIO(data), out)
        return out.getvalue()

    taken: dict[Callable[[], bytes], list[float]] = {ours: [], bare: []}
    for _ in range(ROUNDS):
        for way in (ours, bare):
            started = time.perf_counter()
            way()
            taken[way].append(time.perf_counter() - started)
    mine, theirs = (min(taken[way]) * 1000 for way in (ours, bare))
    ratio = mine / theirs
    return {
        "what": f"sign a {side} x {side} PNG, the same bytes each time",
        "ours": round(mine, 3),
        "peer": round(theirs, 3),
        "peer_name": "bare c2pa-python with the same manifest, signer and context",
        "ratio": round(ratio, 3),
        "bar": BAR,
        "holds": ratio <= BAR,
        "unit": "ms",
    }


def main() -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    valid = certificates.Validity(day, day.replace(year=2049), day.replace(year=2049))
    authority = certificates.make("Benchmark", valid, entropy())
    with credentials.Signer(authority.leaf_key, authority.chain) as signer:
        rows = [compared(side, signer) for side in SIDES]
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "credentials.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        sys.stdout.write(
            f"{row['what']}: {row['ours']} ms, bare {row['peer']} ms, ratio {row['ratio']}, bar {row['bar']}\n"
        )


if __name__ == "__main__":
    main()
