"""How often intervals hold the true mean, and how often one of several equal methods is told apart from the best."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import skimage.data
from numpy.typing import NDArray
from scipy import stats

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.significance.intervals import FEWEST, confidence_intervals
from inpaint_zoo.evaluation.significance.pairs import SIGNIFICANCE, Pairs
from inpaint_zoo.evaluation.significance.permutation import corrected_p_values
from inpaint_zoo.masks import IrregularMask, MaskRequest
from inpaint_zoo.metrics import STANDARD_METRICS, score
from inpaint_zoo.metrics.lpips import LPIPSDistance, load_lpips
from inpaint_zoo.tables import MISSING, Column, Table, markdown

Floats = NDArray[np.float64]
Sample = Callable[[np.random.Generator, tuple[int, ...]], Floats]
"""Draws values of photographs, each the sums of 1, 2, ... of its images: (..., MASKS)."""

PHOTOGRAPHS = (2, 3, 5, 6, 10, 12, 20, 50)
METHODS = (2, 6, 10)
MASKS = 4
"""A photograph has 1 to this many images."""
SIDE = 96
COMPARED = ("mean", "nearest", "opencv_telea", "opencv_navier_stokes")
LEVELS = np.array([0.025, 0.975])
BLOCK = 250
"""Simulated comparisons that are computed at once."""


class Population(NamedTuple):
    """Photographs to draw from."""

    sample: Sample
    mean: float
    """The true mean over images."""


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Images of a photograph have one value."""
    return rng.normal(size=(*shape, 1)) * np.arange(1, MASKS + 1)


