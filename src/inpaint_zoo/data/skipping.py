"""Training images that cannot be read and are to be skipped: counted, named once, never replaced by others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from torch.utils.data import default_collate

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import few

_log = logging.getLogger(__name__)
_KEY = "skipped"


class Skipped(NamedTuple):
    """Stands where an image that cannot be read would have its sample."""

    name: str
    reason: str


def collate(samples: Sequence[Any]) -> dict[str, Any]:
    """Make a batch of the samples that are there; it is smaller by those that were skipped.

    Raises:
        InputError: None is there.
    """
    skipped = [sample for sample in samples if isinstance(sample, Skipped)]
    kept = [sample for sample in samples if not isinstance(sample, Skipped)]
    if not kept:
        raise InputError(
            f"no image of a batch can be read: {few([image.name for image in skipped])}; repair them, or leave "
            f"them out with data.exclude= ({skipped[0].reason})"
        )
    batch: dict[str, Any] = default_collate(kept)
    # workers cannot count for the main process: what they skipped travels with the batch
    return batch | {_KEY: skipped} if skipped else batch


class SkipCount:
    """How often each image was skipped in this process's batches."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def take_from(self, batch: dict[str, Any]) -> None:
        """Take what was skipped out of a batch; an image is logged when it is met first."""
        for name, reason in batch.pop(_KEY, ()):
            self.counts[name] += 1
            if self.counts[name] == 1:
                _log.warning("skipped %s: %s (data.on_error=skip)", name, reason)

    def summarise(self) -> None:
        """Log how many samples were skipped, where there were any."""
        if self.counts:
            names = few(sorted(self.counts))
            _log.warning(
                "%d samples of %d images were skipped (data.on_error=skip): %s",
                self.counts.total(),
                len(self.counts),
                names,
            )
