"""What joins the statements of a bundle: edges, sets, rows and files, none missing and none too many. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from okuzuke.attribution.scorer import Scorer
from okuzuke.audit.bundle import AUDITOR, PUBLIC, Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.core.canonical import digest
from okuzuke.core.ids import AssetId, Entry, RowId, SetRoot, short
from okuzuke.generation.output import Output
from okuzuke.ledger import statement, submission
from okuzuke.ledger.receipt import Receipt
from okuzuke.ledger.statement import RestsOn, Statement
from okuzuke.registry.grants import Dedication
from okuzuke.registry.known import Fact
from okuzuke.training.model import Model
from okuzuke.training.run import Run


def check_edges(bundle: Bundle, judged: Judged, stated: Sequence[Stated], receipts: Mapping[Entry, Receipt]) -> int:
    """Return the number of edges; each leads to an earlier entry, or to a set that a statement by then names."""
    unknown = set(receipts) - {*bundle.documents, *judged.erased}
    if unknown:
        raise failure(f"{short(min(unknown))} has a receipt, and neither a document nor an erasure")
    named = {root for item in judged.erasures for root in item.sets}
    edges = 0
    for item in stated:
        named |= set(statement.set_roots(item.statement.public))
        for target in item.statement.rests_on:
            edges += 1
            problem = _problem(bundle, target, item.index, named, receipts)
            if problem:
                raise failure(f"{item.statement.kind} {short(item.entry)} rests on {problem}")
    return edges


def check_sets(bundle: Bundle, judged: Judged, statements: Iterable[Statement]) -> None:
    """Raise unless the sets are those that the statements name, each with its root and size."""
    sizes: dict[SetRoot, set[int]] = {}
    for body in statements:
        for root, size in statement.set_roots(body.public).items():
            sizes.setdefault(root, set()).add(size)
    erased = {root for item in judged.erasures for root in item.sets}
    for root, keys in bundle.sets.items():
        submission.check_set(root, keys)
        if root not in sizes and root not in erased:
            raise failure(f"set {short(root)} is named by no statement in the bundle")
        if len(set(keys)) != len(keys):
            raise failure(f"set {short(root)} holds a row twice")
    for root, named in sizes.items():
        found = bundle.sets.get(root)
        if found is None:
            raise failure(f"set {short(root)} is not in the bundle")
        if named != {len(found)}:
            raise failure(f"set {short(root)} has {len(found)} rows, its statement says {max(named)}")


def check_rows(bundle: Bundle, judged: Judged) -> int:
    """Return how many rows stay shut; an auditor's bundle opens all that were not erased, a public one none."""
    inside = members(bundle)
    for key, row in bundle.rows.items():
        submission.check_row(row)
        if key not in inside:
            raise failure(f"row {short(key)} is in no set of the bundle")
    if bundle.reader == PUBLIC and bundle.rows:
        raise failure("a bundle for the public opens rows")
    shut = inside.difference(bundle.rows, judged.erased_rows)
    if bundle.reader == AUDITOR and shut:
        raise failure(f"row {short(min(shut))} is shut, and an auditor's bundle opens every row")
    return len(inside) - len(bundle.rows)


def check_files(bundle: Bundle, stated: Iterable[Stated]) -> None:
    """Raise unless every file is named by a statement, and the evidence of every dedication is there."""
    for asset, data in bundle.files.items():
        if digest(data).hex() != asset:
            raise failure(f"file {short(asset)} is not the one its statement names")
    evidence: dict[AssetId, Entry] = {}
    named: set[AssetId] = set()
    delivered = False
    for item in stated:
        if isinstance(item.body, Fact) and isinstance(item.body.body, Dedication):
            evidence |= dict.fromkeys(item.body.body.evidence, item.entry)
        named.update(files_of(item.body))
        delivered = delivered or (isinstance(item.body, Output) and item.body.file in bundle.files)
    for asset, entry in evidence.items():
        if asset not in bundle.files:
            raise failure(f"the evidence {short(asset)} of dedication {short(entry)} is not in the bundle")
    for asset in bundle.files:
        if asset not in named and asset not in evidence:
            raise failure(f"file {short(asset)} is named by no statement in the bundle")
    if bundle.certificates and not delivered:
        raise failure("the bundle brings certificates, and no file that they could be for")


def files_of(body: object) -> tuple[AssetId, ...]:
    """Return the files a statement of training, attribution or generation names."""
    match body:
        case Run(recipe=recipe):
            return (recipe,)
        case Model(weights=weights, transcript=transcript, vocabulary=vocabulary, card=card):
            return (weights, transcript, vocabulary, card)
        case Scorer(head=head):
            return (head,)
        case Output(file=file):
            return (file,)
    return ()


def members(bundle: Bundle) -> set[RowId]:
    """Return the row digests in the sets of the bundle."""
    return {key for keys in bundle.sets.values() for key in keys}


def _problem(
    bundle: Bundle, target: RestsOn, index: int, named: Collection[SetRoot], receipts: Mapping[Entry, Receipt]
) -> str:
    """Return what is wrong with an edge, or nothing."""
    if target.entry is not None:
        if target.entry not in receipts:
            return f"{short(target.entry)}, which is not in the bundle"
        return "a later entry" if receipts[target.entry].index >= index else ""
    root = target.set_root
    assert root is not None, "an edge leads to an entry or to a set"
    if root not in named:
        return f"set {short(root)}, which no statement by then names"
    if target.position is not None and target.position >= len(bundle.sets.get(root, ())):
        return f"position {target.position} of set {short(root)}, which is shorter"
    return ""
