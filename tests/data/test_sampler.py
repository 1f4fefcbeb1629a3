"""The training stream has a position and no seams; evaluation sees every sample once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.data.sampler import Key, TrainingSampler

sizes = st.integers(1, 9)


def stream(
    num_samples: int, *, position: int = 0, num_images: int = 5, seed: int = 3, rank: int = 0, world_size: int = 1
) -> list[Key]:
    sampler = TrainingSampler(
        num_images=num_images,
        num_samples=num_samples,
        seed=seed,
        rank=rank,
        world_size=world_size,
        position=lambda: position,
    )
    assert len(sampler) == num_samples
    return list(sampler)


@settings(deadline=None, max_examples=30)
@given(num_images=sizes, passes=sizes, seed=sizes)
def test_each_pass_shows_every_image_once(num_images: int, passes: int, seed: int) -> None:
    keys = stream(num_images * passes, num_images=num_images, seed=seed)
    for epoch in range(passes):
        part = keys[epoch * num_images : (epoch + 1) * num_images]
        assert sorted(key[:2] for key in part) == [(epoch, index) for index in range(num_images)]
    assert [key.position for key in keys] == list(range(num_images * passes))


def test_passes_and_seeds_differ_in_order() -> None:
    keys = stream(40, num_images=20)
    assert [key.index for key in keys[:20]] != [key.index for key in keys[20:]]
    assert stream(20, num_images=20, seed=4) != keys[:20]


@settings(deadline=None, max_examples=30)
@given(position=st.integers(0, 30), num_samples=sizes)
def test_any_position_continues_the_stream(position: int, num_samples: int) -> None:
    assert stream(num_samples, position=position) == stream(position + num_samples)[position:]


@settings(deadline=None, max_examples=30)
@given(position=st.integers(0, 30), num_samples=sizes, world_size=st.integers(1, 4))
def test_ranks_share_the_stream_out(position: int, num_samples: int, world_size: int) -> None:
    ranks = [stream(num_samples, position=position, rank=rank, world_size=world_size) for rank in range(world_size)]
    together = [key for keys in zip(*ranks, strict=True) for key in keys]
    assert together == stream(num_samples * world_size, position=position)


def test_the_position_is_asked_again_for_each_iteration() -> None:
    positions = iter([0, 4])
    sampler = TrainingSampler(
        num_images=5, num_samples=4, seed=3, rank=0, world_size=1, position=lambda: next(positions)
    )
    assert list(sampler) + list(sampler) == stream(8)