def lognormal(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Floats:
    """As `normal`, skewed."""
    return rng.lognormal(sigma=sigma, size=(*shape, 1)) * np.arange(1, MASKS + 1)


def resampled(rng: np.random.Generator, shape: tuple[int, ...], values: Floats) -> Floats:
    """Photographs drawn from the values (photographs, MASKS) of their images."""
    drawn: Floats = np.cumsum(values, axis=1)[rng.integers(len(values), size=shape)]
    return drawn


def populations(real: Mapping[str, Floats]) -> dict[str, Population]:
    """By title: normal and lognormal values, and real ones."""
    made = {"normal": Population(normal, 0.0)}
    for sigma in (0.5, 1.0):
        mean = float(np.exp(sigma**2 / 2))
        made[f"lognormal, σ = {sigma}"] = Population(partial(lognormal, sigma=sigma), mean)
    for title, values in real.items():
        # photographs have 1 to MASKS images with equal probability, and every image has the same weight
        mean = float(np.cumsum(values, axis=1).mean() / np.arange(1, MASKS + 1).mean())
        made[title] = Population(partial(resampled, values=values), mean)
    return made


def real_differences(num_crops: int, lpips: LPIPSDistance | None) -> dict[str, Floats]:
    """Differences between classical fills of crops of scikit-image's photographs, each with MASKS masks."""
    rng = np.random.RandomState(0)
    draw = IrregularMask(ratio=[0.05, 0.6], num_segments=[3, 12], stroke_width=[0.03, 0.14], segment_length=[0.05, 0.2])
    photographs = [getattr(skimage.data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")]
    keys = ["hole_psnr", "ssim"] if lpips is None else ["hole_psnr", "lpips"]
    values = np.empty((num_crops, MASKS, len(COMPARED), len(keys)))
    for crop in range(num_crops):
        photograph = photographs[crop % len(photographs)]
        top, left = (rng.randint(0, side - SIDE) for side in photograph.shape[:2])
        target = np.ascontiguousarray(photograph[top : top + SIDE, left : left + SIDE])
        for mask in range(MASKS):
            hole = draw(MaskRequest(SIDE, SIDE, rng))[0].astype(bool)
            for place, fill in enumerate(COMPARED):
                found = score(target, FILLS[fill](target, hole), hole, STANDARD_METRICS, lpips)
                values[crop, mask, place] = [found[key] for key in keys]
    pairs = (("opencv_telea", "nearest"), ("opencv_telea", "mean"), ("opencv_navier_stokes", "opencv_telea"))
    return {
        f"{key}, {one} − {other}": values[:, :, COMPARED.index(one), place] - values[:, :, COMPARED.index(other), place]
        for place, key in enumerate(keys)
        for one, other in pairs
    }


def percentile(sums: Floats, sizes: Floats, draws: Floats) -> Floats:
    """(C, 2): percentiles of resampled means, what was used up to now."""
    with np.errstate(invalid="ignore"):
        means = (draws @ sums) / (draws @ sizes)
    limits: Floats = np.quantile(means, LEVELS, axis=0).T
    return limits


def bca(sums: Floats, sizes: Floats, draws: Floats) -> Floats:
    """(C, 2): Efron, "Better bootstrap confidence intervals", JASA 82 (1987)."""
    means = np.sort((draws @ sums) / (draws @ sizes), axis=0)
    whole = sums.sum(axis=0) / sizes.sum(axis=0)
    count = np.clip((means < whole).sum(axis=0), 1, len(draws) - 1)
    bias = stats.norm.ppf(count / len(draws))
    without = (sums.sum(axis=0) - sums) / (sizes.sum(axis=0) - sizes)
    away = without.mean(axis=0) - without
    spread = np.maximum((away**2).sum(axis=0), 1e-100)  # two photographs of one value have none
    acceleration = (away**3).sum(axis=0) / (6 * spread**1.5)
    shift = bias[:, None] + stats.norm.ppf(LEVELS)
    levels = stats.norm.cdf(bias[:, None] + shift / (1 - acceleration[:, None] * shift))
    places = np.clip((levels * len(draws)).astype(int), 0, len(draws) - 1)
    limits: Floats = np.take_along_axis(means.T, places, axis=1)
    return limits


def studentised(sums: Floats, sizes: Floats, draws: Floats, *, symmetric: bool) -> Floats:
    """(C, 2): Davison and Hinkley, Bootstrap Methods (1997), section 5.2, with the linearised spread of a ratio."""
    number = len(sums)
    total = draws @ sizes
    means = (draws @ sums) / total
    squares = draws @ sums**2 - 2 * means * (draws @ (sums * sizes)) + means**2 * (draws @ sizes**2)
    spreads = np.sqrt(np.clip(squares, 1e-20, None) * number / (number - 1)) / total
    mean, spread = _linearised(sums, sizes)
    scores = (means - mean) / spreads
    if symmetric:
        half = np.quantile(np.abs(scores), 0.95, axis=0) * spread
        return np.stack([mean - half, mean + half], axis=1)
    low, high = np.quantile(scores, LEVELS, axis=0)
    return np.stack([mean - high * spread, mean - low * spread], axis=1)


def student(sums: Floats, sizes: Floats, _: Floats) -> Floats:
    """(C, 2): Student's t with the linearised spread of a ratio."""
    mean, spread = _linearised(sums, sizes)
    half = stats.t.ppf(0.975, len(sums) - 1) * spread
    return np.stack([mean - half, mean + half], axis=1)


def widened(sums: Floats, sizes: Floats, _: Floats) -> Floats:
    """(C, 2): what is used now."""
    return confidence_intervals(sums, sizes)


def _linearised(sums: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    number, mean = len(sums), sums.sum(axis=0) / sizes.sum(axis=0)
    squares = ((sums - mean * sizes) ** 2).sum(axis=0)
    return mean, np.sqrt(squares * number / (number - 1)) / sizes.sum(axis=0)


INTERVALS: Mapping[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "percentile bootstrap (before)": percentile,
    "BCa bootstrap": bca,
    "studentised bootstrap": partial(studentised, symmetric=False),
    "studentised bootstrap, symmetric": partial(studentised, symmetric=True),
    "Student's t": student,
    "Student's t, widened (now)": widened,
}


def coverage(population: Population, number: int, trials: int, num_draws: int) -> dict[str, float]:
    """Share of intervals that hold the true mean, by title."""
    rng = np.random.default_rng(number)
    held = dict.fromkeys(INTERVALS, 0)
    for start in range(0, trials, BLOCK):
        block = min(BLOCK, trials - start)
        images = rng.integers(MASKS, size=(number, block))
        drawn = population.sample(rng, (number, block))
        sums, sizes = np.take_along_axis(drawn, images[..., None], axis=2)[..., 0], (images + 1).astype(np.float64)
        draws = rng.multinomial(number, np.full(number, 1 / number), num_draws).astype(float)
        for title, interval in INTERVALS.items():
            low, high = interval(sums, sizes, draws).T
            held[title] += int(((low <= population.mean) & (population.mean <= high)).sum())
    return {title: count / trials for title, count in held.items()}


class Told(NamedTuple):
    """Numbers of simulated comparisons in which a method is told apart from the best."""

    uncorrected: int
    """By the p of each pair alone, and percentile intervals: what was used up to now."""
    holm: int
    """By p values after Holm, over the comparisons with the best."""
    corrected: int
    """By the p that is corrected for all pairs: what is used now."""
    any_pair: int
    """By the same, whether any two methods are told apart."""


def told_apart(sample: Sample, number: int, methods: int, num_draws: int, rng: np.random.Generator) -> Told:
    """Among equal methods, in BLOCK comparisons on `number` photographs with one image each."""
    values = sample(rng, (number, methods, BLOCK))[..., 0]
    best = values.mean(axis=0).argmax(axis=0)
    others = np.argsort(np.arange(methods)[:, None] == best, axis=0, kind="stable")[:-1]
    to_best = np.take_along_axis(values, others[None], axis=1) - np.take_along_axis(values, best[None, None], axis=1)
    p = corrected_p_values(to_best.reshape(number, 1, -1), num_draws, 0).reshape(others.shape)
    draws = rng.multinomial(number, np.full(number, 1 / number), num_draws).astype(float)
    low, high = percentile(to_best.reshape(number, -1), np.ones((number, 1)), draws).T.reshape(2, *others.shape)
    after = Pairs.of(values, np.arange(number), num_draws, 0).told_apart
    return Told(
        int(((p < SIGNIFICANCE) & ((low > 0) | (high < 0))).any(axis=0).sum()),
        int((p.min(axis=0) * (methods - 1) < SIGNIFICANCE).sum()),
        int(np.take_along_axis(after, best[None, None], axis=0).any(axis=(0, 1)).sum()),
        int(after.any(axis=(0, 1)).sum()),
    )


def coverage_table(title: str, population: Population, trials: int, num_draws: int) -> Table:
    """Per cent of intervals that hold the true mean: one row an interval, one column a number of photographs."""
    found = {number: coverage(population, number, trials, num_draws) for number in PHOTOGRAPHS}
    rows = [[name, *(_per_cent(own[name]) for own in found.values())] for name in INTERVALS]
    return Table("", [Column("interval", title, is_text=True), *(Column(str(n), str(n)) for n in PHOTOGRAPHS)], rows)


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f}" if share else MISSING


def error_table(title: str, sample: Sample, trials: int, num_draws: int) -> Table:
    """Per cent of comparisons of equal methods in which one is told apart."""
    rows: list[Sequence[str]] = []
    for methods in METHODS:
        for number in (one for one in PHOTOGRAPHS if one >= FEWEST):
            rng = np.random.default_rng(number * 100 + methods)
            blocks = [told_apart(sample, number, methods, num_draws, rng) for _ in range(-(-trials // BLOCK))]
            shares = [100 * sum(own) / len(blocks) / BLOCK for own in zip(*blocks, strict=True)]
            rows.append([str(methods), str(number), *(f"{share:.1f}" for share in shares)])
    names = ("Photographs", "uncorrected (before)", "Holm", "max-T (now)", "max-T, any pair")
    return Table("", [Column("methods", title), *(Column(name, name) for name in names)], rows)


def main() -> None:
    """Print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = {"trials": 4000, "draws": 2000, "crops": 240}
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default}")
    parser.add_argument("--lpips-weights", help="AlexNet's; without them real differences are of SSIM instead")
    options = parser.parse_args()
    try:
        trials, draws, crops = (at_least(1, getattr(options, name), f"--{name}") for name in numbers)
        lpips = load_lpips("alex", options.lpips_weights) if options.lpips_weights else None
    except InputError as error:
        parser.error(str(error))
    real = populations(real_differences(crops, lpips))
    for title, population in real.items():
        print(markdown(coverage_table(title, population, trials, draws)), flush=True)
    for title, population in real.items():
        print(markdown(error_table(f"Equal methods ({title})", population.sample, trials, draws)), flush=True)


if __name__ == "__main__":
    main()
