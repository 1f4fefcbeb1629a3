"""The generator of CTSDG.

Paper: X. Guo, H. Yang, D. Huang, "Image Inpainting via Conditional Texture and Structure Dual Generation", ICCV 2021,
arXiv 2108.09760. Written from the paper and from measured facts; the authors' code (MIT licence) was not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least, choose, multiple_of
from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.init import init_normal
from inpaint_zoo.models.ctsdg.fusion import ATTENTIONS, FUSIONS, FeatureProjection, FusedOutput
from inpaint_zoo.models.ctsdg.layouts import IMAGE_CHANNELS, LAYOUTS
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.structure import Structure, StructureExtractor

MAXIMUM_FACTOR = 8
"""The deepest levels have this many times `base_channels` channels."""


class Generated(NamedTuple):
    """The generator's outputs, in the range of its losses."""

    image: Tensor
    """(B, 3, H, W) in [-1, 1]."""
    projected_image: Tensor
    """(B, 3, H, W) in [-1, 1], of the texture stream alone."""
    projected_edge: Tensor
    """(B, 1, H, W) logits, of the structure stream alone."""


class CTSDGNetwork(InpaintingNetwork):
    """Two U-shaped streams for texture and structure; each decodes the code of the other, then they are fused.

    Args:
        base_channels: Channels of the first level, a multiple of 4 (published: 64); 2, 4 and 8 times as many deeper.
        num_levels: Levels of both streams, at least 2 (published: 7); side lengths are multiples of 2 to its power.
        dilations: Dilations of the aggregation after the attention (published: 1, 2, 4, 8).
        sequential_fusion: See `BidirectionalGatedFusion`.
        edge_source: See `StructureExtractor`.
        edge_range: See `StructureExtractor`.
        streams: A name of `LAYOUTS` (published: two).
        fusion: A name of `FUSIONS` (published: gated).
        attention: A name of `ATTENTIONS` (published: aggregated).

    Raises:
        InputError: An argument is too small, a name is unknown, or `base_channels` is not a multiple of 4.
    """

    normalizes_deepest = True

    def __init__(
        self,
        *,
        base_channels: int = 64,
        num_levels: int = 7,
        dilations: Sequence[int] = (1, 2, 4, 8),
        sequential_fusion: bool = True,
        edge_source: str = "damaged",
        edge_range: str = "clean",
        streams: str = "two",
        fusion: str = "gated",
        attention: str = "aggregated",
    ) -> None:
        super().__init__()
        multiple_of(4, base_channels, "network.base_channels")
        at_least(2, num_levels, "network.num_levels")
        at_least(1, min(dilations, default=0), "network.dilations")
        self.stride = self.minimum_size = 2**num_levels
        self.extract_structure = StructureExtractor(edge_source, edge_range)
        widths = [base_channels * min(2**level, MAXIMUM_FACTOR) for level in range(num_levels)]
        self.streams = choose(LAYOUTS, streams, "network.streams")(widths, base_channels)
        for name, part in self.streams.parts.items():
            self.add_module(name, part)
        self.texture_projection = FeatureProjection(base_channels, IMAGE_CHANNELS)
        self.structure_projection = FeatureProjection(base_channels, 1)
        self.fusion = choose(FUSIONS, fusion, "network.fusion")(base_channels, sequential=sequential_fusion)
        own_attention = choose(ATTENTIONS, attention, "network.attention")(base_channels, dilations)
        self.output = FusedOutput(self.fusion.num_maps * base_channels, base_channels, own_attention)
        init_normal(self)
        self.to(memory_format=torch.channels_last)

    @property
    def auxiliary(self) -> tuple[nn.Module, ...]:
        """The projections of both streams."""
        return self.texture_projection, self.structure_projection

    def forward(
        self, image: Tensor, mask: Tensor, edge: Tensor | None = None, gray: Tensor | None = None
    ) -> Prediction:
        """Fill the holes.

        Args:
            image: (B, 3, H, W) in [0, 1].
            mask: (B, 1, H, W), exactly 0 or 1, 1 = hole.
            edge: (B, 1, H, W) in [0, 1], used outside the hole only. By default it is computed, see `edge_source`.
            gray: (B, 1, H, W) in [0, 1], likewise.
        """
        seen, hole = self.check(image, mask)
        structure = self.structure(seen, hole, edge, gray)
        generated = self.generate(2 * seen - 1, hole, structure)
        output = (generated.image + 1) / 2
        intermediates = {
            "projected_image": (generated.projected_image + 1) / 2,
            "projected_edge": generated.projected_edge.sigmoid(),
            **structure._asdict(),
        }
        return Prediction(output, composite(output, image, mask), intermediates)

    def structure(self, image: Tensor, mask: Tensor, edge: Tensor | None, gray: Tensor | None) -> Structure:
        """Edge and gray as given, or computed from `image`; arguments as for `forward`."""
        for name, plane in (("edge", edge), ("gray", gray)):
            if plane is not None and plane.shape != mask.shape:
                raise InputError(f"{name} must be (B, 1, H, W), as the mask is; got {tuple(plane.shape)}.")
        if edge is not None and gray is not None:
            return Structure(edge.to(image), gray.to(image))
        found = self.extract_structure(image, mask)
        return Structure(found.edge if edge is None else edge.to(image), found.gray if gray is None else gray.to(image))

    def visible(self, mask: Tensor) -> Tensor:
        """As `InpaintingNetwork.visible`; all pixels where edges are those of the complete image."""
        return super().visible(mask) | self.extract_structure.reveals_holes

    def generate(self, image: Tensor, mask: Tensor, structure: Structure) -> Generated:
        """Compute the image and both projections.

        Args:
            image: (B, 3, H, W) in [-1, 1].
            mask: (B, 1, H, W), 1 = hole.
            structure: Edge and gray of the same size.

        Raises:
            InputError: Training with one value per channel at the deepest level.
        """
        self.check_batch_norm(image)
        valid = (mask == 0).float()
        texture_features, structure_features = self.streams(image, torch.cat(structure, 1), valid)
        return Generated(
            self.output(self.fusion(texture_features, structure_features)),
            torch.tanh(self.texture_projection(texture_features)),
            self.structure_projection(structure_features),
        )
