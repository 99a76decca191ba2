"""Shares held against outputs and heads: units of the model only, scored anew where the features are open. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from okuzuke.attribution.scorer import Head, Scorer, check_units, score
from okuzuke.attribution.shares import Part, Shares, check_parts, parts_of
from okuzuke.audit.bundle import Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.core.ids import Entry, short
from okuzuke.generation.output import Output
from okuzuke.generation.request import Request
from okuzuke.registry.decision import Basis
from okuzuke.training.model import Model


def check_shares(bundle: Bundle, judged: Judged) -> str:
    """Return what the shares of the bundle come to, nothing where there is none; the first that fails raises."""
    found = judged.all(Shares)
    rescored = 0
    outputs: set[Entry] = set()
    for item, shares in found:
        if shares.output in outputs:
            raise failure(f"output {short(shares.output)} has shares twice")
        outputs.add(shares.output)
        rescored += _check_shares(bundle, judged, item, shares)
    if not found:
        return ""
    rest = len(found) - rescored
    return f"{len(found)} outputs; {rescored} scored anew from their features" + (
        f"; {rest} not: their features are shut for this reader" if rest else ""
    )


def parts(bundle: Bundle, shares: Shares) -> tuple[Part, ...]:
    """Return the parts of an output that are open to this reader."""
    keys = bundle.sets.get(shares.parts, ())
    return tuple(Part.read(bundle.rows[key].document) for key in keys if key in bundle.rows)


def _check_shares(bundle: Bundle, judged: Judged, item: Stated, shares: Shares) -> bool:
    """Say whether the parts could be scored anew."""
    made, output = judged.beneath(item, shares.output, Output)
    scored, scorer = judged.beneath(item, shares.scorer, Scorer)
    _, model = judged.beneath(scored, scorer.model, Model)
    _, request = judged.beneath(made, output.request, Request)
    if request.model != scorer.model:
        raise failure(f"shares {short(item.entry)} were scored with another model's head")
    bases = {unit.unit: unit.basis for unit in model.units}
    if scorer.classes != len(bases):
        raise failure(f"scorer {short(scored.entry)} counts {scorer.classes} units, its model has {len(bases)}")
    head = _head(bundle, scorer, model, bases)
    found = parts(bundle, shares)
    if any(part.output != shares.output or bases.get(part.unit) is not part.basis for part in found):
        raise failure(f"shares {short(item.entry)} give a part to what is no unit of the model")
    whole = len(found) == shares.size
    if whole:
        check_parts(shares, found)
    if output.features is None or not whole:
        return False
    if parts_of(shares.output, score(head, output.features), bases) != found:
        raise failure(f"shares {short(item.entry)}: the parts are not what the head gives for these features")
    return True


def _head(bundle: Bundle, scorer: Scorer, model: Model, bases: Mapping[Entry, Basis]) -> Head:
    data = bundle.files.get(scorer.head)
    if data is None:
        raise failure(f"the head {short(scorer.head)} is not in the bundle")
    head = Head.parse(data)
    check_units(head, bases)
    if head.model != model.model:
        raise failure(f"the head {short(scorer.head)} is another model's")
    return head
