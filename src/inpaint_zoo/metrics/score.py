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
"""Key of the hole ratio in a score."""
MEASURES = ("psnr", "ssim", "l1", "lpips")
"""Names of the measures of one image."""


def keys_of(measures: Iterable[str]) -> tuple[str, ...]:
    """Keys of these measures for hole, whole image and known pixels, in the order of files and tables."""
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
    """Compare the output of a method with the original image.

    The whole image and the hole are measured on the composite. The known pixels are measured on the output with the
    hole filled by the original, so that they have no error if the method did not change them.

    Args:
        target: (H, W, 3), the original.
        output: (H, W, 3), composited or not; floats are clamped to [0, 1].
        hole: (H, W), 0 = known, anything else = hole.
        metrics: The metrics of the protocol.
        lpips: What `load_lpips` returned for the network of the protocol; None where LPIPS is not available.

    Returns:
        `ratio` (hole pixels / all pixels) and the keys of `METRICS`: PSNR in dB, SSIM, L1 in [0, 1], LPIPS; then those
        of further measures. A value is None where it is not defined: for an empty region, for an image smaller than the
        window of the metric, and for metrics that the protocol does not have or that are not available.

    Raises:
        InputError: The arrays have different sizes, or hold NaN.
    """
    return dict.fromkeys((RATIO, *METRICS)) | score_by(target, output, hole, measures_of(metrics, lpips))


def score_by(
    target: ImageArray | FloatImageArray,
    output: ImageArray | FloatImageArray,
    hole: NDArray[np.generic],
    measures: Mapping[str, Measure],
) -> dict[str, float | None]:
    """As `score`, but with these measures, by name; returns `ratio` and the keys of `keys_of(measures)`."""
    check_same_size(target, output, hole)
    where = as_hole(hole)
    original, given = (np.clip(to_float(image), 0, 1) for image in (target, output))
    composite = Pair(original, np.where(where[..., None], given, original))
    known = Pair(original, np.where(where[..., None], original, given))
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
    """The measures of a protocol that are available, by name: in the order of `MEASURES`, then further ones.

    Raises:
        InputError: The name of a further measure cannot be used.
    """
    perceptual = LPIPS(lpips, metrics.lpips_levels) if metrics.lpips and lpips else None
    measures = {"psnr": metrics.psnr, "ssim": metrics.ssim, "l1": metrics.l1, "lpips": perceptual}
    for name in metrics.more:
        if not name.isidentifier() or name in METRICS or name.startswith(("hole_", "known_")):
            raise InputError(f"measures.{name}: give another name, of letters, digits and _, that no measure has yet")
    return {name: measure for name, measure in measures.items() if measure is not None} | dict(metrics.more)


def _known(measure: Measure, pair: Pair, where: Hole) -> float | None:
    """The value for the known pixels; equal images, as of most methods, need no computation."""
    if not where.any():
        return None
    if pair.is_equal:
        return measure.best
    reading = measure(pair)
    return None if reading is None else reading.within(where)


def lower_is_better(key: str) -> bool:
    """Whether a metric is a distance rather than a similarity."""
    return key.rpartition("_")[2] in {"l1", "lpips"}
