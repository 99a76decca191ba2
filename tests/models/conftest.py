"""One thread, so that tests run side by side and floats are added in one order; a tiny real model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from okuzuke.models.transformer import Shape, Transformer


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    yield
    torch.use_deterministic_algorithms(mode=strict)
    torch.set_num_threads(threads)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(20_261_122)


@pytest.fixture
def model(generator: torch.Generator) -> Transformer:
    """Return a tiny transformer whose gates are open, as after training; a fresh one predicts zeros."""
    tiny = Transformer.initialised(Shape(tokens=4, channels=6, width=32, depth=3, heads=2), generator)
    with torch.no_grad():
        for parameter in (tiny.modulation.weight, tiny.closing.weight, tiny.predict.weight):
            parameter.normal_(std=0.2, generator=generator)
        for table in (block.table for block in tiny.blocks):
            assert isinstance(table, torch.Tensor)
            table.normal_(std=0.2, generator=generator)
    return tiny
