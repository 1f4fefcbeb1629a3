"""The discriminator of CTSDG: one branch for texture, one for structure, whose edges come from a trained detector."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.checks import multiple_of
from inpaint_zoo.layers.freezing import frozen
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.losses.adversarial import AdversarialLoss
from inpaint_zoo.models.structure import Structure


class EdgeDetector(nn.Module):
    """A small residual network from images to edges; it keeps PyTorch's own initialisation, as released.

    Args:
        channels: Channels of the features.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.projection = nn.Sequential(
            nn.Conv2d(3, channels, 3, 1, 1), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.residual = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1),
            nn.BatchNorm2d(channels),
        )
        self.output = nn.Conv2d(channels, 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        """(B, 3, H, W) in [-1, 1] to the logits (B, 1, H, W) of an edge."""
        features = self.projection(image)
        logits: Tensor = self.output(F.relu_(self.residual(features) + features))
        return logits


class CTSDGDiscriminator(nn.Module):
    """Two patch discriminators, one on the image and one on its edges and gray, and the edge detector.

    Args:
        base_channels: Channels of the first convolution of both branches, a multiple of 4 (published: 64); the edge
            detector has a quarter of them.

    Raises:
        InputError: `base_channels` is not a multiple of 4.
    """

    def __init__(self, *, base_channels: int = 64) -> None:
        super().__init__()
        multiple_of(4, base_channels, "discriminator.base_channels")
        self.texture_branch = PatchDiscriminator(in_channels=3, base_channels=base_channels)
        self.structure_branch = PatchDiscriminator(in_channels=2, base_channels=base_channels)
        self.edge_detector = EdgeDetector(base_channels // 4)
        self.to(memory_format=torch.channels_last)

    def detect(self, image: Tensor) -> Tensor:
        """Logits (B, 1, H, W) of the edges of an image (B, 3, H, W) in [-1, 1]."""
        logits: Tensor = self.edge_detector(image)
        return logits

    def forward(self, image: Tensor, edge: Tensor, gray: Tensor) -> Tensor:
        """Classify patches as real or generated.

        Args:
            image: (B, 3, H, W) in [-1, 1].
            edge: (B, 1, H, W), probabilities: true edges of a real image, detected edges of a generated one.
            gray: (B, 1, H, W), of the complete image in both cases.

        Returns:
            Logits (B, 2, H/8 - 2, W/8 - 2), texture first; positive means real.
        """
        return torch.cat([self.texture_branch(image), self.structure_branch(torch.cat([edge, gray], 1))], 1)

    def generator_loss(self, loss: AdversarialLoss, output: Tensor, truth: Structure) -> Tensor:
        """What G minimises, through a frozen D: its loss, + BCE(detected edge of the output, true edge).

        Args:
            loss: Of the logits.
            output: (B, 3, H, W) in [-1, 1], of G.
            truth: Edges and gray of the complete image.
        """
        with frozen(self):
            edge = self.detect(output)
            fake = self(output, edge.sigmoid(), truth.gray)
        return loss.generator(fake) + F.binary_cross_entropy_with_logits(edge, truth.edge)

    def discriminator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, truth: Structure) -> Tensor:
        """What D minimises: its loss, + BCE of both images' detected edges against the true edge, not halved.

        Args:
            loss: Of the logits.
            output: (B, 3, H, W) in [-1, 1], of G; it gets no gradient.
            image: (B, 3, H, W) in [-1, 1], complete.
            truth: Edges and gray of `image`.
        """
        real_edge = self.detect(image)
        real = self(image, truth.edge, truth.gray)
        fake_edge = self.detect(output.detach())
        fake = self(output.detach(), fake_edge.sigmoid(), truth.gray)
        edge_terms = [F.binary_cross_entropy_with_logits(edge, truth.edge) for edge in (real_edge, fake_edge)]
        return loss.discriminator(real, fake) + edge_terms[0] + edge_terms[1]
