"""What a model made, as it is recorded: its id, the digest of its pixels, the signed file, its features. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest
from okuzuke.core.errors import InputError
from okuzuke.core.fields import Fields, only
from okuzuke.core.ids import AssetId, Entry

LABEL = "okuzuke/output/v1"
MEDIA_TYPE = "image/png"
NO_WATERMARK = "none"
HUMAN_CONTRIBUTION = "the prompt and the settings / プロンプトと設定の指定"
LICENCE = "as the request's licences say; no copyright is claimed / リクエストに記載の許諾による。著作権は主張しない"
"""What an output says of itself: neither the archive nor its user has drawn it."""

_FEATURE = 2**15


@dataclass(frozen=True, slots=True)
class Output:
    """One picture a request made. Kind `output`; sealed: `features`. It rests on its request."""

    request: Entry
    index: int
    output: str
    """The output id, which credentials carry."""
    pixel_digest: str
    file: AssetId
    """The signed file's SHA-256."""
    media_type: str
    width: int
    height: int
    watermark: str
    human_contribution: str
    licence: str
    features: tuple[int, ...] | None
    """None where the sealed field stays shut."""

    @classmethod
    def read(cls, public: Fields, sealed: JsonObject) -> Output:
        only(sealed, "features")
        output = cls(
            Entry(public.digest("request")),
            public.integer("index"),
            public.digest("output"),
            public.digest("pixel_digest"),
            AssetId(public.digest("file")),
            public.text("media_type"),
            public.integer("width", low=1),
            public.integer("height", low=1),
            public.text("watermark"),
            public.text("human_contribution"),
            public.text("licence"),
            _features(Fields(sealed, "sealed")) if "features" in sealed else None,
        )
        if output.watermark != NO_WATERMARK:
            raise InputError(f"unknown watermark {output.watermark!r}", remedy="use a version that knows it")
        if (output.human_contribution, output.licence) != (HUMAN_CONTRIBUTION, LICENCE):
            raise InputError("an output says of itself what no version knows", remedy="use a version that knows it")
        return output

    @classmethod
    def made(  # all that differs between two pictures
        cls, request: Entry, index: int, named: str, pixels: str, file: AssetId, size: int, features: tuple[int, ...]
    ) -> Output:
        """Return a square picture under its output id, as this version makes them."""
        told = (MEDIA_TYPE, size, size, NO_WATERMARK, HUMAN_CONTRIBUTION, LICENCE)
        return cls(request, index, named, pixels, file, *told, features)

    def to_public(self) -> JsonObject:
        return {
            "request": self.request,
            "index": self.index,
            "output": self.output,
            "pixel_digest": self.pixel_digest,
            "file": self.file,
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
            "watermark": self.watermark,
            "human_contribution": self.human_contribution,
            "licence": self.licence,
        }

    def to_sealed(self) -> JsonObject:
        return {} if self.features is None else {"features": list(self.features)}


def output_id(model_hash: str, request: Entry, seed: int, index: int, pixels: str) -> str:
    """Return SHA-256 of the JCS list of label, model hash, request, seed, index and pixel digest; numbers as decimals.

    `pixels` is what `pixel_digest` returns. The id is known before the file is marked, so the file can carry it.
    """
    named: Json = [LABEL, model_hash, request, str(seed), str(index), pixels]
    return digest(canonical_bytes(named)).hex()


def pixel_digest(samples: bytes, frames: int, height: int, width: int, channels: int) -> str:
    """Return SHA-256(JCS [frames, height, width, channels] || uint8 samples, row-major), taken before any marking.

    >>> pixel_digest(bytes(3), 1, 1, 1, 3)[:16]
    '54a9dce1f6461429'
    """
    assert len(samples) == frames * height * width * channels, "one byte a sample"
    return digest(canonical_bytes([frames, height, width, channels]) + samples).hex()


def _features(fields: Fields) -> tuple[int, ...]:
    found = fields.items("features")
    features = tuple(
        item for item in found if isinstance(item, int) and not isinstance(item, bool) and -_FEATURE <= item < _FEATURE
    )
    if len(features) != len(found):
        raise InputError("features are not integers of 16 bits", remedy="ask for the output as recorded")
    return features
