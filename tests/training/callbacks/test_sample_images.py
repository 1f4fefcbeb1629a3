from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.images.drawing import hatch
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.training.callbacks.sample_images import GAP, HEADING, image_grid, shown_images

TRAIN = ("train", "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=2", "trainer.max_steps=4")


def example(count: int) -> tuple[Batch, Prediction]:
    image, mask = torch.full((count, 3, 8, 6), 0.25), torch.zeros(count, 1, 8, 6)
    mask[..., 2:4, 2:4] = 1
    output = torch.full_like(image, 0.75)
    intermediates = {"edge": torch.zeros(count, 1, 8, 6)}
    batch = Batch(image=image, mask=mask, name=[f"{number}.png" for number in range(count)])
    return batch, Prediction(output, composite(output, image, mask), intermediates)


def test_a_row_shows_input_intermediates_output_composite_and_original() -> None:
    shown = shown_images(*example(2))
    assert [row.name for row in shown] == ["0.png", "1.png"]
    assert list(shown[0].columns) == ["input", "edge", "output", "composite", "target"]
    grid = image_grid(shown)
    assert grid.shape == (HEADING + GAP + 2 * (8 + GAP), GAP + 5 * (6 + GAP), 3)
    grid = grid[HEADING:]
    for top in (GAP, GAP + 8 + GAP):
        cells = [grid[top : top + 8, left : left + 6] for left in range(GAP, grid.shape[1], 6 + GAP)]
        assert np.array_equal(cells[0], hatch(cells[4], shown[0].hole))
        assert [int(cell[0, 0, 0]) for cell in cells] == [64, 0, 191, 64, 64]
        assert [int(cell[3, 3, 0]) for cell in cells[1:]] == [0, 191, 191, 64]
    assert (grid[:GAP] == 255).all()
    assert (grid[:, -GAP:] == 255).all()


def test_the_columns_have_headings() -> None:
    wide = Batch(image=torch.full((1, 3, 8, 90), 0.25), mask=torch.zeros(1, 1, 8, 90), name=["0.png"])
    output = torch.full((1, 3, 8, 90), 0.75)
    heading = image_grid(shown_images(wide, Prediction(output, output, {})))[:HEADING]
    words = [heading[:, left : left + 90] for left in range(GAP, heading.shape[1], 90 + GAP)]
    assert all((word < 128).any() for word in words)
    assert len({word.tobytes() for word in words}) == 4


@pytest.fixture
def train(command: Any, tmp_path: Path, small_network: Callable[[str], dict[str, int]]) -> Callable[..., Path]:
    def run(name: str, model: str, *arguments: str) -> Path:
        network = [f"model.network.{key}={value}" for key, value in small_network(model).items()]
        assert command(*TRAIN, f"model={model}", *network, f"run_dir={tmp_path / name}", *arguments).code == 0
        return tmp_path / name

    return run


def images_of(run_dir: Path) -> list[str]:
    return sorted(path.name for path in (run_dir / "images").iterdir())


def same(first: Any, second: Any) -> bool:
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(value, second[key]) for key, value in first.items())
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    return torch.equal(first, second) if isinstance(first, torch.Tensor) else bool(first == second)


@pytest.mark.parametrize("model", ["misf", "madf", "ctsdg"])
def test_images_leave_training_as_it_is_bit_for_bit(train: Callable[..., Path], model: str) -> None:
    settings = ("ema_decay=0.9", "data.batch_size=3")
    without = train("without", model, *settings, "num_sample_images=0")
    with_images = train("with", model, *settings, "images_every=2")
    assert images_of(with_images) == ["step_00000002.png", "step_00000004.png"]
    assert not (without / "images").exists()
    states = [torch.load(folder / "last.ckpt", weights_only=True) for folder in (without, with_images)]
    for key in ("state_dict", "current_model_state", "optimizer_states"):
        assert same(states[0][key], states[1][key]), key
    # generators of random numbers are among them
    assert same(*(state["callbacks"]["LastCheckpoint"]["random"] for state in states))


def test_the_images_are_always_the_same_ones_filled_by_the_averaged_network(train: Callable[..., Path]) -> None:
    settings = ("num_sample_images=2", "images_every=1", "trainer.accumulate_grad_batches=2")
    # an average that never leaves its start: what it fills stays, while the network itself learns
    run_dir = train("run", "madf", *settings, "ema_decay=0.99999999", "model.optimizer.lr=0.01")
    assert images_of(run_dir) == [f"step_{step:08d}.png" for step in (1, 2, 3, 4)]
    first, *_, last = (read_image(run_dir / "images" / name) for name in images_of(run_dir))
    assert first.shape[0] == HEADING + GAP + 2 * (32 + GAP)
    assert np.array_equal(first, last)
    raw = train("raw", "madf", *settings, "model.optimizer.lr=0.01")
    changed = read_image(raw / "images" / "step_00000004.png")
    assert np.array_equal(changed[:, : GAP + 32], last[:, : GAP + 32])
    assert not np.array_equal(changed, last)


def test_images_are_taken_at_even_distances() -> None:
    from inpaint_zoo.training.callbacks import SampleImages

    callback = SampleImages(num_images=3, every=1)
    samples = [{"name": str(number), "image": torch.zeros(1)} for number in range(7)]
    trainer: Any = SimpleNamespace(datamodule=SimpleNamespace(val_dataset=samples, eval_batch_size=2))
    assert [batch["name"] for batch in callback._fixed_batches(trainer)] == [["0", "2"], ["4"]]
