"""What must come out as it went in, and in which range."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.audit.differences import average, largest, off_known, percent, share, told
from inpaint_zoo.audit.finding import Finding, failed, passed, warned
from inpaint_zoo.audit.pictures import picture
from inpaint_zoo.audit.subject import SAME, Array, CallError, Subject

_BEYOND = 25.5
"""Levels that an output may leave 0 to 255 by: a network overshoots, and evaluations clip."""


def known_pixels(subject: Subject, size: int) -> Finding:
    """The output is the image where that is known."""
    outputs, images = [], []
    for number in range(3):
        image, hole = picture(number, size, size)
        outputs.append(subject.fill(image, hole)[~hole])
        images.append(image[~hole].astype(np.float64))
    output, image = np.concatenate(outputs), np.concatenate(images)
    off = output - image
    if largest(off) <= SAME:
        return passed("equal to those of the image")
    return failed(f"{_known_as(output, image)}off by up to {told(largest(off))} ({told(average(off))} on average) in "
                  f"{percent(share(off))} of them")  # fmt: skip


def _known_as(output: Array, image: Array) -> str:
    """What known pixels (N, 3) have become, in words; nothing if that is not known."""
    usual = {
        "red and blue are exchanged": image[:, ::-1],
        "output in [-1, 1], not in [0, 1]": 2 * image - 255,
        "output in 0 to 255 as floats, not in [0, 1]": 255 * image,
        "output divided by 255 once too often": image / 255,
        "emptied as if they were the hole": np.zeros_like(image),
    }
    fitting = [name for name, made in usual.items() if average(output - made) <= 1]
    return f"{fitting[0]}: " if fitting else ""


def output_range(subject: Subject, size: int) -> Finding:
    """Outputs are finite and in [0, 1], or 0 to 255 of uint8."""
    outputs = np.stack([subject.fill(*picture(number, size, size)) for number in range(3)])
    if not np.isfinite(outputs).all():
        return failed("NaN or infinity in the output")
    low, high = outputs.min(), outputs.max()
    if low < -_BEYOND or high > 255 + _BEYOND:
        likely = "[-1, 1]" if low < -_BEYOND and high <= 255 + _BEYOND else "another range"
        return failed(f"floats from {low / 255:.3g} to {high / 255:.3g}: {likely} in place of [0, 1]")
    return passed(f"finite, {_of_one(low)} to {_of_one(high)}")


def _of_one(level: float) -> str:
    return f"{level / 255:.3g}"


def empty_mask(subject: Subject, size: int) -> Finding:
    """Without a hole, nothing changes."""
    image, hole = picture(0, size, size)
    try:
        off = off_known(subject.fill(image, np.zeros_like(hole)), image, np.zeros_like(hole))
    except CallError as error:
        return failed(f"fails without a hole: {error}")
    if largest(off) > SAME:
        return failed(f"without a hole, pixels change by up to {told(largest(off))}")
    return passed("without a hole, nothing changes")


def full_hole(subject: Subject, size: int) -> Finding:
    """An image that is all hole gives an image, or a refusal."""
    image, hole = picture(0, size, size)
    try:
        filled = subject.fill(image, np.ones_like(hole))
    except CallError as error:
        return warned(f"fails where everything is missing: {error}")
    if not np.isfinite(filled).all():
        return failed("NaN or infinity where everything is missing")
    return passed("an image that is all hole is filled")
