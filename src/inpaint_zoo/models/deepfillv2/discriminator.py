"""The discriminator of DeepFillv2: a patch discriminator all of whose outputs are logits (SN-PatchGAN)."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from inpaint_zoo.checks import at_least, choose
from inpaint_zoo.layers.init import init_glorot
from inpaint_zoo.losses.adversarial import AdversarialLoss
from inpaint_zoo.models.adversarial import generator_loss
from inpaint_zoo.models.deepfillv2.resampling import RESAMPLINGS

KERNEL_SIZE, STRIDE = 5, 2
NUM_LAYERS = 6
MAXIMUM_FACTOR = 4
"""The deepest layers have this many times `base_channels` channels."""


class SNPatchDiscriminator(nn.Module):
    """Six 5x5 convolutions of stride 2 with spectral normalisation, each with a leaky ReLU behind it, the last too.

    Args:
        base_channels: Channels of the first convolution (published: 64); 2 and then 4 times as many deeper.
        resampling: The generator's, see `RESAMPLINGS`.

    Raises:
        InputError: `base_channels` is less than 1, or `resampling` is unknown.
    """

    def __init__(self, *, base_channels: int = 64, resampling: str = "tensorflow") -> None:
        super().__init__()
        at_least(1, base_channels, "discriminator.base_channels")
        self.rule = choose(RESAMPLINGS, resampling, "network.resampling")
        widths = [4, *(base_channels * min(2**level, MAXIMUM_FACTOR) for level in range(NUM_LAYERS))]
        convolutions = [nn.Conv2d(before, after, KERNEL_SIZE, STRIDE) for before, after in pairwise(widths)]
        for convolution in convolutions:
            init_glorot(convolution)
        # after the initialisation: spectral_norm starts its power iteration from the current weight
        self.convolutions = nn.ModuleList(spectral_norm(convolution) for convolution in convolutions)
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """Classify patches as real or generated.

        Args:
            image: (B, 3, H, W) in [-1, 1], complete or composited.
            mask: (B, 1, H, W), 1 = hole.

        Returns:
            Logits (B, 4 · base_channels, ⌈H/64⌉, ⌈W/64⌉): positive means real.
        """
        features = torch.cat([image, mask], 1)
        for convolution in self.convolutions:
            rows, columns = (self.rule.padding(side, KERNEL_SIZE, STRIDE) for side in features.shape[2:])
            features = F.leaky_relu(convolution(F.pad(features, (*columns, *rows))), 0.2)
        return features

    def generator_loss(self, loss: AdversarialLoss, made: Tensor, mask: Tensor) -> Tensor:
        """What G minimises, through a frozen D; `made` is G's composite."""
        return generator_loss(self, loss, made, mask)

    def discriminator_loss(self, loss: AdversarialLoss, made: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """What D minimises: half of the terms of the complete `image` and of the composite `made`, in one pass."""
        both = self(torch.cat([image, made.detach()]), torch.cat([mask, mask]))
        return loss.discriminator(*both.chunk(2)) / 2
