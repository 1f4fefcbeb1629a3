"""A metric as a choice in every step, those of the protocols, and the numbers that come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from inpaint_zoo.certificate import choices
from inpaint_zoo.certificate.choices import Steps
from inpaint_zoo.certificate.reference import Array, Pair, as_floats, read_corpus, ssim_map

Definition = tuple[tuple[str, str], ...]
"""(step, choice), in the order of the steps."""

_PREPARATION: Steps = {"pictures": choices.PICTURES, "depth": choices.DEPTH, "colors": choices.COLORS}
_L1: Steps = {
    **_PREPARATION,
    "region": choices.REGION,
    "elements": {name: choices.ELEMENTS[name] for name in ("absolute", "square", "wrapped")},
    "averaging": {name: choices.AVERAGING[name] for name in ("together", "summed")},
    "total": choices.TOTAL,
    "scale": choices.SCALE,
    "root": choices.ROOT,
}
STEPS: Mapping[str, Steps] = {
    "psnr": {
        **_PREPARATION,
        "region": choices.REGION,
        "elements": choices.ELEMENTS,
        "averaging": choices.AVERAGING,
        "peak": choices.PEAK,
        "logarithm": choices.LOGARITHM,
        "equal": choices.EQUAL,
    },
    "ssim": {
        **_PREPARATION,
        "region": choices.SSIM_REGION,
        "window": choices.WINDOW,
        "covariance": choices.COVARIANCE,
        "border": choices.BORDER,
        "peak": choices.SSIM_PEAK,
        "constants": choices.CONSTANTS,
        "outcome": choices.OUTCOME,
    },
    "l1": _L1,
    "hole_l1": _L1,
    "ratio": {"share": choices.SHARE},
}
"""By metric; the choice that stands first is that of `standard`."""


def _base(metric: str, **chosen: str) -> Definition:
    return tuple((step, chosen.get(step, next(iter(named)))) for step, named in STEPS[metric].items())


_GRAY = {"colors": "skimage"}
_STANDARD = {"psnr": _base("psnr"), "ssim": _base("ssim"), "l1": _base("l1")}
PROTOCOLS: Mapping[str, Mapping[str, Definition]] = {
    "standard": {**_STANDARD, "hole_l1": _base("hole_l1", region="hole"), "ratio": _base("ratio")},
    "misf": {
        "psnr": _base("psnr", depth="truncated"),
        "ssim": _base("ssim", depth="truncated", window="uniform7", covariance="sample"),
        "l1": _base("l1", depth="unrounded"),
    },
    "edgeconnect": {
        "psnr": _base("psnr", **_GRAY),
        "ssim": _base("ssim", **_GRAY, window="uniform51", covariance="sample"),
        "l1": _base("l1", **_GRAY, total="relative"),
    },
    "mat": {**_STANDARD, "psnr": _base("psnr", equal="inf")},
    "lama": {"ssim": _base("ssim", border="zeros")},
}
"""By protocol and metric."""
AGGREGATES = {
    "mean": "the mean of one value per image",
    "pooled": "pooled: one value from the errors of all images",
    "pooled2": "pooled in batches of 2",
    "pooled4": "pooled in batches of 4",
    "median": "the median over images",
    "equal": "the mean without equal pictures",
}
"""What makes one number of a set; the first is that of all protocols."""


USUAL = 5
"""The choices of a step that stand first are usual."""
_FINISHING = frozenset({"averaging", "peak", "logarithm", "equal", "total", "scale", "root", "outcome"})
"""Steps after the sums over pixels; of SSIM, the peak is needed before."""


def defining(protocol: str, metric: str) -> str:
    """The protocol itself, or `standard`, by which a metric is computed that the protocol does not define."""
    return protocol if metric in PROTOCOLS[protocol] else "standard"


class Sums(NamedTuple):
    """What a metric of some images is made of, for each of C channels."""

    errors: Array
    """Of differences, or of SSIM values."""
    counts: Array
    pictures: Array
    """Of the values of the pictures that are measured; zeros for SSIM."""
    targets: Array
    highest: Array
    """One number: the largest value of the target; of several images, their mean."""
    lowest: Array


@lru_cache(maxsize=4)
def pictures(form: str) -> Mapping[str, Pair]:
    """The corpus by name, as `uint8` or `floats`."""
    pairs = read_corpus()
    return pairs if form == "uint8" else {name: as_floats(pair) for name, pair in pairs.items()}


def values(metric: str, definition: Definition, form: str) -> Array:
    """(N,) of every picture of the corpus."""
    return np.array([value(metric, definition, form, name) for name in pictures(form)])


@lru_cache(maxsize=100_000)
def value(metric: str, definition: Definition, form: str, name: str) -> float:
    """Of one picture."""
    if metric == "ratio":
        return float(choices.SHARE[definition[0][1]].do(pictures(form)[name].hole))
    return _finish(metric, dict(definition), sums(metric, definition, form, name))


def aggregate(metric: str, definition: Definition, form: str, how: str) -> float:
    """One number of the corpus.

    Args:
        metric: A key of `STEPS`.
        definition: The choices.
        form: `uint8` or `floats`.
        how: A key of `AGGREGATES`.
    """
    names = list(pictures(form))
    single = np.array([value(metric, definition, form, name) for name in names])
    if how == "mean":
        return float(single.mean())
    if how == "median":
        return float(np.median(single))
    if how == "equal":
        return float(single[[name not in equal_pictures() for name in names]].mean())
    size = {"pooled": len(names), "pooled2": 2, "pooled4": 4}[how]
    found = [sums(metric, definition, form, name) for name in names]
    batches = [_pooled(found[start : start + size]) for start in range(0, len(names), size)]
    return float(np.mean([_finish(metric, dict(definition), batch) for batch in batches]))


@lru_cache(maxsize=1)
def equal_pictures() -> frozenset[str]:
    """Names of pictures whose composite is the target."""
    found = pictures("uint8").items()
    return frozenset(name for name, pair in found if (pair.output[pair.hole] == pair.target[pair.hole]).all())


def _pooled(found: Sequence[Sums]) -> Sums:
    columns = [np.array(column) for column in zip(*found, strict=True)]
    return Sums._make([*(column.sum(0) for column in columns[:-2]), *(column.mean(0) for column in columns[-2:])])


def sums(metric: str, definition: Definition, form: str, name: str) -> Sums:
    """What one picture adds."""
    before = (step for step in definition if step[0] not in _FINISHING or (step[0] == "peak" and metric == "ssim"))
    return _sums(metric == "ssim", tuple(before), form, name)


@lru_cache(maxsize=20_000)
def _sums(is_ssim: bool, definition: Definition, form: str, name: str) -> Sums:
    chosen = dict(definition)
    hole = pictures(form)[name].hole
    a, b = _prepared(form, name, chosen["pictures"], chosen["depth"], chosen["colors"])
    return _ssim_sums(chosen, a, b, hole) if is_ssim else _error_sums(chosen, a, b, hole)


@lru_cache(maxsize=64)
def _prepared(form: str, name: str, which: str, depth: str, colors: str) -> tuple[Array, Array]:
    pair = pictures(form)[name]
    to_levels, (of_picture, of_target) = choices.DEPTH[depth].do, choices.COLORS[colors].do
    return of_picture(to_levels(choices.PICTURES[which].do(pair))), of_target(to_levels(pair.target))


def _error_sums(chosen: Mapping[str, str], a: Array, b: Array, hole: Array) -> Sums:
    counted = choices.REGION[chosen["region"]].do(hole)
    a, b = a[counted], b[counted]
    errors = choices.ELEMENTS[chosen["elements"]].do(a, b)
    return Sums(errors.sum(0), np.full(a.shape[1], len(a)), a.sum(0), b.sum(0), b.max(), b.min())


def _ssim_sums(chosen: Mapping[str, str], a: Array, b: Array, hole: Array) -> Sums:
    weights, padding = choices.WINDOW[chosen["window"]].do, choices.BORDER[chosen["border"]].do
    peak, offset = choices.SSIM_PEAK[chosen["peak"]].do
    if chosen["region"] == "black":
        a, b = a * hole[..., None], b * hole[..., None]
    covariance, constants = choices.COVARIANCE[chosen["covariance"]].do, choices.CONSTANTS[chosen["constants"]].do
    found = ssim_map(a - offset, b - offset, weights, peak, sample=covariance, padding=padding, k=constants)
    if chosen["region"] == "hole":
        before, after = (len(weights) // 2, (len(weights) - 1) // 2) if padding is None else (0, 0)
        found = found[hole[before : len(hole) - after, before : hole.shape[1] - after]]
    flat = found.reshape(-1, a.shape[-1])
    nothing = np.zeros(a.shape[-1])
    return Sums(flat.sum(0), nothing + len(flat), nothing, nothing, np.zeros(()), np.zeros(()))


def _finish(metric: str, chosen: Mapping[str, str], made: Sums) -> float:
    """The metric of one image, or of what is pooled."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"psnr": _psnr, "ssim": _ssim}.get(metric, _l1)(chosen, made)


