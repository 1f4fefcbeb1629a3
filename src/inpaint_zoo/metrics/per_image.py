"""The metrics as `torchmetrics` metrics, for any LightningModule: they store one value per image until `compute`.

The values are those of `score`. The values of all ranks are gathered before the mean is computed, so that every image
has the same weight whatever its rank, and the mean does not depend on the order of the images.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import FloatImageArray
from inpaint_zoo.metrics.bins import ALL, BINS, EVERY_BIN, bins_of
from inpaint_zoo.metrics.definition import STANDARD_METRICS, Metrics, as_written
from inpaint_zoo.metrics.lpips import LPIPS, LPIPSDistance
from inpaint_zoo.metrics.reading import Measure
from inpaint_zoo.metrics.score import RATIO, keys_of, measures_of, score_by

REGIONS = {"image": "", "hole": "hole_", "known": "known_"}
"""Prefixes of keys, by the pixels of which a value is computed."""
_NONE = -math.inf
"""Represents None in a state: no metric returns it, and unlike NaN it is equal to itself."""
Scored = Mapping[str, float | None]
"""The result of `score` for one image."""


class PerImage(Metric):
    """Stores the values of measures for each image; subclasses define `compute`.

    Args:
        measures: By name.
        options: Options of `torchmetrics.Metric`.
    """

    full_state_update = False
    is_differentiable = False

    def __init__(self, measures: Mapping[str, Measure], **options: Any) -> None:
        super().__init__(**options)
        self.measures = dict(measures)
        self.keys = (RATIO, *keys_of(measures))
        # a MetricCollection shares one computation among metrics whose states are equal after the first batch, so only
        # metrics with the same measures may have a state of the same name
        self._state = f"scores {hash(tuple(measures.items()))}"
        self.add_state(self._state, default=[], dist_reduce_fx="cat")

    def update(self, preds: Tensor, target: Tensor, mask: Tensor) -> None:
        """Score a batch, on the CPU except for LPIPS.

        Args:
            preds: Filled images, composited or not, (B, 3, H, W) floats, clamped to [0, 1]. Whole image and hole are
                scored with the known pixels of the target, see `score`.
            target: The originals, (B, 3, H, W) floats in [0, 1].
            mask: (B, 1, H, W), 0 = known, anything else = hole.

        Raises:
            InputError: Shapes or types are wrong, or an image has NaN, as after a diverged training.
        """
        _check(preds, target, mask)
        for measure in self.measures.values():
            if isinstance(measure, LPIPS):
                measure.distance.to(self.device)
        batch = zip(_floats(target), _floats(preds), mask[:, 0].cpu().numpy(), strict=True)
        scored = [score_by(*parts, self.measures) for parts in batch]
        rows = [[_NONE if (value := one[key]) is None else value for key in self.keys] for one in scored]
        self._rows.append(self._tensor(rows))

    def sync(self, *args: Any, **named: Any) -> None:
        """Gather the values of all ranks; a rank without images takes part too, as the others wait for it."""
        if isinstance(self._rows, list) and not self._rows:
            self._rows.append(self._tensor([]))
        super().sync(*args, **named)

    def per_image(self) -> list[Scored]:
        """`ratio` and the values of each image, by the keys of `score`, in the order of the updates on this rank.

        Inside `compute` the images of all ranks, rank by rank.
        """
        rows = self._rows
        return self._named(dim_zero_cat(rows)) if len(rows) else []

    def last_batch(self) -> list[Scored]:
        """As `per_image`, for the last update only."""
        return self._named(self._rows[-1])

    def is_distance(self, key: str) -> bool:
        """Whether lower values of a key of `score` are better: those of equal images are 0."""
        measures = {prefix + name: measure for name, measure in self.measures.items() for prefix in REGIONS.values()}
        return key in measures and measures[key].best == 0

    def images_in(self, ratio_bin: str) -> list[Scored]:
        """As `per_image`, for the images in one of `EVERY_BIN`."""
        return [one for one in self.per_image() if ratio_bin in bins_of(one[RATIO] or 0)]

    @property
    def _rows(self) -> list[Tensor]:
        """The state: (images, keys) for each update; a single tensor while it is synchronised."""
        rows: list[Tensor] = getattr(self, self._state)
        return rows

    def _tensor(self, rows: list[list[float]]) -> Tensor:
        dtype = torch.float32 if self.device.type == "mps" else torch.float64  # Apple's GPUs have no float64
        return torch.tensor(rows, dtype=dtype, device=self.device).view(len(rows), len(self.keys))

    def _named(self, rows: Tensor) -> list[Scored]:
        named = (zip(self.keys, row, strict=True) for row in rows.tolist())
        return [{key: None if value == _NONE else value for key, value in row} for row in named]


class ImageScores(PerImage):
    """Means of all metrics of a protocol, over all images and by bin of the hole ratio.

    `compute` returns `{"psnr": ..., "hole_psnr": ..., "20-40/psnr": ...}`: the keys of `score`, and the same for each
    of `BINS`; a mean without images is left out.

    Args:
        metrics: Those of a protocol; by default those of `standard`.
        lpips: What `load_lpips` returned for the network of `metrics`; None: without LPIPS.
        options: Options of `torchmetrics.Metric`.
    """

    def __init__(self, metrics: Metrics = STANDARD_METRICS, lpips: LPIPSDistance | None = None, **options: Any) -> None:
        super().__init__(measures_of(metrics, lpips), **options)

    def compute(self) -> dict[str, Tensor]:
        """The means, float32 scalars."""
        means: dict[str, Tensor] = {}
        for name in (*BINS, ALL):
            images = self.images_in(name)
            for key in self.keys[1:]:
                mean = _mean(images, key)
                if mean is not None:
                    means[key if name == ALL else f"{name}/{key}"] = torch.tensor(mean, device=self.device)
        return means


class ImageMetric(PerImage):
    """Mean of one measure over images: the base of `ImagePSNR`, `ImageSSIM`, `ImageL1` and `ImageLPIPS`.

    `compute` returns a float32 scalar, NaN where no image has a value.

    Args:
        measure: By default that of `standard`.
        region: The pixels of which the value is computed: `image`, `hole` or `known`.
        ratio_bin: One of `EVERY_BIN`: only its images count.
        options: Options of `torchmetrics.Metric`.

    Raises:
        InputError: There is no such region or bin.
    """

    name: str
    """Name of the measure, one of `MEASURES`."""

    def __init__(
        self, measure: Measure | None = None, *, region: str = "image", ratio_bin: str = ALL, **options: Any
    ) -> None:
        super().__init__({self.name: measure or measures_of(STANDARD_METRICS, None)[self.name]}, **options)
        self.key = choose(REGIONS, region, "region") + self.name
        self.ratio_bin = choose({name: name for name in EVERY_BIN}, ratio_bin, "ratio_bin")

    def compute(self) -> Tensor:
        """The mean."""
        mean = _mean(self.images_in(self.ratio_bin), self.key)
        return torch.tensor(math.nan if mean is None else mean, device=self.device)


class ImagePSNR(ImageMetric):
    """PSNR in dB, computed for each image and never over the pixels of several; see `PSNR` and `ImageMetric`.

    Examples:
        >>> metric = ImagePSNR(region="hole")
        >>> image, mask = torch.full((2, 3, 16, 16), 0.5), torch.ones(2, 1, 16, 16)
        >>> metric.update(image + 0.1, image, mask)
        >>> metric.compute()
        tensor(20.1720)
    """

    name = "psnr"
    higher_is_better = True


class ImageSSIM(ImageMetric):
    """SSIM, at most 1; see `SSIM` and `ImageMetric`. An image smaller than the window has no value."""

    name = "ssim"
    higher_is_better = True


class ImageL1(ImageMetric):
    """Mean absolute error in [0, 1]; see `L1` (or `RelativeL1`) and `ImageMetric`."""

    name = "l1"
    higher_is_better = False


class ImageLPIPS(ImageMetric):
    """LPIPS, 0 for equal images; see `ImageMetric`. An image that is too small for the network has no value.

    The network is moved to the device of the metric. It is not part of the parameters and the state dict of a module
    with this metric, so neither optimizers nor checkpoints contain it, and it stays in evaluation mode.

    Args:
        distance: What `load_lpips` returned; several metrics may share it.
        levels: Conversion of the images for LPIPS, to (H, W, 3) in [0, 1].
        options: Options of `ImageMetric`.
    """

    name = "lpips"
    higher_is_better = False

    def __init__(
        self,
        distance: LPIPSDistance,
        *,
        levels: Callable[[FloatImageArray], FloatImageArray] = as_written,
        **options: Any,
    ) -> None:
        super().__init__(LPIPS(distance, levels), **options)


def _mean(images: Sequence[Scored], key: str) -> float | None:
    """Mean over the images with a value; bit-equal for any order, and so for any number of ranks."""
    values = [value for image in images if (value := image[key]) is not None]
    return math.fsum(values) / len(values) if values else None


def _floats(images: Tensor) -> FloatImageArray:
    """(B, 3, H, W) to (B, H, W, 3)."""
    floats: FloatImageArray = images.detach().float().movedim(1, -1).cpu().numpy()
    return floats


def _check(preds: Tensor, target: Tensor, mask: Tensor) -> None:
    count, _, *size = target.shape if target.ndim == 4 else (0, 0)
    right = target.shape == preds.shape == (count, 3, *size) and mask.shape == (count, 1, *size)
    if not right or not preds.is_floating_point() or not target.is_floating_point():
        given = (f"{tuple(tensor.shape)} {tensor.dtype}" for tensor in (preds, target, mask))
        raise InputError(
            "preds and target must be floats (B, 3, H, W) in [0, 1] and mask (B, 1, H, W); got " + ", ".join(given)
        )
