"""What is exported: a network with all that lies between files and its numbers, for images of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.network import InpaintingNetwork

LAYOUTS = {"BHWC": (0, 2, 3, 1), "BCHW": (0, 1, 2, 3)}
"""Orders of the dimensions of an image, as permutations of (B, 3, H, W)."""
INPUTS, OUTPUTS = ("image", "mask"), ("composite", "output")
LARGEST_SIDE = 16384
"""Pixels: sides of the images that a graph takes; memory ends earlier."""
NEEDED = "2.15"
"""The oldest PyTorch that is known to trace these graphs; 2.11 does not."""
EXAMPLE = (2, 200, 310)
"""Batch, height and width of the images that a graph is traced with; no size of it stays in the graph."""


class FillGraph(nn.Module):
    """From 8-bit images to 8-bit images, as `predict strategy=whole` does it.

    Args:
        network: Is put into eval mode, on the CPU, without gradients.
        layout: A name of `LAYOUTS`.
    """

    def __init__(self, network: InpaintingNetwork, layout: str) -> None:
        super().__init__()
        self.network = network.cpu().eval().requires_grad_(False)
        self.order = choose(LAYOUTS, layout, "layout")
        self.to_channels_first = [self.order.index(axis) for axis in range(4)]

    def forward(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Fill the holes.

        Args:
            image: uint8, (B, H, W, 3) or (B, 3, H, W); what stands in the hole is not used.
            mask: (B, H, W) uint8; what is not 0 is the hole.

        Returns:
            The composite, uint8, bit-identical to the image outside of the hole; and the network's own image, float32,
            nominally in [0, 1] and not clamped; both in the order of the image.
        """
        known, hole = image.permute(self.to_channels_first), (mask != 0)[:, None]
        height, width = known.shape[2:]
        rows, columns = (self._mirrored(side) for side in (height, width))
        seen = torch.where(hole, 0.0, known.float() / 255)
        padded, padded_hole = (each[:, :, rows][:, :, :, columns] for each in (seen, hole))
        output = self.network(padded, padded_hole.float()).image[:, :, :height, :width]
        composite = torch.where(hole, (output.clamp(0, 1) * 255).round().to(torch.uint8), known)
        return composite.permute(self.order), output.permute(self.order)

    def _mirrored(self, side: int) -> Tensor:
        """The pixels of a line that is prolonged to a length that the network takes, mirrored as often as it needs."""
        stride, fewest = self.network.stride, -(-self.network.minimum_size // self.network.stride)
        # by way of a tensor: the length is then a size of its own, of which the tracer knows that the stride divides it
        counted = torch.scalar_tensor((side + stride - 1) // stride, dtype=torch.int64).clamp(min=fewest)
        strides = cast(int, counted.item())  # not int(), which would fix it
        for condition in (strides >= fewest, strides <= LARGEST_SIDE, strides * stride >= side):
            torch._check(condition)
        period = torch.scalar_tensor(2 * side - 2, dtype=torch.int64).clamp(min=1)
        place = torch.remainder(torch.arange(strides * stride), period)
        return torch.where(place < side, place, period - place)


@torch.no_grad()
def trace(graph: FillGraph) -> ExportedProgram:
    """Trace a graph on the CPU, for batches and images of any size.

    Raises:
        InputError: The network looks at what stands in the hole, or PyTorch is older than `NEEDED`.
    """
    if torch.__version__ < NEEDED:
        raise InputError(f"export needs PyTorch {NEEDED} or newer; here is {torch.__version__}")
    mask = torch.zeros(EXAMPLE, dtype=torch.uint8)
    mask[:, 50:90, 60:200] = 1
    if graph.network.visible(mask[:, None]).all():
        raise InputError("this network sees what stands in the hole: export one with edge_source=damaged")
    image = torch.zeros(EXAMPLE[0], 3, *EXAMPLE[1:], dtype=torch.uint8).permute(graph.order).contiguous()
    batch, height, width = Dim("batch", max=1024), Dim("height", max=LARGEST_SIDE), Dim("width", max=LARGEST_SIDE)
    sizes = {0: batch, graph.order.index(2): height, graph.order.index(3): width}
    return torch.export.export(
        graph, (image, mask), dynamic_shapes=(sizes, {0: batch, 1: height, 2: width}), strict=False
    )


@torch.inference_mode()
def filled_by(
    module: Callable[[Tensor, Tensor], Sequence[Tensor]], image: NDArray[np.uint8], mask: NDArray[np.uint8]
) -> list[NDArray[Any]]:
    """What a `FillGraph`, or what became of it in torch, makes of arrays; its outputs as arrays."""
    return [output.numpy() for output in module(torch.from_numpy(image), torch.from_numpy(mask))]
