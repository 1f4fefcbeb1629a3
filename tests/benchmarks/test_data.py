import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.data import FolderDataModule

SCRIPT = "benchmarks/data.py"


@pytest.fixture
def loading(loaded: Callable[[str], ModuleType]) -> ModuleType:
    return loaded(SCRIPT)


@pytest.fixture
def data(tmp_path: Path) -> FolderDataModule:
    for number in range(6):
        pixels = np.random.RandomState(number).randint(0, 256, (24, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    settings = ["data.size=16", "data.batch_size=2", "data.num_workers=0", "data.samples_per_epoch=4", "mask=box"]
    config = compose_config("train", [f"data.root={tmp_path}", *settings])
    mask: Any = construct(config.mask)
    made: FolderDataModule = construct(config.data, mask=mask, eval_mask=mask, seed=0)
    return made


def test_epochs_go_through_the_stream_one_after_the_other(loading: Any, data: FolderDataModule) -> None:
    seen: list[tuple[int, int]] = []
    sample = type(data.train_dataset).__getitem__

    class Noted(type(data.train_dataset)):  # type: ignore[misc]
        def __getitem__(self, key: Any) -> Any:
            seen.append(key[:2])
            return sample(self, key)

    data.train_dataset.__class__ = Noted
    said: list[str] = []
    measured = loading.measure_loading(data, 2, 1, said.append)
    assert [epoch.images for epoch in measured.epochs] == [4, 4]
    assert len(said) == 3
    assert said[0].endswith("(warming up)")
    assert len(set(seen[:12])) == 12
    assert set(measured.milliseconds) == set(loading.STAGES)
    assert all(value >= 0 for value in measured.milliseconds.values())
    told = [epoch.megabytes is not None and epoch.megabytes > 1 for epoch in measured.epochs]
    assert told == [Path("/proc/self/statm").exists()] * 2


def test_stages_are_told_apart_and_the_data_set_is_left_as_it_was(loading: Any, data: FolderDataModule) -> None:
    dataset = data.train_dataset
    before, attributes = dataset[3], dict(vars(dataset))
    read = dataset.read

    def slow(*arguments: Any) -> Any:
        time.sleep(0.02)
        return read(*arguments)

    dataset.read = slow
    spent = loading.stage_milliseconds(dataset, 2, 2)
    assert spent["decode"] >= 20
    assert max(value for stage, value in spent.items() if stage != "decode") < spent["decode"]
    assert dataset.read is slow
    dataset.read = read
    assert vars(dataset) == attributes
    assert torch.equal(dataset[3]["image"], before["image"])


def test_shares_add_up(loading: Any) -> None:
    stages = dict.fromkeys(loading.STAGES, 1.0)
    measured = loading.Loading(
        [loading.Epoch(100, 0.5, None), loading.Epoch(100, 1.0, None), loading.Epoch(100, 2.0, None)], stages, 2
    )
    assert measured.rate == 100
    # two processes have 20 ms for an image, of which the stages take 6
    assert measured.shares[loading.TRANSFER] == pytest.approx(14 / 20)
    assert sum(measured.shares.values()) == pytest.approx(1)
    fast = loading.Loading([loading.Epoch(1000, 0.5, None)], stages, 1)
    assert fast.shares[loading.TRANSFER] == 0
    assert sum(fast.shares.values()) == pytest.approx(1)


def test_memory_counts_children(loading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = loading.resident_megabytes()
    if alone is None:
        pytest.skip("the system has no /proc")
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(30,))
    process.start()
    together = loading.resident_megabytes()
    process.terminate()
    process.join()
    assert together is not None
    assert together > alone + 1
    monkeypatch.setattr(loading, "Path", lambda name: Path("/nowhere"))
    assert loading.resident_megabytes() is None


def test_rate_stages_and_memory_are_printed(script: Callable[..., Any], images: Callable[..., Path]) -> None:
    root = images(*(f"{number}.jpg" for number in range(6)))
    settings = ["data.size=32", "data.samples_per_epoch=8", "data.batch_size=4", "data.num_workers=2", "mask=box"]
    done = script(SCRIPT, "--epochs=1", f"data.root={root}", *settings, "--batches=1")
    assert done.code == 0
    assert "images/s of 32x32 with 2 workers, the median of 1 epochs of 8" in done.out
    for stage in ("decode", "resize", "augment", "mask", "to tensors", "collate", "transfer and waiting"):
        assert stage in done.out
    assert "epoch 0: " in done.err


def test_nothing_to_measure_is_refused(script: Callable[..., Any]) -> None:
    for wrong in ("--epochs=0", "--batches=0"):
        done = script(SCRIPT, "data=photographs", wrong)
        assert done.code == 2
        assert done.err.endswith(f"error: {wrong} must be at least 1\n")
    assert "there is no key 'data.rooot', did you mean 'data.root'?" in script(SCRIPT, "data.rooot=x").err
