"""What a fill should look like: nothing here fails but exchanged colours, because networks may be bad at it."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.audit.dependence import CLEAR
from inpaint_zoo.audit.differences import average, told
from inpaint_zoo.audit.finding import Finding, failed, informed, passed, warned
from inpaint_zoo.audit.pictures import picture
from inpaint_zoo.audit.subject import Subject

COLOUR = (200, 100, 40)
"""Of the constant image: far from itself with red and blue exchanged."""


def constant_image(subject: Subject, size: int) -> Finding:
    """An image of one colour is filled with it."""
    hole = picture(0, size, size).hole
    filled = subject.fill(np.full((*hole.shape, 3), COLOUR, np.uint8), hole)[hole]
    off, exchanged = average(filled - COLOUR), average(filled - COLOUR[::-1])
    if exchanged < off and off > CLEAR:
        return failed(f"red and blue are exchanged: a hole in {COLOUR} is filled with {_colour(filled)}")
    if off > CLEAR:
        return warned(f"a hole in {COLOUR} is filled with {_colour(filled)} on average, {told(off)} away")
    return passed(f"one colour is filled with itself, up to {told(off)} on average")


def _colour(pixels: np.ndarray) -> str:
    return f"({', '.join(f'{channel:.0f}' for channel in pixels.mean(0))})"


def gray_image(subject: Subject, size: int) -> Finding:
    """A gray image stays gray."""
    image, hole = picture(0, size, size)
    gray = np.repeat(image.mean(-1, keepdims=True).round().astype(np.uint8), 3, -1)
    filled = subject.fill(gray, hole)[hole]
    spread = float((filled.max(-1) - filled.min(-1)).mean())
    if spread > CLEAR:
        return warned(f"the fill of a gray image is coloured: channels {told(spread)} apart on average")
    return passed(f"a gray image stays gray, up to {told(spread)} on average")


def flipped_image(subject: Subject, size: int) -> Finding:
    """How far the fill of a mirrored image is from the mirrored fill."""
    image, hole = picture(0, size, size)
    mirrored = subject.fill(image[:, ::-1], hole[:, ::-1])[:, ::-1]
    return informed(f"a mirrored image is filled {told(average((mirrored - subject.fill(image, hole))[hole]))} "
                    "differently on average")  # fmt: skip
