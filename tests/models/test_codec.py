from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor

from okuzuke.models.codec import Moments, PatchCodec, moments

PATCH = 4
SIZE = 8


def noise(seed: int, count: int = 6, size: int = SIZE) -> Tensor:
    return torch.randint(0, 256, (count, size, size, 3), dtype=torch.uint8, generator=Generator().manual_seed(seed))


def gradients(count: int, size: int = 16) -> Tensor:
    """Return pictures that are plain slopes from one colour to another: smooth, as drawings are."""
    corners = torch.rand(count, 2, 3, 1, 1, generator=Generator().manual_seed(4)) * 255
    across = torch.linspace(0, 1, size).expand(size, size)
    return (corners[:, 0] * across + corners[:, 1] * (1 - across.T)).clamp(0, 255).movedim(1, 3).to(torch.uint8)


def equal(a: Moments, b: Moments) -> bool:
    return a.count == b.count and torch.equal(a.total, b.total) and torch.equal(a.outer, b.outer)


pictures = st.integers(0, 2**31).flatmap(lambda seed: st.integers(0, 5).map(lambda count: noise(seed, count)))


@given(pictures, pictures)
def test_the_moments_of_two_groups_of_works_add_up_to_those_of_all(a: Tensor, b: Tensor) -> None:
    assert equal(moments(a, PATCH) + moments(b, PATCH), moments(torch.cat([a, b]), PATCH))


@given(pictures, pictures)
def test_removing_works_leaves_exactly_what_was_there_without_them(kept: Tensor, removed: Tensor) -> None:
    everything = moments(torch.cat([kept, removed]), PATCH)

    assert equal(everything - moments(removed, PATCH), moments(kept, PATCH))


def test_the_moments_are_the_sums_over_patches_in_whole_numbers() -> None:
    works = noise(1)
    patches = [
        work[top : top + PATCH, left : left + PATCH].reshape(-1).long()
        for work in works
        for top in range(0, SIZE, PATCH)
        for left in range(0, SIZE, PATCH)
    ]

    found = moments(works, PATCH)

    assert found.count == len(patches)
    assert torch.equal(found.total, torch.stack(patches).sum(0))
    assert torch.equal(found.outer, sum((torch.outer(patch, patch) for patch in patches), torch.zeros(1).long()))


def test_the_codec_does_not_depend_on_the_order_of_the_works() -> None:
    works = noise(2, 40)
    shuffled = works[torch.randperm(40, generator=Generator().manual_seed(3))]
    parts = sum((moments(work[None], PATCH) for work in shuffled), moments(works[:0], PATCH))

    one, other = (PatchCodec.fit(found, PATCH, 12).tensors() for found in (moments(works, PATCH), parts))

    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_codec_after_a_removal_is_the_codec_of_the_rest() -> None:
    works = noise(2, 40)
    rest = moments(works, PATCH) - moments(works[30:], PATCH)

    one, other = (PatchCodec.fit(found, PATCH, 12).tensors() for found in (rest, moments(works[:30], PATCH)))

    assert all(torch.equal(one[name], other[name]) for name in one)


def test_with_all_components_every_picture_comes_back_as_it_was() -> None:
    works = noise(5, 60)

    codec = PatchCodec.fit(moments(works, PATCH), PATCH, PATCH * PATCH * 3)

    assert torch.equal(codec.decode(codec.encode(works), SIZE), works)


def test_a_few_components_bring_a_smooth_picture_back_within_two_grey_levels() -> None:
    works = gradients(50)
    codec = PatchCodec.fit(moments(works, 8), 8, 12)

    error = codec.decode(codec.encode(works), 16).float() - works.float()

    assert error.square().mean().sqrt() < 2


@pytest.mark.parametrize("channels", [1, 5, 12])
def test_latents_have_a_row_for_each_patch_and_a_column_for_each_channel(channels: int) -> None:
    codec = PatchCodec.fit(moments(noise(6, 20), PATCH), PATCH, channels)

    latents = codec.encode(noise(7, 3))

    assert latents.shape == (3, 4, channels)
    assert latents.dtype == torch.float32
    assert codec.decode(latents, SIZE).shape == (3, SIZE, SIZE, 3)
    assert codec.decode(latents, SIZE).dtype == torch.uint8


def test_the_mean_square_of_the_latents_is_one_and_strong_components_stay_stronger() -> None:
    works = gradients(200)
    codec = PatchCodec.fit(moments(works, 8), 8, 6)

    squares = codec.encode(works).square().mean((0, 1))

    assert squares.mean().item() == pytest.approx(1, abs=1e-3)
    assert squares.tolist() == sorted(squares.tolist(), reverse=True)


def test_the_largest_entry_of_every_component_is_positive() -> None:
    basis = PatchCodec.fit(moments(noise(8, 50), PATCH), PATCH, 10).basis

    assert (basis.gather(0, basis.abs().argmax(0, keepdim=True)) > 0).all()


def test_pictures_of_one_colour_are_no_division_by_zero() -> None:
    works = torch.full((3, SIZE, SIZE, 3), 200, dtype=torch.uint8)
    codec = PatchCodec.fit(moments(works, PATCH), PATCH, 4)

    assert torch.equal(codec.decode(codec.encode(works), SIZE), works)


def test_a_codec_comes_back_from_its_tensors_among_others() -> None:
    codec = PatchCodec.fit(moments(noise(9), PATCH), PATCH, 7)

    again = PatchCodec.from_tensors({"blocks.0.table": torch.zeros(1), **codec.tensors()})

    assert again.patch == PATCH
    assert torch.equal(again.encode(noise(10)), codec.encode(noise(10)))
    assert all(name.startswith("codec.") for name in codec.tensors())
