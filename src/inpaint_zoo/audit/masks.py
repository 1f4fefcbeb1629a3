"""Masks that hold something else than known and hole.

Evaluations give no such mask: nothing here fails but a change of known pixels.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from inpaint_zoo.audit.differences import apart, largest, off_known, told
from inpaint_zoo.audit.finding import Finding, failed, not_applicable, passed, refusal, warned
from inpaint_zoo.audit.pictures import picture
from inpaint_zoo.audit.subject import SAME, CallError, Subject


def soft_masks(subject: Subject, size: int) -> Finding:
    """Values of 1/4 around the hole and 3/4 inside its border are refused, or taken for known and hole."""
    if not subject.form.has_soft_masks:
        return not_applicable("its masks hold nothing in between")
    image, hole = picture(0, size, size)
    wide, narrow = ndimage.binary_dilation(hole, iterations=2), ndimage.binary_erosion(hole, iterations=2)
    by_threshold = {name: subject.fill(image, mask) for name, mask in (("1/2", hole), ("0", wide), ("3/4", narrow))}
    try:
        filled = subject.fill(image, np.select([narrow, hole, wide], [1.0, 0.75, 0.25], 0.0))
    except CallError as error:
        return passed(refusal(error))
    fitting = [name for name, output in by_threshold.items() if largest(apart(filled, output)) <= SAME]
    if fitting == ["0"]:
        return warned("thresholded at > 0: 1/4 counts as hole, so that a resized mask makes holes larger")
    if fitting:
        return passed("thresholded at 1/2") if "1/2" in fitting else warned("3/4 counts as known")
    off = largest(off_known(filled, image, wide)) - largest(off_known(by_threshold["0"], image, wide))
    if off > SAME:
        return failed(f"known pixels beyond the soft border change by up to {told(off)}")
    return warned("neither refused nor thresholded: at soft borders, fill and image are mixed")


def masks_of_255(subject: Subject, size: int) -> Finding:
    """A mask of 0 and 255 where 0 and 1 are due is refused, or understood."""
    if not isinstance(subject.form.hole, float):
        return not_applicable("its masks are of 8 bits or booleans")
    image, hole = picture(0, size, size)
    try:
        off = largest(apart(subject.fill(image, hole * 255.0), subject.fill(image, hole)))
    except CallError as error:
        return passed(refusal(error))
    if off > SAME:
        return warned(f"0 and 255 in place of 0 and 1 is not refused, and changes the output by up to {told(off)}")
    return passed("0 and 255 is understood as 0 and 1")
