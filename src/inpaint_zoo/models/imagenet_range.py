"""The range of values of networks that see images as classifiers of ImageNet do."""

from __future__ import annotations

import torch
from torch import Tensor, nn

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class ImageNetRange(nn.Module):
    """Normalises by the mean and standard deviation of ImageNet's colours; nothing of it is in a state dict."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """From [0, 1] to the range of the network; (B, 3, H, W)."""
        return (image - self.mean) / self.std

    def restore(self, image: Tensor) -> Tensor:
        """The inverse of `forward`."""
        return image * self.std + self.mean
