"""The scorer: who contributed to an output, from its integer features by integer arithmetic alone. Pure.

Whoever holds the head file and an output's features computes the same parts; no tensor library is behind them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okuzuke.attribution.reliability import MOST_TRIALS, PPM, reliability_ppm
from okuzuke.core.canonical import JsonObject, canonical_bytes, parse_object
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry
from okuzuke.core.money import allocate
from okuzuke.registry.decision import Basis

FORMAT = "okuzuke-head/1"
HELD_OUT = "held-out works"
WHOLE_PPM = PPM
_FEATURE = 2**15
_WEIGHT = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model's head and how far it can be relied on. Kind `scorer`; it rests on the model.

    `correct` of `trials` held-out families were given most to the unit they came from, of `classes` units.
    """

    model: Entry
    """The statement of the model whose hidden states it reads."""
    head: AssetId
    rho_ppm: int
    correct: int
    trials: int
    classes: int

    def to_public(self) -> JsonObject:
        return {
            "model": self.model,
            "head": self.head,
            "rho_ppm": self.rho_ppm,
            "correct": self.correct,
            "trials": self.trials,
            "classes": self.classes,
            "basis": HELD_OUT,
        }

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Scorer:
        only(sealed)
        trials = public.integer("trials", high=MOST_TRIALS)
        scorer = cls(
            Entry(public.digest("model")),
            AssetId(public.digest("head")),
            public.integer("rho_ppm", high=PPM),
            public.integer("correct", high=trials),
            trials,
            public.integer("classes", low=1),
        )
        if public.text("basis") != HELD_OUT:
            raise InputError("a scorer is judged on held-out works", remedy="use a version that knows its basis")
        if scorer.rho_ppm != reliability_ppm(scorer.correct, scorer.trials, scorer.classes):
            raise CheckFailedError(
                f"rho {scorer.rho_ppm} ppm does not follow from {scorer.correct} of {scorer.trials} trials",
                remedy="ask the operator to fit the scorer anew",
            )
        return scorer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that a head scores."""

    unit: Entry
    basis: Basis


@dataclass(frozen=True, slots=True)
class Head:
    """One linear score a unit over an output's features: `weights` and `bias` are fixed-point at 2**-bits."""

    model: str
    """The model's hash."""
    bits: int
    units: tuple[Candidate, ...]
    """Sorted by unit, as the model's statement lists them."""
    weights: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]

    @property
    def width(self) -> int:
        """How many features it reads."""
        return len(self.weights[0])

    def to_bytes(self) -> bytes:
        """Return the head file."""
        return canonical_bytes(
            {
                "format": FORMAT,
                "model": self.model,
                "bits": self.bits,
                "units": [{"unit": item.unit, "basis": item.basis.value} for item in self.units],
                "weights": [list(row) for row in self.weights],
                "bias": list(self.bias),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Head:
        """Return the head in a file; any other shape, or a second spelling of the same, is refused."""
        fields = Fields(parse_object(data, "the head"), "head")
        if fields.text("format") != FORMAT:
            raise InputError("this file is no head of this version", remedy="use a version of okuzuke that knows it")
        head = cls(
            fields.digest("model"),
            fields.integer("bits", high=52),
            tuple(_candidate(item) for item in fields.objects("units")),
            tuple(_integers(row, _WEIGHT, "weights") for row in fields.items("weights")),
            _integers(fields.items("bias"), _WEIGHT, "bias"),
        )
        fields.end()
        _check(head)
        if head.to_bytes() != data:
            raise CheckFailedError("the head file is not in canonical form", remedy="ask for the file as recorded")
        return head


def linear(head: Head, features: Sequence[int]) -> dict[Entry, int]:
    """Return each unit's linear score, in 2**-bits; features are integers of 16 bits."""
    read = _integers(features, _FEATURE, "features")
    if len(read) != head.width:
        raise InputError(f"the head reads {head.width} features, not {len(read)}", remedy="use this model's own head")
    return {
        item.unit: bias + sum(weight * feature for weight, feature in zip(row, read, strict=True))
        for item, row, bias in zip(head.units, head.weights, head.bias, strict=True)
    }


def score(head: Head, features: Sequence[int]) -> dict[Entry, int]:
    """Return each unit's part of an output in parts per million; the parts sum to 1,000,000.

    A unit's weight is the square of how far its linear score lies above the mean of all scores, nothing where it lies
    below. A ridge head's scores sum to one, so their mean is the score that chance gives; squaring gives what stands
    out more of the money than what lies just above chance, as a least-squares score is a correlation and its square
    the variance explained. Where no score lies above another, all units share alike.
    """
    scores = linear(head, features)
    total = sum(scores.values())
    above: dict[str, int] = {unit: max(0, value * len(scores) - total) ** 2 for unit, value in scores.items()}
    weights = above if any(above.values()) else dict.fromkeys(above, 1)
    return {Entry(unit): part for unit, part in allocate(WHOLE_PPM, weights).items()}


def best(head: Head, features: Sequence[int]) -> Entry:
    """Return the unit with the highest score, ties to the first unit."""
    scores = linear(head, features)
    return min(scores, key=lambda unit: (-scores[unit], unit))


def check_units(head: Head, units: Mapping[Entry, Basis]) -> None:
    """Raise unless the head scores exactly the units of its model: nobody else can be given a part."""
    if {item.unit: item.basis for item in head.units} != dict(units):
        raise CheckFailedError("the head scores other units than its model's", remedy="fit the scorer anew")


def _candidate(fields: Fields) -> Candidate:
    candidate = Candidate(Entry(fields.digest("unit")), fields.choice("basis", Basis))
    fields.end()
    return candidate


def _integers(values: object, bound: int, what: str) -> tuple[int, ...]:
    if not isinstance(values, list | tuple):
        raise InputError(f"{what} is no list of integers", remedy="see docs/formats.md")
    for value in values:
        # True is an int to Python, and a float would make the parts hang on the machine.
        if type(value) is not int or not -bound <= value <= bound:
            raise InputError(f"{what} holds {value!r}, no integer within {bound}", remedy="see docs/formats.md")
    return tuple(values)


def _check(head: Head) -> None:
    units = [item.unit for item in head.units]
    if not units or units != sorted(set(units)):
        raise InputError("the units of a head are not sorted and distinct", remedy="fit the scorer anew")
    if not len(units) == len(head.weights) == len(head.bias):
        raise InputError("a head has one row of weights and one bias a unit", remedy="fit the scorer anew")
    if len({len(row) for row in head.weights}) != 1 or not head.weights[0]:
        raise InputError("the rows of a head's weights differ in length", remedy="fit the scorer anew")
