"""The generator of MADF.

Paper: M. Zhu et al., "Image Inpainting by End-to-End Cascaded Refinement with Mask Awareness", IEEE TIP 2021, arXiv
2104.13743. Written from the paper's facts; the authors' code is GPL-3 and was not used.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least, choose, multiple_of
from inpaint_zoo.layers.pointwise_normalization import NORMALIZATIONS
from inpaint_zoo.models.imagenet_range import ImageNetRange
from inpaint_zoo.models.madf.encoder import FILTERINGS, MaskAwareEncoder
from inpaint_zoo.models.madf.recovery import RecoveryDecoder
from inpaint_zoo.models.madf.refinement import RefinementDecoder
from inpaint_zoo.models.network import InpaintingNetwork

INPUT_CHANNELS = 6
"""The masked image, and its valid mask repeated for each colour."""


class MADFNetwork(InpaintingNetwork):
    """Encodes by filters that are predicted from the mask, decodes a coarse image, refines it by a cascade of decoders.

    Args:
        base_channels: Channels of the finest skip, a multiple of 4 (published: 64). The encoder has a quarter of the
            channels of its skips; channels double from level to level, up to 8 times the base.
        mask_channels: Channels of the mask's features at every level (published: 16).
        num_levels: How often the encoder halves the size, at least 2 (published: 7).
        normalization_channels: Channels of the map that scale and shift of a point-wise normalisation share (published:
            128).
        num_refinements: Refinement decoders after the recovery decoder (published: 2).
        filtering: A name of `FILTERINGS` (published: dynamic).
        normalization: Of the refinement decoders, a name of `NORMALIZATIONS` (published: pointwise).

    Raises:
        InputError: An argument is too small, a name is unknown, or `base_channels` is not a multiple of 4.
    """

    def __init__(
        self,
        *,
        base_channels: int = 64,
        mask_channels: int = 16,
        num_levels: int = 7,
        normalization_channels: int = 128,
        num_refinements: int = 2,
        filtering: str = "dynamic",
        normalization: str = "pointwise",
    ) -> None:
        super().__init__()
        multiple_of(4, base_channels, "network.base_channels")
        at_least(1, mask_channels, "network.mask_channels")
        at_least(2, num_levels, "network.num_levels")
        at_least(1, normalization_channels, "network.normalization_channels")
        at_least(0, num_refinements, "network.num_refinements")
        self.stride = self.minimum_size = 2**num_levels
        skips = [base_channels * min(2**level, 8) for level in range(num_levels)]
        block = choose(FILTERINGS, filtering, "network.filtering")
        norm = choose(NORMALIZATIONS, normalization, "network.normalization")
        self.encoder = MaskAwareEncoder(INPUT_CHANNELS, skips, mask_channels=mask_channels, block=block)
        self.recovery = RecoveryDecoder(skips, INPUT_CHANNELS)
        self.refinements = nn.ModuleList(
            RefinementDecoder(
                skips, INPUT_CHANNELS + 3 * earlier, normalization=norm, normalization_channels=normalization_channels
            )
            for earlier in range(1, num_refinements + 1)
        )
        self.normalize = ImageNetRange()
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`. Intermediates: `stage_1`, … before the final image."""
        seen, hole = self.check(image, mask)
        *earlier, final = map(self.normalize.restore, self.generate(self.normalize(seen), hole))
        stages = {f"stage_{number}": output for number, output in enumerate(earlier, start=1)}
        return Prediction(final, composite(final, image, mask), stages)

    def generate(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        """The images of all stages, coarse to fine, (B, 3, H, W) each.

        Args:
            image: (B, 3, H, W), normalised; the hole is set to 0 after that.
            mask: (B, 1, H, W), 1 = hole.
        """
        hole = mask.bool()
        valid = (~hole).to(image.dtype).expand_as(image)
        known = torch.cat([torch.where(hole, 0, image), valid], dim=1).contiguous(memory_format=torch.channels_last)
        skips = self.encoder(known, valid)
        coarse, maps = self.recovery(known, skips)
        images = [coarse]
        for refinement in self.refinements:
            maps, refined = refinement(skips[-1], maps, images, known)
            images.append(refined)
        return images
