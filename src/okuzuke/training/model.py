"""A model: weights bound to the run they came from, and to those whose works they rest on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from okuzuke.core.canonical import JsonObject
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry
from okuzuke.registry.decision import Basis


@dataclass(frozen=True, slots=True)
class Unit:
    """Whose works a model rests on, counted in families: a sheet, a dedication, or a grant that has no sheet."""

    unit: Entry
    basis: Basis
    name: str
    families: int

    @classmethod
    def read(cls, fields: Fields) -> Unit:
        unit = cls(
            Entry(fields.digest("unit")),
            fields.choice("basis", Basis),
            fields.text("name"),
            fields.integer("families", low=1),
        )
        fields.end()
        return unit

    def to_json(self) -> JsonObject:
        return {"unit": self.unit, "basis": self.basis.value, "name": self.name, "families": self.families}


@dataclass(frozen=True, slots=True)
class Model:
    """Trained weights. Kind `model`; it rests on its run."""

    run: Entry
    name: str
    model: str
    """The model hash (`training.weights`)."""
    weights: AssetId
    transcript: AssetId
    transcript_head: str
    vocabulary: AssetId
    steps: int
    bases: tuple[Basis, ...]
    units: tuple[Unit, ...]
    """Sorted by unit, each once; their families add up to those trained."""
    card: AssetId

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Model:
        only(sealed)
        model = cls(
            Entry(public.digest("run")),
            public.text("name"),
            public.digest("model"),
            AssetId(public.digest("weights")),
            AssetId(public.digest("transcript")),
            public.digest("transcript_head"),
            AssetId(public.digest("vocabulary")),
            public.integer("steps", low=1),
            public.choices("bases", Basis),
            tuple(Unit.read(item) for item in public.objects("units")),
            AssetId(public.digest("card")),
        )
        order = [unit.unit for unit in model.units]
        if not order or order != sorted(set(order)):
            raise InputError("a model's units are not sorted and distinct", remedy="ask for the model as recorded")
        if {unit.basis for unit in model.units} - set(model.bases):
            raise InputError("a model's unit has a basis it does not name", remedy="ask for the model as recorded")
        return model

    def to_public(self) -> JsonObject:
        return {
            "run": self.run,
            "name": self.name,
            "model": self.model,
            "weights": self.weights,
            "transcript": self.transcript,
            "transcript_head": self.transcript_head,
            "vocabulary": self.vocabulary,
            "steps": self.steps,
            "bases": [basis.value for basis in self.bases],
            "units": [unit.to_json() for unit in self.units],
            "card": self.card,
        }
