"""The base of evaluation protocols: how images and masks are prepared, what is measured and how, also in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from inpaint_zoo.checks import true_or_false
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import FloatImageArray, ImageArray, rounded
from inpaint_zoo.images.reading import MAX_PIXELS
from inpaint_zoo.images.resizing import BICUBIC, FITTINGS, INTERPOLATIONS
from inpaint_zoo.metrics.definition import STANDARD_METRICS, Metrics
from inpaint_zoo.metrics.reading import Measure

NATIVE = "native"
"""Value of `size` with which images are not resized."""
NOT_STATED = "not stated; as standard: "
NO_CODE = "no code published; as standard: "
NONE = "–"
"""The description of a metric that the protocol does not have."""

MASK_FIRST_NOTE = (
    "mask_first=true: methods were shown images whose holes were filled from outside before they were resized, so that "
    "nothing in the holes reached known pixels; results compare only with such results."
)


@dataclass(frozen=True)
class Wording:
    """A protocol in words; each field is a row of its table."""

    image: str
    mask: str
    bins: str
    eight_bits: str
    psnr: str
    ssim: str
    l1: str
    lpips: str
    sets: str


TITLES: Mapping[str, str] = {
    "image": "Image",
    "mask": "Mask",
    "bins": "Bins of the hole ratio",
    "eight_bits": "8 bits",
    "psnr": "PSNR",
    "ssim": "SSIM",
    "l1": "L1",
    "lpips": "LPIPS",
    "sets": "All images together",
}
"""Titles of the fields of `Wording`."""

STANDARD_WORDING = Wording(
    image="shorter side resized (bicubic), cut at the centre",
    mask="resized to the nearest pixel; 1 = hole",
    bins="0–20, 20–40, 40–60 %",
    eight_bits="composite rounded to 8 bits",
    psnr="one value per image over RGB, data range 255; 100 dB at most, which equal images get",
    ssim="Gaussian window of 11, σ 1.5, covariance over N, mean of R, G and B, without a border of half a window",
    l1="mean of |a − b| / 255 over RGB",
    lpips="AlexNet, version 0.1, input in [−1, 1]",
    sets=NONE,
)


class Protocol:
    """The base of all protocols, which differ only in their constants; the defaults are those of `standard`.

    Args:
        size: (height, width) of the evaluated images, one number for squares, or `native` for images as they are.
        measures: Further measures of one image, by name.
        mask_first: Show methods images in which the holes were filled from outside before they were resized.

    Raises:
        InputError: `size` is something else, or `mask_first` is true where the protocol shows what is in the hole.
    """

    name: ClassVar[str]
    leaks: ClassVar[bool] = False
    """Whether networks see something of the image inside the hole."""
    metrics: Metrics = STANDARD_METRICS
    fitting: ClassVar[str] = "cover"
    """How images, and masks paired with them, are brought to the proportions of the size: a key of `FITTINGS`."""
    interpolation: ClassVar[str] = BICUBIC
    """How images are resized: a key of `INTERPOLATIONS`."""
    mask_resizing: ClassVar[str] = "nearest"
    """How mask files are resized to the size of their image: a key of `RESIZINGS`, as `any`, with which holes grow."""
    mask_threshold: ClassVar[int | None] = None
    """Gray values of mask files, white = hole, from this one on are holes; None: from that of the configuration on."""
    bins_hold_lower: ClassVar[bool] = False
    """Whether the bins of 10 % of the hole ratio hold their lower limits instead of the upper ones."""
    network_overrides: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "ctsdg": {"edge_source": "damaged"},
        "edgeconnect": {"edge_source": "damaged"},
    }
    """Arguments of networks that the protocol overrides, by the model's name."""
    wording: ClassVar[Wording] = STANDARD_WORDING
    notes: Sequence[str] = ()
    """Sentences for every table of results under this protocol."""

    def __init__(
        self,
        *,
        size: int | str | Sequence[int] = 256,
        measures: Mapping[str, Measure] | None = None,
        mask_first: bool = False,
    ) -> None:
        self.size = image_size(size)
        self.mask_first = true_or_false(mask_first, "mask_first")
        if self.mask_first:
            if self.leaks:
                raise InputError(
                    f"mask_first=true: protocol={self.name} shows what is in the hole; give another protocol="
                )
            self.notes = (*self.notes, MASK_FIRST_NOTE)
        if measures:
            self.metrics = replace(self.metrics, more={**self.metrics.more, **measures})

    def prepare(self, image: ImageArray) -> ImageArray:
        """Bring an image (H, W, 3) to the size of the evaluation."""
        return image if self.size is None else FITTINGS[self.fitting](image, self.size, self.resize)

    def resize(self, image: ImageArray, height: int, width: int) -> ImageArray:
        """Resize an image (H, W, 3)."""
        return INTERPOLATIONS[self.interpolation](image, height, width)

    def to_image(self, image: FloatImageArray) -> ImageArray:
        """Convert a composite in [0, 1] to the 8 bits of a PNG file, (H, W, 3)."""
        return rounded(image)

    def describe(self) -> list[tuple[str, str]]:
        """The protocol in words: pairs of title and text, with the same titles for every protocol."""
        wording = self.wording
        if self.mask_first:
            wording = replace(wording, image=f"holes filled from outside for methods (mask_first); {wording.image}")
        lines = [(TITLES[field.name], str(getattr(wording, field.name))) for field in fields(wording)]
        native = "native: images as they are"
        size = native if self.size is None else f"{self.size[0]} × {self.size[1]} (height × width)"
        return [("Size", size), *lines]

    def fingerprint(self) -> str:
        """SHA-256 of the definition: it changes with name, size, words and constants."""
        definition: list[Any] = [
            self.name,
            self.size,
            self.describe(),
            self.fitting,
            self.interpolation,
            self.mask_resizing,
            self.mask_threshold,
            self.bins_hold_lower,
            self.network_overrides,
        ]
        definition += [[name, f"{type(one).__module__}.{one!r}"] for name, one in self.metrics.more.items()]
        return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def image_size(size: int | str | Sequence[int]) -> tuple[int, int] | None:
    """(height, width) for the value of a key `size`; None for `native`.

    Raises:
        InputError: The value is something else.
    """
    if size == NATIVE:
        return None
    given = size if isinstance(size, Sequence) else (size, size)
    # in Python, a bool is an int
    sides = [side for side in given if isinstance(side, int) and not isinstance(side, bool) and side > 0]
    if not len(given) == len(sides) == 2:
        raise InputError(f"size={size} must be one number, [height,width], or native for images as they are")
    if sides[0] * sides[1] > MAX_PIXELS:
        raise InputError(f"size={size} has more than {MAX_PIXELS} pixels")
    return sides[0], sides[1]
