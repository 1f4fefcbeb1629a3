"""What is kept of the methods' images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.cache import EvaluationCache
from inpaint_zoo.evaluation.evaluation_set import evaluation_set
from inpaint_zoo.evaluation.evaluator import Evaluator
from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.images.arrays import DivergedError, FloatImageArray, ImageArray, rounded, truncated
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.runtime.processes import Processes


class Noise:
    """Floats between the levels of 8 bits, known pixels changed too."""

    def __call__(self, sample: Sample) -> FloatImageArray:
        return np.random.RandomState(0).rand(*sample.image.shape).astype(np.float32)

    def identity(self) -> dict[str, str]:
        return {}


@pytest.mark.parametrize(("protocol", "levels"), [("misf", truncated), ("standard", rounded)])
def test_composites_are_written_as_the_protocol_says(
    protocol: str, levels: Callable[[FloatImageArray], ImageArray], tmp_path: Path
) -> None:
    settings = ["data=photographs", f"protocol={protocol}", "size=32", "data.eval_repeats=1", "data.num_workers=0"]
    evaluation = evaluation_set(Settings.from_config(compose_config("compare", [*settings, "output=unused"]), {}))
    cache, kept, method = EvaluationCache(tmp_path / "cache", 0), KeptImages(tmp_path / "images"), Noise()
    cache.merge({"noise": ""})
    Evaluator(evaluation, None, cache, kept).run({"noise": method}, {"noise": ""}, Processes(0, 1))
    for sample in evaluation.load(range(3)):
        expected = np.where(sample.hole[..., None], levels(method(sample)), sample.image)
        assert np.array_equal(read_image(kept.composite("noise", sample.name)), expected)


@pytest.mark.parametrize(("protocol", "tenth"), [("lama", "50-60"), ("standard", "40-50")])
def test_half_an_image_is_in_the_bin_that_the_protocol_says(protocol: str, tenth: str, tmp_path: Path) -> None:
    settings = [
        "data=photographs",
        f"protocol={protocol}",
        "mask=half",
        "size=32",
        "data.num_workers=0",
        "output=unused",
    ]
    evaluation = evaluation_set(Settings.from_config(compose_config("compare", settings), {}))
    cache = EvaluationCache(tmp_path, 0)
    cache.merge({"noise": ""})
    done = Evaluator(evaluation, None, cache, None).run({"noise": Noise()}, {"noise": ""}, Processes(0, 1))
    assert {each.record.bins for each in done} == {("40-60", tenth, "all")}
    again = EvaluationCache(tmp_path, 0)
    again.load({"noise": ""}, evaluation.sample_keys)
    assert Evaluator(evaluation, None, again, None).run({"noise": Noise()}, {"noise": ""}, Processes(0, 1)) == done


class Diverging(Noise):
    """Fills the first image, and then no more."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, sample: Sample) -> FloatImageArray:
        self.calls += 1
        if self.calls > 1:
            raise DivergedError(f"{sample.name}: ")
        return super().__call__(sample)


def test_a_diverged_network_is_named_with_its_image_and_the_others_are_complete(tmp_path: Path) -> None:
    settings = ["data=photographs", "size=32", "data.eval_repeats=1", "data.num_workers=0", "output=unused"]
    evaluation = evaluation_set(Settings.from_config(compose_config("compare", settings), {}))
    methods, names = {"bad": Diverging(), "good": Noise()}, evaluation.dataset.names
    cache, fingerprints = EvaluationCache(tmp_path, 0), dict.fromkeys(methods, "")
    cache.merge(fingerprints)
    with pytest.raises(InputError, match=rf"^bad: {names[1]}: .* has diverged.*the other methods are kept"):
        Evaluator(evaluation, None, cache, None).run(methods, fingerprints, Processes(0, 1))
    assert methods["bad"].calls == 2
    assert {name for title, name in cache.records if title == "good"} == {*names}
    again = EvaluationCache(tmp_path, 0)
    again.load({"good": ""}, evaluation.sample_keys)
    assert len(again.records) == len(names)
