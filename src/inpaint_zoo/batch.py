"""The conventions of the library: what a batch and a prediction hold.

`image` is a float tensor (B, 3, H, W) in [0, 1]; `mask` is a float tensor (B, 1, H, W), exactly 0 or 1, where **1 is a
hole**. Everything between data and metrics is a `Batch` or a `Prediction`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypedDict

import torch
from torch import Tensor


class _Complete(TypedDict):
    image: Tensor
    """Complete images, (B, 3, H, W) in [0, 1]."""
    mask: Tensor
    """Holes, (B, 1, H, W), exactly 0 or 1, 1 = hole."""
    name: list[str]
    """File names (or keys) of the images, B of them."""


class Batch(_Complete, total=False):
    """What a data loader yields."""

    damage: Tensor
    """Only of damaged images: pixels whose original nobody knows, (B, 1, H, W), 0 or 1, none of them in `mask`."""


def hole(batch: Batch) -> Tensor:
    """What a network has to fill: `mask`, and `damage` if there is any, (B, 1, H, W), exactly 0 or 1."""
    return batch["mask"] + batch["damage"] if "damage" in batch else batch["mask"]


def taught(output: Tensor, batch: Batch) -> Tensor:
    """What a network makes of the batch, (B, C, H, W), as losses may see it: no gradient leaves where it is damaged.

    There the target is the network's own image, and the sign of a difference that is only rounded is noise.
    """
    return torch.where(batch["damage"].bool(), output.detach(), output) if "damage" in batch else output


class Prediction(NamedTuple):
    """What a network returns for `(image, mask)`."""

    image: Tensor
    """The network's final image, (B, 3, H, W), nominally in [0, 1], neither clamped nor composited."""
    composite: Tensor
    """`image` clamped inside the hole, the input elsewhere (bit-identical), (B, 3, H, W)."""
    intermediates: Mapping[str, Tensor]
    """Further images by name, such as coarse stages and projections, nominally in [0, 1]."""


def composite(output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """Put `output`, clamped to [0, 1], into the hole of `image`; known pixels stay bit-identical.

    Args:
        output: (B, 3, H, W), a network's image, nominally in [0, 1].
        image: (B, 3, H, W) in [0, 1].
        mask: (B, 1, H, W), 1 = hole.

    Examples:
        >>> image, mask = torch.zeros(1, 3, 1, 2), torch.tensor([[[[0, 1]]]])
        >>> composite(torch.full_like(image, 1.5), image, mask)[0, 0].tolist()
        [[0.0, 1.0]]
    """
    return torch.where(mask.bool(), output.clamp(0, 1).to(image.dtype), image)
