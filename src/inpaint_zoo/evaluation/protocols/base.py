"""What an evaluation protocol is: how images and masks are prepared, what is measured and how, in words too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import FloatImageArray, ImageArray, rounded
from inpaint_zoo.images.reading import MAX_PIXELS
from inpaint_zoo.images.resizing import FITTINGS, resize
from inpaint_zoo.metrics.definition import STANDARD_METRICS, Metrics
from inpaint_zoo.metrics.reading import Measure

NATIVE = "native"
"""The size of images that are not resized."""
NOT_STATED = "not stated; as standard: "
NO_CODE = "no code published; as standard: "
NONE = "–"
"""The protocol has no such metric."""


@dataclass(frozen=True)
class Wording:
    """A protocol in words; the fields are the rows of its table."""

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
    "image": "ImageArray",
    "mask": "Mask",
    "bins": "Bins of the hole ratio",
    "eight_bits": "8 bits",
    "psnr": "PSNR",
    "ssim": "SSIM",
    "l1": "L1",
    "lpips": "LPIPS",
    "sets": "All images together",
}
"""By the fields of `Wording`."""

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
    """The base of the protocols, which only differ in their constants; this one's are those of `standard`.

    Args:
        size: (height, width) of the evaluated images, one number for squares, or `native` for images as they are.
        measures: Further measures of one image, by name.

    Raises:
        InputError: `size` is none of these.
    """

    name: ClassVar[str]
    leaks: ClassVar[bool] = False
    """Whether the network is shown what it has to predict."""
    metrics: Metrics = STANDARD_METRICS
    fitting: ClassVar[str] = "cover"
    """What becomes of images, and of masks paired with them, whose proportions are not those of the size."""
    mask_resizing: ClassVar[str] = "nearest"
    """How mask files get their image's size: `nearest`, or `any`, by which holes grow."""
    network_overrides: ClassVar[Mapping[str, Mapping[str, Any]]] = {"ctsdg": {"edge_source": "damaged"}}
    """Arguments of networks that the protocol sets, by the model's name."""
    wording: ClassVar[Wording] = STANDARD_WORDING
    notes: ClassVar[Sequence[str]] = ()
    """Sentences for every table of results under this protocol."""

    def __init__(self, *, size: int | str | Sequence[int], measures: Mapping[str, Measure] | None = None) -> None:
        self.size = image_size(size)
        if measures:
            self.metrics = replace(self.metrics, more={**self.metrics.more, **measures})

    def prepare(self, image: ImageArray) -> ImageArray:
        """Bring an image (H, W, 3) to what is evaluated."""
        return image if self.size is None else FITTINGS[self.fitting](image, self.size, self.resize)

    def resize(self, image: ImageArray, height: int, width: int) -> ImageArray:
        """Change the number of pixels of an image (H, W, 3)."""
        return resize(image, height, width)

    def to_image(self, image: FloatImageArray) -> ImageArray:
        """What is written to a PNG file, (H, W, 3)."""
        return rounded(image)

    def describe(self) -> list[tuple[str, str]]:
        """The protocol in words, title and text, with the same titles for every protocol."""
        lines = [(TITLES[field.name], str(getattr(self.wording, field.name))) for field in fields(self.wording)]
        return [("Size", _size_words(self.size)), *lines]

    def fingerprint(self) -> str:
        """SHA-256 of name, size and words: another definition has another one."""
        definition = [self.name, self.size, self.describe(), self.fitting, self.mask_resizing, self.network_overrides]
        definition += [[name, f"{type(one).__module__}.{one!r}"] for name, one in self.metrics.more.items()]
        return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def image_size(size: int | str | Sequence[int]) -> tuple[int, int] | None:
    """(height, width) of what stands under `size`, None for `native`.

    Raises:
        InputError: it is something else.
    """
    if size == NATIVE:
        return None
    given = size if isinstance(size, Sequence) else (size, size)
    # a bool is an int to Python
    sides = [side for side in given if isinstance(side, int) and not isinstance(side, bool) and side > 0]
    if not len(given) == len(sides) == 2:
        raise InputError(f"size={size} must be one number, [height,width], or native for images as they are")
    if sides[0] * sides[1] > MAX_PIXELS:
        raise InputError(f"size={size} has more than {MAX_PIXELS} pixels")
    return sides[0], sides[1]


def _size_words(size: tuple[int, int] | None) -> str:
    return "native: images as they are" if size is None else f"{size[0]} × {size[1]} (height × width)"
