"""All metrics of one image: whole image, hole, and known pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import (
    FloatImageArray,
    Hole,
    ImageArray,
    as_hole,
    check_same_size,
    to_float,
)
from inpaint_zoo.metrics.definition import Metrics
from inpaint_zoo.metrics.lpips import LPIPS, LPIPSDistance
from inpaint_zoo.metrics.reading import Measure, Pair

RATIO = "ratio"


MEASURES = ("psnr", "ssim", "l1", "lpips")


def keys_of(measures: Iterable[str]) -> tuple[str, ...]:
    """Keys of what these measures say about hole, whole image and known pixels, in the order of files and tables."""
    names = tuple(measures)
    return tuple(f"{region}{name}" for region in ("hole_", "", "known_") for name in names)


METRICS = keys_of(MEASURES)
"""Keys of a score, in the order of files and tables."""


def score(
    target: ImageArray | FloatImageArray,
    output: ImageArray | FloatImageArray,
    hole: NDArray[np.generic],
    metrics: Metrics,
    lpips: LPIPSDistance | None = None,
) -> dict[str, float | None]:
    """Compare what a method handed over with its target.

    The whole image and the hole are evaluated on the composite, the known pixels on the output with the target put into
    the hole: where a method left them alone, they have no error whatever happened in the hole.

    Args:
        target: (H, W, 3), the original.
        output: (H, W, 3), composited or not; floats are clamped to [0, 1].
        hole: (H, W), 0 = known, anything else = hole.
        metrics: How the protocol measures.
        lpips: What `load_lpips` returned for the protocol's network, or None where LPIPS is not available.

    Returns:
        `ratio` (hole pixels / all pixels) and the keys of `METRICS`: PSNR in dB, SSIM, L1 in [0, 1], LPIPS; then those
        of further measures. A value is None where it is not defined: over an empty region, for an image smaller than
        the metric's window, for a metric that the protocol does not have or that is not available.

    Raises:
        InputError: the arrays do not describe one image, or hold NaN.
    """
    return dict.fromkeys((RATIO, *METRICS)) | score_by(target, output, hole, measures_of(metrics, lpips))


def score_by(
    target: ImageArray | FloatImageArray,
    output: ImageArray | FloatImageArray,
    hole: NDArray[np.generic],
    measures: Mapping[str, Measure],
) -> dict[str, float | None]:
    """As `score`, with these measures by name alone: `ratio` and the keys of `keys_of(measures)`."""
    check_same_size(target, output, hole)
    where = as_hole(hole)
    original, handed = (np.clip(to_float(image), 0, 1) for image in (target, output))
    composite = Pair(original, np.where(where[..., None], handed, original))
    known = Pair(original, np.where(where[..., None], original, handed))
    values: dict[str, float | None] = dict.fromkeys((RATIO, *keys_of(measures)))
    values[RATIO] = float(where.mean())
    for name, measure in measures.items():
        reading = measure(composite)
        if reading is not None:
            values[name] = reading.image()
            values[f"hole_{name}"] = reading.within(where)
            values[f"known_{name}"] = _known(measure, known, ~where)
    return values


def measures_of(metrics: Metrics, lpips: LPIPSDistance | None) -> dict[str, Measure]:
    """The measures that a protocol has and that are available, by name: in the order of `MEASURES`, then all further.

    Raises:
        InputError: A further measure has the name of another one, or one that is no name.
    """
    perceptual = LPIPS(lpips, metrics.lpips_levels) if metrics.lpips and lpips else None
    measures = {"psnr": metrics.psnr, "ssim": metrics.ssim, "l1": metrics.l1, "lpips": perceptual}
    for name in metrics.more:
        if not name.isidentifier() or name in METRICS or name.startswith(("hole_", "known_")):
            raise InputError(f"measures.{name}: give another name, of letters, digits and _, that no measure has yet")
    return {name: measure for name, measure in measures.items() if measure is not None} | dict(metrics.more)


def _known(measure: Measure, pair: Pair, where: Hole) -> float | None:
    """What is equal needs no computing: a composite's known pixels are without error."""
    if not where.any():
        return None
    if pair.is_equal:
        return measure.best
    reading = measure(pair)
    return None if reading is None else reading.within(where)


def lower_is_better(key: str) -> bool:
    """Whether a metric is a distance rather than a similarity."""
    return key.rpartition("_")[2] in {"l1", "lpips"}
