"""Images of other sizes."""

from __future__ import annotations

from inpaint_zoo.audit.differences import largest, off_known, told
from inpaint_zoo.audit.finding import Finding, failed, passed, warned
from inpaint_zoo.audit.pictures import picture
from inpaint_zoo.audit.subject import SAME, CallError, Subject

TINY = (5, 7)
"""Height and width of an image that a method may refuse."""


def other_sizes(subject: Subject, size: int) -> Finding:
    """Odd, oblong, larger, and small images are filled, and their known pixels kept as at the usual size."""
    wanted = {
        (size + 3, size + 1): "odd",
        (size, size + size // 2): "wide",
        (size + size // 2, size): "tall",
        (2 * size, 2 * size): "larger",
        (size // 2, size // 2 - 1): "small",
    }
    usual = _off(subject, size, size)
    refused, wrong = {}, []
    for sides in wanted:
        try:
            off = _off(subject, *sides)
        except CallError as error:
            refused[sides] = str(error)
            continue
        if usual <= SAME < off:  # otherwise they are told already
            wrong.append(f"known pixels off by up to {told(off)} at {_size(sides)}")
    if len(refused) == len(wanted):
        return warned(f"it takes {size}x{size} alone: {next(iter(refused.values()))}")
    if refused:
        wrong.append(f"fails at {', '.join(map(_size, refused))} (width x height): {next(iter(refused.values()))}")
    return failed("; ".join(wrong)) if wrong else _with_tiny(subject, f"{', '.join(map(_size, wanted))} filled")


def _with_tiny(subject: Subject, so_far: str) -> Finding:
    try:
        _off(subject, *TINY)
    except CallError as error:
        return warned(f"{so_far}, but not {_size(TINY)}: {error}")
    return passed(f"{so_far}, and {_size(TINY)}")


def _off(subject: Subject, height: int, width: int) -> float:
    """By how much known pixels are off."""
    image, hole = picture(0, height, width)
    return largest(off_known(subject.fill(image, hole), image, hole))


def _size(sides: tuple[int, int]) -> str:
    return f"{sides[1]}x{sides[0]}"
