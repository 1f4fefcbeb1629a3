from __future__ import annotations

import io
from unittest.mock import patch

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.jobs.sweep.plot import draw
from inpaint_zoo.training.monitor import Monitor

PSNR, L1 = Monitor(), Monitor("val/l1", "min")


def outcome(number: int, best: float | None, **varied: str) -> Outcome:
    return Outcome(number, varied, "failed" if best is None else "finished", PSNR, best, 10, 1.5, "")


def colored(outcomes: list[Outcome], monitor: Monitor) -> list[list[tuple[float, float, str]]]:
    """The dots of each row: value, place, color."""
    with patch.object(Axes, "scatter", autospec=True) as scatter:
        draw(outcomes, monitor)
    return [list(zip(call.args[1], call.args[2], call.kwargs["c"], strict=True)) for call in scatter.call_args_list]


def test_jobs_that_differ_only_in_their_seed_share_a_row() -> None:
    outcomes = [
        outcome(0, 20.0, model="misf", seed="0"),
        outcome(1, 21.0, model="misf", seed="1"),
        outcome(2, 21.0, model="madf", seed="0"),
        outcome(3, 22.0, model="madf", seed="1"),
    ]
    assert colored(outcomes, PSNR) == [[(20.0, 0, "C0"), (21.0, 0, "C0")], [(21.0, 1, "C0"), (22.0, 1, "C3")]]


def test_jobs_of_seeds_alone_have_a_row_each_and_the_mode_decides_the_best() -> None:
    outcomes = [outcome(0, 0.5, seed="0"), outcome(1, 0.25, seed="1"), outcome(2, None, seed="2")]
    assert colored(outcomes, L1) == [[(0.5, 0, "C0")], [(0.25, 1, "C3")], []]


def test_any_text_is_drawn_as_it_is() -> None:
    """A dollar sign starts a formula in Matplotlib, which is an error where it is none."""
    png = draw([outcome(0, 20.0, name="$x_{"), outcome(1, 21.0, name="y" * 200)], PSNR)
    image = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert image.shape[1] == 9 * 150
    assert image.min() < 100 < image.max()
