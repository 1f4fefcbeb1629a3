"""L1 losses over the whole image, the hole, or the known pixels."""

from __future__ import annotations

import torch
from torch import Tensor

MINIMUM_HOLE_RATIO = 0.01
"""Lower bound of the divisor in `l1_per_hole_ratio`: MISF divides by the mean of the mask, 0 for an empty one."""


def l1(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of two tensors of equal shape; a scalar."""
    return (output - target).abs().mean()


def l1_within(output: Tensor, target: Tensor, region: Tensor) -> Tensor:
    """Mean over **all** elements of `|region · output - region · target|`.

    With `region` = mask this is the hole term, with `region` = (mask == 0) the valid term of PConv, MADF and CTSDG.
    What stands outside the region reaches neither the term nor its gradient.

    Args:
        output: (B, C, H, W).
        target: (B, C, H, W).
        region: (B, 1, H, W) of 0 and 1, of any type.

    Examples:
        >>> output, target = torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
        >>> l1_within(output, target, torch.tensor([[[[1, 0], [0, 0]]]]))
        tensor(0.2500)
    """
    return torch.where(region.bool(), output - target, 0).abs().mean()


def l1_per_hole_ratio(output: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """MISF's L1: the mean absolute difference divided by the mean of the batch's masks.

    The divisor is at least `MINIMUM_HOLE_RATIO`, so that the loss of a batch without holes is finite.
    """
    return l1(output, target) / mask.to(target.dtype).mean().clamp_min(MINIMUM_HOLE_RATIO)
