"""Each new work beside every other: what is like it, and whose verdicts that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from okuzuke.core.ids import AssetId, WorkId
from okuzuke.screening import compare
from okuzuke.screening.compare import ISCC_SAME
from okuzuke.screening.fingerprint import Fingerprint, fingerprint
from okuzuke.screening.match import NEAR_BITS, Candidate, Found, Likeness, Screened, Verdict, machine_verdict


def screen(
    new: Sequence[Candidate],
    known: Sequence[Screened],
    whose: Mapping[WorkId, str],
    read: Callable[[AssetId], bytes],
) -> tuple[Screened, ...]:
    """Return a row for each new work, and one for each known work whose findings a new one changes.

    Cost: one decoding a new work, and 8 x new x all comparisons of 256 bits.
    """
    rows = {screened.work: screened for screened in known}
    prints: dict[AssetId, Fingerprint] = {}
    for candidate in new:
        if candidate.asset not in prints:
            prints[candidate.asset] = fingerprint(read(candidate.asset))
        taken = prints[candidate.asset]
        rows[candidate.work] = Screened(
            candidate.work, taken.asset, taken.iscc, taken.pdq, taken.pdq_quality, Verdict.NO_MATCH, ()
        )
    changed = {candidate.work for candidate in new}
    order = list(rows.values())
    for position, other in _pairs(new, order, prints):
        asked, beside = new[position], order[other]
        if beside.work == asked.work:
            continue
        found = compare.compare(prints[asked.asset], _known_print(beside))
        if found.likeness is not Likeness.UNRELATED:
            _add(rows, asked.work, Found(beside.work, found.likeness, found.pdq_distance))
            _add(rows, beside.work, Found(asked.work, found.likeness, found.pdq_distance))
            changed.add(beside.work)
    return tuple(
        replace(rows[work], verdict=machine_verdict(work, rows[work].found, whose)) for work in sorted(changed)
    )


def _pairs(
    new: Sequence[Candidate], order: Sequence[Screened], prints: Mapping[AssetId, Fingerprint]
) -> list[tuple[int, int]]:
    """Return (new, other) positions whose PDQ in some orientation or whose ISCC comes near; none is missed."""
    if not new:
        return []
    queries = [prints[candidate.asset] for candidate in new]
    turned = [code for taken in queries for code in (taken.pdq, *taken.turned)]
    by_pdq = compare.neighbours(_codes([row.pdq for row in order]), _codes(turned), NEAR_BITS)
    by_iscc = compare.neighbours(
        _codes([compare.iscc_digest(row.iscc) for row in order]),
        _codes([compare.iscc_digest(taken.iscc) for taken in queries]),
        ISCC_SAME,
    )
    orientations = len(turned) // len(queries)
    pairs = {(int(query) // orientations, int(code)) for query, code in zip(by_pdq.query, by_pdq.code, strict=True)}
    pairs |= {(int(query), int(code)) for query, code in zip(by_iscc.query, by_iscc.code, strict=True)}
    return sorted(pairs)


def _codes(codes: Sequence[bytes]) -> np.typing.NDArray[np.uint8]:
    return np.frombuffer(b"".join(codes), np.uint8).reshape(-1, 32)


def _known_print(screened: Screened) -> Fingerprint:
    return Fingerprint(screened.asset, screened.iscc, screened.pdq, screened.pdq_quality, ())


def _add(rows: dict[WorkId, Screened], work: WorkId, found: Found) -> None:
    kept = {item.other: item for item in rows[work].found}
    kept[found.other] = found
    rows[work] = replace(rows[work], found=tuple(kept[other] for other in sorted(kept)))
