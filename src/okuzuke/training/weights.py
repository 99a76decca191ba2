"""Weights as files: the model hash, safetensors bytes that are always the same, and a recorded model opened again.

Format: safetensors (https://github.com/huggingface/safetensors#format); names begin with `model.` (averaged weights)
and `codec.`. The metadata binds the file to what it came from and is not hashed: its one field, `okuzuke`, is a JCS
object, since the format leaves the order of several fields to chance.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import safetensors
import torch
from safetensors.torch import load, save
from torch import Tensor

from okuzuke.core.canonical import Json, JsonObject, canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError, InputError
from okuzuke.core.ids import AssetId
from okuzuke.models.codec import PatchCodec
from okuzuke.models.tags import BUCKETS
from okuzuke.models.transformer import Shape, Transformer
from okuzuke.training.model import Model
from okuzuke.training.recipe import Recipe
from okuzuke.training.vocabulary import Vocabulary

Tensors: TypeAlias = Mapping[str, Tensor]

_MODEL = "model."
_DTYPES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A recorded model, ready to be asked: its network in evaluation, its codec, its words."""

    transformer: Transformer
    codec: PatchCodec
    vocabulary: Vocabulary


def tensors_hash(tensors: Tensors) -> str:
    """Return the digest of tensors: SHA-256 of the JCS list of [name, dtype, shape, SHA-256 of its bytes], by name.

    The bytes are little-endian in C order; file metadata has no part in it. Of a model's tensors it is the model hash.
    """
    assert sys.byteorder == "little", "tensors are hashed as they lie in memory"
    lines: list[Json] = [
        [name, _DTYPES[tensor.dtype], list(tensor.shape), hashlib.sha256(_bytes(tensor)).hexdigest()]
        for name, tensor in sorted(tensors.items())
    ]
    return digest(canonical_bytes(lines)).hex()


def to_bytes(tensors: Tensors, metadata: JsonObject) -> bytes:
    """Return a safetensors file; the same tensors and metadata give the same bytes."""
    kept = {name: tensor.detach().contiguous() for name, tensor in sorted(tensors.items())}
    return save(kept, {"okuzuke": canonical_bytes(metadata).decode()})


def from_bytes(data: bytes, what: str) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file, each in memory of its own.

    Where in a file a tensor began would else decide how it is aligned, and with that how sums over it are rounded.
    """
    try:
        return {name: tensor.clone() for name, tensor in load(data).items()}
    except safetensors.SafetensorError as error:
        raise CheckFailedError(
            f"{what} is no whole safetensors file: {error}", remedy="put the original back"
        ) from error


def model_tensors(weights: Tensors, codec: PatchCodec) -> dict[str, Tensor]:
    """Return all that makes a model, under the names of its file."""
    return {**{_MODEL + name: tensor for name, tensor in weights.items()}, **codec.tensors()}


def shape_of(recipe: Recipe) -> Shape:
    """Return the sizes of the network that a recipe trains; buckets other than those tags fall into are refused."""
    if recipe.buckets != BUCKETS:
        raise InputError(f"tags fall into {BUCKETS} buckets, not {recipe.buckets}", remedy=f"write buckets: {BUCKETS}")
    return Shape(recipe.tokens, recipe.channels, recipe.width, recipe.depth, recipe.heads, recipe.buckets)


def open_model(model: Model, recipe: Recipe, read: Callable[[AssetId], bytes]) -> Opened:
    """Return a recorded model; weights that do not have the recorded hash raise `CheckFailedError`."""
    tensors = from_bytes(read(model.weights), f"the weights of {model.name}")
    if tensors_hash(tensors) != model.model:
        raise CheckFailedError(f"the weights of {model.name} are not those recorded", remedy="put the original back")
    transformer = Transformer(shape_of(recipe))
    transformer.load_state_dict(
        {name.removeprefix(_MODEL): tensor for name, tensor in tensors.items() if name.startswith(_MODEL)}, assign=True
    )
    transformer.eval().requires_grad_(requires_grad=False)
    return Opened(transformer, PatchCodec.from_tensors(tensors), Vocabulary.read(read(model.vocabulary)))


def _bytes(tensor: Tensor) -> memoryview:
    samples: memoryview = tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().data
    return samples
