"""Fills with a planted defect each: every one is found by the right test, and the right fills by none."""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from inpaint_zoo.audit.battery import audit, faults
from inpaint_zoo.audit.callers import subject_of
from inpaint_zoo.audit.finding import Finding, Verdict
from inpaint_zoo.config.allowlist import allowing
from inpaint_zoo.evaluation.methods import PythonFunction

SIZE = 40
Array = np.ndarray
Fill = Callable[[Array, Array], Any]


def spread(image: Array, hole: Array) -> Array:
    """The nearest known pixels, of an image (H, W, 3) of any type."""
    if hole.all():
        return np.zeros_like(image)
    return image[tuple(ndimage.distance_transform_edt(hole, return_distances=False, return_indices=True))]


def right(image: Array, mask: Array) -> Array:
    return spread(image, mask > 127)


def right_floats(image: Array, mask: Array) -> Array:
    return spread(image, mask > 0.5)


def right_batches(images: Array, masks: Array) -> Array:
    return np.stack([right_floats(image, mask) for image, mask in zip(images, masks, strict=True)])


def edges_of_the_complete_image(image: Array, mask: Array) -> Array:
    """CTSDG's published protocol: edges show where to draw, though pixels of the hole are not copied."""
    edge = np.hypot(*(ndimage.sobel(image.astype(float).mean(-1), axis) for axis in (0, 1))) > 100
    filled = right(image, mask)
    return np.where((edge & (mask > 127))[..., None], filled // 2, filled)


def blends_1_percent(image: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 0.5, 0.99 * right_floats(image, mask) + 0.01 * image, image)


def wrong_polarity(image: Array, mask: Array) -> Array:
    return right(image, 255 - mask)


def wrong_polarity_composited(image: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 127, right(image, 255 - mask), image)


def jpeg(image: Array, mask: Array) -> Array:
    file = io.BytesIO()
    Image.fromarray(right(image, mask)).save(file, "JPEG", quality=95)
    return np.array(Image.open(file))


def truncates(image: Array, mask: Array) -> Array:
    return (np.float32(0.999) * right(image, mask)).astype(np.uint8)


def bgr(image: Array, mask: Array) -> Array:
    return np.ascontiguousarray(right(image, mask)[..., ::-1])


def bgr_in_the_hole(image: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 127, bgr(image, mask), image)


def batch_statistics(images: Array, masks: Array) -> Array:
    known = images[masks < 0.5]
    return np.where(masks[..., None] > 0.5, known.mean(0) if len(known) else 0.0, images)


def random_without_seed(image: Array, mask: Array) -> Array:
    noise = np.random.randint(0, 20, image.shape)
    return np.where(mask[..., None] > 127, (right(image, mask) // 2 + noise).astype(np.uint8), image)


GENERATOR = np.random.default_rng(0)


def own_generator(image: Array, mask: Array) -> Array:
    noise = GENERATOR.integers(0, 20, image.shape)
    return np.where(mask[..., None] > 127, (right(image, mask) // 2 + noise).astype(np.uint8), image)


def resizes_and_back(image: Array, mask: Array) -> Array:
    height, width = mask.shape
    wanted = (-(-width // 8) * 8, -(-height // 8) * 8)
    filled = right(np.array(Image.fromarray(image).resize(wanted)), np.array(Image.fromarray(mask).resize(wanted, 0)))
    return np.array(Image.fromarray(filled).resize((width, height)))


def crashes_for_odd_sizes(image: Array, mask: Array) -> Array:
    halves = image.reshape(image.shape[0] // 2, 2, image.shape[1] // 2, 2, 3)
    return right(halves.reshape(image.shape), mask)


def nan_times_mask(image: Array, mask: Array) -> Array:
    known = image * (1 - mask[..., None])
    return known + right_floats(known, mask) * mask[..., None]


def soft_above_0(image: Array, mask: Array) -> Array:
    return spread(image, mask > 0)


def soft_mixed(image: Array, mask: Array) -> Array:
    part = mask[..., None].astype(np.float64) / 255
    return np.rint(part * spread(image, mask > 127) + (1 - part) * image).astype(np.uint8)


def minus_1_to_1(image: Array, mask: Array) -> Array:
    return 2 * right_floats(image, mask) - 1


def minus_1_to_1_in_the_hole(image: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 0.5, minus_1_to_1(image, mask), image)


def thread_count(image: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 127, right(image, mask) // torch.get_num_threads(), image).astype(np.uint8)


LAST: list[Any] = [None]


def earlier_calls(image: Array, mask: Array) -> Array:
    """The fill is mixed with the mean of the image before, if that was another one."""
    mean = image.mean()
    drift = 0 if LAST[0] in (None, mean) else 9
    LAST[0] = mean
    filled = right(image, mask)
    return np.where(mask[..., None] > 127, filled // 2 + drift, image).astype(np.uint8)


COUNT = [0]


def counts_calls(image: Array, mask: Array) -> Array:
    COUNT[0] += 1
    return np.where(mask[..., None] > 127, right(image, mask) // (1 + COUNT[0] % 3), image).astype(np.uint8)


def nan_output(image: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 0.5, np.nan, image)


def does_nothing(image: Array, mask: Array) -> Array:
    return image


for floats in (
    right_floats,
    right_batches,
    blends_1_percent,
    batch_statistics,
    nan_times_mask,
    minus_1_to_1,
    minus_1_to_1_in_the_hole,
    nan_output,
):
    floats.floats = True  # type: ignore[attr-defined]
for batches in (right_batches, batch_statistics):
    batches.batches = True  # type: ignore[attr-defined]


@pytest.fixture
def findings() -> Iterator[Callable[[Fill], Mapping[str, Finding]]]:
    """What an audit says of a fill, which is named as a user names it."""
    module = ModuleType("own_fills")
    sys.modules[module.__name__] = module

    def audited(fill: Fill) -> Mapping[str, Finding]:
        setattr(module, fill.__name__, inspect.unwrap(fill))
        name = f"{module.__name__}:{fill.__name__}"
        return audit(subject_of(name, PythonFunction(name)), SIZE)

    with allowing([module.__name__]):
        yield audited
    del sys.modules[module.__name__]


@pytest.mark.parametrize("fill", [right, right_floats, right_batches], ids=lambda fill: fill.__name__)
def test_a_right_fill_passes(fill: Fill, findings: Callable[[Fill], Mapping[str, Finding]]) -> None:
    found = findings(fill)
    assert {finding.verdict for finding in found.values()} <= {
        Verdict.PASS, Verdict.INFORMATION, Verdict.NOT_APPLICABLE
    }  # fmt: skip
    inapplicable = {title for title, finding in found.items() if finding.verdict is Verdict.NOT_APPLICABLE}
    assert (
        inapplicable
        == {
            "right": {"batch", "NaN in the hole", "masks of 255"},
            "right_floats": {"batch"},
            "right_batches": set(),
        }[fill.__name__]
    )


FAULTS: list[tuple[Fill, set[str], str, str]] = [
    (edges_of_the_complete_image, {"truth in the hole"}, "truth in the hole", "the fill sees the hole"),
    (blends_1_percent, {"truth in the hole"}, "truth in the hole", "1.0% of what stands there"),
    (does_nothing, {"truth in the hole", "mask polarity"}, "truth in the hole", "what stands there is copied"),
    (wrong_polarity, {"truth in the hole", "known pixels", "mask polarity", "empty mask"}, "mask polarity",
     "it takes 1 for known"),
    (wrong_polarity_composited, {"truth in the hole", "mask polarity"}, "mask polarity", "the wrong way round"),
    (jpeg, {"known pixels", "empty mask"}, "known pixels", "off by up to"),
    (truncates, {"known pixels", "empty mask"}, "known pixels", "off by up to 1 level"),
    (bgr, {"known pixels", "empty mask", "constant image"}, "known pixels", "red and blue are exchanged"),
    (bgr_in_the_hole, {"constant image"}, "constant image", "is filled with (40, 100, 200)"),
    (batch_statistics, {"batch"}, "batch", "depends on the others of its batch"),
    (random_without_seed, {"same call twice"}, "same call twice", "random without a seed"),
    (own_generator, {"same call twice"}, "same call twice", "a generator of its own"),
    (earlier_calls, {"same call twice"}, "same call twice", "after another image was filled: it keeps state"),
    (counts_calls, {"same call twice"}, "same call twice", "another output in every call"),
    (thread_count, {"threads"}, "threads", "between one and two threads"),
    (resizes_and_back, {"other sizes"}, "other sizes", "at 41x43"),
    (crashes_for_odd_sizes, {"other sizes"}, "other sizes", "fails at 41x43, 19x20"),
    (nan_output, {"output range", "full hole"}, "output range", "NaN or infinity"),
    (minus_1_to_1, {"known pixels", "output range", "empty mask"}, "known pixels", "output in [-1, 1]"),
    (minus_1_to_1_in_the_hole, {"output range"}, "output range", "[-1, 1] in place of [0, 1]"),
]  # fmt: skip
"""Fill, the tests that it fails, the one that tells most, and something of what that says."""


@pytest.mark.parametrize(("fill", "failing", "test", "seen"), FAULTS, ids=[fill.__name__ for fill, *_ in FAULTS])
def test_a_defect_is_found_and_named(
    fill: Fill, failing: set[str], test: str, seen: str, findings: Callable[[Fill], Mapping[str, Finding]]
) -> None:
    found = findings(fill)
    assert set(faults(found)) == failing
    assert seen in found[test].seen


@pytest.mark.parametrize(
    ("fill", "test", "seen"),
    [
        (nan_times_mask, "NaN in the hole", "multiplied by 0, not left out"),
        (soft_above_0, "soft masks", "thresholded at > 0"),
        (soft_mixed, "soft masks", "fill and image are mixed"),
    ],
)
def test_what_no_evaluation_gives_is_warned_of(
    fill: Fill, test: str, seen: str, findings: Callable[[Fill], Mapping[str, Finding]]
) -> None:
    found = findings(fill)
    assert faults(found) == []
    assert found[test].verdict is Verdict.WARNING
    assert seen in found[test].seen


def test_what_differs_in_every_call_is_not_compared(findings: Callable[[Fill], Mapping[str, Finding]]) -> None:
    found = findings(own_generator)
    assert found["truth in the hole"].verdict is found["threads"].verdict is Verdict.NOT_APPLICABLE
    assert findings(random_without_seed)["truth in the hole"].verdict is Verdict.PASS
