import ast
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.color import rgb2gray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.certificate import reference
from inpaint_zoo.certificate.reference import CORPUS, PROTOCOLS, Pair, as_floats, composite, read_corpus
from inpaint_zoo.evaluation.protocols import (
    EdgeConnectProtocol,
    LaMaProtocol,
    MATProtocol,
    MISFProtocol,
    StandardProtocol,
)
from inpaint_zoo.metrics import score

PAIRS = read_corpus()
FORMS = {"uint8": PAIRS, "floats": {name: as_floats(pair) for name, pair in PAIRS.items()}}
LIBRARY = {
    "standard": StandardProtocol,
    "misf": MISFProtocol,
    "edgeconnect": EdgeConnectProtocol,
    "mat": MATProtocol,
    "lama": LaMaProtocol,
}
TOLERANCES = {"psnr": 1e-10, "ssim": 1e-9, "l1": 1e-10, "hole_l1": 1e-10, "ratio": 0}


def random_pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = gaussian_filter(rng.uniform(0, 255, (60, 71, 3)), (3, 3, 0))
    return np.rint(target + rng.normal(0, 6, target.shape)).clip(0, 255), np.rint(target)


def test_it_is_short_and_needs_numpy_and_pillow_only() -> None:
    source = Path(reference.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 150
    modules = {name.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert modules == {"__future__", "math", "collections.abc", "pathlib", "typing", "numpy", "numpy.typing", "PIL"}


def test_the_corpus_is_small_and_whole() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) <= 2_000_000
    assert len(PAIRS) == 8
    assert len({pair.target.shape for pair in PAIRS.values()}) == 1
    for output, target, hole in PAIRS.values():
        assert output.shape == target.shape == (*hole.shape, 3)
        assert output.dtype == target.dtype == np.uint8
        assert hole.dtype == bool
        assert 0.03 < hole.mean() < 0.7
        assert (output != target)[~hole].any()


@pytest.mark.parametrize("form", FORMS)
def test_stored_numbers_are_those_of_the_reference(form: str) -> None:
    stored = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))[form]
    assert stored.keys() == PROTOCOLS.keys()
    for protocol, metrics in PROTOCOLS.items():
        assert stored[protocol].keys() == metrics.keys()
        for metric, measure in metrics.items():
            for name, pair in FORMS[form].items():
                assert measure(pair) == pytest.approx(float(stored[protocol][metric][name]), abs=1e-9), (metric, name)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("weights", "settings"),
    [
        (reference.gaussian(), {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}),
        (np.full(7, 1 / 7), {}),
        (np.full(51, 1 / 51), {"win_size": 51}),
    ],
    ids=["gaussian", "uniform 7", "uniform 51"],
)
def test_ssim_is_that_of_scikit_image(weights: np.ndarray, settings: dict[str, object], seed: int) -> None:
    a, b = random_pair(seed)
    expected = structural_similarity(a, b, data_range=255, channel_axis=2, **settings)
    sample = settings.get("use_sample_covariance", True)
    assert reference.ssim_map(a, b, weights, 255, sample=sample).mean() == pytest.approx(expected, abs=1e-12)


def test_ssim_with_zeros_around_is_that_of_convolutions() -> None:
    a, b = random_pair(2)
    window = np.outer(reference.gaussian(), reference.gaussian())
    channels = []
    for x, y in zip(np.moveaxis(a, -1, 0), np.moveaxis(b, -1, 0), strict=True):
        mx, my, xx, yy, xy = (convolve2d(z, window, "same") for z in (x, y, x * x, y * y, x * y))
        c1, c2 = 2.55**2, 7.65**2
        similar = (2 * mx * my + c1) * (2 * (xy - mx * my) + c2)
        channels.append(similar / ((mx**2 + my**2 + c1) * (xx - mx**2 + yy - my**2 + c2)))
    found = reference.ssim_map(a, b, reference.gaussian(), 255, padding="constant").mean()
    assert found == pytest.approx(np.mean(channels), abs=1e-12)


def test_psnr_and_gray_are_those_of_scikit_image() -> None:
    a, b = random_pair(3)
    assert reference.psnr(a, b, 255) == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-12)
    assert reference.psnr(a, a, 255) == math.inf
    assert reference.psnr(a, a, 255, cap=100) == 100
    np.testing.assert_allclose(
        reference.gray(a.astype(np.uint8))[..., 0], rgb2gray((a / 255).astype(np.float32)), atol=1e-7
    )


def test_floats_round_to_the_bytes_they_come_from() -> None:
    for name, pair in PAIRS.items():
        floats = FORMS["floats"][name]
        assert (reference.rounded(floats.output) == pair.output).all()
        assert (reference.truncated(floats.target) == pair.target).all()
        assert (reference.truncated(floats.output) != pair.output).mean() > 0.3


def library(protocol: str, pair: Pair) -> dict[str, float | None]:
    return score(pair.target, pair.output, pair.hole, LIBRARY[protocol].metrics)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_library_has_the_same_numbers(form: str, protocol: str) -> None:
    for name, pair in FORMS[form].items():
        theirs = library(protocol, pair)
        for metric, measure in PROTOCOLS[protocol].items():
            assert measure(pair) == pytest.approx(theirs[metric], abs=TOLERANCES[metric]), (name, metric)


def test_the_protocols_differ_where_they_are_said_to() -> None:
    pair = PAIRS["5_coffee"]
    assert composite(pair).dtype == np.uint8
    measure: Callable[[Pair], float] = PROTOCOLS["lama"]["ssim"]
    assert abs(measure(pair) - PROTOCOLS["standard"]["ssim"](pair)) > 1e-4
    assert abs(PROTOCOLS["edgeconnect"]["l1"](pair) - PROTOCOLS["standard"]["l1"](pair)) > 1e-4
