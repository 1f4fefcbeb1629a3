"""Skipping training images that cannot be read: they are counted, logged once, and not replaced by others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from torch.utils.data import default_collate

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import few

_log = logging.getLogger(__name__)
_KEY = "skipped"


class Skipped(NamedTuple):
    """Takes the place of the sample of an image that cannot be read."""

    name: str
    reason: str


def collate(
    samples: Sequence[Any], prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Make a batch of the samples that were not skipped; it may be smaller than usual.

    Args:
        samples: Of a dataset.
        prepare: What is done with the batch then.

    Raises:
        InputError: All samples were skipped.
    """
    skipped = [sample for sample in samples if isinstance(sample, Skipped)]
    kept = [sample for sample in samples if not isinstance(sample, Skipped)]
    if not kept:
        raise InputError(
            f"no image of a batch can be read: {few([image.name for image in skipped])}; repair them, or leave "
            f"them out with data.exclude= ({skipped[0].reason})"
        )
    batch: dict[str, Any] = default_collate(kept)
    if prepare is not None:
        batch = prepare(batch)
    # workers cannot count for the main process: the batch carries what they skipped
    return batch | {_KEY: skipped} if skipped else batch


class SkipCount:
    """Counts how often each image was skipped in the batches of this process."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def take_from(self, batch: dict[str, Any]) -> None:
        """Remove what was skipped from a batch and count it; an image is logged the first time."""
        for name, reason in batch.pop(_KEY, ()):
            self.counts[name] += 1
            if self.counts[name] == 1:
                _log.warning("skipped %s: %s (data.on_error=skip)", name, reason)

    def summarise(self) -> None:
        """Log how many samples were skipped, if any."""
        if self.counts:
            names = few(sorted(self.counts))
            _log.warning(
                "%d samples of %d images were skipped (data.on_error=skip): %s",
                self.counts.total(),
                len(self.counts),
                names,
            )
