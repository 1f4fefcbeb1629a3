"""Patch attention, as in the contextual feature aggregation of CTSDG (CFA, arXiv 2108.09760)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.runtime.exporting import is_exporting
from inpaint_zoo.runtime.full_precision import full_precision

TEMPERATURE = 10.0
MINIMUM_NORM = 1e-4
CHUNK_NUMBERS = 2**22
"""Numbers in the part of the attention matrix that is in memory at a time (16 MB in float32)."""
FEWEST_ROWS = 4
"""Of corners in such a part: each part computes three rows for the next one, too."""
EXPORTED_CHUNKS = 8
"""Parts of the matrix in an exported graph, which has no loop whose length depends on the size of the image."""


class Grid(NamedTuple):
    """A grid of positions stored as one line of slots, with a ring of unused slots around the grid.

    Position (y, x) is slot `(y + 1) · width + x + 1`; the slot left of a row is also the one right of the row above. A
    step of (dy, dx) is a constant distance, `dy · width + dx`, so that the same step at query and key is a step along
    the diagonal of the matrix of all pairs, and sums over patches are sums of shifted matrices.
    """

    rows: int
    columns: int

    @property
    def width(self) -> int:
        """Slots in a row."""
        return self.columns + 1

    @property
    def halo(self) -> int:
        """The distance of a step of (1, 1)."""
        return self.width + 1

    @property
    def num_corners(self) -> int:
        """Corners between positions; corner (a, b) is touched by positions (a - 1, b - 1) to (a, b)."""
        return (self.rows + 1) * self.width

    @property
    def num_slots(self) -> int:
        """Slots of the line: corner u is touched by slots u, u + 1, u + width and u + halo."""
        return self.num_corners + self.halo

    def lay_out(self, features: Tensor) -> Tensor:
        """Store (B, C, rows, columns) as slots, zeros in unused slots and a further halo: (B, slots + 2 halos, C)."""
        ring = F.pad(features.permute(0, 2, 3, 1), (0, 0, 1, 0, 1, 1))
        return F.pad(ring.flatten(1, 2), (0, 0, self.halo, self.halo + 1))

    def used(self, device: torch.device) -> Tensor:
        """Which slots are positions, bool (slots,)."""
        inside = torch.ones(self.rows, self.columns, dtype=torch.bool, device=device)
        return F.pad(F.pad(inside, (1, 0, 1, 1)).flatten(), (0, 1))

    def batches(self, arguments: tuple[Tensor, ...]) -> Iterator[tuple[Tensor, ...]]:
        """Tensors (B, ...) with as many images at a time as a part of `FEWEST_ROWS` rows is small enough for.

        At least one; in an export all, as their number is not known.
        """
        if is_exporting():
            return iter([arguments])
        size = max(1, CHUNK_NUMBERS // (FEWEST_ROWS * self.num_slots * self.width))
        return zip(*(each.split(size) for each in arguments), strict=True)

    def chunks(self, batch_size: int) -> Iterator[tuple[int, int]]:
        """Ranges of corners, at least `FEWEST_ROWS` rows, whose pairs with all slots are about `CHUNK_NUMBERS` numbers.

        In an export they are `EXPORTED_CHUNKS` ranges of one length; the last ones may reach beyond the corners.
        """
        if is_exporting():
            rows = (self.rows + EXPORTED_CHUNKS) // EXPORTED_CHUNKS
            for part in range(EXPORTED_CHUNKS):
                yield part * rows * self.width, (part + 1) * rows * self.width
            return
        rows = max(FEWEST_ROWS, CHUNK_NUMBERS // (batch_size * self.num_slots * self.width))
        for start in range(0, self.num_corners, rows * self.width):
            yield start, min(start + rows * self.width, self.num_corners)


def attend(features: Tensor) -> Tensor:
    """Rebuild a feature map from its own patches, weighted by similarity (CTSDG's CFA).

    Queries are the 3x3 patches of the map at half size, keys the same patches divided by their L2 norm, values the 4x4
    patches of the map at stride 2. Weights are the softmax of 10 times the product of query and key; overlaps are
    summed and divided by 4.

    Neither the patches nor the whole matrix of weights is ever in memory: a product of patches is a sum, along the
    diagonal, of products of positions, and folding 4x4 patches at stride 2 is a sum of 2x2 weights along the diagonal,
    followed by one product with the four pixels that meet at a corner. This takes five times fewer operations, in
    chunks of queries.

    Args:
        features: (B, C, H, W) with even H and W.

    Returns:
        (B, C, H, W).
    """
    height, width = features.shape[2:]
    with full_precision(features):
        features = features.to(torch.promote_types(features.dtype, torch.float32))
        halved = F.interpolate(features, (height // 2, width // 2), mode="bilinear", align_corners=True)
        grid = Grid(height // 2, width // 2)
        scales = TEMPERATURE * inverse_patch_norms(grid.lay_out(halved.square().sum(1, keepdim=True)), grid)
        attention: Callable[..., Tensor] = PatchAttention.apply if torch.is_grad_enabled() else _attend
        arguments = (grid.lay_out(halved), scales, corner_values(features))
        return from_corners(torch.cat([attention(*part, grid) for part in grid.batches(arguments)]), grid)


def corner_values(features: Tensor) -> Tensor:
    """The four pixels that meet at each corner between positions, (B, C, H, W) to (B, corners, 4C); zeros outside."""
    corners = F.pad(features, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    corners = corners.unflatten(2, (-1, 2)).unflatten(1, (-1, 2)).transpose(2, 3)
    values: Tensor = corners.flatten(3).flatten(1, 2)
    return values


def from_corners(values: Tensor, grid: Grid) -> Tensor:
    """Where four patches overlap, their mean: (B, corners, 4C) to (B, C, 2 rows, 2 columns)."""
    pixels = values.unflatten(2, (2, 2, -1)).unflatten(1, (grid.rows + 1, grid.columns + 1)).transpose(2, 3)
    folded: Tensor = pixels.flatten(3, 4).flatten(1, 2)[:, 1:-1, 1:-1] / 4
    return folded.permute(0, 3, 1, 2)


def inverse_patch_norms(squares: Tensor, grid: Grid) -> Tensor:
    """1 / max(L2 norm, 1e-4) of the 3x3 patches; (B, slots + 2 halos, 1) squared lengths to (B, slots)."""
    squares = squares[..., 0]
    for step in (1, grid.width):
        size = squares.shape[1] - 2 * step
        squares = squares.narrow(1, 0, size) + squares.narrow(1, step, size) + squares.narrow(1, 2 * step, size)
    return squares.clamp_min(MINIMUM_NORM**2).rsqrt()


def patch_products(positions: Tensor, start: int, stop: int, grid: Grid) -> Tensor:
    """Products of the 3x3 patches at slots `start` to `stop` with those at all slots, (B, stop - start, slots)."""
    products = _window(positions, 1, start, stop + 2 * grid.halo) @ positions.mT
    for step in (1, grid.width):
        summed = moved(products, 0, 2 * step) + moved(products, step, 2 * step)
        products = summed.add_(moved(products, 2 * step, 2 * step))
    return products


def _window(slots: Tensor, dim: int, start: int, stop: int) -> Tensor:
    """Slots `start` to `stop`; in an export, where this may reach beyond the last slot, copies of it follow."""
    if is_exporting():
        return slots.index_select(dim, torch.arange(start, stop, device=slots.device).clamp_max(slots.shape[dim] - 1))
    return slots.narrow(dim, start, stop - start)


def moved(matrices: Tensor, step: int, shortened: int) -> Tensor:
    """Matrices (B, n, m) from entry (step, step) on, `shortened` rows and columns less."""
    rows, columns = matrices.shape[1] - shortened, matrices.shape[2] - shortened
    return matrices.narrow(1, step, rows).narrow(2, step, columns)


def _weights(similarities: Tensor, scales: Tensor, used: Tensor, start: int) -> Tensor:
    """Softmax over the used slots; rows and columns of unused ones are 0."""
    barred = torch.zeros_like(scales).masked_fill_(~used, -torch.inf)
    weights = torch.addcmul(barred[:, None], similarities, scales[:, None]).softmax(-1)
    unused = ~_window(used, 0, start, start + similarities.shape[1])
    if is_exporting() or torch.compiler.is_compiling():  # one more pass, but no shape that depends on values
        return weights.masked_fill_(unused[:, None], 0.0)
    return weights.index_fill_(1, unused.nonzero()[:, 0], 0.0)


def corner_weights(weights: Tensor, grid: Grid) -> Tensor:
    """Sums of the 2x2 weights that meet at a pair of corners, (B, n, slots) to (B, n - halo, corners)."""
    for step in (1, grid.width):
        weights = moved(weights, 0, step) + moved(weights, step, step)
    return weights


def _attend(positions: Tensor, scales: Tensor, values: Tensor, grid: Grid) -> Tensor:
    used = grid.used(positions.device)
    outputs = []
    for start, stop in grid.chunks(positions.shape[0]):
        similarities = patch_products(positions, start, stop + grid.halo, grid)
        weights = _weights(similarities, scales, used, start)
        outputs.append(corner_weights(weights, grid) @ values)
    return torch.cat(outputs, dim=1)[:, : grid.num_corners]


class PatchAttention(torch.autograd.Function):
    """`_attend` with a backward pass that computes each chunk again, so that no attention weights are stored."""

    @staticmethod
    def forward(ctx: Any, positions: Tensor, scales: Tensor, values: Tensor, grid: Grid) -> Tensor:
        """Positions (B, slots + 2 halos, C), scales (B, slots), values (B, corners, V); returns (B, corners, V)."""
        ctx.save_for_backward(positions, scales, values)
        ctx.grid = grid
        return _attend(positions, scales, values, grid)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The gradients of positions, scales and values; each chunk adds to all of them."""
        positions, scales, values = ctx.saved_tensors
        grid, used = ctx.grid, ctx.grid.used(positions.device)
        sums = torch.zeros_like(positions), torch.zeros_like(scales), torch.zeros_like(values)
        halo = (0, 0, grid.halo, grid.halo)
        gradient, ringed_values = F.pad(gradient, halo), F.pad(values, halo)
        for start, stop in grid.chunks(len(positions)):
            similarities = patch_products(positions, start, stop + grid.halo, grid)
            weights = _weights(similarities, scales, used, start)
            similarities, own_weights = similarities[:, : stop - start], weights[:, : stop - start]
            sums[2].baddbmm_(corner_weights(weights, grid).mT, gradient[:, start + grid.halo : stop + grid.halo])
            # the adjoint of a sum along the diagonal is the same sum over a ring of zeros
            slopes = corner_weights(gradient[:, start : stop + grid.halo] @ ringed_values.mT, grid).mul_(own_weights)
            slopes.addcmul_(own_weights, slopes.sum(-1, keepdim=True), value=-1)
            sums[1].add_((slopes * similarities).sum(1))
            products = _spread(slopes.mul_(scales[:, None]), grid)
            window = slice(start, stop + 2 * grid.halo)
            sums[0][:, window].baddbmm_(products, positions)
            sums[0].baddbmm_(products.mT, positions[:, window])
        return *sums, None


def _spread(slopes: Tensor, grid: Grid) -> Tensor:
    """The adjoint of the sums in `patch_products`: (B, n, slots) to (B, n + 2 halos, slots + 2 halos)."""
    for step in (1, grid.width):
        ringed = F.pad(slopes, (0, 2 * step, 0, 2 * step))
        ringed[:, step:-step, step:-step] += slopes
        ringed[:, 2 * step :, 2 * step :] += slopes
        slopes = ringed
    return slopes
