"""Masks from files: in turn in evaluation, at random in training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from inpaint_zoo.masks import FileMask, MaskRequest

Write = Callable[..., Path]


def file_mask(root: object, threshold: int = 128, invert: bool = False, resizing: str = "nearest") -> FileMask:
    return FileMask(root=root, threshold=threshold, invert=invert, resizing=resizing)  # type: ignore[arg-type]


def square(value: int = 255, share: float = 0.25) -> np.ndarray:
    gray = np.zeros((40, 40))
    gray[: round(40 * share)] = value
    return gray


def test_evaluation_goes_through_the_sorted_files_in_turn(write: Write) -> None:
    for name, share in (("b/z.png", 0.5), ("a.png", 0.25), ("b/c.PNG", 0.1), (".hidden.png", 0.9)):
        root = write(name, square(share=share))
    (root / "notes.txt").write_text("no mask")
    generator = file_mask(root=str(root))
    ratios = [generator(MaskRequest(40, 40, np.random.RandomState(0), index=index)).mean() for index in range(4)]
    assert ratios == [0.25, 0.1, 0.5, 0.25]


def test_training_draws_all_files_at_random(write: Write) -> None:
    for share in (0.1, 0.2, 0.3):
        root = write(f"{share}.png", square(share=share))
    generator = file_mask(root=root)
    ratios = [float(generator(MaskRequest(40, 40, np.random.RandomState(seed))).mean()) for seed in range(30)]
    assert set(ratios) == {0.1, 0.2, 0.3}
    assert ratios == [float(generator(MaskRequest(40, 40, np.random.RandomState(seed))).mean()) for seed in range(30)]


def test_the_file_of_a_sample_is_known(write: Write) -> None:
    for name in ("b.png", "a/c.png"):
        root = write(name, square())
    generator = file_mask(root=root)
    assert [generator.mask_file(index, "image.png").name for index in range(3)] == ["a/c.png", "b.png", "a/c.png"]
