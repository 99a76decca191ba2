"""A run, committed to before its first step. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from okuzuke.core.canonical import JsonObject
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry


@dataclass(frozen=True, slots=True)
class Run:
    """What will be trained on what, and how. Kind `run`; it rests on its snapshot."""

    snapshot: Entry
    recipe: AssetId
    """The recipe's file, whose SHA-256 is the recipe's digest."""
    code: str
    """Digest of the source files that decide a run (`training.source`)."""
    order_seed: str
    beacon: str
    trained: int
    """Families, as are those held out."""
    held_out: int

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Run:
        only(sealed)
        return cls(
            Entry(public.digest("snapshot")),
            AssetId(public.digest("recipe")),
            public.digest("code"),
            public.digest("order_seed"),
            public.text("beacon"),
            public.integer("trained", low=1),
            public.integer("held_out"),
        )

    def to_public(self) -> JsonObject:
        return {
            "snapshot": self.snapshot,
            "recipe": self.recipe,
            "code": self.code,
            "order_seed": self.order_seed,
            "beacon": self.beacon,
            "trained": self.trained,
            "held_out": self.held_out,
        }
