"""Findings about mask files, derived from facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inpaint_zoo.data.audit.facts import ImageFacts, MaskFacts
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.images.reading import SIDEWAYS
from inpaint_zoo.masks.files.checks import LARGEST_USUAL_RATIO, MOST_SOFT_PIXELS, same_proportions

NUM_BINS = 10


def unreadable_masks(masks: Mapping[str, MaskFacts]) -> Finding:
    """Mask files that cannot be read."""
    items = [Item(name, str(facts.error)) for name, facts in masks.items() if facts.error]
    return Finding("Unreadable masks", "Repair or remove them.", items)


def polarity(masks: Mapping[str, MaskFacts], invert: bool, keys: str) -> Finding:
    """Masks that look inverted, if they do on average; `keys` is the prefix of `invert` in the configuration."""
    ratios = {name: facts.ratio for name, facts in masks.items() if facts.error is None}
    mean = sum(ratios.values()) / max(len(ratios), 1)
    items = [Item(name, f"{ratio:.1%} holes") for name, ratio in ratios.items() if ratio > LARGEST_USUAL_RATIO]
    advice = (
        f"{mean:.0%} of all pixels are holes; if known pixels are meant, set {keys}invert={str(not invert).lower()}."
    )
    return Finding("Masks that look inverted", advice, items if mean > LARGEST_USUAL_RATIO else [])


def soft_masks(masks: Mapping[str, MaskFacts], threshold: int, keys: str) -> Finding:
    """Masks with pixels that are neither black nor white."""
    items = [
        Item(name, f"{facts.soft:.1%} of the pixels are gray" + (", a JPEG file" if facts.jpeg else ""))
        for name, facts in masks.items()
        if facts.soft > MOST_SOFT_PIXELS
    ]
    advice = f"Values from {threshold} are taken as holes; set {keys}threshold= to move that."
    return Finding("Soft masks", advice, items)


def jpeg_masks(masks: Mapping[str, MaskFacts], keys: str) -> Finding:
    """Masks that are JPEG files, with gray pixels at the rims."""
    items = [Item(name, f"{facts.soft:.1%} of the pixels are gray") for name, facts in masks.items() if facts.jpeg]
    advice = f"JPEG leaves gray pixels along the rims, and {keys}threshold= decides which are holes: save masks as PNG."
    return Finding("Masks saved as JPEG", advice, items)


def dark_masks(masks: Mapping[str, MaskFacts], threshold: int, keys: str) -> Finding:
    """Masks whose brightest pixels do not reach the threshold: those of zeros and ones."""
    dark = {name: facts.brightest for name, facts in masks.items() if 0 < facts.brightest < threshold}
    items = [Item(name, f"brightest pixel {brightest}") for name, brightest in dark.items()]
    advice = (
        f"No pixel of them is a hole; if the brightest are meant, set {keys}threshold={min(dark.values(), default=1)}."
    )
    return Finding(f"Masks darker than {keys}threshold={threshold}", advice, items)


def empty_masks(masks: Mapping[str, MaskFacts]) -> Finding:
    """Masks without a hole."""
    items = [Item(name, "") for name, facts in masks.items() if facts.error is None and facts.ratio == 0]
    return Finding("Masks without a hole", "An image under such a mask is left as it is: remove them.", items)


def full_masks(masks: Mapping[str, MaskFacts]) -> Finding:
    """Masks without a known pixel."""
    items = [Item(name, "") for name, facts in masks.items() if facts.ratio == 1]
    return Finding("Masks without a known pixel", "Nothing is left to fill holes from: remove them.", items)


def unpaired(missing: Sequence[str]) -> Finding:
    """Images without a mask of the same name."""
    return Finding(
        "Images without a mask", "Give each image a mask of the same name.", [Item(name, "") for name in missing]
    )


def misfits(pairs: Mapping[str, tuple[ImageFacts, MaskFacts]]) -> Finding:
    """Masks with other proportions than their images, by the names of the images."""
    items = []
    for name, (image, mask) in pairs.items():
        if image.size is None or mask.size is None or same_proportions(image.size, mask.size):
            continue
        detail = f"the image is {_text(image.size)}, its mask {_text(mask.size)}"
        if image.orientation in SIDEWAYS and same_proportions(image.size, mask.size[::-1]):
            detail += f"; the image is turned by its EXIF orientation {image.orientation}, its mask is not"
        items.append(Item(name, detail))
    return Finding("Masks that do not fit their images", "Draw the mask on the image as a viewer shows it.", items)


def _text(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"


def histogram(ratios: Sequence[float]) -> list[tuple[str, int]]:
    """The number of masks in each tenth of the range of ratios, (low, high], and of masks without a hole."""
    counts = [0] * (NUM_BINS + 1)
    for ratio in ratios:
        counts[0 if ratio == 0 else next(n for n in range(1, NUM_BINS + 1) if ratio <= n / NUM_BINS)] += 1
    labels = ["no hole", *(f"{10 * number}–{10 * number + 10} %" for number in range(NUM_BINS))]
    return list(zip(labels, counts, strict=True))
