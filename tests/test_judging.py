from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest
import torch

from inpaint_zoo.config import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.fills import FILLS
from inpaint_zoo.judging import choose_device, judge, lpips_or_note, png_name, test_data
from inpaint_zoo.methods import ClassicalFill, Sample

test_data.__test__ = False  # type: ignore[attr-defined] # a function of the package, not a test


def small_data(*overrides: str) -> Any:
    settings = ["data=photographs", "data.size=32", "data.eval_repeats=3", "data.num_workers=0"]
    return test_data(compose_config("evaluate", [*settings, *overrides]))


def test_every_method_fills_every_picture_once() -> None:
    seen: list[tuple[str, str]] = []
    kept: list[tuple[str, set[str]]] = []

    class Spy:
        def __init__(self, title: str) -> None:
            self.title = title

        def __call__(self, sample: Sample) -> np.ndarray:
            seen.append((sample.name, self.title))
            return sample.image

    methods = {title: Spy(title) for title in ("a", "b")}
    data = small_data()
    records = judge(methods, data, None, lambda sample, made: kept.append((sample.name, set(made))))
    names = data.test_dataset.names
    assert len(names) == 9
    assert seen == [(name, title) for name in names for title in ("a", "b")]
    assert kept == [(name, {"a", "b"}) for name in names]
    assert [(record.name, record.method) for record in records] == seen
    assert all(record.metrics["psnr"] == 100 for record in records)


def test_the_same_pictures_and_masks_for_any_batch_size() -> None:
    methods = {"mean": ClassicalFill(FILLS["mean"])}
    one, many = (judge(methods, small_data(f"data.eval_batch_size={size}"), None) for size in (1, 4))
    assert one == many
    other = judge(methods, small_data("data.eval_seed=1"), None)
    assert [record.ratio for record in other] != [record.ratio for record in one]


def test_lpips_or_a_sentence() -> None:
    cpu = torch.device("cpu")
    assert lpips_or_note(False, "imagenet", cpu) == (None, ["LPIPS was switched off (lpips=false)."])
    distance, (note,) = lpips_or_note(True, "imagenet", cpu)
    assert distance is None
    assert note.startswith("LPIPS is not available: ")
    with pytest.raises(InputError, match=r"x\.pth"):
        lpips_or_note(True, "x.pth", cpu)


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in {"cpu", "cuda"}
    for name in ("gpu", "cuda:77", ""):
        with pytest.raises(InputError, match=rf"device={name} cannot be used"):
            choose_device(name)


def test_results_keep_the_folder_and_name_of_their_picture() -> None:
    assert png_name("a b/c.d.jpeg") == PurePosixPath("a b/c.d.png")
    assert png_name("x@2.png") == PurePosixPath("x@2.png")
