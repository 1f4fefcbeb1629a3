"""The same call gives the same output: again, after others, in a batch, and with other threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from inpaint_zoo.audit.differences import apart, largest, told
from inpaint_zoo.audit.finding import Finding, failed, not_applicable, passed, warned
from inpaint_zoo.audit.pictures import picture
from inpaint_zoo.audit.subject import SAME, CallError, Subject


def repeats_itself(subject: Subject, size: int) -> bool:
    """Whether, with seeds set, a call gives the same again, also after another image.

    Only then can calls be compared.
    """
    case, other = picture(0, size, size), picture(1, size, size)
    first, again = subject.fill(*case), subject.fill(*case)
    subject.fill(*other)
    return max(largest(apart(first, again)), largest(apart(first, subject.fill(*case)))) <= subject.rounding


def same_call_twice(subject: Subject, size: int) -> Finding:
    """The same image gives the same output, whatever was filled before, and without seeds."""
    case, other = picture(0, size, size), picture(1, size, size)
    alone = case.image[None], case.hole[None]
    subject.fill_unseeded(*alone)  # so that the first of those compared follows the same image, too
    first, again = subject.fill_unseeded(*alone), subject.fill_unseeded(*alone)
    subject.fill_unseeded(other.image[None], other.hole[None])
    later = subject.fill_unseeded(*alone)
    from_call_to_call, after_another = largest(apart(first, again)), largest(apart(again, later))
    with_seeds = largest(apart(subject.fill(*case), subject.fill(*case)))
    if max(from_call_to_call, after_another) <= SAME:
        return passed("the same output, also after another image")
    if from_call_to_call <= SAME:
        return failed(f"another output ({told(after_another)}) after another image was filled: it keeps state")
    if with_seeds <= SAME:
        return failed(f"random without a seed: {told(from_call_to_call)} from call to call")
    return failed(f"another output in every call ({told(from_call_to_call)}), also with the seeds of Python, NumPy and "
                  "torch set: it keeps state, or has a generator of its own")  # fmt: skip


def batch_independence(subject: Subject, size: int) -> Finding:
    """An image is filled in a batch as it is alone."""
    if not subject.batches:
        return not_applicable("it takes one image at a time")
    cases = [picture(number, size, size) for number in (0, 1)]
    alone = np.stack([subject.fill(*case) for case in cases])
    images, holes = np.stack([case.image for case in cases]), np.stack([case.hole for case in cases])
    try:
        together, swapped = subject.fill_all(images, holes), subject.fill_all(images[::-1], holes[::-1])[::-1]
    except CallError as error:
        return warned(f"takes no batch of two: {error}")
    off = max(largest(apart(together, alone)), largest(apart(swapped, alone)))
    if off > subject.rounding:
        return failed(f"up to {told(off)} away from the image alone: an image depends on the others of its batch")
    return passed(f"two images give what each gives alone, up to {told(off)}")


def thread_count(subject: Subject, size: int) -> Finding:
    """One and two threads of torch give the same."""
    if not subject.in_process:
        return not_applicable("it has run elsewhere")
    case = picture(0, size, size)
    with _threads(1):
        one = subject.fill(*case)
    with _threads(2):
        two = subject.fill(*case)
    off = largest(apart(one, two))
    if off > subject.rounding:
        return failed(f"up to {told(off)} between one and two threads of torch")
    return passed(f"one and two threads of torch agree, up to {told(off)}")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
