"""Both generators of EdgeConnect.

Paper: K. Nazeri et al., "EdgeConnect: Generative Image Inpainting with Adversarial Edge Learning", ICCV workshops 2019,
arXiv 1901.00212. Written from the paper's facts; the authors' code and weights are CC BY-NC 4.0 and were not used.
"""

from __future__ import annotations

import torch
from torch import Tensor

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least
from inpaint_zoo.layers.spectral_norm import normalize_spectra
from inpaint_zoo.models.edgeconnect.generator import ResidualGenerator
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.structure import Structure, StructureExtractor


class EdgeConnectNetwork(InpaintingNetwork):
    """First the edges of the hole are completed (G1), then the image is painted with their help (G2).

    Args:
        base_channels: Channels of both generators at full resolution (published: 64); 2 and 4 times as many at 1/2 and
            1/4.
        num_residual_blocks: Dilated residual blocks of each at 1/4 (published: 8).
        merge_edges: Whether G2 sees the known edges outside the hole, as in training and in the paper; otherwise G1's
            everywhere, as in the released test script.
        edge_source: See `StructureExtractor`.

    Raises:
        InputError: An argument is too small, or `edge_source` is unknown.
    """

    stride = 4
    minimum_size = 12

    def __init__(
        self,
        *,
        base_channels: int = 64,
        num_residual_blocks: int = 8,
        merge_edges: bool = True,
        edge_source: str = "damaged",
    ) -> None:
        super().__init__()
        at_least(1, base_channels, "network.base_channels")
        at_least(0, num_residual_blocks, "network.num_residual_blocks")
        self.merge_edges = merge_edges
        self.extract_structure = StructureExtractor(edge_source, "clean")
        sizes = {"base_channels": base_channels, "num_residual_blocks": num_residual_blocks}
        self.edge_generator = ResidualGenerator(3, 1, residual_bias=False, **sizes)
        for part in (self.edge_generator.encoder, self.edge_generator.residual_blocks, self.edge_generator.decoder):
            normalize_spectra(part)
        self.image_generator = ResidualGenerator(4, 3, residual_bias=True, **sizes)
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`.

        Intermediates: `edge` and `gray`, the known ones; `edge_predicted`, G1's; `edge_merged`, what G2 sees.
        """
        seen, hole = self.check(image, mask)
        structure = self.extract_structure(seen, hole)
        predicted = self.predict_edges(structure, hole)
        merged = self.merge(predicted, structure.edge, hole)
        output = self.generate(seen, hole, merged)
        intermediates = {**structure._asdict(), "edge_predicted": predicted, "edge_merged": merged}
        return Prediction(output, composite(output, image, mask), intermediates)

    def visible(self, mask: Tensor) -> Tensor:
        """As `InpaintingNetwork.visible`; all pixels where edges are those of the complete image."""
        return super().visible(mask) | self.extract_structure.reveals_holes

    def predict_edges(self, structure: Structure, mask: Tensor) -> Tensor:
        """G1: probabilities of edges over the whole image, (B, 1, H, W).

        Args:
            structure: Edges and gray; their values in the hole are not used.
            mask: (B, 1, H, W), 1 = hole.
        """
        hole = mask.bool()
        known = [torch.where(hole, 1, structure.gray), torch.where(hole, 0, structure.edge), mask]
        edges: Tensor = self.edge_generator(torch.cat(known, 1)).sigmoid()
        return edges

    def merge(self, predicted: Tensor, edge: Tensor, mask: Tensor) -> Tensor:
        """The edges that G2 sees: predicted ones in the hole and known ones outside of it, (B, 1, H, W) each."""
        return torch.where(mask.bool(), predicted, edge.to(predicted)) if self.merge_edges else predicted

    def generate(self, image: Tensor, mask: Tensor, edge: Tensor) -> Tensor:
        """G2: the image, (B, 3, H, W) in [0, 1].

        Args:
            image: (B, 3, H, W) in [0, 1]; the hole is set to white.
            mask: (B, 1, H, W), 1 = hole.
            edge: (B, 1, H, W) in [0, 1], of the whole image.
        """
        known = torch.cat([torch.where(mask.bool(), 1, image), edge.to(image)], 1)
        return (torch.tanh(self.image_generator(known)) + 1) / 2

    def compile_generate(self) -> None:
        """Compile both generators; the names in the state dict do not change."""
        super().compile_generate()
        self.predict_edges = torch.compile(self.predict_edges)  # type: ignore[method-assign]
