"""What a delivered picture says of itself, as a C2PA manifest: never a prompt, a user, a face.

Sources: C2PA 2.x (actions, ingredients, soft binding); CAWG Training and Data Mining Assertion 1.1, with the C2PA
assertion it replaced for readers that know no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from okuzuke.core.canonical import Json, JsonObject, digest
from okuzuke.core.ids import Entry, digest_text

LEDGER: Final = "org.okuzuke.ledger"
TRAINED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

_RESERVED: Final[dict[str, JsonObject]] = {
    maker: {f"{maker}.{use}": {"use": "notAllowed"} for use in ("ai_generative_training", "ai_training", "data_mining")}
    for maker in ("cawg", "c2pa")
}


@dataclass(frozen=True, slots=True)
class Named:
    """A sheet, dedication or licence that is named as an ingredient, by its entry."""

    entry: Entry
    name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is signed of one output; all of it is public.

    `origin` is the ledger's name, `output` the output id, `model_hash` the model hash, both 64 lower-hex. `units` are
    those of the model's statement, `licences` those that the request named. `iscc` is the picture's Image-Code
    (`registry.pictures.content_code`), None where the medium has none. `version` is okuzuke's own.
    """

    origin: str
    output: str
    title: str
    model_name: str
    model_hash: str
    units: tuple[Named, ...]
    licences: tuple[Named, ...]
    version: str
    iscc: str | None = None

    def __post_init__(self) -> None:
        """Refuse ids in any other spelling."""
        digest_text(self.output, "output id")
        digest_text(self.model_hash, "model hash")
        for named in (*self.units, *self.licences):
            digest_text(named.entry, named.name)

    def manifest(self) -> str:
        """Return the manifest definition; label and instance id derive from the rest, so equal claims are equal."""
        ingredients = list(self._ingredients())
        body: dict[str, Json] = {
            "claim_generator_info": [{"name": "okuzuke", "version": self.version}],
            "title": self.title,
            "ingredients": ingredients,
            "assertions": list(self._assertions([ingredient["label"] for ingredient in ingredients])),
        }
        # The name has to differ where the claim does; nobody recomputes it, so the order of writing will do.
        text = json.dumps(body)
        name = _uuid(digest(text.encode("utf-8")))
        return f'{{"label": "urn:c2pa:{name}", "instance_id": "xmp:iid:{name}", {text[1:]}'

    def _ingredients(self) -> Iterator[JsonObject]:
        yield {
            "label": "model",
            "title": self.model_name,
            "relationship": "inputTo",
            "format": "application/x-okuzuke-model",
            "instance_id": f"urn:okuzuke:model:{self.model_hash}",
            "data_types": [{"type": "c2pa.types.model"}],
        }
        for kind, all_named in (("unit", self.units), ("licence", self.licences)):
            for at, named in enumerate(all_named):
                yield {
                    "label": f"{kind}-{at}",
                    "title": named.name,
                    "relationship": "inputTo",
                    "format": f"application/x-okuzuke-{kind}",
                    "instance_id": f"urn:okuzuke:{kind}:{named.entry}",
                }

    def _assertions(self, ingredients: list[Json]) -> Iterator[JsonObject]:
        created: JsonObject = {
            "action": "c2pa.created",
            "softwareAgent": {"name": "okuzuke", "version": self.version},
            "digitalSourceType": TRAINED,
            "parameters": {"ingredientIds": ingredients},
        }
        yield _assertion("c2pa.actions.v2", {"actions": [created]})
        yield _assertion(LEDGER, {"origin": self.origin, "output": self.output, "model": self.model_hash})
        for maker in ("cawg", "c2pa"):
            yield _assertion(f"{maker}.training-mining", {"entries": _RESERVED[maker]})
        if self.iscc is not None:
            blocks: Json = [{"scope": {}, "value": self.iscc}]
            yield _assertion("c2pa.soft-binding", {"alg": "io.iscc.v0", "blocks": blocks})


def _assertion(label: str, data: JsonObject) -> JsonObject:
    # `created` says that the signer itself made the assertion, instead of having gathered it.
    return {"label": label, "created": True, "data": data}


def _uuid(data: bytes) -> str:
    """Return the digest's first 122 bits in the form of a UUID version 4, which C2PA asks for in a manifest's label."""
    bits = int.from_bytes(data[:16], "big") & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
