"""What a fill depends on: on the known pixels, and on nothing that stands in the hole."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.audit.differences import apart, average, largest, percent, share, told
from inpaint_zoo.audit.finding import Finding, failed, not_applicable, passed, refusal, warned
from inpaint_zoo.audit.pictures import Picture, noise, picture
from inpaint_zoo.audit.subject import SAME, Array, CallError, Subject

CLEAR = 8.0
"""Levels that are seen in a fill at once."""
_ONE_THING = 0.9
"""Correlation above which a difference is nothing but a part of what has changed."""


def truth_in_the_hole(subject: Subject, size: int) -> Finding:
    """Other contents of the hole change nothing."""
    changes = [change for number in range(2) for change in _changes(subject, picture(number, size, size))]
    worst = max(largest(out) for _, out, _ in changes)
    if worst <= SAME:
        return passed("other contents of the hole change nothing")
    inner, outer, hole = max(changes, key=lambda change: largest(change[1]))
    where = percent(share(outer[hole]))
    return failed(f"the fill sees the hole: other contents change it by up to {told(worst)}, in {where} of the hole"
                  f"{_shining(inner[hole], outer[hole])}")  # fmt: skip


def _changes(subject: Subject, case: Picture) -> list[tuple[Array, Array, Array]]:
    """By how much contents of the hole and outputs change, and the hole."""
    image, hole = case
    before = subject.fill(image, hole)
    found = []
    for content in (noise(*hole.shape), 255 - image):
        changed = np.where(hole[..., None], content, image)
        found.append((changed.astype(float) - image, apart(subject.fill(changed, hole), before), hole))
    return found


def _shining(inner: Array, outer: Array) -> str:
    """How much of the contents is mixed into the fill, if that is all that has happened."""
    if not np.isfinite(outer).all():
        return ""
    correlation = (inner * outer).sum() / np.sqrt((inner**2).sum() * (outer**2).sum())
    part = (inner * outer).sum() / (inner**2).sum()
    if correlation < _ONE_THING:
        return ""
    return "; what stands there is copied" if part > _ONE_THING else f"; {part:.1%} of what stands there is mixed in"


def mask_polarity(subject: Subject, size: int) -> Finding:
    """What is filled is the hole, from the known pixels."""
    image, hole = picture(0, size, size)
    other = picture(2, size, size).image
    filled = subject.fill(image, hole)
    by_known = average(apart(subject.fill(np.where(hole[..., None], image, other), hole), filled)[hole])
    by_hole = average(apart(subject.fill(np.where(hole[..., None], other, image), hole), filled)[hole])
    off = filled - image
    if average(off[hole]) <= 1 and average(off[~hole]) > 1:
        return failed("it fills the known pixels and keeps the hole: it takes 1 for known")
    if by_hole > CLEAR and by_hole > 2 * by_known:
        return failed(f"the fill follows what stands in the hole ({told(by_hole)} on average), not the known pixels "
                      f"({told(by_known)}): the mask the wrong way round, or not used")  # fmt: skip
    if by_known <= SAME:
        return warned("the fill is the same whatever the known pixels are")
    return passed("the hole is filled, from the known pixels")


def nan_in_the_hole(subject: Subject, size: int) -> Finding:
    """What stands in the hole is left out, not multiplied by 0; image files hold no NaN."""
    if not subject.form.floats:
        return not_applicable("8 bits hold no NaN")
    image, hole = picture(0, size, size)
    broken = np.where(hole[..., None], np.float32(np.nan), image.astype(np.float32) / 255)
    try:
        filled = subject.fill(broken, hole)
    except CallError as error:
        return passed(refusal(error))
    bad = ~np.isfinite(filled).all(-1)
    if bad.any():
        return warned(f"NaN in {percent(float(bad.mean()))} of the output: the hole is multiplied by 0, not left out")
    return passed("no NaN comes out")