def _mean(chosen: Mapping[str, str], errors: Array, count: Array) -> Array:
    """(1,), or (C,) where every channel has a value of its own."""
    if chosen["averaging"] == "apart":
        return errors / count
    return np.array([errors.sum() / (count.mean() if chosen["averaging"] == "summed" else count.sum())])


def _psnr(chosen: Mapping[str, str], made: Sums) -> float:
    peak = choices.PEAK[chosen["peak"]].do(made.highest, made.lowest)
    errors = _mean(chosen, made.errors, made.counts)
    decibel = choices.LOGARITHM[chosen["logarithm"]].do(peak**2 / errors, peak)
    return float(np.where(errors == 0, choices.EQUAL[chosen["equal"]].do, decibel).mean())


def _ssim(chosen: Mapping[str, str], made: Sums) -> float:
    return float(choices.OUTCOME[chosen["outcome"]].do(made.errors.sum() / made.counts.sum()))


def _l1(chosen: Mapping[str, str], made: Sums) -> float:
    scale = choices.SCALE[chosen["scale"]].do
    errors = made.errors * (scale**2 if chosen["elements"] == "square" else scale)
    total = choices.TOTAL[chosen["total"]].do(made.counts, made.pictures * scale, made.targets * scale)
    return float(choices.ROOT[chosen["root"]].do(_mean(chosen, errors, total)).mean())


def altered(metric: str, base: Definition, count: int) -> Iterator[tuple[Definition, list[str]]]:
    """Every definition that differs from `base` in `count` steps, with the words for it.

    Where two steps differ, each has one of the usual choices.
    """
    steps = STEPS[metric]
    most = None if count < 2 else USUAL
    for changed in combinations(range(len(base)), count):
        others = [[name for name in list(steps[base[place][0]])[:most] if name != base[place][1]] for place in changed]
        for names in product(*others):
            new = dict(base) | {base[place][0]: name for place, name in zip(changed, names, strict=True)}
            yield tuple(new.items()), list(differences(metric, base, tuple(new.items())))


def differences(metric: str, base: Definition, other: Definition) -> Iterable[str]:
    """In words: what `other` does in place of what `base` does, step by step."""
    for (step, here), (_, there) in zip(base, other, strict=True):
        if here != there:
            named = STEPS[metric][step]
            yield f"{named[there].words}, in place of {named[here].words}"
