from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from PIL import Image

from okuzuke.core.canonical import Json, canonical_bytes, digest
from okuzuke.core.errors import CheckFailedError
from okuzuke.core.ids import AssetId, Entry
from okuzuke.models.transformer import Transformer
from okuzuke.registry.decision import Basis
from okuzuke.training.fitting import squared
from okuzuke.training.model import Model, Unit
from okuzuke.training.vocabulary import Vocabulary
from okuzuke.training.weights import from_bytes, model_tensors, open_model, shape_of, tensors_hash, to_bytes
from training.tiny import material_of, name_of, tiny_recipe

TENSORS = {"b": torch.arange(6, dtype=torch.float32).view(2, 3), "a": torch.tensor([1, -1])}


def test_the_model_hash_is_that_of_the_list_that_is_written_down() -> None:
    little = b"".join(value.to_bytes(8, "little", signed=True) for value in (1, -1))
    floats = TENSORS["b"].numpy().astype("<f4").tobytes()
    lines: list[Json] = [
        ["a", "I64", [2], hashlib.sha256(little).hexdigest()],
        ["b", "F32", [2, 3], hashlib.sha256(floats).hexdigest()],
    ]

    assert tensors_hash(TENSORS) == digest(canonical_bytes(lines)).hex()


def test_the_hash_does_not_see_how_a_tensor_lies_in_memory() -> None:
    turned = TENSORS["b"].T.contiguous().T

    assert not turned.is_contiguous()
    assert tensors_hash({**TENSORS, "b": turned}) == tensors_hash(TENSORS)


def test_a_file_is_read_back_and_is_the_same_in_every_process() -> None:
    metadata = {"run": "1", "recipe": "2", "snapshot": "3", "code": "4"}
    data = to_bytes(TENSORS, metadata)
    script = (
        "import torch, sys, hashlib; from okuzuke.training.weights import to_bytes;"
        "t = {'b': torch.arange(6, dtype=torch.float32).view(2, 3), 'a': torch.tensor([1, -1])};"
        "m = {'run': '1', 'recipe': '2', 'snapshot': '3', 'code': '4'};"
        "print(hashlib.sha256(to_bytes(t, m)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": "src", "PYTHONHASHSEED": "7"},
    )

    assert tensors_hash(from_bytes(data, "it")) == tensors_hash(TENSORS)
    assert done.stdout.strip() == hashlib.sha256(data).hexdigest()


def test_a_cut_file_is_refused() -> None:
    with pytest.raises(CheckFailedError, match="no whole"):
        from_bytes(to_bytes(TENSORS, {})[:-1], "the weights")


def _stored() -> tuple[Model, Callable[[AssetId], bytes], dict[str, bytes]]:
    recipe = tiny_recipe()
    model = Transformer.initialised(shape_of(recipe), torch.Generator().manual_seed(1))
    tensors = model_tensors(dict(model.named_parameters()), material_of(recipe).codec)
    files = {"weights": to_bytes(tensors, {}), "vocabulary": Vocabulary({}, {}).to_bytes()}
    names = {digest(data).hex(): data for data in files.values()}
    weights, words = (AssetId(digest(files[name]).hex()) for name in ("weights", "vocabulary"))
    unit = Unit(Entry(name_of("unit")), Basis.GRANT, "unit", 1)
    other = AssetId(name_of("file"))
    stated = Model(
        Entry(name_of("run")),
        "it",
        tensors_hash(tensors),
        weights,
        other,
        name_of("head"),
        words,
        12,
        (Basis.GRANT,),
        (unit,),
        other,
    )
    return stated, names.__getitem__, names


def test_a_model_opens_in_evaluation_and_learns_no_more() -> None:
    stated, read, _ = _stored()

    opened = open_model(stated, tiny_recipe(), read)

    assert not opened.transformer.training
    assert not any(parameter.requires_grad for parameter in opened.transformer.parameters())
    assert tensors_hash(model_tensors(dict(opened.transformer.named_parameters()), opened.codec)) == stated.model


def test_weights_other_than_those_recorded_do_not_open() -> None:
    stated, read, names = _stored()
    tensors = from_bytes(names[stated.weights], "it")
    tensors["model.positions"][0, 0] += 1e-6
    names[stated.weights] = to_bytes(tensors, {})

    with pytest.raises(CheckFailedError, match="not those recorded"):
        open_model(stated, tiny_recipe(), read)


def test_a_picture_is_squared_whole_with_white_beside_it() -> None:
    wide = Image.new("RGB", (40, 20), (10, 20, 30))

    small = squared(wide, 16)

    assert small.size == (16, 16)
    assert small.getpixel((0, 0)) == (255, 255, 255)
    assert small.getpixel((8, 8)) == (10, 20, 30)
