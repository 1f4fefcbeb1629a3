"""All tests of an audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inpaint_zoo.audit.appearance import constant_image, flipped_image, gray_image
from inpaint_zoo.audit.dependence import mask_polarity, nan_in_the_hole, truth_in_the_hole
from inpaint_zoo.audit.finding import Finding, Verdict, failed, not_applicable
from inpaint_zoo.audit.known import empty_mask, full_hole, known_pixels, output_range
from inpaint_zoo.audit.masks import masks_of_255, soft_masks
from inpaint_zoo.audit.pictures import picture
from inpaint_zoo.audit.repetition import batch_independence, repeats_itself, same_call_twice, thread_count
from inpaint_zoo.audit.sizes import other_sizes
from inpaint_zoo.audit.subject import CallError, Subject
from inpaint_zoo.errors import InputError

Test = Callable[[Subject, int], Finding]

COMPARING: Mapping[str, Test] = {
    "truth in the hole": truth_in_the_hole,
    "mask polarity": mask_polarity,
    "batch": batch_independence,
    "threads": thread_count,
    "soft masks": soft_masks,
    "masks of 255": masks_of_255,
    "flipped image": flipped_image,
}
"""Tests that compare outputs, which says nothing of a method that gives another one in every call."""
TESTS: Mapping[str, Test] = {
    "truth in the hole": truth_in_the_hole,
    "known pixels": known_pixels,
    "mask polarity": mask_polarity,
    "same call twice": same_call_twice,
    "batch": batch_independence,
    "threads": thread_count,
    "other sizes": other_sizes,
    "output range": output_range,
    "NaN in the hole": nan_in_the_hole,
    "empty mask": empty_mask,
    "full hole": full_hole,
    "soft masks": soft_masks,
    "masks of 255": masks_of_255,
    "constant image": constant_image,
    "gray image": gray_image,
    "flipped image": flipped_image,
}
"""By title, in the order in which they are told."""


def audit(subject: Subject, size: int) -> dict[str, Finding]:
    """Put a method to all tests.

    Args:
        subject: The method.
        size: Side of most images, pixels.

    Returns:
        What each test says, by its title.

    Raises:
        InputError: The method fails already on an ordinary image of this size.
    """
    try:
        subject.fill(*picture(0, size, size))
        comparable = repeats_itself(subject, size)
    except CallError as error:
        raise InputError(
            f"{subject.name} fails on an image of {size}x{size} ({error}): mend it, or give size="
        ) from error
    return {title: _tried(test, subject, size, title not in COMPARING or comparable) for title, test in TESTS.items()}


def _tried(test: Test, subject: Subject, size: int, is_comparable: bool) -> Finding:
    if not is_comparable:
        return not_applicable("it gives another output in every call")
    try:
        return test(subject, size)
    except CallError as error:
        return failed(f"a call fails: {error}")


def faults(findings: Mapping[str, Finding]) -> list[str]:
    """The titles of the tests that a method fails."""
    return [title for title, finding in findings.items() if finding.verdict is Verdict.FAIL]
