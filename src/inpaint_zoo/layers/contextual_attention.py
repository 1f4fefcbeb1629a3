"""Contextual attention (Yu et al., CVPR 2018 and ICCV 2019): a map is rebuilt from those of its patches that are known.

It shares the geometry, and the sums along diagonals instead of patches, with `layers.attention`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.layers.attention import (
    TEMPERATURE,
    Grid,
    corner_values,
    corner_weights,
    from_corners,
    inverse_patch_norms,
    moved,
    patch_products,
)
from inpaint_zoo.runtime.full_precision import full_precision


def contextual_attention(features: Tensor, halved: Tensor, allowed: Tensor, *, fusion: bool) -> Tensor:
    """Rebuild a feature map from its own allowed patches, weighted by similarity.

    Queries are the 3x3 patches of the map at half size, keys the same patches divided by their L2 norm, values the 4x4
    patches of the map at stride 2; overlaps are summed and divided by 4. Weights are the softmax of 10 times the
    scores, in which those of patches that are not allowed count as 0; then these weights are set to 0, and the others
    stay as they are. Everything is float32 under autocast too. The whole matrix of weights is in memory.

    Args:
        features: (B, C, H, W) with even H and W.
        halved: (B, C, H/2, W/2), what queries and keys are taken from.
        allowed: (B, 1, H/2, W/2) of 0 and 1, which patches may be used.
        fusion: Whether the scores are summed along their diagonals first, see `fused`.

    Returns:
        (B, C, H, W), zeros where no patch is allowed.
    """
    with full_precision(features):
        exact = torch.promote_types(features.dtype, torch.float32)
        halved, grid = halved.to(exact), Grid(*halved.shape[2:])
        scales = inverse_patch_norms(grid.lay_out(halved.square().sum(1, keepdim=True)), grid)
        scores = patch_products(grid.lay_out(halved), 0, grid.num_slots, grid) * scales[:, None]
        scores = used_pairs(scores, grid)
        weights = masked_softmax(fused(scores) if fusion else scores, allowed.to(exact))
        summed = corner_weights(with_unused(weights), grid) @ corner_values(features.to(exact))
        return from_corners(summed, grid).to(features.dtype)


def used_pairs(matrix: Tensor, grid: Grid) -> Tensor:
    """The entries of (B, slots, slots) that belong to pairs of positions, (B, rows, columns, rows, columns)."""
    length, sides = (grid.rows + 2) * grid.width, (grid.rows + 2, grid.width)
    pairs: Tensor = matrix[:, :length, :length].unflatten(2, sides).unflatten(1, sides)
    return pairs[:, 1:-1, 1:, 1:-1, 1:]


def with_unused(pairs: Tensor) -> Tensor:
    """The inverse of `used_pairs`, with zeros in unused slots."""
    ringed = F.pad(pairs, (1, 0, 1, 1, 1, 0, 1, 1))
    return F.pad(ringed.flatten(3, 4).flatten(1, 2), (0, 1, 0, 1))


def fused(pairs: Tensor) -> Tensor:
    """Sum each score with those of the neighbours before and behind, of query and key at once ("fusion").

    First positions are numbered row by row, then column by column; the neighbour of the end of a row is the begin of
    the next one, as in the published code. (B, rows, columns, rows, columns) to the same shape.
    """
    for _ in range(2):  # each time transposed, so that it ends as it began
        matrix = pairs.flatten(3, 4).flatten(1, 2)
        ringed = F.pad(matrix, (1, 1, 1, 1))
        matrix = moved(ringed, 0, 2) + matrix + moved(ringed, 2, 2)
        pairs = matrix.unflatten(2, pairs.shape[3:]).unflatten(1, pairs.shape[1:3]).permute(0, 2, 1, 4, 3)
    return pairs


def masked_softmax(pairs: Tensor, allowed: Tensor) -> Tensor:
    """Weights (B, rows, columns, rows, columns) from scores of that shape; `allowed` is (B, 1, rows, columns)."""
    keys = allowed.flatten(1)[:, None]
    scores = pairs.flatten(3, 4).flatten(1, 2) * (TEMPERATURE * keys)
    weights: Tensor = (scores.softmax(-1) * keys).unflatten(2, pairs.shape[3:]).unflatten(1, pairs.shape[1:3])
    return weights
