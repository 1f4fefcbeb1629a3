import copy
import itertools

import numpy as np
import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ClassicalFill, NetworkMethod
from inpaint_zoo.evaluation.methods.fills import fill_mean
from inpaint_zoo.inference import adapt
from inpaint_zoo.inference.adapt import Duration, adapted
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.runtime.arithmetic import Arithmetic
from inpaint_zoo.runtime.random_state import random_state
from inpaint_zoo.zoo import create_model

STEPS = 12


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "SIDE", 32)
    monkeypatch.setattr(adapt, "LEARNING_RATE", 3e-3)
    monkeypatch.setattr(adapt, "DECAY", 0.5)


def scene() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[:70, :90]
    image = np.stack([120 + 60 * np.sin(rows / 9), 90 + 50 * np.cos(columns / 7), 200 + 0 * rows], -1).astype(np.uint8)
    hole = np.zeros((70, 90), bool)
    hole[20:40, 50:70] = True
    return image, hole


def method(name: str = "misf") -> NetworkMethod:
    sizes = {"misf": {"num_residual_blocks": 1}, "ctsdg": {"num_levels": 4}}[name]
    torch.manual_seed(0)
    return NetworkMethod(create_model(name, base_channels=4, **sizes), torch.device("cpu"))


def held_out_error(filler: NetworkMethod, seed: int = 0) -> float:
    sampler = adapt._Sampler(*scene(), filler, random_state(seed))
    return adapt._error(filler.network, sampler.held_out)


@pytest.mark.parametrize("name", ["misf", "ctsdg"])
def test_it_learns_from_the_known_pixels(name: str) -> None:
    before = method(name)
    after = adapted(before, *scene(), Duration(STEPS))
    assert after is not before
    assert held_out_error(after) < 0.9 * held_out_error(before)


def test_it_never_ends_worse_than_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "LEARNING_RATE", 1e9)
    before = method()
    assert adapted(before, *scene(), Duration(STEPS)) is before


def test_the_network_that_was_given_stays_as_it_is() -> None:
    given = method("ctsdg")
    state, wanted = copy.deepcopy(given.network.state_dict()), [p.requires_grad for p in given.network.parameters()]
    adapted(given, *scene(), Duration(STEPS))
    assert all(torch.equal(state[name], value) for name, value in given.network.state_dict().items())
    assert [p.requires_grad for p in given.network.parameters()] == wanted
    assert all(p.grad is None for p in given.network.parameters())


def test_batch_normalisation_stays_as_it_was_trained() -> None:
    given = method("ctsdg")
    after = adapted(given, *scene(), Duration(STEPS))
    assert all(torch.equal(*pair) for pair in zip(given.network.buffers(), after.network.buffers(), strict=True))


def test_the_same_seed_gives_the_same_fill_whatever_was_drawn_before() -> None:
    image, hole = scene()
    given = method()
    of_torch, of_numpy = torch.get_rng_state(), np.random.get_state()[1].tolist()
    first = fill(given, image, hole, FillOptions(adapt=STEPS))
    assert torch.equal(torch.get_rng_state(), of_torch)
    assert np.random.get_state()[1].tolist() == of_numpy
    torch.rand(3)
    assert np.array_equal(fill(method(), image, hole, FillOptions(adapt=STEPS)), first)
    assert not np.array_equal(fill(method(), image, hole, FillOptions(adapt=STEPS, seed=1)), first)
    assert not np.array_equal(fill(method(), image, hole), first)


def test_known_pixels_are_identical_and_the_hole_is_never_read() -> None:
    image, hole = scene()
    other = image.copy()
    other[hole] = 7
    filled = fill(method(), image, hole, FillOptions(adapt=STEPS))
    assert np.array_equal(filled[~hole], image[~hole])
    assert np.array_equal(fill(method(), other, hole, FillOptions(adapt=STEPS))[hole], filled[hole])


def test_what_is_held_out_is_never_learned_from() -> None:
    given = method()
    image, hole = scene()
    sampler = adapt._Sampler(image, hole, given, random_state(0))
    held = sampler.hole & ~hole
    assert held.any()
    sampler.image = np.where(held[..., None], np.uint8(255), np.uint8(0)).repeat(3, axis=2)[..., :3]
    for _ in range(10):
        crops = sampler.draw()
        assert (crops.image == 0).all()
        assert (crops.wanted * (1 - crops.mask) == 0).all()


@pytest.mark.parametrize("size", [(9, 300), (20, 20)])
def test_images_smaller_than_a_crop_are_mirrored(size: tuple[int, int]) -> None:
    image = np.random.RandomState(0).randint(0, 256, (*size, 3), dtype=np.uint8)
    hole = np.zeros(size, bool)
    hole[2:5, 3:6] = True
    filled = fill(method(), image, hole, FillOptions(adapt=2))
    assert np.array_equal(filled[~hole], image[~hole])


def test_an_image_with_nothing_to_hold_out_is_filled_by_the_network_as_it_is() -> None:
    image, hole = scene()
    hole[:] = True
    hole[0, 0] = False
    given = method()
    assert adapted(given, image, hole, Duration(STEPS)) is given


def test_a_classical_fill_has_nothing_to_train() -> None:
    with pytest.raises(InputError, match=r"adapt=5 trains a network.*leave it out"):
        fill(ClassicalFill(fill_mean, "mean"), *scene(), FillOptions(adapt=5))


@pytest.mark.parametrize("steps", [1, 3, 10, 15, 200])
def test_the_average_is_tried_ten_times_at_most_and_after_the_last_step(steps: int) -> None:
    numbered = list(Duration(steps).numbered())
    assert [step for step, _ in numbered] == list(range(1, steps + 1))
    assert sum(is_tried for _, is_tried in numbered) == min(steps, adapt.CHECKS)
    assert numbered[-1][1]


def test_seconds_end_it_whatever_the_steps_say(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(100, 3)
    monkeypatch.setattr(adapt.time, "monotonic", lambda: next(clock))
    numbered = list(Duration(seconds=30).numbered())
    assert [step for step, is_tried in numbered if is_tried] == list(range(1, 11))
    assert len(list(Duration(1000, seconds=30).numbered())) == 10
    assert len(list(Duration(4, seconds=30).numbered())) == 4


def test_it_learns_for_seconds() -> None:
    before = method()
    after = adapted(before, *scene(), Duration(seconds=0.5))
    assert after is not before
    assert held_out_error(after) < held_out_error(before)


def test_a_classical_fill_cannot_learn_for_seconds() -> None:
    with pytest.raises(InputError, match=r"adapt_seconds=0.5 trains a network"):
        fill(ClassicalFill(fill_mean, "mean"), *scene(), FillOptions(adapt_seconds=0.5))


def test_a_compiled_network_is_refused() -> None:
    given = method()
    given.arithmetic = Arithmetic(compile=True)
    with pytest.raises(InputError, match="adapt=3 trains a copy of the network for each image: leave compile=true out"):
        adapted(given, *scene(), Duration(3))
